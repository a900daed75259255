/* templates/text_page.c: values in texts, titles, anchors, the list of headings. */
#include "templates/text_page.h"

#include "app/base/config.h"
#include "tests/unit/check.h"

static const struct config *config_for(struct arena *a, const char *in)
{
	struct text why = TEXT_NONE;
	const struct config *cfg = config_parse(a, text_from(in), "test", NULL, &why);

	if (!cfg)
		fail_msg("%.*s", TEXT_F(why));
	return cfg;
}

static void values(void **state)
{
	static const struct {
		const char *in, *want;
	} t[] = {
		{ "", "" },
		{ "no braces", "no braces" },
		{ "{site.url}", "https://r.test" },
		{ "a {site.url}/b {site.domain}.", "a https://r.test/b r.test." },
		{ "{limits.publish_new_burst|num}", "5,000" },
		{ "{limits.publish_new_rate_s|time}", "10 minutes" },
		{ "{limits.publish_update_rate_s|time}", "90 seconds" },
		{ "{limits.yank_rate_s|time}", "1 day" },
		{ "{limits.upload_bytes|size}", "10 MiB" },
		{ "{limits.enabled}", "true" },
		{ "{trustpub.audience}", "r.test" },
		{ "{site.operator}", "whoever runs this site" },
		/* what is not known, or not to be known */
		{ "{db.password}", "{db.password}" },
		{ "{db.user}", "{db.user}" },
		{ "{data.dir}", "{data.dir}" },
		{ "{site.nothing}", "{site.nothing}" },
		{ "{site.url|size}", "{site.url|size}" },
		{ "{limits.yank_burst|x}", "{limits.yank_burst|x}" },
		{ "{", "{" },
		{ "}{}{{site.url}}", "}{}{https://r.test}" },
		{ "{\"a\":[{site.domain}]}", "{\"a\":[r.test]}" },
		{ "{ site.url }", "{ site.url }" },
	};
	struct arena *a = check_arena(state);
	const struct config *cfg = config_for(
		a, "[site]\nurl = \"https://r.test\"\n[limits]\npublish_new_burst = 5000\n"
		   "publish_update_rate_s = 90\nyank_rate_s = 86400\n");

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i].in, text_filled(a, cfg, text_from(t[i].in)), t[i].want);
	cfg = config_for(a, "[site]\ncontact = \"me@r.test\"\n");
	check_text_of("operator", text_filled(a, cfg, TEXT("{site.operator}")),
		      "[me@r.test](mailto:me@r.test)");
}

static void dumps(void **state)
{
	static const struct text_dump v[] = {
		{ TEXT_INIT("db-dump.tar.gz"), 3 * 1024 * 1024, 1483712591000000 },
		{ TEXT_INIT("db-dump.zip"), 1000, 1483712651999999 },
	};
	struct arena *a = check_arena(state);

	check_text_of("two", text_with_dumps(a, TEXT("A\n\n{dumps}\nB {dumps}"), v, 2),
		      "A\n\n- [db-dump.tar.gz]({site.url}/static/db-dump.tar.gz), 3.0 MiB, made "
		      "2017-01-06 14:23 UTC\n"
		      "- [db-dump.zip]({site.url}/static/db-dump.zip), 1000 B, made 2017-01-06 "
		      "14:24 UTC\n\nB {dumps}");
	check_text_of("none", text_with_dumps(a, TEXT("{dumps}"), v, 0), "None has been made yet.");
	check_text_of("unasked", text_with_dumps(a, TEXT("{dump}"), v, 2), "{dump}");
}

static void titles(void **state)
{
	struct text markdown = TEXT("#  Title \nText\n");

	(void)state;
	check_text_of("title", text_title(&markdown), "Title");
	check_text_of("rest", markdown, "Text\n");
	check_text_of("none", text_title(&markdown), "");
	check_text_of("rest", markdown, "Text\n");
	markdown = TEXT("# Only");
	check_text_of("title", text_title(&markdown), "Only");
	check_text_of("rest", markdown, "");
}

#define HEADING(id, words)                                                                         \
	"<h2 id=\"user-content-" id "\">" words "<a href=\"#user-content-" id                      \
	"\" aria-label=\"Link to heading\"></a></h2><p>text</p>"

static void anchors(void **state)
{
	struct arena *a = check_arena(state);
	struct safe_html html =
		text_html(a,
			  TEXT(HEADING("one", "One") HEADING("two", "<em>T</em>wo &amp; &lt;b&gt;")
				       HEADING("three", "Three") "<p>user-content-x</p>"),
			  README_IMAGES_OFF)
			.html;
	struct links toc = text_toc(a, html);

	assert_int_equal(text_find(html.html, TEXT("\"user-content-")), html.html.n);
	assert_int_equal(text_find(html.html, TEXT("#user-content-")), html.html.n);
	assert_true(text_find(html.html, TEXT("<p>user-content-x</p>")) < html.html.n);
	assert_int_equal(toc.n, 3);
	check_text_of("href", toc.v[1].href, "#two");
	check_text_of("label", toc.v[1].label, "Two & <b>");
	toc = text_toc(a, text_html(a, TEXT(HEADING("one", "One") HEADING("two", "Two")),
				    README_IMAGES_OFF)
				  .html);
	assert_int_equal(toc.n, 0); /* too few to be worth it */
	toc = text_toc(a, text_html(a, TEXT("<h2 id=\""), README_IMAGES_OFF).html);
	assert_int_equal(toc.n, 0);
}

/* Ours are there, have a title, and name nothing that is not known. */
static void our_own(void **state)
{
	struct arena *a = check_arena(state);
	const struct config *cfg = config_for(a, "");

	for (const struct text_file *f = text_files; f->name; f++) {
		struct text t = text_filled(a, cfg, text_default(f->name));

		assert_true(text_is_utf8(t));
		if (text_find(t, TEXT("{site.")) < t.n || text_find(t, TEXT("{limits.")) < t.n)
			fail_msg("%s names a value that is not known", f->name);
		assert_true(text_title(&t).n > 0);
	}
	assert_null(text_default("nothing").p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),  cmocka_unit_test(dumps),   cmocka_unit_test(titles),
		cmocka_unit_test(anchors), cmocka_unit_test(our_own),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
