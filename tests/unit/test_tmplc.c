/* templates/tmplc.c, tmplc_html.c and tmpl.c: what templates become, what they must not say, and every byte in every place. */
#include "templates/tmplc.h"
#include "tests/unit/check.h"
#include "tests/unit/sample.h"

#include <string.h>

static struct tmpl tmpl_on(struct arena *a, struct buf *b)
{
	*b = buf_init(a, 64 * 1024);
	return (struct tmpl){ .b = b, .base = TEXT("/reg"), .now_us = 1000000LL * US_PER_S };
}

static void whole_page(void **state)
{
	static const char want[] =
		"<!DOCTYPE html>\n<title>a&lt;b</title>\n<!-- nothing -->\n"
		"<p class=\"a b\" hidden>it&#39;s, 1,234 items</p>\n<b>raw</b>\n"
		"<a href=\"/reg/f/src/a%20b.rs?q=a%3Cb#it%27s\">x</a>\n<a "
		"href=\"/reg/a\">y</a>\n<ul>\n"
		"<li>one</li>\n<li>&amp;</li>\n</ul>\nmany\n<pre>\n  kept\n\t1234\n</pre>\n"
		"<script type=\"application/json\">{\"n\": 1234, \"yes\": true, \"none\": "
		"null}</script>\n"
		"<script src=\"/reg/a.js\" defer></script>\n";
	struct sample v = {
		.word = TEXT("a<b"),
		.z = "it's",
		.n = 1234,
		.html = { TEXT("<b>raw</b>") },
		.path = TEXT("src/a b.rs"),
		.yes = true,
		.list = { TEXT("one"), TEXT("&") },
		.nlist = 2,
	};
	struct buf b;
	struct tmpl t = tmpl_on(check_arena(state), &b);

	sample_page(&t, &v);
	check_text_of("page", buf_text(&b), want);
}

static void mail(void **state)
{
	struct sample v = {
		.word = TEXT("a&b"), .z = "x@y", .list = { TEXT("one"), TEXT("<2>") }, .nlist = 2
	};
	struct buf b;
	struct tmpl t = tmpl_on(check_arena(state), &b);

	sample_mail(&t, &v);
	check_text_of("mail", buf_text(&b),
		      "Hello a&b,\n\nYour crates:\n  * one\n  * <2>\nBye <x@y>\n");
}

/* ---- every byte in every place */

static const char *as_html(unsigned c, char to[16])
{
	switch (c) {
	case 0:
		return "\xef\xbf\xbd";
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		to[0] = (char)c;
		to[1] = '\0';
		return to;
	}
}

static const char *as_percent(unsigned c, const char *plain, char to[16])
{
	bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

	if (alnum || (c && c < 0x80 && strchr(plain, (int)c)))
		(void)snprintf(to, 16, "%c", (char)c);
	else
		(void)snprintf(to, 16, "%%%02X", c);
	return to;
}

static const char *as_url(unsigned c, char to[16])
{
	if (c == '&')
		return "&amp;";
	if (c <= 0x20 || c == 0x7f || strchr("\"'<>\\^`{|}", (int)c))
		(void)snprintf(to, 16, "%%%02X", c);
	else
		(void)snprintf(to, 16, "%c", (char)c);
	return to;
}

static const char *as_json(unsigned c, char to[16])
{
	if (c >= 0x80)
		return "\xef\xbf\xbd"; /* a single byte is no UTF-8 */
	if (c == '"' || c == '\\')
		(void)snprintf(to, 16, "\\%c", (char)c);
	else if (c < 0x20 || c == 0x7f || strchr("<>&'", (int)c))
		(void)snprintf(to, 16, "\\u%04x", c);
	else
		(void)snprintf(to, 16, "%c", (char)c);
	return to;
}

static void check_byte(struct arena *a, const char *what, unsigned c,
		       void (*fn)(struct tmpl *t, struct text v), struct text in,
		       const char *before, const char *middle, const char *after)
{
	struct buf b;
	struct tmpl t = tmpl_on(a, &b);
	char name[64];

	fn(&t, in);
	(void)snprintf(name, sizeof(name), "%s 0x%02x", what, c);
	check_text_of(name, buf_text(&b), text_z(a, text_fmt(a, "%s%s%s", before, middle, after)));
}

static void every_byte(void **state)
{
	struct arena *a = check_arena(state);
	char to[16];

	for (unsigned c = 0; c < 256; c++) {
		char byte = (char)c, url[10] = "https://x";
		struct text in = { &byte, 1 };

		url[8] = byte;
		check_byte(a, "text", c, sample_text, in, "<p>", as_html(c, to), "</p>");
		check_byte(a, "attribute", c, sample_attr, in, "<p title=\"", as_html(c, to),
			   "\">");
		check_byte(a, "segment", c, sample_segment, in, "<a href=\"/reg/x/",
			   as_percent(c, "-._~+:@,", to), "/y\">");
		check_byte(a, "parameter", c, sample_param, in,
			   "<a href=\"/reg/x?a=1&amp;q=", as_percent(c, "-._~", to), "\">");
		check_byte(a, "URL", c, sample_url, (struct text){ url, 9 }, "<a href=\"https://",
			   as_url(c, to), "\">");
		check_byte(a, "JSON", c, sample_json, in,
			   "<script type=\"application/ld+json\">{\"a\":\"", as_json(c, to),
			   "\"}</script>");
	}
}

static void schemes(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{ "https://a.b/c?d=e&f#g", "https://a.b/c?d=e&amp;f#g" },
		{ "HTTP://x/", "HTTP://x/" },
		{ "mailto:a@b", "mailto:a@b" },
		{ "/crates/x", "/reg/crates/x" },
		{ "/", "/reg/" },
		{ "?page=2", "?page=2" },
		{ "#top", "#top" },
		{ "", "#" },
		{ "//evil/", "#" },
		{ "/\\evil/", "#" },
		{ "javascript:alert(1)", "#" },
		{ "JaVaScRiPt:alert(1)", "#" },
		{ " javascript:alert(1)", "#" },
		{ "java\tscript:alert(1)", "#" },
		{ "data:text/html,x", "#" },
		{ "vbscript:x", "#" },
		{ "https:evil", "#" },
		{ "crates/x", "#" },
		{ "/\t/evil", "/reg/%09/evil" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct buf b;
		struct tmpl out = tmpl_on(a, &b);

		sample_url(&out, text_from(t[i].in));
		check_text_of(t[i].in, buf_text(&b),
			      text_z(a, text_fmt(a, "<a href=\"%s\">", t[i].out)));
	}
}

/* ---- what a template must not say */

static void refused(void **state)
{
#define IN(body) "{% part x(struct text v) %}\n" body "\n{% end %}\n"
	static const struct {
		const char *in;
		unsigned line;
		const char *why; /* how it begins */
	} t[] = {
		{ IN("<p class={{ v }}>"), 2, "a value in an attribute without quotes" },
		{ IN("<p class=a{{ v }}>"), 2, "a value in an attribute without quotes" },
		{ IN("<script>{{ v }}</script>"), 2, "a value within <script>" },
		{ IN("<script>alert(1)</script>"), 2, "script in the page" },
		{ IN("<script>\n\nx</script>"), 4, "script in the page" },
		{ IN("<style>p{}</style>"), 2, "an element that" },
		{ IN("<iframe src=\"/x\"></iframe>"), 2, "an element that" },
		{ IN("<p onclick=\"{{ v }}\">"), 2, "on... attributes" },
		{ IN("<p OnClick='x()'>"), 2, "on... attributes" },
		{ IN("<p style=\"color:red\">"), 2, "style attributes" },
		{ IN("<!-- {{ v }} -->"), 2, "a value in a comment" },
		{ IN("<!-- {% if 1 %} -->"), 2, "a directive cannot stand here" },
		{ IN("<{{ v }}>"), 2, "a value in the name of an element" },
		{ IN("<h{{ v }}>"), 2, "a value in the name of an element" },
		{ IN("<p {{ v }}>"), 2, "a value in the name of an attribute" },
		{ IN("<p data-{{ v }}=\"x\">"), 2, "a value in the name of an attribute" },
		{ IN("<img srcset=\"{{ v }}\">"), 2, "a value in srcset" },
		{ IN("<a href=\"javascript:x\">"), 2, "a URL scheme other than" },
		{ IN("<a href=\"data:{{ v }}\">"), 2, "a URL scheme other than" },
		{ IN("<a href=\"//x.y/{{ v }}\">"), 2, "a URL of whatever host" },
		{ IN("<a href=/x>"), 2, "a URL without quotes" },
		{ IN("<a href=\"/x{% if 1 %}?a{% end %}{{ v }}\">"), 2,
		  "a value in a URL whose form" },
		{ IN("<a href=\"{% if 1 %}/x{% end %}/y\">"), 2, "a URL whose beginning" },
		{ IN("<a href=\"{% if 1 %}/x{% end %}{{ v }}\">"), 2,
		  "a value in a URL whose form" },
		{ IN("<p {% if 1 %}class=\"{% end %}a\">"), 2, "a branch ends in another place" },
		{ IN("{% if 1 %}<p{% end %}>"), 2, "a branch ends in another place" },
		{ IN("{% if 1 %}<p>{% else %}<p {% end %}"), 2, "a branch ends in another place" },
		{ IN("{% for (;;) %}\n<p title=\"{% end %}"), 3, "a branch ends in another place" },
		{ IN("<p class=\"a\"title=\"b\">"), 2, "white space is missing" },
		{ IN("<p{% if 1 %}class=\"b\"{% end %}>"), 2, "white space is missing" },
		{ IN("a < b"), 2, "a bare '<'" },
		{ IN("<p class=\"{% call y() %}\">"), 2, "call stands in text only" },
		{ IN("<p class=\"a"), 3, "a page or part ends within" },
		{ IN("{% frobnicate %}"), 2, "this is no directive" },
		{ IN("{% if %}{% end %}"), 2, "this is no directive" },
		{ IN("{{ }}"), 2, "a value of nothing" },
		{ IN("{{ v "), 2, "its end is missing" },
		{ IN("{% else %}"), 2, "else without its if" },
		{ IN("{% if 1 %}{% else %}{% else %}{% end %}"), 2, "else without its if" },
		{ IN("{% page y() %}"), 2, "a page or part within another" },
		{ IN("{% include \"x.h\" %}"), 2, "include comes before" },
		{ "{% end %}", 1, "stands outside" },
		{ "text", 1, "text outside of a page or part" },
		{ "{{ v }}", 1, "a value outside of a page or part" },
		{ "\n{% part x() %}\n{% if 1 %}", 3, "this has no {% end %}" },
		{ "{% part x %}{% end %}", 1, "a page or part is NAME(PARAMETERS)" },
		{ "{% part x-y() %}{% end %}", 1, "this is no name" },
	};
#undef IN
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct buf out = buf_init(a, 64 * 1024);
		struct tmplc_error err = { 0 };

		if (tmplc_compile(a, TEXT("t.html"), text_from(t[i].in), true, &out, &err))
			fail_msg("compiled: %s", t[i].in);
		if (!text_starts(err.why, text_from(t[i].why)) || err.line != t[i].line)
			fail_msg("%s: got %u: %.*s, want %u: %s", t[i].in, err.line,
				 TEXT_F(err.why), t[i].line, t[i].why);
	}
}

static void written_so(void **state)
{
	static const struct {
		uint64_t n;
		const char *num, *num_short, *size;
	} t[] = {
		{ 0, "0", "0", "0 B" },
		{ 999, "999", "999", "999 B" },
		{ 1000, "1,000", "1.0K", "1000 B" },
		{ 1023, "1,023", "1.0K", "1023 B" },
		{ 1234, "1,234", "1.2K", "1.2 KiB" },
		{ 9949, "9,949", "9.9K", "9.7 KiB" },
		{ 9951, "9,951", "10K", "9.7 KiB" },
		{ 51000, "51,000", "51K", "50 KiB" },
		{ 999499, "999,499", "999K", "976 KiB" },
		{ 999500, "999,500", "1.0M", "976 KiB" },
		{ 1048576, "1,048,576", "1.0M", "1.0 MiB" },
		{ 1234567890, "1,234,567,890", "1.2B", "1.1 GiB" },
		{ UINT64_MAX, "18,446,744,073,709,551,615", "18446744T", "16777216 TiB" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		check_text_of(t[i].num, text_from(num(t[i].n).s), t[i].num);
		check_text_of(t[i].num, text_from(num_short(t[i].n).s), t[i].num_short);
		check_text_of(t[i].num, text_from(size(t[i].n).s), t[i].size);
	}
}

static void times(void **state)
{
	static const struct {
		int64_t ago_s;
		const char *out;
	} t[] = {
		{ 0, "just now" },
		{ 44, "just now" },
		{ 45, "1 minute ago" },
		{ 120, "2 minutes ago" },
		{ 50 * 60, "about 1 hour ago" },
		{ 18 * 3600, "about 18 hours ago" },
		{ 23 * 3600, "1 day ago" },
		{ 18 * 86400, "18 days ago" },
		{ 30 * 86400, "about 1 month ago" },
		{ 200 * 86400, "about 7 months ago" },
		{ 365 * 86400, "about 1 year ago" },
		{ 850 * 86400, "over 2 years ago" },
		{ 1000 * 86400, "almost 3 years ago" },
		{ -3 * 86400, "in 3 days" },
		{ -30 * 86400, "in about 1 month" },
	};
	struct buf b;
	struct tmpl out = tmpl_on(check_arena(state), &b);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i].out, text_from(ago(&out, out.now_us - t[i].ago_s * US_PER_S).s),
			      t[i].out);
	check_text_of("day", text_from(day(1785542400LL * US_PER_S).s), "August 1, 2026");
	check_text_of("iso", text_from(iso(0).s), "1970-01-01T00:00:00Z");
	check_text_of("cut", cut(&out, TEXT("one two three"), 9), "one two \xe2\x80\xa6");
	check_text_of("cut", cut(&out, TEXT("one two"), 7), "one two");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_page), cmocka_unit_test(mail),
		cmocka_unit_test(every_byte), cmocka_unit_test(schemes),
		cmocka_unit_test(refused),    cmocka_unit_test(written_so),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
