/* Colours of code blocks: spans with classes of the style sheet around tokens. */
#include "app/inspect/sanitize.h"

#include "app/base/arena.h"

static const char begin[] = "<span class=\"", middle[] = "\">", end[] = "</span>";

static size_t span_size(const char *class)
{
	return class ? sizeof(begin) + sizeof(middle) + sizeof(end) - 3 + text_from(class).n : 0;
}

bool sanitize_code(struct buf *out, enum tokens_language l, struct text code, size_t *room)
{
	struct buf b = buf_init(out->arena, code.n * 2); /* what tokens_write may need */
	struct text packed;
	enum token_class c;
	size_t n, spans = 0, at = 0;

	if (l == TOKENS_NONE || !*room || !code.n)
		return false;
	tokens_write(&b, l, code);
	packed = buf_text(&b);
	while (tokens_next(&packed, &c, &n))
		spans += span_size(token_css_class(c));
	if (spans > *room)
		return false;
	*room -= spans;
	packed = buf_text(&b);
	for (; tokens_next(&packed, &c, &n); at += n) {
		const char *class = token_css_class(c);

		if (class) {
			buf_add(out, text_from(begin));
			buf_add(out, text_from(class));
			buf_add(out, text_from(middle));
		}
		sanitize_text(out, text_sub(code, at, at + n));
		if (class)
			buf_add(out, text_from(end));
	}
	return true;
}
