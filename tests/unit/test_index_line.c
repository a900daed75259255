/* app/registry/index_line.c: whole lines, as the reference wrote them for the same manifests
 * (contract/index.md 3, 5). */
#include "app/base/buf.h"
#include "app/base/time.h"
#include "app/registry/index_line.h"
#include "tests/unit/check.h"

static struct text words[] = { TEXT_INIT("moon"),        TEXT_INIT("salt"), TEXT_INIT("dep:water"),
			       TEXT_INIT("water?/salt"), TEXT_INIT("b"),    TEXT_INIT("a") };

static struct texts some(size_t from, size_t n)
{
	return (struct texts){ words + from, n };
}

static void check_line(void **state, const struct index_version *v, const char *want)
{
	struct buf b = buf_init(check_arena(state), 64 * 1024);

	index_line(&b, v);
	assert_true(buf_ok(&b));
	check_text_of("line", buf_text(&b), want);
}

static struct sha256 sum(const char *hex)
{
	struct sha256 s;

	assert_true(sha256_parse(text_from(hex), &s));
	return s;
}

static void without_dependencies(void **state)
{
	const struct manifest_feature features[] = {
		{ TEXT("sun"), { NULL, 0 } },
		{ TEXT("default"), some(0, 1) },
		{ TEXT("moon"), { NULL, 0 } },
	};
	struct index_version v = {
		.name = TEXT("tide-table"),
		.num = TEXT("0.1.0"),
		.cksum = sum("2f458f1926f4fe57074eceef2a7ab8709854f7caf45f90a90bb333bc41c1d703"),
		.features = features,
		.nfeatures = 3,
		.links = TEXT("tide"),
		.rust_version = TEXT("1.70"),
		.pubtime = true,
	};

	assert_true(time_parse_rfc3339(TEXT("2026-11-23T07:50:00.999999Z"), &v.created_us));
	check_line(state, &v,
		   "{\"name\":\"tide-table\",\"vers\":\"0.1.0\",\"deps\":[],"
		   "\"cksum\":\"2f458f1926f4fe57074eceef2a7ab8709854f7caf45f90a90bb333bc41c1d703\","
		   "\"features\":{\"default\":[\"moon\"],\"moon\":[],\"sun\":[]},\"yanked\":false,"
		   "\"links\":\"tide\",\"rust_version\":\"1.70\",\"pubtime\":\"2026-11-23T07:50:"
		   "00Z\"}\n");
}

static void every_kind_of_dependency(void **state)
{
	const struct manifest_dep m[] = {
		{ .name = TEXT("pier"), .kind = DEP_DEV, .default_features = true },
		{ .name = TEXT("pier"), .kind = DEP_BUILD, .default_features = true },
		{ .name = TEXT("pier"),
		  .explicit_name = TEXT("water"),
		  .optional = true,
		  .features = some(1, 1) },
		{ .name = TEXT("pier"), .target = TEXT("cfg(unix)"), .default_features = true },
		{ .name = TEXT("pier"), .default_features = true },
	};
	const struct index_dep deps[] = {
		index_dep_of(&m[0], TEXT(">=1.0, <3")), index_dep_of(&m[1], TEXT("=1.2.3")),
		index_dep_of(&m[2], TEXT("^1.0")),      index_dep_of(&m[3], TEXT("~1.2")),
		index_dep_of(&m[4], TEXT("^1")),
	};
	const struct manifest_feature features[] = {
		{ TEXT("wet"), some(2, 1) },
		{ TEXT("weak"), some(3, 1) },
	};
	const struct index_version v = {
		.name = TEXT("tide-table"),
		.num = TEXT("0.2.0"),
		.deps = deps,
		.ndeps = ARRAY_SIZE(deps),
		.cksum = sum("4ceadffb6f85980e6e22d3e5eece7b13689e34584f5f00afd1b5e70498f17f88"),
		.features = features,
		.nfeatures = 2,
		.yanked = true,
	};

	check_line(state, &v,
		   "{\"name\":\"tide-table\",\"vers\":\"0.2.0\",\"deps\":["
		   "{\"name\":\"pier\",\"req\":\"^1\",\"features\":[],\"optional\":false,\"default_"
		   "features\":true,\"target\":null,\"kind\":\"normal\"},"
		   "{\"name\":\"pier\",\"req\":\"~1.2\",\"features\":[],\"optional\":false,"
		   "\"default_features\":true,\"target\":\"cfg(unix)\",\"kind\":\"normal\"},"
		   "{\"name\":\"pier\",\"req\":\"=1.2.3\",\"features\":[],\"optional\":false,"
		   "\"default_features\":true,\"target\":null,\"kind\":\"build\"},"
		   "{\"name\":\"pier\",\"req\":\">=1.0, "
		   "<3\",\"features\":[],\"optional\":false,\"default_features\":true,\"target\":"
		   "null,\"kind\":\"dev\"},"
		   "{\"name\":\"water\",\"req\":\"^1.0\",\"features\":[\"salt\"],\"optional\":true,"
		   "\"default_features\":false,\"target\":null,\"kind\":\"normal\",\"package\":"
		   "\"pier\"}],"
		   "\"cksum\":\"4ceadffb6f85980e6e22d3e5eece7b13689e34584f5f00afd1b5e70498f17f88\","
		   "\"features\":{},\"features2\":{\"weak\":[\"water?/"
		   "salt\"],\"wet\":[\"dep:water\"]},\"yanked\":true,\"v\":2}\n");
}

/* Each differs from the one before in the next key of the order, and they are given the other way
 * round. */
static void dependencies_are_sorted(void **state)
{
	static const char *const want[] = {
		"\"a\",\"req\":\"^1\",\"features\":[],\"optional\":false,\"default_features\":"
		"false,\"target\":null",
		"\"a\",\"req\":\"^1\",\"features\":[\"b\"],\"optional\":false,\"default_features\":"
		"false,\"target\":null",
		"\"a\",\"req\":\"^1\",\"features\":[\"b\",\"a\"],\"optional\":false,\"default_"
		"features\":false,\"target\":null",
		"\"a\",\"req\":\"^1\",\"features\":[],\"optional\":false,\"default_features\":"
		"false,\"target\":\"x\"",
		"\"a\",\"req\":\"^1\",\"features\":[],\"optional\":false,\"default_features\":true,"
		"\"target\":null",
		"\"a\",\"req\":\"^1\",\"features\":[],\"optional\":true,\"default_features\":false,"
		"\"target\":null",
		"\"a\",\"req\":\"^2\",\"features\":[],\"optional\":false,\"default_features\":"
		"false,\"target\":null",
		"\"a\",\"req\":\"^0\",\"features\":[],\"optional\":false,\"default_features\":"
		"false,\"target\":null,\"kind\":\"build\"",
		"\"b\",\"req\":\"^0\"",
	};
	const struct index_dep deps[] = {
		{ .name = TEXT("b"), .req = TEXT("^0") },
		{ .name = TEXT("a"), .req = TEXT("^0"), .kind = DEP_BUILD },
		{ .name = TEXT("a"), .req = TEXT("^2") },
		{ .name = TEXT("a"), .req = TEXT("^1"), .optional = true },
		{ .name = TEXT("a"), .req = TEXT("^1"), .default_features = true },
		{ .name = TEXT("a"), .req = TEXT("^1"), .target = TEXT("x") },
		{ .name = TEXT("a"), .req = TEXT("^1"), .features = some(4, 2) },
		{ .name = TEXT("a"), .req = TEXT("^1"), .features = some(4, 1) },
		{ .name = TEXT("a"), .req = TEXT("^1") },
	};
	const struct index_version v = {
		.name = TEXT("x"), .num = TEXT("1.0.0"), .deps = deps, .ndeps = ARRAY_SIZE(deps)
	};
	struct buf b = buf_init(check_arena(state), 64 * 1024);
	struct text rest;

	index_line(&b, &v);
	rest = buf_text(&b);
	rest = text_sub(rest, text_find(rest, TEXT("\"deps\"")), rest.n);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		const struct text mark = TEXT("{\"name\":");

		rest = text_sub(rest, text_find(rest, mark) + mark.n, rest.n);
		if (!text_starts(rest, text_from(want[i])))
			fail_msg("%zu: %.*s", i, TEXT_F(rest));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_dependencies),
		cmocka_unit_test(every_kind_of_dependency),
		cmocka_unit_test(dependencies_are_sorted),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
