#include "handlers/api/seek.h"

#include "app/base/base64.h"
#include "app/base/jw.h"

enum { SEEK_MAX_BYTES = 1024 };

static void put_part(struct jw *j, char kind, const struct seek_part *p)
{
	if (kind == 't')
		jw_text(j, NULL, p->text);
	else if (kind == 'b')
		jw_bool(j, NULL, p->number != 0);
	else if (kind == 'N' && p->null)
		jw_null(j, NULL);
	else
		jw_i64(j, NULL, p->number);
}

struct text seek_encode(struct arena *a, const char *kinds, const struct seek_part *parts)
{
	struct buf b = buf_init(a, SEEK_MAX_BYTES);
	struct jw j = jw_init(&b);
	size_t n = text_from(kinds).n;

	BUG_ON(!n || n > SEEK_PARTS_MAX);
	if (n > 1)
		jw_array(&j, NULL);
	for (size_t i = 0; i < n; i++)
		put_part(&j, kinds[i], &parts[i]);
	if (n > 1)
		jw_end(&j);
	return base64url_encode(a, buf_text(&b));
}

static bool get_text(struct text t, struct seek_part *ret)
{
	if (t.n < 2 || t.p[0] != '"' || t.p[t.n - 1] != '"')
		return false;
	ret->text = text_sub(t, 1, t.n - 1);
	return !text_has_byte(ret->text, '\\') && !text_has_byte(ret->text, '"') &&
	       text_is_utf8(ret->text);
}

static bool get_part(struct text t, char kind, struct seek_part *ret)
{
	*ret = (struct seek_part){ 0 };
	if (kind == 't')
		return get_text(t, ret);
	if (kind == 'b') {
		ret->number = text_eq(t, TEXT("true"));
		return ret->number || text_eq(t, TEXT("false"));
	}
	ret->null = kind == 'N' && text_eq(t, TEXT("null"));
	return ret->null || text_i64(t, INT64_MIN, INT64_MAX, &ret->number);
}

bool seek_decode(struct arena *a, struct text seek, const char *kinds, struct seek_part *ret)
{
	size_t n = text_from(kinds).n;
	struct text rest, part;

	if (!seek.n || seek.n > SEEK_MAX_BYTES || !base64url_decode(a, seek, &rest))
		return false;
	if (n > 1) {
		if (rest.n < 2 || rest.p[0] != '[' || rest.p[rest.n - 1] != ']')
			return false;
		rest = text_sub(rest, 1, rest.n - 1);
	}
	for (size_t i = 0; i < n; i++) /* no part holds a comma: a text with one is not ours */
		if (!text_cut(&rest, ',', &part) || !get_part(part, kinds[i], &ret[i]))
			return false;
	return !rest.p;
}
