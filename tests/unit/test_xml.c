/* app/base/xml.c: escapes, what XML cannot hold, and the shape of a document. */
#include "app/base/xml.h"
#include "tests/unit/well_formed.h"

static struct text escaped(struct arena *a, struct text in)
{
	struct buf b = buf_init(a, 64 * 1024);

	xml_text(&b, in);
	return buf_text(&b);
}

static struct text cdata(struct arena *a, struct text in)
{
	struct buf b = buf_init(a, 64 * 1024);

	xml_cdata(&b, in);
	return buf_text(&b);
}

static void escapes(void **state)
{
	static const struct {
		const char *in, *want;
	} t[] = {
		{ "", "" },
		{ "a<b>&\"c'", "a&lt;b&gt;&amp;&quot;c&#39;" },
		{ "]]>", "]]&gt;" },
		{ "\x01\x08\x0b\x0c\x1b\x1f|\t\n\r|", "|\t\n\r|" },
		{ "\x7f\xc2\x80", "\x7f\xc2\x80" },
		{ "\xef\xbf\xbe\xef\xbf\xbf.\xef\xbf\xbd", ".\xef\xbf\xbd" },
		{ "\xf0\x9f\xa6\x80", "\xf0\x9f\xa6\x80" },
		{ "\xff", "\xef\xbf\xbd" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i].in, escaped(check_arena(state), text_from(t[i].in)), t[i].want);
}

/* Each of the 256 bytes, alone and between others. */
static void all_bytes(void **state)
{
	struct arena *a = check_arena(state);

	for (unsigned c = 0; c < 256; c++) {
		char in[3] = { 'a', (char)c, 'b' };
		struct buf b = buf_init(a, 1024);

		buf_add(&b, TEXT("<x y=\""));
		xml_text(&b, (struct text){ in, 3 });
		buf_add(&b, TEXT("\">"));
		xml_text(&b, (struct text){ in, 3 });
		xml_cdata(&b, (struct text){ in, 3 });
		buf_add(&b, TEXT("</x>"));
		if (!well_formed(buf_text(&b)))
			fail_msg("byte %u: %.*s", c, TEXT_F(buf_text(&b)));
	}
}

static void cdata_sections(void **state)
{
	static const struct {
		const char *in, *want;
	} t[] = {
		{ "", "<![CDATA[]]>" },
		{ "a <b> & c", "<![CDATA[a <b> & c]]>" },
		{ "]]>", "<![CDATA[]]]]><![CDATA[>]]>" },
		{ "a]]]>b", "<![CDATA[a]]]]]><![CDATA[>b]]>" },
		{ "]]\x01>", "<![CDATA[]]]]><![CDATA[>]]>" },
		{ "]>]", "<![CDATA[]>]]]>" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i].in, cdata(check_arena(state), text_from(t[i].in)), t[i].want);
}

static void documents(void **state)
{
	struct buf b = buf_init(check_arena(state), 4096);
	struct xml x = xml_init(&b);

	xml_open(&x, "a");
	xml_attr(&x, "href", TEXT("?x=1&y=\"2\""));
	xml_leaf(&x, "b", TEXT("1 < 2"));
	xml_open(&x, "c");
	xml_attr(&x, "d:e", TEXT(""));
	xml_close(&x);
	xml_open(&x, "f");
	xml_leaf_cdata(&x, "g", TEXT("<p>"));
	xml_close(&x);
	xml_close(&x);
	check_text_of("document", buf_text(&b),
		      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		      "<a href=\"?x=1&amp;y=&quot;2&quot;\">\n"
		      "    <b>1 &lt; 2</b>\n"
		      "    <c d:e=\"\"/>\n"
		      "    <f>\n"
		      "        <g><![CDATA[<p>]]></g>\n"
		      "    </f>\n"
		      "</a>\n");
	assert_true(well_formed(buf_text(&b)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes),
		cmocka_unit_test(all_bytes),
		cmocka_unit_test(cdata_sections),
		cmocka_unit_test(documents),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
