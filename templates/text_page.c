#include "templates/text_page.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/time.h"

enum { TEXT_MAX_BYTES = 4 << 20, NAME_MAX_BYTES = 80, TOC_MIN = 3 };

struct text text_default(const char *name)
{
	for (const struct text_file *f = text_files; f->name; f++)
		if (text_eq(text_from(f->name), text_from(name)))
			return (struct text){ (const char *)f->bytes, f->n };
	return TEXT_NONE;
}

/* ---- values */

/* "10 minutes", "90 seconds": the largest unit that it is a whole number of. */
static void put_time(struct buf *b, uint64_t s)
{
	static const struct {
		uint64_t s;
		const char *one, *many;
	} units[] = { { 86400, "day", "days" },
		      { 3600, "hour", "hours" },
		      { 60, "minute", "minutes" },
		      { 1, "second", "seconds" } };
	size_t i = 0;

	while (s % units[i].s || s < units[i].s)
		if (++i == ARRAY_SIZE(units) - 1)
			break;
	buf_u64(b, s / units[i].s);
	buf_byte(b, ' ');
	buf_add(b, text_from(plural(s / units[i].s, units[i].one, units[i].many)));
}

static void put_operator(struct buf *b, const struct config *cfg)
{
	struct text address = cfg->site.contact;

	if (!address.n)
		buf_add(b, TEXT("whoever runs this site"));
	else
		buf_fmt(b, "[%.*s](mailto:%.*s)", TEXT_F(address), TEXT_F(address));
}

static bool is_public(struct text key)
{
	return text_starts(key, TEXT("site.")) || text_starts(key, TEXT("limits.")) ||
	       text_eq(key, TEXT("trustpub.audience"));
}

/* A name between braces, and how it is to be shown; false where we know neither. */
static bool put_value(struct buf *b, const struct config *cfg, struct text name)
{
	struct buf value = buf_init(b->arena, TEXT_MAX_BYTES);
	struct text key, how = name;
	uint64_t v;

	(void)text_cut(&how, '|', &key);
	if (text_eq(key, TEXT("site.operator")) && !how.p) {
		put_operator(b, cfg);
		return true;
	}
	if (!is_public(key) || !config_value(&value, cfg, key))
		return false;
	if (!how.p)
		buf_add(b, buf_text(&value));
	else if (!text_u64(buf_text(&value), 0, UINT64_MAX, &v))
		return false;
	else if (text_eq(how, TEXT("time")))
		put_time(b, v);
	else if (text_eq(how, TEXT("size")))
		buf_add(b, text_from(size(v).s));
	else if (text_eq(how, TEXT("num")))
		buf_add(b, text_from(num(v).s));
	else
		return false;
	return true;
}

struct text text_filled(struct arena *a, const struct config *cfg, struct text markdown)
{
	struct buf b = buf_init(a, TEXT_MAX_BYTES);

	while (markdown.n) {
		size_t at = text_find_byte(markdown, '{'), end;
		struct text rest;

		buf_add(&b, text_sub(markdown, 0, at));
		rest = text_sub(markdown, at + 1, markdown.n);
		end = text_find_byte(rest, '}');
		if (at == markdown.n)
			break;
		if (end < rest.n && end <= NAME_MAX_BYTES &&
		    put_value(&b, cfg, text_sub(rest, 0, end))) {
			markdown = text_sub(rest, end + 1, rest.n);
		} else {
			buf_byte(&b, '{');
			markdown = rest;
		}
	}
	return buf_text(&b);
}

static struct text list_of_dumps(struct arena *a, const struct text_dump *v, size_t n)
{
	struct buf b = buf_init(a, TEXT_MAX_BYTES);

	if (!n)
		return TEXT("None has been made yet.");
	for (size_t i = 0; i < n; i++) {
		struct time_text t = time_rfc3339_s(v[i].made_us);

		buf_fmt(&b, "- [%.*s]({site.url}/static/%.*s), %s, made %.10s %.5s UTC\n",
			TEXT_F(v[i].name), TEXT_F(v[i].name), size(v[i].bytes).s, t.s, t.s + 11);
	}
	return buf_text(&b);
}

struct text text_with_dumps(struct arena *a, struct text markdown, const struct text_dump *v,
			    size_t n)
{
	static const struct text name = TEXT_INIT("{dumps}");
	size_t at = text_find(markdown, name);

	if (at == markdown.n)
		return markdown;
	return text_fmt(a, "%.*s%.*s%.*s", TEXT_F(text_sub(markdown, 0, at)),
			TEXT_F(list_of_dumps(a, v, n)),
			TEXT_F(text_sub(markdown, at + name.n, markdown.n)));
}

struct text text_title(struct text *markdown)
{
	size_t end = text_find_byte(*markdown, '\n');
	struct text line = text_sub(*markdown, 0, end);

	if (!text_starts(line, TEXT("# ")))
		return TEXT("");
	*markdown = text_sub(*markdown, end + 1, markdown->n);
	return text_trim(text_sub(line, 2, line.n));
}

/* ---- what was rendered */

struct readme_shown text_html(struct arena *a, struct text rendered, enum readme_images images)
{
	static const struct text begins[] = { TEXT_INIT("id=\"user-content-"),
					      TEXT_INIT("href=\"#user-content-") };
	struct buf b = buf_init(a, rendered.n + 1);
	size_t prefix = sizeof("user-content-") - 1;

	for (size_t at = 0; at < rendered.n;) {
		struct text rest = text_sub(rendered, at, rendered.n);
		size_t taken = 0;

		for (size_t i = 0; i < ARRAY_SIZE(begins) && !taken; i++)
			if (text_starts(rest, begins[i]))
				taken = begins[i].n;
		if (taken) {
			buf_add(&b, text_sub(rest, 0, taken - prefix));
			at += taken;
		} else {
			buf_byte(&b, rest.p[0]);
			at++;
		}
	}
	return readme_html(a, b.n ? buf_text(&b) : TEXT(""), images, SIZE_MAX);
}

/* Its words, as they are before templates escape them again; the sanitizer writes these references alone. */
static struct text words_of(struct arena *a, struct text html)
{
	static const struct {
		struct text from;
		char to;
	} references[] = { { TEXT_INIT("&amp;"), '&' },
			   { TEXT_INIT("&lt;"), '<' },
			   { TEXT_INIT("&gt;"), '>' },
			   { TEXT_INIT("&quot;"), '"' } };
	struct buf b = buf_init(a, html.n + 1);
	bool in_tag = false;

	for (size_t at = 0; at < html.n; at++) {
		struct text rest = text_sub(html, at, html.n);
		char c = html.p[at];

		for (size_t i = 0; i < ARRAY_SIZE(references) && c == '&'; i++)
			if (text_starts(rest, references[i].from)) {
				c = references[i].to;
				at += references[i].from.n - 1;
				break;
			}
		if (html.p[at] == '<' || in_tag)
			in_tag = html.p[at] != '>';
		else
			buf_byte(&b, c);
	}
	return text_trim(buf_text(&b));
}

/* The next <h2 id="ID">WORDS<a ...></a></h2>; *html becomes what stands behind it. */
static bool next_heading(struct arena *a, struct text *html, struct link *ret)
{
	static const struct text begin = TEXT_INIT("<h2 id=\"");
	size_t at = text_find(*html, begin), id, words, end;
	struct text rest;

	if (at == html->n)
		return false;
	rest = text_sub(*html, at + begin.n, html->n);
	id = text_find_byte(rest, '"');
	end = text_find(rest, TEXT("</h2>"));
	words = text_find(rest, TEXT("<a href=\"#"));
	*html = text_sub(rest, end, rest.n);
	*ret = (struct link){ .href = text_fmt(a, "#%.*s", TEXT_F(text_sub(rest, 0, id))),
			      .label = words_of(
				      a, text_sub(rest, id + 2, words < end ? words : end)) };
	return true;
}

struct links text_toc(struct arena *a, struct safe_html html)
{
	struct link *v = arena_array(a, TEXT_TOC_MAX, sizeof(*v));
	size_t n = 0;

	while (n < TEXT_TOC_MAX && next_heading(a, &html.html, &v[n]))
		n++;
	return (struct links){ v, n < TOC_MIN ? 0 : n };
}
