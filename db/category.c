#include "db/category.h"

#include "app/base/arena.h"

#include <stdlib.h>

#define BELOW TEXT("::")

static const struct db_stmt categories = {
	.name = "categories",
	.sql = "SELECT category, slug, description, created_us, crates_cnt FROM categories"
	       " ORDER BY slug LIMIT 2000",
	.out = { DB_COL(struct category_view, category), DB_COL(struct category_view, slug),
		 DB_COL(struct category_view, description),
		 DB_COL(struct category_view, created_us),
		 DB_COL(struct category_view, crates_cnt) },
};

const struct err *db_categories(struct db *db, struct category_view **ret, size_t *ret_n)
{
	return db_all(db, &categories, DB_NO_ARGS, sizeof(**ret), ret, ret_n);
}

/* What stands behind "slug::"; absent for another branch and for slug itself. */
static struct text below(struct text slug, struct text of)
{
	if (slug.n <= of.n + BELOW.n || !text_starts(slug, of) ||
	    !text_starts(text_sub(slug, of.n, slug.n), BELOW))
		return TEXT_NONE;
	return text_sub(slug, of.n + BELOW.n, slug.n);
}

struct text category_last_part(struct text t)
{
	for (size_t i = t.n; i > 1; i--)
		if (t.p[i - 1] == ':' && t.p[i - 2] == ':')
			return text_sub(t, i, t.n);
	return t;
}

bool category_is_top(struct text slug)
{
	return text_find(slug, BELOW) == slug.n;
}

const struct category_view *category_find(const struct category_view *v, size_t n, struct text slug)
{
	for (size_t i = 0; i < n; i++)
		if (text_eq(v[i].slug, slug))
			return &v[i];
	return NULL;
}

uint64_t category_sum(const struct category_view *v, size_t n, struct text slug)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		if (text_eq(v[i].slug, slug) || below(v[i].slug, slug).p)
			sum += v[i].crates_cnt;
	return sum;
}

static int by_name(const void *a, const void *b)
{
	const struct category_view *x = a, *y = b;

	return text_cmp(x->category, y->category);
}

static int most_crates_first(const void *a, const void *b)
{
	const struct category_view *x = a, *y = b;

	if (x->crates_cnt != y->crates_cnt)
		return x->crates_cnt < y->crates_cnt ? 1 : -1;
	return by_name(a, b);
}

/* With the sum of another in place of its own. */
static struct category_view summed(const struct category_view *v, size_t n,
				   const struct category_view *c, struct text of)
{
	struct category_view sum = *c;

	sum.crates_cnt = category_sum(v, n, of);
	return sum;
}

struct category_view *categories_top(struct arena *a, const struct category_view *v, size_t n,
				     bool by_crates, size_t *ret_n)
{
	struct category_view *top = arena_array(a, n, sizeof(*top));
	size_t ntop = 0;

	for (size_t i = 0; i < n; i++)
		if (category_is_top(v[i].slug))
			top[ntop++] = summed(v, n, &v[i], v[i].slug);
	if (ntop)
		qsort(top, ntop, sizeof(*top), by_crates ? most_crates_first : by_name);
	*ret_n = ntop;
	return top;
}

struct category_view *categories_below(struct arena *a, const struct category_view *v, size_t n,
				       struct text slug, size_t *ret_n)
{
	struct category_view *subs = arena_array(a, n, sizeof(*subs));
	size_t nsubs = 0;

	for (size_t i = 0; i < n; i++) {
		struct text part = below(v[i].slug, slug);

		if (part.p && category_is_top(part))
			subs[nsubs++] = summed(v, n, &v[i], v[i].slug);
	}
	*ret_n = nsubs;
	return subs;
}

struct category_view *categories_above(struct arena *a, const struct category_view *v, size_t n,
				       struct text slug, size_t *ret_n)
{
	struct category_view *parents = arena_array(a, n, sizeof(*parents));
	struct text top = text_sub(slug, 0, text_find(slug, BELOW));
	size_t nparents = 0;

	for (size_t i = 0; i < n; i++) /* by slug: the higher ones come first */
		if (below(slug, v[i].slug).p)
			parents[nparents++] = summed(v, n, &v[i], top);
	*ret_n = nparents;
	return parents;
}

const struct db_stmt *const db_category_stmts[] = { &categories, NULL };
