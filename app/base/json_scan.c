/* Grammar: RFC 8259. Which error is found where, and its words: serde_json src/de.rs, src/read.rs,
 * src/error.rs. */
#include "app/base/json_scan.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/fmt.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- errors */

void scan_push(struct json_scan *s, struct text key, size_t index)
{
	BUG_ON(s->nsteps == SCAN_STEPS_MAX);
	s->steps[s->nsteps++] = (struct json_step){ key, index };
}

void scan_pop(struct json_scan *s)
{
	s->nsteps--;
}

static struct text path_text(const struct json_scan *s)
{
	struct buf b = buf_init(s->a, s->in.n + (size_t)SCAN_STEPS_MAX * 32);

	for (size_t i = 0; i < s->nsteps; i++) {
		const struct json_step *step = &s->steps[i];

		if (step->key.p && i)
			buf_byte(&b, '.');
		if (step->key.p)
			buf_add(&b, step->key);
		else
			buf_fmt(&b, "[%zu]", step->index);
	}
	return buf_text(&b);
}

/* The place is that of the byte before `index`: bytes are counted, not characters. */
static bool note(struct json_scan *s, size_t index, bool shape, struct text why)
{
	size_t line = 1, start = 0;

	for (size_t i = 0; i < index; i++) {
		if (s->in.p[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	s->error->shape = shape;
	s->error->path = path_text(s);
	s->error->why =
		text_fmt(s->a, "%.*s at line %zu column %zu", TEXT_F(why), line, index - start);
	return false;
}

bool scan_fail(struct json_scan *s, const char *why)
{
	return note(s, s->at, false, text_from(why));
}

bool scan_fail_peek(struct json_scan *s, const char *why)
{
	return note(s, s->at < s->in.n ? s->at + 1 : s->in.n, false, text_from(why));
}

bool scan_fail_shape(struct json_scan *s, const char *fmt, ...)
{
	va_list ap;
	char *p;
	size_t n;

	va_start(ap, fmt);
	n = fmt_v(NULL, 0, fmt, ap);
	p = arena_alloc(s->a, n + 1);
	(void)fmt_v(p, n + 1, fmt, ap);
	va_end(ap);
	return note(s, s->at, true, (struct text){ p, n });
}

/* ---- tokens */

int scan_peek(struct json_scan *s)
{
	for (; s->at < s->in.n; s->at++) {
		char c = s->in.p[s->at];

		if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
			return (unsigned char)c;
	}
	return -1;
}

bool scan_word(struct json_scan *s, const char *word)
{
	for (; *word; word++) {
		if (s->at == s->in.n)
			return scan_fail(s, "EOF while parsing a value");
		if (s->in.p[s->at++] != *word)
			return scan_fail(s, "expected ident");
	}
	return true;
}

static bool hex4(struct json_scan *s, uint32_t *ret)
{
	uint32_t v = 0;

	if (s->in.n - s->at < 4) {
		s->at = s->in.n;
		return scan_fail(s, "EOF while parsing a string");
	}
	for (size_t end = s->at + 4; s->at < end; s->at++) {
		int digit = char_hex(s->in.p[s->at]);

		if (digit < 0) {
			s->at = end;
			return scan_fail(s, "invalid escape");
		}
		v = (v << 4) | (uint32_t)digit;
	}
	*ret = v;
	return true;
}

/* Behind \u: one code point, of one or two escapes. */
static bool unicode_escape(struct json_scan *s, uint32_t *ret)
{
	uint32_t low;

	if (!hex4(s, ret))
		return false;
	if (*ret >= 0xdc00 && *ret <= 0xdfff)
		return scan_fail(s, "lone leading surrogate in hex escape");
	if (*ret < 0xd800 || *ret > 0xdbff)
		return true;
	for (const char *c = "\\u"; *c; c++) {
		if (s->at == s->in.n)
			return scan_fail(s, "EOF while parsing a string");
		if (s->in.p[s->at++] != *c)
			return scan_fail(s, "unexpected end of hex escape");
	}
	if (!hex4(s, &low))
		return false;
	if (low < 0xdc00 || low > 0xdfff)
		return scan_fail(s, "lone leading surrogate in hex escape");
	*ret = 0x10000 + ((*ret - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

static bool escape(struct json_scan *s, char *out, size_t *n)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *known;
	uint32_t c;
	char name;

	if (s->at == s->in.n)
		return scan_fail(s, "EOF while parsing a string");
	name = s->in.p[s->at++];
	known = name ? strchr(names, name) : NULL;
	if (known) {
		out[(*n)++] = values[known - names];
		return true;
	}
	if (name != 'u')
		return scan_fail(s, "invalid escape");
	if (!unicode_escape(s, &c))
		return false;
	*n += char_put_utf8(out + *n, c);
	return true;
}

/* Bytes from s->at that need no look: up to a quote, a backslash or a control character. */
static size_t plain_run(const struct json_scan *s)
{
	size_t i = s->at;

	while (i < s->in.n && s->in.p[i] != '"' && s->in.p[i] != '\\' &&
	       (unsigned char)s->in.p[i] >= 0x20)
		i++;
	return i - s->at;
}

/* Where the string that s->at is in ends at the latest: the next quote without a backslash before
 * it. */
static size_t raw_length(const struct json_scan *s)
{
	size_t i = s->at;

	while (i < s->in.n && s->in.p[i] != '"')
		i += s->in.p[i] == '\\' ? 2 : 1;
	return (i < s->in.n ? i : s->in.n) - s->at;
}

bool scan_string(struct json_scan *s, struct text *ret)
{
	size_t start = ++s->at, run = plain_run(s), n = 0;
	char *out = NULL;

	while (s->at + run < s->in.n && s->in.p[s->at + run] == '\\') {
		if (!out)
			out = arena_alloc(
				s->a,
				raw_length(s)); /* an escape is longer than what it stands for */
		memcpy(out + n, s->in.p + s->at, run);
		n += run;
		s->at += run + 1;
		if (!escape(s, out, &n))
			return false;
		run = plain_run(s);
	}
	if (out)
		memcpy(out + n, s->in.p + s->at, run);
	s->at += run;
	*ret = out ? (struct text){ out, n + run } : text_sub(s->in, start, s->at);
	if (s->at == s->in.n)
		return scan_fail(s, "EOF while parsing a string");
	if (s->in.p[s->at++] != '"')
		return scan_fail(
			s, "control character (\\u0000-\\u001F) found while parsing a string");
	return text_is_utf8(*ret) || scan_fail(s, "invalid unicode code point");
}

static const char *number_cut_off(const struct json_scan *s)
{
	return s->ignoring ? "invalid number" : "EOF while parsing a value";
}

static void skip_digits(struct json_scan *s)
{
	while (s->at < s->in.n && char_is_digit(s->in.p[s->at]))
		s->at++;
}

static bool at_digit(const struct json_scan *s)
{
	return s->at < s->in.n && char_is_digit(s->in.p[s->at]);
}

/* The digits before point and exponent. */
static bool integer_part(struct json_scan *s)
{
	char c;

	if (s->at == s->in.n)
		return scan_fail(s, number_cut_off(s));
	c = s->in.p[s->at++];
	if (!char_is_digit(c))
		return scan_fail(s, "invalid number");
	if (c == '0')
		return !at_digit(s) || scan_fail_peek(s, "invalid number");
	skip_digits(s);
	return true;
}

/* Point and exponent, which may be missing. */
static bool fraction_part(struct json_scan *s)
{
	if (s->at < s->in.n && s->in.p[s->at] == '.') {
		s->at++;
		if (!at_digit(s))
			return scan_fail_peek(s, s->at < s->in.n ? "invalid number"
								 : number_cut_off(s));
		skip_digits(s);
	}
	if (s->at < s->in.n && char_lower(s->in.p[s->at]) == 'e') {
		s->at++;
		if (s->at < s->in.n && (s->in.p[s->at] == '+' || s->in.p[s->at] == '-'))
			s->at++;
		if (s->at == s->in.n)
			return scan_fail(s, number_cut_off(s));
		if (!char_is_digit(s->in.p[s->at++]))
			return scan_fail(s, "invalid number");
		skip_digits(s);
	}
	return true;
}

bool scan_number(struct json_scan *s, struct json_number *ret)
{
	size_t start = s->at, whole_end;
	bool negative = s->in.p[s->at] == '-', whole;
	struct text t;

	s->at += negative;
	if (!integer_part(s))
		return false;
	whole_end = s->at;
	if (!fraction_part(s))
		return false;
	whole = s->at == whole_end;
	t = text_sub(s->in, start, s->at);
	/* As serde_json: -0 and what does not fit are floats. */
	if (whole && !negative && text_u64(t, 0, UINT64_MAX, &ret->u)) {
		ret->kind = SCAN_U64;
	} else if (whole && negative && text_i64(t, INT64_MIN, -1, &ret->i)) {
		ret->kind = SCAN_I64;
	} else {
		ret->kind = SCAN_F64;
		ret->f = strtod(text_z(s->a, t), NULL);
		if (isinf(ret->f))
			return scan_fail(s, "number out of range");
	}
	return true;
}

/* ---- arrays and objects */

bool scan_open(struct json_scan *s)
{
	if (s->depth == s->depth_max)
		return scan_fail_peek(s, "recursion limit exceeded");
	s->depth++;
	s->at++;
	return true;
}

bool scan_next_item(struct json_scan *s, bool first, bool *ret_more)
{
	int c = scan_peek(s);

	*ret_more = false;
	if (c < 0)
		return scan_fail_peek(s, "EOF while parsing a list");
	if (c == ']')
		return true;
	if (!first) {
		if (c != ',')
			return scan_fail_peek(s, "expected `,` or `]`");
		s->at++;
		c = scan_peek(s);
		if (c == ']')
			return scan_fail_peek(s, "trailing comma");
		if (c < 0)
			return scan_fail_peek(s, "EOF while parsing a value");
	}
	*ret_more = true;
	return true;
}

bool scan_colon(struct json_scan *s)
{
	int c = scan_peek(s);

	if (c != ':')
		return scan_fail_peek(s, c < 0 ? "EOF while parsing an object" : "expected `:`");
	s->at++;
	return true;
}

static bool next_key(struct json_scan *s, bool first, bool *ret_more, struct text *ret_key)
{
	int c = scan_peek(s);

	*ret_more = false;
	if (c < 0)
		return scan_fail_peek(s, "EOF while parsing an object");
	if (c == '}')
		return true;
	if (!first) {
		if (c != ',')
			return scan_fail_peek(s, "expected `,` or `}`");
		s->at++;
		c = scan_peek(s);
		if (c == '}')
			return scan_fail_peek(s, "trailing comma");
		if (c < 0)
			return scan_fail_peek(s, "EOF while parsing a value");
	}
	if (c != '"')
		return scan_fail_peek(s, "key must be a string");
	if (!scan_string(s, ret_key))
		return false;
	if (!s->nul_in_keys && text_has_byte(*ret_key, '\0'))
		return scan_fail(s, "a key holds a null character");
	*ret_more = true;
	return true;
}

bool scan_next_key(struct json_scan *s, bool first, bool *ret_more, struct text *ret_key)
{
	if (!s->ignoring)
		scan_push(s, TEXT("?"), 0); /* serde_path_to_error: in a key */
	if (!next_key(s, first, ret_more, ret_key))
		return false;
	if (!s->ignoring)
		scan_pop(s);
	return true;
}

bool scan_close(struct json_scan *s, char closing)
{
	int c = scan_peek(s);

	if (c == closing) {
		s->at++;
		s->depth--;
		return true;
	}
	if (c == ',' && closing == ']') {
		s->at++;
		if (scan_peek(s) == ']')
			return scan_fail_peek(s, "trailing comma");
		return scan_fail_peek(s, "trailing characters");
	}
	if (c < 0)
		return scan_fail_peek(s, closing == ']' ? "EOF while parsing a list"
							: "EOF while parsing an object");
	return scan_fail_peek(s, "trailing characters");
}

static bool skip_members(struct json_scan *s, bool list)
{
	struct text key = TEXT_NONE;
	bool more;

	if (!scan_open(s))
		return false;
	for (size_t i = 0;; i++) {
		if (list ? !scan_next_item(s, i == 0, &more)
			 : !scan_next_key(s, i == 0, &more, &key))
			return false;
		if (!more)
			return scan_close(s, list ? ']' : '}');
		if (!list && !scan_colon(s))
			return false;
		if (!s->ignoring)
			scan_push(s, key, i);
		if (!scan_skip(s))
			return false;
		if (!s->ignoring)
			scan_pop(s);
	}
}

bool scan_skip(struct json_scan *s)
{
	struct json_number number;
	struct text t;
	int c = scan_peek(s);

	switch (c) {
	case -1:
		return scan_fail_peek(s, "EOF while parsing a value");
	case 'n':
		return scan_word(s, "null");
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case '"':
		return scan_string(s, &t);
	case '[':
	case '{':
		return skip_members(s, c == '[');
	default:
		if (c == '-' || char_is_digit((char)c))
			return scan_number(s, &number);
		return scan_fail_peek(s, "expected value");
	}
}

bool scan_end(struct json_scan *s)
{
	return scan_peek(s) < 0 || scan_fail_peek(s, "trailing characters");
}
