#include "db/suggest.h"

#include "app/base/arena.h"
#include "app/registry/name.h"

#include <stdlib.h>

enum { FEW = 200 };

/* clang-format off */
#define COLUMNS "c.name, c.canon_name, r.downloads"
#define BEGINS "c.canon_name >= ? AND c.canon_name < ?"
#define NOT_YANKED "(SELECT COUNT(*) FROM yanked_crates y WHERE y.crate_id = c.id) = 0"
#define OUT \
	{ \
		DB_COL(struct suggestion, name), DB_COL(struct suggestion, canon_name), \
		DB_COL(struct suggestion, downloads) \
	}

static const struct db_stmt few = {
	.name = "suggest_few",
	.sql = "SELECT " COLUMNS " FROM crates c FORCE INDEX (crates_canon_name)"
	       "  LEFT JOIN recent_crate_downloads r ON r.crate_id = c.id"
	       " WHERE " BEGINS " AND " NOT_YANKED
	       " ORDER BY c.canon_name LIMIT 200", /* FEW */
	.in = { DB_TEXT, DB_TEXT },
	.out = OUT,
};

static const struct db_stmt best = {
	.name = "suggest_best",
	.sql = "SELECT " COLUMNS " FROM (SELECT crate_id, downloads"
	       "          FROM recent_crate_downloads FORCE INDEX (recent_crate_downloads_downloads)"
	       "         ORDER BY downloads DESC, crate_id DESC LIMIT 2000) r"
	       "  STRAIGHT_JOIN crates c ON c.id = r.crate_id"
	       " WHERE " BEGINS " AND " NOT_YANKED
	       " ORDER BY r.downloads DESC LIMIT 8", /* SUGGESTIONS_MAX */
	.in = { DB_TEXT, DB_TEXT },
	.out = OUT,
	.scan_ok = true, /* of the 2,000 that are downloaded most */
};
/* clang-format on */

/* What comes behind all names that begin so. arena */
static struct text behind(struct arena *a, struct text start)
{
	char *p = arena_copy(a, start.p, start.n);

	p[start.n - 1] = (char)(p[start.n - 1] + 1); /* a letter of a name: below 0x7f */
	return (struct text){ p, start.n };
}

static int better(const void *a, const void *b, void *start)
{
	const struct suggestion *x = a, *y = b;
	const struct text *typed = start;
	bool x_is = text_eq(x->canon_name, *typed), y_is = text_eq(y->canon_name, *typed);

	if (x_is != y_is)
		return x_is ? -1 : 1;
	if (x->downloads.v != y->downloads.v)
		return x->downloads.v > y->downloads.v ? -1 : 1;
	return text_cmp(x->canon_name, y->canon_name);
}

/* Those of v that are not there yet, behind the others; room for all. */
static void add(struct suggestion *all, size_t *n, const struct suggestion *v, size_t nv)
{
	for (size_t i = 0; i < nv; i++) {
		bool there = false;

		for (size_t k = 0; k < *n && !there; k++)
			there = text_eq(all[k].canon_name, v[i].canon_name);
		if (!there)
			all[(*n)++] = v[i];
	}
}

const struct err *db_suggest(struct db *db, struct text start, struct suggestion **ret,
			     size_t *ret_n)
{
	struct text canon = canon_name(db_arena(db), start), end;
	struct suggestion *all, *v;
	size_t n = 0, nv;
	const struct err *e;

	BUG_ON(!canon.n);
	end = behind(db_arena(db), canon);
	e = db_all(db, &few, DB_ARGS(db_text(canon), db_text(end)), sizeof(*v), &v, &nv);
	if (e)
		return e;
	all = arena_array(db_arena(db), FEW + SUGGESTIONS_MAX, sizeof(*all));
	add(all, &n, v, nv);
	if (nv == FEW) {
		e = db_all(db, &best, DB_ARGS(db_text(canon), db_text(end)), sizeof(*v), &v, &nv);
		if (e)
			return e;
		add(all, &n, v, nv);
	}
	if (n)
		qsort_r(all, n, sizeof(*all), better, &canon);
	*ret = all;
	*ret_n = n < SUGGESTIONS_MAX ? n : SUGGESTIONS_MAX;
	return NULL;
}

const struct db_stmt *const db_suggest_stmts[] = { &few, &best, NULL };
