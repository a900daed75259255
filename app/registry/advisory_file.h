/*
 * An advisory as the RustSec advisory database keeps it, one Markdown file each: "```toml", front matter, "```", "# title",
 * description (rustsec: src/advisory/parts.rs, metadata.rs, versions.rs; advisory-db: README.md). What strangers wrote: read in
 * cratehouse-inspect.
 */
#pragma once

#include "app/base/text.h"

struct arena;

enum {
	ADVISORY_FILE_MAX = 256 * 1024, /* bytes; the longest of RustSec has 20,138 */
	ADVISORY_ID_MAX = 64,
	ADVISORY_WORDS_MAX = 1024, /* bytes of title, URL and each requirement and alias */
	ADVISORY_LIST_MAX = 200,   /* requirements, aliases */
	/* Bytes that columns of the table hold: db/schema/0011-advisories.sql. */
	ADVISORY_INFORMATIONAL_MAX = 32,
	ADVISORY_CVSS_MAX = 255,
};

struct advisory_file {
	struct text id;          /* "RUSTSEC-2021-0001": letters, digits, '-', '_', '.' */
	struct text package;     /* a valid name of a crate */
	struct text title;       /* one line */
	struct text description; /* Markdown; may be empty */
	struct text
		informational; /* "unmaintained", "unsound", "notice", ...; absent: a vulnerability */
	struct text cvss; /* "CVSS:4.0/..."; absent: none; of several that of the newest edition */
	struct text url;  /* http or https; absent: none */
	struct texts patched, unaffected, aliases;
	int64_t date_us;
	bool withdrawn;
	int64_t withdrawn_us;
};

/* NULL, or why it is none, a constant. Keys that nobody knows are passed over. arena, and borrowed from t. */
const char *advisory_file_read(struct arena *a, struct text t, struct advisory_file *ret);

/*
 * What a path in a checkout or an archive of one says: ".../crates/PACKAGE/ID.md" with at most one folder before. False for
 * any other file, and for drafts (ID 0000-0000). Borrowed.
 */
bool advisory_file_path(struct text path, struct text *ret_package, struct text *ret_id);
