#include "app/jobs/advisories.h"

#include "app/base/arena.h"
#include "app/inspect/client.h"
#include "app/server/app.h"
#include "db/stored.h"

enum { FEW = 20 }; /* so few may become any number of them */

static struct advisory_row row_of(struct arena *a, const struct advisory_answer *v)
{
	const struct advisory_file *f = &v->file;

	return (struct advisory_row){
		.crate = f->package,
		.v = {
			.id = f->id,
			.title = f->title,
			.informational = f->informational,
			.patched = stored_list(a, f->patched),
			.unaffected = stored_list(a, f->unaffected),
			.aliases = stored_list(a, f->aliases),
			.cvss = f->cvss,
			.url = f->url,
			.published_us = f->date_us,
			.withdrawn_us = { f->withdrawn, f->withdrawn_us },
			.description = f->description,
			.html = v->html,
		},
	};
}

/* Rows of those that could be read, ids and complaints of the others. */
static void sort_out(struct arena *a, const struct inspect_advisories *all,
		     struct advisory_row *rows, struct advisories_in *in, struct texts *complaints)
{
	in->kept.v = arena_array(a, all->n, sizeof(struct text));
	complaints->v = arena_array(a, all->n, sizeof(struct text));
	for (size_t i = 0; i < all->n; i++) {
		const struct advisory_answer *v = &all->v[i];

		if (!v->why.p) {
			rows[in->n++] = row_of(a, v);
			continue;
		}
		in->kept.v[in->kept.n++] = v->file.id;
		complaints->v[complaints->n++] =
			text_fmt(a, "crates/%.*s/%.*s.md: %.*s", TEXT_F(v->file.package),
				 TEXT_F(v->file.id), TEXT_F(v->why));
	}
}

static const struct err *check_shrunk(const struct app *app, struct arena *a,
				      const struct advisories_in *in)
{
	uint64_t before;
	const struct err *e = db_advisories_count(app->db, in->source, &before);

	if (e || before <= FEW || in->n + in->kept.n >= before / 2)
		return e;
	return err_new(
		a, ERR_INVALID,
		"there are %zu advisories where %llu were before: if that is meant, take them "
		"in with `cratehouse import advisories`",
		in->n + in->kept.n, (unsigned long long)before);
}

const struct err *advisories_take(const struct app *app, struct arena *a,
				  const struct advisories_take *in, struct advisories_taken *ret)
{
	struct advisories_in rows = { .source = in->source, .mirror = in->mirror };
	struct advisories_taken taken = { 0 };
	struct inspect_advisories all;
	struct advisory_row *v;
	const struct err *e = inspect_advisories(app->inspect, a, in->bytes, in->files, &all);

	if (e)
		return e;
	v = arena_array(a, all.n, sizeof(*v));
	rows.v = v;
	sort_out(a, &all, v, &rows, &taken.complaints);
	if (in->careful)
		e = check_shrunk(app, a, &rows);
	if (!e)
		e = db_advisories_replace(app->db, &rows, &taken.rows);
	if (!e)
		*ret = taken;
	return e;
}
