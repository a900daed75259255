/* app/registry/advisory_file.c and affected.c: advisories of RustSec's form, and which versions they are about. */
#include "app/registry/advisory_file.h"
#include "app/registry/affected.h"
#include "tests/unit/check.h"

enum { LIST_MAX = 8 };

/* "a|b" */
static struct texts list_of(struct arena *a, const char *z)
{
	struct texts t = { arena_array(a, LIST_MAX, sizeof(*t.v)), 0 };
	struct text rest = *z ? text_from(z) : TEXT_NONE, part;

	while (text_cut(&rest, '|', &part))
		t.v[t.n++] = part;
	return t;
}

static void ranges(void **state)
{
	static const struct {
		const char *patched, *unaffected, *words, *in, *out;
	} t[] = {
		{ "", "", "all versions", "0.0.0|1.0.0|2.0.0-alpha", "" },
		{ ">=0.8.13|>=0.7.46, <0.8.0", "", "<0.7.46; >=0.8.0, <0.8.13",
		  "0.1.0|0.7.45|0.8.0|0.8.12|0.8.13-rc.1", "0.7.46|0.7.99|0.8.13|1.0.0" },
		{ ">=1.2.3", "<1.0.0", ">=1.0.0, <1.2.3", "1.0.0|1.2.3-alpha",
		  "0.9.0|1.2.3|1.3.0-beta" },
		{ "", "<=1.0.0", ">1.0.0", "1.0.1", "1.0.0|1.0.0-a" },
		{ "> 1.2.3", "", "<=1.2.3", "1.2.3", "1.2.4|1.2.4-0" },
		{ "^1.2.3", "", "<1.2.3; >=2.0.0", "1.2.2|2.0.0|2.0.0-alpha", "1.2.3|1.9.0" },
		{ "^0.2.3|>=0.4", "", "<0.2.3; >=0.3.0, <0.4.0", "0.2.2|0.3.0",
		  "0.2.3|0.2.9|0.4.0" },
		{ "^0.0.3", "", "<0.0.3; >=0.0.4", "0.0.2|0.0.4", "0.0.3" },
		{ "~1.2", "", "<1.2.0; >=1.3.0", "1.1.0|1.3.0", "1.2.0|1.2.7" },
		{ "1.*", "", "<1.0.0; >=2.0.0", "0.9.0|2.1.0", "1.5.0" },
		{ "=1.2.3", "", "<1.2.3; >1.2.3", "1.2.2|1.2.4", "1.2.3" },
		{ "<1.0.0|>1.0.0", "", "=1.0.0", "1.0.0", "0.9.0|1.0.1" },
		{ ">=1.0.0|>=0.5.0", "", "<0.5.0", "0.4.0", "0.5.0|2.0.0" }, /* they overlap */
		{ ">=1.0.0", "<1.0.0", "no versions", "", "0.1.0|1.0.0" },
		{ "*", "", "no versions", "", "1.0.0" },
		{ ">=2.0.0, <1.0.0", "", "all versions", "1.5.0", "" }, /* nothing fits that */
		{ "nonsense|>=1.0.0", "", "<1.0.0", "0.5.0", "1.0.0" },
		{ "^18446744073709551615.0.0", "", "<18446744073709551615.0.0", "1.0.0",
		  "18446744073709551615.1.0" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct affected r =
			affected_of(a, list_of(a, t[i].patched), list_of(a, t[i].unaffected));
		struct texts in = list_of(a, t[i].in), out = list_of(a, t[i].out);
		struct semver v;

		check_text_of(t[i].patched, affected_words(a, &r), t[i].words);
		for (size_t k = 0; k < in.n + out.n; k++) {
			struct text num = k < in.n ? in.v[k] : out.v[k - in.n];

			assert_true(semver_parse(num, &v));
			if (affected_has(&r, &v) != (k < in.n))
				fail_msg("%s | %s: %.*s", t[i].patched, t[i].unaffected,
					 TEXT_F(num));
		}
	}
}

static void paths(void **state)
{
	static const struct {
		const char *path, *id; /* NULL: none of ours */
	} t[] = {
		{ "advisory-db-main/crates/foo/RUSTSEC-2021-0001.md", "RUSTSEC-2021-0001" },
		{ "./crates/foo/OWN-1.md", "OWN-1" },
		{ "crates/foo/RUSTSEC-0000-0000.md", NULL },
		{ "crates/foo/RUSTSEC-2021-0001.toml", NULL },
		{ "crates/foo/.md", NULL },
		{ "crates/foo/a b.md", NULL },
		{ "crates/f o/RUSTSEC-2021-0001.md", NULL },
		{ "rust/std/CVE-2015-20001.md", NULL },
		{ "a/b/crates/foo/RUSTSEC-2021-0001.md", NULL },
		{ "crates/foo/bar/RUSTSEC-2021-0001.md", NULL },
		{ "README.md", NULL },
		{ "", NULL },
	};
	struct text package, id;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		bool is = advisory_file_path(text_from(t[i].path), &package, &id);

		check_text_of(t[i].path, is ? id : TEXT_NONE, t[i].id);
		if (is)
			check_text_of(t[i].path, package, "foo");
	}
}

#define HEAD "```toml\n[advisory]\nid = \"R-1\"\npackage = \"foo\"\ndate = \"2021-01-31\"\n"
#define OF_33_BYTES "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define OF_264_BYTES                                                                               \
	OF_33_BYTES OF_33_BYTES OF_33_BYTES OF_33_BYTES OF_33_BYTES OF_33_BYTES OF_33_BYTES        \
		OF_33_BYTES
#define TAIL "[versions]\npatched = [\">= 1.2.3\"]\n```\n\n# A title\n\nWords.\n"

static void whole(void **state)
{
	static const char text[] = HEAD
		"url = \"https://example.com/1\"\ncategories = [\"x\"]\n"
		"cvss = [\"CVSS:3.1/AV:N\", \"CVSS:4.0/AV:N\"]\nwithdrawn = 2022-02-01\n"
		"informational = \"unsound\"\naliases = [\"CVE-1\", \"GHSA-2\"]\nnobody-knows = 1\n"
		"[affected]\nos = [\"windows\"]\n" TAIL;
	struct advisory_file f;
	const char *why = advisory_file_read(check_arena(state), text_from(text), &f);

	assert_null(why);
	check_text_of("id", f.id, "R-1");
	check_text_of("package", f.package, "foo");
	check_text_of("title", f.title, "A title");
	check_text_of("description", f.description, "Words.");
	check_text_of("url", f.url, "https://example.com/1");
	check_text_of("cvss", f.cvss, "CVSS:4.0/AV:N");
	check_text_of("informational", f.informational, "unsound");
	check_text_of("alias", f.aliases.v[1], "GHSA-2");
	check_text_of("patched", f.patched.v[0], ">= 1.2.3");
	assert_int_equal(f.unaffected.n, 0);
	assert_int_equal(f.date_us, 1612051200000000);
	assert_true(f.withdrawn && f.withdrawn_us == 1643673600000000);
}

static void refused(void **state)
{
	static const struct {
		const char *text, *why; /* NULL: taken */
	} t[] = {
		{ HEAD TAIL, NULL },
		{ HEAD "[versions]\npatched = []\n```\n# T", NULL }, /* no description */
		{ "```toml\nid = \"R-1\"\npackage = \"foo\"\ndate = \"2021-01-31\"\n" TAIL, NULL },
		{ "# no front matter\n", "it does not begin with TOML" },
		{ "```toml\n[advisory]\n", "its TOML has no end" },
		{ "```toml\n[advisory\n```\n# T\n", "its TOML cannot be read" },
		{ HEAD "[versions]\npatched = []\n```\nT\n", "no title follows its TOML" },
		{ HEAD "[versions]\npatched = []\n```\n# \nx", "its title is empty or too long" },
		{ HEAD "```\n# T\n", "it does not say which versions are patched" },
		{ HEAD "url = 1\n" TAIL, "a key of it is no short text" },
		{ HEAD "url = \"a\\u0000b\"\n" TAIL, "a key of it is no short text" },
		{ HEAD "informational = \"" OF_33_BYTES "\"\n" TAIL,
		  "a key of it is no short text" },
		{ HEAD "cvss = \"CVSS:" OF_264_BYTES "\"\n" TAIL, "a key of it is no short text" },
		{ HEAD "cvss = [\"CVSS:" OF_264_BYTES "\"]\n" TAIL,
		  "a key of it is no short text" },
		{ HEAD "aliases = \"x\"\n" TAIL, "a key of it is no short list" },
		{ HEAD "aliases = [1]\n" TAIL, "a list of it has what is no short text" },
		{ HEAD "withdrawn = \"2021-02-30\"\n" TAIL, "a date of it is none" },
		{ "```toml\n[advisory]\nid = \"R-1\"\npackage = \"foo\"\n" TAIL, "it has no date" },
		{ "```toml\n[advisory]\nid = \"../x\"\npackage = \"foo\"\ndate = "
		  "\"2021-01-31\"\n" TAIL,
		  "its id is none" },
		{ "```toml\n[advisory]\nid = \"R-1\"\npackage = \"<b>\"\ndate = "
		  "\"2021-01-31\"\n" TAIL,
		  "its package is no name of a crate" },
		{ "\xff", "it is no text" },
	};
	struct advisory_file f;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(
			t[i].text,
			text_from(advisory_file_read(check_arena(state), text_from(t[i].text), &f)),
			t[i].why);
	/* what is no address is not linked */
	assert_null(advisory_file_read(
		check_arena(state), TEXT(HEAD "url = \"javascript:x\"\ncvss = \"x\"\n" TAIL), &f));
	assert_null(f.url.p);
	assert_null(f.cvss.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(ranges), cmocka_unit_test(paths),
					    cmocka_unit_test(whole), cmocka_unit_test(refused) };

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
