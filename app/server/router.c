#include "app/server/router.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/query.h"

#include <string.h>

enum { SEGMENTS_MAX = 16, SEGMENT_STATIC = 0, SEGMENT_PARAM, SEGMENT_REST };

struct segment {
	int kind;
	struct text text; /* the static text, or the parameter's name */
};

struct pattern {
	const struct route *route;
	struct segment segments[SEGMENTS_MAX];
	size_t n;
};

struct router {
	struct arena *arena;
	struct pattern *patterns;
	size_t n;
};

static const struct {
	enum route_method method;
	const char *name;
} methods[] = {
	{ GET, "GET,HEAD" },  { PUT, "PUT" },     { POST, "POST" },
	{ DELETE, "DELETE" }, { PATCH, "PATCH" },
};

/* Negative: a is the more special one, 0: the same shape. Both match the same path. */
static int pattern_cmp(const struct pattern *a, const struct pattern *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (a->segments[i].kind != b->segments[i].kind)
			return a->segments[i].kind - b->segments[i].kind;
	return a->n < b->n ? -1 : a->n > b->n;
}

static bool same_shape(const struct pattern *a, const struct pattern *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->segments[i].kind != b->segments[i].kind ||
		    (a->segments[i].kind == SEGMENT_STATIC &&
		     !text_eq(a->segments[i].text, b->segments[i].text)))
			return false;
	return true;
}

static struct segment segment_of(struct arena *a, struct text part)
{
	if (!text_starts(part, TEXT("{")))
		return (struct segment){ SEGMENT_STATIC, part };
	BUG_ON(!text_ends(part, TEXT("}")) || part.n < 3);
	part = text_sub(part, 1, part.n - 1);
	if (text_starts(part, TEXT("*")))
		return (struct segment){ SEGMENT_REST, text_dup(a, text_sub(part, 1, part.n)) };
	return (struct segment){ SEGMENT_PARAM, text_dup(a, part) };
}

static void compile(struct router *rt, const struct route *route, struct pattern *p)
{
	struct text rest = text_from(route->path), part;
	size_t nparams = 0;

	BUG_ON(!route->fn || !text_cut(&rest, '/', &part) || part.n || !rest.p);
	p->route = route;
	while (text_cut(&rest, '/', &part)) {
		BUG_ON(p->n == SEGMENTS_MAX ||
		       (p->n && p->segments[p->n - 1].kind == SEGMENT_REST));
		p->segments[p->n] = segment_of(rt->arena, part);
		nparams += p->segments[p->n++].kind != SEGMENT_STATIC;
	}
	BUG_ON(nparams > ROUTE_PARAMS_MAX);
	for (const struct pattern *other = rt->patterns; other < p; other++)
		BUG_ON(other->route->method == route->method && same_shape(other, p));
}

struct router *router_new(const struct route *const *lists)
{
	struct arena *a = arena_new(0);
	struct router *rt = arena_alloc(a, sizeof(*rt));
	size_t n = 0;

	rt->arena = a;
	for (size_t i = 0; lists[i]; i++)
		for (const struct route *r = lists[i]; r->path; r++)
			n++;
	rt->patterns = arena_array(a, n ? n : 1, sizeof(*rt->patterns));
	for (size_t i = 0; lists[i]; i++)
		for (const struct route *r = lists[i]; r->path; r++) {
			compile(rt, r, &rt->patterns[rt->n]);
			rt->n++;
		}
	return rt;
}

void router_free(struct router *rt)
{
	if (rt)
		arena_free(rt->arena);
}

void router_each(const struct router *rt, bool (*fn)(void *ctx, const struct route *route),
		 void *ctx)
{
	for (size_t i = 0; i < rt->n; i++)
		if (!fn(ctx, rt->patterns[i].route))
			return;
}

struct split {
	struct text v[SEGMENTS_MAX];
	size_t n; /* SEGMENTS_MAX + 1: more than any pattern has, the last one taken holds the rest
		   */
};

static void split_path(struct text path, struct split *ret)
{
	struct text rest = path, part;

	ret->n = 0;
	(void)text_cut(&rest, '/', &part);
	while (ret->n < SEGMENTS_MAX && text_cut(&rest, '/', &part))
		ret->v[ret->n++] = part;
	if (rest.p && ret->n == SEGMENTS_MAX)
		ret->n++;
}

static bool matches(const struct pattern *p, const struct split *s)
{
	bool rest = p->segments[p->n - 1].kind == SEGMENT_REST;

	if (rest ? s->n < p->n : s->n != p->n)
		return false;
	for (size_t i = 0; i < p->n; i++) {
		if (p->segments[i].kind == SEGMENT_STATIC && !text_eq(p->segments[i].text, s->v[i]))
			return false;
		if (p->segments[i].kind != SEGMENT_STATIC && !s->v[i].n)
			return false;
	}
	return true;
}

static void take_params(struct arena *a, const struct pattern *p, const struct split *s,
			struct text path, struct route_match *ret)
{
	for (size_t i = 0; i < p->n; i++) {
		struct text raw = s->v[i];
		struct query_pair *kv;

		if (p->segments[i].kind == SEGMENT_STATIC)
			continue;
		if (p->segments[i].kind == SEGMENT_REST)
			raw.n = (size_t)(path.p + path.n - raw.p);
		kv = &ret->params[ret->nparams++];
		kv->name = p->segments[i].text;
		kv->value = percent_decode(a, raw);
		if (!ret->bad_param && !text_is_utf8(kv->value))
			ret->bad_param = text_z(a, kv->name);
	}
}

void router_match(const struct router *rt, struct arena *a, unsigned method, struct text path,
		  struct route_match *ret)
{
	struct buf allow = buf_init(a, 256);
	const struct pattern *best = NULL, *hit = NULL;
	struct split s;

	*ret = (struct route_match){ 0 };
	split_path(path, &s);
	for (size_t i = 0; i < rt->n; i++)
		if (matches(&rt->patterns[i], &s) &&
		    (!best || pattern_cmp(&rt->patterns[i], best) < 0))
			best = &rt->patterns[i];
	if (!best)
		return;
	for (size_t i = 0; i < rt->n; i++) {
		const struct pattern *p = &rt->patterns[i];

		if (!same_shape(p, best))
			continue;
		if (allow.n)
			buf_byte(&allow, ',');
		for (size_t m = 0; m < ARRAY_SIZE(methods); m++)
			if (methods[m].method == p->route->method)
				buf_add(&allow, text_from(methods[m].name));
		if (p->route->method == method)
			hit = p;
	}
	ret->allow = buf_text(&allow);
	if (!hit)
		return;
	ret->route = hit->route;
	take_params(a, hit, &s, path, ret);
}
