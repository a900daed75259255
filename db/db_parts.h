/* What the files of db/db.h share: the connection, its prepared statements, and what failed. */
#pragma once

#include "db/db.h"

#include <mysql.h>

/* A text up to this is fetched with its row; a longer one by a second call, straight to where it stays. */
enum { SLOT_TEXT = 256, CHAINS = 256 };

/* What an error number means for the connection and the transaction. */
enum fail {
	FAIL_NONE,
	FAIL_LOST,  /* the connection is gone */
	FAIL_RETRY, /* deadlock, cluster conflict: rolled back, or to be */
	FAIL_WAIT,  /* a lock was not to be had in time: to be rolled back */
	FAIL_STALE, /* the prepared statement is unknown to the server: nothing was executed */
	FAIL_OTHER,
};

struct slot {
	unsigned long length;
	my_bool null, error;
	union {
		uint64_t u64;
		int64_t i64;
		double f64;
		unsigned char sha[32];
		char text[SLOT_TEXT];
	} v;
};

struct prepared {
	struct prepared *next; /* of the same chain */
	const struct db_stmt *s;
	MYSQL_STMT *st;
	size_t nin, nout, row_size;
	MYSQL_BIND *in, *out;
	struct slot *slots;
};

struct db {
	const struct config *cfg;
	struct arena *arena;
	MYSQL *my; /* NULL: not connected */
	struct prepared *chains[CHAINS];
	bool patient; /* statements may take as long as they like */
	bool in_tx;
	enum fail tx_fail; /* LOST, RETRY: nothing more is sent in this transaction */
	enum fail last;    /* of the statement that failed last */
	bool uncertain;
	uint64_t insert_id;
	struct db_counts counts;
};

/* ---- db_value.c: types of columns and parameters */

enum db_type db_base_type(enum db_type t); /* without "may be NULL" */
size_t db_type_size(enum db_type t);       /* of the member of a row */
size_t db_count_in(const struct db_stmt *s);
size_t db_count_out(const struct db_stmt *s);

/* ---- db_fail.c: errors. Each sets db->last, and what it means for the connection and the transaction. */

/* Turns the server's number and words into ours. what: name of the statement. */
const struct err *db_fail(struct db *db, const char *what, unsigned no, const char *words);
const struct err *db_fail_my(struct db *db, const char *what);
const struct err *db_fail_stmt(struct db *db, const struct prepared *p);
const struct err *db_busy(struct db *db, struct text cause); /* 503, to be tried again */

/* Whether the same may be tried again in a new transaction. */
bool db_may_again(enum fail f);

/* ---- db_connect.c */

const struct err *db_connect(struct db *db); /* unless it is; none within a transaction */
void db_close_all(struct db *db);            /* the connection with its statements */
const struct err *db_run_text(struct db *db, const char *what, const char *sql, size_t n);

/* ---- db_prepare.c */

const struct err *db_prepare(struct db *db, const struct db_stmt *s, struct prepared **ret);

/* Prepares it unless it is, and executes it. */
const struct err *db_start(struct db *db, const struct db_stmt *s, struct db_vals args,
			   struct prepared **ret);

/* ---- db_tx.c */

/*
 * Whether there is patience left for another try after that failure; then it has waited a little, by chance, so that those
 * who fought do not meet again, and longer each time.
 */
bool db_try_again(enum fail f, int *spent, int *tries);
