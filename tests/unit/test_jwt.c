/* app/base/jwt.c, app/base/base64.c: a token taken apart, and for whom and when it is. */
#include "app/base/base64.h"
#include "app/base/jwt.h"
#include "app/base/time.h"
#include "tests/unit/check.h"

#include <string.h>

#define NOW_S 1700000000

static struct text compact(struct arena *a, const char *header, const char *claims)
{
	return text_fmt(a, "%.*s.%.*s.c2ln", TEXT_F(base64url_encode(a, text_from(header))),
			TEXT_F(base64url_encode(a, text_from(claims))));
}

static void base64(void **state)
{
	static const struct {
		const char *plain, *coded;
	} t[] = {
		{ "", "" },
		{ "f", "Zg" },
		{ "fo", "Zm8" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg" },
		{ "fooba", "Zm9vYmE" },
		{ "\xff\xfe\xfd", "__79" },
		{ "\xfb\xf0", "-_A" },
	};
	static const char *const bad[] = { "Z",      "Zg=",  "Zg==", "Zh",        "Zm9",
					   "Zm9v\n", "Zm+v", "Zm/v", "Zm9v Zm9v", "Zm9vZ" };
	struct arena *a = check_arena(state);
	struct text got;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		check_text_of(t[i].plain, base64url_encode(a, text_from(t[i].plain)), t[i].coded);
		assert_true(base64url_decode(a, text_from(t[i].coded), &got));
		check_text_of(t[i].coded, got, t[i].plain);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (base64url_decode(a, text_from(bad[i]), &got))
			fail_msg("%s was taken", bad[i]);
}

static void taken_apart(void **state)
{
	struct arena *a = check_arena(state);
	struct text in = compact(a, "{\"alg\":\"RS256\",\"kid\":\"k\"}", "{\"iss\":\"i\"}");
	struct jwt j;

	assert_true(jwt_read(a, in, &j));
	check_text_of("alg", j.alg, "RS256");
	check_text_of("kid", j.kid, "k");
	check_text_of("iss", j.iss, "i");
	assert_int_equal(j.signed_part.n, in.n - strlen(".c2ln"));
	in = compact(a, "{\"alg\":\"none\",\"kid\":1}", "{\"iss\":\"i\"}");
	assert_true(jwt_read(a, in, &j));
	assert_null(j.kid.p);
}

static void not_taken(void **state)
{
	static const struct {
		const char *header, *claims;
	} t[] = {
		{ "{\"alg\":\"RS256\"}", "{}" },
		{ "{\"alg\":\"RS256\"}", "{\"iss\":1}" },
		{ "{\"alg\":\"RS256\"}", "[\"iss\"]" },
		{ "{\"alg\":\"RS256\"}", "null" },
		{ "{\"alg\":\"RS256\"}", "" },
		{ "{\"alg\":\"RS256\"}", "{\"iss\":\"i\"} x" },
		{ "{\"alg\":\"RS256\"}", "{\"iss\":\"\xff\"}" },
		{ "{\"alg\":\"RS256\",\"crit\":[\"b64\"],\"b64\":false}", "{\"iss\":\"i\"}" },
		{ "{\"alg\":\"RS256\",\"crit\":null}", "{\"iss\":\"i\"}" },
		{ "{}", "{\"iss\":\"i\"}" },
		{ "{\"alg\":1}", "{\"iss\":\"i\"}" },
		{ "[]", "{\"iss\":\"i\"}" },
		{ "", "{\"iss\":\"i\"}" },
		{ "{\"alg\":\"RS256\",\"x\":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}",
		  "{\"iss\":\"i\"}" },
	};
	static const char *const whole[] = { "",        ".",           "..",         "a.b",
					     "a.b.c.d", "e30.e30.e30", "not a token" };
	struct arena *a = check_arena(state);
	struct text good = compact(a, "{\"alg\":\"RS256\"}", "{\"iss\":\"i\"}"), big;
	struct jwt j;
	char *p;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		if (jwt_read(a, compact(a, t[i].header, t[i].claims), &j))
			fail_msg("%s %s was taken", t[i].header, t[i].claims);
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++)
		if (jwt_read(a, text_from(whole[i]), &j))
			fail_msg("%s was taken", whole[i]);
	assert_true(jwt_read(a, good, &j));
	assert_false(jwt_read(a, text_fmt(a, "%.*s=", TEXT_F(good)), &j));
	assert_false(jwt_read(a, text_fmt(a, "%.*s.", TEXT_F(good)), &j));
	assert_false(jwt_read(a, text_sub(good, 0, good.n - strlen("c2ln")), &j));
	p = arena_alloc(a, JWT_MAX_BYTES + 4);
	memset(p, 'A', JWT_MAX_BYTES + 4);
	memcpy(p, good.p, good.n);
	big = (struct text){ p, JWT_MAX_BYTES };
	assert_true(jwt_read(a, big, &j)); /* a long signature */
	big.n += 4;
	assert_false(jwt_read(a, big, &j));
}

static void for_whom_and_when(void **state)
{
#define REST ",\"exp\":1700000300,\"iat\":1700000000"
	static const struct {
		const char *claims; /* beside iss and aud */
		bool in_list, want;
	} t[] = {
		{ "\"aud\":\"us\"" REST, false, true },
		{ "\"aud\":\"us\"" REST ",\"nbf\":null", false, true },
		{ "\"aud\":\"US\"" REST, false, false },
		{ "\"aud\":[\"us\"]" REST, false, false },
		{ "\"aud\":[\"us\"]" REST, true, true },
		{ "\"aud\":[\"us\",\"them\"]" REST, true, false },
		{ "\"aud\":[]" REST, true, false },
		{ "\"aud\":null" REST, true, false },
		{ "\"x\":1" REST, true, false },
		{ "\"aud\":\"us\",\"exp\":1699999941,\"iat\":1", false, true },
		{ "\"aud\":\"us\",\"exp\":1699999940,\"iat\":1", false, false },
		{ "\"aud\":\"us\",\"exp\":1e400,\"iat\":1", false, false },
		{ "\"aud\":\"us\",\"exp\":\"1700000300\",\"iat\":1", false, false },
		{ "\"aud\":\"us\",\"iat\":1", false, false },
		{ "\"aud\":\"us\",\"exp\":1700000300", false, false },
		{ "\"aud\":\"us\",\"exp\":1700000300,\"iat\":1700000060", false, true },
		{ "\"aud\":\"us\",\"exp\":1700000300,\"iat\":1700000061", false, false },
		{ "\"aud\":\"us\",\"exp\":1700000300.5,\"iat\":1.5", false, true },
		{ "\"aud\":\"us\",\"exp\":1e300,\"iat\":1", false, true },
		{ "\"aud\":\"us\"" REST ",\"nbf\":1700000060", false, true },
		{ "\"aud\":\"us\"" REST ",\"nbf\":1700000061", false, false },
		{ "\"aud\":\"us\"" REST ",\"nbf\":\"1\"", false, false },
	};
	struct arena *a = check_arena(state);
	struct jwt_demand d = { TEXT("i"), TEXT("us"), false, (int64_t)NOW_S * US_PER_S };
	int64_t exp;
	struct jwt j;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct text claims = text_fmt(a, "{\"iss\":\"i\",%s}", t[i].claims);

		if (!jwt_read(a, compact(a, "{\"alg\":\"RS256\"}", text_z(a, claims)), &j)) {
			assert_false(t[i].want); /* 1e400 is no number at all */
			continue;
		}
		d.audience_in_list = t[i].in_list;
		if (jwt_check(&j, &d, &exp) != t[i].want)
			fail_msg("%s", t[i].claims);
	}
	assert_true(jwt_read(
		a, compact(a, "{\"alg\":\"x\"}", "{\"iss\":\"i\",\"aud\":\"us\"" REST "}"), &j));
	assert_true(jwt_check(&j, &d, &exp) && exp == (int64_t)1700000300 * US_PER_S);
	d.issuer = TEXT("j");
	assert_false(jwt_check(&j, &d, &exp));
	assert_true(jwt_read(
		a, compact(a, "{\"alg\":\"x\"}", "{\"iss\":\"j\",\"aud\":\"\"" REST "}"), &j));
	d.audience = TEXT("");
	assert_false(jwt_check(&j, &d, &exp)); /* an audience that is not set is nobody's */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64),
		cmocka_unit_test(taken_apart),
		cmocka_unit_test(not_taken),
		cmocka_unit_test(for_whom_and_when),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
