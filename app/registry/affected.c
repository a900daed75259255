#include "app/registry/affected.h"

#include "app/base/arena.h"
#include "app/base/buf.h"

#include <stdlib.h>

enum { WORDS_MAX_BYTES = 256 * 1024 };

static const struct affected_bound open_end = { .set = false };

/* ---- one comparator as a range */

static struct affected_bound bound(struct semver v, bool inclusive)
{
	return (struct affected_bound){ .set = true, .inclusive = inclusive, .v = v };
}

/* Below the next one in that place; open where there is none. */
static struct affected_bound below_next(const struct semver_comparator *c, unsigned place)
{
	struct semver v = { .major = c->major };
	uint64_t *const parts[] = { &v.major, &v.minor, &v.patch };

	if (place > 0)
		v.minor = c->minor;
	if (place > 1)
		v.patch = c->patch;
	if (*parts[place] == UINT64_MAX)
		return open_end;
	++*parts[place];
	v.pre = TEXT("0"); /* the lowest: 2.0.0-alpha is no ^1.0 */
	return bound(v, false);
}

/* Which place a caret leaves alone: the first that is not 0, else the last that is there. */
static unsigned caret_place(const struct semver_comparator *c)
{
	if (c->major || !c->has_minor)
		return 0;
	return c->minor || !c->has_patch ? 1 : 2;
}

static struct affected_range range_of(const struct semver_comparator *c)
{
	struct semver v = {
		.major = c->major, .minor = c->minor, .patch = c->patch, .pre = c->pre
	};

	switch (c->op) {
	case SEMVER_EXACT:
		return (struct affected_range){ bound(v, true), bound(v, true) };
	case SEMVER_GREATER:
		return (struct affected_range){ bound(v, false), open_end };
	case SEMVER_GREATER_EQ:
		return (struct affected_range){ bound(v, true), open_end };
	case SEMVER_LESS:
		return (struct affected_range){ open_end, bound(v, false) };
	case SEMVER_LESS_EQ:
		return (struct affected_range){ open_end, bound(v, true) };
	case SEMVER_TILDE:
	case SEMVER_WILDCARD:
		return (struct affected_range){ bound(v, true), below_next(c, c->has_minor) };
	case SEMVER_CARET:
		break;
	}
	return (struct affected_range){ bound(v, true), below_next(c, caret_place(c)) };
}

/* ---- ranges */

/* < 0 where a range that begins at a begins before one that begins at b. */
static int cmp_from(const struct affected_bound *a, const struct affected_bound *b)
{
	int order;

	if (!a->set || !b->set)
		return (int)a->set - (int)b->set;
	order = semver_cmp(&a->v, &b->v);
	return order ? order : (int)b->inclusive - (int)a->inclusive;
}

/* The same of their ends. */
static int cmp_to(const struct affected_bound *a, const struct affected_bound *b)
{
	int order;

	if (!a->set || !b->set)
		return (int)b->set - (int)a->set;
	order = semver_cmp(&a->v, &b->v);
	return order ? order : (int)a->inclusive - (int)b->inclusive;
}

static int by_from(const void *a, const void *b)
{
	const struct affected_range *x = a, *y = b;

	return cmp_from(&x->from, &y->from);
}

/* Whether nothing lies between an end and a beginning: they touch, or overlap. */
static bool meets(const struct affected_bound *to, const struct affected_bound *from)
{
	int order;

	if (!to->set || !from->set)
		return true;
	order = semver_cmp(&to->v, &from->v);
	return order > 0 || (order == 0 && (to->inclusive || from->inclusive));
}

static bool is_empty(const struct affected_range *r)
{
	int order;

	if (!r->from.set || !r->to.set)
		return false;
	order = semver_cmp(&r->from.v, &r->to.v);
	return order > 0 || (order == 0 && !(r->from.inclusive && r->to.inclusive));
}

/* What all its comparators leave; false where that is nothing. */
static bool range_of_req(struct text t, struct affected_range *ret)
{
	struct semver_req req;

	*ret = (struct affected_range){ open_end, open_end };
	if (!semver_req_parse(t, &req))
		return false;
	for (size_t i = 0; i < req.n; i++) {
		struct affected_range r = range_of(&req.c[i]);

		if (cmp_from(&r.from, &ret->from) > 0)
			ret->from = r.from;
		if (cmp_to(&r.to, &ret->to) < 0)
			ret->to = r.to;
	}
	return !is_empty(ret);
}

/* Where what is on the other side begins or ends. */
static struct affected_bound other_side(struct affected_bound b)
{
	b.inclusive = !b.inclusive;
	return b;
}

struct affected affected_of(struct arena *a, struct texts patched, struct texts unaffected)
{
	size_t n = patched.n + unaffected.n, m = 0, left = 0;
	struct affected_range *safe = arena_array(a, n + 1, sizeof(*safe));
	struct affected_range *ret = arena_array(a, n + 2, sizeof(*ret));
	struct affected_bound to = open_end; /* of what is safe so far */

	for (size_t i = 0; i < n; i++)
		m += range_of_req(i < patched.n ? patched.v[i] : unaffected.v[i - patched.n],
				  &safe[m]);
	if (m)
		qsort(safe, m, sizeof(*safe), by_from);
	for (size_t i = 0; i < m; i++) {
		struct affected_bound from = safe[i].from;

		if (!i && from.set)
			ret[left++] = (struct affected_range){ open_end, other_side(from) };
		else if (i && !meets(&to, &from))
			ret[left++] = (struct affected_range){ other_side(to), other_side(from) };
		if (!i || cmp_to(&safe[i].to, &to) > 0)
			to = safe[i].to;
	}
	if (!m)
		ret[left++] = (struct affected_range){ open_end, open_end };
	else if (to.set)
		ret[left++] = (struct affected_range){ other_side(to), open_end };
	return (struct affected){ ret, left };
}

bool affected_has(const struct affected *r, const struct semver *v)
{
	struct affected_bound here = bound(*v, true);

	for (size_t i = 0; i < r->n; i++)
		if (cmp_from(&here, &r->v[i].from) >= 0 && cmp_to(&here, &r->v[i].to) <= 0)
			return true;
	return false;
}

/* ---- in words */

/* Without the "-0" of a bound that stands before every pre-release. */
static void put_version(struct buf *b, const char *op, struct semver v)
{
	if (text_eq(v.pre, TEXT("0")))
		v.pre = TEXT_NONE;
	v.build = TEXT_NONE;
	buf_add(b, text_from(op));
	buf_add(b, semver_print(b->arena, &v));
}

static void put_range(struct buf *b, const struct affected_range *r)
{
	if (r->from.set && r->to.set && !semver_cmp(&r->from.v, &r->to.v)) {
		put_version(b, "=", r->from.v);
		return;
	}
	if (r->from.set)
		put_version(b, r->from.inclusive ? ">=" : ">", r->from.v);
	if (r->from.set && r->to.set)
		buf_add(b, TEXT(", "));
	if (r->to.set)
		put_version(b, r->to.inclusive ? "<=" : "<", r->to.v);
}

struct text affected_words(struct arena *a, const struct affected *r)
{
	struct buf b = buf_init(a, WORDS_MAX_BYTES);

	if (!r->n)
		return TEXT("no versions");
	if (r->n == 1 && !r->v[0].from.set && !r->v[0].to.set)
		return TEXT("all versions");
	for (size_t i = 0; i < r->n; i++) {
		buf_add(&b, i ? TEXT("; ") : TEXT(""));
		put_range(&b, &r->v[i]);
	}
	return buf_text(&b);
}
