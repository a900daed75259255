/* Security advisories about crates: contract/web.md 4.5 and P15. */
#pragma once

#include "app/registry/affected.h"
#include "db/db.h"

enum { ADVISORIES_MAX = 200 };

struct advisory {
	struct text id, title;
	struct text
		informational; /* "unmaintained", "unsound", "notice"; absent: a vulnerability */
	struct text patched, unaffected; /* JSON lists of version requirements */
	struct text aliases;             /* JSON list */
	struct text cvss, url;           /* absent: none */
	int64_t published_us;
	struct opt_i64 withdrawn_us;
	/* By db_advisories_whole alone, else absent: Markdown, and safe HTML of it (absent: it was not rendered). */
	struct text description, html;
	struct affected affected; /* what patched and unaffected leave */
};

/* Of a crate by its name in any spelling, newest id first, withdrawn ones too; without description. At most ADVISORIES_MAX. */
const struct err *must_use db_advisories(struct db *db, struct text crate, struct advisory **ret,
					 size_t *ret_n);
const struct err *must_use db_advisories_whole(struct db *db, struct text crate,
					       struct advisory **ret, size_t *ret_n);

/* Whether it is about this version. A withdrawn one is about none; a version that cannot be read counts as affected. */
bool advisory_affects(const struct advisory *v, struct text num);

/* Whether all it says is that nobody looks after the crate. */
bool advisory_is_unmaintained(const struct advisory *v);

/* A JSON list of texts; what is none is passed over. arena */
struct texts advisory_list(struct arena *a, struct text json);

extern const struct db_stmt *const db_advisory_stmts[];
