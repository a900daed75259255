/* app/base/semver.c: what is taken prints again and orders as its key says; what is refused has a
 * sentence. */
#include "app/base/semver.h"
#include "tests/fuzz/fuzz.h"

static int sign(int c)
{
	return (c > 0) - (c < 0);
}

static void check_version(struct arena *a, struct text in)
{
	struct semver v,
		one = { .major = 1, .minor = 0, .patch = 0, .pre = TEXT("a.1"), .build = TEXT("") };
	struct text key, key_of_one = semver_order_key(a, &one);

	if (!semver_parse(in, &v)) {
		BUG_ON(!semver_error(a, in).n);
		return;
	}
	BUG_ON(semver_error(a, in).p || !text_eq(semver_print(a, &v), in));
	BUG_ON(semver_cmp(&v, &v) || semver_cmp_total(&v, &v));
	key = semver_order_key(a, &v);
	BUG_ON(!key.p && in.n <= 255);
	if (key.p)
		BUG_ON(sign(text_cmp(key, key_of_one)) != sign(semver_cmp(&v, &one)));
}

static void check_req(struct arena *a, struct text in)
{
	struct semver v = {
		.major = 1, .minor = 2, .patch = 3, .pre = TEXT(""), .build = TEXT("")
	};
	struct semver_req r, again;
	struct text printed;

	if (!semver_req_parse(in, &r)) {
		BUG_ON(!semver_req_error(a, in).n || semver_req_normal(a, in).p);
		return;
	}
	printed = semver_req_print(a, &r);
	BUG_ON(!semver_req_parse(printed, &again) || again.n != r.n);
	BUG_ON(!text_eq(semver_req_print(a, &again), printed));
	BUG_ON(semver_req_matches(&r, &v) != semver_req_matches(&again, &v));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct text in = fuzz_text(data, size);

	check_version(a, in);
	check_req(a, in);
	return 0;
}
