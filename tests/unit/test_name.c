/* app/registry/name.c and feature.c: the names a registry takes, in the words it refuses the others
 * with. */
#include "app/registry/feature.h"
#include "app/registry/name.h"
#include "tests/unit/check.h"

#include <string.h>

#define FIRST_ASCII "the first character must be an ASCII character"
#define OTHERS "characters must be an ASCII alphanumeric characters, `-`, or `_`"
#define SIXTY_FOUR "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg"
#define E_ACUTE "\xc3\xa9"

static void names(void **state)
{
	static const struct {
		enum name_what what;
		const char *name, *why;
	} t[] = {
		{ NAME_CRATE, "a", NULL },
		{ NAME_CRATE, "Foo-bar_9", NULL },
		{ NAME_CRATE, SIXTY_FOUR, NULL },
		{ NAME_CRATE, SIXTY_FOUR "h",
		  "the crate name `" SIXTY_FOUR "h` is too long (max 64 characters)" },
		{ NAME_DEPENDENCY, "", "dependency name cannot be empty" },
		{ NAME_CRATE, "1abc",
		  "the name `1abc` cannot be used as a crate name, the name cannot start with a "
		  "digit" },
		{ NAME_CRATE, "-abc", "invalid character `-` in crate name: `-abc`, " FIRST_ASCII },
		{ NAME_DEPENDENCY, "_a",
		  "invalid character `_` in dependency name: `_a`, " FIRST_ASCII },
		{ NAME_RENAMED, "_a", NULL },
		{ NAME_RENAMED, "-a",
		  "invalid character `-` in dependency name: `-a`, " FIRST_ASCII ", or `_`" },
		{ NAME_CRATE, "kr\xc3\xa4tze",
		  "invalid character `\xc3\xa4` in crate name: `kr\xc3\xa4tze`, " OTHERS },
		{ NAME_CRATE, E_ACUTE,
		  "invalid character `" E_ACUTE "` in crate name: `" E_ACUTE "`, " FIRST_ASCII },
		{ NAME_CRATE, "a\xff",
		  "invalid character `\xef\xbf\xbd` in crate name: `a\xef\xbf\xbd`, " OTHERS },
		{ NAME_DEPENDENCY, "pi er",
		  "invalid character ` ` in dependency name: `pi er`, " OTHERS },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		check_err(t[i].name, name_check(a, t[i].what, text_from(t[i].name)), 400, t[i].why);
		assert_int_equal(name_is_valid(t[i].what, text_from(t[i].name)), !t[i].why);
	}
}

/* Characters are counted, not bytes: 64 of two bytes each fail for what they are, 65 for their
 * number. */
static void length_is_in_characters(void **state)
{
	struct arena *a = check_arena(state);
	struct text name = TEXT("a");
	const struct err *e;

	for (int i = 1; i < 64; i++)
		name = text_fmt(a, "%.*s" E_ACUTE, TEXT_F(name));
	e = name_check(a, NAME_CRATE, name);
	assert_true(e && text_starts(e->detail, TEXT("invalid character `" E_ACUTE "`")));
	e = name_check(a, NAME_CRATE, text_fmt(a, "%.*sb", TEXT_F(name)));
	assert_true(e && text_ends(e->detail, TEXT("is too long (max 64 characters)")));
}

static void canonical_and_path(void **state)
{
	static const struct {
		const char *name, *canon, *path;
	} t[] = {
		{ "A", "a", "1/a" },
		{ "io", "io", "2/io" },
		{ "Oar", "oar", "3/o/oar" },
		{ "Cargo", "cargo", "ca/rg/cargo" },
		{ "Foo-Bar_x", "foo_bar_x", "fo/o-/foo-bar_x" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		check_text_of(t[i].name, canon_name(a, text_from(t[i].name)), t[i].canon);
		check_text_of(t[i].name, index_path(a, text_from(t[i].name)), t[i].path);
	}
}

static void scopes(void **state)
{
	static const struct {
		const char *pattern, *name;
		bool valid, matches;
	} t[] = {
		{ "*", "serde", true, true },
		{ "serde", "serde", true, true },
		{ "serde", "Serde", true, false },
		{ "serde-*", "serde-json", true, true },
		{ "serde-*", "serde_json", true, false },
		{ "serde*", "serde", true, true },
		{ "", "serde", false, false },
		{ "se*de", "serde", false, false },
		{ "**", "serde", false, false },
		{ "-a", "-a", false, true },
		{ "1*", "1", false, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		if (crate_scope_is_valid(text_from(t[i].pattern)) != t[i].valid)
			fail_msg("%s: valid", t[i].pattern);
		if (t[i].pattern[0] && crate_scope_matches(text_from(t[i].pattern),
							   text_from(t[i].name)) != t[i].matches)
			fail_msg("%s: %s", t[i].pattern, t[i].name);
	}
}

#define FIRST_XID                                                                                  \
	"the first character must be a Unicode XID start character or digit (most letters or `_` " \
	"or `0` to `9`)"
#define OTHER_XID                                                                                  \
	"characters must be Unicode XID characters, `+`, `-`, or `.` (numbers, `+`, `-`, `_`, "    \
	"`.`, or most letters)"

static void feature_names_and_values(void **state)
{
	static const struct {
		bool value;
		const char *in, *why;
	} t[] = {
		{ false, "default", NULL },
		{ false, "9_a+b-c.d", NULL },
		{ false, "_" E_ACUTE, NULL },
		{ false, E_ACUTE, NULL },
		{ false, "\xe4\xb8\xad", NULL },
		{ false, "", "feature cannot be empty" },
		{ false, "+a", "invalid character `+` in feature `+a`, " FIRST_XID },
		{ false, "dep:x", "invalid character `:` in feature `dep:x`, " OTHER_XID },
		{ false, "bad name!", "invalid character ` ` in feature `bad name!`, " OTHER_XID },
		{ false, "a\xe2\x82\xac",
		  "invalid character `\xe2\x82\xac` in feature `a\xe2\x82\xac`, " OTHER_XID },
		{ true, "plain", NULL },
		{ true, "dep:x", NULL },
		{ true, "dep:_x", NULL },
		{ true, "any thing dep:x", NULL },
		{ true, "x/y", NULL },
		{ true, "x?/y+z", NULL },
		{ true, "dep:", "dependency name cannot be empty" },
		{ true, "/y", "dependency name cannot be empty" },
		{ true, "x/", "feature cannot be empty" },
		{ true, "x?\?/y", "invalid character `?` in dependency name: `x?`, " OTHERS },
		{ true, "dep:x/y", "invalid character `:` in dependency name: `dep:x`, " OTHERS },
		{ true, "a/b/c", "invalid character `/` in feature `b/c`, " OTHER_XID },
		{ true, "bad value!", "invalid character ` ` in feature `bad value!`, " OTHER_XID },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct text in = text_from(t[i].in);

		check_err(t[i].in,
			  t[i].value ? feature_check_value(a, in) : feature_check_name(a, in), 400,
			  t[i].why);
	}
}

/* Sums over all code points, as counted with unicode-ident 1.0.27 (Unicode 18), which agrees on
 * each. */
static void xid_table(void **state)
{
	size_t first = 0, other = 0;

	(void)state;
	for (uint32_t c = 0; c < 0x110000; c++) {
		if (c >= 0xd800 && c < 0xe000)
			continue;
		first += feature_char_is_ok(c, true);
		other += feature_char_is_ok(c, false);
	}
	assert_int_equal(first, 158727);
	assert_int_equal(other, 162084);
}

/* "name=value,value name=..." */
static struct manifest_feature *features_of(struct arena *a, const char *in, size_t *ret_n)
{
	struct manifest_feature *f = arena_array(a, 256, sizeof(*f));
	struct text rest = text_from(in), one;
	size_t n = 0;

	while (rest.n && text_cut(&rest, ' ', &one)) {
		size_t eq = text_find_byte(one, '=');
		struct text values = text_sub(one, eq + 1, one.n), v;

		f[n].name = text_sub(one, 0, eq);
		f[n].values.v = arena_array(a, 32, sizeof(*f[n].values.v));
		while (values.n && text_cut(&values, ',', &v))
			f[n].values.v[f[n].values.n++] = v;
		n++;
	}
	*ret_n = n;
	return f;
}

static void splits(void **state)
{
	static const struct {
		const char *in, *v2; /* names that move, in order, a blank behind each */
	} t[] = {
		{ "", "" },
		{ "a= b=a c=x/y", "" },
		{ "a=dep:x b= c=b", "a " },
		{ "a=b b=c c=x?/y d=e e=", "a b c " },
		{ "z=dep:x a=z", "z a " },
		{ "a=b b=a c=dep:q,a", "c " },
		{ "a=xdep:y b=x/a?b", "" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct text v2 = TEXT("");
		size_t n;
		struct manifest_feature *f = features_of(a, t[i].in, &n);
		struct feature_split s = feature_split(a, f, n);

		assert_int_equal(s.n1 + s.n2, n);
		for (size_t k = 0; k < s.n2; k++)
			v2 = text_fmt(a, "%.*s%.*s ", TEXT_F(v2), TEXT_F(s.v2[k].name));
		check_text_of(t[i].in, v2, t[i].v2);
	}
}

/* A chain longer than the 100 rounds stays where upstream stops. */
static void split_stops_after_100_rounds(void **state)
{
	struct arena *a = check_arena(state);
	struct manifest_feature *f = arena_array(a, 150, sizeof(*f));
	struct feature_split s;

	for (unsigned i = 0; i < 150; i++) {
		f[i].name = text_fmt(a, "f%03u", i);
		f[i].values = (struct texts){ arena_alloc(a, sizeof(struct text)), 1 };
		f[i].values.v[0] = i == 149 ? TEXT("dep:x") : text_fmt(a, "f%03u", i + 1);
	}
	s = feature_split(a, f, 150);
	assert_int_equal(s.n2, 101);
	check_text_of("last that moves", s.v2[0].name, "f049");
}

static void distances(void **state)
{
	static const struct {
		const char *a, *b;
		size_t n;
	} t[] = {
		{ "serde", "serde", 0 }, { "serde", "sered", 1 }, { "serde", "sered_x", 3 },
		{ "", "abc", 3 },        { "tokio", "toki", 1 },  { "rand", "rnad", 1 },
		{ "ab", "ba", 1 },       { "ca", "abc", 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		assert_int_equal(name_distance(text_from(t[i].a), text_from(t[i].b)), t[i].n);
		assert_int_equal(name_distance(text_from(t[i].b), text_from(t[i].a)), t[i].n);
	}
}

static void slips_of_a_name(void **state)
{
	static const char *const wrong[] = {
		"srde", "sered", "serdes", "sserde", "zerde", "serde_"
	};
	struct arena *a = check_arena(state);
	struct texts all;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		bool found = false;

		all = name_slips(a, text_from(wrong[i]));
		for (size_t k = 0; k < all.n; k++) {
			assert_true(name_distance(all.v[k], text_from(wrong[i])) <= 1);
			found = found || text_eq(all.v[k], TEXT("serde"));
		}
		assert_true(found && all.n <= NAME_SLIPS_MAX);
	}
	all = name_slips(a, text_fmt(a, "%064d", 0));
	assert_int_equal(all.n, 64 + 63);
	all = name_slips(a, text_fmt(a, "%024d", 0));
	assert_true(all.n > 1000 && all.n <= NAME_SLIPS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances),
		cmocka_unit_test(slips_of_a_name),
		cmocka_unit_test(names),
		cmocka_unit_test(length_is_in_characters),
		cmocka_unit_test(canonical_and_path),
		cmocka_unit_test(scopes),
		cmocka_unit_test(feature_names_and_values),
		cmocka_unit_test(xid_table),
		cmocka_unit_test(splits),
		cmocka_unit_test(split_stops_after_100_rounds),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
