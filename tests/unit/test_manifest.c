/*
 * app/registry/manifest.c, manifest_shape.c, manifest_targets.c: what a Cargo.toml says with the files beside it. All
 * results are those of crates.io's own crates_io_cargo_toml (57fa000662f5), error texts with their places included.
 */
#include "app/base/buf.h"
#include "app/registry/manifest.h"
#include "app/registry/marks.h"
#include "tests/unit/check.h"

#include <string.h>

#define P "[package]\nname = \"foo-bar\"\nversion = \"1.0.0\"\n"

static const struct {
	const char *toml, *paths;
	bool ok;
	const char *want; /* a summary, or the sentence */
} manifests[] = {
	{ P "", "", true, "foo-bar 1.0.0" },
	{ P "edition = "
	    "\"2021\"\ndescription=\"d\"\nhomepage=\"\"\nlicense-file=\"L\"\nrust-version=\"1."
	    "70\"\nlinks=\"z\"\nkeywords=[\"b\",\"a\"]\ncategories=[\"c\"]\nunknown=1\n",
	  "", true,
	  "foo-bar 1.0.0; description=d; homepage=; edition=2021; rust_version=1.70; links=z; "
	  "license-file; keywords=[b a]; categories=[c]" },
	{ P "license-file=\"\"\n", "", true, "foo-bar 1.0.0" },
	{ P "", "src/lib.rs", true, "foo-bar 1.0.0; lib foo_bar" },
	{ P "autolib=false\n", "src/lib.rs", true, "foo-bar 1.0.0" },
	{ P "[lib]\n", "src/foo-bar.rs", true, "foo-bar 1.0.0; lib foo_bar" },
	{ P "[lib]\nname=\"x\"\n", "src/x.rs", true, "foo-bar 1.0.0; lib x" },
	{ P "[lib]\nname=\"x\"\n", "src/foo-bar.rs", false,
	  "can't find library, rename file to `src/lib.rs` or specify lib.path" },
	{ P "edition = \"2021\"\n[lib]\nname=\"x\"\n", "src/x.rs", false,
	  "can't find library, rename file to `src/lib.rs` or specify lib.path" },
	{ P "edition = \"2021\"\n[lib]\nname=\"x\"\npath=\"a.rs\"\n", "", true,
	  "foo-bar 1.0.0; edition=2021; lib x" },
	{ P "edition = \"2021\"\n[lib]\nproc-macro=true\n", "src/lib.rs", true,
	  "foo-bar 1.0.0; edition=2021; lib foo_bar" },
	{ P "edition = \"2021\"\n[lib]\nproc_macro=1\n", "src/lib.rs", false,
	  "TOML parse error at line 6, column 12\n  |\n6 | proc_macro=1\n  |            ^\ninvalid "
	  "type: integer `1`, expected a boolean\n" },
	{ P "", "src/foo-bar.rs", true, "foo-bar 1.0.0" },
	{ P "", "src/lib.rs/x", true, "foo-bar 1.0.0; lib foo_bar" },
	{ P "",
	  "src/main.rs src/bin/b.rs src/bin/a.rs src/bin/dir/main.rs src/bin/dir/other.rs "
	  "src/bin/no/x.rs src/bin/t.txt",
	  true, "foo-bar 1.0.0; bins=[a b dir foo-bar]" },
	{ P "[[bin]]\nname=\"z\"\n", "src/main.rs src/bin/a.rs", true, "foo-bar 1.0.0; bins=[z]" },
	{ P "edition = \"2021\"\n[[bin]]\nname=\"z\"\n", "src/main.rs src/bin/a.rs", true,
	  "foo-bar 1.0.0; edition=2021; bins=[z a foo-bar]" },
	{ P "edition = \"2021\"\n[[bin]]\nname=\"a\"\n[[bin]]\nname=\"foo-bar\"\n",
	  "src/main.rs src/bin/a.rs", true, "foo-bar 1.0.0; edition=2021; bins=[a foo-bar]" },
	{ P "edition = \"2021\"\n[[bin]]\nname=\"z\"\npath=\"src/main.rs\"\n",
	  "src/main.rs src/bin/a.rs", true, "foo-bar 1.0.0; edition=2021; bins=[z a]" },
	{ P "edition = \"2021\"\n[[bin]]\npath=\"src/main.rs\"\n", "src/main.rs", true,
	  "foo-bar 1.0.0; edition=2021" },
	{ P "edition = \"2021\"\nautobins=false\n[[bin]]\nname=\"z\"\n", "src/main.rs", true,
	  "foo-bar 1.0.0; edition=2021; bins=[z]" },
	{ P "autobins=true\n[[bin]]\nname=\"z\"\n", "src/main.rs", true,
	  "foo-bar 1.0.0; bins=[z foo-bar]" },
	{ P "edition = \"2021\"\n", "src/bin/a.rs src/bin/a.rs/main.rs src/bin/a/main.rs", true,
	  "foo-bar 1.0.0; edition=2021; bins=[a a a.rs]" },
	{ P "edition = \"2021\"\n[[bin]]\nname=\"a\"\n", "src/bin/a.rs src/bin/a/main.rs", true,
	  "foo-bar 1.0.0; edition=2021; bins=[a a]" },
	{ P "edition = \"2021\"\n", "src/bin/.rs src/bin-x/a.rs src/binx.rs", true,
	  "foo-bar 1.0.0; edition=2021; bins=[]" },
	{ P "edition = \"2021\"\nbin=[]\n", "src/main.rs", true,
	  "foo-bar 1.0.0; edition=2021; bins=[foo-bar]" },
	{ P "[dependencies]\nb=\"1\"\na={version=\"2\",optional=true,default-features=false,"
	    "features=[\"x\",\"y\"]}\n[build-dependencies]\nc=\"3\"\n[dev-dependencies]\nd=\"4\"\n",
	  "", true,
	  "foo-bar 1.0.0; dep a 2 n optional bare [x y]; dep b 1 n; dep d 4 d; dep c 3 b" },
	{ P "[dependencies]\na={package=\"real\",version=\"1\"}\n[target.'cfg(windows)'."
	    "dependencies]\nw=\"1\"\n[target.aaa.build_dependencies]\nx=\"1\"\n[target.aaa."
	    "dependencies]\ny={workspace=true,features=[\"q\"],optional=true}\n",
	  "", true,
	  "foo-bar 1.0.0; dep a=real 1 n; dep y * n target=aaa; dep x 1 b target=aaa; dep w 1 n "
	  "target=cfg(windows)" },
	{ P "[dependencies]\na={git=\"g\"}\nb={path=\"p\",version=\"1\"}\nc={registry=\"r\","
	    "version=\"1\"}\nd={registry-index=\"i\",version=\"1\"}\ne={registry_index=\"i\","
	    "default_features=false}\nf={}\n",
	  "", true,
	  "foo-bar 1.0.0; dep a * n; dep b 1 n; dep c 1 n registry=r; dep d 1 n registry_index=i; "
	  "dep e * n bare registry_index=i; dep f * n" },
	{ P "[dev_dependencies]\na=\"1\"\n[build_dependencies]\nb=\"1\"\n", "", true,
	  "foo-bar 1.0.0; dep a 1 d; dep b 1 b" },
	{ P "[dependencies]\na={workspace=true}\n", "", false,
	  "value from workspace hasn't been set" },
	{ P "[dev-dependencies]\na={workspace=true,version=\"1\"}\n", "", false,
	  "value from workspace hasn't been set" },
	{ P "[build_dependencies]\na={workspace=true,optional=true}\n", "", false,
	  "value from workspace hasn't been set" },
	{ P "[dependencies]\na={workspace=false,version=\"1\"}\n", "", true,
	  "foo-bar 1.0.0; dep a 1 n" },
	{ P "[dependencies]\na={workspace=true,optional=1}\n", "", false,
	  "TOML parse error at line 5, column 3\n  |\n5 | a={workspace=true,optional=1}\n  |   "
	  "^^^^^^^^^^^^^^^^^^^^^^^^^^^\ndata did not match any variant of untagged enum "
	  "Dependency\n" },
	{ P "[dependencies.a]\nversion=\"1\"\nfoo=3\n[dependencies.a.bar]\nx=1\n", "", true,
	  "foo-bar 1.0.0; dep a 1 n" },
	{ P "[features]\nz=[\"dep:a\"]\na=[]\n", "", true,
	  "foo-bar 1.0.0; feature a=[]; feature z=[dep:a]" },
	{ P "[patch.crates-io]\na=\"1\"\n", "", false,
	  "crates cannot be published with `[patch]` tables" },
	{ P "[patch]\n", "", true, "foo-bar 1.0.0" },
	{ "[package]\nname=\"a\"\n[patch.x]\n", "", false,
	  "crates cannot be published with `[patch]` tables" },
	{ "[package]\nname=\"a\"\n", "", false, "missing field `version`" },
	{ "[package]\nversion=\"1.0.0\"\n", "", false,
	  "TOML parse error at line 1, column 1\n  |\n1 | [package]\n  | ^^^^^^^^^\nmissing field "
	  "`name`\n" },
	{ "[package]\nname=\"a\"\nversion={workspace=true}\n", "", false,
	  "value from workspace hasn't been set" },
	{ P "readme={workspace=true}\n", "", false, "value from workspace hasn't been set" },
	{ P "authors.workspace=true\n", "", false, "value from workspace hasn't been set" },
	{ P "edition.workspace=true\n", "", false, "value from workspace hasn't been set" },
	{ P "links={workspace=true}\n", "", false,
	  "TOML parse error at line 4, column 7\n  |\n4 | links={workspace=true}\n  |       "
	  "^^^^^^^^^^^^^^^^\ninvalid type: map, expected a string\n" },
	{ P "publish={workspace=true}\n", "", true, "foo-bar 1.0.0" },
	{ P "readme=false\n", "", true, "foo-bar 1.0.0" },
	{ P "readme=1\n", "", false,
	  "TOML parse error at line 4, column 8\n  |\n4 | readme=1\n  |        ^\ndata did not "
	  "match any variant of untagged enum MaybeInherited\n" },
	{ P "edition=\"2016\"\n", "", false,
	  "TOML parse error at line 4, column 9\n  |\n4 | edition=\"2016\"\n  |         "
	  "^^^^^^\ndata did not match any variant of untagged enum MaybeInherited\n" },
	{ P "edition=2021\n", "", false,
	  "TOML parse error at line 4, column 9\n  |\n4 | edition=2021\n  |         ^^^^\ndata did "
	  "not match any variant of untagged enum MaybeInherited\n" },
	{ P "[lib]\nedition=\"2016\"\n", "src/lib.rs", false,
	  "TOML parse error at line 5, column 9\n  |\n5 | edition=\"2016\"\n  |         "
	  "^^^^^^\nunknown variant `2016`, expected one of `2015`, `2018`, `2021`, `2024`\n" },
	{ P "[[bin]]\nedition=2021\n", "", false,
	  "TOML parse error at line 5, column 9\n  |\n5 | edition=2021\n  |         ^^^^\nwanted "
	  "string or table\n" },
	{ "", "", false, "missing field `name`\n" },
	{ "[workspace]\nmembers=[]\n", "", false, "missing field `name`\n" },
	{ "[dependencies]\na=\"1\"\n", "", false, "missing field `name`\n" },
	{ "[project]\nname=\"old\"\nversion=\"1.0.0\"\n", "src/lib.rs", true,
	  "old 1.0.0; lib old" },
	{ "[project]\nname=1\n", "", false,
	  "invalid type: integer `1`, expected a string\nin `name`\n" },
	{ "[project]\nversion=\"1\"\n", "", false, "missing field `name`\n" },
	{ "[project]\nname=\"p\"\nversion=\"1\"\n[package]\nname=\"q\"\nversion=\"2\"\n", "", true,
	  "q 2" },
	{ "name=\"top\"\nversion=\"0.1.0\"\n", "src/main.rs", true, "top 0.1.0; bins=[top]" },
	{ "name=\"top\"\nversion=1\n", "", false,
	  "data did not match any variant of untagged enum MaybeInherited\nin `version`\n" },
	{ "package=1\n", "", false,
	  "TOML parse error at line 1, column 9\n  |\n1 | package=1\n  |         ^\ninvalid type: "
	  "integer `1`, expected struct Package\n" },
	{ P "[bin]\nname=\"x\"\n", "", false,
	  "TOML parse error at line 4, column 1\n  |\n4 | [bin]\n  | ^^^^^\ninvalid type: map, "
	  "expected a sequence\n" },
	{ P "[target]\nx=1\n", "", false,
	  "TOML parse error at line 5, column 3\n  |\n5 | x=1\n  |   ^\ninvalid type: integer `1`, "
	  "expected struct Target\n" },
	{ P "[target.x]\ndependencies=\"a\"\n", "", false,
	  "TOML parse error at line 5, column 14\n  |\n5 | dependencies=\"a\"\n  |              "
	  "^^^\ninvalid type: string \"a\", expected a map\n" },
	{ P "[features]\na=\"b\"\n", "", false,
	  "TOML parse error at line 5, column 3\n  |\n5 | a=\"b\"\n  |   ^^^\ninvalid type: string "
	  "\"b\", expected a sequence\n" },
	{ P "[features]\na=[1]\n", "", false,
	  "TOML parse error at line 5, column 4\n  |\n5 | a=[1]\n  |    ^\ninvalid type: integer "
	  "`1`, expected a string\n" },
	{ P "links=1979-05-27\n", "", false,
	  "TOML parse error at line 4, column 7\n  |\n4 | links=1979-05-27\n  |       "
	  "^^^^^^^^^^\ninvalid type: map, expected a string\n" },
	{ P "links=1.50\n", "", false,
	  "TOML parse error at line 4, column 7\n  |\n4 | links=1.50\n  |       ^^^^\ninvalid "
	  "type: floating point `1.5`, expected a string\n" },
	{ P "links=1e300\n", "", false,
	  "TOML parse error at line 4, column 7\n  |\n4 | links=1e300\n  |       ^^^^^\ninvalid "
	  "type: floating point `1e+300`, expected a string\n" },
	{ P "links=inf\n", "", false,
	  "TOML parse error at line 4, column 7\n  |\n4 | links=inf\n  |       ^^^\ninvalid type: "
	  "floating point `inf`, expected a string\n" },
	{ P "links=\"\"\"a\nb\"\"\"\nautobins=\"\"\"x\n\"y\"\"\"\n", "", false,
	  "TOML parse error at line 6, column 10\n  |\n6 | autobins=\"\"\"x\n  |          "
	  "^^^^\ninvalid type: string \"x\\n\\\"y\", expected a boolean\n" },
	{ P "autobins=[1, 2]\n", "", false,
	  "TOML parse error at line 4, column 10\n  |\n4 | autobins=[1, 2]\n  |          "
	  "^^^^^^\ninvalid type: sequence, expected a boolean\n" },
	{ P "dependencies={a={version=1}}\n", "", true, "foo-bar 1.0.0" },
	{ P "keywords=[\"a\", 1]\n", "", false,
	  "TOML parse error at line 4, column 10\n  |\n4 | keywords=[\"a\", 1]\n  |          "
	  "^^^^^^^^\ndata did not match any variant of untagged enum MaybeInherited\n" },
	{ P "[dependencies]\n\"\\u00e9\"={version=1}\n", "", false,
	  "TOML parse error at line 5, column 10\n  |\n5 | \"\\u00e9\"={version=1}\n  |          "
	  "^^^^^^^^^^^\ndata did not match any variant of untagged enum Dependency\n" },
	{ "dev-dependencies={}\ndev_dependencies={}\n[package]\nname = \"foo-bar\"\nversion = "
	  "\"1.0.0\"\n",
	  "", false,
	  "TOML parse error at line 1, column 1\n  |\n1 | dev-dependencies={}\n  | ^\nduplicate "
	  "field `dev-dependencies`\n" },
	{ P "[dependencies]\na={default-features=true,default_features=true}\n", "", false,
	  "TOML parse error at line 5, column 3\n  |\n5 | "
	  "a={default-features=true,default_features=true}\n  |   "
	  "^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\ndata did not match any variant of "
	  "untagged enum Dependency\n" },
};

static void add_list(struct buf *b, const char *before, const struct texts *t)
{
	if (t->n == 0)
		return;
	buf_fmt(b, "%s[", before);
	for (size_t i = 0; i < t->n; i++)
		buf_fmt(b, "%s%.*s", i ? " " : "", TEXT_F(t->v[i]));
	buf_byte(b, ']');
}

static void add_present(struct buf *b, const char *before, struct text t)
{
	if (t.p)
		buf_fmt(b, "%s%.*s", before, TEXT_F(t));
}

static void add_dep(struct buf *b, const struct manifest_dep *d)
{
	buf_add(b, TEXT("; dep "));
	if (d->explicit_name.p)
		buf_fmt(b, "%.*s=", TEXT_F(d->explicit_name));
	buf_fmt(b, "%.*s %.*s %c", TEXT_F(d->name), TEXT_F(d->req), "nbd"[d->kind]);
	if (d->optional)
		buf_add(b, TEXT(" optional"));
	if (!d->default_features)
		buf_add(b, TEXT(" bare"));
	add_list(b, " ", &d->features);
	add_present(b, " target=", d->target);
	add_present(b, " registry=", d->registry);
	add_present(b, " registry_index=", d->registry_index);
}

static struct text summary(struct arena *a, const struct manifest *m)
{
	struct buf b = buf_init(a, 64 * 1024);

	buf_fmt(&b, "%.*s %.*s", TEXT_F(m->name), TEXT_F(m->version));
	add_present(&b, "; description=", m->description);
	add_present(&b, "; homepage=", m->homepage);
	add_present(&b, "; documentation=", m->documentation);
	add_present(&b, "; repository=", m->repository);
	add_present(&b, "; license=", m->license);
	add_present(&b, "; edition=", m->edition);
	add_present(&b, "; rust_version=", m->rust_version);
	add_present(&b, "; links=", m->links);
	if (m->has_license_file)
		buf_add(&b, TEXT("; license-file"));
	add_list(&b, "; keywords=", &m->keywords);
	add_list(&b, "; categories=", &m->categories);
	for (size_t i = 0; i < m->nfeatures; i++) {
		buf_fmt(&b, "; feature %.*s=", TEXT_F(m->features[i].name));
		if (m->features[i].values.n == 0)
			buf_add(&b, TEXT("[]"));
		add_list(&b, "", &m->features[i].values);
	}
	for (size_t i = 0; i < m->ndeps; i++)
		add_dep(&b, &m->deps[i]);
	if (m->has_lib)
		add_present(&b, "; lib ", m->lib_name);
	add_list(&b, "; bins=", &m->bin_names);
	return buf_text(&b);
}

static struct texts split(struct arena *a, const char *paths)
{
	struct text rest = text_from(paths), part;
	struct texts t = { arena_array(a, rest.n + 1, sizeof(*t.v)), 0 };

	while (rest.n > 0 && text_cut(&rest, ' ', &part))
		t.v[t.n++] = part;
	return t;
}

static void each_says_what_it_says_upstream(void **state)
{
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(manifests); i++) {
		struct manifest m = { 0 };
		const struct text *why = manifest_parse(a, text_from(manifests[i].toml),
							split(a, manifests[i].paths), &m);

		check_text_of(manifests[i].toml, why ? *why : summary(a, &m), manifests[i].want);
		assert_int_equal(!why, manifests[i].ok);
		if (!why)
			assert_true(m.path_in_vcs.p && m.path_in_vcs.n == 0);
	}
}

static void marks(void **state)
{
	static const struct {
		const char *toml, *paths;
		uint64_t marks;
	} t[] = {
		{ P, "src/lib.rs", 0 },
		{ P "[lib]\nproc-macro = true\n", "src/lib.rs", MARK_PROC_MACRO },
		{ P "[lib]\nproc_macro = true\n", "src/lib.rs", MARK_PROC_MACRO },
		{ P "[lib]\ncrate-type = [\"lib\", \"proc-macro\"]\n", "src/lib.rs",
		  MARK_PROC_MACRO },
		{ P "[lib]\ncrate-type = [\"cdylib\"]\nproc-macro = false\n", "src/lib.rs", 0 },
		{ P, "build.rs", MARK_BUILD },
		{ P "build = true\n", "build.rs", MARK_BUILD },
		{ P "build = false\n", "build.rs", 0 },
		{ P "build = \"make.rs\"\n", "", MARK_BUILD },
		{ P "keywords = [\"No_Std\"]\n", "", MARK_NO_STD },
		{ P "categories = [\"no-std::no-alloc\"]\nbuild = \"b.rs\"\n", "",
		  MARK_NO_STD | MARK_BUILD },
		{ P "keywords = [\"std\"]\ncategories = [\"no-stdio\"]\n", "", 0 },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct manifest m = { 0 };

		assert_null(manifest_parse(a, text_from(t[i].toml), split(a, t[i].paths), &m));
		if (marks_of(&m) != t[i].marks)
			fail_msg("%s: %u", t[i].toml, (unsigned)marks_of(&m));
	}
}

/* So many of each that a search through all of them for each would take minutes. */
static void many_targets_take_no_time(void **state)
{
	enum { MANY = 40000 };
	struct arena *a = check_arena(state);
	struct buf b = buf_init(a, 4 << 20);
	struct texts paths = { arena_array(a, MANY, sizeof(*paths.v)), MANY };
	struct manifest m;

	buf_add(&b, text_from(P "edition = \"2021\"\n"));
	for (unsigned i = 0; i < MANY; i++) {
		if (b.n < 1000 * 1000)
			buf_fmt(&b, "[[bin]]\nname = \"b%u\"\n", i);
		paths.v[i] = text_fmt(a, "src/bin/b%u.rs", i);
	}
	assert_null(manifest_parse(a, buf_text(&b), paths, &m));
	assert_int_equal(m.bin_names.n, MANY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_says_what_it_says_upstream),
		cmocka_unit_test(marks),
		cmocka_unit_test(many_targets_take_no_time),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
