/*
 * The one connection of a process to MariaDB, prepared statements, transactions. Nobody else sees
 * mysql.h.
 *
 * A statement is a constant `struct db_stmt`: text, types of its parameters, columns of its result
 * as members of a row struct. `db_stmt_lists` names every list of them; `cratehouse config
 * check-sql` prepares each against the real schema and compares names, types, signs and NULLs.
 * Workers prepare on first use and keep the statement.
 */
#pragma once

#include "app/base/err.h"
#include "app/base/hash.h"

struct arena;
struct config;
struct db;

enum db_type {
	DB_END = 0,
	DB_U64,        /* uint64_t; any unsigned integer column */
	DB_I64,        /* int64_t; any signed integer column, times in µs */
	DB_BOOL,       /* bool; TINYINT */
	DB_TEXT,       /* struct text; NULL is absent */
	DB_SHA256,     /* struct sha256; BINARY(32) NOT NULL */
	DB_F64,        /* double */
	DB_OPT_U64,    /* struct opt_u64: column may be NULL */
	DB_OPT_I64,    /* struct opt_i64 */
	DB_OPT_SHA256, /* struct opt_sha256 */
};

struct opt_u64 {
	bool set;
	uint64_t v;
};

struct opt_i64 {
	bool set;
	int64_t v;
};

struct opt_sha256 {
	bool set;
	struct sha256 v;
};

struct db_col {
	const char *name; /* of the result column; must equal the member's (AS where needed) */
	size_t offset;
	enum db_type type;
};

/* The type of a member by its C type: row and struct cannot drift apart. */
#define DB_TYPE_OF(x)                                                                              \
	_Generic((x), uint64_t                                                                     \
		 : DB_U64, int64_t                                                                 \
		 : DB_I64, bool                                                                    \
		 : DB_BOOL, struct text                                                            \
		 : DB_TEXT, struct sha256                                                          \
		 : DB_SHA256, double                                                               \
		 : DB_F64, struct opt_u64                                                          \
		 : DB_OPT_U64, struct opt_i64                                                      \
		 : DB_OPT_I64, struct opt_sha256                                                   \
		 : DB_OPT_SHA256)

/*
 * A group of parameters repeated for a bulk INSERT or an IN list, by the preprocessor so that the
 * text stays constant: "VALUES " DB_ROWS_16("(?, ?)"), with .in of one group and .in_repeat = 16.
 * Short lists are filled up by repeating.
 */
#define DB_ROWS_2(g) g ", " g
#define DB_ROWS_4(g) DB_ROWS_2(g) ", " DB_ROWS_2(g)
#define DB_ROWS_8(g) DB_ROWS_4(g) ", " DB_ROWS_4(g)
#define DB_ROWS_16(g) DB_ROWS_8(g) ", " DB_ROWS_8(g)
#define DB_ROWS_32(g) DB_ROWS_16(g) ", " DB_ROWS_16(g)
#define DB_ROWS_64(g) DB_ROWS_32(g) ", " DB_ROWS_32(g)
#define DB_ROWS_128(g) DB_ROWS_64(g) ", " DB_ROWS_64(g)

#define DB_COL(type, member)                                                                       \
	{                                                                                          \
#member, offsetof(type, member), DB_TYPE_OF(((type *)0)->member)                   \
	}

/* A column whose name differs from the member: nested structs, crate.name. */
#define DB_COL_AS(type, member, column)                                                            \
	{                                                                                          \
		column, offsetof(type, member), DB_TYPE_OF(((type *)0)->member)                    \
	}

enum { DB_IN_MAX = 48, DB_OUT_MAX = 48 };

struct db_stmt {
	const char *name; /* unique; in log lines and check-sql */
	const char *sql;
	enum db_type in[DB_IN_MAX];
	struct db_col out[DB_OUT_MAX];
	uint64_t in_repeat; /* for DB_ROWS: the parameter group is repeated so often; 0 and 1: once
			     */
	uint64_t in_once;   /* so many parameters stand before the group, and are not repeated */
	bool scan_ok; /* a full scan is meant (dumps, rebuild, fsck): check-sql's EXPLAIN lets it
			 pass */
};

/*
 * A list that check-sql walks. Each db/NOUN.c ends with one, and db/stmts.c lists them:
 *	const struct db_stmt *const db_NOUN_stmts[] = { &a, &b, NULL };
 */
struct db_stmt_list {
	const struct db_stmt *const *v; /* NULL at the end */
};
extern const struct db_stmt_list db_stmt_lists[]; /* db/stmts.c; ends with .v == NULL */

struct db_val {
	enum db_type type;
	bool null;
	union {
		uint64_t u64;
		int64_t i64;
		bool b;
		double f64;
		struct text text; /* absent: NULL */
		const struct sha256 *sha;
	} v;
};

struct db_vals {
	const struct db_val *v;
	size_t n;
};

#define DB_ARGS(...)                                                                               \
	((struct db_vals){ (const struct db_val[]){ __VA_ARGS__ },                                 \
			   sizeof((const struct db_val[]){ __VA_ARGS__ }) /                        \
				   sizeof(struct db_val) })
#define DB_NO_ARGS ((struct db_vals){ NULL, 0 })

struct db_val db_u64(uint64_t v);
struct db_val db_i64(int64_t v);
struct db_val db_bool(bool v);
struct db_val db_f64(double v);
struct db_val db_text(struct text t);         /* absent is NULL; borrowed until the call returns */
struct db_val db_sha(const struct sha256 *s); /* NULL is NULL; borrowed */
struct db_val db_opt_u64(struct opt_u64 v);
struct db_val db_opt_i64(struct opt_i64 v);

/*
 * owned (free with db_free). Connects at the first query. The arena of each request is set with
 * db_use_arena: results and errors are allocated there.
 */
struct db *db_new(const struct config *cfg);
void db_free(struct db *db);
void db_use_arena(struct db *db, struct arena *a);
struct arena *db_arena(struct db *db);
const struct config *db_config(const struct db *db); /* what it was made with */

/* From the next connection on, which this makes necessary: no limit on how long a statement takes (migrations, dumps). */
void db_be_patient(struct db *db);

void db_disconnect(struct db *db); /* before a fork, or to give the connection back; the next query
				      reconnects */

/* NULL, ERR_BUSY (no connection, too many connections, lost in the middle, read-only, took too
 * long) or ERR_INTERNAL from all of these. A read outside a transaction is repeated once on a new
 * connection when the old one was lost. */

/* Exactly one row; ERR_NOT_FOUND ("Not Found") for none, and more than one is a BUG. ret is written
 * on success only. */
const struct err *must_use db_one(struct db *db, const struct db_stmt *s, struct db_vals args,
				  void *ret_row);

/* One row or none. */
const struct err *must_use db_maybe(struct db *db, const struct db_stmt *s, struct db_vals args,
				    void *ret_row, bool *ret_found);

/* All rows as an arena array of row_size each: LIMIT is in the text. *ret_rows is a pointer to the
 * row struct. */
const struct err *must_use db_all(struct db *db, const struct db_stmt *s, struct db_vals args,
				  size_t row_size, void *ret_rows, size_t *ret_n);

/* Row by row, not held in memory: texts of a row live until fn returns. fn may not query the same
 * db. An error of fn ends it and is returned. */
const struct err *must_use db_each(struct db *db, const struct db_stmt *s, struct db_vals args,
				   void *row, const struct err *(*fn)(void *ctx, const void *row),
				   void *ctx);

/* INSERT, UPDATE, DELETE. ret_affected may be NULL. A duplicate key is ERR_EXISTS, a missing parent
 * row (foreign key) ERR_NOT_FOUND. Found rows, not changed ones, are counted (CLIENT_FOUND_ROWS).
 */
const struct err *must_use db_exec(struct db *db, const struct db_stmt *s, struct db_vals args,
				   uint64_t *ret_affected);

/*
 * Many rows of one kind, one after another in rows, as db_exec: by as few statements as there are groups for. groups: the
 * same INSERT for ever fewer rows (.in_repeat), the last for one; NULL ends them.
 */
const struct err *must_use db_exec_rows(struct db *db, const struct db_stmt *const *groups,
					struct db_vals rows);

uint64_t db_insert_id(const struct db *db); /* of the last db_exec */

/*
 * Runs fn in a transaction: COMMIT when it returns NULL, ROLLBACK and its error otherwise. After
 * 1213, 1205 and 1047 it rolls back, waits a little and runs fn again, eleven times at most (three
 * after 1205, which has taken seconds already): fn must write nothing outside the database and must not trust what an earlier run left in ctx. A COMMIT
 * whose answer was lost is ERR_BUSY with db_commit_uncertain() true: the caller reads back. Nested:
 * a BUG.
 */
const struct err *must_use db_tx(struct db *db, const struct err *(*fn)(struct db *db, void *ctx),
				 void *ctx);

/*
 * Runs fn, which only reads, once: all its queries see the database as it is at one moment. It locks nothing, but the server
 * keeps what is overwritten meanwhile: a connection of its own, for as short as can be.
 */
const struct err *must_use db_snapshot(struct db *db,
				       const struct err *(*fn)(struct db *db, void *ctx),
				       void *ctx);
bool db_commit_uncertain(const struct db *db);
bool db_in_tx(const struct db *db);

/* On a Galera cluster (db.galera): the reads until db_fresh(db, false) wait for what other nodes
 * have committed. */
const struct err *must_use db_fresh(struct db *db, bool on);

/* Figures for the request's log line; zeroed by db_count_reset. */
struct db_counts {
	uint64_t queries; /* statements executed, BEGIN and COMMIT not counted */
	int64_t us;
};
struct db_counts db_counts(const struct db *db);
void db_count_reset(struct db *db);

/* As they were before something that is not the request's. */
void db_count_restore(struct db *db, struct db_counts counts);

/* Whether there is a connection, as far as is known without asking. */
bool db_connected(const struct db *db);

/* ---- for db/migrate.c and db/check.c alone ---- */

/* One statement as text, without parameters and rows (DDL). */
const struct err *must_use db_raw(struct db *db, struct text sql);

/* What the server says of a result column when the statement is prepared. */
struct db_column {
	const char *name;  /* arena */
	enum db_type type; /* DB_TEXT, DB_U64, DB_I64, DB_F64; DB_SHA256 for BINARY(32); DB_END for
			      what has none */
	bool nullable;
};
const struct err *must_use db_describe(struct db *db, const struct db_stmt *s,
				       struct db_column **ret, size_t *ret_n);

/* Closes the prepared statement, before a struct db_stmt that is not constant goes away. */
void db_forget(struct db *db, const struct db_stmt *s);

size_t db_stmt_params(const struct db_stmt *s); /* how many values it takes: in_repeat counted */
enum db_type db_stmt_param(const struct db_stmt *s, size_t i); /* the type of one of them */
