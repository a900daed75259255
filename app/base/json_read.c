/*
 * Structs from JSON by a table of fields, in the order and with the words of what serde derives
 * (serde_derive's visit_map and visit_seq, serde_json's Deserializer) and the paths of
 * serde_path_to_error.
 */
#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/json_scan.h"
#include "app/base/time.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_struct(struct json_scan *s, const struct json_shape *shape, void *base);

/* ---- what is there instead of what was expected */

/* As Rust's {:?} prints text: the characters that a terminal would not show are escaped. */
static struct text quoted(struct arena *a, struct text t)
{
	struct buf b = buf_init(a, t.n * 6 + 16);

	buf_byte(&b, '"');
	for (size_t i = 0; i < t.n; i++) {
		static const char names[] = "\"\\nrt", values[] = "\"\\\n\r\t";
		char c = t.p[i];
		const char *known = c ? strchr(values, c) : NULL;

		if (known)
			buf_fmt(&b, "\\%c", names[known - values]);
		else if (!c)
			buf_add(&b, TEXT("\\0"));
		else if ((unsigned char)c < 0x20 || c == 0x7f)
			buf_fmt(&b, "\\u{%x}", (unsigned)(unsigned char)c);
		else
			buf_byte(&b, c);
	}
	buf_byte(&b, '"');
	return buf_text(&b);
}

/* The shortest digits that give the same double again, as Rust prints them: 100000.0, 0.1, 1e+22.
 */
static struct text real_text(struct arena *a, double f)
{
	struct text t = TEXT("");

	for (int digits = 1; digits <= 17; digits++) {
		t = text_fmt(a, "%.*g", digits, f);
		if (fabs(strtod(t.p, NULL) - f) <= 0)
			break;
	}
	if (!text_has_byte(t, '.') && (!text_has_byte(t, 'e') || (fabs(f) >= 1 && fabs(f) < 1e16)))
		return text_fmt(a, "%.1f", f);
	return t;
}

static struct text number_text(struct arena *a, const struct json_number *n)
{
	if (n->kind == SCAN_U64)
		return text_fmt(a, "integer `%" PRIu64 "`", n->u);
	if (n->kind == SCAN_I64)
		return text_fmt(a, "integer `%" PRId64 "`", n->i);
	return text_fmt(a, "floating point `%.*s`", TEXT_F(real_text(a, n->f)));
}

/* The value in hand in serde's words; a scalar is consumed, an array or object is not. */
static bool describe(struct json_scan *s, struct text *ret)
{
	int c = scan_peek(s);
	struct json_number n;
	struct text t;

	if (c == '[' || c == '{') {
		*ret = c == '[' ? TEXT("sequence") : TEXT("map");
		return true;
	}
	if (c == '"') {
		if (!scan_string(s, &t))
			return false;
		*ret = text_fmt(s->a, "string %.*s", TEXT_F(quoted(s->a, t)));
		return true;
	}
	if (c == '-' || (c >= '0' && c <= '9')) {
		if (!scan_number(s, &n))
			return false;
		*ret = number_text(s->a, &n);
		return true;
	}
	*ret = c == 'n'   ? TEXT("null")
	       : c == 't' ? TEXT("boolean `true`")
			  : TEXT("boolean `false`");
	return scan_skip(s); /* and what is no value at all fails there */
}

static bool invalid_type(struct json_scan *s, const char *expected)
{
	struct text found;

	return describe(s, &found) &&
	       scan_fail_shape(s, "invalid type: %.*s, expected %s", TEXT_F(found), expected);
}

/* ---- one value of each type */

static bool read_text(struct json_scan *s, struct text *ret)
{
	if (scan_peek(s) != '"')
		return invalid_type(s, "a string");
	return scan_string(s, ret);
}

static bool read_bool(struct json_scan *s, struct json_bool *ret)
{
	int c = scan_peek(s);

	if (c != 't' && c != 'f')
		return invalid_type(s, "a boolean");
	*ret = (struct json_bool){ true, c == 't' };
	return scan_word(s, c == 't' ? "true" : "false");
}

/* An integer of the Rust type that is named. */
static bool read_integer(struct json_scan *s, const char *name, int64_t min, uint64_t max,
			 struct json_number *ret)
{
	int c = scan_peek(s);

	if (c != '-' && (c < '0' || c > '9'))
		return invalid_type(s, name);
	if (!scan_number(s, ret))
		return false;
	if (ret->kind == SCAN_F64)
		return scan_fail_shape(s, "invalid type: %.*s, expected %s",
				       TEXT_F(number_text(s->a, ret)), name);
	if (ret->kind == SCAN_U64 ? ret->u > max : ret->i < min)
		return scan_fail_shape(s, "invalid value: %.*s, expected %s",
				       TEXT_F(number_text(s->a, ret)), name);
	if (ret->kind == SCAN_U64)
		ret->i = (int64_t)ret->u; /* for u64 the caller takes u */
	return true;
}

static bool read_number(struct json_scan *s, enum json_read_type type, void *member)
{
	struct json_number n;

	if (type == JSON_I32) {
		if (!read_integer(s, "i32", INT32_MIN, INT32_MAX, &n))
			return false;
		*(struct json_i32 *)member = (struct json_i32){ true, (int32_t)n.i };
	} else if (type == JSON_I64) {
		if (!read_integer(s, "i64", INT64_MIN, INT64_MAX, &n))
			return false;
		*(struct json_i64 *)member = (struct json_i64){ true, n.i };
	} else {
		if (!read_integer(s, "u64", 0, UINT64_MAX, &n))
			return false;
		*(struct json_u64 *)member = (struct json_u64){ true, n.u };
	}
	return true;
}

/* A list of texts, or with a shape of structs: an array of n elements of that size at *ret. */
static bool read_items(struct json_scan *s, const struct json_shape *shape, void **ret,
		       size_t *ret_n)
{
	size_t size = shape ? shape->size : sizeof(struct text), n = 0, room = 0;
	char *items = NULL, *grown;
	bool more, ok;

	if (scan_peek(s) != '[')
		return invalid_type(s, "a sequence");
	if (!scan_open(s))
		return false;
	for (;; n++) {
		if (!scan_next_item(s, n == 0, &more))
			return false;
		if (!more)
			break;
		if (n == room) {
			room = room ? room * 2 : 8;
			grown = arena_array(s->a, room, size);
			if (n)
				memcpy(grown, items, n * size);
			items = grown;
		}
		scan_push(s, TEXT_NONE, n);
		ok = shape ? read_struct(s, shape, items + n * size)
			   : read_text(s, (struct text *)(void *)(items + n * size));
		if (!ok)
			return false;
		scan_pop(s);
	}
	*ret = items;
	*ret_n = n;
	return scan_close(s, ']');
}

static bool read_texts(struct json_scan *s, struct json_texts *ret)
{
	void *v;

	if (!read_items(s, NULL, &v, &ret->list.n))
		return false;
	ret->list.v = v;
	ret->set = true;
	return true;
}

/* As chrono reads an RFC 3339 time; which of its words an input gets is simplified. */
static bool read_time(struct json_scan *s, struct json_time *ret)
{
	struct text t;

	if (scan_peek(s) != '"')
		return invalid_type(s, "an RFC 3339 formatted date and time string");
	if (!scan_string(s, &t))
		return false;
	ret->set = time_parse_rfc3339(t, &ret->us);
	if (ret->set)
		return true;
	for (size_t i = 0; i < t.n; i++)
		if (!char_is_digit(t.p[i]) && !strchr("-+:.TtZz ", t.p[i] ? t.p[i] : '?'))
			return scan_fail_shape(s, "input contains invalid characters");
	return scan_fail_shape(s, t.n < sizeof("2026-08-01T12:00:00Z") - 1
					  ? "premature end of input"
					  : "input is out of range");
}

static bool read_checked(struct json_scan *s, const struct json_field *f, struct text *ret)
{
	const char *wrong;

	if (!read_text(s, ret))
		return false;
	wrong = f->wrong ? f->wrong(*ret) : NULL;
	return !wrong || scan_fail_shape(s, "%s", wrong);
}

static bool read_field(struct json_scan *s, const struct json_field *f, char *base)
{
	void *member = base + f->offset;
	struct json_list *list = member;
	void *object;

	if (!f->required && scan_peek(s) == 'n')
		return scan_word(s, "null");
	switch (f->type) {
	case JSON_TEXT:
		return read_checked(s, f, member);
	case JSON_BOOL:
		return read_bool(s, member);
	case JSON_I32:
	case JSON_I64:
	case JSON_U64:
		return read_number(s, f->type, member);
	case JSON_TEXTS:
		return read_texts(s, member);
	case JSON_TIME:
		return read_time(s, member);
	case JSON_ANY:
		return scan_tree(s, member);
	case JSON_OBJECTS:
		list->set = true;
		return read_items(s, f->shape, &list->v, &list->n);
	case JSON_OBJECT:
		BUG_ON(!f->shape);
		object = arena_alloc(s->a, f->shape->size);
		memcpy(member, &object, sizeof(object));
		return read_struct(s, f->shape, object);
	}
	BUG_ON(true);
	return false;
}

/* ---- structs */

static const struct json_field *field_of(const struct json_shape *shape, struct text key)
{
	for (const struct json_field *f = shape->fields;
	     f < shape->fields + JSON_FIELDS_MAX && f->name; f++)
		if (text_eq(key, text_from(f->name)) ||
		    (f->alias && text_eq(key, text_from(f->alias))))
			return f;
	return NULL;
}

static bool nothing_missing(struct json_scan *s, const struct json_shape *shape, uint32_t seen)
{
	for (size_t i = 0; i < JSON_FIELDS_MAX && shape->fields[i].name; i++)
		if (shape->fields[i].required && !(seen & (1U << i)))
			return scan_fail_shape(s, "missing field `%s`", shape->fields[i].name);
	return true;
}

static bool read_object(struct json_scan *s, const struct json_shape *shape, char *base)
{
	const struct json_field *f;
	uint32_t seen = 0, bit;
	struct text key;
	bool more;

	if (!scan_open(s))
		return false;
	for (bool first = true;; first = false) {
		if (!scan_next_key(s, first, &more, &key))
			return false;
		if (!more)
			break;
		f = field_of(shape, key);
		bit = f ? 1U << (f - shape->fields) : 0;
		if (seen & bit) {
			(void)scan_peek(s); /* serde_json has looked for the end by then */
			return scan_fail_shape(s, "duplicate field `%s`", f->name);
		}
		seen |= bit;
		if (!scan_colon(s))
			return false;
		scan_push(s, key, 0);
		s->ignoring = !f;
		if (!(f ? read_field(s, f, base) : scan_skip(s)))
			return false;
		s->ignoring = false;
		scan_pop(s);
	}
	return scan_close(s, '}') && nothing_missing(s, shape, seen);
}

/* The array form: every field, in order. */
static bool read_array(struct json_scan *s, const struct json_shape *shape, char *base)
{
	size_t count = 0;
	bool more;

	while (count < JSON_FIELDS_MAX && shape->fields[count].name)
		count++;
	if (!scan_open(s))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!scan_next_item(s, i == 0, &more))
			return false;
		if (!more)
			return scan_close(s, ']') &&
			       scan_fail_shape(
				       s,
				       "invalid length %zu, expected struct %s with %zu element%s",
				       i, shape->name, count, count == 1 ? "" : "s");
		scan_push(s, TEXT_NONE, i);
		if (!read_field(s, &shape->fields[i], base))
			return false;
		scan_pop(s);
	}
	return scan_close(s, ']');
}

static bool read_struct(struct json_scan *s, const struct json_shape *shape, void *base)
{
	int c = scan_peek(s);

	if (c == '{')
		return read_object(s, shape, base);
	if (c == '[')
		return read_array(s, shape, base);
	return invalid_type(s, text_fmt(s->a, "struct %s", shape->name).p);
}

static struct json_scan scan_init(struct arena *a, struct text in, struct json_error *error)
{
	*error = (struct json_error){ .shape = false };
	return (struct json_scan){
		.a = a, .in = in, .depth_max = JSON_MAX_DEPTH, .nul_in_keys = true, .error = error
	};
}

bool json_read(struct arena *a, struct text in, const struct json_shape *shape, void *ret,
	       struct json_error *ret_error)
{
	struct json_scan s = scan_init(a, in, ret_error);

	return read_struct(&s, shape, ret) && scan_end(&s);
}

bool json_read_list(struct arena *a, struct text in, const struct json_shape *shape,
		    struct json_list *ret, struct json_error *ret_error)
{
	struct json_scan s = scan_init(a, in, ret_error);

	ret->set = true;
	return read_items(&s, shape, &ret->v, &ret->n) && scan_end(&s);
}
