/* app/base/url.c: which addresses are http ones, and their hosts. */
#include "app/base/url.h"
#include "tests/unit/check.h"

static void hosts(void **state)
{
	static const struct {
		const char *in, *host; /* NULL: no address */
	} t[] = {
		{ "http://a", "a" },
		{ "https://Example.TEST/a b?c#d", "example.test" },
		{ " \n https://a.test \x01", "a.test" },
		{ "ht\ntp://a\t.test", "a.test" },
		{ "https:a.test", "a.test" },
		{ "https:\\\\a.test\\x", "a.test" },
		{ "https:////a.test", "a.test" },
		{ "https://user:p@ss@a.test:80/@", "a.test" },
		{ "https://a.test:", "a.test" },
		{ "https://a.test:65535", "a.test" },
		{ "https://a..b/", "a..b" },
		{ "https://b%C3%BC%63her.test/", "b\xc3\xbc"
						 "cher.test" },
		{ "https://\xef\xbd\x81\xef\xbc\x8e\xef\xbd\x82", "a.b" },
		{ "https://[::1]:80/", "[::1]" },
		{ "https://[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]" },
		{ "https://[1:2:3:4:5:6:1.2.3.4]", "[1:2:3:4:5:6:1.2.3.4]" },
		{ "https://[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]" },
		{ "https://127.0.0.1", "127.0.0.1" },
		{ "https://0x7f.1/", "0x7f.1" },
		{ "https://4294967295/", "4294967295" },
		{ "https://1.2.3.4.", "1.2.3.4." },
		{ "https://1.2.3.four", "1.2.3.four" },
		{ "https://%31.test", "1.test" },
		{ "", NULL },
		{ "http", NULL },
		{ "http:", NULL },
		{ "http://", NULL },
		{ "http:///", NULL },
		{ "https://?x", NULL },
		{ "https://:80", NULL },
		{ "https://user@", NULL },
		{ "ftp://a.test", NULL },
		{ "httpss://a", NULL },
		{ "https://a.test:65536", NULL },
		{ "https://a.test:x", NULL },
		{ "https://a.test:-1", NULL },
		{ "https://a b", NULL },
		{ "https://a%20b", NULL },
		{ "https://a%zz", NULL },
		{ "https://a%ff", NULL },
		{ "https://a<b", NULL },
		{ "https://\xc2\xad", NULL },
		{ "https://\xef\xbc\x85", NULL }, /* full-width % */
		{ "https://\xef\xbf\xbd", NULL },
		{ "https://[", NULL },
		{ "https://[]", NULL },
		{ "https://[::1", NULL },
		{ "https://[::1]a", NULL },
		{ "https://[:1]", NULL },
		{ "https://[1::2::3]", NULL },
		{ "https://[1:2:3:4:5:6:7]", NULL },
		{ "https://[1:2:3:4:5:6:7::8]", NULL },
		{ "https://[1:2:3:4:5:6:7:8:9]", NULL },
		{ "https://[1:2:3:4:5:6:7:1.2.3.4]", NULL },
		{ "https://[::1.2.3]", NULL },
		{ "https://[::01.2.3.4]", NULL },
		{ "https://[1:2:3:4:5::6:1.2.3.4]", NULL },
		{ "https://[12345::]", NULL },
		{ "https://256.1.1.1", NULL },
		{ "https://1.2.3.4.5", NULL },
		{ "https://1.2.3.08", NULL },
		{ "https://a.0x1", NULL },
		{ "https://4294967296/", NULL },
		{ "https://1..2", NULL },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		check_text_of(t[i].in, url_host(a, text_from(t[i].in)), t[i].host);
		assert_int_equal(url_is_http(text_from(t[i].in)), t[i].host != NULL);
	}
}

static void origins(void **state)
{
	static const struct {
		const char *in, *origin, *authority;
	} t[] = {
		{ "https://a.test", "https://a.test", "a.test" },
		{ "https://a.test:80/b?c#d", "https://a.test:80", "a.test:80" },
		{ "http://u:p@[::1]:8080?x=/", "http://u:p@[::1]:8080", "u:p@[::1]:8080" },
		{ "https://a#b", "https://a", "a" },
		{ "x://", "x://", "" },
		{ "https:a.test", NULL, NULL },
		{ "", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		check_text_of(t[i].in, url_origin(text_from(t[i].in)), t[i].origin);
		check_text_of(t[i].in, url_authority(text_from(t[i].in)), t[i].authority);
	}
	assert_null(url_origin(TEXT_NONE).p);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(hosts), cmocka_unit_test(origins) };

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
