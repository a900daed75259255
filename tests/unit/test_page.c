/* templates/page.c, templates/readme.c and handlers/web/crate_about.c: the rules of contract/web.md 7. */
#include "handlers/web/crate_about.h"
#include "templates/readme.h"
#include "tests/unit/check.h"

static void windows(void **state)
{
	static const struct {
		uint64_t page, pages, first, last;
	} t[] = {
		{ 1, 0, 1, 0 },     { 1, 1, 1, 1 },     { 9, 9, 1, 9 },     { 1, 20, 1, 9 },
		{ 5, 20, 1, 9 },    { 6, 20, 2, 10 },   { 10, 20, 6, 14 },  { 16, 20, 12, 20 },
		{ 17, 20, 12, 20 }, { 20, 20, 12, 20 }, { 99, 20, 12, 20 }, { 6, 10, 2, 10 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct page_window w = page_window(t[i].page, t[i].pages);

		if (w.first != t[i].first || w.last != t[i].last)
			fail_msg("%d of %d: got %d to %d", (int)t[i].page, (int)t[i].pages,
				 (int)w.first, (int)w.last);
	}
}

static void urls(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{ "https://www.example.org/", "example.org" },
		{ "http://example.org/a/", "example.org/a" },
		{ "https://github.com/serde-rs/serde.git", "github.com/serde-rs/serde" },
		{ "https://gitlab.com/a/b.git", "gitlab.com/a/b.git" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i].in, url_shown(text_from(t[i].in)), t[i].out);
}

static void versions(void **state)
{
	struct arena *a = check_arena(state);

	check_text_of("1.69", msrv_shown(a, TEXT("1.69")), "v1.69.0");
	check_text_of("1", msrv_shown(a, TEXT("1")), "v1.0.0");
	check_text_of("1.69.2", msrv_shown(a, TEXT("1.69.2")), "v1.69.2");
	check_text_of("none", msrv_shown(a, TEXT_NONE), NULL);
	check_text_of("url", crate_url(a, TEXT("a_b"), TEXT("1.0.0+x y"), "/code"),
		      "/crates/a_b/1.0.0+x%20y/code");
}

static void licences(void **state)
{
	static const struct {
		const char *in, *out; /* parts behind each other, those with a link in [] */
	} t[] = {
		{ "MIT", "[MIT]" },
		{ "MIT OR Apache-2.0", "[MIT]OR[Apache-2.0]" },
		{ "MIT/Apache-2.0", "[MIT]OR[Apache-2.0]" },
		{ "(MIT AND Zlib) OR GPL-2.0+", "([MIT]AND[Zlib])OR[GPL-2.0+]" },
		{ "Apache-2.0 WITH LLVM-exception", "[Apache-2.0]WITHLLVM-exception" },
		{ "non-standard", "non-standard" },
		{ " ", "" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct buf b = buf_init(a, 1024);
		size_t n;
		const struct licence_part *v = licence_parts(a, text_from(t[i].in), &n);

		for (size_t k = 0; k < n; k++)
			buf_fmt(&b, v[k].href.n ? "[%.*s]" : "%.*s", TEXT_F(v[k].text));
		check_text_of(t[i].in, buf_text(&b), t[i].out);
	}
}

static void features(void **state)
{
	struct arena *a = check_arena(state);
	size_t n;
	const struct feature_brief *v = feature_briefs(
		a, TEXT("{\"std\":[],\"alloc\":[\"dep:x\"],\"default\":[\"std\",\"other/y\"]}"),
		&n);

	assert_int_equal(n, 3);
	check_text_of("first", v[0].name, "default");
	check_text_of("second", v[1].name, "alloc");
	check_text_of("member", v[1].members.v[0], "dep:x");
	assert_true(v[2].is_default && !v[1].is_default && !v[0].is_default);
	(void)feature_briefs(a, TEXT("{}"), &n);
	assert_int_equal(n, 0);
}

#define CODE "tabindex=\"0\" role=\"group\" aria-label=\"Code\""

static void readmes(void **state)
{
	static const struct {
		const char *in;
		size_t max;
		const char *out;
		bool cut;
	} t[] = {
		{ "<p>a</p>", 100, "<p>a</p>", false },
		{ "<h2>a</h2>", 100, "<h2>a</h2>", false },
		{ "<h1>a</h1><h2 id=\"x\">b</h2><h6>c</h6><hr>", 100,
		  "<h2>a</h2><h3 id=\"x\">b</h3><h6>c</h6><hr>", false },
		{ "<ul><li><input type=\"checkbox\" disabled=\"\" checked=\"\"><input "
		  "type=\"checkbox\" disabled>",
		  200,
		  "<ul><li><input aria-label=\"done\" checked type=\"checkbox\" disabled>"
		  "<input aria-label=\"to do\" type=\"checkbox\" disabled>",
		  false },
		{ "<pre><code>x</code></pre><pre lang=\"a\">", 100,
		  "<pre " CODE "><code>x</code></pre><pre " CODE " lang=\"a\">", false },
		{ "<table summary=\"a\"><tr><td>b</td></tr></table>", 100,
		  "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table "
		  "summary=\"a\"><tr><td>b</td></tr></table></div>",
		  false },
		{ "<h1>\xd7\xa1</h1><p "
		  "lang=\"he\">a</p><ul><li><p>b</p><ol><li>c</li></ol></li></ul><p>d</p>"
		  "<pre>e</pre>",
		  200,
		  "<h2 dir=\"auto\">\xd7\xa1</h2><p dir=\"auto\" lang=\"he\">a</p><ul "
		  "dir=\"auto\"><li><p>b</p>"
		  "<ol dir=\"auto\"><li>c</li></ol></li></ul><p dir=\"auto\">d</p><pre " CODE
		  ">e</pre>",
		  false },
		{ "<p>\xd9\x85</p>", 100, "<p dir=\"auto\">\xd9\x85</p>", false },
		{ "<p>\xd0\x96 \xe6\xbc\xa2 \xf0\x9f\xa6\x80</p>", 100,
		  "<p>\xd0\x96 \xe6\xbc\xa2 \xf0\x9f\xa6\x80</p>", false },
		{ "<p>one</p><p>two</p>", 15, "<p>one</p>", true },
		{ "<p>one</p><p>two</p>", 19, "<p>one</p>", true },
		{ "<ul><li>a</li><li>b</li></ul>", 20, "", true },
		{ "<p>a<br>b<img alt=\"x>y\"></p><p>two</p>", 30, "<p>a<br>bx>y</p>", true },
		{ "<input><input type=\"text\"><input type=\"password\"><input type=\"image\">",
		  100, "", false },
		{ "<hr><p>two", 8, "<hr>", true },
		/* colours are not counted */
		{ "<p><span class=\"k\">a</span></p><p>b</p><p>c</p>", 16,
		  "<p><span class=\"k\">a</span></p><p>b</p>", true },
		{ "<p><span class=\"k\">a</span></p><p>b</p>", 16,
		  "<p><span class=\"k\">a</span></p><p>b</p>", false },
		{ "<p><span>a</span></p>", 16, "", true },
		{ "text alone that is long", 5, "", true },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct readme_shown shown =
			readme_html(a, text_from(t[i].in), README_IMAGES_DIRECT, t[i].max);

		check_text_of(t[i].in, shown.html.html, t[i].out);
		assert_int_equal(shown.cut, t[i].cut);
	}
	check_text_of("absent", readme_html(a, TEXT_NONE, README_IMAGES_DIRECT, 5).html.html, NULL);
}

#define SHOWN "<img loading=\"lazy\" decoding=\"async\" referrerpolicy=\"no-referrer\""
#define REL "rel=\"nofollow noopener noreferrer\""

static void images_of_readmes(void **state)
{
	static const struct {
		const char *in, *direct, *off;
		bool images; /* direct */
	} t[] = {
		{ "<p><img src=\"https://a/b?c&amp;d\" alt=\"&lt;e&gt;\" width=\"1\"></p>",
		  "<p>" SHOWN " src=\"https://a/b?c&amp;d\" alt=\"&lt;e&gt;\" width=\"1\"></p>",
		  "<p><a href=\"https://a/b?c&amp;d\" " REL ">&lt;e&gt;</a></p>", true },
		{ "<a href=\"#\"><img alt=\"x\" src=\"https://a\"></a><img src=\"HTTPS://a\">",
		  "<a href=\"#\">" SHOWN " alt=\"x\" src=\"https://a\"></a>" SHOWN
		  " src=\"HTTPS://a\">",
		  "<a href=\"#\">x</a><a href=\"HTTPS://a\" " REL ">Image</a>", true },
		/* by https alone */
		{ "<img src=\"http://a\" alt=\"x\">", "<a href=\"http://a\" " REL ">x</a>",
		  "<a href=\"http://a\" " REL ">x</a>", false },
		{ "<img src=\"ftp://a\" alt=\"\"><img alt=\"y\"><img src=\"#z\" alt=\"z\"><img>",
		  "ImageyzImage", "ImageyzImage", false },
		{ "<img alt=\" src=https://a\" title=\"src=\" src=\"x\">", " src=https://a",
		  " src=https://a", false },
		{ "<picture><source media=\"(x)\" srcset=\"https://b 1x, https://c 2x\"><img "
		  "src=\"https://a\"></picture>",
		  "<picture><source media=\"(x)\" srcset=\"https://b 1x, https://c 2x\">" SHOWN
		  " src=\"https://a\"></picture>",
		  "<a href=\"https://a\" " REL ">Image</a>", true },
		{ "<picture><source srcset=\"https://b, http://c 2x\"><source "
		  "srcset=\"d.png\"><source "
		  "srcset=\"data:x\"><source srcset=\"https://e,\"><source "
		  "srcset=\"https://f,//g\">"
		  "<source><source srcset=\" , \"><img src=\"https://a\"></picture>",
		  "<picture><source srcset=\"https://e,\"><source srcset=\"https://f,//g\">" SHOWN
		  " src=\"https://a\"></picture>",
		  "<a href=\"https://a\" " REL ">Image</a>", true },
		{ "<picture><source srcset=\"https://b\"><img src=\"http://a\" "
		  "alt=\"x\"></picture><source "
		  "srcset=\"https://c\">",
		  "<a href=\"http://a\" " REL ">x</a><source srcset=\"https://c\">",
		  "<a href=\"http://a\" " REL ">x</a>", false },
		{ "<picture><picture><img alt=\"x\"></picture></picture><picture><img "
		  "src=\"https://a\">",
		  "x<picture>" SHOWN " src=\"https://a\">",
		  "x<a href=\"https://a\" " REL ">Image</a>", true },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct text in = text_from(t[i].in);
		struct readme_shown direct = readme_html(a, in, README_IMAGES_DIRECT, SIZE_MAX),
				    off = readme_html(a, in, README_IMAGES_OFF, SIZE_MAX);

		check_text_of(t[i].in, direct.html.html, t[i].direct);
		check_text_of(t[i].in, off.html.html, t[i].off);
		assert_true(direct.images == t[i].images && !off.images);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows),           cmocka_unit_test(urls),
		cmocka_unit_test(versions),          cmocka_unit_test(licences),
		cmocka_unit_test(features),          cmocka_unit_test(readmes),
		cmocka_unit_test(images_of_readmes),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
