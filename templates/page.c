#include "templates/page.h"

#include "app/base/arena.h"
#include "app/base/fmt.h"

#include <string.h>

enum { WINDOW = 9, FAULT_MAX_BYTES = 1024 };

struct text site_link(const struct tmpl *t, struct text path)
{
	return text_fmt(t->b->arena, "%.*s%.*s", TEXT_F(t->page->site_url), TEXT_F(path));
}

/* contract/web.md 7: five pages or more before this one move the window, the last nine end it. */
struct page_window page_window(uint64_t page, uint64_t pages)
{
	struct page_window w = { 1, pages };

	if (pages <= WINDOW)
		return w;
	w.first = page + 4 > pages ? pages - WINDOW + 1 : page > 5 ? page - 4 : 1;
	if (w.first > pages - WINDOW + 1)
		w.first = pages - WINDOW + 1;
	w.last = w.first + WINDOW - 1;
	return w;
}

void form_fault(struct arena *a, struct form_errors *e, const char *field, const char *fmt, ...)
{
	char *p = arena_alloc(a, FAULT_MAX_BYTES);
	va_list ap;
	size_t n;

	if (e->n == ARRAY_SIZE(e->v))
		return;
	va_start(ap, fmt);
	n = fmt_v(p, FAULT_MAX_BYTES, fmt, ap);
	va_end(ap);
	e->v[e->n++] = (struct field_error){
		field,
		text_lossy(a, (struct text){ p, n < FAULT_MAX_BYTES ? n : FAULT_MAX_BYTES - 1 })
	};
}

struct text form_fault_of(const struct form_errors *e, const char *field)
{
	for (size_t i = 0; e && i < e->n; i++)
		if (!strcmp(e->v[i].field, field))
			return e->v[i].what;
	return TEXT_NONE;
}
