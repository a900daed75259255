#include "db/advisory_write.h"

#include "app/base/arena.h"
#include "app/registry/name.h"

#include <stdlib.h>

struct id_row {
	struct text id;
};

struct count_row {
	uint64_t n;
};

static const struct db_stmt ids = {
	.name = "advisory_ids_of_source",
	.sql = "SELECT id FROM advisories WHERE source = ? ORDER BY id LIMIT 100001",
	.in = { DB_TEXT },
	.out = { DB_COL(struct id_row, id) },
};

static const struct db_stmt count = {
	.name = "advisory_count_of_source",
	.sql = "SELECT CAST(COUNT(*) AS UNSIGNED) AS n FROM advisories WHERE source = ?",
	.in = { DB_TEXT },
	.out = { DB_COL(struct count_row, n) },
};

static const struct db_stmt foreign = {
	.name = "advisory_of_other_source",
	.sql = "SELECT CAST(COUNT(*) AS UNSIGNED) AS n FROM advisories WHERE id = ? AND source <> "
	       "?",
	.in = { DB_TEXT, DB_TEXT },
	.out = { DB_COL(struct count_row, n) },
};

static const struct db_stmt put = {
	.name = "advisory_put",
	.sql = "INSERT INTO advisories (id, source, crate, title, description, html, informational,"
	       "                        patched, unaffected, aliases, cvss, url, published_us,"
	       "                        withdrawn_us)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	       " ON DUPLICATE KEY UPDATE crate = VALUES(crate), title = VALUES(title),"
	       "   description = VALUES(description), html = VALUES(html),"
	       "   informational = VALUES(informational), patched = VALUES(patched),"
	       "   unaffected = VALUES(unaffected), aliases = VALUES(aliases), cvss = VALUES(cvss),"
	       "   url = VALUES(url), published_us = VALUES(published_us),"
	       "   withdrawn_us = VALUES(withdrawn_us)",
	.in = { DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT,
		DB_TEXT, DB_TEXT, DB_TEXT, DB_I64, DB_OPT_I64 },
};

static const struct db_stmt delete_one = {
	.name = "advisory_delete",
	.sql = "DELETE FROM advisories WHERE id = ?",
	.in = { DB_TEXT },
};

/* One run of the transaction. */
struct run {
	const struct advisories_in *in;
	struct advisories_out out;
};

static const struct err *put_one(struct db *db, struct run *r, const struct advisory_row *row)
{
	const struct advisory *v = &row->v;
	struct count_row other;
	const struct err *e =
		db_one(db, &foreign, DB_ARGS(db_text(v->id), db_text(r->in->source)), &other);

	if (e)
		return e;
	if (other.n) {
		r->out.foreign++;
		return NULL;
	}
	r->out.taken++;
	return db_exec(db, &put,
		       DB_ARGS(db_text(v->id), db_text(r->in->source),
			       db_text(canon_name(db_arena(db), row->crate)), db_text(v->title),
			       db_text(v->description), db_text(v->html), db_text(v->informational),
			       db_text(v->patched), db_text(v->unaffected), db_text(v->aliases),
			       db_text(v->cvss), db_text(v->url), db_i64(v->published_us),
			       db_opt_i64(v->withdrawn_us)),
		       NULL);
}

/* The ids that stay, sorted. */
static struct texts staying(struct arena *a, const struct advisories_in *in)
{
	struct texts t = { arena_array(a, in->n + in->kept.n, sizeof(*t.v)), 0 };

	for (size_t i = 0; i < in->n; i++)
		t.v[t.n++] = in->v[i].v.id;
	for (size_t i = 0; i < in->kept.n; i++)
		t.v[t.n++] = in->kept.v[i];
	qsort(t.v, t.n, sizeof(*t.v), text_cmp_qsort);
	return t;
}

static const struct err *remove_vanished(struct db *db, struct run *r)
{
	struct texts stay = staying(db_arena(db), r->in);
	struct id_row *v;
	size_t n, s = 0;
	const struct err *e = db_all(db, &ids, DB_ARGS(db_text(r->in->source)), sizeof(*v), &v, &n);

	for (size_t i = 0; !e && i < n; i++) {
		while (s < stay.n && text_cmp(stay.v[s], v[i].id) < 0)
			s++;
		if (s < stay.n && text_eq(stay.v[s], v[i].id))
			continue;
		r->out.removed++;
		e = db_exec(db, &delete_one, DB_ARGS(db_text(v[i].id)), NULL);
	}
	return e;
}

struct text advisories_mirror(struct arena *a, struct text source)
{
	return text_fmt(a, "advisories/%.*s", TEXT_F(source));
}

static const struct err *replace(struct db *db, void *ctx)
{
	struct run *r = ctx;
	struct mirror_row none = { .url = TEXT("") };
	const struct err *e;

	r->out = (struct advisories_out){ 0 };
	/* first, so that two of them go one after the other */
	e = db_mirror_put(db, advisories_mirror(db_arena(db), r->in->source),
			  r->in->mirror ? r->in->mirror : &none);
	for (size_t i = 0; !e && i < r->in->n; i++)
		e = put_one(db, r, &r->in->v[i]);
	return e ? e : remove_vanished(db, r);
}

const struct err *db_advisories_replace(struct db *db, const struct advisories_in *in,
					struct advisories_out *ret)
{
	struct run r = { .in = in };
	const struct err *e;

	if (!in->n)
		return err_new(db_arena(db), ERR_INVALID, "there is not one advisory");
	if (in->n + in->kept.n > ADVISORIES_OF_SOURCE_MAX)
		return err_new(db_arena(db), ERR_INVALID, "there are too many advisories");
	e = db_tx(db, replace, &r);
	if (!e)
		*ret = r.out;
	return e;
}

const struct err *db_advisories_count(struct db *db, struct text source, uint64_t *ret)
{
	struct count_row row;
	const struct err *e = db_one(db, &count, DB_ARGS(db_text(source)), &row);

	if (!e)
		*ret = row.n;
	return e;
}

const struct db_stmt *const db_advisory_write_stmts[] = { &ids, &count,      &foreign,
							  &put, &delete_one, NULL };
