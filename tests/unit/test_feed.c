/* templates/feed.c: RSS as crates.io writes it, and Atom, whatever names and descriptions hold. */
#include "templates/feed.h"

#include "app/base/config.h"
#include "tests/unit/well_formed.h"

static const struct config *config_for(struct arena *a)
{
	struct text why;
	const struct config *cfg = config_parse(a, TEXT("[site]\nurl = \"https://r.test/base\"\n"),
						"test", NULL, &why);

	assert_non_null(cfg);
	return cfg;
}

static struct text written(struct arena *a, const struct feed *f, bool atom)
{
	struct buf b = buf_init(a, FEED_MAX_BYTES);

	(atom ? feed_atom : feed_rss)(&b, config_for(a), f);
	assert_true(buf_ok(&b));
	assert_true(well_formed(buf_text(&b)));
	return buf_text(&b);
}

static struct feed_item items[] = {
	{ TEXT_INIT("serde"), TEXT_INIT("1.0.0+x"), TEXT_INIT("a <b> ]]> & \x01z"),
	  1704103200000000 },
	{ TEXT_INIT("serde"), { NULL, 0 }, { NULL, 0 }, 1704103200000000 },
};

static void rss(void **state)
{
	struct feed f = { .kind = FEED_UPDATES, .items = { items, 2 } };

	check_text_of(
		"rss", written(check_arena(state), &f, false),
		"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		"<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" "
		"xmlns:crates=\"https://crates.io/\">\n"
		"    <channel>\n"
		"        <title>r.test: recent updates</title>\n"
		"        <link>https://r.test/base/</link>\n"
		"        <description>Recent version publishes on the r.test package "
		"registry</description>\n"
		"        <language>en</language>\n"
		"        <atom:link href=\"https://r.test/base/static/rss/updates.xml\" "
		"rel=\"self\" "
		"type=\"application/rss+xml\"/>\n"
		"        <item>\n"
		"            <title>New crate version published: serde v1.0.0+x</title>\n"
		"            <link>https://r.test/base/crates/serde/1.0.0+x</link>\n"
		"            <description><![CDATA[a <b> ]]]]><![CDATA[> & z]]></description>\n"
		"            <guid>https://r.test/base/crates/serde/1.0.0+x</guid>\n"
		"            <pubDate>Mon, 1 Jan 2024 10:00:00 +0000</pubDate>\n"
		"            <crates:name>serde</crates:name>\n"
		"            <crates:version>1.0.0+x</crates:version>\n"
		"        </item>\n"
		"        <item>\n"
		"            <title>New crate created: serde</title>\n"
		"            <link>https://r.test/base/crates/serde</link>\n"
		"            <guid>https://r.test/base/crates/serde</guid>\n"
		"            <pubDate>Mon, 1 Jan 2024 10:00:00 +0000</pubDate>\n"
		"            <crates:name>serde</crates:name>\n"
		"        </item>\n"
		"    </channel>\n"
		"</rss>\n");
}

static void atom(void **state)
{
	struct feed f = { .kind = FEED_CRATE, .name = TEXT("serde"), .items = { items, 1 } };

	check_text_of("atom", written(check_arena(state), &f, true),
		      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		      "<feed xmlns=\"http://www.w3.org/2005/Atom\" "
		      "xmlns:crates=\"https://crates.io/\" xml:lang=\"en\">\n"
		      "    <title>r.test: serde releases</title>\n"
		      "    <subtitle>Recent releases of the serde crate on the r.test package "
		      "registry</subtitle>\n"
		      "    <link rel=\"self\" type=\"application/atom+xml\" "
		      "href=\"https://r.test/base/atom/crates/serde.xml\"/>\n"
		      "    <link rel=\"alternate\" type=\"text/html\" "
		      "href=\"https://r.test/base/crates/serde\"/>\n"
		      "    <id>https://r.test/base/atom/crates/serde.xml</id>\n"
		      "    <updated>2024-01-01T10:00:00Z</updated>\n"
		      "    <author>\n"
		      "        <name>r.test</name>\n"
		      "    </author>\n"
		      "    <entry>\n"
		      "        <title>New crate version published: serde v1.0.0+x</title>\n"
		      "        <link rel=\"alternate\" type=\"text/html\" "
		      "href=\"https://r.test/base/crates/serde/1.0.0+x\"/>\n"
		      "        <id>https://r.test/base/crates/serde/1.0.0+x</id>\n"
		      "        <updated>2024-01-01T10:00:00Z</updated>\n"
		      "        <summary>a &lt;b&gt; ]]&gt; &amp; z</summary>\n"
		      "        <crates:name>serde</crates:name>\n"
		      "        <crates:version>1.0.0+x</crates:version>\n"
		      "    </entry>\n"
		      "</feed>\n");
}

static void heads(void **state)
{
	static const struct {
		enum feed_kind kind;
		const char *name, *title, *page, *path;
	} t[] = {
		{ FEED_CRATES, NULL, "r.test: newest crates", "https://r.test/base/",
		  "crates.xml" },
		{ FEED_CRATE, "a_b", "r.test: a_b releases", "https://r.test/base/crates/a_b",
		  "crates/a_b.xml" },
		{ FEED_KEYWORD, "c++", "r.test: c++ keyword updates",
		  "https://r.test/base/keywords/c%2B%2B", "keywords/c%2B%2B.xml" },
		{ FEED_CATEGORY, "a::b", "r.test: a::b category updates",
		  "https://r.test/base/categories/a%3A%3Ab", "categories/a%3A%3Ab.xml" },
		{ FEED_USER, "<&\"'", "r.test: &lt;&amp;&quot;&#39; publishes",
		  "https://r.test/base/users/%3C%26%22%27", "users/%3C%26%22%27.xml" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct feed f = { .kind = t[i].kind, .name = text_from(t[i].name) };

		check_text_of("path", feed_path(a, f.kind, f.name), t[i].path);
		for (int as_atom = 0; as_atom < 2; as_atom++) {
			struct text xml = written(a, &f, as_atom);

			assert_true(text_find(xml, text_fmt(a, "<title>%s</title>", t[i].title)) <
				    xml.n);
			assert_true(text_find(xml, text_from(t[i].page)) < xml.n);
			assert_true(text_find(xml, text_fmt(a, "%s\"", t[i].path)) < xml.n);
		}
	}
}

/* The largest that may come is no more than the buffer holds. */
static void full(void **state)
{
	struct arena *a = check_arena(state);
	char *wide = arena_alloc(a, (size_t)FEED_DESCRIPTION_CHARS * 4);
	struct feed f = { .kind = FEED_UPDATES };

	for (size_t i = 0; i < FEED_DESCRIPTION_CHARS; i++)
		(void)char_put_utf8(wide + i * 4, 0x1f980);
	f.items.n = FEED_OF_ALL_MAX;
	f.items.v = arena_array(a, f.items.n, sizeof(*f.items.v));
	for (size_t i = 0; i < f.items.n; i++)
		f.items.v[i] = (struct feed_item){
			TEXT("a"), TEXT("1.0.0"), { wide, (size_t)FEED_DESCRIPTION_CHARS * 4 }, 0
		};
	(void)written(a, &f, false);
	(void)written(a, &f, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rss),
		cmocka_unit_test(atom),
		cmocka_unit_test(heads),
		cmocka_unit_test(full),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
