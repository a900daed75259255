#include "templates/readme.h"

#include "app/base/arena.h"

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

/* Where to cut: behind the last element of the top level that ends within max bytes; 0 for none. */
static size_t good_end(struct text stored, size_t max)
{
	size_t at = 0, good = 0, depth = 0;

	while (at < max) {
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
		if (!depth && end <= max)
			good = end;
	}
	return good;
}

/* "<h1>" to "<h5 id=...>" and their ends, at p[at]: the sanitizer writes names in lower case. */
static bool is_heading(struct text t, size_t at)
{
	size_t h = t.n - at > 2 && t.p[at + 1] == '/' ? at + 2 : at + 1;

	return t.p[at] == '<' && t.n - h > 2 && t.p[h] == 'h' && t.p[h + 1] >= '1' &&
	       t.p[h + 1] <= '5' && (t.p[h + 2] == '>' || t.p[h + 2] == ' ');
}

/* In text and attributes the sanitizer leaves no bare '<', so each one begins a tag. */
static struct text headings_down(struct arena *a, struct text html)
{
	char *p;

	if (text_find(html, TEXT("<h1>")) == html.n && text_find(html, TEXT("<h1 ")) == html.n)
		return html;
	p = arena_copy(a, html.p, html.n);
	for (size_t i = 0; i < html.n; i++)
		if (p[i] == '<' && is_heading(html, i))
			p[i + (p[i + 1] == '/' ? 3 : 2)]++;
	return (struct text){ p, html.n };
}

struct safe_html readme_html(struct arena *a, struct text stored, size_t max, bool *ret_cut)
{
	*ret_cut = stored.n > max;
	if (!stored.p)
		return (struct safe_html){ TEXT_NONE };
	if (*ret_cut)
		stored = text_sub(stored, 0, good_end(stored, max));
	return (struct safe_html){ headings_down(a, stored) };
}
