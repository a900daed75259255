#include "app/registry/name.h"

#include "app/base/arena.h"
#include "app/base/err.h"

enum { SLIPS_OF_CHARS = 24 };
enum problem { FINE, TOO_LONG, EMPTY, FIRST_DIGIT, FIRST_CHAR, OTHER_CHAR };

/* *ret_char is the character in question, borrowed. */
static enum problem problem_of(enum name_what what, struct text name, struct text *ret_char)
{
	size_t chars = 0;
	uint32_t c;

	for (size_t at = 0; text_next_char(name, &at, &c);)
		chars++;
	if (chars > NAME_MAX_CHARS)
		return TOO_LONG;
	if (!name.n)
		return EMPTY;
	for (size_t at = 0, from = 0; text_next_char(name, &at, &c); from = at) {
		*ret_char = text_sub(name, from, at);
		if (!from) {
			if (char_is_digit(name.p[0]))
				return FIRST_DIGIT;
			if (!char_is_alpha(name.p[0]) && !(what == NAME_RENAMED && c == '_'))
				return FIRST_CHAR;
		} else if (!char_is_alnum(name.p[from]) && c != '-' && c != '_') {
			return OTHER_CHAR;
		}
	}
	return FINE;
}

bool name_is_valid(enum name_what what, struct text name)
{
	struct text c;

	return problem_of(what, name, &c) == FINE;
}

const struct err *name_check(struct arena *a, enum name_what what, struct text name)
{
	const char *kind = what == NAME_CRATE ? "crate" : "dependency";
	struct text c = TEXT("");
	enum problem problem = problem_of(what, name, &c);

	name = text_lossy(a, name);
	c = text_lossy(a, c);
	switch (problem) {
	case FINE:
		return NULL;
	case TOO_LONG:
		return err_new(a, ERR_INVALID, "the %s name `%.*s` is too long (max %d characters)",
			       kind, TEXT_F(name), NAME_MAX_CHARS);
	case EMPTY:
		return err_new(a, ERR_INVALID, "%s name cannot be empty", kind);
	case FIRST_DIGIT:
		return err_new(a, ERR_INVALID,
			       "the name `%.*s` cannot be used as a %s name, the name cannot start "
			       "with a digit",
			       TEXT_F(name), kind);
	case FIRST_CHAR:
		return err_new(a, ERR_INVALID,
			       "invalid character `%.*s` in %s name: `%.*s`, the first character "
			       "must be an ASCII character%s",
			       TEXT_F(c), kind, TEXT_F(name),
			       what == NAME_RENAMED ? ", or `_`" : "");
	case OTHER_CHAR:
		return err_new(a, ERR_INVALID,
			       "invalid character `%.*s` in %s name: `%.*s`, characters must be an "
			       "ASCII alphanumeric characters, `-`, or `_`",
			       TEXT_F(c), kind, TEXT_F(name));
	}
	BUG_ON(true);
}

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

size_t name_distance(struct text a, struct text b)
{
	size_t rows[3][NAME_MAX_CHARS + 1], *two = rows[0], *one = rows[1], *now = rows[2];

	a = text_sub(a, 0, NAME_MAX_CHARS);
	b = text_sub(b, 0, NAME_MAX_CHARS);
	for (size_t k = 0; k <= b.n; k++)
		one[k] = k;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *free_row = two;

		now[0] = i;
		for (size_t k = 1; k <= b.n; k++) {
			now[k] = least(one[k] + 1, now[k - 1] + 1,
				       one[k - 1] + (a.p[i - 1] != b.p[k - 1]));
			if (i > 1 && k > 1 && a.p[i - 1] == b.p[k - 2] && a.p[i - 2] == b.p[k - 1])
				now[k] = least(now[k], two[k - 2] + 1, now[k]);
		}
		two = one;
		one = now;
		now = free_row;
	}
	return one[b.n];
}

/* canon up to at, then c (0: nothing), then canon from rest on. */
static struct text with(struct arena *a, struct text canon, size_t at, char c, size_t rest)
{
	char letter[] = { c };

	return text_fmt(a, "%.*s%.*s%.*s", TEXT_F(text_sub(canon, 0, at)), c ? 1 : 0, letter,
			TEXT_F(text_sub(canon, rest, canon.n)));
}

struct texts name_slips(struct arena *a, struct text canon)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	size_t max = NAME_SLIPS_MAX;
	struct texts all = { .v = arena_array(a, max, sizeof(*all.v)) };

	for (size_t i = 0; i < canon.n && canon.n > 1 && all.n < max; i++)
		all.v[all.n++] = with(a, canon, i, 0, i + 1);
	for (size_t i = 0; i + 1 < canon.n && all.n < max; i++)
		all.v[all.n++] =
			text_fmt(a, "%.*s%c%c%.*s", TEXT_F(text_sub(canon, 0, i)), canon.p[i + 1],
				 canon.p[i], TEXT_F(text_sub(canon, i + 2, canon.n)));
	for (size_t i = 0; i <= canon.n && canon.n <= SLIPS_OF_CHARS; i++)
		for (size_t k = 0; letters[k] && all.n + 1 < max; k++) {
			all.v[all.n++] = with(a, canon, i, letters[k], i);
			if (i < canon.n)
				all.v[all.n++] = with(a, canon, i, letters[k], i + 1);
		}
	return all;
}

struct text canon_name(struct arena *a, struct text name)
{
	char *p = arena_copy(a, name.p, name.n);

	for (size_t i = 0; i < name.n; i++)
		p[i] = p[i] == '-' ? '_' : char_lower(p[i]);
	return (struct text){ p, name.n };
}

struct text index_path(struct arena *a, struct text name)
{
	struct text n = text_lower(a, name);

	BUG_ON(!n.n);
	switch (n.n) {
	case 1:
	case 2:
		return text_fmt(a, "%zu/%.*s", n.n, TEXT_F(n));
	case 3:
		return text_fmt(a, "3/%c/%.*s", n.p[0], TEXT_F(n));
	default:
		return text_fmt(a, "%.2s/%.2s/%.*s", n.p, n.p + 2, TEXT_F(n));
	}
}

bool crate_scope_is_valid(struct text pattern)
{
	if (text_eq(pattern, TEXT("*")))
		return true;
	if (text_ends(pattern, TEXT("*")))
		pattern = text_sub(pattern, 0, pattern.n - 1);
	return name_is_valid(NAME_CRATE, pattern);
}

bool crate_scope_matches(struct text pattern, struct text name)
{
	if (text_ends(pattern, TEXT("*")))
		return text_starts(name, text_sub(pattern, 0, pattern.n - 1));
	return text_eq(pattern, name);
}
