/*
 * app/base/jwt.c, app/registry/trustpub.c and trustpub_grant.c: a JSON Web Token of any bytes, taken apart and read as far as it
 * goes without a key. The input is the token; without a dot in it, it stands for the claims, so that they are reached too.
 */
#include "app/base/base64.h"
#include "app/base/json.h"
#include "app/base/jwt.h"
#include "app/base/time.h"
#include "app/registry/trustpub.h"
#include "app/registry/trustpub_grant.h"
#include "tests/fuzz/fuzz.h"

static void check_claims(struct arena *a, enum trustpub_provider p, const struct jwt *j)
{
	struct trustpub_config v[2] = {
		{ .id = 1, .owner_id = TEXT("42"), .workflow = TEXT("a.yml") },
		{ .id = 2, .workflow = TEXT("a.yml"), .environment = TEXT("x") }
	};
	struct trustpub_claims c;
	size_t n = ARRAY_SIZE(v);
	struct text why;

	if (!trustpub_claims_read(p, j->claims, &c))
		return;
	BUG_ON(!json_parse(a, trustpub_data(a, p, j->iss, &c), 4, &why));
	if (trustpub_identify(a, p, &c)) /* refused */
		return;
	BUG_ON(c.owner.n + 1 + c.project.n != c.repository.n);
	BUG_ON(!text_ends(c.workflow, TEXT(".yml")) && !text_ends(c.workflow, TEXT(".yaml")));
	BUG_ON(p == TRUSTPUB_GITHUB && text_has_byte(c.workflow, '/'));
	BUG_ON(!trustpub_match(a, p, &c, v, &n) && (!n || n > ARRAY_SIZE(v)));
}

static void check_jwt(struct arena *a, struct text in)
{
	struct jwt_demand d = { TEXT("i"), TEXT("us"), true, (int64_t)1700000000 * US_PER_S };
	struct jwt j;
	int64_t exp;

	if (!jwt_read(a, in, &j))
		return;
	BUG_ON(in.n > JWT_MAX_BYTES || !j.alg.p || !j.iss.p || !j.claims);
	BUG_ON(!text_is_utf8(j.iss) || !text_starts(in, j.signed_part));
	BUG_ON(jwt_check(&j, &d, &exp) &&
	       (exp + (int64_t)JWT_LEEWAY_S * US_PER_S <= d.now_us || !text_eq(j.iss, d.issuer)));
	check_claims(a, TRUSTPUB_GITHUB, &j);
	check_claims(a, TRUSTPUB_GITLAB, &j);
	BUG_ON(grant_fits(a, TEXT("{\"sub\":\"a*\"}"), j.claims) &&
	       !text_starts(json_text(json_member(j.claims, "sub")), TEXT("a")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct text in = fuzz_text(data, size), plain, coded = base64url_encode(a, in);

	BUG_ON(!base64url_decode(a, coded, &plain) || !text_eq(plain, in));
	if (base64url_decode(a, in, &plain))
		BUG_ON(!text_eq(base64url_encode(a, plain), in));
	check_jwt(a, in);
	if (!text_has_byte(in, '.') || (in.n && in.p[0] == '{'))
		check_jwt(a, text_fmt(a, "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.%.*s.c2ln",
				      TEXT_F(coded)));
	return 0;
}
