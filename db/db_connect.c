#include "db/db_parts.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/time.h"

#include <poll.h>
#include <stdlib.h>

#include "app/base/banned.h"

const struct err *db_run_text(struct db *db, const char *what, const char *sql, size_t n)
{
	if (mysql_real_query(db->my, sql, n))
		return db_fail_my(db, what);
	return NULL;
}

void db_close_all(struct db *db)
{
	for (size_t i = 0; i < CHAINS; i++) {
		struct prepared *p, *next;

		for (p = db->chains[i]; p; p = next) {
			next = p->next;
			(void)mysql_stmt_close(p->st);
			free(p->in);
			free(p->out);
			free(p->slots);
			free(p);
		}
		db->chains[i] = NULL;
	}
	if (db->my)
		mysql_close(db->my);
	db->my = NULL;
}

static void set_options(const struct db *db)
{
	unsigned connect_s = (unsigned)db->cfg->db.connect_timeout_s;
	unsigned query_s = (unsigned)db->cfg->db.query_timeout_s;
	unsigned off = 0;
	my_bool no = 0;

	if (connect_s)
		(void)mysql_options(db->my, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
	if (query_s &&
	    !db->patient) { /* the server ends a statement first (max_statement_time), so this is for a
			  dead network */
		query_s += 5;
		(void)mysql_options(db->my, MYSQL_OPT_READ_TIMEOUT, &query_s);
		(void)mysql_options(db->my, MYSQL_OPT_WRITE_TIMEOUT, &query_s);
	}
	(void)mysql_options(db->my, MYSQL_OPT_RECONNECT, &no);
	(void)mysql_options(db->my, MYSQL_OPT_LOCAL_INFILE, &off);
	(void)mysql_options(db->my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
}

/* design.md 5: what every session has. */
static const struct err *set_session(struct db *db)
{
	static const char common[] =
		"SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin, time_zone = '+00:00',"
		" sql_mode = "
		"'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
		"NO_ENGINE_SUBSTITUTION', innodb_lock_wait_timeout = 5, autocommit = 1,"
		" group_concat_max_len = 1048576"; /* what db/crate_set.c reads at once */
	static const char isolation[] = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
	const struct err *e = db_run_text(db, "set session", common, sizeof(common) - 1);
	struct text limit;

	if (!e)
		e = db_run_text(db, "set isolation", isolation, sizeof(isolation) - 1);
	if (e || db->patient || !db->cfg->db.query_timeout_s)
		return e;
	limit = text_fmt(db->arena, "SET max_statement_time = %llu",
			 (unsigned long long)db->cfg->db.query_timeout_s);
	return db_run_text(db, "set limit", limit.p, limit.n);
}

/* A server that is away, full or refuses us is the same for a client: come back later. */
static const struct err *connect_now(struct db *db)
{
	const struct config *c = db->cfg;
	bool local = c->db.socket.n > 0;
	const struct err *e;

	db->my = mysql_init(NULL);
	BUG_ON(!db->my);
	set_options(db);
	if (!mysql_real_connect(
		    db->my, local ? NULL : text_z(db->arena, c->db.host),
		    text_z(db->arena, c->db.user), text_z(db->arena, c->db.password.value),
		    text_z(db->arena, c->db.name), local ? 0 : (unsigned)c->db.port,
		    local ? text_z(db->arena, c->db.socket) : NULL, CLIENT_FOUND_ROWS)) {
		struct text cause = text_fmt(db->arena, "connect: %u %s", mysql_errno(db->my),
					     mysql_error(db->my));

		db_close_all(db);
		db->last = FAIL_OTHER;
		return db_busy(db, cause);
	}
	e = set_session(db);
	if (e)
		db_close_all(db);
	return e;
}

/* Between statements the server says nothing: what is there to read is its farewell. */
static bool hung_up(const struct db *db)
{
	struct pollfd p = { .fd = (int)mysql_get_socket(db->my), .events = POLLIN };

	return poll(&p, 1, 0) != 0;
}

const struct err *db_connect(struct db *db)
{
	BUG_ON(!db->arena);
	if (db->in_tx) {
		if (db->tx_fail == FAIL_NONE && db->my)
			return NULL;
		return db_busy(db, TEXT("the transaction has already failed"));
	}
	if (db->my && hung_up(db))
		db_close_all(db);
	return db->my ? NULL : connect_now(db);
}

struct db *db_new(const struct config *cfg)
{
	struct db *db = calloc(1, sizeof(*db));

	BUG_ON(!db);
	db->cfg = cfg;
	return db;
}

void db_be_patient(struct db *db)
{
	if (db->patient)
		return;
	db_disconnect(db);
	db->patient = true;
}

void db_disconnect(struct db *db)
{
	BUG_ON(db->in_tx);
	db_close_all(db);
}

void db_free(struct db *db)
{
	if (!db)
		return;
	db_close_all(db);
	free(db);
}

void db_use_arena(struct db *db, struct arena *a)
{
	db->arena = a;
}

struct arena *db_arena(struct db *db)
{
	return db->arena;
}

const struct config *db_config(const struct db *db)
{
	return db->cfg;
}

bool db_in_tx(const struct db *db)
{
	return db->in_tx;
}

struct db_counts db_counts(const struct db *db)
{
	return db->counts;
}

void db_count_reset(struct db *db)
{
	db->counts = (struct db_counts){ 0 };
}

void db_count_restore(struct db *db, struct db_counts counts)
{
	db->counts = counts;
}

bool db_connected(const struct db *db)
{
	return db->my != NULL;
}
