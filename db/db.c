#include "db/db.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/time.h"

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/base/banned.h"

/* A text up to this is fetched with its row; a longer one by a second call, straight to where it
 * stays. */
enum { SLOT_TEXT = 256, CHAINS = 256, BUSY_RETRY_S = 5 };

/*
 * A failure costs so much of what one call has for trying again: a deadlock is known at once and is over at once, a lock
 * wait has already taken its seconds.
 */
enum { PATIENCE = 12, DEADLOCK_COSTS = 1, OTHER_COSTS = 3 };

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

/* ---- values ---- */

struct db_val db_u64(uint64_t v)
{
	return (struct db_val){ .type = DB_U64, .v.u64 = v };
}

struct db_val db_i64(int64_t v)
{
	return (struct db_val){ .type = DB_I64, .v.i64 = v };
}

struct db_val db_bool(bool v)
{
	return (struct db_val){ .type = DB_BOOL, .v.b = v };
}

struct db_val db_f64(double v)
{
	return (struct db_val){ .type = DB_F64, .v.f64 = v };
}

struct db_val db_text(struct text t)
{
	return (struct db_val){ .type = DB_TEXT, .null = !t.p, .v.text = t };
}

struct db_val db_sha(const struct sha256 *s)
{
	return (struct db_val){ .type = DB_SHA256, .null = !s, .v.sha = s };
}

struct db_val db_opt_u64(struct opt_u64 v)
{
	return (struct db_val){ .type = DB_U64, .null = !v.set, .v.u64 = v.v };
}

struct db_val db_opt_i64(struct opt_i64 v)
{
	return (struct db_val){ .type = DB_I64, .null = !v.set, .v.i64 = v.v };
}

/* The type without "may be NULL". */
static enum db_type base_type(enum db_type t)
{
	switch (t) {
	case DB_OPT_U64:
		return DB_U64;
	case DB_OPT_I64:
		return DB_I64;
	case DB_OPT_SHA256:
		return DB_SHA256;
	default:
		return t;
	}
}

static size_t type_size(enum db_type t)
{
	static const size_t size[] = {
		[DB_U64] = sizeof(uint64_t),
		[DB_I64] = sizeof(int64_t),
		[DB_BOOL] = sizeof(bool),
		[DB_TEXT] = sizeof(struct text),
		[DB_SHA256] = sizeof(struct sha256),
		[DB_F64] = sizeof(double),
		[DB_OPT_U64] = sizeof(struct opt_u64),
		[DB_OPT_I64] = sizeof(struct opt_i64),
		[DB_OPT_SHA256] = sizeof(struct opt_sha256),
	};

	BUG_ON(t == DB_END || (size_t)t >= ARRAY_SIZE(size));
	return size[t];
}

static size_t count_in(const struct db_stmt *s)
{
	size_t n = 0;

	while (n < DB_IN_MAX && s->in[n] != DB_END)
		n++;
	return n;
}

static size_t count_out(const struct db_stmt *s)
{
	size_t n = 0;

	while (n < DB_OUT_MAX && s->out[n].type != DB_END)
		n++;
	return n;
}

enum db_type db_stmt_param(const struct db_stmt *s, size_t i)
{
	size_t once = (size_t)s->in_once;

	return i < once ? s->in[i] : s->in[once + (i - once) % (count_in(s) - once)];
}

size_t db_stmt_params(const struct db_stmt *s)
{
	size_t once = (size_t)s->in_once, group = count_in(s) - once;

	return once + group * (s->in_repeat > 1 ? (size_t)s->in_repeat : 1);
}

/* ---- errors ---- */

static enum fail fail_of(unsigned no)
{
	switch (no) {
	case 0:
		return FAIL_NONE;
	case CR_SERVER_GONE_ERROR:
	case CR_SERVER_LOST:
	case CR_SERVER_LOST_EXTENDED:
	case CR_COMMANDS_OUT_OF_SYNC:
	case ER_SERVER_SHUTDOWN:
	case ER_CONNECTION_KILLED:
	case 4031: /* MySQL: closed because of inactivity */
		return FAIL_LOST;
	case ER_LOCK_WAIT_TIMEOUT:
		return FAIL_WAIT;
	case ER_LOCK_DEADLOCK:
	case ER_UNKNOWN_COM_ERROR: /* 1047: a Galera node that is not (yet) part of the cluster */
	case ER_CHECKREAD:         /* 1020: MariaDB 11's snapshot conflict */
		return FAIL_RETRY;
	case ER_NEED_REPREPARE:
	case ER_UNKNOWN_STMT_HANDLER:
		return FAIL_STALE;
	default:
		return FAIL_OTHER;
	}
}

/* Whether the same may be tried again in a new transaction. */
static bool may_again(enum fail f)
{
	return f == FAIL_RETRY || f == FAIL_WAIT;
}

static const struct err *busy(struct db *db, struct text cause)
{
	struct err *e = arena_alloc(db->arena, sizeof(*e));

	*e = (struct err){ .kind = ERR_BUSY,
			   .retry_after_s = BUSY_RETRY_S,
			   .detail = TEXT("Service unavailable"),
			   .cause = cause,
			   .where = ERR_WHERE };
	return e;
}

static const struct err *read_only(struct db *db, struct text cause)
{
	return err_because(db->arena, ERR_BUSY, cause,
			   "%.*s is currently in read-only mode. Please check %.*s for details and "
			   "try again later.",
			   TEXT_F(db->cfg->site.domain), TEXT_F(db->cfg->site.url));
}

static void close_all(struct db *db)
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

/* Turns the server's number and words into ours. what: name of the statement. */
static const struct err *fail(struct db *db, const char *what, unsigned no, const char *words)
{
	struct text cause = text_fmt(db->arena, "%s: %u %s", what, no, words);

	db->last = fail_of(no);
	if (db->in_tx && (db->last == FAIL_LOST || may_again(db->last)))
		db->tx_fail = db->last;
	if (db->last == FAIL_LOST)
		close_all(db);
	if (db->last == FAIL_LOST || may_again(db->last))
		return busy(db, cause);
	switch (no) {
	case ER_DUP_ENTRY:
		return err_because(db->arena, ERR_EXISTS, cause, "Already exists");
	case ER_NO_REFERENCED_ROW:
	case ER_NO_REFERENCED_ROW_2:
		return err_because(db->arena, ERR_NOT_FOUND, cause, "Not Found");
	case ER_OPTION_PREVENTS_STATEMENT:
	case ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION:
	case ER_READ_ONLY_MODE:
		return read_only(db, cause);
	case ER_STATEMENT_TIMEOUT:
	case ER_QUERY_INTERRUPTED:
	case ER_RECORD_FILE_FULL:
	case ER_DISK_FULL:
	case ER_LOCK_TABLE_FULL:
	case ER_TOO_MANY_CONCURRENT_TRXS:
	case ER_MAX_PREPARED_STMT_COUNT_REACHED:
		return busy(db, cause);
	default:
		return err_because(db->arena, ERR_INTERNAL, cause, "database: %.*s", TEXT_F(cause));
	}
}

static const struct err *fail_my(struct db *db, const char *what)
{
	return fail(db, what, mysql_errno(db->my), mysql_error(db->my));
}

static const struct err *fail_stmt(struct db *db, const struct prepared *p)
{
	/* the words live in the statement, which fail() may close after it has copied them */
	return fail(db, p->s->name, mysql_stmt_errno(p->st), mysql_stmt_error(p->st));
}

/* ---- connection ---- */

static const struct err *run_text(struct db *db, const char *what, const char *sql, size_t n)
{
	if (mysql_real_query(db->my, sql, n))
		return fail_my(db, what);
	return NULL;
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
		"NO_ENGINE_SUBSTITUTION', innodb_lock_wait_timeout = 5, autocommit = 1";
	static const char isolation[] = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
	const struct err *e = run_text(db, "set session", common, sizeof(common) - 1);
	struct text limit;

	if (!e)
		e = run_text(db, "set isolation", isolation, sizeof(isolation) - 1);
	if (e || db->patient || !db->cfg->db.query_timeout_s)
		return e;
	limit = text_fmt(db->arena, "SET max_statement_time = %llu",
			 (unsigned long long)db->cfg->db.query_timeout_s);
	return run_text(db, "set limit", limit.p, limit.n);
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

		close_all(db);
		db->last = FAIL_OTHER;
		return busy(db, cause);
	}
	e = set_session(db);
	if (e)
		close_all(db);
	return e;
}

/* Between statements the server says nothing: what is there to read is its farewell. */
static bool hung_up(const struct db *db)
{
	struct pollfd p = { .fd = (int)mysql_get_socket(db->my), .events = POLLIN };

	return poll(&p, 1, 0) != 0;
}

static const struct err *connected(struct db *db)
{
	BUG_ON(!db->arena);
	if (db->in_tx) {
		if (db->tx_fail == FAIL_NONE && db->my)
			return NULL;
		return busy(db, TEXT("the transaction has already failed"));
	}
	if (db->my && hung_up(db))
		close_all(db);
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
	close_all(db);
}

void db_free(struct db *db)
{
	if (!db)
		return;
	close_all(db);
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

/* ---- prepared statements ---- */

static size_t chain_of(const struct db_stmt *s)
{
	uintptr_t x = (uintptr_t)s;

	return (size_t)((x >> 4) ^ (x >> 12)) % CHAINS;
}

void db_forget(struct db *db, const struct db_stmt *s)
{
	struct prepared **at = &db->chains[chain_of(s)];

	for (; *at; at = &(*at)->next) {
		struct prepared *p = *at;

		if (p->s != s)
			continue;
		*at = p->next;
		(void)mysql_stmt_close(p->st);
		free(p->in);
		free(p->out);
		free(p->slots);
		free(p);
		return;
	}
}

/* Where a column's value is put by a fetch. */
static void bind_column(MYSQL_BIND *b, struct slot *s, enum db_type type)
{
	b->length = &s->length;
	b->is_null = &s->null;
	b->error = &s->error;
	b->buffer = &s->v;
	switch (base_type(type)) {
	case DB_U64:
	case DB_BOOL:
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		b->is_unsigned = 1;
		break;
	case DB_I64:
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		break;
	case DB_F64:
		b->buffer_type = MYSQL_TYPE_DOUBLE;
		break;
	case DB_SHA256:
		b->buffer_type = MYSQL_TYPE_BLOB;
		b->buffer_length = sizeof(s->v.sha);
		break;
	default:
		b->buffer_type = MYSQL_TYPE_STRING;
		b->buffer_length = sizeof(s->v.text);
	}
}

static void *zeroed(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	BUG_ON(!p);
	return p;
}

static struct prepared *prepared_new(const struct db_stmt *s, MYSQL_STMT *st)
{
	struct prepared *p = zeroed(1, sizeof(*p));

	p->s = s;
	p->st = st;
	p->nin = db_stmt_params(s);
	p->nout = count_out(s);
	p->in = zeroed(p->nin, sizeof(*p->in));
	p->out = zeroed(p->nout, sizeof(*p->out));
	p->slots = zeroed(p->nout, sizeof(*p->slots));
	for (size_t i = 0; i < p->nout; i++) {
		size_t end = s->out[i].offset + type_size(s->out[i].type);

		bind_column(&p->out[i], &p->slots[i], s->out[i].type);
		if (end > p->row_size)
			p->row_size = end;
	}
	return p;
}

static const struct err *prepare(struct db *db, const struct db_stmt *s, struct prepared **ret)
{
	size_t chain = chain_of(s);
	struct prepared *p;
	MYSQL_STMT *st;

	for (p = db->chains[chain]; p; p = p->next) {
		if (p->s == s) {
			*ret = p;
			return NULL;
		}
	}
	st = mysql_stmt_init(db->my);
	BUG_ON(!st);
	if (mysql_stmt_prepare(st, s->sql, strlen(s->sql))) {
		struct text words = text_fmt(db->arena, "%s", mysql_stmt_error(st));
		unsigned no = mysql_stmt_errno(st);

		(void)mysql_stmt_close(st);
		return fail(db, s->name, no, words.p);
	}
	if (mysql_stmt_param_count(st) != db_stmt_params(s) ||
	    (count_out(s) && mysql_stmt_field_count(st) != count_out(s))) {
		struct text cause = text_fmt(
			db->arena, "%s: declared %zu in, %zu out; the server says %lu and %u",
			s->name, db_stmt_params(s), count_out(s), mysql_stmt_param_count(st),
			mysql_stmt_field_count(st));

		(void)mysql_stmt_close(st);
		db->last = FAIL_OTHER;
		return err_because(db->arena, ERR_INTERNAL, cause, "database: %.*s", TEXT_F(cause));
	}
	p = prepared_new(s, st);
	p->next = db->chains[chain];
	db->chains[chain] = p;
	*ret = p;
	return NULL;
}

/* The library's buffers are not const, but a parameter is only read. */
static void *only_read(const void *p)
{
	return (void *)(uintptr_t)p;
}

static void bind_value(MYSQL_BIND *b, const struct db_val *v)
{
	memset(b, 0, sizeof(*b));
	if (v->null) {
		b->buffer_type = MYSQL_TYPE_NULL;
		return;
	}
	switch (v->type) {
	case DB_U64:
	case DB_I64:
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		b->is_unsigned = v->type == DB_U64;
		b->buffer = only_read(&v->v.u64);
		break;
	case DB_BOOL:
		b->buffer_type = MYSQL_TYPE_TINY;
		b->buffer = only_read(&v->v.b);
		break;
	case DB_F64:
		b->buffer_type = MYSQL_TYPE_DOUBLE;
		b->buffer = only_read(&v->v.f64);
		break;
	case DB_SHA256:
		b->buffer_type = MYSQL_TYPE_BLOB;
		b->buffer = only_read(v->v.sha->b);
		b->buffer_length = sizeof(v->v.sha->b);
		break;
	default:
		b->buffer_type = MYSQL_TYPE_STRING;
		b->buffer = only_read(v->v.text.p);
		b->buffer_length = v->v.text.n;
	}
}

static const struct err *execute(struct db *db, struct prepared *p, struct db_vals args)
{
	BUG_ON(args.n != p->nin);
	for (size_t i = 0; i < args.n; i++) {
		BUG_ON(args.v[i].type != base_type(db_stmt_param(p->s, i)));
		bind_value(&p->in[i], &args.v[i]);
	}
	if ((p->nin && mysql_stmt_bind_param(p->st, p->in)) || mysql_stmt_execute(p->st))
		return fail_stmt(db, p);
	if (p->nout && mysql_stmt_bind_result(p->st, p->out))
		return fail_stmt(db, p);
	return NULL;
}

/* Connects, prepares, executes. A statement that the server has forgotten is prepared once more. */
static const struct err *start(struct db *db, const struct db_stmt *s, struct db_vals args,
			       struct prepared **ret)
{
	const struct err *e = connected(db);

	for (int tries = 0; !e; tries++) {
		e = prepare(db, s, ret);
		if (e)
			return e;
		e = execute(db, *ret, args);
		if (!e)
			return NULL;
		if (db->last != FAIL_STALE || tries)
			return e;
		db_forget(db, s);
		e = NULL;
	}
	return e;
}

/* ---- rows ---- */

static const struct err *bad_value(struct db *db, const struct prepared *p, size_t i,
				   const char *why)
{
	struct text cause =
		text_fmt(db->arena, "%s: column %s %s", p->s->name, p->s->out[i].name, why);

	return err_because(db->arena, ERR_INTERNAL, cause, "database: %.*s", TEXT_F(cause));
}

static const struct err *read_text(struct db *db, struct prepared *p, size_t i, struct arena *a,
				   struct text *ret)
{
	const struct slot *s = &p->slots[i];
	unsigned long n = 0;
	my_bool null = 0, error = 0;
	MYSQL_BIND b = {
		.buffer_type = MYSQL_TYPE_STRING, .length = &n, .is_null = &null, .error = &error
	};

	if (s->null) {
		*ret = TEXT_NONE;
		return NULL;
	}
	if (s->length <= SLOT_TEXT) {
		*ret = (struct text){ arena_copy(a, s->v.text, s->length), s->length };
		return NULL;
	}
	b.buffer = arena_alloc(a, s->length + 1);
	b.buffer_length = s->length;
	if (mysql_stmt_fetch_column(p->st, &b, (unsigned)i, 0))
		return fail_stmt(db, p);
	*ret = (struct text){ b.buffer, s->length };
	return NULL;
}

/* One column of the row in hand, into its member. */
static const struct err *read_column(struct db *db, struct prepared *p, size_t i, struct arena *a,
				     void *row)
{
	const struct db_col *c = &p->s->out[i];
	const struct slot *s = &p->slots[i];
	void *to = (char *)row + c->offset;

	if (c->type == DB_TEXT)
		return read_text(db, p, i, a, to);
	if (s->null && c->type == base_type(c->type))
		return bad_value(db, p, i, "is NULL");
	if (!s->null && s->error)
		return bad_value(db, p, i, "is out of range");
	if (!s->null && base_type(c->type) == DB_SHA256 && s->length != sizeof(s->v.sha))
		return bad_value(db, p, i, "is not 32 bytes");
	switch (c->type) {
	case DB_U64:
		*(uint64_t *)to = s->v.u64;
		break;
	case DB_I64:
		*(int64_t *)to = s->v.i64;
		break;
	case DB_BOOL:
		*(bool *)to = s->v.u64 != 0;
		break;
	case DB_F64:
		*(double *)to = s->v.f64;
		break;
	case DB_SHA256:
		memcpy(to, s->v.sha, sizeof(s->v.sha));
		break;
	case DB_OPT_U64:
		*(struct opt_u64 *)to = (struct opt_u64){ !s->null, s->null ? 0 : s->v.u64 };
		break;
	case DB_OPT_I64:
		*(struct opt_i64 *)to = (struct opt_i64){ !s->null, s->null ? 0 : s->v.i64 };
		break;
	case DB_OPT_SHA256:
		((struct opt_sha256 *)to)->set = !s->null;
		if (!s->null)
			memcpy(((struct opt_sha256 *)to)->v.b, s->v.sha, sizeof(s->v.sha));
		break;
	default:
		BUG_ON("a column without a type");
	}
	return NULL;
}

/* Who takes the rows of a query, one by one. */
struct taker {
	void *row;           /* each row is put here */
	struct arena *texts; /* and its texts here */
	const struct err *(*take)(struct taker *t);
	size_t n; /* rows taken */
	void *ctx;
};

static const struct err *fetch_all(struct db *db, struct prepared *p, struct taker *t)
{
	const struct err *e = NULL;

	while (!e) {
		int rc = mysql_stmt_fetch(p->st);

		if (rc == MYSQL_NO_DATA)
			return NULL;
		if (rc == 1)
			return fail_stmt(db, p);
		for (size_t i = 0; i < p->nout && !e; i++)
			e = read_column(db, p, i, t->texts, t->row);
		if (!e)
			e = t->take(t);
		t->n++;
	}
	return e;
}

static const struct err *query_once(struct db *db, const struct db_stmt *s, struct db_vals args,
				    struct taker *t)
{
	struct prepared *p;
	const struct err *e = start(db, s, args, &p);

	if (e)
		return e;
	BUG_ON(!p->nout);
	db->last = FAIL_NONE;
	e = fetch_all(db, p, t);
	if (db->my && mysql_stmt_free_result(p->st) && !e)
		e = fail_stmt(db, p);
	return e;
}

static bool is_read(const struct db_stmt *s)
{
	return strncmp(s->sql, "SELECT", 6) == 0 || strncmp(s->sql, "WITH", 4) == 0 ||
	       strncmp(s->sql, "EXPLAIN", 7) == 0;
}

static const struct err *query(struct db *db, const struct db_stmt *s, struct db_vals args,
			       struct taker *t)
{
	int64_t from = time_monotonic_us();
	const struct err *e;

	db->counts.queries++;
	e = query_once(db, s, args, t);
	if (e && db->last == FAIL_LOST && !db->in_tx && !t->n && is_read(s))
		e = query_once(db, s, args, t);
	db->counts.us += time_monotonic_us() - from;
	return e;
}

static size_t row_size_of(const struct db_stmt *s)
{
	size_t size = 1, n = count_out(s);

	for (size_t i = 0; i < n; i++)
		if (s->out[i].offset + type_size(s->out[i].type) > size)
			size = s->out[i].offset + type_size(s->out[i].type);
	return size;
}

static const struct err *take_one(struct taker *t)
{
	BUG_ON(t->n); /* db_one and db_maybe ask by a unique key, or with LIMIT 1 */
	return NULL;
}

const struct err *db_maybe(struct db *db, const struct db_stmt *s, struct db_vals args,
			   void *ret_row, bool *ret_found)
{
	struct taker t = { .row = arena_alloc(db->arena, row_size_of(s)),
			   .texts = db->arena,
			   .take = take_one };
	const struct err *e = query(db, s, args, &t);
	size_t n = count_out(s);

	if (e)
		return e;
	*ret_found = t.n == 1;
	if (!t.n)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t at = s->out[i].offset;

		memcpy((char *)ret_row + at, (char *)t.row + at, type_size(s->out[i].type));
	}
	return NULL;
}

const struct err *db_one(struct db *db, const struct db_stmt *s, struct db_vals args, void *ret_row)
{
	bool found;
	const struct err *e = db_maybe(db, s, args, ret_row, &found);

	if (e || found)
		return e;
	return err_new(db->arena, ERR_NOT_FOUND, "Not Found");
}

struct rows {
	struct arena *arena;
	char *v;
	size_t size, room;
};

static const struct err *take_row(struct taker *t)
{
	struct rows *r = t->ctx;

	if (t->n + 1 == r->room) {
		char *more = arena_array(r->arena, r->room * 2, r->size);

		memcpy(more, r->v, r->room * r->size);
		r->v = more;
		r->room *= 2;
	}
	t->row = r->v + (t->n + 1) * r->size;
	return NULL;
}

const struct err *db_all(struct db *db, const struct db_stmt *s, struct db_vals args,
			 size_t row_size, void *ret_rows, size_t *ret_n)
{
	struct rows r = { .arena = db->arena, .size = row_size, .room = 16 };
	struct taker t = { .texts = db->arena, .take = take_row, .ctx = &r };
	const struct err *e;

	BUG_ON(row_size < row_size_of(s));
	r.v = arena_array(db->arena, r.room, row_size);
	t.row = r.v;
	e = query(db, s, args, &t);
	if (e)
		return e;
	memcpy(ret_rows, &r.v, sizeof(r.v));
	*ret_n = t.n;
	return NULL;
}

struct each {
	const struct err *(*fn)(void *ctx, const void *row);
	void *ctx;
};

static const struct err *take_each(struct taker *t)
{
	struct each *each = t->ctx;
	const struct err *e = each->fn(each->ctx, t->row);

	if (!e)
		arena_reset(t->texts);
	return e;
}

const struct err *db_each(struct db *db, const struct db_stmt *s, struct db_vals args, void *row,
			  const struct err *(*fn)(void *ctx, const void *row), void *ctx)
{
	struct each each = { fn, ctx };
	struct taker t = { .row = row, .texts = arena_new(0), .take = take_each, .ctx = &each };
	const struct err *e = query(db, s, args, &t);

	arena_free(t.texts);
	return e;
}

/* ---- writing ---- */

/*
 * Whether there is patience left for another try after that failure; then it has waited a little, by chance, so that those
 * who fought do not meet again, and longer each time.
 */
static bool try_again(enum fail f, int *spent, int *tries)
{
	unsigned char r;
	struct timespec ts = { 0 };

	*spent += f == FAIL_RETRY ? DEADLOCK_COSTS : OTHER_COSTS;
	if (*spent >= PATIENCE)
		return false;
	if (*tries < 4)
		++*tries;
	random_bytes(&r, sizeof(r));
	ts.tv_nsec = (long)(1 + r % 32) * 1000000L * (1L << *tries);
	(void)nanosleep(&ts, NULL);
	return true;
}

static const struct err *exec_once(struct db *db, const struct db_stmt *s, struct db_vals args,
				   uint64_t *ret_affected)
{
	struct prepared *p;
	const struct err *e = start(db, s, args, &p);

	if (e)
		return e;
	BUG_ON(p->nout);
	if (ret_affected)
		*ret_affected = mysql_stmt_affected_rows(p->st);
	db->insert_id = mysql_stmt_insert_id(p->st);
	return NULL;
}

const struct err *db_exec(struct db *db, const struct db_stmt *s, struct db_vals args,
			  uint64_t *ret_affected)
{
	int64_t from = time_monotonic_us();
	int spent = 0, tries = 0;
	const struct err *e;

	db->counts.queries++;
	do /* a statement of its own that failed so has changed nothing */
		e = exec_once(db, s, args, ret_affected);
	while (e && !db->in_tx && may_again(db->last) && try_again(db->last, &spent, &tries));
	db->counts.us += time_monotonic_us() - from;
	return e;
}

const struct err *db_exec_rows(struct db *db, const struct db_stmt *const *groups,
			       struct db_vals rows)
{
	const struct err *e = NULL;
	size_t at = 0;

	for (; *groups && !e; groups++) {
		size_t n = db_stmt_params(*groups);

		for (; rows.n - at >= n && !e; at += n)
			e = db_exec(db, *groups, (struct db_vals){ rows.v + at, n }, NULL);
	}
	BUG_ON(!e && at < rows.n);
	return e;
}

uint64_t db_insert_id(const struct db *db)
{
	return db->insert_id;
}

const struct err *db_raw(struct db *db, struct text sql)
{
	const struct err *e = connected(db);

	return e ? e : run_text(db, "raw", sql.p, sql.n);
}

const struct err *db_fresh(struct db *db, bool on)
{
	if (!db->cfg->db.galera)
		return NULL;
	return db_raw(db, on ? TEXT("SET SESSION wsrep_sync_wait = 1")
			     : TEXT("SET SESSION wsrep_sync_wait = 0"));
}

/* ---- transactions ---- */

static const struct err *begin(struct db *db)
{
	static const char sql[] = "START TRANSACTION";
	const struct err *e = connected(db);

	if (!e)
		e = run_text(db, "begin", sql, sizeof(sql) - 1);
	if (e && db->last == FAIL_LOST) { /* nothing has been done yet */
		e = connected(db);
		if (!e)
			e = run_text(db, "begin", sql, sizeof(sql) - 1);
	}
	return e;
}

static const struct err *commit(struct db *db)
{
	static const char sql[] = "COMMIT";
	const struct err *e = run_text(db, "commit", sql, sizeof(sql) - 1);

	/* the error of a cluster conflict says that it is rolled back; a lost answer says nothing
	 */
	if (e && db->tx_fail == FAIL_LOST)
		db->uncertain = true;
	return e;
}

static void rollback(struct db *db)
{
	if (db->my && mysql_real_query(db->my, "ROLLBACK", 8))
		close_all(db); /* the server rolls back what has lost its connection */
}

static const struct err *tx_once(struct db *db, const struct err *(*fn)(struct db *db, void *ctx),
				 void *ctx)
{
	const struct err *e;

	db->last = FAIL_NONE;
	db->tx_fail = FAIL_NONE;
	e = begin(db);
	if (e) {
		db->tx_fail = may_again(db->last) ? db->last : FAIL_OTHER;
		return e;
	}
	db->in_tx = true;
	e = fn(db, ctx);
	if (!e && db->tx_fail != FAIL_NONE)
		e = busy(db, TEXT("the transaction has failed, unseen by its function"));
	if (!e)
		e = commit(db);
	if (e)
		rollback(db);
	db->in_tx = false;
	return e;
}

const struct err *db_tx(struct db *db, const struct err *(*fn)(struct db *db, void *ctx), void *ctx)
{
	int spent = 0, tries = 0;

	BUG_ON(db->in_tx);
	db->uncertain = false;
	for (;;) {
		int64_t from = time_monotonic_us(), before = db->counts.us;
		const struct err *e = tx_once(db, fn, ctx);
		bool again = !db->uncertain && (may_again(db->tx_fail) || db->tx_fail == FAIL_LOST);

		if (db->counts.us == before && e)
			db->counts.us += time_monotonic_us() - from; /* waiting for a connection */
		if (!e || !again || !try_again(db->tx_fail, &spent, &tries))
			return e;
	}
}

bool db_commit_uncertain(const struct db *db)
{
	return db->uncertain;
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

bool db_connected(const struct db *db)
{
	return db->my != NULL;
}

/* ---- what check-sql asks ---- */

static enum db_type field_type(const MYSQL_FIELD *f)
{
	enum { BINARY_CHARSET = 63 };

	switch (f->type) {
	case MYSQL_TYPE_TINY:
	case MYSQL_TYPE_SHORT:
	case MYSQL_TYPE_INT24:
	case MYSQL_TYPE_LONG:
	case MYSQL_TYPE_LONGLONG:
		return f->flags & UNSIGNED_FLAG ? DB_U64 : DB_I64;
	case MYSQL_TYPE_DOUBLE:
	case MYSQL_TYPE_FLOAT:
		return DB_F64;
	case MYSQL_TYPE_STRING:
		return f->charsetnr == BINARY_CHARSET && f->length == 32 ? DB_SHA256 : DB_TEXT;
	case MYSQL_TYPE_VARCHAR:
	case MYSQL_TYPE_VAR_STRING:
	case MYSQL_TYPE_TINY_BLOB:
	case MYSQL_TYPE_MEDIUM_BLOB:
	case MYSQL_TYPE_LONG_BLOB:
	case MYSQL_TYPE_BLOB:
	case MYSQL_TYPE_DATE:
		return DB_TEXT;
	default:
		return DB_END;
	}
}

const struct err *db_describe(struct db *db, const struct db_stmt *s, struct db_column **ret,
			      size_t *ret_n)
{
	const struct err *e = connected(db);
	struct prepared *p;
	MYSQL_RES *res;
	unsigned n;

	if (!e)
		e = prepare(db, s, &p);
	if (e)
		return e;
	n = mysql_stmt_field_count(p->st);
	*ret = arena_array(db->arena, n, sizeof(**ret));
	*ret_n = n;
	res = mysql_stmt_result_metadata(p->st);
	for (unsigned i = 0; res && i < n; i++) {
		const MYSQL_FIELD *f = mysql_fetch_field_direct(res, i);

		(*ret)[i].name = text_z(db->arena, text_from(f->name));
		(*ret)[i].type = field_type(f);
		(*ret)[i].nullable = !(f->flags & NOT_NULL_FLAG);
	}
	if (res)
		mysql_free_result(res);
	return NULL;
}
