#include "handlers/web/dependent_facets.h"

#include "app/base/arena.h"
#include "app/registry/manifest.h" /* enum dep_kind */
#include "handlers/web/page_list.h"

#include <stdlib.h>

enum { BARS = 8, RANGES = 40 };

#define OTHER TEXT("other")

const struct err *dependent_facets(struct req *r, uint64_t target_id, struct dependent_facets *ret)
{
	const struct err *e = db_dependent_shares(r->db, target_id, &ret->v, &ret->n);

	ret->counted = 0;
	for (size_t i = 0; !e && i < ret->n; i++)
		ret->counted += ret->v[i].n;
	return e;
}

static bool passes(const struct dependent_share *s, const struct dependent_filter *w)
{
	return (!w->kinds || (s->kinds & w->kinds)) &&
	       (!w->optional.set || (s->optional != 0) == (w->optional.v != 0)) &&
	       (!w->range.p || text_eq(s->range, w->range));
}

uint64_t dependent_facets_pass(const struct dependent_facets *f, const struct dependent_filter *w)
{
	uint64_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += passes(&f->v[i], w) ? f->v[i].n : 0;
	return n;
}

struct text dependent_range_of(struct text param)
{
	return text_eq(param, OTHER) ? TEXT("") : param;
}

/* ---- ranges */

struct range {
	struct text range;
	uint64_t n;
};

static int most_first(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return text_cmp(x->range, y->range);
}

/* Those that the rest of the filter leaves, and the chosen one, be it none. */
static struct range *ranges_of(struct req *r, const struct dependent_facets *f,
			       const struct dependent_filter *w, size_t *ret_n)
{
	struct range *v = arena_array(r->arena, f->n + 1, sizeof(*v));
	struct dependent_filter rest = *w;
	size_t n = 0, at;

	rest.range = TEXT_NONE;
	if (w->range.p)
		v[n++] = (struct range){ w->range, 0 };
	for (size_t i = 0; i < f->n; i++) {
		if (!passes(&f->v[i], &rest))
			continue;
		for (at = 0; at < n && !text_eq(v[at].range, f->v[i].range); at++)
			;
		n += at == n;
		v[at].range = f->v[i].range;
		v[at].n += f->v[i].n;
	}
	if (n)
		qsort(v, n, sizeof(*v), most_first);
	*ret_n = n;
	return v;
}

/* "1.x", "0.3", "2024": contract/web.md 7. */
static struct text range_label(struct req *r, struct text range)
{
	if (text_eq(range, TEXT("*")))
		return TEXT("any version");
	if (!range.n)
		return TEXT("other ranges");
	if (text_has_byte(range, '.') || range.n > 2)
		return range;
	return text_fmt(r->arena, "%.*s.x", TEXT_F(range));
}

static struct text range_param(struct text range)
{
	return range.n ? range : OTHER;
}

static struct small_text percent(uint64_t n, uint64_t of)
{
	struct small_text t;
	uint64_t permille = of ? (n * 1000 + of / 2) / of : 0;

	(void)snprintf(t.s, sizeof(t.s), "%llu.%llu %%", (unsigned long long)(permille / 10),
		       (unsigned long long)(permille % 10));
	return t;
}

static void show_ranges(struct req *r, const struct range *v, size_t n, const struct text chosen,
			struct dependents_page *page)
{
	struct choice *menu = arena_array(r->arena, n + 1, sizeof(*menu));
	struct range_share *shares = arena_array(r->arena, n + 1, sizeof(*shares));
	struct svg_bar *bars = arena_array(r->arena, BARS + 1, sizeof(*bars));
	struct text prefix = page_prefix(r, "range");
	uint64_t all = 0, rest = 0;
	size_t m = 1;

	menu[0] = (struct choice){ TEXT(""), TEXT("any"), !chosen.p };
	for (size_t i = 0; i < n; i++)
		all += v[i].n;
	for (size_t i = 0; i < n; i++) {
		struct text label = range_label(r, v[i].range), param = range_param(v[i].range);
		bool is_chosen = chosen.p && text_eq(v[i].range, chosen);
		struct buf href = buf_init(r->arena, 4096);

		if (i < RANGES || is_chosen)
			menu[m++] = (struct choice){ param, label, is_chosen };
		if (!v[i].n)
			continue;
		buf_add(&href, prefix);
		buf_url(&href, param);
		shares[page->nshares++] =
			(struct range_share){ label, buf_ok(&href) ? buf_text(&href) : TEXT("?"),
					      v[i].n, percent(v[i].n, all) };
		if (page->nbars == BARS) {
			rest += v[i].n;
			continue;
		}
		bars[page->nbars++] =
			(struct svg_bar){ text_fmt(r->arena, "%.*s: %s", TEXT_F(label),
						   percent(v[i].n, all).s),
					  v[i].n };
	}
	if (rest)
		bars[page->nbars++] = (struct svg_bar){
			text_fmt(r->arena, "all others: %s", percent(rest, all).s), rest
		};
	page->ranges = (struct choices){ menu, m };
	page->shares = shares;
	page->bars = bars;
}

void dependent_facets_show(struct req *r, const struct dependent_facets *f,
			   const struct dependent_filter *w, struct dependents_page *v)
{
	struct choice *kinds = arena_array(r->arena, 4, sizeof(*kinds));
	struct choice *optional = arena_array(r->arena, 3, sizeof(*optional));
	struct range *ranges;
	size_t n;

	kinds[0] = (struct choice){ TEXT(""), TEXT("any"), !w->kinds };
	kinds[1] = (struct choice){ TEXT("normal"), TEXT("normal"), w->kinds == 1 << DEP_NORMAL };
	kinds[2] = (struct choice){ TEXT("build"), TEXT("build"), w->kinds == 1 << DEP_BUILD };
	kinds[3] = (struct choice){ TEXT("dev"), TEXT("dev"), w->kinds == 1 << DEP_DEV };
	v->kinds = (struct choices){ kinds, 4 };
	optional[0] = (struct choice){ TEXT(""), TEXT("any"), !w->optional.set };
	optional[1] = (struct choice){ TEXT("no"), TEXT("no"), w->optional.set && !w->optional.v };
	optional[2] = (struct choice){ TEXT("yes"), TEXT("yes"), w->optional.set && w->optional.v };
	v->optional = (struct choices){ optional, 3 };
	ranges = ranges_of(r, f, w, &n);
	show_ranges(r, ranges, n, w->range, v);
	v->bounded = f->counted >= DEPENDENTS_COUNTED ? f->counted : 0;
}
