/* app/base/spdx.c and the tables made of spdx-licenses.tsv: verdicts, and the mark below the place.
 */
#include "app/base/spdx.h"
#include "tests/unit/check.h"

static void accepted(void **state)
{
	static const char *const t[] = {
		"MIT",
		"MIT OR Apache-2.0",
		"MIT/Apache-2.0",
		"MIT / Apache-2.0 and BSD-3-Clause",
		"(MIT OR Apache-2.0) AND (0BSD)",
		"GPL-2.0",
		"GPL-2.0+",
		"GPL-2.0-only+",
		"AGPL-3.0",
		"Apache-2.0+ WITH LLVM-exception",
		"GPL-3.0-or-later WITH GCC-exception-3.1",
		"LicenseRef-my.own",
		"DocumentRef-a:LicenseRef-b WITH DocumentRef-c:AdditionRef-d",
		"MIT WITH AdditionRef-x",
		"NOASSERTION",
		"\tMIT\xc2\xa0OR 0BSD ",
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i], spdx_error(a, text_from(t[i])), NULL);
}

static void refused(void **state)
{
	static const struct {
		const char *in, *mark; /* what stands on the second line */
	} t[] = {
		{ "", " empty expression" },
		{ "  ", "^^ empty expression" },
		{ "MIT AND foobar", "        ^^^^^^ unknown term" },
		{ "Not-A-License", "^^^^^^^^^^^^^ unknown term" },
		{ "mit", "^^^ unknown term" },
		{ "NONE", "^^^^ unknown term" },
		{ "MIT Or 0BSD", "    ^^ unknown term" },
		{ "MIT AND", "        expected one of `<license>`, `(` here" },
		{ "AND", "^^^ expected one of `<license>`, `(` here" },
		{ "MIT License", "    ^^^^^^^ unknown term" },
		{ "MIT 0BSD", "    ^^^^ expected one of `AND`, `OR`, `WITH`, `)`, `+` here" },
		{ "MIT +", "   ^ `+` must not follow whitespace" },
		{ "MIT++", "    ^ expected one of `AND`, `OR`, `WITH`, `)` here" },
		{ "LicenseRef-a+", "            ^ expected one of `AND`, `OR`, `WITH`, `)` here" },
		{ "(MIT)+", "     ^ expected one of `AND`, `OR` here" },
		{ "MIT WITH MIT", "         ^^^ expected a `<addition>` here" },
		{ "MIT WITH", "         expected a `<addition>` here" },
		{ "MIT WITH LLVM-exception WITH LLVM-exception",
		  "                        ^^^^ expected one of `AND`, `OR`, `)` here" },
		{ "GPL-2.0-or-later+", "                ^ a GNU license was followed by a `+` even "
				       "though it ended in `-only` or `-or-later`" },
		{ "GPL-2.0-with-GCC-exception+", "                          ^ unknown license id" },
		{ "(MIT", "- unclosed parens" },
		{ "(MIT) AND ((MIT OR 0BSD)", "          - unclosed parens" },
		{ "MIT)", "   ^ unopened parens" },
		{ "MIT, 0BSD", "   ^^^^^^ invalid character(s)" },
		{ "LicenseRef-a:b", "            ^^ unknown term" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct text want = text_fmt(a, "%s\n%s", t[i].in, t[i].mark);

		check_text_of(t[i].in, spdx_error(a, text_from(t[i].in)), text_z(a, want));
	}
}

static void tables(void **state)
{
	(void)state;
	assert_true(spdx_is_license(TEXT("0BSD")));
	assert_true(spdx_is_license(TEXT("zlib-acknowledgement")));
	assert_true(spdx_is_exception(TEXT("389-exception")));
	assert_true(spdx_is_exception(TEXT("x11vnc-openssl-exception")));
	assert_false(spdx_is_license(TEXT("0bsd")));
	assert_false(spdx_is_license(TEXT("LLVM-exception")));
	assert_false(spdx_is_exception(TEXT("MIT")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted),
		cmocka_unit_test(refused),
		cmocka_unit_test(tables),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
