/* Banners that administrators put at the top of every page: at most one of each kind. */
#pragma once

#include "db/audit.h"
#include "db/db.h"

/* The most urgent first. */
enum banner_kind { BANNER_PROBLEM, BANNER_WARNING, BANNER_INFO, BANNER_KINDS };

enum { BANNER_MAX_CHARS = 500, BANNER_MAX_BYTES = 4 * BANNER_MAX_CHARS };

struct banner_row {
	uint64_t kind;           /* enum banner_kind */
	struct text message;     /* one line, never HTML; at most BANNER_MAX_CHARS */
	struct opt_i64 until_us; /* not set: until it is taken down */
	int64_t set_us;
	struct text set_by; /* login */
};

/* All of them, those that have run out too, by kind. */
const struct err *must_use db_banners(struct db *db, struct banner_row **ret, size_t *ret_n);

/* In place of the one of that kind; set_us is now, set_by the note's actor. With a row of the audit. */
const struct err *must_use db_banner_put(struct db *db, const struct banner_row *b,
					 const struct audit_entry *note);

/* Takes it down, with a row of the audit. *ret_was: whether there was one; without one nothing is noted. */
const struct err *must_use db_banner_remove(struct db *db, enum banner_kind kind,
					    const struct audit_entry *note, bool *ret_was);

extern const struct db_stmt *const db_banner_stmts[];
