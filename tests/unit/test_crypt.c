/* app/base/crypt.c: sealing, Base64, signatures. */
#include "app/base/base64.h"
#include "app/base/crypt.h"

#include "app/base/config.h"
#include "tests/unit/check.h"

#include <string.h>

static void seals(void **state)
{
	struct arena *a = check_arena(state);
	unsigned char key[SEAL_KEY_BYTES] = "0123456789abcdef0123456789abcde",
		      other[SEAL_KEY_BYTES];
	struct text sealed = seal(a, key, TEXT("gho_secret")),
		    again = seal(a, key, TEXT("gho_secret"));
	struct secret s = { TEXT_INIT("untouched") };
	char *changed;

	assert_int_equal(sealed.n, 10 + SEAL_EXTRA_BYTES);
	assert_false(text_eq(sealed, again)); /* another nonce each time */
	assert_true(seal_open(a, key, sealed, &s));
	check_text_of("opened", s.value, "gho_secret");
	assert_true(seal_open(a, key, seal(a, key, TEXT("")), &s));
	check_text_of("nothing", s.value, "");

	s.value = TEXT("untouched");
	memcpy(other, key, sizeof(other));
	other[31] ^= 1;
	assert_false(seal_open(a, other, sealed, &s));
	for (size_t i = 0; i < sealed.n; i++) {
		changed = arena_copy(a, sealed.p, sealed.n);
		changed[i] = (char)(changed[i] ^ 1);
		assert_false(seal_open(a, key, (struct text){ changed, sealed.n }, &s));
		assert_false(seal_open(a, key, text_sub(sealed, 0, i), &s));
	}
	check_text_of("failed", s.value, "untouched");
}

static void base64(void **state)
{
	static const struct {
		const char *in, *out;
		size_t at;
	} t[] = {
		{ "", "", 0 },        { "Zg==", "f", 0 },        { "Zm8=", "fo", 0 },
		{ "Zm9v", "foo", 0 }, { "Zm9vYg==", "foob", 0 }, { "+/+/", "\xfb\xff\xbf", 0 },
		{ "!m9v", NULL, 0 },  { "Zm9 ", NULL, 3 },       { "Zg", NULL, 2 },
		{ "Zg=", NULL, 3 },   { "Zh==", NULL, 4 },       { "Zg===", NULL, 2 },
		{ "Z===", NULL, 1 },  { "====", NULL, 0 },       { "Zg==Zg==", NULL, 2 },
		{ "-_-_", NULL, 0 },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct text got = TEXT_NONE;
		size_t at = 0;
		bool good = base64_decode(a, text_from(t[i].in), &got, &at);

		check_text_of(t[i].in, good ? got : TEXT_NONE, t[i].out);
		if (!good && at != t[i].at)
			fail_msg("%s: at %zu, want %zu", t[i].in, at, t[i].at);
	}
}

/* Made by openssl(1): ecparam -name prime256v1 -genkey; dgst -sha256 -sign. */
static const struct text pem =
	TEXT_INIT("-----BEGIN PUBLIC KEY-----\n"
		  "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE5f3Gwfsw323GjFhThlt39jaxk3x7\n"
		  "Omn7UsT7pHyFb0GRTrZHlSlcdRSdXk+EwaD1AqcTYk/TPPUpzKz7Mc276g==\n"
		  "-----END PUBLIC KEY-----\n");
static const struct text other_curve =
	TEXT_INIT("-----BEGIN PUBLIC KEY-----\n"
		  "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEC07/FS/gWQX7HroaGE3pnH24j2EQZpmP\n"
		  "8jB2mFewZuzQPEuTl2ovpNJjIQFsXJphMRm/91S5lz1vrptHEvtK7MZmqVNdQf6G\n"
		  "RD6s/PkpA6AgbmmhS9RjNV2DLew9ZkeB\n"
		  "-----END PUBLIC KEY-----\n");
static const struct text signature_hex =
	TEXT_INIT("3046022100d473e2d5deef8307d66e905f94968e3c6abb42d8ee3d5e8e9923faa9facc2a67022100"
		  "e2842c054d10de61e87e4b565ea3cacc5722a8d32dd4836e542f0830a1546cc6");

static struct text unhex(struct arena *a, struct text hex)
{
	char *p = arena_alloc(a, hex.n / 2);

	for (size_t i = 0; i < hex.n / 2; i++)
		p[i] = (char)(char_hex(hex.p[2 * i]) * 16 + char_hex(hex.p[2 * i + 1]));
	return (struct text){ p, hex.n / 2 };
}

static void signatures(void **state)
{
	struct arena *a = check_arena(state);
	struct text sig = unhex(a, signature_hex), message = TEXT("[{\"token\":\"x\"}]\n");
	char *changed = arena_copy(a, sig.p, sig.n);

	assert_int_equal(p256_verify(pem, sig, message), P256_GOOD);
	assert_int_equal(p256_verify(pem, sig, TEXT("[]")), P256_NOT_HERS);
	assert_int_equal(p256_verify(pem, sig, TEXT("")), P256_NOT_HERS);
	changed[sig.n - 1] = (char)(changed[sig.n - 1] ^ 1);
	assert_int_equal(p256_verify(pem, (struct text){ changed, sig.n }, message), P256_NOT_HERS);
	for (size_t n = 0; n < sig.n; n++)
		assert_int_equal(p256_verify(pem, text_sub(sig, 0, n), message), P256_NO_DER);
	assert_int_equal(p256_verify(pem, text_fmt(a, "%.*sx", TEXT_F(sig)), message), P256_NO_DER);
	assert_int_equal(p256_verify(other_curve, sig, message), P256_NO_KEY);
	assert_int_equal(p256_verify(TEXT(""), sig, message), P256_NO_KEY);
	assert_int_equal(p256_verify(TEXT("-----BEGIN PUBLIC KEY-----\n"), sig, message),
			 P256_NO_KEY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seals),
		cmocka_unit_test(base64),
		cmocka_unit_test(signatures),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
