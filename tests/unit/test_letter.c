#include "templates/letter.h"
#include "tests/unit/check.h"

static const char *const subjects[LETTER_COUNT] = {
	[LETTER_USER_CONFIRM] = "crates.test: Please confirm your email address",
	[LETTER_UNSUBSCRIBE_NOTIFICATIONS] = "crates.test: Unsubscribed from publish notifications",
	[LETTER_OWNER_INVITE] = "crates.test: Ownership invitation for \"serde\"",
	[LETTER_NEW_TOKEN] = "crates.test: New API token \"<i>&\" created",
	[LETTER_EXPIRY_NOTIFICATION] = "crates.test: Your API token \"<i>&\" is about to expire",
	[LETTER_TOKEN_EXPOSED] = "crates.test: Your API token \"<i>&\" has been revoked",
	[LETTER_TRUSTPUB_TOKEN_EXPOSED] =
		"crates.test: Your Trusted Publishing token has been revoked",
	[LETTER_TRUSTPUB_CONFIG_CREATED] =
		"crates.test: Trusted Publishing configuration added to serde",
	[LETTER_TRUSTPUB_CONFIG_DELETED] =
		"crates.test: Trusted Publishing configuration removed from serde",
	[LETTER_TRUSTPUB_ONLY_CHANGED] =
		"crates.test: Publishing method restriction changed for serde",
	[LETTER_PUBLISH_NOTIFICATION] = "crates.test: Successfully published serde@1.0.0",
	[LETTER_CRATE_DELETION] = "crates.test: Deleted \"serde\" crate",
	[LETTER_POSSIBLE_TYPOSQUAT] = "crates.test: Possible typosquatting in new crate \"serde\"",
	[LETTER_ADMIN_ACCOUNT] = "crates.test: Admin account changes",
	[LETTER_ADMIN_ACTION] = "crates.test: Administrator bob: user_lock",
};

static struct letter_view sample(void)
{
	static struct text crates[] = { TEXT_INIT("serde"), TEXT_INIT("toml") };
	static const struct letter_hit hits[] = {
		{ TEXT_INIT("swaps characters in <i>"), TEXT_INIT("javascript:alert(1)") },
	};

	return (struct letter_view){
		.site = TEXT("crates.test"),
		.url = TEXT("https://crates.test"),
		.user = TEXT("alice"),
		.link = TEXT("https://crates.test/link?a=1&b=2"),
		.more = TEXT("https://crates.test/more"),
		.crate = TEXT("serde"),
		.version = TEXT("1.0.0"),
		.crates = { crates, ARRAY_SIZE(crates) },
		.hits = hits,
		.nhits = ARRAY_SIZE(hits),
		.granted = { crates, 1 },
		.revoked = { crates, 2 },
		.action = TEXT("user_lock"),
		.address = TEXT("192.0.2.1"),
		.detail = TEXT("{\"reason\":\"<i>\"}"),
		.token = TEXT("<i>&"),
		.when = TEXT("2026-08-01T12:00:00Z"),
		.actor = TEXT("bob"),
		.by_url = TEXT("https://crates.test/users/bob"),
		.provider = TEXT("GitHub Actions"),
		.repository = TEXT("o/r"),
		.workflow = TEXT("w.yml"),
		.workflow_url = TEXT("javascript:alert(1)"),
		.reporter = TEXT("GitHub"),
		.source = TEXT("commit"),
		.found_at = TEXT("javascript:alert(1)"),
		.unsubscribe_url = TEXT("https://crates.test/unsubscribe/x"),
	};
}

static bool has(struct text t, const char *what)
{
	return text_find(t, text_from(what)) < t.n;
}

/* Each has its subject, greets, signs, and leads to the same places in both forms. */
static void all(void **state)
{
	for (size_t i = 0; i < LETTER_COUNT; i++) {
		struct letter_view v = sample();
		struct letter_text t;
		bool leads = i != LETTER_TRUSTPUB_TOKEN_EXPOSED;

		assert_null(letter_write(check_arena(state), (enum letter)i, &v, &t));
		check_text_of(mail_letter_name((enum letter)i), t.subject, subjects[i]);
		assert_true(text_starts(t.text, TEXT("Hello alice,\n\n")));
		assert_true(text_ends(t.text, TEXT("\n--\nThe crates.test Team\n")));
		assert_false(has(t.text, "\n\n\n"));
		assert_true(text_starts(t.html, TEXT("<!doctype html>")));
		assert_true(has(t.html, "<p>Hello alice,</p>") && has(t.html, "</html>"));
		assert_true(has(t.text, "https://crates.test/link?a=1&b=2") == leads);
		assert_true(has(t.html, "href=\"https://crates.test/link?a=1&amp;b=2\"") == leads);
		assert_false(has(t.html, "<i>") || has(t.html, "href=\"javascript:"));
	}
}

/* What was done by the reader himself, with as little known as there may be. */
static void by_oneself(void **state)
{
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < LETTER_COUNT; i++) {
		struct letter_view v = sample();
		struct letter_text t;

		if (i == LETTER_ADMIN_ACTION)
			continue; /* says always who did it */
		v.actor = v.by_url = v.environment = v.found_at = TEXT_NONE;
		if (i == LETTER_POSSIBLE_TYPOSQUAT)
			v.user = TEXT_NONE;
		v.on = true;
		assert_null(letter_write(a, (enum letter)i, &v, &t));
		assert_false(has(t.text, "bob") || has(t.html, "bob"));
		if (i == LETTER_TRUSTPUB_CONFIG_CREATED)
			assert_true(has(t.text, "\nyou added") && has(t.text, "Environment: any"));
		if (i == LETTER_TOKEN_EXPOSED)
			assert_true(has(t.text, "not provided") && has(t.html, "not provided"));
		if (i == LETTER_POSSIBLE_TYPOSQUAT)
			assert_true(text_starts(t.text, TEXT("Hello,\n\n")) &&
				    has(t.html, "<p>Hello,</p>"));
		if (i == LETTER_PUBLISH_NOTIFICATION)
			assert_true(has(t.text, "published at 2026-08-01T12:00:00Z.\n"));
	}
}

static void names(void **state)
{
	static const struct {
		const char *in;
		size_t max;
		const char *out;
	} t[] = {
		{ "", 3, "" },
		{ "abc", 3, "abc" },
		{ "abcd", 3, "abc\xe2\x80\xa6" },
		{ "a\r\nb", 9, "a  b" },
		{ "\x01\x7f", 9, "  " },
		{ "\xc3\xa4\xc3\xb6\xc3\xbc", 2, "\xc3\xa4\xc3\xb6\xe2\x80\xa6" },
		{ "\xff", 9, "\xef\xbf\xbd" },
		{ "\xf0\x9f\xa6\x80\xf0\x9f\xa6\x80", 1, "\xf0\x9f\xa6\x80\xe2\x80\xa6" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i].in,
			      letter_line(check_arena(state), text_from(t[i].in), t[i].max),
			      t[i].out);
}

static void too_long(void **state)
{
	struct arena *a = check_arena(state);
	struct letter_view v = sample();
	struct letter_text t;
	size_t n = 2 * 1024 * 1024;

	v.link = (struct text){ arena_alloc(a, n), n };
	assert_true(err_is(letter_write(a, LETTER_NEW_TOKEN, &v, &t), ERR_INTERNAL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(by_oneself, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(names, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(too_long, check_setup, check_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
