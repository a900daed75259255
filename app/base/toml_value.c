/* The leaves of a TOML document: strings (toml.io/en/v1.0.0#string), numbers, booleans, dates and
 * times. */
#include "app/base/arena.h"
#include "app/base/toml_parser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool toml_is_control(char c)
{
	unsigned char u = (unsigned char)c;

	return (u < 0x20 && c != '\t') || u == 0x7f;
}

/* ---- strings */

/* Where a multi-line string ends: finds the closing run of quotes, which may have one or two more
 * before it. */
static bool find_end_of_block(struct toml_parser *ps, char quote, size_t *ret_end)
{
	size_t start = ps->at - 3, run = 0;

	for (size_t i = ps->at; i < ps->in.n; i++) {
		char c = ps->in.p[i];

		if (c == quote) {
			if (++run == 5) {
				*ret_end = i - 2;
				return true;
			}
			continue;
		}
		if (run >= 3) {
			*ret_end = i - 3;
			return true;
		}
		run = 0;
		if (c == '\\' && quote == '"') {
			i++; /* whatever it is, it closes nothing; a wrong escape is found later */
			continue;
		}
		if (c == '\r' && i + 1 < ps->in.n && ps->in.p[i + 1] == '\n')
			continue;
		if (c != '\n' && toml_is_control(c))
			return toml_fail(ps, i, 1,
					 "invalid control character in a multi-line string");
	}
	if (run >= 3) {
		*ret_end = ps->in.n - 3;
		return true;
	}
	return toml_fail(ps, start, 3, "the multi-line string is not closed");
}

static bool find_end_of_line_string(struct toml_parser *ps, char quote, size_t *ret_end)
{
	size_t start = ps->at - 1;

	for (size_t i = ps->at; i < ps->in.n; i++) {
		char c = ps->in.p[i];

		if (c == quote) {
			*ret_end = i;
			return true;
		}
		if (c == '\n' || (c == '\r' && i + 1 < ps->in.n && ps->in.p[i + 1] == '\n'))
			return toml_fail(ps, start, i - start,
					 "the string is not closed on its line");
		if (toml_is_control(c))
			return toml_fail(ps, i, 1, "invalid control character in a string");
		if (c == '\\' && quote == '"' && i + 1 < ps->in.n &&
		    !toml_is_control(ps->in.p[i + 1]))
			i++;
	}
	return toml_fail(ps, start, ps->in.n - start, "the string is not closed");
}

/* The n hex digits behind \u or \U at ps->at. */
static bool unicode_escape(struct toml_parser *ps, size_t n, size_t end, uint32_t *ret)
{
	size_t start = ps->at - 2;
	uint32_t c = 0;

	for (size_t i = 0; i < n; i++, ps->at++) {
		int digit = ps->at < end ? char_hex(ps->in.p[ps->at]) : -1;

		if (digit < 0)
			return toml_fail(ps, start, ps->at - start,
					 "too few hexadecimal digits in a unicode escape");
		c = (c << 4) | (uint32_t)digit;
	}
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return toml_fail(ps, start, ps->at - start,
				 "the escape is no unicode scalar value");
	*ret = c;
	return true;
}

/* A backslash at the end of a line of a block: takes the white space and newlines behind it, if
 * there is a newline. */
static bool line_ending_backslash(struct toml_parser *ps, size_t end)
{
	size_t i = ps->at;
	bool newline = false;

	for (; i < end; i++) {
		char c = ps->in.p[i];

		if (c == '\n')
			newline = true;
		else if (c == '\r' ? i + 1 >= end || ps->in.p[i + 1] != '\n'
				   : c != ' ' && c != '\t')
			break;
	}
	if (newline)
		ps->at = i;
	return newline;
}

/* What the escape at ps->at (behind its backslash) stands for, written to out. */
static bool escape(struct toml_parser *ps, size_t end, bool block, char *out, size_t *n)
{
	static const char names[] = "btnfr\"\\", values[] = "\b\t\n\f\r\"\\";
	char c = ps->at < end ? ps->in.p[ps->at] : '\0';
	const char *known = c ? strchr(names, c) : NULL;
	uint32_t u;

	if (known) {
		out[(*n)++] = values[known - names];
		ps->at++;
		return true;
	}
	if (c == 'u' || c == 'U') {
		ps->at++;
		if (!unicode_escape(ps, c == 'u' ? 4 : 8, end, &u))
			return false;
		*n += char_put_utf8(out + *n, u);
		return true;
	}
	if (block && line_ending_backslash(ps, end))
		return true;
	return toml_fail(ps, ps->at - 1, 2, "unknown escape in a string");
}

/* The text of a basic string between ps->at and end. An escape is never shorter than what it stands
 * for. */
static bool unescape(struct toml_parser *ps, size_t end, bool block, struct text *ret)
{
	char *out = arena_alloc(ps->a, end - ps->at);
	size_t n = 0;

	while (ps->at < end) {
		struct text rest = text_sub(ps->in, ps->at, end);
		size_t plain = text_find_byte(rest, '\\');

		memcpy(out + n, rest.p, plain);
		n += plain;
		ps->at += plain;
		if (ps->at == end)
			break;
		ps->at++;
		if (!escape(ps, end, block, out, &n))
			return false;
	}
	*ret = (struct text){ out, n };
	return true;
}

bool toml_string(struct toml_parser *ps, bool one_line, struct text *ret)
{
	char quote = toml_peek(ps, 0);
	bool block = toml_peek(ps, 1) == quote && toml_peek(ps, 2) == quote;
	size_t end = ps->at;

	if (block && one_line)
		return toml_fail(ps, ps->at, 3, "a key cannot be a multi-line string");
	ps->at += block ? 3 : 1;
	if (block ? !find_end_of_block(ps, quote, &end) : !find_end_of_line_string(ps, quote, &end))
		return false;
	if (block && toml_peek(ps, 0) == '\n')
		ps->at++;
	else if (block && toml_peek(ps, 0) == '\r' && toml_peek(ps, 1) == '\n')
		ps->at += 2;
	*ret = text_sub(ps->in, ps->at, end);
	if (quote == '"' && text_has_byte(*ret, '\\') && !unescape(ps, end, block, ret))
		return false;
	ps->at = end + (block ? 3 : 1);
	return true;
}

/* ---- numbers */

static bool is_digit_of(char c, unsigned base)
{
	int v = char_hex(c);

	return v >= 0 && (unsigned)v < base;
}

/* How many bytes at the start of t are digits with single underscores between them; 0 if there is
 * no digit. */
static size_t digits(struct text t, unsigned base)
{
	size_t i = 0;

	while (i < t.n) {
		if (is_digit_of(t.p[i], base))
			i++;
		else if (i && t.p[i] == '_' && i + 1 < t.n && is_digit_of(t.p[i + 1], base))
			i += 2;
		else
			break;
	}
	return i;
}

static bool integer_value(struct text t, unsigned base, bool negative, int64_t *ret)
{
	uint64_t v = 0;

	for (size_t i = 0; i < t.n; i++) {
		if (t.p[i] == '_')
			continue;
		if (ckd_mul(&v, v, (uint64_t)base) || ckd_add(&v, v, (uint64_t)char_hex(t.p[i])))
			return false;
	}
	if (v > (uint64_t)INT64_MAX + negative)
		return false;
	*ret = negative ? (int64_t)(~v + 1) : (int64_t)v;
	return true;
}

static bool prefixed_integer(struct toml_parser *ps, struct text token, struct toml *v)
{
	unsigned base = token.p[1] == 'x' ? 16 : token.p[1] == 'o' ? 8 : 2;
	struct text body = text_sub(token, 2, token.n);

	if (!body.n || digits(body, base) != body.n)
		return toml_fail(ps, ps->at, token.n, "invalid digit in a number");
	if (!integer_value(body, base, false, &v->v.integer))
		return toml_fail(ps, ps->at, token.n, "the number does not fit into 64 bits");
	v->type = TOML_INTEGER;
	return true;
}

static bool float_value(struct toml_parser *ps, struct text token, struct toml *v)
{
	char *z = arena_alloc(ps->a, token.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < token.n; i++)
		if (token.p[i] != '_')
			z[n++] = token.p[i];
	v->type = TOML_FLOAT;
	v->v.real = strtod(z, NULL); /* the grammar is checked; the locale is never set */
	if (isinf(v->v.real))
		return toml_fail(ps, ps->at, token.n, "the number is too large for a float");
	return true;
}

static bool special_float(struct text body, bool negative, struct toml *v)
{
	if (text_eq(body, TEXT("inf")))
		v->v.real = negative ? -(double)INFINITY : (double)INFINITY;
	else if (text_eq(body, TEXT("nan")))
		v->v.real = negative ? -(double)NAN : (double)NAN;
	else
		return false;
	v->type = TOML_FLOAT;
	return true;
}

static bool number(struct toml_parser *ps, struct text token, struct toml *v)
{
	bool sign = token.p[0] == '+' || token.p[0] == '-', negative = token.p[0] == '-',
	     whole = true;
	struct text body = text_sub(token, sign, token.n);
	size_t n, more;

	if (!sign && token.n >= 2 && token.p[0] == '0' && strchr("xob", token.p[1]))
		return prefixed_integer(ps, token, v);
	if (special_float(body, negative, v))
		return true;
	n = digits(body, 10);
	if (!n)
		return toml_fail(ps, ps->at, token.n, "unknown value: strings need quotes");
	if (n > 1 && body.p[0] == '0')
		return toml_fail(ps, ps->at, token.n, "a number cannot begin with 0");
	if (n < body.n && body.p[n] == '.') {
		more = digits(text_sub(body, n + 1, body.n), 10);
		if (!more)
			return toml_fail(ps, ps->at, token.n,
					 "a float needs digits behind its point");
		n += 1 + more;
		whole = false;
	}
	if (n < body.n && (body.p[n] == 'e' || body.p[n] == 'E')) {
		n++;
		n += n < body.n && (body.p[n] == '+' || body.p[n] == '-');
		more = digits(text_sub(body, n, body.n), 10);
		if (!more)
			return toml_fail(ps, ps->at, token.n,
					 "a float needs digits in its exponent");
		n += more;
		whole = false;
	}
	if (n != body.n)
		return toml_fail(ps, ps->at, token.n, "invalid character in a number");
	if (!whole)
		return float_value(ps, token, v);
	v->type = TOML_INTEGER;
	return integer_value(body, 10, negative, &v->v.integer) ||
	       toml_fail(ps, ps->at, token.n, "the number does not fit into 64 bits");
}

/* ---- dates and times (RFC 3339, with a space, or a small t and z) */

/* n digits at *at as a number within [min, max]; moves *at behind them. */
static bool field(struct text t, size_t *at, size_t n, unsigned min, unsigned max, unsigned *ret)
{
	unsigned v = 0;

	if (t.n - *at < n)
		return false;
	for (size_t end = *at + n; *at < end; ++*at) {
		if (!char_is_digit(t.p[*at]))
			return false;
		v = v * 10 + (unsigned)(t.p[*at] - '0');
	}
	*ret = v;
	return v >= min && v <= max;
}

static bool byte(struct text t, size_t *at, char c)
{
	if (*at >= t.n || t.p[*at] != c)
		return false;
	++*at;
	return true;
}

static bool date_at(struct text t, size_t *at)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned year, month, day;

	if (!field(t, at, 4, 0, 9999, &year) || !byte(t, at, '-') ||
	    !field(t, at, 2, 1, 12, &month) || !byte(t, at, '-') || !field(t, at, 2, 1, 31, &day))
		return false;
	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return day <= 29;
	return day <= days[month - 1];
}

static bool time_at(struct text t, size_t *at)
{
	unsigned v;
	size_t start;

	if (!field(t, at, 2, 0, 23, &v) || !byte(t, at, ':') || !field(t, at, 2, 0, 59, &v) ||
	    !byte(t, at, ':') || !field(t, at, 2, 0, 60, &v)) /* 60: a leap second */
		return false;
	if (!byte(t, at, '.'))
		return true;
	for (start = *at; *at < t.n && char_is_digit(t.p[*at]);)
		++*at;
	return *at > start;
}

static bool offset_at(struct text t, size_t *at)
{
	unsigned v;

	if (byte(t, at, 'Z') || byte(t, at, 'z'))
		return true;
	return (byte(t, at, '+') || byte(t, at, '-')) && field(t, at, 2, 0, 23, &v) &&
	       byte(t, at, ':') && field(t, at, 2, 0, 59, &v);
}

/* The type of a date or time; false if it is none. */
static bool datetime_type(struct text t, enum toml_type *ret)
{
	size_t at = 0;

	if (t.n > 2 && t.p[2] == ':') {
		*ret = TOML_TIME_LOCAL;
		return time_at(t, &at) && at == t.n;
	}
	if (!date_at(t, &at))
		return false;
	if (at == t.n) {
		*ret = TOML_DATE_LOCAL;
		return true;
	}
	if (!byte(t, &at, 'T') && !byte(t, &at, 't') && !byte(t, &at, ' '))
		return false;
	if (!time_at(t, &at))
		return false;
	if (at == t.n) {
		*ret = TOML_DATETIME_LOCAL;
		return true;
	}
	*ret = TOML_DATETIME;
	return offset_at(t, &at) && at == t.n;
}

static bool all_digits(struct text t, size_t from, size_t n)
{
	if (t.n < from + n)
		return false;
	for (size_t i = from; i < from + n; i++)
		if (!char_is_digit(t.p[i]))
			return false;
	return true;
}

/* What is meant as a date or time, so that its error speaks of dates: 1979-, 07: */
static bool looks_like_date(struct text t)
{
	return (all_digits(t, 0, 4) && t.n > 4 && t.p[4] == '-') ||
	       (all_digits(t, 0, 2) && t.n > 2 && t.p[2] == ':');
}

static bool is_token_byte(char c)
{
	return char_is_alnum(c) || c == '+' || c == '-' || c == '_' || c == '.' || c == ':';
}

static size_t token_end(const struct toml_parser *ps, size_t at)
{
	while (at < ps->in.n && is_token_byte(ps->in.p[at]))
		at++;
	return at;
}

bool toml_scalar(struct toml_parser *ps, struct toml *v)
{
	struct text token = text_sub(ps->in, ps->at, token_end(ps, ps->at));
	size_t end = ps->at + token.n;

	if (!token.n)
		return toml_fail(ps, ps->at, 1, "expected a value");
	if (token.n == 10 && looks_like_date(token) && end + 1 < ps->in.n && ps->in.p[end] == ' ' &&
	    char_is_digit(ps->in.p[end + 1])) {
		end = token_end(ps, end + 1);
		token = text_sub(ps->in, ps->at, end);
	}
	if (text_eq(token, TEXT("true")) || text_eq(token, TEXT("false"))) {
		v->type = TOML_BOOL;
		v->v.boolean = token.p[0] == 't';
	} else if (looks_like_date(token)) {
		v->v.string = token;
		if (!datetime_type(token, &v->type))
			return toml_fail(ps, ps->at, token.n, "invalid date or time");
	} else if (!number(ps, token, v)) {
		return false;
	}
	ps->at = end;
	return true;
}
