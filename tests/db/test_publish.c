/* The transactions of publish, yank and the job queue, against a real MariaDB: tests/with-mariadb.sh runs it. */
#include "db/publish.h"

#include "app/base/arena.h"
#include "app/base/time.h"
#include "db/bucket.h"
#include "db/crate.h"
#include "db/delete.h"
#include "db/dependency_count.h"
#include "db/derived.h"
#include "db/email.h"
#include "db/fsck.h"
#include "db/index.h"
#include "db/job.h"
#include "db/mail_view.h"
#include "db/migrate.h"
#include "db/schedule.h"
#include "db/session.h"
#include "db/token.h"
#include "db/user.h"
#include "db/yank.h"
#include "tests/db/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena *arena;
static struct db *db;
static uint64_t user; /* one who publishes */

static void ok_(const struct err *e, int line)
{
	if (e)
		fail_msg("line %d: %s: %.*s (%.*s)", line, err_kind_name(e->kind),
			 TEXT_F(e->detail), TEXT_F(e->cause));
}
#define ok(e) ok_((e), __LINE__)

static void says(const struct err *e, enum err_kind kind, const char *detail)
{
	assert_non_null(e);
	assert_string_equal(text_z(arena, e->detail), detail);
	assert_string_equal(err_kind_name(e->kind), err_kind_name(kind));
}

struct number {
	uint64_t n;
};

/* One number by a statement of the test's own. */
static uint64_t number(const char *sql)
{
	struct db_stmt *s = arena_alloc(arena, sizeof(*s));
	struct number row;

	*s = (struct db_stmt){ .name = "t_number",
			       .sql = sql,
			       .out = { DB_COL(struct number, n) } };
	ok(db_one(db, s, DB_NO_ARGS, &row));
	db_forget(db, s);
	return row.n;
}

static uint64_t count(const char *from)
{
	return number(text_z(
		arena, text_fmt(arena, "SELECT CAST(COUNT(*) AS UNSIGNED) AS n FROM %s", from)));
}

static uint64_t add_user(const char *login)
{
	struct user_new u = { .login = text_from(login),
			      .email = TEXT("a@example.org"),
			      .verified = true };
	uint64_t id;

	ok(db_user_add(db, &u, &id));
	return id;
}

static int setup(void **state)
{
	static const char *const tables[] = { "crates",          "crate_index",
					      "background_jobs", "keywords",
					      "users",           "deleted_crates",
					      "job_schedule",    "publish_rate_overrides" };
	uint64_t n;

	(void)state;
	arena = arena_new(0);
	db = scratch_db(arena);
	ok(db_migrate(db, &n));
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		ok(db_raw(db, text_fmt(arena, "DELETE FROM %s", tables[i])));
	ok(db_raw(db, TEXT("UPDATE metadata SET num_crates = 0, num_keywords = 0")));
	ok(db_raw(db, TEXT("UPDATE categories SET crates_cnt = 0")));
	user = add_user("ann");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	db_free(db);
	arena_free(arena);
	return 0;
}

/* A manifest with nothing in it, and its input by `user`. */
static struct publish_in input(struct manifest *m, const char *name, const char *version)
{
	*m = (struct manifest){ .name = text_from(name),
				.version = text_from(version),
				.description = TEXT("what it is"),
				.license = TEXT("MIT") };
	return (struct publish_in){ .manifest = m,
				    .sha = sha256_of(text_fmt(arena, "%s %s", name, version)),
				    .bytes = 100,
				    .user_id = user,
				    .email = TEXT("a@example.org") };
}

static struct publish_out publish(const char *name, const char *version)
{
	struct manifest m;
	struct publish_in in = input(&m, name, version);
	struct publish_out out;

	ok(db_publish(db, &in, &out));
	return out;
}

/* As publish, with one dependency on each name. */
static const struct err *publish_on(const char *name, const char *version, const char *const *on,
				    bool import, struct publish_out *ret)
{
	struct manifest_dep deps[40] = { 0 };
	struct manifest m;
	struct publish_in in = input(&m, name, version);

	for (; on[m.ndeps]; m.ndeps++)
		deps[m.ndeps] =
			(struct manifest_dep){ .name = text_from(on[m.ndeps]), .req = TEXT("1.0") };
	m.deps = deps;
	in.import = import;
	return db_publish(db, &in, ret);
}

/* fsck finds nothing to complain of, once what jobs count is counted. */
static void proved(void)
{
	ok(db_raw(db,
		  TEXT("UPDATE dependents d SET n = (SELECT COUNT(*) FROM reverse_dependencies r"
		       " WHERE r.target_crate_id = d.crate_id)")));
	for (enum fsck_rule rule = 0; rule < FSCK_RULES; rule++) {
		struct fsck_row *rows;
		size_t n;

		ok(db_fsck_find(db, rule, &rows, &n));
		if (n)
			fail_msg("fsck: %s %.*s", fsck_rule_text(rule), TEXT_F(rows[0].name));
	}
}

static void new_crate(void **state)
{
	struct manifest m;
	struct publish_in in = input(&m, "Foo-bar", "1.0.0+build");
	struct text words[] = { TEXT("Web"), TEXT("http"), TEXT("web") },
		    slugs[] = { TEXT("science"), TEXT("games") },
		    bins[] = { TEXT("a"), TEXT("b\"") }, values[] = { TEXT("dep:x") };
	struct manifest_feature features[] = { { TEXT("f"), { values, 1 } } };
	struct db_index_state index;
	struct db_index_version *v;
	struct publish_out out;
	bool found;
	size_t n;

	(void)state;
	m.keywords = (struct texts){ words, 3 };
	m.categories = (struct texts){ slugs, 2 };
	m.bin_names = (struct texts){ bins, 2 };
	m.features = features;
	m.nfeatures = 1;
	in.readme = TEXT("# read me");
	ok(db_publish(db, &in, &out));
	assert_true(out.is_new && out.crate_id && out.version_id && out.settle_job_id);
	assert_true(text_eq(out.canon, TEXT("foo_bar")) && text_eq(out.name, TEXT("Foo-bar")));

	ok(db_index_state(db, TEXT("foo_bar"), &index, &found));
	assert_true(found && index.index_gen == 1 && index.index_stamp > 1700000000);
	assert_true(text_eq(index.name, TEXT("Foo-bar")));
	ok(db_index_versions(db, TEXT("foo_bar"), &v, &n));
	assert_int_equal(n, 1);
	assert_true(text_eq(v[0].num, TEXT("1.0.0+build")) && sha256_eq(&v[0].tar_sha256, &in.sha));
	assert_true(text_eq(v[0].features, TEXT("{\"f\":[\"dep:x\"]}")));

	assert_int_equal(count("crate_owners WHERE owner_kind = 0 AND deleted = 0"), 1);
	assert_int_equal(count("crate_downloads"), 1);
	assert_int_equal(count("recent_crate_downloads WHERE downloads IS NULL"), 1);
	assert_int_equal(count("keywords WHERE keyword IN ('web', 'http') AND crates_cnt = 1"), 2);
	assert_int_equal(count("categories WHERE crates_cnt = 1"), 2);
	assert_int_equal(
		count("versions WHERE num_no_build = '1.0.0' AND bin_names = '[\"a\",\"b\\\\\"\"]'"
		      " AND keywords = '[\"Web\",\"http\",\"web\"]' AND published_by IS NOT NULL"),
		1);
	assert_int_equal(count("versions_published_by"), 1);
	assert_int_equal(count("version_owner_actions WHERE action = 0 AND api_token_id IS NULL"),
			 1);
	assert_int_equal(count("background_jobs WHERE job_type = 'settle' AND data = "
			       "'{\"name\":\"foo_bar\"}'"),
			 1);
	assert_int_equal(count("background_jobs WHERE job_type = 'render_and_upload_readme'"), 1);
	assert_int_equal(number("SELECT num_crates AS n FROM metadata"), 1);
	assert_int_equal(number("SELECT num_keywords AS n FROM metadata"), 2);
	assert_true(count("search_postings") > 2);
	proved();
}

static void refused(void **state)
{
	static const char not_owner[] =
		"this crate exists but you don't seem to be an owner. If you believe this is a "
		"mistake, perhaps you need to accept an invitation to be an owner before "
		"publishing.";
	static const char *const unknown[] = { "first", "other", NULL };
	struct manifest m;
	struct publish_in in;
	struct publish_out out = publish("first", "1.0.0");
	struct text slugs[] = { TEXT("nope"), TEXT("science"), TEXT("no-such") };
	uint64_t stranger = add_user("bob"), jobs = count("background_jobs");

	(void)state;
	in = input(&m, "Std", "1.0.0");
	says(db_publish(db, &in, &out), ERR_INVALID, "cannot upload a crate with a reserved name");
	in = input(&m, "FIRST", "2.0.0");
	in.user_id = stranger; /* row 42 comes before row 43 */
	says(db_publish(db, &in, &out), ERR_AUTH, not_owner);
	in.user_id = user;
	says(db_publish(db, &in, &out), ERR_INVALID, "crate was previously named `first`");
	in = input(&m, "first", "1.0.0+other");
	says(db_publish(db, &in, &out), ERR_INVALID, "crate version `1.0.0` is already uploaded");
	in = input(&m, "first", "2.0.0");
	in.new_versions_daily = 1;
	says(db_publish(db, &in, &out), ERR_LIMIT,
	     "You have published too many versions of this crate in the last 24 hours");
	says(publish_on("second", "1.0.0", unknown, false, &out), ERR_INVALID,
	     "no known crate named `other`");
	in = input(&m, "second", "1.0.0");
	m.categories = (struct texts){ slugs, 3 };
	says(db_publish(db, &in, &out), ERR_INVALID,
	     "The following category slugs are not currently supported on crates.test: nope, "
	     "no-such\n\n"
	     "See http://crates.test/category_slugs for a list of supported slugs.");
	in = input(&m, "second", "1.0.0");
	in.user_id = 0;
	in.by_trustpub = true;
	says(db_publish(db, &in, &out), ERR_AUTH,
	     "Trusted Publishing tokens do not support creating new crates. Publish the crate "
	     "manually, first");
	assert_int_equal(count("crates"), 1); /* nothing is left of any of them */
	assert_int_equal(count("versions"), 1);
	assert_int_equal(count("crate_index"), 1);
	assert_int_equal(count("background_jobs"), jobs);
	assert_int_equal(number("SELECT index_gen AS n FROM crate_index"), 1);
	in = input(&m, "first", "2.0.0"); /* a team member, and a trusted workflow */
	in.user_id = stranger;
	in.team_id = 7;
	says(db_publish(db, &in, &out), ERR_AUTH, not_owner); /* the team has gone meanwhile */
	ok(db_raw(db, TEXT("INSERT INTO crate_owners"
			   " (crate_id, owner_id, owner_kind, created_us, updated_us)"
			   " SELECT id, 7, 1, 1, 1 FROM crates WHERE name = 'first'")));
	ok(db_raw(db, TEXT("INSERT INTO teams (id, login, github_id) VALUES (7, 't', 7)")));
	ok(db_publish(db, &in, &out));
	in = input(&m, "first", "3.0.0");
	in.user_id = 0;
	in.by_trustpub = true;
	in.trustpub_data = TEXT("{\"provider\":\"github\"}");
	ok(db_publish(db, &in, &out));
	assert_int_equal(count("version_owner_actions"), 2);
	assert_int_equal(count("versions WHERE published_by IS NULL AND trustpub_data IS NOT NULL"),
			 1);
	proved();
}

static struct text default_num(uint64_t crate_id)
{
	struct num {
		struct text num;
	};
	static const struct db_stmt s = {
		.name = "t_default",
		.sql = "SELECT v.num FROM default_versions d JOIN versions v ON v.id = "
		       "d.version_id WHERE d.crate_id = ?",
		.in = { DB_U64 },
		.out = { DB_COL(struct num, num) },
	};
	struct num row;

	ok(db_one(db, &s, DB_ARGS(db_u64(crate_id)), &row));
	return row.num;
}

static bool yank(const struct publish_out *v, bool yanked)
{
	struct yank_in in = { .crate_id = v->crate_id,
			      .version_id = v->version_id,
			      .user_id = user,
			      .yanked = { true, yanked } };
	struct yank_out out;

	ok(db_yank(db, &in, &out));
	assert_true(out.yanked == yanked && (!out.changed || out.settle_job_id));
	return out.changed;
}

static void default_version(void **state)
{
	struct publish_out pre = publish("a", "2.0.0-rc.1"), one = publish("a", "1.0.0"), two;
	uint64_t id = one.crate_id;

	(void)state;
	assert_true(text_eq(default_num(id), TEXT("1.0.0")));
	(void)publish("a", "0.9.0");
	assert_true(text_eq(default_num(id), TEXT("1.0.0")));
	two = publish("a", "1.10.0");
	(void)publish("a", "1.9.0");
	assert_true(text_eq(default_num(id), TEXT("1.10.0")));
	assert_int_equal(number("SELECT num_versions AS n FROM default_versions"), 5);
	assert_true(yank(&two, true));
	assert_false(yank(&two, true)); /* nothing to do */
	assert_true(text_eq(default_num(id), TEXT("1.9.0")));
	assert_int_equal(count("version_owner_actions WHERE action = 1"), 1);
	ok(db_raw(db, TEXT("UPDATE versions SET yanked = 1 WHERE prerelease = 0")));
	assert_true(yank(&one, false) && yank(&one, true));
	assert_true(text_eq(default_num(id),
			    TEXT("2.0.0-rc.1"))); /* unyanked, before any that is yanked */
	assert_true(yank(&pre, true));
	assert_true(text_eq(default_num(id), TEXT("1.10.0")));
	assert_true(yank(&two, false));
	assert_true(number("SELECT index_gen AS n FROM crate_index") >= 10);
	proved();
}

static void stamps_grow(void **state)
{
	int64_t before = 0;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct db_index_state s;
		bool found;

		(void)publish("a", text_z(arena, text_fmt(arena, "1.0.%d", i)));
		ok(db_index_state(db, TEXT("a"), &s, &found));
		assert_true(s.index_stamp > before && s.index_gen == (uint64_t)i + 1);
		before = s.index_stamp;
	}
	ok(db_raw(db, TEXT("DELETE FROM crates"))); /* the name's row stays */
	(void)publish("a", "1.0.0");
	assert_int_equal(number("SELECT index_gen AS n FROM crate_index"), 5);
}

static void reverse_dependencies(void **state)
{
	static const char *const on_ab[] = { "a", "b", "a", NULL }, *const on_b[] = { "b", NULL },
				 *const self[] = { "d", NULL };
	struct publish_out a = publish("a", "1.0.0"), out, two;

	(void)state;
	(void)publish("b", "1.0.0");
	ok(publish_on("c", "1.0.0", on_ab, false, &out));
	assert_int_equal(count("dependencies WHERE req = '^1.0' AND crate_id IS NOT NULL"), 3);
	assert_int_equal(count("reverse_dependencies"), 2);
	assert_int_equal(count("background_jobs WHERE job_type = 'update_dependents'"), 1);
	ok(publish_on("c", "2.0.0", on_b, false, &two));
	assert_int_equal(count("reverse_dependencies"), 1);
	assert_int_equal(
		count(text_z(arena, text_fmt(arena,
					     "background_jobs WHERE job_type = 'update_dependents'"
					     " AND data = '{\"crate_ids\":[%llu]}'",
					     (unsigned long long)a.crate_id))),
		1);
	assert_true(yank(&two, true));
	assert_int_equal(count("reverse_dependencies"), 2);
	assert_true(yank(&out, true));
	assert_int_equal(count("reverse_dependencies"), 0);
	ok(publish_on("d", "1.0.0", self, false, &out)); /* a crate may depend on itself */
	assert_int_equal(count("reverse_dependencies"), 1);
	proved();
}

static void imported(void **state)
{
	static const char *const on[] = { "later", "never", NULL };
	struct publish_out out;

	(void)state;
	ok(publish_on("early", "1.0.0", on, true, &out));
	assert_int_equal(count("dependencies WHERE crate_id IS NULL"), 2);
	(void)publish("later", "1.0.0");
	assert_int_equal(count("dependencies WHERE crate_id IS NULL"), 1);
	assert_int_equal(count("reverse_dependencies"), 1);
	proved();
}

static uint64_t declared_on(const struct publish_out *crate)
{
	return number(text_z(
		arena, text_fmt(arena,
				"SELECT " DECLARED_SQL(
					"k.crate_id") " AS n"
						      " FROM dependents k WHERE k.crate_id = %llu",
				(unsigned long long)crate->crate_id)));
}

static void all_summed(void)
{
	size_t n = 1;

	while (n)
		ok(db_dependency_counts_sum(db, &n));
	assert_int_equal(count("dependency_changes"), 0);
}

/* Rows of all versions, at every moment: noted or added up, come, found or gone. */
static void dependencies_are_counted(void **state)
{
	static const char *const twice[] = { "a", "b", "a", NULL }, *const waiting[] = { "late",
											 "a",
											 NULL };
	struct publish_out a = publish("a", "1.0.0"), b = publish("b", "1.0.0"), one, two, early,
			   late;
	struct delete_in in = { 0 };
	struct delete_out gone;

	(void)state;
	ok(publish_on("c", "1.0.0", twice, false, &one));
	ok(publish_on("c", "2.0.0", twice, false, &two));
	assert_true(declared_on(&a) == 4 && declared_on(&b) == 2);
	proved();
	all_summed();
	assert_true(declared_on(&a) == 4 && declared_on(&b) == 2);
	ok(publish_on("early", "1.0.0", waiting, true, &early));
	late = publish("late", "1.0.0");
	assert_true(declared_on(&late) == 1 && declared_on(&a) == 5);
	proved();

	in = (struct delete_in){ .crate_id = two.crate_id, .version_id = two.version_id };
	ok(db_delete(db, &in, &gone));
	assert_true(declared_on(&a) == 3 && declared_on(&b) == 1);
	proved();
	in = (struct delete_in){ .crate_id = early.crate_id };
	ok(db_delete(db, &in, &gone));
	assert_true(declared_on(&late) == 0 && declared_on(&a) == 2);
	in = (struct delete_in){ .crate_id = b.crate_id };
	ok(db_delete(db, &in, &gone)); /* by an administrator: c waits for it again */
	proved();
	all_summed();
	proved();
	b = publish("b", "1.0.0");
	assert_int_equal(declared_on(&b), 1);
	proved();
}

static void dependency_counts_are_mended(void **state)
{
	static const char *const on[] = { "a", NULL };
	struct publish_out a = publish("a", "1.0.0"), out;
	struct fsck_row *rows;
	size_t n;

	(void)state;
	ok(publish_on("c", "1.0.0", on, false, &out));
	all_summed();
	ok(publish_on("c", "2.0.0", on, false, &out)); /* noted, not added up */
	ok(db_raw(db, TEXT("UPDATE dependents SET declared = declared + 7")));
	ok(db_fsck_find(db, FSCK_DECLARED, &rows, &n));
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++)
		ok(db_fsck_mend(db, FSCK_DECLARED, &rows[i]));
	assert_int_equal(declared_on(&a), 2);
	proved();
	all_summed();
	proved();
}

static void many_dependencies(void **state)
{
	const char *names[39] = { NULL };
	struct publish_out out;

	(void)state;
	for (size_t i = 0; i < 38; i++) {
		names[i] = text_z(arena, text_fmt(arena, "dep%02zu", i));
		(void)publish(names[i], "1.0.0");
	}
	ok(publish_on("all", "1.0.0", names, false, &out));
	assert_int_equal(count("dependencies"), 38);
	assert_int_equal(count("dependencies d JOIN crates c ON c.id = d.crate_id AND c.name = "
			       "d.crate_name"),
			 38);
	proved();
}

static void links_follow(void **state)
{
	struct manifest m;
	struct publish_in in = input(&m, "a", "1.0.0");
	struct text first[] = { TEXT("x"), TEXT("y") }, second[] = { TEXT("y"), TEXT("z") };
	struct publish_out out;

	(void)state;
	m.keywords = (struct texts){ first, 2 };
	ok(db_publish(db, &in, &out));
	in = input(&m, "a", "2.0.0");
	m.keywords = (struct texts){ second, 2 };
	ok(db_publish(db, &in, &out));
	assert_int_equal(count("crates_keywords"), 2);
	assert_int_equal(count("keywords WHERE keyword = 'x' AND crates_cnt = 0"), 1);
	assert_int_equal(count("keywords WHERE keyword IN ('y', 'z') AND crates_cnt = 1"), 2);
	proved();
}

/* In a process of its own: publishes versions of `name` that depend on `on`. Ends with the number that failed. */
static void publisher(const char *name, const char *on, int times)
{
	int failed = 0;

	arena = arena_new(0);
	db = scratch_db(arena);
	for (int i = 1; i <= times; i++) {
		const char *deps[] = { on, NULL };
		struct publish_out out;
		const struct err *e = publish_on(name, text_z(arena, text_fmt(arena, "1.0.%d", i)),
						 deps, false, &out);

		if (e) {
			fprintf(stderr, "%s: %.*s\n", name, TEXT_F(e->cause));
			failed++;
		}
	}
	_exit(failed);
}

static void at_once(void **state)
{
	static const char *const pairs[][2] = { { "hub", "leaf" }, { "leaf", "hub" },
						{ "left", "hub" }, { "right", "hub" },
						{ "up", "left" },  { "down", "up" },
						{ "odd", "down" }, { "even", "odd" } };
	pid_t pid[ARRAY_SIZE(pairs)];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		(void)publish(pairs[i][0], "0.1.0");
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (!pid[i])
			publisher(pairs[i][0], pairs[i][1], 12);
	}
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		int status;

		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	db_disconnect(
		db); /* the children closed their copies of nothing: this one was not used by them */
	assert_int_equal(count("versions"), ARRAY_SIZE(pairs) * 13);
	proved();
}

static void same_name_at_once(void **state)
{
	enum { N = 6 };
	pid_t pid[N];
	int won = 0;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (!pid[i]) {
			struct manifest m;
			struct publish_in in;
			struct publish_out out;
			const struct err *e;

			arena = arena_new(0);
			db = scratch_db(arena);
			in = input(&m, "new", "1.0.0");
			e = db_publish(db, &in, &out);
			_exit(!e ? 0
			      : text_starts(e->detail, TEXT("crate version `1.0.0` is already"))
				      ? 1
				      : 2);
		}
	}
	for (size_t i = 0; i < N; i++) {
		int status;

		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
		won += WEXITSTATUS(status) == 0;
	}
	assert_int_equal(won, 1);
	assert_int_equal(count("crates"), 1);
	proved();
}

/* ---- jobs */

static const struct text types[] = { TEXT_INIT("settle"), TEXT_INIT("update_dependents"),
				     TEXT_INIT("analyze_crate_file"),
				     TEXT_INIT("sync_to_git_index") };

static bool claim(const char *queue, const char *owner, int64_t lease_s, struct job *ret)
{
	struct job_claim c = { .queue = text_from(queue),
			       .types = types,
			       .ntypes = ARRAY_SIZE(types),
			       .owner = text_from(owner),
			       .lease_s = lease_s,
			       .max_retries = 5,
			       .alone = text_eq(text_from(queue), TEXT("repository")) };
	bool found;

	ok(db_job_claim(db, &c, ret, &found));
	return found;
}

static void jobs(void **state)
{
	struct job j, k;
	uint64_t low, high;
	bool ours;

	(void)state;
	ok(db_job_add(db, &job_analyze_crate, TEXT("{\"version_id\":1}"), &low));
	ok(db_job_add(db, &job_dependents, TEXT("{\"crate_id\":1}"), &high));
	ok(db_job_add(db, &job_delete_files, TEXT("{}"),
		      NULL)); /* of a kind that this runner does not know */
	assert_true(claim("default", "one", 60, &j) && j.id == high);
	assert_true(claim("default", "two", 60, &k) && k.id == low);
	assert_false(claim("default", "three", 60, &k));
	ok(db_job_done(db, &j, &ours));
	assert_true(ours);
	ok(db_job_done(db, &j, &ours));
	assert_false(ours);
	assert_int_equal(count("background_jobs"), 2);
}

static void job_dedup(void **state)
{
	struct job j;
	uint64_t a, b, c;
	bool ours;

	(void)state;
	ok(db_job_add(db, &job_dependents, TEXT("{\"crate_id\":1}"), &a));
	ok(db_job_add(db, &job_dependents, TEXT("{\"crate_id\":1}"), &b));
	ok(db_job_add(db, &job_dependents, TEXT("{\"crate_id\":2}"), &c));
	assert_true(a == b && a != c);
	assert_true(claim("default", "one", 60, &j) && j.id == a);
	ok(db_job_add(db, &job_dependents, TEXT("{\"crate_id\":1}"),
		      &b)); /* it runs: what changed since is not lost */
	assert_true(b != a);
	ok(db_job_failed(db, &j, TEXT("why \xff")));
	assert_int_equal(
		count(text_z(arena, text_fmt(arena,
					     "background_jobs WHERE id = %llu AND retries = 1 AND"
					     " lease_owner IS NULL AND last_error LIKE 'why%%'",
					     (unsigned long long)a))),
		1);
	assert_true(claim("default", "one", 60, &j) && j.id == c); /* a waits */
	ok(db_job_done(db, &j, &ours));
	assert_true(claim("default", "one", 60, &j) && j.id == b);
	ok(db_job_done(db, &j, &ours));
	assert_false(claim("default", "one", 60, &j));
	ok(db_job_add(db, &job_dependents, TEXT("{\"crate_id\":1}"), &b)); /* ends the back-off */
	assert_true(b == a && claim("default", "one", 60, &j) && j.id == a && j.retries == 0);
}

static void job_settle_is_its_own(void **state)
{
	uint64_t a, b;

	(void)state;
	ok(db_job_add(db, &job_settle, TEXT("{\"name\":\"x\"}"), &a));
	ok(db_job_add(db, &job_settle, TEXT("{\"name\":\"x\"}"), &b));
	assert_true(a != b);
	ok(db_job_delete(db, a));
	assert_int_equal(count("background_jobs"), 1);
}

static void job_lease(void **state)
{
	struct job j, k;
	uint64_t id;
	bool ours;

	(void)state;
	ok(db_job_add(db, &job_settle, TEXT("{\"name\":\"x\"}"), &id));
	assert_true(claim("index", "dies", -1, &j) && j.retries == 0);
	assert_true(claim("index", "next", 60, &k) && k.id == id &&
		    k.retries == 1); /* the first one's time is over */
	ok(db_job_extend(db, &j, 60, &ours));
	assert_false(ours);
	ok(db_job_failed(db, &j, TEXT("late")));
	ok(db_job_extend(db, &k, 60, &ours));
	assert_true(ours);
	ok(db_job_release(db, &k));
	assert_true(claim("index", "again", 60, &k) && k.retries == 1);
	for (int i = 0; i < 4; i++) {
		ok(db_job_failed(db, &k, TEXT("no")));
		ok(db_raw(db, TEXT("UPDATE background_jobs SET run_after_us = 0")));
		if (i < 3)
			assert_true(claim("index", "again", 60, &k));
	}
	assert_false(claim("index", "again", 60, &k)); /* five failures: it rests */
	ok(db_job_retry(db, id));
	assert_true(claim("index", "again", 60, &k));
	says(db_job_retry(db, 99999), ERR_NOT_FOUND, "there is no job 99999");
}

/* Of a queue whose jobs run alone, one has one in hand, however many ask at once. */
static void job_alone(void **state)
{
	enum { N = 6 };
	struct job j, k;
	pid_t pid[N];
	int won = 0;
	bool ours;

	(void)state;
	for (int i = 0; i < N; i++)
		ok(db_job_add(db, &job_sync_to_git_index, text_fmt(arena, "{\"krate\":\"c%d\"}", i),
			      NULL));
	for (size_t i = 0; i < N; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (!pid[i]) {
			arena = arena_new(0);
			db = scratch_db(arena);
			_exit(claim("repository", "child", 60, &j) ? 0 : 1);
		}
	}
	for (size_t i = 0; i < N; i++) {
		int status;

		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
		won += WEXITSTATUS(status) == 0;
	}
	assert_int_equal(won, 1);
	assert_false(claim("repository", "late", 60, &j));
	ok(db_raw(db,
		  TEXT("UPDATE background_jobs SET lease_until_us = 1 WHERE lease_until_us > 0")));
	assert_true(claim("repository", "after", 60, &j)); /* whoever had one is dead */
	assert_false(claim("repository", "late", 60, &k));
	ok(db_job_done(db, &j, &ours));
	assert_true(ours && claim("repository", "next", 60, &k));
}

static void schedule(void **state)
{
	bool first, second;

	(void)state;
	ok(db_schedule_run(db, "t", 3600, &job_analyze_crate, TEXT("{}"), &first));
	ok(db_schedule_run(db, "t", 3600, &job_analyze_crate, TEXT("{}"), &second));
	assert_true(first && !second);
	ok(db_raw(db, TEXT("UPDATE job_schedule SET next_us = 0")));
	ok(db_schedule_run(db, "t", 3600, &job_analyze_crate, TEXT("{}"), &second));
	assert_true(second);
	assert_int_equal(count("background_jobs"), 1); /* the waiting one is enough */
}

/* ---- accounts */

static void accounts(void **state)
{
	struct sha256 hash = sha256_of(TEXT("token"));
	struct token_new t = {
		.user_id = user, .name = TEXT("t"), .hash = hash, .endpoint_scopes = TEXT("[]")
	};
	struct session_new s = { .user_id = { true, user },
				 .hash = hash,
				 .how = "a test",
				 .form_token = TEXT("f"),
				 .expires_us = INT64_MAX };
	struct user_new other = { .login = TEXT("ANN") };
	struct token_auth auth;
	struct session_auth session;
	struct token_row row;
	struct mail_person person;
	struct user_row u;
	uint64_t id;
	bool found;

	(void)state;
	says(db_user_add(db, &other, &id), ERR_EXISTS, "the login `ANN` is taken or reserved");
	ok(db_token_add(db, &t, &row));
	ok(db_token_auth(db, &hash, &auth, &found));
	assert_true(found && auth.user.id == user && !auth.crate_scopes.p &&
		    text_eq(auth.endpoint_scopes, TEXT("[]")));
	ok(db_token_used(db, &auth, (struct event_source){ 0 }));
	assert_int_equal(count("api_tokens WHERE last_used_us IS NOT NULL"), 1);
	ok(db_token_revoke(db, user + 1, row.id, (struct event_source){ 0 })); /* somebody else */
	ok(db_token_auth(db, &hash, &auth, &found));
	assert_true(found && auth.last_used_us.set);
	ok(db_token_revoke(db, user, row.id, (struct event_source){ 0 }));
	ok(db_token_auth(db, &hash, &auth, &found));
	assert_false(found);
	ok(db_session_add(db, &s, &id));
	ok(db_session_auth(db, &hash, &session, &found));
	assert_true(found && session.user.id == user);
	ok(db_session_end(db, &hash));
	ok(db_session_auth(db, &hash, &session, &found));
	assert_false(found);
	ok(db_link_add(db, &hash, "sign-in", user, INT64_MAX));
	ok(db_link_take(db, &hash, "sign-in", &id, &found));
	assert_true(found && id == user);
	ok(db_link_take(db, &hash, "sign-in", &id, &found));
	assert_false(found);
	ok(db_email_set(db, user, TEXT("b@example.org")));
	ok(db_mail_person(db, user, &person));
	ok(db_user_by_login(db, TEXT("Ann"), &u));
	assert_true(u.id == user && u.email_verified.set && !u.email_verified.v);
	ok(db_email_confirm(db, person.token));
	ok(db_user_by_id(db, user, &u));
	assert_true(u.email_verified.v == 1 && text_eq(u.email, TEXT("b@example.org")));
	says(db_email_confirm(db, TEXT("x")), ERR_INVALID, "Email belonging to token not found.");
}

static void buckets(void **state)
{
	struct limit l = { 60, 2 };
	const struct err *e;
	bool passed;
	int64_t retry_us;

	(void)state;
	ok(db_bucket_take(db, user, LIMIT_YANK, &l, TEXT("http://crates.test")));
	ok(db_bucket_take(db, user, LIMIT_YANK, &l, TEXT("http://crates.test")));
	e = db_bucket_take(db, user, LIMIT_YANK, &l, TEXT("http://crates.test"));
	assert_true(err_is(e, ERR_LIMIT) && e->retry_after_s > 0);
	ok(db_bucket_take(db, user, LIMIT_PUBLISH_NEW, &l, TEXT("http://crates.test")));
	ok(db_raw(db,
		  text_fmt(arena, "INSERT INTO publish_rate_overrides VALUES (%llu, 2, 50, NULL)",
			   (unsigned long long)user)));
	ok(db_raw(db, TEXT("UPDATE publish_limit_buckets SET last_refill_us = last_refill_us - "
			   "600000000")));
	for (int i = 0; i < 10; i++)
		ok(db_bucket_take(db, user, LIMIT_YANK, &l, TEXT("http://crates.test")));
	l.burst = 1;
	ok(db_bucket_take_for(db, TEXT("192.0.2.1"), 7, &l, &passed, &retry_us));
	assert_true(passed);
	ok(db_bucket_take_for(db, TEXT("192.0.2.1"), 7, &l, &passed, &retry_us));
	assert_true(!passed && retry_us > time_now_us());
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	static const struct CMUnitTest tests[] = {
		/* clang-format off */
		T(new_crate), T(refused), T(default_version), T(stamps_grow), T(reverse_dependencies), T(imported),
		T(dependencies_are_counted), T(dependency_counts_are_mended),
		T(many_dependencies), T(links_follow), T(at_once), T(same_name_at_once),
		T(jobs), T(job_dedup), T(job_settle_is_its_own), T(job_lease), T(job_alone), T(schedule), T(accounts), T(buckets),
		/* clang-format on */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
