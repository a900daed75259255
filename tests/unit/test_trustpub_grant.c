/* app/registry/trustpub_grant.c: which grants may be made, and what they fit. */
#include "app/base/json.h"
#include "app/registry/trustpub_grant.h"
#include "tests/unit/check.h"

#include <string.h>

static struct text make(struct arena *a, const char *words, const char **ret_why)
{
	struct texts t = { arena_array(a, 32, sizeof(struct text)), 0 };
	struct text rest = text_from(words);

	while (words && text_cut(&rest, ' ', &t.v[t.n]))
		t.n++;
	return grant_make(a, t, ret_why);
}

static void made(void **state)
{
	static const struct {
		const char *in, *out;
	} good[] = {
		{ "sub=x", "{\"sub\":\"x\"}" },
		{ "sub=x* a=b=c", "{\"sub\":\"x*\",\"a\":\"b=c\"}" },
		{ "kubernetes.io/x=\"", "{\"kubernetes.io/x\":\"\\\"\"}" },
	};
	static const char *const bad[] = {
		NULL,       "sub",
		"sub=",     "sub=*",
		"=x",       "iss=x",
		"aud=x",    "exp=1",
		"nbf=1",    "iat=1",
		"jti=x",    "sub=a sub=b",
		"sub=\xff", "a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1 j=1 k=1 l=1 m=1 n=1 o=1 p=1 q=1",
	};
	struct arena *a = check_arena(state);
	const char *why;

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		check_text_of(good[i].in, make(a, good[i].in, &why), good[i].out);
		assert_null(why);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		check_text_of(bad[i] ? bad[i] : "nothing", make(a, bad[i], &why), NULL);
		assert_non_null(why);
	}
}

static void fits(void **state)
{
	static const struct {
		const char *stored, *claims;
		bool fits;
	} t[] = {
		{ "{\"sub\":\"x\"}", "{\"sub\":\"x\"}", true },
		{ "{\"sub\":\"x\"}", "{\"sub\":\"X\"}", false },
		{ "{\"sub\":\"x\"}", "{\"sub\":\"xy\"}", false },
		{ "{\"sub\":\"x\"}", "{}", false },
		{ "{\"sub\":\"x\"}", "{\"sub\":null}", false },
		{ "{\"sub\":\"x\"}", "{\"sub\":[\"x\"]}", false },
		{ "{\"sub\":\"x\"}", "{\"sub\":{\"x\":1}}", false },
		{ "{\"sub\":\"x*\"}", "{\"sub\":\"x\"}", true },
		{ "{\"sub\":\"x*\"}", "{\"sub\":\"xyz\"}", true },
		{ "{\"sub\":\"x*\"}", "{\"sub\":\"y\"}", false },
		{ "{\"sub\":\"x*z\"}", "{\"sub\":\"xyz\"}", false },
		{ "{\"sub\":\"x*z\"}", "{\"sub\":\"x*z\"}", true },
		{ "{\"n\":\"3\"}", "{\"n\":3}", true },
		{ "{\"n\":\"3\"}", "{\"n\":3.0}", false },
		{ "{\"n\":\"true\"}", "{\"n\":true}", true },
		{ "{\"n\":\"true\"}", "{\"n\":false}", false },
		{ "{\"a\":\"1\",\"b\":\"2\"}", "{\"b\":\"2\",\"a\":\"1\",\"c\":\"3\"}", true },
		{ "{\"a\":\"1\",\"b\":\"2\"}", "{\"a\":\"1\"}", false },
		{ "{\"a\":\"1\",\"b\":\"2\"}", "{\"b\":\"2\"}", false },
		/* what is not stored by us grants nothing */
		{ "{}", "{}", false },
		{ "{\"a\":\"*\"}", "{\"a\":\"x\"}", false },
		{ "{\"a\":\"\"}", "{\"a\":\"\"}", false },
		{ "{\"a\":1}", "{\"a\":1}", false },
		{ "[]", "{}", false },
		{ "", "{}", false },
		{ "{\"a\":\"1\"", "{\"a\":\"1\"}", false },
	};
	struct arena *a = check_arena(state);
	struct text why;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		if (grant_fits(a, text_from(t[i].stored),
			       json_parse(a, text_from(t[i].claims), 8, &why)) != t[i].fits)
			fail_msg("%s %s", t[i].stored, t[i].claims);
}

static void data(void **state)
{
	check_text_of("data", grant_data(check_arena(state), TEXT("https://i"), TEXT("a\"b")),
		      "{\"provider\":\"oidc\",\"issuer\":\"https://i\",\"subject\":\"a\\\"b\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made),
		cmocka_unit_test(fits),
		cmocka_unit_test(data),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
