#include "templates/readme.h"

#include "app/base/arena.h"
#include "app/base/buf.h"

/* The end of the tag that begins at p[at]; '>' within quotes is none. */
static size_t tag_end(struct text t, size_t at)
{
	char quote = 0;

	for (; at < t.n; at++) {
		if (quote)
			quote = t.p[at] == quote ? 0 : quote;
		else if (t.p[at] == '"' || t.p[at] == '\'')
			quote = t.p[at];
		else if (t.p[at] == '>')
			return at + 1;
	}
	return t.n;
}

static bool is_void(struct text tag)
{
	static const char *const names[] = { "<br",     "<hr",  "<img", "<input",
					     "<source", "<wbr", "<col" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct text name = text_from(names[i]);

		if (text_starts(tag, name) && tag.n > name.n && !char_is_alnum(tag.p[name.n]))
			return true;
	}
	return text_ends(tag, TEXT("/>")) || text_starts(tag, TEXT("<!"));
}

/* All of it where that is at most max bytes; else where to cut: behind the last element of the top level that ends
 * within them, 0 for none. The colours of code (sanitize_code) count nothing. */
static size_t good_end(struct text stored, size_t max)
{
	size_t at = 0, good = 0, depth = 0;

	while (at < max && stored.n > max) {
		size_t end;
		struct text tag;

		at += text_find_byte(text_sub(stored, at, stored.n), '<');
		end = tag_end(stored, at);
		tag = text_sub(stored, at, end);
		at = end;
		if (text_starts(tag, TEXT("</")))
			depth -= depth > 0;
		else if (!is_void(tag))
			depth++;
		if (text_starts(tag, TEXT("<span class=")))
			max += tag.n + sizeof("</span>") - 1;
		if (!depth && end <= max)
			good = end;
	}
	return stored.n > max ? good : stored.n;
}

/* "<h1>" to "<h5 id=...>" and their ends: the sanitizer writes names in lower case. */
static bool is_heading(struct text tag)
{
	size_t h = tag.n > 2 && tag.p[1] == '/' ? 2 : 1;

	return tag.n - h > 2 && tag.p[h] == 'h' && tag.p[h + 1] >= '1' && tag.p[h + 1] <= '5' &&
	       (tag.p[h + 2] == '>' || tag.p[h + 2] == ' ');
}

static void put_tag(struct buf *b, struct text tag, bool down)
{
	size_t digit = tag.p[1] == '/' ? 3 : 2;

	if (down && is_heading(tag)) {
		buf_add(b, text_sub(tag, 0, digit));
		buf_byte(b, (char)(tag.p[digit] + 1));
		buf_add(b, text_sub(tag, digit + 1, tag.n));
	} else if (text_starts(tag, TEXT("<pre>")) || text_starts(tag, TEXT("<pre "))) {
		buf_add(b, TEXT("<pre tabindex=\"0\""));
		buf_add(b, text_sub(tag, 4, tag.n));
	} else if (text_starts(tag, TEXT("<input ")) && text_find(tag, TEXT("checkbox")) < tag.n) {
		bool done = text_find(tag, TEXT("checked")) < tag.n;

		buf_add(b, TEXT("<input "));
		buf_add(b, done ? TEXT("aria-label=\"done\" ") : TEXT("aria-label=\"to do\" "));
		buf_add(b, text_sub(tag, sizeof("<input ") - 1, tag.n));
	} else {
		buf_add(b, tag);
	}
}

/* In text and attributes the sanitizer leaves no bare '<', so each one begins a tag. */
static struct text for_page(struct arena *a, struct text html)
{
	struct buf b = buf_init(a, html.n * 5 + 1); /* "<pre>" grows most */
	bool down =
		text_find(html, TEXT("<h1>")) < html.n || text_find(html, TEXT("<h1 ")) < html.n;
	size_t at = 0, tag, end;

	while (at < html.n) {
		tag = at + text_find_byte(text_sub(html, at, html.n), '<');
		buf_add(&b, text_sub(html, at, tag));
		end = tag < html.n ? tag_end(html, tag) : tag;
		if (end > tag)
			put_tag(&b, text_sub(html, tag, end), down);
		at = end;
	}
	return buf_text(&b);
}

struct safe_html readme_html(struct arena *a, struct text stored, size_t max, bool *ret_cut)
{
	size_t end = good_end(stored, max);

	*ret_cut = end < stored.n;
	if (!stored.p)
		return (struct safe_html){ TEXT_NONE };
	return (struct safe_html){ for_page(a, text_sub(stored, 0, end)) };
}
