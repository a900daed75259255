#include "handlers/web/page_list.h"

#include "app/base/arena.h"
#include "app/base/buf.h"

enum { PREFIX_MAX_BYTES = 256 * 1024 };

struct text page_prefix(struct req *r, const char *key)
{
	struct buf b = buf_init(r->arena, PREFIX_MAX_BYTES);
	size_t n;
	const struct query_pair *kv = req_query_all(r, &n);

	buf_byte(&b, '?');
	for (size_t i = 0; i < n; i++) {
		if (text_eq(kv[i].name, text_from(key)) || text_eq(kv[i].name, TEXT("page")) ||
		    text_eq(kv[i].name, TEXT("seek")))
			continue;
		buf_url(&b, kv[i].name);
		buf_byte(&b, '=');
		buf_url(&b, kv[i].value);
		buf_byte(&b, '&');
	}
	buf_add(&b, text_from(key));
	buf_byte(&b, '=');
	return buf_ok(&b) ? buf_text(&b) : text_fmt(r->arena, "?%s=", key);
}

const struct err *page_number(struct req *r, uint64_t max, uint64_t *ret)
{
	struct text t;
	const struct err *e = req_query(r, "page", &t);

	if (e)
		return e;
	*ret = 1;
	if (!t.p || text_u64(t, 1, max, ret))
		return NULL;
	return err_new(r->arena, ERR_INVALID, "There is no page %.*s", TEXT_F(text_sub(t, 0, 40)));
}

size_t page_sort(const struct sort_choice *v, size_t n, struct text word)
{
	for (size_t i = 0; i < n; i++)
		if (text_eq(word, text_from(v[i].name)))
			return i;
	return 0;
}

struct links page_sorts(struct req *r, const struct sort_choice *v, size_t n, size_t current)
{
	struct link *links = arena_array(r->arena, n, sizeof(*links));
	struct text prefix = page_prefix(r, "sort");

	for (size_t i = 0; i < n; i++)
		links[i] = (struct link){
			.href = text_fmt(r->arena, "%.*s%s", TEXT_F(prefix), v[i].name),
			.label = text_from(v[i].label),
			.current = i == current,
		};
	return (struct links){ links, n };
}

const struct err *page_older_than(struct req *r, int64_t *ret)
{
	struct text before;
	const struct err *e = req_query(r, "before", &before);

	*ret = INT64_MAX;
	if (!e && before.p && !text_i64(before, 0, INT64_MAX, ret))
		e = err_new(r->arena, ERR_INVALID, "before must be a number");
	return e;
}

struct paging_view page_paging(struct req *r, uint64_t page, uint64_t per_page, uint64_t total,
			       uint64_t max_pages)
{
	uint64_t pages = total / per_page + (total % per_page != 0);
	uint64_t last = page * per_page;

	return (struct paging_view){
		.page = page,
		.pages = pages < max_pages ? pages : max_pages,
		.first = (page - 1) * per_page + 1,
		.last = last < total ? last : total,
		.total = total,
		.prefix = page_prefix(r, "page"),
	};
}
