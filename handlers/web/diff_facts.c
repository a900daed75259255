#include "handlers/web/diff_facts.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "db/dependency_view.h"
#include "db/stored.h"

#include <stdlib.h>

enum { FACTS_MAX = 16, WORDS_MAX = 64 * 1024 };

/* ---- the manifest, as the database has it */

struct facts {
	struct arena *arena;
	struct diff_fact *v;
	size_t n;
};

static void fact(struct facts *f, const char *what, struct text old, struct text new)
{
	if (!old.n && !new.n)
		return;
	if (!text_eq(old, new) && f->n < FACTS_MAX)
		f->v[f->n++] = (struct diff_fact){ text_from(what), old.n ? old : TEXT_NONE,
						   new.n ? new : TEXT_NONE };
}

static struct text joined(struct arena *a, struct texts list)
{
	struct buf b = buf_init(a, WORDS_MAX);

	for (size_t i = 0; i < list.n; i++) {
		buf_add(&b, i ? TEXT(", ") : TEXT(""));
		buf_add(&b, list.v[i]);
	}
	return buf_text(&b);
}

static bool has_feature(const struct manifest_feature *v, size_t n, struct text name)
{
	for (size_t i = 0; i < n; i++)
		if (text_eq(v[i].name, name))
			return true;
	return false;
}

/* Those of v that other has not. */
static struct text only_here(struct arena *a, const struct manifest_feature *v, size_t n,
			     const struct manifest_feature *other, size_t nother)
{
	struct texts names = { .v = arena_array(a, n + 1, sizeof(struct text)) };

	for (size_t i = 0; i < n; i++)
		if (!has_feature(other, nother, v[i].name))
			names.v[names.n++] = v[i].name;
	return joined(a, names);
}

static void feature_facts(struct facts *f, const struct version_view *old,
			  const struct version_view *new)
{
	struct manifest_feature *olds, *news;
	size_t nold = stored_features_read(f->arena, old->features, &olds),
	       nnew = stored_features_read(f->arena, new->features, &news);

	fact(f, "Features that the other has not", only_here(f->arena, olds, nold, news, nnew),
	     only_here(f->arena, news, nnew, olds, nold));
}

static struct text size_text(struct arena *a, uint64_t bytes)
{
	return text_dup(a, text_from(size(bytes).s));
}

void diff_manifest(struct arena *a, const struct version_view *old, const struct version_view *new,
		   struct diff_page *ret)
{
	struct facts facts = { .arena = a, .v = arena_array(a, FACTS_MAX, sizeof(*facts.v)) },
		     *f = &facts;

	fact(f, "Licence", old->license, new->license);
	fact(f, "Rust version", old->rust_version, new->rust_version);
	fact(f, "Edition", old->edition, new->edition);
	fact(f, "Description", old->description, new->description);
	fact(f, "Homepage", old->homepage, new->homepage);
	fact(f, "Documentation", old->documentation, new->documentation);
	fact(f, "Repository", old->repository, new->repository);
	fact(f, "Links to", old->links, new->links);
	fact(f, "Binaries", joined(a, stored_list_read(a, old->bin_names)),
	     joined(a, stored_list_read(a, new->bin_names)));
	feature_facts(f, old, new);
	fact(f, "Archive", size_text(a, old->crate_size), size_text(a, new->crate_size));
	ret->facts = facts.v;
	ret->nfacts = facts.n;
}

/* ---- dependencies */

static const char *const kinds[] = { "", "build dependency ", "development dependency " };

/* "^1.0, optional, without default features, with a, b" */
static struct text dependency_words(struct arena *a, const struct dependency_view *d)
{
	struct texts features = stored_list_read(a, d->features);
	struct buf b = buf_init(a, WORDS_MAX);

	buf_add(&b, text_from(d->kind < ARRAY_SIZE(kinds) ? kinds[d->kind] : ""));
	buf_add(&b, d->req);
	if (d->target.n)
		buf_fmt(&b, " for %.*s", TEXT_F(d->target));
	if (d->optional)
		buf_add(&b, TEXT(", optional"));
	if (!d->default_features)
		buf_add(&b, TEXT(", without default features"));
	if (features.n)
		buf_fmt(&b, ", with %.*s", TEXT_F(joined(a, features)));
	return buf_text(&b);
}

/* A dependency is the same one where crate, kind and target are. */
struct dep {
	const struct dependency_view *view;
	struct text words;
};

static int place_cmp(const struct dep *a, const struct dep *b)
{
	int order = text_cmp(a->view->crate, b->view->crate);

	if (!order)
		order = (a->view->kind > b->view->kind) - (a->view->kind < b->view->kind);
	return order ? order : text_cmp(a->view->target, b->view->target);
}

static int dep_cmp(const void *x, const void *y)
{
	int order = place_cmp(x, y);

	return order ? order
		     : text_cmp(((const struct dep *)x)->words, ((const struct dep *)y)->words);
}

static struct dep *sorted(struct arena *a, const struct dependency_view *v, size_t n)
{
	struct dep *d = arena_array(a, n + 1, sizeof(*d));

	for (size_t i = 0; i < n; i++)
		d[i] = (struct dep){ &v[i], dependency_words(a, &v[i]) };
	if (n)
		qsort(d, n, sizeof(*d), dep_cmp);
	return d;
}

/* Takes what is the same on both sides out of both; both are sorted by dep_cmp. */
static void drop_same(struct dep *old, size_t *nold, struct dep *new, size_t *nnew)
{
	size_t i = 0, j = 0, keep_old = 0, keep_new = 0;

	while (i < *nold || j < *nnew) {
		int order = i == *nold ? 1 : j == *nnew ? -1 : dep_cmp(&old[i], &new[j]);

		if (order < 0)
			old[keep_old++] = old[i];
		else if (order > 0)
			new[keep_new++] = new[j];
		i += order <= 0;
		j += order >= 0;
	}
	*nold = keep_old;
	*nnew = keep_new;
}

static void compare_dependencies(struct arena *a, struct diff_page *v, struct dep *old, size_t nold,
				 struct dep *new, size_t nnew)
{
	struct diff_dependency *ret = arena_array(a, nold + nnew + 1, sizeof(*ret));
	size_t i = 0, j = 0;

	drop_same(old, &nold, new, &nnew);
	while (i < nold || j < nnew) {
		int order = i == nold ? 1 : j == nnew ? -1 : place_cmp(&old[i], &new[j]);
		const struct dep *any = order <= 0 ? &old[i] : &new[j];

		ret[v->ndeps++] = (struct diff_dependency){
			.change = order == 0  ? "changed"
				  : order < 0 ? "removed"
					      : "added",
			.name = any->view->crate,
			.old = order <= 0 ? old[i].words : TEXT_NONE,
			.new = order >= 0 ? new[j].words : TEXT_NONE,
		};
		i += order <= 0;
		j += order >= 0;
	}
	v->deps = ret;
}

const struct err *diff_dependencies(struct db *db, const struct version_view *old,
				    const struct version_view *new, struct diff_page *ret)
{
	struct dependency_view *olds, *news;
	size_t nold, nnew;
	const struct err *e = db_dependency_views(db, old->id, &olds, &nold);

	if (!e)
		e = db_dependency_views(db, new->id, &news, &nnew);
	if (!e)
		compare_dependencies(db_arena(db), ret, sorted(db_arena(db), olds, nold), nold,
				     sorted(db_arena(db), news, nnew), nnew);
	return e;
}
