/*
 * app/inspect/sanitize*.c: HTML that tries to run something, to leave its place, or to be read otherwise by a browser
 * than by the parser here. Whatever comes out is read by safe_html.h, which knows nothing of sanitize.c.
 */
#include "app/inspect/bounded.h"
#include "app/inspect/sanitize.h"
#include "tests/unit/check.h"
#include "tests/unit/safe_html.h"

#include <string.h>

struct job {
	struct buf *out;
	const struct links *links;
	struct text in;
	bool coloured;
};

static void run(void *ctx)
{
	struct job *j = ctx;

	sanitize_html(j->out, j->links, j->in, j->coloured);
}

static struct text clean_as(struct arena *a, struct text html, bool coloured)
{
	static const struct bounds bounds = { .max_bytes = 64 << 20, .max_cpu_ms = 10000 };
	struct links links = links_new(a, TEXT("https://github.com/o/r"), TEXT("README.md"));
	struct buf out = buf_init(a, 1 << 20);
	struct job job = { &out, &links, html, coloured };

	assert_true(bounded_run(&bounds, run, &job));
	assert_true(buf_ok(&out));
	return out.n ? buf_text(&out) : TEXT("");
}

static struct text clean(struct arena *a, struct text html)
{
	return clean_as(a, html, false);
}

/* Each pair as ammonia 4.1 with the reference server's settings gives it, unless the comment says otherwise. */
static const struct {
	const char *in, *out;
} pairs[] = {
	{ "", "" },
	{ "a < b & c > d", "a &lt; b &amp; c &gt; d" },
	{ "<b>x", "<b>x</b>" },
	{ "</b>x</p>", "x<p></p>" },
	{ "<B CLASS=x ID=y TITLE='a\"b<c'>x</B>", "<b title=\"a&quot;b&lt;c\">x</b>" },
	{ "<script>alert(1)</script>x", "x" },
	{ "<style>*{}</style>x", "x" },
	{ "<p style=\"position:fixed\" onclick=\"x\">y</p>", "<p>y</p>" },
	{ "<!-- a --><![CDATA[b]]><?c?><!doctype d>e", "e" },
	{ "a\xc2\xa0z", "a&nbsp;z" },
	{ "<p class=\"x markdown-alert-title y\">z</p>",
	  "<p class=\"markdown-alert-title\">z</p>" },
	{ "<p class=\"x\">z</p>", "<p class=\"\">z</p>" },
	{ "<span class=\"x\">z</span>", "<span>z</span>" },
	{ "<code class=\"language-rust\tlanguage-evil language-c\">z</code>",
	  "<code class=\"language-rust language-c\">z</code>" },
	{ "<section class=footnotes><div class=\"markdown-alert "
	  "markdown-alert-tip\">z</div></section>",
	  "<section class=\"footnotes\"><div class=\"markdown-alert "
	  "markdown-alert-tip\">z</div></section>" },
	{ "<h2 id=x><a id=user-content-y>z</a></h2><p id=q>r</p><li id=s>t</li>",
	  "<h2 id=\"user-content-x\"><a id=\"user-content-y\" rel=\"nofollow noopener "
	  "noreferrer\">z</a></h2>"
	  "<p>r</p><li id=\"user-content-s\">t</li>" },
	{ "<a href=https://x.y rel=opener target=_top ping=/z download>q</a>",
	  "<a href=\"https://x.y\" target=\"_top\" rel=\"nofollow noopener noreferrer\">q</a>" },
	{ "<img src=x.png srcset='y 2x' alt='a&quot;b' width=1 height=2 align=left loading=lazy "
	  "onerror=z>",
	  "<img src=\"https://github.com/o/r/raw/HEAD/x.png\" alt=\"a&quot;b\" width=\"1\" "
	  "height=\"2\" align=\"left\">" },
	{ "<picture><source media='(x)' srcset='https://a/b 2x, c' src=d type=e><img></picture>",
	  "<picture><source media=\"(x)\" srcset=\"https://a/b 2x, c\"><img></picture>" },
	{ "<input type=checkbox checked disabled value=x name=y formaction=z>",
	  "<input type=\"checkbox\" checked=\"\" disabled=\"\">" },
	{ "<ol start=3 reversed type=a><li value=2>x</ol>", "<ol start=\"3\"><li>x</li></ol>" },
	{ "<table border=1><tr><td colspan=2 rowspan=3 headers=h align=right valign=top>x",
	  "<table><tbody><tr><td colspan=\"2\" rowspan=\"3\" headers=\"h\" "
	  "align=\"right\">x</td></tr></tbody></table>" },
	{ "<td>x</td>", "x" },
	{ "<table><b>x</table>", "<b>x</b><table></table>" },
	{ "<form "
	  "action=x><select><option>a</select><textarea>b</textarea><button>c</button></form>",
	  "abc" },
	{ "<object data=x><embed src=y><applet>a</applet><iframe "
	  "src=z>b</iframe><frameset><frame></object>",
	  "ab" },
	{ "<video src=x poster=y><track></video><audio src=z>", "" },
	{ "<base href=x><link rel=stylesheet href=y><meta http-equiv=refresh content=z>", "" },
	{ "<html onload=x><head><title>t</title></head><body onload=y>z</body></html>", "tz" },
	{ "<template><b>x</b></template>y", "y" },
	{ "<pre>\n\na</pre>", "<pre>\n\na</pre>" },
	{ "<blockquote cite=x>a</blockquote><q cite='javascript:x'>b</q>",
	  "<blockquote cite=\"x\">a</blockquote><q>b</q>" },
	{ "<del cite=x datetime=y>a</del><bdo dir=rtl lang=he>b</bdo><time datetime=z>c</time>",
	  "<del cite=\"x\" datetime=\"y\">a</del><bdo dir=\"rtl\" "
	  "lang=\"he\">b</bdo><time>c</time>" },
	{ "<col span=2><hr size=1 width=2 align=left noshade>",
	  "<hr size=\"1\" width=\"2\" align=\"left\">" },
	{ "<details open><summary>s</summary>d</details>",
	  "<details><summary>s</summary>d</details>" },
	{ "<image src=x>", "<img src=\"https://github.com/o/r/blob/HEAD/x\">" },
	{ "<unknown-tag x=y>z</unknown-tag>", "z" },
	/* Unlike ammonia, which loses the text together with the element: */
	{ "AsRef<Path> x", "AsRef x" },
	{ "<svg><text>a</text></svg>b", "ab" },
};

static void what_stays_and_what_goes(void **state)
{
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		check_text_of(pairs[i].in, clean(a, text_from(pairs[i].in)), pairs[i].out);
}

/* URLs that must not survive in any attribute. */
static const char *const bad_urls[] = {
	"javascript:alert(1)",
	"JaVaScRiPt:alert(1)",
	" javascript:alert(1)",
	"\x0cjavascript:alert(1)",
	"java\tscript:alert(1)",
	"java\nscript:alert(1)",
	"java\r\nscript:alert(1)",
	"j\ta\nv\ra\tscript\t:alert(1)",
	"&#106;avascript:alert(1)",
	"&#x6A;avascript:alert(1)",
	"&#x0000006a&#97vascript&colon;alert(1)",
	"javascript&#58;alert(1)",
	"java&Tab;script:alert(1)",
	"java&NewLine;script:alert(1)",
	"&#1;javascript:alert(1)",
	"javascript://github.com/%0aalert(1)",
	"vbscript:x",
	"data:text/html,<script>alert(1)</script>",
	"data:image/svg+xml;base64,PHN2Zz4=",
	"DATA:x",
	"file:///etc/passwd",
	"blob:https://a/b",
	"filesystem:http://a/b",
	"view-source:http://a",
	"about:blank",
	"jar:http://a!/b",
	"ws://a/b",
	"feed:javascript:alert(1)",
	"chrome://settings",
	"ms-settings:x",
	"intent://x#Intent;end",
	"http://",
	"https:///?x",
	"https://a b/c",
	"https://user@/x",
	"https://a:99999/",
	"https://<x>/",
};

static void urls_that_run_something(void **state)
{
	static const char *const forms[] = { "<a href=\"%s\">x</a>", "<img src=\"%s\">",
					     "<a href='%s'>x</a>" };
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(bad_urls); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(forms); k++) {
			struct buf in = buf_init(a, 4096);
			struct text form = text_from(forms[k]), out;
			size_t at = text_find(form, TEXT("%s"));

			buf_add(&in, text_sub(form, 0, at));
			buf_add(&in, text_from(bad_urls[i]));
			buf_add(&in, text_sub(form, at + 2, form.n));
			out = clean(a, buf_text(&in));
			check_text_of(bad_urls[i], out,
				      form.p[1] == 'i'
					      ? "<img>"
					      : "<a rel=\"nofollow noopener noreferrer\">x</a>");
		}
	}
}

/*
 * Tricks: what comes out must be inert, whatever it is. From the cases known for mutation XSS (Heiderich et al. 2013,
 * "mXSS attacks"; the namespace confusions of 2019 to 2021) and from the OWASP list, told in our own words.
 */
static const char *const tricks[] = {
	"<svg onload=alert(1)>",
	"<svg><script>alert(1)</script></svg>",
	"<svg><style><img src=x onerror=alert(1)></style></svg>",
	"<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
	"<svg><foreignObject><p><script>alert(1)</script><b onclick=x>y</b></foreignObject></svg>",
	"<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
	"<svg><animate attributeName=href values=javascript:alert(1) /><a id=x href=y></svg>",
	"<svg><set attributeName=onmouseover to=alert(1) /></svg>",
	"<svg><desc><noscript><b title=\"</noscript><img src onerror=alert(1)>\">",
	"<svg><title><![CDATA[</title><img src=x onerror=alert(1)>]]></svg>",
	"<svg><![CDATA[<img src=x onerror=alert(1)>]]></svg>",
	"<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 "
	"onerror=alert(1)&gt;\">",
	"<math><mi><mglyph><svg><mtext><style><path id=\"</style><img onerror=alert(1) src>\">",
	"<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
	"<math><annotation-xml encoding=\"text/html\"><style><img src=x "
	"onerror=alert(1)></style></annotation-xml></math>",
	"<math><annotation-xml><svg><foreignObject><iframe "
	"srcdoc=\"<script>alert(1)</script>\"></iframe></svg>",
	"<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
	"<noembed><p title=\"</noembed><img src=x onerror=alert(1)>\"></noembed>",
	"<noframes><p title=\"</noframes><img src=x onerror=alert(1)>\"></noframes>",
	"<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\"></xmp>",
	"<iframe><p title=\"</iframe><img src=x onerror=alert(1)>\"></iframe>",
	"<textarea><p title=\"</textarea><img src=x onerror=alert(1)>\"></textarea>",
	"<title><p title=\"</title><img src=x onerror=alert(1)>\"></title>",
	"<style><p title=\"</style><img src=x onerror=alert(1)>\"></style>",
	"<script><!--<script></script><img src=x onerror=alert(1)>--></script>",
	"<plaintext><img src=x onerror=alert(1)>",
	"<listing>&lt;img src=1 onerror=alert(1)&gt;</listing>",
	"<template><template><svg><style></template><img src=x onerror=alert(1)>",
	"<!--><img src=x onerror=alert(1)>-->",
	"<!--!><img src=x onerror=alert(1)>--!>",
	"<!-- --!><img src=x onerror=alert(1)> -->",
	"<![if !IE]><img src=x onerror=alert(1)><![endif]>",
	"<?xml version=\"1.0\"?><img src=x onerror=alert(1)>",
	"<img src=x onerror=alert(1)//",
	"<img \"\"\"><script>alert(1)</script>\">",
	"<img src='x' 'onerror=alert(1)>",
	"<img/src=x/onerror=alert(1)>",
	"<img src=x\x0conerror=alert(1)>",
	"<img src=`x` onerror=`alert(1)`>",
	"<img title=\"``onerror=alert(1)\">",
	"<a href=\"https://a\" \x01onclick=alert(1)>x</a>",
	"<a\nhref\n=\n'https://a'\nonclick\n=\nalert(1)>x</a>",
	"<<script>alert(1);//<</script>",
	"<scr<script>ipt>alert(1)</scr</script>ipt>",
	"<sCrIpT sRc=//a></ScRiPt>",
	"<script/x>alert(1)</script >",
	"<script\x0b>alert(1)</script>",
	"</script><img src=x onerror=alert(1)>",
	"<a href=x title='\"><img src=x onerror=alert(1)>'>y</a>",
	"<a title=\"&quot;&gt;&lt;img src=x onerror=alert(1)&gt;\">y</a>",
	"<p title=\"&amp;quot; onmouseover=alert(1) x=&amp;quot;\">y</p>",
	"<select><noembed></select><script x='a@b'a>y='a@b'//a@b%0a\\u0061lert(1)</script x>",
	"<table><script>alert(1)</script><tr><style>x</style><td><img src=x "
	"onerror=alert(1)></table>",
	"<table><caption><select><svg><style></table><img src=x onerror=alert(1)>",
	"<b><a><b><a><i><a><p><b></a></b></i>",
	"<a href=a><table><a href=b><tr><a href=c></table>",
	"<body onload=alert(1)><frameset onload=alert(1)>",
	"<isindex action=javascript:alert(1) type=image>",
	"<keygen autofocus onfocus=alert(1)>",
	"<marquee onstart=alert(1)>x</marquee>",
	"<dialog open onclose=alert(1)><portal src=javascript:alert(1)></dialog>",
	"<details ontoggle=alert(1) open>x</details>",
	"<object><param name=x value=javascript:alert(1)></object>",
	"<link rel=import href=data:text/html,x><meta charset=utf-7>+ADw-script+AD4-",
	"\xff\xfe<\0s\0c\0r\0i\0p\0t\0>",
	"<\xe0\x80script>alert(1)</script>",
	"\xc0\xbcscript\xc0\xbe",
	"<p",
	"<p title",
	"<p title=",
	"<p title=\"",
	"<",
	"</",
	"<!",
	"<!-",
	"&",
	"&#",
	"&#x110000;&#xd800;&#0;&#128;",
};

static size_t tags_in(struct text html)
{
	size_t n = 0;

	for (size_t i = 0; i < html.n; i++)
		n += html.p[i] == '<';
	return n;
}

static void tricks_come_out_inert(void **state)
{
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(tricks); i++) {
		struct text in = text_lossy(a, text_from(tricks[i])), out = clean(a, in),
			    again = clean(a, out);
		const char *why = safe_html_check(out);

		if (why)
			fail_msg("%s gives %.*s: %s", tricks[i], TEXT_F(out), why);
		/* Read a second time, as a browser does, there is nothing new in it (a link in a link may move). */
		why = safe_html_check(again);
		if (why || tags_in(again) > tags_in(out))
			fail_msg("%s gives %.*s, then %.*s", tricks[i], TEXT_F(out), TEXT_F(again));
	}
}

/* The spans that are ours stand where code is; those of the input have no class, wherever they are. */
static void code_is_coloured(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{ "<pre><code class=\"language-rust\">fn a() {} // "
		  "&lt;b&gt;&amp;\"'\xc2\xa0</code></pre>",
		  "<pre><code class=\"language-rust\"><span class=\"k\">fn</span> <span "
		  "class=\"f\">a</span>() {} <span class=\"c\">// "
		  "&lt;b&gt;&amp;\"'&nbsp;</span></code></pre>" },
		{ "<pre>\n<code class=\"x language-x language-Toml\">[a]</code></pre>",
		  "<pre><code class=\"\"><span class=\"t\">[a]</span></code></pre>" },
		{ "<pre><code class=language-sh>$ ls \"a\"\nb \"c\"</code></pre>",
		  "<pre><code class=\"\"><span class=\"c\">$</span> ls <span "
		  "class=\"s\">\"a\"</span>\nb \"c\"</code></pre>" },
		/* not ours to colour */
		{ "<pre><code class=language-rust>fn <b>a</b></code></pre>",
		  "<pre><code class=\"language-rust\">fn <b>a</b></code></pre>" },
		{ "<pre><code class=language-rust><span class=k>fn</span></code></pre>",
		  "<pre><code class=\"language-rust\"><span>fn</span></code></pre>" },
		{ "<pre><code>fn</code></pre>", "<pre><code>fn</code></pre>" },
		{ "<pre><code class=rust>fn</code></pre>",
		  "<pre><code class=\"\">fn</code></pre>" },
		{ "<pre><code class=language->fn</code></pre>",
		  "<pre><code class=\"\">fn</code></pre>" },
		{ "<code class=language-rust>fn</code>",
		  "<code class=\"language-rust\">fn</code>" },
		{ "<pre class=language-rust>fn</pre><code>fn</code>",
		  "<pre>fn</pre><code>fn</code>" },
		{ "<span class=k>fn</span><span class=\"s k\">x</span>",
		  "<span>fn</span><span>x</span>" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct text out = clean_as(a, text_from(t[i].in), true);

		check_text_of(t[i].in, out, t[i].out);
		assert_null(safe_html_check(out));
	}
}

/* What has been coloured stays so; blocks that are too much stay plain, and shorter ones behind them do not. */
static void spans_have_a_limit(void **state)
{
	struct arena *a = check_arena(state);
	struct buf long_code = buf_init(a, 1 << 20), room = buf_init(a, 1 << 20);
	struct text block = TEXT("<pre><code class=\"language-rust\">fn</code></pre>"), out;
	size_t left = sizeof("<span class=\"k\"></span>") - 1, n = 0;

	for (size_t i = 0; i < SANITIZE_MAX_SPANS / left; i++)
		buf_add(&long_code, TEXT("1 "));
	out = clean_as(a,
		       text_fmt(a, "%.*s<pre><code class=\"language-rust\">%.*s</code></pre>%.*s",
				TEXT_F(block), TEXT_F(buf_text(&long_code)), TEXT_F(block)),
		       true);
	assert_null(safe_html_check(out));
	for (struct text rest = out; text_find(rest, TEXT("<span")) < rest.n; n++)
		rest = text_sub(rest, text_find(rest, TEXT("<span")) + 1, rest.n);
	assert_int_equal(n, 2);
	assert_false(sanitize_code(&room, TOKENS_RUST, TEXT("fn"), &(size_t){ left - 1 }));
	assert_true(sanitize_code(&room, TOKENS_RUST, TEXT("fn"), &left));
	assert_true(left == 0 && room.n == sizeof("<span class=\"k\">fn</span>") - 1);
}

static void deep_trees_lose_tags_not_text(void **state)
{
	struct arena *a = check_arena(state);
	struct buf in = buf_init(a, 1 << 20);
	struct text out;

	for (size_t i = 0; i < 1000; i++)
		buf_add(&in, TEXT("<div>x<br>"));
	out = clean(a, buf_text(&in));
	assert_null(safe_html_check(out));
	assert_int_equal(out.n,
			 1000 + 256 * (strlen("<div></div>") + strlen("<br>")) - strlen("<br>"));
}

static void list_keeps_its_order(void **state)
{
	static const char *const tags[] = { "a",  "abbr",    "b",      "div", "h6", "img",
					    "ol", "picture", "source", "wbr", "var" };
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		struct text out = clean(a, text_fmt(a, "<%s>", tags[i]));

		if (!text_starts(out, text_fmt(a, "<%s", tags[i])))
			fail_msg("<%s> is gone", tags[i]);
	}
}

static void grab(void *ctx)
{
	size_t *n = ctx;

	for (;;) {
		void *p = bounded_realloc(bounded_calloc(1, 1), 4096);

		*n += 1;
		if (*n % 2)
			bounded_free(p);
	}
}

static void spin(void *ctx)
{
	(void)ctx;
	for (;;)
		bounded_free(bounded_calloc(1, 16));
}

static void bounds_hold(void **state)
{
	static const struct bounds small = { .max_bytes = 1 << 20, .max_cpu_ms = 10000 };
	static const struct bounds quick = { .max_bytes = 1 << 20, .max_cpu_ms = 20 };
	size_t n = 0;

	(void)state;
	assert_false(bounded_run(&small, grab, &n));
	assert_in_range(n, 400, 520); /* half of the pieces of 4 KiB are kept */
	assert_false(bounded_run(&quick, spin, NULL));
	n = 0;
	assert_false(bounded_run(&small, grab, &n)); /* nothing is left over from the runs before */
	assert_in_range(n, 400, 520);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stays_and_what_goes),
		cmocka_unit_test(urls_that_run_something),
		cmocka_unit_test(tricks_come_out_inert),
		cmocka_unit_test(code_is_coloured),
		cmocka_unit_test(spans_have_a_limit),
		cmocka_unit_test(deep_trees_lose_tags_not_text),
		cmocka_unit_test(list_keeps_its_order),
		cmocka_unit_test(bounds_hold),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
