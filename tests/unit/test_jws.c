/*
 * app/outside/jws.c: which key signed what. The keys and signatures were made by Python's cryptography; what goes wrong in ways
 * that need a key at hand is in tests/http/test_trustpub_tokens.py.
 */
#include "app/outside/jws.h"
#include "tests/unit/check.h"

/* clang-format off */
#define RS_KEY \
	"{\"kty\":\"RSA\",\"n\":\"tuHmCcgjAqalJhWInPNjuXT-E6lYEnHRhmg7HPjwfwazdxhY4prKRp5_3ytkceO5G5" \
	"r2HSFKpeWvgTbmlgcufsmKK28SyZAhUd-TLB_Cj6-fRzqIKRos9YWx1jqqoiJK-Tc3r0vGOE8o_imJkSgEAO" \
	"-q_phyO3rbV8oHNk17l__n5FCxHlTOmv37Iku3XYbsKH01FxEBVpBylrEOBR0rFvcRKhcI4vQt1eIQ4EdOr-" \
	"L0bQ0KtKr-JCUI-xSxGf8QG21OImDyFNzXuCn1KX92362k8YegiYSkfFk9Tg1TuhPeJHu6uLfj1GUH-sFCId" \
	"pEqXX5fC72vi_uuMKym3eH3w\",\"e\":\"AQAB\",\"kid\":\"rs\",\"use\":\"sig\",\"alg\":\"RS256\"}"

#define ES_KEY \
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"LYjRNTPgn0xjng453gqu_d8b9_F9HXd60RvWKYyF2rs\",\"y\":\"khB" \
	"Z9KByz9UmKlDfR4dEFYaeKDkWGS8yRA8Rc2VdzyA\",\"kid\":\"es\",\"use\":\"sig\",\"alg\":\"ES256\"}"

#define RS_SIGNED \
	"eyJhbGciOiAiUlMyNTYiLCAia2lkIjogInJzIn0.eyJpc3MiOiAiaSJ9."

#define RS_SIGNATURE \
	"VX4LYYVctcvhEclnDc2FEsfeLio6njqYTvPjTflS2rmecet2pWmwKlJ7nvARwRnuAivvBwUc9BwNVeDiJ4JP" \
	"1OFmE1mG8iVhCcaYMvU3AbBQUmoXgmX6H7yR3eJ0XKzCKeqDjHnlCLMCqTNcrsQXcOLPYueiXpzjPZgdtZ1F" \
	"irScxzcdoDAkeDxZleR43RbOTsunM80L3zCtPJGqXuV-X4g5YPUtM9DcgAGL27M76YBdngF5hZMF4ETFsiIj" \
	"mo98ki7TjkKlAtgu3Wzi0dn-ROfEaAYouTisLrL16cqAMW2rJo1Gjau1J7wxpOuix95qu4e3SEo3nny0uCQ_" \
	"HsuFhw"

#define ES_SIGNED \
	"eyJhbGciOiAiRVMyNTYiLCAia2lkIjogImVzIn0.eyJpc3MiOiAiaSJ9."

#define ES_SIGNATURE \
	"PgDGttL6T5xUaCooJXP_uVL_McfRfwHlSPqi2hNf1gBGwwq2XRcJmnkwy-xSckJ2_FCCf47qkVdJelY3Ojbz" \
	"KA"

#define RS_AS_ES \
	"eyJhbGciOiAiRVMyNTYiLCAia2lkIjogInJzIn0.eyJpc3MiOiAiaSJ9.Y1uZ_p8SAnR_DvCcrphBYy4t_y5" \
	"oMtbvKMW2uNT4gCr9mx2C_SJYYEis1vBKPBDPYFLMY5aRFM1FUpt31h8dFEI1y-ChcofM2ahcGplarpaP3KT" \
	"gq-bhqSri5ZeZkOoB_gGBptHXgRkYmTyUbzoBZArdh9__0YcjWhQJJJ1r8g0PyeSRu3BSPu8ZMMZX6YID4mC" \
	"tx4PQd0gmVcfR949OxBzc9stQdQoGJHXNCVvwDs6WbLcTKt5IqRu4ux-QrE1phM01y3GHxxT67ukX23g_v49" \
	"sKtC8xcMaFmQxON_KQRquLbJFs98MNbmHWZbiI7VipHHqP5J0rUx_y8Mi_rUs2A"

#define HS_BY_RS \
	"eyJhbGciOiAiSFMyNTYiLCAia2lkIjogInJzIn0.eyJpc3MiOiAiaSJ9.Stc4-jBq75g7ydKg-6YzGsaId1E" \
	"H_1Dwy3mqCRIp42g"

/* clang-format on */

#define SET "{\"keys\":[1,{\"kid\":7}," RS_KEY "," ES_KEY "," RS_KEY "]}"

static bool good(struct arena *a, const char *token, const char *kid)
{
	struct json_object *key = jws_key(a, text_from(SET), text_from(kid));
	struct jwt j;
	bool genuine;

	assert_non_null(key);
	if (!jwt_read(a, text_from(token), &j))
		return false;
	assert_null(jws_verify(a, &j, key, &genuine));
	return genuine;
}

static void signatures(void **state)
{
	struct arena *a = check_arena(state);

	assert_true(good(a, RS_SIGNED RS_SIGNATURE, "rs"));
	assert_true(good(a, ES_SIGNED ES_SIGNATURE, "es"));
	assert_false(good(a, RS_SIGNED RS_SIGNATURE, "es"));
	assert_false(good(a, ES_SIGNED ES_SIGNATURE, "rs"));
	assert_false(good(a, RS_SIGNED ES_SIGNATURE, "rs"));
	assert_false(good(a, ES_SIGNED RS_SIGNATURE, "es"));
	assert_false(good(a, ES_SIGNED "AAAA", "es"));
	assert_false(good(a, RS_SIGNED "AAAA", "rs"));
	assert_false(good(a, RS_AS_ES, "rs"));
	assert_false(good(a, RS_AS_ES, "es"));
	assert_false(good(a, HS_BY_RS, "rs"));
}

static void sets(void **state)
{
	static const struct {
		const char *set;
		bool ok;
	} t[] = {
		{ "{\"keys\":[]}", true }, { SET, true },   { "{\"keys\":{}}", false },
		{ "{}", false },           { "[]", false }, { "", false },
		{ "{\"keys\":[]", false },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		assert_int_equal(jws_set_ok(a, text_from(t[i].set)), t[i].ok);
	assert_null(jws_key(a, text_from(SET), TEXT("none")));
	assert_null(jws_key(a, text_from(SET), TEXT("7")));
	assert_null(jws_key(a, text_from(SET), TEXT_NONE));
	assert_null(jws_key(a, TEXT("{}"), TEXT("rs")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures),
		cmocka_unit_test(sets),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
