#include "app/base/email.h"
#include "tests/unit/check.h"

static void addresses(void **state)
{
	static const struct {
		const char *in;
		bool valid;
	} t[] = {
		{ "alice@example.test", true },
		{ "a.b+c_d-e@sub.example.test", true },
		{ "!#$%&'*+/=?^_`{|}~-@x", true },
		{ "alice@localhost", true },
		{ "alice@127.0.0.1", true },
		{ "alice@[127.0.0.1]", true },
		{ "alice@[::1]", true },
		{ "alice@[IPv6:2001:db8::1]", true },
		{ "\"a b@c\"@example.test", true },
		{ "\"a\\\"b\\\\\"@example.test", true },
		{ "\xc3\xa4@\xc3\xb6.test", true },
		{ "", false },
		{ "@", false },
		{ "alice", false },
		{ "not-an-address", false },
		{ "alice@", false },
		{ "@example.test", false },
		{ "alice@@example.test", false },
		{ "a b@example.test", false },
		{ " alice@example.test", false },
		{ "alice@example.test ", false },
		{ "alice@example test", false },
		{ "alice@example..test", false },
		{ "alice@.test", false },
		{ "alice@test.", false },
		{ "alice@-example.test", false },
		{ "alice@example-.test", false },
		{ "alice@exa_mple.test", false },
		{ ".alice@example.test", false },
		{ "alice.@example.test", false },
		{ "al..ice@example.test", false },
		{ "alice<alice@example.test>", false },
		{ "alice@example.test\r\nBcc: bob@example.test", false },
		{ "al\nice@example.test", false },
		{ "\"a\"b\"@example.test", false },
		{ "\"a\\\"@example.test", false },
		{ "\"a\nb\"@example.test", false },
		{ "alice@[]", false },
		{ "alice@[127.0.0.256]", false },
		{ "alice@[127.0.0.1", false },
		{ "alice\xff@example.test", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		if (email_is_valid(text_from(t[i].in)) != t[i].valid)
			fail_msg("%s: not as expected", t[i].in);
	check_text_of("no @", text_from(email_wrong(TEXT("alice"))), "Missing domain or user");
	check_text_of("user", text_from(email_wrong(TEXT("a b@example.test"))),
		      "Invalid email user");
	check_text_of("both", text_from(email_wrong(TEXT("@"))), "Invalid email user");
	check_text_of("domain", text_from(email_wrong(TEXT("a@-"))), "Invalid email domain");
	assert_null(email_wrong(TEXT("a@b")));
	assert_false(email_is_valid(TEXT("al\0ice@example.test")));
	assert_false(email_is_valid(TEXT("alice@exam\0ple.test")));
	assert_false(email_is_valid(TEXT("alice@[127.0.0.1\0]")));
}

static void lengths(void **state)
{
	char z[512];
	struct text t = { z, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(z); i++)
		z[i] = 'a';
	z[64] = '@';
	t.n = 64 + 1 + 63; /* both at their most */
	assert_true(email_is_valid(t));
	t.n++; /* a label of 64 */
	assert_false(email_is_valid(t));
	z[64] = 'a';
	z[65] = '@';
	t.n = 70;
	assert_false(email_is_valid(t));
	z[1] = '@'; /* a domain of labels of 49 and a dot */
	z[65] = 'a';
	for (size_t i = 51; i < sizeof(z); i += 50)
		z[i] = '.';
	t.n = 2 + 254;
	assert_true(email_is_valid(t));
	t.n++;
	assert_false(email_is_valid(t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
