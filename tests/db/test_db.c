/* The connection, types, transactions and migrations, against a real MariaDB: tests/with-mariadb.sh
 * runs it. */
#include "db/db.h"

#include "app/base/arena.h"
#include "app/base/hash.h"
#include "db/migrate.h"
#include "tests/db/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;
static struct db *one, *two; /* two connections */

struct row {
	uint64_t id;
	int64_t i;
	bool b;
	struct text t;
	struct sha256 h;
	double f;
	struct opt_u64 ou;
	struct opt_i64 oi;
	struct opt_sha256 oh;
};

static const struct db_stmt insert = {
	.name = "t_insert",
	.sql = "INSERT INTO t (id, i, b, t, h, f, ou, oi, oh) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	.in = { DB_U64, DB_I64, DB_BOOL, DB_TEXT, DB_SHA256, DB_F64, DB_OPT_U64, DB_OPT_I64,
		DB_OPT_SHA256 },
};

#define ROW_COLUMNS                                                                                \
	{                                                                                          \
		DB_COL(struct row, id), DB_COL(struct row, i), DB_COL(struct row, b),              \
			DB_COL(struct row, t), DB_COL(struct row, h), DB_COL(struct row, f),       \
			DB_COL(struct row, ou), DB_COL(struct row, oi), DB_COL(struct row, oh)     \
	}

static const struct db_stmt by_id = {
	.name = "t_by_id",
	.sql = "SELECT id, i, b, t, h, f, ou, oi, oh FROM t WHERE id = ?",
	.in = { DB_U64 },
	.out = ROW_COLUMNS,
};

static const struct db_stmt all = {
	.name = "t_all",
	.sql = "SELECT id, i, b, t, h, f, ou, oi, oh FROM t ORDER BY id LIMIT 1000",
	.out = ROW_COLUMNS,
};

static const struct db_stmt set_i = {
	.name = "t_set_i",
	.sql = "UPDATE t SET i = ? WHERE id = ?",
	.in = { DB_I64, DB_U64 },
};

static const struct db_stmt child = {
	.name = "t_child",
	.sql = "INSERT INTO child (t_id) VALUES (?)",
	.in = { DB_U64 },
};

static const struct db_stmt many = {
	.name = "t_many",
	.sql = "INSERT INTO child (t_id) VALUES " DB_ROWS_8("(?)"),
	.in = { DB_U64 },
	.in_repeat = 8,
};

static const struct db_stmt connection = {
	.name = "t_connection",
	.sql = "SELECT CAST(CONNECTION_ID() AS UNSIGNED) AS id",
	.out = { DB_COL(struct row, id) },
};

static const struct db_stmt kill_it = {
	.name = "t_kill",
	.sql = "KILL CONNECTION ?",
	.in = { DB_U64 },
};

static void ok_(const struct err *e, int line)
{
	if (e)
		fail_msg("line %d: %s: %.*s (%.*s)", line, err_kind_name(e->kind),
			 TEXT_F(e->detail), TEXT_F(e->cause));
}
#define ok(e) ok_((e), __LINE__)

static void is_kind(const struct err *e, enum err_kind kind)
{
	assert_non_null(e);
	assert_string_equal(err_kind_name(e->kind), err_kind_name(kind));
}

static void add(uint64_t id, int64_t i)
{
	struct sha256 h = { { 0 } };

	ok(db_exec(one, &insert,
		   DB_ARGS(db_u64(id), db_i64(i), db_bool(false), db_text(TEXT("")), db_sha(&h),
			   db_f64(0), db_opt_u64((struct opt_u64){ 0 }),
			   db_opt_i64((struct opt_i64){ 0 }), db_sha(NULL)),
		   NULL));
}

static int64_t i_of(struct db *db, uint64_t id)
{
	struct row r;

	ok(db_one(db, &by_id, DB_ARGS(db_u64(id)), &r));
	return r.i;
}

static int setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	one = scratch_db(arena);
	two = scratch_db(arena);
	ok(db_raw(one, TEXT("DROP TABLE IF EXISTS child, t")));
	ok(db_raw(one, TEXT("CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY, i BIGINT NOT NULL, b "
			    "TINYINT UNSIGNED NOT NULL,"
			    " t MEDIUMTEXT, h BINARY(32) NOT NULL, f DOUBLE NOT NULL, ou INT "
			    "UNSIGNED, oi SMALLINT,"
			    " oh BINARY(32)) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE "
			    "utf8mb4_nopad_bin")));
	ok(db_raw(one, TEXT("CREATE TABLE child (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, "
			    "t_id BIGINT UNSIGNED NOT NULL,"
			    " FOREIGN KEY (t_id) REFERENCES t (id)) ENGINE=InnoDB")));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	db_free(one);
	db_free(two);
	arena_free(arena);
	return 0;
}

static void types(void **state)
{
	struct sha256 h = sha256_of(TEXT("x"));
	struct row r;

	(void)state;
	ok(db_exec(one, &insert,
		   DB_ARGS(db_u64(UINT64_MAX), db_i64(INT64_MIN), db_bool(true),
			   db_text(TEXT("a\0b \xc3\xa9 ")), db_sha(&h), db_f64(0.5),
			   db_opt_u64((struct opt_u64){ true, 4294967295 }),
			   db_opt_i64((struct opt_i64){ true, -7 }), db_sha(&h)),
		   NULL));
	ok(db_one(one, &by_id, DB_ARGS(db_u64(UINT64_MAX)), &r));
	assert_true(r.id == UINT64_MAX && r.i == INT64_MIN && r.b && r.f > 0.49 && r.f < 0.51);
	assert_true(text_eq(r.t, TEXT("a\0b \xc3\xa9 ")));
	assert_true(sha256_eq(&r.h, &h) && r.ou.set && r.ou.v == 4294967295 && r.oi.set &&
		    r.oi.v == -7);
	assert_true(r.oh.set && sha256_eq(&r.oh.v, &h));
}

static void nulls(void **state)
{
	struct sha256 h = { { 0 } };
	struct row r;

	(void)state;
	ok(db_exec(one, &insert,
		   DB_ARGS(db_u64(1), db_i64(0), db_bool(false), db_text(TEXT_NONE), db_sha(&h),
			   db_f64(0), db_opt_u64((struct opt_u64){ false, 3 }),
			   db_opt_i64((struct opt_i64){ false, 3 }), db_sha(NULL)),
		   NULL));
	ok(db_one(one, &by_id, DB_ARGS(db_u64(1)), &r));
	assert_true(!r.t.p && !r.ou.set && !r.oi.set && !r.oh.set && !r.b);
	is_kind(db_exec(one, &insert,
			DB_ARGS(db_u64(2), db_i64(0), db_bool(false), db_text(TEXT_NONE),
				db_sha(NULL), db_f64(0), db_opt_u64((struct opt_u64){ 0 }),
				db_opt_i64((struct opt_i64){ 0 }), db_sha(NULL)),
			NULL),
		ERR_INTERNAL);
}

static void long_text(void **state)
{
	static const size_t sizes[] = { 0, 1, 255, 256, 257, 70000, 1000000 };
	struct sha256 h = { { 0 } };
	struct row *rows;
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *p = arena_alloc(arena, sizes[i] + 1);

		memset(p, 'a' + (int)i, sizes[i]);
		ok(db_exec(one, &insert,
			   DB_ARGS(db_u64(i), db_i64(0), db_bool(false),
				   db_text((struct text){ p, sizes[i] }), db_sha(&h), db_f64(0),
				   db_opt_u64((struct opt_u64){ 0 }),
				   db_opt_i64((struct opt_i64){ 0 }), db_sha(NULL)),
			   NULL));
	}
	ok(db_all(one, &all, DB_NO_ARGS, sizeof(*rows), &rows, &n));
	assert_int_equal(n, ARRAY_SIZE(sizes));
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(rows[i].t.n, sizes[i]);
		assert_non_null(rows[i].t.p);
		if (sizes[i])
			assert_true(rows[i].t.p[0] == 'a' + (int)i &&
				    rows[i].t.p[sizes[i] - 1] == 'a' + (int)i);
	}
}

static void one_maybe_all(void **state)
{
	struct row r = { .i = 42 }, *rows;
	bool found = true;
	uint64_t affected;
	size_t n;

	(void)state;
	is_kind(db_one(one, &by_id, DB_ARGS(db_u64(9)), &r), ERR_NOT_FOUND);
	assert_int_equal(r.i, 42);
	ok(db_maybe(one, &by_id, DB_ARGS(db_u64(9)), &r, &found));
	assert_false(found);
	for (uint64_t i = 0; i < 100; i++)
		add(i, (int64_t)i * 3);
	ok(db_all(one, &all, DB_NO_ARGS, sizeof(*rows), &rows, &n));
	assert_int_equal(n, 100);
	for (size_t i = 0; i < n; i++)
		assert_true(rows[i].id == i && rows[i].i == (int64_t)i * 3);
	ok(db_exec(one, &set_i, DB_ARGS(db_i64(0), db_u64(0)), &affected));
	assert_int_equal(affected, 1); /* found, though unchanged */
	ok(db_exec(one, &set_i, DB_ARGS(db_i64(0), db_u64(1000)), &affected));
	assert_int_equal(affected, 0);
}

struct sum {
	int64_t i;
	size_t n, stop;
};

static const struct err *add_up(void *ctx, const void *row)
{
	struct sum *s = ctx;

	s->i += ((const struct row *)row)->i;
	s->n++;
	return s->n == s->stop ? err_new(arena, ERR_LIMIT, "enough") : NULL;
}

static void each(void **state)
{
	struct sum s = { 0 }, stopped = { .stop = 3 };
	struct row r;

	(void)state;
	for (uint64_t i = 1; i <= 50; i++)
		add(i, (int64_t)i);
	ok(db_each(one, &all, DB_NO_ARGS, &r, add_up, &s));
	assert_int_equal(s.i, 50 * 51 / 2);
	is_kind(db_each(one, &all, DB_NO_ARGS, &r, add_up, &stopped), ERR_LIMIT);
	assert_int_equal(i_of(one, 7), 7); /* the rest of the rows is not in the way */
}

static void keys_and_rows(void **state)
{
	struct db_val v[8];

	(void)state;
	add(1, 0);
	is_kind(db_exec(one, &insert,
			DB_ARGS(db_u64(1), db_i64(0), db_bool(false), db_text(TEXT("")),
				db_sha(&(struct sha256){ { 0 } }), db_f64(0),
				db_opt_u64((struct opt_u64){ 0 }),
				db_opt_i64((struct opt_i64){ 0 }), db_sha(NULL)),
			NULL),
		ERR_EXISTS);
	is_kind(db_exec(one, &child, DB_ARGS(db_u64(77)), NULL), ERR_NOT_FOUND);
	ok(db_exec(one, &child, DB_ARGS(db_u64(1)), NULL));
	assert_int_equal(db_insert_id(one), 2); /* the failed one took number 1 */
	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		v[i] = db_u64(1);
	ok(db_exec(one, &many, (struct db_vals){ v, ARRAY_SIZE(v) }, NULL));
}

struct fight {
	int runs, fail_first;
	bool other_done;
};

static const struct err *set_then_fail(struct db *db, void *ctx)
{
	const struct err *e = db_exec(db, &set_i, DB_ARGS(db_i64(5), db_u64(1)), NULL);

	(void)ctx;
	return e ? e : err_new(arena, ERR_INVALID, "no");
}

static const struct err *set_both(struct db *db, void *ctx)
{
	const struct err *e = db_exec(db, &set_i, DB_ARGS(db_i64(6), db_u64(1)), NULL);

	(void)ctx;
	return e ? e : db_exec(db, &set_i, DB_ARGS(db_i64(6), db_u64(2)), NULL);
}

static void commit_and_rollback(void **state)
{
	(void)state;
	add(1, 1);
	add(2, 2);
	is_kind(db_tx(one, set_then_fail, NULL), ERR_INVALID);
	assert_int_equal(i_of(two, 1), 1);
	ok(db_tx(one, set_both, NULL));
	assert_int_equal(i_of(two, 1), 6);
	assert_false(db_in_tx(one));
}

/* `two` holds row 2 and wants row 1, from inside the transaction of `one` that holds row 1 and
 * wants row 2. */
static const struct err *deadlocked(struct db *db, void *ctx)
{
	struct fight *f = ctx;
	const struct err *e = db_exec(db, &set_i, DB_ARGS(db_i64(8), db_u64(1)), NULL);

	f->runs++;
	if (e)
		return e;
	if (f->runs ==
	    1) { /* as the server says it: raised here, because one thread cannot wait for itself */
		e = db_raw(db, TEXT("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213"));
		assert_non_null(e);
		is_kind(db_exec(db, &set_i, DB_ARGS(db_i64(9), db_u64(2)), NULL),
			ERR_BUSY); /* nothing more is sent */
		return NULL;       /* and a function that does not notice is not committed either */
	}
	return db_exec(db, &set_i, DB_ARGS(db_i64(8), db_u64(2)), NULL);
}

static void deadlock_runs_again(void **state)
{
	struct fight f = { 0 };

	(void)state;
	add(1, 1);
	add(2, 2);
	ok(db_tx(one, deadlocked, &f));
	assert_int_equal(f.runs, 2);
	assert_int_equal(i_of(two, 1), 8);
	assert_int_equal(i_of(two, 2), 8);
}

static const struct err *wait_for_two(struct db *db, void *ctx)
{
	struct fight *f = ctx;
	const struct err *e;

	f->runs++;
	e = db_exec(db, &set_i, DB_ARGS(db_i64(3), db_u64(1)), NULL);
	if (e && f->runs == 1) /* 1205: now let the other one go */
		ok(db_raw(two, TEXT("COMMIT")));
	return e;
}

static void lock_wait_runs_again(void **state)
{
	struct fight f = { 0 };

	(void)state;
	add(1, 1);
	ok(db_raw(one, TEXT("SET innodb_lock_wait_timeout = 1")));
	ok(db_raw(two, TEXT("START TRANSACTION")));
	ok(db_exec(two, &set_i, DB_ARGS(db_i64(2), db_u64(1)), NULL));
	ok(db_tx(one, wait_for_two, &f));
	assert_int_equal(f.runs, 2);
	assert_int_equal(i_of(two, 1), 3);
}

static const struct err *always_deadlocked(struct db *db, void *ctx)
{
	++*(int *)ctx;
	return db_raw(db, TEXT("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213"));
}

static const struct err *always_waiting(struct db *db, void *ctx)
{
	++*(int *)ctx;
	return db_raw(db, TEXT("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1205"));
}

static void gives_up(void **state)
{
	int runs = 0;

	(void)state;
	is_kind(db_tx(one, always_deadlocked, &runs), ERR_BUSY);
	assert_int_equal(runs, 12);
	runs = 0;
	is_kind(db_tx(one, always_waiting, &runs), ERR_BUSY);
	assert_int_equal(runs, 4);
}

static void kill_connection(struct db *db, struct db *by)
{
	struct row r;

	ok(db_one(db, &connection, DB_NO_ARGS, &r));
	ok(db_exec(by, &kill_it, DB_ARGS(db_u64(r.id)), NULL));
}

static void reconnects(void **state)
{
	(void)state;
	add(1, 1);
	kill_connection(one, two);
	assert_int_equal(i_of(one, 1), 1); /* a read */
	kill_connection(one, two);
	ok(db_exec(one, &set_i, DB_ARGS(db_i64(4), db_u64(1)),
		   NULL)); /* a write: the farewell was seen before */
	kill_connection(one, two);
	ok(db_tx(one, set_then_fail, NULL) ? NULL : err_new(arena, ERR_INTERNAL, "did not fail"));
	assert_int_equal(i_of(one, 1), 4);
}

static const struct err *killed_inside(struct db *db, void *ctx)
{
	const struct err *e = db_exec(db, &set_i, DB_ARGS(db_i64(7), db_u64(1)), NULL);

	if (e)
		return e;
	if (++*(int *)ctx == 1)
		kill_connection(db, two);
	return db_exec(db, &set_i, DB_ARGS(db_i64(7), db_u64(2)), NULL);
}

static void lost_before_commit_runs_again(void **state)
{
	int runs = 0;

	(void)state;
	add(1, 1);
	add(2, 2);
	ok(db_tx(one, killed_inside, &runs));
	assert_int_equal(runs, 2);
	assert_false(db_commit_uncertain(one));
	assert_int_equal(i_of(two, 2), 7);
}

static const struct err *killed_at_end(struct db *db, void *ctx)
{
	const struct err *e = db_exec(db, &set_i, DB_ARGS(db_i64(7), db_u64(1)), NULL);

	++*(int *)ctx;
	if (!e)
		kill_connection(db, two);
	return e;
}

static void lost_commit_is_uncertain(void **state)
{
	int runs = 0;

	(void)state;
	add(1, 1);
	is_kind(db_tx(one, killed_at_end, &runs), ERR_BUSY);
	assert_int_equal(runs, 1);
	assert_true(db_commit_uncertain(one));
	assert_int_equal(i_of(one, 1), 1);
}

static void no_server(void **state)
{
	struct config c = *scratch_config();
	struct db *db;
	struct row r;
	const struct err *e;

	(void)state;
	c.db.socket = TEXT("/nonexistent/socket");
	db = db_new(&c);
	db_use_arena(db, arena);
	e = db_one(db, &connection, DB_NO_ARGS, &r);
	is_kind(e, ERR_BUSY);
	assert_true(e->retry_after_s > 0 && text_eq(e->detail, TEXT("Service unavailable")));
	assert_int_equal(err_status(e), 503);
	db_free(db);
}

static const struct err *write_in_read_only(struct db *db, void *ctx)
{
	const struct err *e = db_raw(db, TEXT("COMMIT"));

	(void)ctx;
	if (!e)
		e = db_raw(db, TEXT("START TRANSACTION READ ONLY"));
	return e ? e : db_exec(db, &set_i, DB_ARGS(db_i64(7), db_u64(1)), NULL);
}

static void read_only(void **state)
{
	const struct err *e;

	(void)state;
	add(1, 1);
	e = db_tx(one, write_in_read_only, NULL);
	is_kind(e, ERR_BUSY);
	assert_true(text_starts(e->detail, TEXT("crates.test is currently in read-only mode.")));
	assert_int_equal(err_status(e), 503);
}

static void stale_statement(void **state)
{
	(void)state;
	add(1, 1);
	assert_int_equal(i_of(one, 1), 1);
	ok(db_raw(two, TEXT("ALTER TABLE t ADD COLUMN more INT FIRST")));
	assert_int_equal(i_of(one, 1), 1);
}

static void counts(void **state)
{
	(void)state;
	db_count_reset(one);
	add(1, 1);
	(void)i_of(one, 1);
	ok(db_tx(one, set_both, NULL));
	assert_int_equal(db_counts(one).queries, 4);
	assert_true(db_counts(one).us > 0);
}

static void migrations(void **state)
{
	uint64_t n;

	(void)state;
	ok(db_migrate(one, &n));
	assert_int_equal(n, db_schema_version());
	ok(db_schema_check(one));
	ok(db_migrate(one, &n));
	assert_int_equal(n, 0);
	ok(db_raw(one,
		  TEXT("DELETE FROM schema_migrations WHERE version = 2"))); /* as if it had failed
										at its end */
	is_kind(db_schema_check(one), ERR_INTERNAL);
	ok(db_raw(one, TEXT("UPDATE categories SET category = 'x' WHERE slug = 'aerospace'")));
	ok(db_raw(one, TEXT("INSERT INTO categories (category, slug, description, path, created_us)"
			    " VALUES ('gone', 'gone', '', '', 0)")));
	ok(db_raw(one, TEXT("UPDATE categories SET description = '' WHERE slug = 'science'")));
	ok(db_raw(one, TEXT("UPDATE categories SET description = 'mine' WHERE slug = 'os'")));
	ok(db_migrate(one, &n));
	assert_int_equal(n, 1);
	ok(db_raw(
		one,
		TEXT("UPDATE categories SET category = 'seen' WHERE slug = 'aerospace::drones' AND"
		     " category = 'Aerospace::Drones' AND path = 'root.aerospace.drones'")));
	ok(db_raw(one, TEXT("INSERT INTO schema_migrations (version, name, applied_us) VALUES "
			    "(9999, 'future', 0)")));
	is_kind(db_migrate(one, &n), ERR_INTERNAL);
	is_kind(db_schema_check(one), ERR_INTERNAL);
	ok(db_raw(one, TEXT("DELETE FROM schema_migrations WHERE version = 9999")));
}

struct name_row {
	struct text category, description;
};

static void category_names(void **state)
{
	static const struct db_stmt by_slug = {
		.name = "t_category",
		.sql = "SELECT category, description FROM categories WHERE slug = ?",
		.in = { DB_TEXT },
		.out = { DB_COL(struct name_row, category), DB_COL(struct name_row, description) },
	};
	uint64_t n;
	bool found;
	struct name_row r;

	(void)state;
	ok(db_migrate(one, &n));
	ok(db_one(one, &by_slug, DB_ARGS(db_text(TEXT("aerospace::drones"))), &r));
	assert_true(text_eq(r.category, TEXT("Aerospace::Drones")) && r.description.n);
	ok(db_one(one, &by_slug, DB_ARGS(db_text(TEXT("science"))), &r));
	assert_true(
		r.description.n); /* of ours where there was none, the other's where there was */
	ok(db_one(one, &by_slug, DB_ARGS(db_text(TEXT("os"))), &r));
	assert_true(text_eq(r.description, TEXT("mine")));
	ok(db_maybe(one, &by_slug, DB_ARGS(db_text(TEXT("gone"))), &r, &found));
	assert_false(found);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	static const struct CMUnitTest tests[] = {
		T(types),
		T(nulls),
		T(long_text),
		T(one_maybe_all),
		T(each),
		T(keys_and_rows),
		T(commit_and_rollback),
		T(deadlock_runs_again),
		T(lock_wait_runs_again),
		T(gives_up),
		T(reconnects),
		T(lost_before_commit_runs_again),
		T(lost_commit_is_uncertain),
		T(no_server),
		T(read_only),
		T(stale_statement),
		T(counts),
		T(migrations),
		T(category_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
