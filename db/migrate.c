#include "db/migrate.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/time.h"
#include "db/db.h"

#include <stddef.h>

struct count_row {
	uint64_t n;
};

static const struct db_stmt lock = {
	.name = "migrate_lock",
	.sql = "SELECT CAST(COALESCE(GET_LOCK('cratehouse_migrate', 300), 0) AS UNSIGNED) AS n",
	.out = { DB_COL(struct count_row, n) },
};

static const struct db_stmt unlock = {
	.name = "migrate_unlock",
	.sql = "SELECT CAST(COALESCE(RELEASE_LOCK('cratehouse_migrate'), 0) AS UNSIGNED) AS n",
	.out = { DB_COL(struct count_row, n) },
};

static const struct db_stmt has_table = {
	.name = "migrate_has_table",
	.sql = "SELECT CAST(COUNT(*) AS UNSIGNED) AS n"
	       "  FROM information_schema.tables"
	       " WHERE table_schema = DATABASE() AND table_name = 'schema_migrations'",
	.out = { DB_COL(struct count_row, n) },
	.scan_ok = true,
};

static const struct db_stmt applied = {
	.name = "migrate_applied",
	.sql = "SELECT version AS n FROM schema_migrations ORDER BY version LIMIT 10000",
	.out = { DB_COL(struct count_row, n) },
	.scan_ok = true,
};

static const struct db_stmt note = {
	.name = "migrate_note",
	.sql = "INSERT INTO schema_migrations (version, name, applied_us) VALUES (?, ?, ?)",
	.in = { DB_U64, DB_TEXT, DB_I64 },
};

struct category_row {
	uint64_t id;
	struct text slug, category;
	bool bare; /* without a description */
	bool kept; /* not of the database: still in the list */
};

static const struct db_stmt categories = {
	.name = "migrate_categories",
	.sql = "SELECT id, slug, category, description = '' AS bare FROM categories ORDER BY slug "
	       "LIMIT 10000",
	.out = { DB_COL(struct category_row, id), DB_COL(struct category_row, slug),
		 DB_COL(struct category_row, category), DB_COL(struct category_row, bare) },
	.scan_ok = true,
};

static const struct db_stmt category_add = {
	.name = "migrate_category_add",
	.sql = "INSERT INTO categories (category, slug, description, path, created_us) VALUES (?, "
	       "?, ?, ?, ?)",
	.in = { DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_I64 },
};

static const struct db_stmt category_change = {
	.name = "migrate_category_change",
	.sql = "UPDATE categories SET category = ?,"
	       " description = IF(description = '', ?, description) WHERE id = ?",
	.in = { DB_TEXT, DB_TEXT, DB_U64 },
};

static const struct db_stmt category_delete = {
	.name = "migrate_category_delete",
	.sql = "DELETE FROM categories WHERE id = ?",
	.in = { DB_U64 },
};

uint64_t db_schema_version(void)
{
	uint64_t v = 0;

	for (const struct schema_file *f = schema_files; f->version; f++)
		v = f->version;
	return v;
}

/* The versions that are applied; none where even the table is missing. */
static const struct err *read_applied(struct db *db, struct count_row **ret, size_t *ret_n)
{
	struct count_row table;
	const struct err *e = db_one(db, &has_table, DB_NO_ARGS, &table);

	*ret = NULL;
	*ret_n = 0;
	if (e || !table.n)
		return e;
	return db_all(db, &applied, DB_NO_ARGS, sizeof(**ret), ret, ret_n);
}

static const struct err *too_new(struct db *db, uint64_t version)
{
	return err_new(db_arena(db), ERR_INTERNAL,
		       "the database has schema %llu, and this program knows schemas up to %llu: "
		       "it is older than the database",
		       (unsigned long long)version, (unsigned long long)db_schema_version());
}

/* Takes the next statement off *rest; false at the end. Lines of comment before it are passed over.
 */
static bool next_statement(struct text *rest, struct text *ret)
{
	size_t end;

	*rest = text_trim(*rest);
	while (text_starts(*rest, TEXT("--")))
		*rest = text_trim(text_sub(*rest, text_find_byte(*rest, '\n'), rest->n));
	if (!rest->n)
		return false;
	end = text_find(*rest, TEXT(";\n"));
	*ret = text_sub(*rest, 0, end);
	*rest = text_sub(*rest, end + 1, rest->n);
	return true;
}

static const struct err *apply(struct db *db, const struct schema_file *f)
{
	struct text rest = { (const char *)f->sql, f->n }, one;

	while (next_statement(&rest, &one)) {
		const struct err *e = db_raw(db, one);

		if (e)
			return err_because(db_arena(db), e->kind, e->cause,
					   "schema %llu (%s): %.*s", (unsigned long long)f->version,
					   f->name, TEXT_F(e->cause));
	}
	return db_exec(
		db, &note,
		DB_ARGS(db_u64(f->version), db_text(text_from(f->name)), db_i64(time_now_us())),
		NULL);
}

/* ---- categories ---- */

struct wanted {
	struct text slug, category, description;
};

struct wanted_list {
	struct wanted v[1000];
	size_t n;
};

/* "a::b" -> "a"; absent for a top-level one. */
static struct text parent_of(struct text slug)
{
	size_t at = slug.n;

	while (at > 1 && !(slug.p[at - 1] == ':' && slug.p[at - 2] == ':'))
		at--;
	return at > 1 ? text_sub(slug, 0, at - 2) : TEXT_NONE;
}

/* Parents come before their children in the file. */
static struct wanted_list *wanted_list(struct arena *a)
{
	struct text rest = { (const char *)schema_categories.sql, schema_categories.n }, line, slug;
	struct wanted_list *w = arena_alloc(a, sizeof(*w));

	while (text_cut(&rest, '\n', &line)) {
		struct text parent, name;

		if (!line.n || line.p[0] == '#')
			continue;
		BUG_ON(w->n == ARRAY_SIZE(w->v) || !text_cut(&line, '\t', &slug) ||
		       !text_cut(&line, '\t', &name) || !line.n);
		parent = parent_of(slug);
		w->v[w->n] = (struct wanted){ slug, name, line };
		for (size_t i = 0; parent.p && i < w->n; i++)
			if (text_eq(w->v[i].slug, parent))
				w->v[w->n].category = text_fmt(
					a, "%.*s::%.*s", TEXT_F(w->v[i].category), TEXT_F(name));
		w->n++;
	}
	return w;
}

static struct text path_of(struct arena *a, struct text slug)
{
	struct buf b = buf_init(a, 1024);

	buf_add(&b, TEXT("root."));
	for (size_t i = 0; i < slug.n; i++) {
		if (slug.p[i] == ':' && i + 1 < slug.n && slug.p[i + 1] == ':') {
			buf_byte(&b, '.');
			i++;
		} else {
			buf_byte(&b, slug.p[i] == '-' ? '_' : slug.p[i]);
		}
	}
	return buf_text(&b);
}

static const struct err *want(struct db *db, const struct wanted *w, struct category_row *have,
			      size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!text_eq(have[i].slug, w->slug))
			continue;
		have[i].kept = true;
		if (text_eq(have[i].category, w->category) && !have[i].bare)
			return NULL;
		return db_exec(
			db, &category_change,
			DB_ARGS(db_text(w->category), db_text(w->description), db_u64(have[i].id)),
			NULL);
	}
	return db_exec(db, &category_add,
		       DB_ARGS(db_text(w->category), db_text(w->slug), db_text(w->description),
			       db_text(path_of(db_arena(db), w->slug)), db_i64(time_now_us())),
		       NULL);
}

static const struct err *sync_categories(struct db *db, void *ctx)
{
	struct wanted_list *w = wanted_list(db_arena(db));
	struct category_row *have;
	size_t n;
	const struct err *e = db_all(db, &categories, DB_NO_ARGS, sizeof(*have), &have, &n);

	(void)ctx;
	for (size_t i = 0; i < w->n && !e; i++)
		e = want(db, &w->v[i], have, n);
	for (size_t i = 0; i < n && !e; i++)
		if (!have[i].kept)
			e = db_exec(db, &category_delete, DB_ARGS(db_u64(have[i].id)), NULL);
	return e;
}

static const struct err *migrate_locked(struct db *db, uint64_t *ret_applied)
{
	struct count_row *have;
	size_t n;
	const struct err *e = read_applied(db, &have, &n);

	*ret_applied = 0;
	if (!e && n && have[n - 1].n > db_schema_version())
		e = too_new(db, have[n - 1].n);
	for (const struct schema_file *f = schema_files; f->version && !e; f++) {
		bool done = false;

		for (size_t i = 0; i < n; i++)
			done = done || have[i].n == f->version;
		if (done)
			continue;
		e = apply(db, f);
		if (!e)
			++*ret_applied;
	}
	return e ? e : db_tx(db, sync_categories, NULL);
}

const struct err *db_migrate(struct db *db, uint64_t *ret_applied)
{
	struct count_row got;
	const struct err *e, *e2;

	db_be_patient(db); /* adding a column to a large table takes its time */
	e = db_one(db, &lock, DB_NO_ARGS, &got);
	if (!e && !got.n)
		e = err_new(db_arena(db), ERR_BUSY, "another migration is running");
	if (e)
		return e;
	e = migrate_locked(db, ret_applied);
	e2 = db_one(db, &unlock, DB_NO_ARGS, &got);
	return e ? e : e2;
}

const struct err *db_schema_check(struct db *db)
{
	struct count_row *have;
	size_t n;
	const struct err *e = read_applied(db, &have, &n);

	if (e)
		return e;
	if (n && have[n - 1].n > db_schema_version())
		return too_new(db, have[n - 1].n);
	for (const struct schema_file *f = schema_files; f->version; f++) {
		bool done = false;

		for (size_t i = 0; i < n; i++)
			done = done || have[i].n == f->version;
		if (!done)
			return err_new(
				db_arena(db), ERR_INTERNAL,
				"the database lacks schema %llu (%s): run `cratehouse migrate`",
				(unsigned long long)f->version, f->name);
	}
	return NULL;
}

const struct db_stmt *const db_migrate_stmts[] = {
	&lock,       &unlock,       &has_table,       &applied,         &note,
	&categories, &category_add, &category_change, &category_delete, NULL,
};
