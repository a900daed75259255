/* app/outside/avatar.c: from where a picture of an account may be fetched. What is fetched: tests/http/test_avatars.py. */
#include "app/outside/avatar.h"

#include "app/base/config.h"
#include "tests/unit/check.h"

static void hosts(void **state)
{
	static const struct {
		const char *url;
		bool ok;
	} t[] = {
		{ "https://avatars.example.org/u/1?v=4", true },
		{ "https://AVATARS.example.org", true },
		{ "https://avatars.example.org?x", true },
		{ "https://b.example.org:8443/x", true },
		{ "http://127.0.0.1:8081/x", true }, /* where GitHub is */
		{ "https://ghe.example.org/avatars/u/1", true },
		{ "http://avatars.example.org/u/1", false },
		{ "https://avatars.example.org:444/u/1", false },
		{ "https://avatars.example.org.evil.org/", false },
		{ "https://evil.org/avatars.example.org", false },
		{ "https://avatars.example.org@evil.org/", false },
		{ "https://evil@avatars.example.org/", false },
		{ "https://avatars.example.org\\@evil.org/", false },
		{ "https://avatars.example.org#@evil.org/", false },
		{ "https://avatars.example.org\t.evil.org/", false },
		{ "https://b.example.org/x", false },
		{ "http://ghe.example.org/avatars/u/1", false },
		{ "https://127.0.0.1:8081/x", false },
		{ "http://127.0.0.1:80811/x", false },
		{ "http://127.0.0.1/x", false },
		{ "https:///x", false },
		{ "//avatars.example.org/", false },
		{ "file:///etc/passwd", false },
		{ "HTTPS://avatars.example.org/", false },
		{ "", false },
	};
	struct text why = TEXT_NONE;
	const struct config *cfg = config_parse(
		check_arena(state),
		TEXT("[site]\navatar_hosts = \"avatars.example.org, "
		     "b.example.org:8443\"\n[github]\n"
		     "client_id = \"x\"\nclient_secret = \"y\"\nbase_url = "
		     "\"https://ghe.example.org\"\n"
		     "api_url = \"http://127.0.0.1:8081\"\n[auth]\nkey = "
		     "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"\n"),
		"test", NULL, &why);

	if (!cfg)
		fail_msg("%.*s", TEXT_F(why));
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		if (avatar_is_allowed(cfg, text_from(t[i].url)) != t[i].ok)
			fail_msg("%s", t[i].url);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
