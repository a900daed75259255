#include "app/registry/feature.h"

#include "app/base/arena.h"
#include "app/base/err.h"
#include "app/registry/name.h"
#include "app/registry/xid_table.h"

#include <stdlib.h>
#include <string.h>

enum { XID_CONTINUE = 1, XID_START = 2, SPLIT_ROUNDS_MAX = 100 };

/* XID_* of Unicode (UAX #31): the last step at or below c says it. */
static unsigned xid_class(uint32_t c)
{
	size_t lo = 0, hi = ARRAY_SIZE(xid_steps);

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (xid_steps[mid] >> 2 <= c)
			lo = mid;
		else
			hi = mid;
	}
	return xid_steps[lo] & 3;
}

bool feature_char_is_ok(uint32_t c, bool first)
{
	if (first)
		return (xid_class(c) & XID_START) || c == '_' || (c >= '0' && c <= '9');
	return (xid_class(c) & XID_CONTINUE) || c == '+' || c == '-' || c == '.';
}

const struct err *feature_check_name(struct arena *a, struct text name)
{
	uint32_t c;

	if (!name.n)
		return err_new(a, ERR_INVALID, "feature cannot be empty");
	for (size_t at = 0, from = 0; text_next_char(name, &at, &c); from = at) {
		struct text bad = text_sub(name, from, at);

		if (feature_char_is_ok(c, !from))
			continue;
		if (!from)
			return err_new(a, ERR_INVALID,
				       "invalid character `%.*s` in feature `%.*s`, the first "
				       "character must be a Unicode XID start character or digit "
				       "(most letters or `_` or `0` to `9`)",
				       TEXT_F(bad), TEXT_F(name));
		return err_new(a, ERR_INVALID,
			       "invalid character `%.*s` in feature `%.*s`, characters must be "
			       "Unicode XID characters, `+`, `-`, or `.` (numbers, `+`, `-`, `_`, "
			       "`.`, or most letters)",
			       TEXT_F(bad), TEXT_F(name));
	}
	return NULL;
}

const struct err *feature_check_value(struct arena *a, struct text value)
{
	const struct text dep = TEXT("dep:");
	size_t slash = text_find_byte(value, '/'), at = text_find(value, dep);
	const struct err *e;

	if (slash < value.n) {
		struct text left = text_sub(value, 0, slash);

		if (text_ends(left, TEXT("?")))
			left = text_sub(left, 0, left.n - 1);
		e = name_check(a, NAME_RENAMED, left);
		return e ? e : feature_check_name(a, text_sub(value, slash + 1, value.n));
	}
	/* upstream: what stands before "dep:" is not looked at */
	if (at < value.n)
		return name_check(a, NAME_RENAMED, text_sub(value, at + dep.n, value.n));
	return feature_check_name(a, value);
}

/* The place of name in names, which are sorted; n if it is not there. */
static size_t find_name(const struct manifest_feature *const *names, size_t n, struct text name)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = text_cmp(names[mid]->name, name);

		if (!c)
			return mid;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return n;
}

static int cmp_names(const void *a, const void *b)
{
	const struct manifest_feature *const *x = a, *const *y = b;

	return text_cmp((*x)->name, (*y)->name);
}

static bool needs_v2(struct text value)
{
	return text_starts(value, TEXT("dep:")) || text_find(value, TEXT("?/")) < value.n;
}

static bool has_v2_value(const struct manifest_feature *f)
{
	for (size_t i = 0; i < f->values.n; i++)
		if (needs_v2(f->values.v[i]))
			return true;
	return false;
}

/* Features by place in a sorted list. enables[i] are the places of the features that i names; a
 * place of n is none. */
struct split_state {
	const struct manifest_feature **names;
	size_t n;
	size_t **enables;
	unsigned *moved_in; /* the round, from 1; 0: stays */
};

static void find_enabled(struct arena *a, struct split_state *s)
{
	s->enables = arena_array(a, s->n, sizeof(*s->enables));
	for (size_t i = 0; i < s->n; i++) {
		struct texts values = s->names[i]->values;

		s->enables[i] = arena_array(a, values.n, sizeof(**s->enables));
		for (size_t k = 0; k < values.n; k++)
			s->enables[i][k] = find_name(s->names, s->n, values.v[k]);
	}
}

static bool enables_moved(const struct split_state *s, size_t i, unsigned round)
{
	for (size_t k = 0; k < s->names[i]->values.n; k++) {
		size_t at = s->enables[i][k];

		if (at < s->n && s->moved_in[at] && s->moved_in[at] < round)
			return true;
	}
	return false;
}

/* One look at all that stay; false when nothing moved. */
static bool move_some(struct split_state *s, unsigned round)
{
	bool moved = false;

	for (size_t i = 0; i < s->n; i++) {
		if (s->moved_in[i])
			continue;
		if (round == 1 ? has_v2_value(s->names[i]) : enables_moved(s, i, round)) {
			s->moved_in[i] = round;
			moved = true;
		}
	}
	return moved;
}

struct feature_split feature_split(struct arena *a, const struct manifest_feature *f, size_t n)
{
	struct split_state s = { .names = arena_array(a, n, sizeof(*s.names)),
				 .n = n,
				 .moved_in = arena_array(a, n, sizeof(*s.moved_in)) };
	struct feature_split ret = { .v1 = arena_array(a, n, sizeof(*ret.v1)),
				     .v2 = arena_array(a, n, sizeof(*ret.v2)) };

	for (size_t i = 0; i < n; i++)
		s.names[i] = &f[i];
	if (n)
		qsort(s.names, n, sizeof(*s.names), cmp_names);
	if (move_some(&s, 1)) {
		find_enabled(a, &s);
		for (unsigned round = 2; round <= 1 + SPLIT_ROUNDS_MAX; round++)
			if (!move_some(&s, round))
				break;
	}
	for (size_t i = 0; i < n; i++) {
		if (s.moved_in[find_name(s.names, n, f[i].name)])
			ret.v2[ret.n2++] = f[i];
		else
			ret.v1[ret.n1++] = f[i];
	}
	return ret;
}
