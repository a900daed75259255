/* app/registry/metadata.c: rows 21 to 32 of contract/publish.md 2, each in its words, and in their
 * order. */
#include "app/registry/metadata.h"
#include "tests/unit/check.h"

#include <string.h>

#define HELP "https://doc.rust-lang.org/cargo/reference/manifest.html"
#define MISSING(fields)                                                                            \
	"missing or empty metadata fields: " fields ". Please see " HELP                           \
	" for more information on configuring these fields"
#define LICENSE(rest)                                                                              \
	"unknown or invalid license expression; see http://opensource.org/licenses for options, "  \
	"and http://spdx.org/licenses/ for their identifiers\n"                                    \
	"Note: If you have a non-standard license that is not listed by SPDX, use the "            \
	"license-file field to specify the path to a file containing the text of the license.\n"   \
	"See " HELP "#the-license-and-license-file-fields for more information.\n" rest
#define MORE                                                                                       \
	"\n\nIf you have a use case that requires an increase of this limit, please send us an "   \
	"email to help@crates.test to discuss the details."
#define FTAIL                                                                                      \
	"\n\nTake a look at "                                                                      \
	"https://blog.rust-lang.org/2023/10/26/broken-badges-and-23k-keywords.html to understand " \
	"why this restriction was introduced." MORE

static struct text own_urls[] = { TEXT_INIT("sparse+https://crates.test/index/"),
				  TEXT_INIT("https://crates.test/git") };

static const struct metadata_limits limits = {
	.features = 300,
	.dependencies = 500,
	.keywords = 5,
	.categories = 5,
	.site = TEXT_INIT("crates.test"),
	.index_urls = { own_urls, 2 },
};

static struct manifest good(void)
{
	return (struct manifest){ .name = TEXT("buoy"),
				  .version = TEXT("1.0.0"),
				  .description = TEXT("floats"),
				  .license = TEXT("MIT") };
}

static struct texts list(struct arena *a, const char *words)
{
	struct texts t = { arena_array(a, 16, sizeof(struct text)), 0 };
	struct text rest = text_from(words);

	while (rest.n && text_cut(&rest, ',', &t.v[t.n]))
		t.n++;
	return t;
}

static void check(void **state, const char *what, const struct manifest *m, const char *want)
{
	check_err(what, metadata_check(check_arena(state), m, &limits), 400, want);
}

/* One member of the manifest at a time; NULL is absent. */
static void single_fields(void **state)
{
	static const struct {
		size_t member;
		const char *value, *why;
	} t[] = {
#define OF(member) offsetof(struct manifest, member)
		{ OF(description), NULL, MISSING("description") },
		{ OF(description), "", MISSING("description") },
		{ OF(description), " ", NULL },
		{ OF(license), NULL, MISSING("license") },
		{ OF(license), "", MISSING("license") },
		{ OF(license), "MIT/Apache-2.0", NULL },
		{ OF(license), "MIT AND foobar",
		  LICENSE("MIT AND foobar\n        ^^^^^^ unknown term") },
		{ OF(homepage), "not a url",
		  "URL for field `homepage` must begin with http:// or https:// (url: not a url)" },
		{ OF(homepage), "",
		  "URL for field `homepage` must begin with http:// or https:// (url: )" },
		{ OF(documentation), "HTTP://x.test",
		  "URL for field `documentation` must begin with http:// or https:// (url: "
		  "HTTP://x.test)" },
		{ OF(repository), "javascript:alert(1)",
		  "URL for field `repository` must begin with http:// or https:// (url: "
		  "javascript:alert(1))" },
		{ OF(repository), "http://", "`repository` is not a valid url: `http://`" },
		{ OF(homepage), "https://x.test:99999/",
		  "`homepage` is not a valid url: `https://x.test:99999/`" },
		{ OF(documentation), "https://x.test/a?b#c", NULL },
#define RUST_VERSION "failed to parse `Cargo.toml` manifest file\n\ninvalid `rust-version` value"
		{ OF(rust_version), "1", NULL },
		{ OF(rust_version), "1.56", NULL },
		{ OF(rust_version), "1.56.1", NULL },
		{ OF(rust_version), "", RUST_VERSION },
		{ OF(rust_version), "1.x", RUST_VERSION },
		{ OF(rust_version), "^1.56", RUST_VERSION },
		{ OF(rust_version), "01.56", RUST_VERSION },
		{ OF(rust_version), "1.56.0-nightly", RUST_VERSION },
		{ OF(rust_version), "1.2.3.4", RUST_VERSION },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct manifest m = good();
		struct text value = text_from(t[i].value);

		memcpy((char *)&m + t[i].member, &value, sizeof(value));
		check(state, t[i].value ? t[i].value : "(absent)", &m, t[i].why);
	}
}

static void license_or_file(void **state)
{
	struct manifest m = good();

	check_text_of("expression", metadata_license(&m), "MIT");
	m.has_license_file = true;
	check_text_of("both", metadata_license(&m), "MIT");
	m.license = TEXT("");
	check(state, "empty beside a file", &m, LICENSE("\n empty expression"));
	m.license = TEXT_NONE;
	check(state, "only a file", &m, NULL);
	check_text_of("only a file", metadata_license(&m), "non-standard");
	m.has_license_file = false;
	check_text_of("none", metadata_license(&m), NULL);
	m.description = TEXT_NONE;
	check(state, "neither", &m, MISSING("description, license"));
}

static void description_is_counted_in_bytes(void **state)
{
	struct arena *a = check_arena(state);
	struct manifest m = good();
	char *p = arena_alloc(a, 1001);

	memset(p, 'd', 1001);
	m.description = (struct text){ p, 1000 };
	check(state, "1000", &m, NULL);
	m.description.n = 1001;
	check(state, "1001", &m,
	      "The `description` is too long. A maximum of 1000 characters are currently allowed.");
}

static void sizes(void **state)
{
	struct arena *a = check_arena(state);
	struct manifest m = good();
	char *p = arena_alloc(a, 256 * 1024);

	memset(p, 'a', 256 * 1024);
	memcpy(p, "https://a.test/", 15);
	m.homepage = (struct text){ p, 2048 };
	check(state, "2048", &m, NULL);
	m.homepage.n++;
	check(state, "2049", &m,
	      "The URL for field `homepage` is too long. A maximum of 2048 characters are "
	      "currently allowed.");
	m = good();
	m.links = (struct text){ p, 64 * 1024 + 300 * 512 - m.license.n - m.edition.n };
	check(state, "all of it", &m, NULL);
	m.links.n++;
	check(state, "one more", &m,
	      "The features, dependencies and other fields of your crate's manifest take 219137 "
	      "bytes. A maximum of 219136 bytes are currently allowed.");
}

static void keywords_and_categories(void **state)
{
	static const struct {
		const char *keywords, *categories, *why;
	} t[] = {
		{ "a,B-c,d+e,f_g,9", "1,2,3,4,5", NULL },
		{ "a,b,c,d,e,f", "", "expected at most 5 keywords per crate" },
		{ "", "1,2,3,4,5,6", "expected at most 5 categories per crate" },
		{ "kkkkkkkkkkkkkkkkkkkk", "", NULL },
		{ "kkkkkkkkkkkkkkkkkkkkk", "",
		  "\"kkkkkkkkkkkkkkkkkkkkk\" is an invalid keyword (keywords must have less than "
		  "20 characters)" },
		{ "two words", "", "\"two words\" is an invalid keyword" },
		{ "-x", "", "\"-x\" is an invalid keyword" },
		{ "a,,b", "", "\"\" is an invalid keyword" },
		{ "caf\xc3\xa9", "", "\"caf\xc3\xa9\" is an invalid keyword" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct manifest m = good();

		m.keywords = list(a, t[i].keywords);
		m.categories = list(a, t[i].categories);
		check(state, t[i].keywords, &m, t[i].why);
	}
}

static void feature_limits(void **state)
{
	struct arena *a = check_arena(state);
	struct manifest m = good();

	m.features = arena_array(a, 301, sizeof(*m.features));
	for (unsigned i = 0; i < 301; i++)
		m.features[i].name = text_fmt(a, "f%03u", i);
	m.nfeatures = 300;
	check(state, "300 features", &m, NULL);
	m.nfeatures = 301;
	check(state, "301 features", &m,
	      "crates.test only allows a maximum number of 300 features, but your crate is "
	      "declaring 301 features." FTAIL);
	m.nfeatures = 2;
	m.features[1].values = (struct texts){ arena_array(a, 301, sizeof(struct text)), 300 };
	for (unsigned i = 0; i < 301; i++)
		m.features[1].values.v[i] = TEXT("x");
	check(state, "300 values", &m, NULL);
	m.features[1].values.n = 301;
	check(state, "301 values", &m,
	      "crates.test only allows a maximum number of 300 features or dependencies that "
	      "another feature can enable, but the \"f001\" feature of your crate is enabling 301 "
	      "features or dependencies." FTAIL);
	m.features[0].name = TEXT("");
	check(state, "the first by name", &m, "feature cannot be empty");
}

static void dependencies(void **state)
{
	static const struct {
		struct manifest_dep d;
		const char *why;
	} t[] = {
#define DEP(...) { .name = TEXT_INIT("pier"), .req = TEXT_INIT("1"), __VA_ARGS__ }
#define WILDCARD                                                                                   \
	"wildcard (`*`) dependency constraints are not allowed on crates.test. Crate with this "   \
	"problem: `pier` See "                                                                     \
	"https://doc.rust-lang.org/cargo/"                                                         \
	"faq.html#can-libraries-use--as-a-version-for-their-dependencies for more information"
#define ELSEWHERE                                                                                  \
	"Dependency `pier` is hosted on another registry. Cross-registry dependencies are not "    \
	"permitted on crates.test."
		{ DEP(.optional = true), NULL },
		{ DEP(.explicit_name = TEXT_INIT("_water")), NULL },
		{ DEP(.explicit_name = TEXT_INIT("1water")),
		  "the name `1water` cannot be used as a dependency name, the name cannot start "
		  "with a digit" },
		{ DEP(.registry = TEXT_INIT("other")), ELSEWHERE },
		{ DEP(.registry = TEXT_INIT("")), NULL },
		{ DEP(.registry_index = TEXT_INIT("https://github.com/rust-lang/crates.io-index")),
		  ELSEWHERE },
		{ DEP(.registry_index = TEXT_INIT("sparse+https://crates.test/index")), NULL },
		{ DEP(.registry_index = TEXT_INIT("https://crates.test/index/")), NULL },
		{ DEP(.registry_index = TEXT_INIT("https://crates.test/git")), NULL },
		{ DEP(.registry_index = TEXT_INIT("https://crates.test/indexes")), ELSEWHERE },
		{ { .name = TEXT_INIT("pier"), .req = TEXT_INIT("*") }, WILDCARD },
		{ { .name = TEXT_INIT("pier"), .req = TEXT_INIT("X") }, WILDCARD },
		{ { .name = TEXT_INIT("pier"), .req = TEXT_INIT("1.*") }, NULL },
		{ { .name = TEXT_INIT("pier"), .req = TEXT_INIT("not a req") },
		  "\"not a req\" is an invalid version requirement" },
		{ { .name = TEXT_INIT("pi er"), .req = TEXT_INIT("not a req") },
		  "invalid character ` ` in dependency name: `pi er`, characters must be an ASCII "
		  "alphanumeric characters, `-`, or `_`" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct manifest_dep d = t[i].d;
		struct manifest m = good();

		m.deps = &d;
		m.ndeps = 1;
		check(state, t[i].why ? t[i].why : "accepted", &m, t[i].why);
	}
}

static void dependency_features_come_before_its_registry(void **state)
{
	struct arena *a = check_arena(state);
	struct manifest_dep d = { .name = TEXT("pier"),
				  .registry = TEXT("x"),
				  .features = list(a, "a/b/c") };
	struct manifest m = good();

	m.deps = &d;
	m.ndeps = 1;
	check(state, "feature", &m,
	      "invalid character `/` in feature `b/c`, characters must be Unicode XID characters, "
	      "`+`, `-`, or `.` (numbers, `+`, `-`, `_`, `.`, or most letters)");
}

static void too_many_dependencies(void **state)
{
	struct arena *a = check_arena(state);
	struct manifest m = good();

	m.deps = arena_array(a, 501, sizeof(*m.deps));
	for (size_t i = 0; i < 501; i++)
		m.deps[i] = (struct manifest_dep){ .name = TEXT("pier"), .req = TEXT("1") };
	m.ndeps = 500;
	check(state, "500", &m, NULL);
	m.ndeps = 501;
	check(state, "501", &m,
	      "crates.test only allows a maximum number of 500 dependencies." MORE);
}

/* A manifest with everything wrong, mended from the first complaint on: the rows come in their
 * order. */
static void rows_in_order(void **state)
{
	struct arena *a = check_arena(state);
	struct manifest_feature f = { TEXT("+"), { NULL, 0 } };
	struct manifest_dep d = { .name = TEXT("") };
	struct manifest m = { .license = TEXT("?"),
			      .homepage = TEXT("h"),
			      .documentation = TEXT("d"),
			      .repository = TEXT("r"),
			      .rust_version = TEXT("x"),
			      .keywords = list(a, "!"),
			      .categories = list(a, "a,b,c,d,e,f"),
			      .features = &f,
			      .nfeatures = 1,
			      .deps = &d,
			      .ndeps = 1 };

	check(state, "21", &m, MISSING("description"));
	m.description = TEXT("d");
	check(state, "23", &m, LICENSE("?\n^ invalid character(s)"));
	m.license = TEXT("MIT");
	check(state, "24", &m,
	      "URL for field `homepage` must begin with http:// or https:// (url: h)");
	m.homepage = TEXT_NONE;
	check(state, "24", &m,
	      "URL for field `documentation` must begin with http:// or https:// (url: d)");
	m.documentation = TEXT_NONE;
	check(state, "24", &m,
	      "URL for field `repository` must begin with http:// or https:// (url: r)");
	m.repository = TEXT_NONE;
	check(state, "25", &m, RUST_VERSION);
	m.rust_version = TEXT_NONE;
	check(state, "27", &m, "\"!\" is an invalid keyword");
	m.keywords.n = 0;
	check(state, "28", &m, "expected at most 5 categories per crate");
	m.categories.n = 0;
	check(state, "30", &m,
	      "invalid character `+` in feature `+`, the first character must be a Unicode XID "
	      "start character or digit (most letters or `_` or `0` to `9`)");
	m.nfeatures = 0;
	check(state, "32", &m, "dependency name cannot be empty");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_fields),
		cmocka_unit_test(license_or_file),
		cmocka_unit_test(description_is_counted_in_bytes),
		cmocka_unit_test(sizes),
		cmocka_unit_test(keywords_and_categories),
		cmocka_unit_test(feature_limits),
		cmocka_unit_test(dependencies),
		cmocka_unit_test(dependency_features_come_before_its_registry),
		cmocka_unit_test(too_many_dependencies),
		cmocka_unit_test(rows_in_order),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
