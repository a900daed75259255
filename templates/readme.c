#include "templates/readme.h"

#include "app/base/arena.h"
#include "app/base/buf.h"

/* How many times as long a page may make it: "<pre>" grows most. */
enum { GROWTH_MAX = 11, ADVISORY_HEADING = 4 };

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

/* The level of "<h1>" to "<h6 id=...>" and their ends, 0 for others: the sanitizer writes names in lower case. */
static int heading_level(struct text tag)
{
	size_t h = tag.n > 2 && tag.p[1] == '/' ? 2 : 1;

	return tag.n - h > 2 && tag.p[h] == 'h' && tag.p[h + 1] >= '1' && tag.p[h + 1] <= '6' &&
			       (tag.p[h + 2] == '>' || tag.p[h + 2] == ' ')
		       ? tag.p[h + 1] - '0'
		       : 0;
}

/* "user-content-x" as "user-content-ID-x", in ids and in links to them. */
static struct text with_id(struct arena *a, struct text tag, struct text id)
{
	const struct text mark = TEXT("user-content-");
	struct buf b = buf_init(a, tag.n + (tag.n / mark.n + 1) * (id.n + 1));

	for (size_t at = 0; at < tag.n;) {
		size_t n = text_find(text_sub(tag, at, tag.n), mark);

		buf_add(&b, text_sub(tag, at, at + n + mark.n));
		at += n + mark.n;
		if (at > tag.n)
			break;
		buf_add(&b, id);
		buf_byte(&b, '-');
	}
	return buf_text(&b);
}

struct page {
	struct buf *out;
	bool down; /* headings go down one level */
	struct text
		id; /* of an advisory: all headings are of one level, ids have this in them; else absent */
	bool directions; /* some of it is written from right to left */
	unsigned
		blocks; /* lists and quotations that are open: what is in them goes the way they begin */
	enum readme_images images;
	bool shown;       /* an image of another site */
	unsigned links;   /* that are open */
	unsigned dropped; /* <picture>s that are open and not shown */
};

/* The name of a tag of the sanitizer, which writes them in lower case. */
static struct text name_of(struct text tag)
{
	size_t from = tag.n > 1 && tag.p[1] == '/' ? 2 : 1, to = from;

	while (to < tag.n && char_is_alnum(tag.p[to]))
		to++;
	return text_sub(tag, from, to);
}

static bool is_named(struct text tag, const char *const *names)
{
	struct text name = name_of(tag);

	for (; *names; names++)
		if (text_eq(name, text_from(*names)))
			return true;
	return false;
}

/* The tag with further attributes in front of its own. */
static void put_with(struct page *p, struct text tag, size_t name_end, const char *more)
{
	buf_add(p->out, text_sub(tag, 0, name_end));
	buf_add(p->out, text_from(more));
	buf_add(p->out, text_sub(tag, name_end, tag.n));
}

/* Whether the first image of a <picture> is shown; rest begins behind its tag. */
static bool picture_is_shown(const struct page *p, struct text rest)
{
	struct text inside = text_sub(rest, 0, text_find(rest, TEXT("</picture>"))), img;

	img = text_sub(inside, text_find(inside, TEXT("<img ")), inside.n);
	return readme_img_is_shown(p->images, text_sub(img, 0, tag_end(img, 0)));
}

/* Images, and what is around them: false for other tags, of which nothing is written. */
static bool put_image(struct page *p, struct text tag, struct text rest)
{
	struct text name = name_of(tag);

	if (text_eq(name, TEXT("picture"))) {
		if (p->dropped || !picture_is_shown(p, rest))
			p->dropped++;
		else
			buf_add(p->out, tag);
	} else if (text_eq(name, TEXT("source"))) {
		if (!p->dropped && readme_source_is_shown(p->images, tag))
			buf_add(p->out, tag);
	} else if (!text_eq(name, TEXT("img"))) {
		return false;
	} else if (readme_img_is_shown(p->images, tag)) {
		p->shown = true;
		readme_put_img(p->out, tag);
	} else {
		readme_put_img_words(p->out, tag, p->links > 0);
	}
	return true;
}

/* The box of a task; no field that could be filled in. */
static void put_input(struct page *p, struct text tag)
{
	if (!text_eq_nocase(readme_attribute(tag, TEXT("type")), TEXT("checkbox")))
		return;
	buf_add(p->out, TEXT("<input "));
	buf_add(p->out, readme_attribute(tag, TEXT("checked")).p
				? TEXT("aria-label=\"done\" checked ")
				: TEXT("aria-label=\"to do\" "));
	buf_add(p->out, TEXT("type=\"checkbox\" disabled>"));
}

static void put_begin(struct page *p, struct text tag)
{
	static const char *const blocks[] = { "blockquote", "ol", "ul", NULL };
	static const char *const lines[] = { "dd", "dt", "h1", "h2",      "h3", "h4", "h5",
					     "h6", "p",  "td", "summary", "th", NULL };
	struct text name = name_of(tag);
	bool block = is_named(tag, blocks), line = !p->blocks && is_named(tag, lines);
	size_t end = 1 + name.n;

	p->blocks += block;
	p->links += text_eq(name, TEXT("a"));
	if (text_eq(name, TEXT("pre"))) {
		put_with(p, tag, end, " tabindex=\"0\" role=\"group\" aria-label=\"Code\"");
	} else if (text_eq(name, TEXT("table"))) {
		buf_add(p->out, TEXT("<div class=\"scroll\" tabindex=\"0\" role=\"group\" "
				     "aria-label=\"Table\">"));
		buf_add(p->out, tag);
	} else if (text_eq(name, TEXT("input"))) {
		put_input(p, tag);
	} else {
		put_with(p, tag, end, p->directions && (block || line) ? " dir=\"auto\"" : "");
	}
}

static void put_end(struct page *p, struct text tag)
{
	static const char *const blocks[] = { "blockquote", "ol", "ul", NULL };

	p->blocks -= p->blocks && is_named(tag, blocks);
	p->links -= p->links && text_eq(name_of(tag), TEXT("a"));
	if (text_eq(name_of(tag), TEXT("picture")) && p->dropped) {
		p->dropped--;
		return;
	}
	buf_add(p->out, tag);
	if (text_eq(name_of(tag), TEXT("table")))
		buf_add(p->out, TEXT("</div>"));
}

static void put_tag(struct page *p, struct text tag, struct text rest)
{
	int level = heading_level(tag);

	if (p->id.p && text_find(tag, TEXT("user-content-")) < tag.n)
		tag = with_id(p->out->arena, tag, p->id);
	if (level && (p->id.p || (p->down && level < 6))) {
		size_t digit = tag.p[1] == '/' ? 3 : 2;
		struct buf b = buf_init(p->out->arena, tag.n);

		buf_add(&b, text_sub(tag, 0, digit));
		buf_byte(&b, (char)('0' + (p->id.p ? ADVISORY_HEADING : level + 1)));
		buf_add(&b, text_sub(tag, digit + 1, tag.n));
		tag = buf_text(&b);
	}
	if (text_starts(tag, TEXT("</")))
		put_end(p, tag);
	else if (!put_image(p, tag, rest))
		put_begin(p, tag);
}

/* Letters of Hebrew, Arabic and their neighbours (U+0590 to U+08FF, U+FB1D to U+FDFF, U+FE70 to U+FEFC). */
static bool has_right_to_left(struct text t)
{
	for (size_t i = 0; i + 1 < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i], next = (unsigned char)t.p[i + 1];

		if ((c == 0xd6 && next >= 0x90) || (c >= 0xd7 && c <= 0xdf) ||
		    (c == 0xe0 && next <= 0xa3) || (c == 0xef && next >= 0xac && next <= 0xb7) ||
		    (c == 0xef && (next == 0xb9 || next == 0xba)))
			return true;
	}
	return false;
}

/* In text and attributes the sanitizer leaves no bare '<', so each one begins a tag. */
static struct text for_page(struct arena *a, struct text html, struct text id,
			    enum readme_images images, bool *ret_shown)
{
	/* a tag with an id in it has 13 bytes at least */
	struct buf b = buf_init(a, html.n * GROWTH_MAX + 1 + (html.n / 13) * (id.n + 1));
	struct page p = { .out = &b,
			  .id = id,
			  .images = images,
			  .down = text_find(html, TEXT("<h1>")) < html.n ||
				  text_find(html, TEXT("<h1 ")) < html.n,
			  .directions = has_right_to_left(html) };
	size_t at = 0, tag, end;

	while (at < html.n) {
		tag = at + text_find_byte(text_sub(html, at, html.n), '<');
		buf_add(&b, text_sub(html, at, tag));
		end = tag < html.n ? tag_end(html, tag) : tag;
		if (end > tag)
			put_tag(&p, text_sub(html, tag, end), text_sub(html, end, html.n));
		at = end;
	}
	*ret_shown = p.shown;
	return buf_text(&b);
}

struct readme_shown readme_html(struct arena *a, struct text stored, enum readme_images images,
				size_t max)
{
	size_t end = good_end(stored, max);
	struct readme_shown ret = { .cut = end < stored.n };

	if (stored.p)
		ret.html.html =
			for_page(a, text_sub(stored, 0, end), TEXT_NONE, images, &ret.images);
	return ret;
}

struct safe_html advisory_html(struct arena *a, struct text id, struct text stored)
{
	bool shown;

	if (!stored.p)
		return (struct safe_html){ TEXT_NONE };
	return (struct safe_html){ for_page(a, stored, id, README_IMAGES_OFF, &shown) };
}
