/* app/index/sparse.c: rows to index file, byte for byte; config.json. */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/index/sparse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static int set_up(void **state)
{
	*state = arena_new(0);
	return 0;
}

static int tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

static void check_text(struct text got, struct text want)
{
	if (!text_eq(got, want))
		fail_msg("got \"%.*s\"\nwant \"%.*s\"", TEXT_F(got), TEXT_F(want));
}

static const struct db_index_state state_of_foo = {
	.canon_name = TEXT_INIT("foo_bar"),
	.name = TEXT_INIT("Foo-bar"),
	.index_gen = 3,
	.index_stamp = 1700000000,
};

static void empty_file(void **state)
{
	struct sparse s;

	assert_null(sparse_build(*state, &state_of_foo, NULL, 0, NULL, 0, false, &s));
	check_text(s.path, TEXT("fo/o-/foo-bar"));
	assert_null(s.bytes.p);
	assert_int_equal(s.nlinks, 0);
}

static void lines(void **state)
{
	struct db_index_version v[2] = {
		{ .id = 9,
		  .name = TEXT("Foo-bar"),
		  .num = TEXT("1.0.0+b"),
		  .features = TEXT("{}"),
		  .created_us = 1700000000123456 },
		{ .id = 4,
		  .name = TEXT("Foo-bar"),
		  .num = TEXT("1.1.0"),
		  .features = TEXT("{\"z\":[],\"b\":[\"dep:serde\",\"a\"],\"a\":[\"x\\\"y\"]}"),
		  .yanked = true,
		  .links = TEXT("z"),
		  .rust_version = TEXT("1.60") },
	};
	struct db_index_dep d[3] = {
		{ .version_id = 4,
		  .crate_name = TEXT("serde"),
		  .explicit_name = TEXT("s"),
		  .req = TEXT("^1"),
		  .target = TEXT("cfg(unix)"),
		  .features = TEXT("[\"derive\"]"),
		  .kind = 2,
		  .optional = true },
		{ .version_id = 4,
		  .crate_name = TEXT("abc"),
		  .req = TEXT(">=1, <2"),
		  .features = TEXT("[]"),
		  .default_features = true },
		{ .version_id = 5, .crate_name = TEXT("other"), .features = TEXT("[]") },
	};
	struct sparse s;

	assert_null(sparse_build(*state, &state_of_foo, v, 2, d, 3, true, &s));
	check_text(s.path, TEXT("fo/o-/foo-bar"));
	check_text(
		s.bytes,
		TEXT("{\"name\":\"Foo-bar\",\"vers\":\"1.0.0+b\",\"deps\":[],"
		     "\"cksum\":"
		     "\"0000000000000000000000000000000000000000000000000000000000000000\","
		     "\"features\":{},\"yanked\":false,\"pubtime\":\"2023-11-14T22:13:20Z\"}\n"
		     "{\"name\":\"Foo-bar\",\"vers\":\"1.1.0\",\"deps\":["
		     "{\"name\":\"abc\",\"req\":\">=1, <2\",\"features\":[],\"optional\":false,"
		     "\"default_features\":true,\"target\":null,\"kind\":\"normal\"},"
		     "{\"name\":\"s\",\"req\":\"^1\",\"features\":[\"derive\"],\"optional\":true,"
		     "\"default_features\":false,\"target\":\"cfg(unix)\",\"kind\":\"dev\","
		     "\"package\":\"serde\"}],"
		     "\"cksum\":"
		     "\"0000000000000000000000000000000000000000000000000000000000000000\","
		     "\"features\":{\"a\":[\"x\\\"y\"],\"z\":[]},"
		     "\"features2\":{\"b\":[\"dep:serde\",\"a\"]},\"yanked\":true,\"links\":\"z\","
		     "\"rust_version\":\"1.60\",\"pubtime\":\"1970-01-01T00:00:00Z\",\"v\":2}\n"));
	assert_int_equal(s.nlinks, 2);
	check_text(s.links[1].version, TEXT("1.1.0"));
}

static void broken_rows(void **state)
{
	static const char *const t[] = { "", "{", "[]x", "[1,", "null", "{\"a\":" };
	struct sparse s;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct db_index_version v = { .name = TEXT("foo"),
					      .num = TEXT("1.0.0"),
					      .features = text_from(t[i]) };

		assert_true(err_is(sparse_build(*state, &state_of_foo, &v, 1, NULL, 0, false, &s),
				   ERR_INTERNAL));
	}
}

static void config_json(void **state)
{
	struct config cfg = { .site = { .url = TEXT("https://crates.example.org/r") } };

	check_text(sparse_config_json(*state, &cfg),
		   TEXT("{\"dl\":\"https://crates.example.org/r/static/crates/{crate}/"
			"{crate}-{version}.crate\",\"api\":\"https://crates.example.org/r\"}\n"));
	cfg.registry.auth_required = true;
	check_text(sparse_config_json(*state, &cfg),
		   TEXT("{\"dl\":\"https://crates.example.org/r/static/crates/{crate}/"
			"{crate}-{version}.crate\",\"api\":\"https://crates.example.org/r\","
			"\"auth-required\":true}\n"));
	cfg.registry.auth_required = false;
	cfg.downloads.count = TEXT("request");
	check_text(sparse_config_json(*state, &cfg),
		   TEXT("{\"dl\":\"https://crates.example.org/r/api/v1/crates/{crate}/{version}/"
			"download\",\"api\":\"https://crates.example.org/r\"}\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(empty_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(broken_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(config_json, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
