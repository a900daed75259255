#include "app/base/query.h"

#include "app/base/arena.h"
#include "app/base/buf.h"

struct text percent_decode(struct arena *a, struct text t)
{
	char *p;
	size_t n = 0;

	if (!text_has_byte(t, '%'))
		return t;
	p = arena_alloc(a, t.n);
	for (size_t i = 0; i < t.n; i++) {
		int hi = t.n - i > 2 && t.p[i] == '%' ? char_hex(t.p[i + 1]) : -1;
		int lo = hi >= 0 ? char_hex(t.p[i + 2]) : -1;

		if (lo >= 0) {
			p[n++] = (char)(hi * 16 + lo);
			i += 2;
		} else {
			p[n++] = t.p[i];
		}
	}
	return (struct text){ p, n };
}

struct text path_normalise(struct arena *a, struct text path)
{
	struct text rest = path, part, *parts;
	struct buf b = buf_init(a, path.n + 1);
	size_t n = 0, most = 1;

	if (text_find(path, TEXT("//")) == path.n && text_find(path, TEXT("/.")) == path.n)
		return path;
	for (size_t i = 0; i < path.n; i++)
		most += path.p[i] == '/';
	parts = arena_array(a, most, sizeof(*parts));
	while (text_cut(&rest, '/', &part)) {
		if (!part.n || text_eq(part, TEXT(".")))
			continue;
		if (!text_eq(part, TEXT("..")))
			parts[n++] = part;
		else if (n)
			n--;
	}
	for (size_t i = 0; i < n; i++) {
		buf_byte(&b, '/');
		buf_add(&b, parts[i]);
	}
	if (!n)
		buf_byte(&b, '/');
	return buf_text(&b);
}

static struct text form_decode(struct arena *a, struct text t)
{
	char *p;

	if (text_has_byte(t, '+')) {
		p = arena_copy(a, t.p, t.n);
		for (size_t i = 0; i < t.n; i++)
			if (p[i] == '+')
				p[i] = ' ';
		t.p = p;
	}
	return text_lossy(a, percent_decode(a, t));
}

struct query_pair *query_parse(struct arena *a, struct text query, size_t max, size_t *ret_n)
{
	struct text part, name;
	struct query_pair *pairs;
	size_t most = 1, n = 0;

	for (size_t i = 0; i < query.n; i++)
		most += query.p[i] == '&';
	most = most < max ? most : max;
	pairs = arena_array(a, most, sizeof(*pairs));
	while (n < most && text_cut(&query, '&', &part)) {
		if (!part.n)
			continue;
		(void)text_cut(&part, '=', &name);
		pairs[n++] = (struct query_pair){
			.name = form_decode(a, name),
			.value = part.p ? form_decode(a, part) : TEXT(""),
		};
	}
	*ret_n = n;
	return pairs;
}

struct text cookie_find(struct text header, struct text name)
{
	struct text pair, key;

	while (text_cut(&header, ';', &pair)) {
		(void)text_cut(&pair, '=', &key);
		if (pair.p && text_eq(text_trim(key), name))
			return text_trim(pair);
	}
	return TEXT_NONE;
}
