/*
 * import dump: the CSV files of a crates.io database dump, into an empty registry. Tables first, in the order of what
 * refers to what, then what is derived from them, search, and the files of the index. Each step notes how far it is in the
 * transaction that takes it there, so an import that was ended goes on where it was. Nobody should publish meanwhile.
 */
#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/csv.h"
#include "app/base/hash.h"
#include "app/base/time.h"
#include "app/cli/commands.h"
#include "app/cli/dump.h"
#include "app/index/fill.h"
#include "app/index/sparse.h"
#include "app/server/app.h"
#include "app/storage/storage.h"
#include "db/crate_order.h"
#include "db/search.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { METADATA_MAX = 64 * 1024, CATEGORIES_MAX = 10000 };

static const char *const derived_names[IMPORT_DERIVED] = {
	[IMPORT_INDEX_ROWS] = "index rows",
	[IMPORT_COUNTERS] = "counters",
	[IMPORT_DEFAULT_VERSIONS] = "default versions",
	[IMPORT_REVERSE_DEPENDENCIES] = "reverse dependencies",
	[IMPORT_DEPENDENTS] = "dependents",
};

static double seconds_since(int64_t us)
{
	return (double)(time_monotonic_us() - us) / US_PER_S;
}

static void say_step(const char *what, uint64_t n, uint64_t wrong, int64_t from_us)
{
	(void)printf("%s: %" PRIu64, what, n);
	if (wrong)
		(void)printf(" (and %" PRIu64 " wrong)", wrong);
	(void)printf(", %.1f s\n", seconds_since(from_us));
}

/* ---- the folder */

static bool has_data(struct arena *a, struct text dir)
{
	struct stat st;

	return !stat(text_fmt(a, "%.*s/data", TEXT_F(dir)).p, &st) && S_ISDIR(st.st_mode);
}

/* An archive unpacks to one folder named after the moment it was made: that, or what holds it. */
static const struct err *find_data(struct dump *d, struct text dir)
{
	struct text found = TEXT_NONE;
	struct dirent *entry;
	bool several = false;
	DIR *open_dir;

	if (has_data(d->a, dir)) {
		d->dir = dir;
		return NULL;
	}
	open_dir = opendir(text_z(d->a, dir));
	if (!open_dir)
		return err_errno(d->a, errno, "%.*s", TEXT_F(dir));
	while ((entry = readdir(open_dir))) {
		struct text below = text_fmt(d->a, "%.*s/%s", TEXT_F(dir),
					     text_z(d->a, text_from(entry->d_name)));

		if (entry->d_name[0] == '.' || !has_data(d->a, below))
			continue;
		several = several || found.p;
		found = below;
	}
	(void)closedir(open_dir);
	if (!found.p || several)
		return err_new(d->a, ERR_INVALID, "%.*s has no folder data/ in it, or several",
			       TEXT_F(dir));
	d->dir = found;
	return NULL;
}

static const struct err *add_file(struct dump *d, struct sha256_ctx *h, const char *name)
{
	struct text path = text_fmt(d->a, "%.*s/%s", TEXT_F(d->dir), name);
	char p[METADATA_MAX];
	int fd = open(path.p, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return err_errno(d->a, errno, "%.*s", TEXT_F(path));
	n = read(fd, p, sizeof(p));
	(void)close(fd);
	if (n < 0)
		return err_errno(d->a, errno, "%.*s", TEXT_F(path));
	sha256_add(h, (struct text){ p, (size_t)n });
	return NULL;
}

/* Which dump it is: what metadata.json says, and how large the files are. */
static const struct err *fingerprint(struct dump *d, struct text *ret)
{
	struct sha256_ctx *h = sha256_new();
	const struct err *e = add_file(d, h, "metadata.json");
	struct buf b = buf_init(d->a, 64);
	struct sha256 sha;

	for (size_t i = 0; i < IMPORT_TABLES; i++) {
		struct stat st = { 0 };
		struct text path =
			text_fmt(d->a, "%.*s/data/%s.csv", TEXT_F(d->dir), dump_tables[i].name);

		if (stat(path.p, &st))
			st.st_size = -1;
		sha256_add(h, text_fmt(d->a, "%lld,", (long long)st.st_size));
	}
	sha = sha256_end(h);
	buf_hex(&b, sha.b, sizeof(sha.b));
	*ret = buf_text(&b);
	return e;
}

/* Every file that has to be there is, with every column. */
static const struct err *check_files(struct dump *d)
{
	const struct err *e = NULL;

	for (size_t i = 0; !e && i < IMPORT_TABLES; i++) {
		struct dump_file f;

		e = dump_open(d, &dump_tables[i], NULL, &f);
		if (!e)
			dump_close(&f);
		else if (err_is(e, ERR_NOT_FOUND) && dump_tables[i].may_be_missing)
			e = NULL;
	}
	return e;
}

/* ---- who and what has another id here */

/* Two columns of a small file; fn with each row of it. */
struct pairs {
	struct dump *d;
	struct dump_table t;
	const struct err *(*fn)(struct dump *d, void *ctx, struct text first, struct text second);
	void *ctx;
};

static const struct err *each_pair(const struct pairs *p)
{
	struct dump_file f;
	struct texts row;
	enum csv_what what;
	const struct err *e = dump_open(p->d, &p->t, NULL, &f);

	if (e)
		return e;
	while (!e && (what = csv_next(f.csv, &row)) != CSV_END) {
		if (what == CSV_FAILED)
			e = err_errno(p->d->a, errno, "%.*s", TEXT_F(f.path));
		else if (what == CSV_RECORD &&
			 row.n == f.ncolumns) /* else: said when it is loaded */
			e = p->fn(p->d, p->ctx, row.v[f.at[0]], row.v[f.at[1]]);
	}
	dump_close(&f);
	return e;
}

struct planning {
	const struct import_local_user *local;
	size_t nlocal;
	uint64_t highest;
};

static const struct err *plan_user(struct dump *d, void *ctx, struct text id_text, struct text gh)
{
	struct planning *p = ctx;
	struct import_user u = { 0 };
	int64_t gh_id = 0;

	if (!text_u64(id_text, 1, INT64_MAX, &u.dump_id))
		return NULL;
	(void)text_i64(gh, INT64_MIN, INT64_MAX, &gh_id);
	if (u.dump_id > p->highest)
		p->highest = u.dump_id;
	for (size_t i = 0; i < p->nlocal; i++) {
		if (gh_id > 0 && p->local[i].gh_id == gh_id)
			u = (struct import_user){ u.dump_id, p->local[i].id, true };
		else if (p->local[i].id == u.dump_id && !u.was_here)
			u.user_id = UINT64_MAX; /* found when all are seen */
	}
	/* No more than there are local users, and half as many: one is of the same account, or has the same id. */
	if (u.user_id && d->nusers < 2 * p->nlocal)
		d->users[d->nusers++] = u;
	return NULL;
}

/* Somebody is here before the dump: at least who was made when the registry began. */
static const struct err *plan_users(struct dump *d)
{
	struct planning p = { 0 };
	struct pairs pairs = {
		d, { "users", { { "id", NULL }, { "gh_id", NULL } }, .keys = 0 }, plan_user, &p
	};
	struct import_local_user *local;
	const struct err *e = db_import_local_users(d->app->db, &local, &p.nlocal);

	if (e)
		return e;
	if (p.nlocal > IMPORT_LOCAL_USERS_MAX)
		return err_new(d->a, ERR_INVALID, "this registry has too many users of its own");
	p.local = local;
	d->users = arena_array(d->a, 2 * p.nlocal, sizeof(*d->users));
	if (p.nlocal)
		p.highest = local[p.nlocal - 1].id;
	e = each_pair(&pairs);
	for (size_t i = 0; i < d->nusers; i++)
		if (d->users[i].user_id == UINT64_MAX)
			d->users[i].user_id = ++p.highest;
	return e;
}

static const struct err *note_category(struct dump *d, void *ctx, struct text id, struct text slug)
{
	struct import_name *c = &d->categories[d->ncategories];

	(void)ctx;
	if (d->ncategories < CATEGORIES_MAX && slug.n && text_u64(id, 1, INT64_MAX, &c->id)) {
		c->name = text_dup(d->a, slug);
		d->ncategories++;
	}
	return NULL;
}

static const struct err *read_categories(struct dump *d)
{
	struct pairs pairs = { d,
			       { "categories", { { "id", NULL }, { "slug", NULL } }, .keys = 0 },
			       note_category,
			       NULL };

	d->categories = arena_array(d->a, CATEGORIES_MAX + 1, sizeof(*d->categories));
	return each_pair(&pairs);
}

/* ---- begin, or go on */

struct beginning {
	struct dump *d;
	struct import_step step;
};

static const struct err *begin_tx(struct db *db, void *ctx)
{
	struct beginning *b = ctx;
	const struct err *e = db_import_clean(db);

	for (size_t i = 0; !e && i < b->d->nusers; i++)
		e = db_import_user_put(db, &b->d->users[i]);
	return e ? e : db_import_step_put(db, TEXT("dump"), &b->step);
}

static const struct err *begin(struct dump *d, struct text note)
{
	struct beginning b = { d, { .note = note } };
	const struct err *e;
	uint64_t n;

	e = db_import_others(d->app->db, &n);
	if (!e && n)
		e = err_new(
			d->a, ERR_INVALID,
			"this registry is not empty: a dump is loaded into one that has neither "
			"crates nor teams");
	if (!e)
		e = plan_users(d);
	return e ? e : db_tx(d->app->db, begin_tx, &b);
}

static const struct err *begin_or_go_on(struct dump *d, bool *ret_done)
{
	struct import_step s;
	struct text note;
	const struct err *e = fingerprint(d, &note);

	if (!e)
		e = db_import_step(d->app->db, TEXT("dump"), &s);
	if (e)
		return e;
	*ret_done = s.done;
	if (!s.note.p)
		e = begin(d, note);
	else if (!text_eq(s.note, note))
		return err_new(d->a, ERR_INVALID,
			       "another dump %s here: this one needs an empty registry",
			       s.done ? "is" : "was begun");
	else
		(void)printf("%s\n", s.done ? "this dump is here already"
					    : "goes on with the import that was begun");
	if (!e && !s.done)
		e = db_import_users(d->app->db, &d->users, &d->nusers);
	if (!e && !s.done)
		e = read_categories(d);
	return e;
}

/* ---- tables */

static const struct err *load(struct dump *d, enum import_table table)
{
	const struct dump_table *t = &dump_tables[table];
	int64_t from = time_monotonic_us();
	struct import_step step;
	const struct err *e = db_import_step(d->app->db, text_from(t->name), &step);

	if (e || step.done) {
		d->wrong += step.wrong;
		return e;
	}
	if (step.position)
		(void)printf("%s: goes on at line %" PRIu64 "\n", t->name, step.line);
	d->wrong += step.wrong;
	e = dump_load(d, table, &step);
	if (err_is(e, ERR_NOT_FOUND) && t->may_be_missing) {
		(void)printf("%s: no such file\n", t->name);
		return NULL;
	}
	if (!e)
		say_step(t->name, step.n, step.wrong, from);
	return e;
}

static const struct err *load_tables(struct dump *d)
{
	int64_t from = time_monotonic_us();
	const struct err *e = NULL;
	double s;

	for (int table = 0; !e && table < IMPORT_TABLES; table++)
		e = load(d, (enum import_table)table);
	s = seconds_since(from);
	if (!e)
		(void)printf("%" PRIu64 " rows in %.1f s, %.0f a second\n", d->rows, s,
			     s > 0 ? (double)d->rows / s : 0);
	return e;
}

/* ---- what is derived */

struct deriving {
	enum import_derived what;
	struct text name;
	struct import_step step; /* as it will be */
	uint64_t from;
	int64_t now_us;
};

static const struct err *derive_tx(struct db *db, void *ctx)
{
	const struct deriving *v = ctx;
	const struct err *e = db_import_derive(db, v->what, v->from, v->step.position, v->now_us);

	return e ? e : db_import_step_put(db, v->name, &v->step);
}

static const struct err *derive(struct dump *d, enum import_derived what)
{
	struct deriving v = { .what = what,
			      .name = text_from(derived_names[what]),
			      .now_us = time_now_us() };
	struct db *db = d->app->db;
	int64_t from = time_monotonic_us();
	const struct err *e = db_import_step(db, v.name, &v.step);

	if (e || v.step.done)
		return e;
	for (uint64_t last; !e; v.step.n++) {
		e = db_import_range(db, v.step.position, &last);
		if (e || last == v.step.position)
			break;
		v.from = v.step.position + 1;
		v.step.position = last;
		e = db_tx(db, derive_tx, &v);
	}
	v.step.done = true;
	if (!e)
		e = db_import_step_put(db, v.name, &v.step);
	if (!e)
		(void)printf("%s: %.1f s\n", derived_names[what], seconds_since(from));
	return e;
}

static const struct err *totals_tx(struct db *db, void *ctx)
{
	const struct err *e = db_import_totals(db);

	(void)ctx;
	return e ? e : db_crate_orders_changed(db, CRATE_ORDERS);
}

static const struct err *derive_all(struct dump *d)
{
	int64_t from = time_monotonic_us();
	uint64_t orders;
	const struct err *e = NULL;

	for (int what = 0; !e && what < IMPORT_DERIVED; what++)
		e = derive(d, (enum import_derived)what);
	if (!e)
		e = db_tx(d->app->db, totals_tx, NULL);
	if (!e)
		e = db_crate_orders_keep(d->app->db, time_now_us(), &orders);
	if (!e)
		(void)printf("derived in %.1f s\n", seconds_since(from));
	return e;
}

static const struct err *derive_search(struct dump *d)
{
	struct text name = TEXT("search");
	struct db *db = d->app->db;
	int64_t from = time_monotonic_us();
	struct import_step s;
	const struct err *e = db_import_step(db, name, &s);
	uint64_t n = 1;

	if (e || s.done)
		return e;
	while (!e && n) {
		e = db_search_bulk(db, s.position, &s.position, &n);
		s.n += n;
		s.done = !n;
		if (!e)
			e = db_import_step_put(db, name, &s);
	}
	if (!e)
		e = db_search_count_words(db);
	if (!e)
		say_step("search", s.n, 0, from);
	return e;
}

/* The last name is the note of its step. */
static const struct err *fill_index(struct dump *d)
{
	struct text name = TEXT("index files");
	struct arena *page = arena_new(0);
	struct db *db = d->app->db;
	int64_t from = time_monotonic_us();
	struct import_step s;
	const struct err *e = db_import_step(db, name, &s);
	uint64_t n = 1;
	bool was_done = !e && s.done;

	while (!e && !s.done) {
		struct text last;

		arena_reset(page);
		e = err_move(d->a,
			     index_fill(d->app, page, s.note.p ? s.note : TEXT(""), &last, &n));
		if (e)
			break;
		s.n += n;
		s.done = !n;
		s.note = last.p ? text_dup(d->a, last) : s.note;
		e = db_import_step_put(db, name, &s);
	}
	arena_free(page);
	if (!e)
		e = sparse_put_config(d->app->storage, d->a, d->app->cfg);
	if (!e && !was_done)
		say_step("index files", s.n, 0, from);
	return e;
}

static const struct err *finish(struct dump *d)
{
	struct import_step s;
	const struct err *e = db_import_step(d->app->db, TEXT("dump"), &s);

	s.done = true;
	s.n = d->rows;
	s.wrong = d->wrong;
	return e ? e : db_import_step_put(d->app->db, TEXT("dump"), &s);
}

static const struct err *run(struct dump *d, struct text dir)
{
	bool done = false;
	const struct err *e = find_data(d, dir);

	if (!e)
		e = check_files(d);
	if (!e)
		e = db_import_session(d->app->db);
	if (!e)
		e = begin_or_go_on(d, &done);
	if (e || done)
		return e;
	e = load_tables(d);
	if (!e)
		e = derive_all(d);
	if (!e)
		e = derive_search(d);
	if (!e)
		e = fill_index(d);
	return e ? e : finish(d);
}

static int import_dump(struct cli *c)
{
	struct dump d = { .a = c->arena };
	struct texts rest;
	const struct err *e;
	int lock;

	if (!cli_parse(c, NULL, 1, 1, &rest))
		return 2;
	if (!cli_open(c))
		return 1;
	(void)setvbuf(stdout, NULL, _IOLBF, 0); /* it takes minutes: each line when it is true */
	d.app = c->app;
	e = storage_lock(d.app->storage, c->arena, TEXT("import-dump"), 0, &lock);
	if (e)
		return cli_fail(e);
	e = run(&d, rest.v[0]);
	dump_refs_free(&d);
	storage_unlock(lock);
	if (e)
		return cli_fail(e);
	if (d.wrong)
		return cli_say("%" PRIu64 " rows were wrong and are not here", d.wrong);
	return 0;
}

const struct cli_command import_dump_commands[] = {
	{ "import dump", "DIR",
	  "loads an unpacked database dump of crates.io into an empty registry", import_dump },
	CLI_END,
};
