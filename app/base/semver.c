#include "app/base/semver.h"

#include "app/base/arena.h"
#include "app/base/buf.h"

#include <string.h>

enum pos { POS_MAJOR, POS_MINOR, POS_PATCH, POS_PRE, POS_BUILD };

enum problem {
	FINE,
	EMPTY,
	UNEXPECTED_END,
	UNEXPECTED_CHAR,
	UNEXPECTED_CHAR_AFTER,
	EXPECTED_COMMA,
	LEADING_ZERO,
	TOO_BIG,
	EMPTY_SEGMENT,
	WILDCARD_NOT_ALONE,
	AFTER_WILDCARD,
	TOO_MANY,
};

/* What is left to read, and what went wrong: the first problem stays. */
struct reader {
	struct text rest;
	enum problem problem;
	enum pos pos;
	uint32_t c;
};

static bool fail(struct reader *r, enum problem problem, enum pos pos)
{
	size_t at = 0;

	r->problem = problem;
	r->pos = pos;
	r->c = 0;
	(void)text_next_char(r->rest, &at, &r->c);
	return false;
}

static bool next_is(const struct reader *r, char c)
{
	return r->rest.n && r->rest.p[0] == c;
}

static void skip(struct reader *r, size_t n)
{
	r->rest = text_sub(r->rest, n, r->rest.n);
}

static bool take(struct reader *r, char c)
{
	if (!next_is(r, c))
		return false;
	skip(r, 1);
	return true;
}

static void skip_blanks(struct reader *r)
{
	while (take(r, ' '))
		;
}

static bool take_wildcard(struct reader *r)
{
	return take(r, '*') || take(r, 'x') || take(r, 'X');
}

static bool read_number(struct reader *r, enum pos pos, uint64_t *ret)
{
	uint64_t v = 0;
	size_t n = 0;

	for (; n < r->rest.n && char_is_digit(r->rest.p[n]); n++) {
		if (n && !v)
			return fail(r, LEADING_ZERO, pos);
		if (ckd_mul(&v, v, (uint64_t)10) || ckd_add(&v, v, (uint64_t)(r->rest.p[n] - '0')))
			return fail(r, TOO_BIG, pos);
	}
	if (!n)
		return fail(r, r->rest.n ? UNEXPECTED_CHAR : UNEXPECTED_END, pos);
	skip(r, n);
	*ret = v;
	return true;
}

static bool read_dot(struct reader *r, enum pos after)
{
	if (take(r, '.'))
		return true;
	return fail(r, r->rest.n ? UNEXPECTED_CHAR_AFTER : UNEXPECTED_END, after);
}

static bool all_digits(struct text t)
{
	for (size_t i = 0; i < t.n; i++)
		if (!char_is_digit(t.p[i]))
			return false;
	return true;
}

/* Identifiers joined by dots, after the '-' or '+'. */
static bool read_identifiers(struct reader *r, enum pos pos, struct text *ret)
{
	size_t from = 0, to = 0;

	for (;; to++) {
		struct text one;

		if (to < r->rest.n && (char_is_alnum(r->rest.p[to]) || r->rest.p[to] == '-'))
			continue;
		one = text_sub(r->rest, from, to);
		if (!one.n)
			return fail(r, EMPTY_SEGMENT, pos);
		if (pos == POS_PRE && one.n > 1 && one.p[0] == '0' && all_digits(one))
			return fail(r, LEADING_ZERO, pos);
		if (to == r->rest.n || r->rest.p[to] != '.')
			break;
		from = to + 1;
	}
	*ret = text_sub(r->rest, 0, to);
	skip(r, to);
	return true;
}

static bool read_version(struct reader *r, struct semver *v)
{
	enum pos pos = POS_PATCH;

	*v = (struct semver){ .pre = TEXT(""), .build = TEXT("") };
	if (!r->rest.n)
		return fail(r, EMPTY, POS_MAJOR);
	if (!read_number(r, POS_MAJOR, &v->major) || !read_dot(r, POS_MAJOR) ||
	    !read_number(r, POS_MINOR, &v->minor) || !read_dot(r, POS_MINOR) ||
	    !read_number(r, POS_PATCH, &v->patch))
		return false;
	if (take(r, '-')) {
		pos = POS_PRE;
		if (!read_identifiers(r, pos, &v->pre))
			return false;
	}
	if (take(r, '+')) {
		pos = POS_BUILD;
		if (!read_identifiers(r, pos, &v->build))
			return false;
	}
	return r->rest.n ? fail(r, UNEXPECTED_CHAR_AFTER, pos) : true;
}

/* ---- sentences */

/* What Rust's `{:?}` of a char writes as \u{...}: the common ranges, not the whole of Unicode's
 * unassigned ones. */
static bool is_unprintable(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} t[] = {
		{ 0x0, 0x1f },      { 0x7f, 0xa0 },     { 0xad, 0xad },     { 0x300, 0x36f },
		{ 0x1680, 0x1680 }, { 0x180e, 0x180e }, { 0x2000, 0x200f }, { 0x2028, 0x202f },
		{ 0x205f, 0x206f }, { 0x3000, 0x3000 }, { 0xe000, 0xf8ff }, { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff }, { 0xfff0, 0xfffb }, { 0xfffe, 0xffff }, { 0xe0000, 0x10ffff },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		if (c >= t[i].from && c <= t[i].to)
			return true;
	return false;
}

static void add_quoted_char(struct buf *b, struct text rest, uint32_t c)
{
	static const struct {
		uint32_t c;
		const char *as;
	} t[] = { { '\0', "\\0" }, { '\t', "\\t" }, { '\r', "\\r" },
		  { '\n', "\\n" }, { '\'', "\\'" }, { '\\', "\\\\" } };
	size_t n = 0;
	uint32_t again;

	buf_byte(b, '\'');
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		if (c == t[i].c) {
			buf_add(b, text_from(t[i].as));
			buf_byte(b, '\'');
			return;
		}
	}
	(void)text_next_char(rest, &n, &again);
	if (is_unprintable(c))
		buf_fmt(b, "\\u{%x}", (unsigned)c);
	else if (c == 0xfffd)
		buf_add(b, TEXT("\xef\xbf\xbd"));
	else
		buf_add(b, text_sub(rest, 0, n));
	buf_byte(b, '\'');
}

static struct text sentence(struct arena *a, const struct reader *r)
{
	static const char *const pos[] = {
		[POS_MAJOR] = "major version number", [POS_MINOR] = "minor version number",
		[POS_PATCH] = "patch version number", [POS_PRE] = "pre-release identifier",
		[POS_BUILD] = "build metadata",
	};
	struct buf b = buf_init(a, 256);

	switch (r->problem) {
	case FINE:
		return TEXT_NONE;
	case EMPTY:
		return TEXT("empty string, expected a semver version");
	case UNEXPECTED_END:
		buf_fmt(&b, "unexpected end of input while parsing %s", pos[r->pos]);
		break;
	case UNEXPECTED_CHAR:
		buf_add(&b, TEXT("unexpected character "));
		add_quoted_char(&b, r->rest, r->c);
		buf_fmt(&b, " while parsing %s", pos[r->pos]);
		break;
	case UNEXPECTED_CHAR_AFTER:
		buf_add(&b, TEXT("unexpected character "));
		add_quoted_char(&b, r->rest, r->c);
		buf_fmt(&b, " after %s", pos[r->pos]);
		break;
	case EXPECTED_COMMA:
		buf_fmt(&b, "expected comma after %s, found ", pos[r->pos]);
		add_quoted_char(&b, r->rest, r->c);
		break;
	case LEADING_ZERO:
		buf_fmt(&b, "invalid leading zero in %s", pos[r->pos]);
		break;
	case TOO_BIG:
		buf_fmt(&b, "value of %s exceeds u64::MAX", pos[r->pos]);
		break;
	case EMPTY_SEGMENT:
		buf_fmt(&b, "empty identifier segment in %s", pos[r->pos]);
		break;
	case WILDCARD_NOT_ALONE:
		buf_fmt(&b, "wildcard req (%c) must be the only comparator in the version req",
			(int)r->c);
		break;
	case AFTER_WILDCARD:
		return TEXT("unexpected character after wildcard in version req");
	case TOO_MANY:
		return TEXT("excessive number of version comparators");
	}
	return buf_text(&b);
}

/* ---- versions */

bool semver_parse(struct text t, struct semver *ret)
{
	struct reader r = { .rest = t };
	struct semver v;

	if (!read_version(&r, &v))
		return false;
	*ret = v;
	return true;
}

struct text semver_error(struct arena *a, struct text t)
{
	struct reader r = { .rest = t };
	struct semver v;

	(void)read_version(&r, &v);
	return sentence(a, &r);
}

static void add_pre(struct buf *b, struct text pre)
{
	if (pre.n) {
		buf_byte(b, '-');
		buf_add(b, pre);
	}
}

struct text semver_print(struct arena *a, const struct semver *v)
{
	struct buf b = buf_init(a, 128 + v->pre.n + v->build.n);

	buf_u64(&b, v->major);
	buf_byte(&b, '.');
	buf_u64(&b, v->minor);
	buf_byte(&b, '.');
	buf_u64(&b, v->patch);
	add_pre(&b, v->pre);
	if (v->build.n) {
		buf_byte(&b, '+');
		buf_add(&b, v->build);
	}
	return buf_text(&b);
}

struct text semver_no_build(struct text num)
{
	return text_sub(num, 0, text_find_byte(num, '+'));
}

static int cmp_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static struct text without_zeros(struct text t)
{
	size_t n = 0;

	while (n < t.n && t.p[n] == '0')
		n++;
	return text_sub(t, n, t.n);
}

/* Digits by value, then by length: only build metadata has leading zeros. */
static int cmp_digits(struct text a, struct text b)
{
	struct text x = without_zeros(a), y = without_zeros(b);
	int c = cmp_u64(x.n, y.n);

	if (!c)
		c = text_cmp(x, y);
	return c ? c : cmp_u64(a.n, b.n);
}

/* semver.org 11.4, identifier by identifier; neither list is empty. */
static int cmp_identifiers(struct text a, struct text b)
{
	struct text x, y;

	for (;;) {
		bool more_a = text_cut(&a, '.', &x), more_b = text_cut(&b, '.', &y);
		bool num_a, num_b;
		int c;

		if (!more_a || !more_b)
			return (more_a ? 1 : 0) - (more_b ? 1 : 0);
		num_a = all_digits(x);
		num_b = all_digits(y);
		if (num_a != num_b)
			return num_a ? -1 : 1;
		c = num_a ? cmp_digits(x, y) : text_cmp(x, y);
		if (c)
			return c;
	}
}

/* A release is above its pre-releases. */
static int cmp_pre(struct text a, struct text b)
{
	if (!a.n || !b.n)
		return (a.n ? 0 : 1) - (b.n ? 0 : 1);
	return cmp_identifiers(a, b);
}

int semver_cmp(const struct semver *a, const struct semver *b)
{
	int c = cmp_u64(a->major, b->major);

	if (!c)
		c = cmp_u64(a->minor, b->minor);
	if (!c)
		c = cmp_u64(a->patch, b->patch);
	return c ? c : cmp_pre(a->pre, b->pre);
}

int semver_cmp_total(const struct semver *a, const struct semver *b)
{
	int c = semver_cmp(a, b);

	if (c)
		return c;
	if (!a->build.n || !b->build.n)
		return (a->build.n ? 1 : 0) - (b->build.n ? 1 : 0);
	return cmp_identifiers(a->build, b->build);
}

bool semver_is_prerelease(const struct semver *v)
{
	return v->pre.n != 0;
}

static void add_key_digits(struct buf *b, struct text digits)
{
	buf_byte(b, (char)(unsigned char)digits.n);
	buf_add(b, digits);
}

static void add_key_u64(struct arena *a, struct buf *b, uint64_t v)
{
	struct buf digits = buf_init(a, 24);

	buf_u64(&digits, v);
	add_key_digits(b, buf_text(&digits));
}

struct text semver_order_key(struct arena *a, const struct semver *v)
{
	struct buf b = buf_init(a, 128 + 2 * v->pre.n);
	struct text rest = v->pre, one;

	add_key_u64(a, &b, v->major);
	add_key_u64(a, &b, v->minor);
	add_key_u64(a, &b, v->patch);
	if (!v->pre.n) {
		buf_byte(&b, 3);
		return buf_text(&b);
	}
	while (text_cut(&rest, '.', &one)) {
		if (!all_digits(one)) {
			buf_byte(&b, 2);
			buf_add(&b, one);
		} else if (one.n <= 255) {
			buf_byte(&b, 1);
			add_key_digits(&b, one);
		} else {
			return TEXT_NONE;
		}
	}
	buf_byte(&b, 0);
	return buf_text(&b);
}

/* ---- requirements */

static bool read_op(struct reader *r, enum semver_op *ret)
{
	static const struct {
		struct text text;
		enum semver_op op;
	} t[] = {
		{ TEXT_INIT(">="), SEMVER_GREATER_EQ }, { TEXT_INIT("<="), SEMVER_LESS_EQ },
		{ TEXT_INIT(">"), SEMVER_GREATER },     { TEXT_INIT("<"), SEMVER_LESS },
		{ TEXT_INIT("="), SEMVER_EXACT },       { TEXT_INIT("~"), SEMVER_TILDE },
		{ TEXT_INIT("^"), SEMVER_CARET },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		if (text_starts(r->rest, t[i].text)) {
			skip(r, t[i].text.n);
			*ret = t[i].op;
			return true;
		}
	}
	*ret = SEMVER_CARET;
	return false;
}

/* ".2" or ".*" after a number; nothing there is fine. A wildcard without an operator makes the
 * operator. */
static bool read_part(struct reader *r, enum pos *pos, enum pos here, bool may_be_op,
		      struct semver_comparator *c, bool *ret_has, uint64_t *ret)
{
	bool wild = *pos == POS_MINOR && !c->has_minor;

	if (!take(r, '.'))
		return true;
	*pos = here;
	if (take_wildcard(r)) {
		if (may_be_op)
			c->op = SEMVER_WILDCARD;
		return true;
	}
	if (wild)
		return fail(r, AFTER_WILDCARD, here);
	*ret_has = true;
	return read_number(r, here, ret);
}

static bool read_comparator(struct reader *r, struct semver_comparator *c, enum pos *ret_pos)
{
	bool given;
	struct text build;

	*c = (struct semver_comparator){ .pre = TEXT("") };
	*ret_pos = POS_MAJOR;
	given = read_op(r, &c->op);
	skip_blanks(r);
	if (!read_number(r, POS_MAJOR, &c->major) ||
	    !read_part(r, ret_pos, POS_MINOR, !given, c, &c->has_minor, &c->minor) ||
	    !read_part(r, ret_pos, POS_PATCH, !given, c, &c->has_patch, &c->patch))
		return false;
	if (c->has_patch && take(r, '-')) {
		*ret_pos = POS_PRE;
		if (!read_identifiers(r, POS_PRE, &c->pre))
			return false;
	}
	if (c->has_patch && take(r, '+')) {
		*ret_pos = POS_BUILD;
		if (!read_identifiers(r, POS_BUILD, &build))
			return false;
	}
	skip_blanks(r);
	return true;
}

/* A lone wildcard among comparators, which read_comparator refused at its first character, has its
 * own sentence. */
static void name_lone_wildcard(struct reader *r, struct reader from)
{
	uint32_t c = from.rest.n ? (unsigned char)from.rest.p[0] : 0;

	if (!take_wildcard(&from))
		return;
	skip_blanks(&from);
	if (from.rest.n && !next_is(&from, ','))
		return;
	r->problem = WILDCARD_NOT_ALONE;
	r->c = c;
}

/* "*", blanks allowed: true when it was one, or something that starts like one and is wrong. */
static bool read_any(struct reader *r)
{
	uint32_t c = r->rest.n ? (unsigned char)r->rest.p[0] : 0;

	if (!take_wildcard(r))
		return false;
	skip_blanks(r);
	if (next_is(r, ',')) {
		(void)fail(r, WILDCARD_NOT_ALONE, POS_MAJOR);
		r->c = c;
	} else if (r->rest.n) {
		(void)fail(r, AFTER_WILDCARD, POS_MAJOR);
	}
	return true;
}

static bool read_req(struct reader *r, struct semver_req *req)
{
	enum pos pos;

	req->n = 0;
	skip_blanks(r);
	if (read_any(r))
		return r->problem == FINE;
	for (;;) {
		struct reader from = *r;

		if (!read_comparator(r, &req->c[req->n], &pos)) {
			name_lone_wildcard(r, from);
			return false;
		}
		req->n++;
		if (!r->rest.n)
			return true;
		if (!take(r, ','))
			return fail(r, EXPECTED_COMMA, pos);
		skip_blanks(r);
		if (req->n == SEMVER_COMPARATORS_MAX)
			return fail(r, TOO_MANY, pos);
	}
}

bool semver_req_parse(struct text t, struct semver_req *ret)
{
	struct reader r = { .rest = t };

	return read_req(&r, ret);
}

struct text semver_req_error(struct arena *a, struct text t)
{
	struct reader r = { .rest = t };
	struct semver_req req;

	(void)read_req(&r, &req);
	return sentence(a, &r);
}

static void add_comparator(struct buf *b, const struct semver_comparator *c)
{
	static const char *const op[] = {
		[SEMVER_EXACT] = "=", [SEMVER_GREATER] = ">",  [SEMVER_GREATER_EQ] = ">=",
		[SEMVER_LESS] = "<",  [SEMVER_LESS_EQ] = "<=", [SEMVER_TILDE] = "~",
		[SEMVER_CARET] = "^", [SEMVER_WILDCARD] = "",
	};

	buf_add(b, text_from(op[c->op]));
	buf_u64(b, c->major);
	if (c->has_minor) {
		buf_byte(b, '.');
		buf_u64(b, c->minor);
	}
	if (c->has_patch) {
		buf_byte(b, '.');
		buf_u64(b, c->patch);
		add_pre(b, c->pre);
	} else if (c->op == SEMVER_WILDCARD) {
		buf_add(b, TEXT(".*"));
	}
}

struct text semver_req_print(struct arena *a, const struct semver_req *r)
{
	size_t cap = 2;
	struct buf b;

	for (size_t i = 0; i < r->n; i++)
		cap += 80 + r->c[i].pre.n;
	b = buf_init(a, cap);
	if (!r->n)
		buf_byte(&b, '*');
	for (size_t i = 0; i < r->n; i++) {
		if (i)
			buf_add(&b, TEXT(", "));
		add_comparator(&b, &r->c[i]);
	}
	BUG_ON(!buf_ok(&b));
	return buf_text(&b);
}

struct text semver_req_normal(struct arena *a, struct text req)
{
	struct semver_req r;

	return semver_req_parse(req, &r) ? semver_req_print(a, &r) : TEXT_NONE;
}

bool semver_req_is_any(const struct semver_req *r)
{
	return !r->n;
}

static bool is_within(const struct semver_comparator *c, const struct semver *v)
{
	return v->major == c->major && (!c->has_minor || v->minor == c->minor) &&
	       (!c->has_patch || v->patch == c->patch) && cmp_pre(v->pre, c->pre) == 0;
}

/* v against c in the parts that c has: 0 where those are equal and some are left out. */
static int cmp_parts(const struct semver *v, const struct semver_comparator *c)
{
	int r = cmp_u64(v->major, c->major);

	if (r || !c->has_minor)
		return r;
	r = cmp_u64(v->minor, c->minor);
	if (r || !c->has_patch)
		return r;
	r = cmp_u64(v->patch, c->patch);
	return r ? r : cmp_pre(v->pre, c->pre);
}

static bool matches_tilde(const struct semver_comparator *c, const struct semver *v)
{
	if (v->major != c->major || (c->has_minor && v->minor != c->minor))
		return false;
	if (c->has_patch && v->patch != c->patch)
		return v->patch > c->patch;
	return cmp_pre(v->pre, c->pre) >= 0;
}

/* The leftmost part that is not zero stays; what is to its right may grow. */
static bool matches_caret(const struct semver_comparator *c, const struct semver *v)
{
	if (v->major != c->major)
		return false;
	if (!c->has_minor)
		return true;
	if (!c->has_patch)
		return c->major ? v->minor >= c->minor : v->minor == c->minor;
	if (v->minor != c->minor)
		return c->major && v->minor > c->minor;
	if (v->patch != c->patch)
		return (c->major || c->minor) && v->patch > c->patch;
	return cmp_pre(v->pre, c->pre) >= 0;
}

static bool matches_one(const struct semver_comparator *c, const struct semver *v)
{
	switch (c->op) {
	case SEMVER_EXACT:
	case SEMVER_WILDCARD:
		return is_within(c, v);
	case SEMVER_GREATER:
		return cmp_parts(v, c) > 0;
	case SEMVER_GREATER_EQ:
		return is_within(c, v) || cmp_parts(v, c) > 0;
	case SEMVER_LESS:
		return cmp_parts(v, c) < 0;
	case SEMVER_LESS_EQ:
		return is_within(c, v) || cmp_parts(v, c) < 0;
	case SEMVER_TILDE:
		return matches_tilde(c, v);
	case SEMVER_CARET:
		return matches_caret(c, v);
	}
	BUG_ON(true);
}

bool semver_req_matches(const struct semver_req *r, const struct semver *v)
{
	for (size_t i = 0; i < r->n; i++)
		if (!matches_one(&r->c[i], v))
			return false;
	if (!v->pre.n)
		return true;
	for (size_t i = 0; i < r->n; i++) {
		const struct semver_comparator *c = &r->c[i];

		if (c->pre.n && c->major == v->major && c->minor == v->minor &&
		    c->patch == v->patch)
			return true;
	}
	return false;
}
