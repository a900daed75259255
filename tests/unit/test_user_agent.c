#include "app/base/user_agent.h"
#include "tests/unit/check.h"

#include <string.h>

#define MOZILLA "Mozilla/5.0 "
#define WEBKIT " AppleWebKit/537.36 (KHTML, like Gecko) "

static void words(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{ MOZILLA "(X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
		  "Firefox on Linux" },
		{ MOZILLA "(Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
		  "Firefox on Windows" },
		{ MOZILLA "(Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
		  "Firefox on Android" },
		{ MOZILLA "(X11; Linux x86_64)" WEBKIT "Chrome/138.0.0.0 Safari/537.36",
		  "Chrome on Linux" },
		{ MOZILLA "(Windows NT 10.0; Win64; x64)" WEBKIT
			  "Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0",
		  "Edge on Windows" },
		{ MOZILLA "(Macintosh; Intel Mac OS X 10_15_7)" WEBKIT
			  "Chrome/138.0.0.0 Safari/537.36 OPR/120.0.0.0",
		  "Opera on macOS" },
		{ MOZILLA "(X11; CrOS x86_64 14541.0.0)" WEBKIT "Chrome/138.0.0.0 Safari/537.36",
		  "Chrome on ChromeOS" },
		{ MOZILLA "(Linux; Android 14; SM-S911B)" WEBKIT
			  "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
		  "Samsung Internet on Android" },
		{ MOZILLA
		  "(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
		  " Version/18.5 Safari/605.1.15",
		  "Safari on macOS" },
		{ MOZILLA "(iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
			  "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
		  "Safari on iPhone" },
		{ MOZILLA "(iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
			  "Gecko) CriOS/138.0.7204.53 Mobile/15E148 Safari/604.1",
		  "Chrome on iPad" },
		{ MOZILLA "(X11; FreeBSD amd64; rv:128.0) Gecko/20100101 Firefox/128.0",
		  "Firefox on FreeBSD" },
		{ MOZILLA "(X11; Linux x86_64)" WEBKIT "HeadlessChrome/138.0.0.0 Safari/537.36",
		  "Chrome without a window on Linux" },
		{ MOZILLA "(Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
		  "A browser on Windows" },
		{ "cargo/1.96.0 (ab1 2026-01-01)", "cargo" },
		{ "cargo 1.42.0 (86334295e 2020-01-31)", "cargo" },
		{ "curl/7.88.1", "curl" },
		{ "python-requests/2.28.1", "Python" },
		{ "Lynx/2.9.0dev.12 libwww-FM/2.14", "Lynx" },
		{ "", NULL },
		{ " ", NULL },
		{ "<b>Firefox</b>", NULL },
		{ "myFirefox/1 and xLinux", NULL },
		{ "Firefox", NULL },
		{ "Fire\xff"
		  "fox/1",
		  NULL },
	};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i].in, user_agent_words(a, text_from(t[i].in)), t[i].out);
	check_text_of("absent", user_agent_words(a, TEXT_NONE), NULL);
	arena_free(a);
}

/* A stranger's text of any length costs the same, and what stands behind the bound is not read. */
static void bound(void **state)
{
	struct arena *a = arena_new(0);
	char *p = arena_alloc(a, 64 * 1024);
	struct text t = { p, 64 * 1024 };

	(void)state;
	memset(p, 'F', t.n);
	check_text_of("long", user_agent_words(a, t), NULL);
	memcpy(p + USER_AGENT_MAX_BYTES - 9, " Firefox/", 9);
	check_text_of("within", user_agent_words(a, t), "Firefox");
	memset(p, 'F', t.n);
	memcpy(p + USER_AGENT_MAX_BYTES - 8, " Firefox/", 9);
	check_text_of("cut", user_agent_words(a, t), NULL);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
