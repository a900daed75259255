/* app/registry/publish_meta.c: the JSON of an upload, rows 4 to 7 of contract/publish.md 2. */
#include "app/registry/publish_meta.h"
#include "tests/unit/check.h"

static void refused(void **state)
{
	static const struct {
		const char *in,
			*why; /* behind "invalid upload request: " where it starts with '+' */
	} t[] = {
		{ "{}", "+missing field `name` at line 1 column 2" },
		{ "{\"name\":\"a\"}", "+missing field `vers` at line 1 column 12" },
		{ "{\"name\":\"a\",\"name\":\"a\"}",
		  "+duplicate field `name` at line 1 column 18" },
		{ "{\"name\":5}",
		  "+invalid type: integer `5`, expected a string at line 1 column 9" },
		{ "{\"name\":\"a\",\"vers\":\"1.0.0\"} x",
		  "+trailing characters at line 1 column 29" },
		{ "", "+EOF while parsing a value at line 1 column 0" },
		{ "{\"name\":\"1a\",\"vers\":\"x\"}", "the name `1a` cannot be used as a crate "
						      "name, the name cannot start with a digit" },
		{ "{\"name\":\"\",\"vers\":\"1.0.0\"}", "crate name cannot be empty" },
		{ "{\"name\":\"a\",\"vers\":\"1.0\"}", "\"1.0\" is an invalid semver version" },
		{ "{\"name\":\"a\",\"vers\":\"01.0.0\"}",
		  "\"01.0.0\" is an invalid semver version" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct publish_meta m;
		struct text want = t[i].why[0] == '+'
					   ? text_fmt(a, "invalid upload request: %s", t[i].why + 1)
					   : text_from(t[i].why);

		check_err(t[i].in, publish_meta_read(a, text_from(t[i].in), &m), 400,
			  text_z(a, want));
	}
}

static void length_of_the_version(void **state)
{
	struct arena *a = check_arena(state);
	struct text pre = TEXT("");
	struct publish_meta m;

	while (pre.n < 144)
		pre = text_fmt(a, "%.*sa", TEXT_F(pre));
	check_err("150",
		  publish_meta_read(
			  a, text_fmt(a, "{\"name\":\"a\",\"vers\":\"1.0.0-%.*s\"}", TEXT_F(pre)),
			  &m),
		  400, NULL);
	check_err("151",
		  publish_meta_read(
			  a, text_fmt(a, "{\"name\":\"a\",\"vers\":\"1.0.0-%.*sa\"}", TEXT_F(pre)),
			  &m),
		  400, "the version number is too long (max 150 characters)");
}

static void accepted(void **state)
{
	static const struct {
		const char *in, *readme, *readme_file;
	} t[] = {
		{ "{\"vers\":\"1.0.0-rc.1+b\",\"name\":\"Tide-Table\"}", NULL, NULL },
		{ " {\"name\":\"Tide-Table\",\"vers\":\"1.0.0-rc.1+b\",\"readme\":null,\"readme_"
		  "file\":null,\"deps\":5,\"x\":[{}]}\n",
		  NULL, NULL },
		{ "{\"name\":\"Tide-Table\",\"vers\":\"1.0.0-rc.1+b\",\"readme\":\"# "
		  "a\\n\",\"readme_file\":\"R.md\"}",
		  "# a\n", "R.md" },
		{ "[\"Tide-Table\",\"1.0.0-rc.1+b\",\"r\",null]", "r", NULL },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct publish_meta m;

		check_err(t[i].in, publish_meta_read(a, text_from(t[i].in), &m), 400, NULL);
		check_text_of(t[i].in, m.name, "Tide-Table");
		check_text_of(t[i].in, m.vers, "1.0.0-rc.1+b");
		check_text_of(t[i].in, m.version.pre, "rc.1");
		check_text_of(t[i].in, m.readme, t[i].readme);
		check_text_of(t[i].in, m.readme_file, t[i].readme_file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused),
		cmocka_unit_test(length_of_the_version),
		cmocka_unit_test(accepted),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
