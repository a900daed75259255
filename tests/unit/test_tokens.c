/* app/inspect/tokens*.c: which bytes get which class. Expected as "class:bytes" for each token that is not plain; classes
 * are c(omment) s(tring) n(umber) k(eyword) t(ype) N(ame) a(ttribute). */
#include "app/base/time.h"
#include "app/inspect/tokens.h"
#include "tests/unit/check.h"

#include <string.h>

static const char letters[TOKEN_CLASSES] = { 'p', 'c', 's', 'n', 'k', 't', 'N', 'a' };

static const struct {
	const char *path, *content, *want;
} t[] = {
	{ "src/lib.rs", "", "" },
	{ "src/lib.rs", "fn a() {}", "k:fn N:a" },
	{ "src/lib.rs", "pub struct Ab<'a>(&'a str);", "k:pub k:struct t:Ab a:'a a:'a t:str" },
	{ "src/lib.rs", "// a\nlet b = 'c';", "c:// a k:let s:'c'" },
	{ "src/lib.rs", "/* a /* b */ c */ d", "c:/* a /* b */ c */" },
	{ "src/lib.rs", "/* a", "c:/* a" },
	{ "src/lib.rs", "r#\"a\"b\"# + r##\"a\"#\"## r#fn", "s:r#\"a\"b\"# s:r##\"a\"#\"## k:fn" },
	{ "src/lib.rs", "b\"\\\"\" b'\\'' c\"x\"", "s:b\"\\\"\" s:b'\\'' s:c\"x\"" },
	{ "src/lib.rs", "'\\u{41}' 'ä' 'static '", "s:'\\u{41}' s:'ä' a:'static" },
	{ "src/lib.rs", "#[a(b = \"]\")] #![c] #d", "a:#[a(b = \"]\")] a:#![c]" },
	{ "src/lib.rs", "#[a(\n b)]", "a:#[a(" },
	{ "src/lib.rs", "a!(1..2) b != c", "N:a n:1 n:2" },
	{ "src/lib.rs", "0x1e+1 1.5e-3 1_000u64 1.max(2)",
	  "n:0x1e n:1 n:1.5e-3 n:1_000u64 n:1 N:max n:2" },
	{ "src/lib.rs", "\"a\nb\" c", "s:\"a\nb\"" },
	{ "src/lib.rs", "\"a", "s:\"a" },
	{ "src/lib.rs", "#!/usr/bin/env run\n#![a]", "c:#!/usr/bin/env run a:#![a]" },
	{ "Cargo.toml", "[a.b]\nc = \"d\" # e\n", "t:[a.b] N:c s:\"d\" c:# e" },
	{ "Cargo.toml", "a.\"b\" = true\n'c' = -1.5\n", "N:a N:\"b\" k:true N:'c' n:-1.5" },
	{ "Cargo.toml", "a = [\n 'b', # c\n 1,\n]\nd = 1", "N:a s:'b' c:# c n:1 N:d n:1" },
	{ "Cargo.toml", "a = \"\"\"b\n\\\"\"\"\"\"\nc = 1979-05-27T07:32:00Z\n",
	  "N:a s:\"\"\"b\n\\\"\"\"\"\" N:c n:1979-05-27T07:32:00Z" },
	{ "Cargo.lock", "a = '''b'''\n", "N:a s:'''b'''" },
	{ "a.json", "{\"a\": [1, \"b\", true, null], \"c\" : -2.5e+3}",
	  "N:\"a\" n:1 s:\"b\" k:true k:null N:\"c\" n:-2.5e+3" },
	{ "a.json", "\"a\\\"\nb", "s:\"a\\\"" },
	{ "a.sh", "# a\nif [ \"$b\" ]; then c=$d; fi", "c:# a k:if s:\"$b\" k:then N:c N:$d k:fi" },
	{ "a.sh", "a#b $# ${c#d} $", "N:$# N:${c#d}" },
	{ "a.sh", "cat <<EOF\na $b\nEOF\nexit 1", "s:a $b\n k:exit n:1" },
	{ "a.sh", "cat <<-'E'\na\n\tE\nb", "s:a\n" },
	{ "a.sh", "cat <<E\na", "s:a" },
	{ "run", "#!/bin/sh\nexit", "c:#!/bin/sh k:exit" },
	{ "run", "exit", "" },
	{ "README.md", "# a\n\nb `c` d\n", "k:# a s:`c`" },
	{ "README.md", "```rust\nfn a\n```\nb", "a:```rust s:fn a a:```" },
	{ "README.md", "~~~\na\n```\n~~~~\nb", "a:~~~ s:a s:``` a:~~~~" },
	{ "README.md", "- [a](b)\n> 1. c ``d`e``", "a:- N:b a:> a:1. s:``d`e``" },
	{ "README.md", "<!-- a\n--> b `c", "c:<!-- a\n-->" },
	{ "README.md", "a ](b", "N:b" },
	{ "a.c", "#include <a.h>\n # define B \"c\"\nint d(void) { return 1; } /* e\n*/",
	  "a:#include s:<a.h> a:# define s:\"c\" t:int N:d t:void k:return n:1 c:/* e\n*/" },
	{ "a.hpp", "class A { };", "k:class" },
	{ "a.txt", "fn a", "" },
};

/* Behind the fence of a code block: its name, and what is in it. */
static const struct {
	const char *name, *content, *want;
} fenced[] = {
	{ "rust", "fn a()", "k:fn N:a" },
	{ "RS", "fn", "k:fn" },
	{ "no_run", "fn", "k:fn" },
	{ "toml", "[a]", "t:[a]" },
	{ "json5", "1", "n:1" },
	{ "c++", "int", "t:int" },
	{ "md", "# a", "k:# a" },
	{ "", "fn", "" },
	{ "text", "fn", "" },
	{ "rust ", "fn", "" },
	{ "bash", "if a; then", "k:if k:then" },
	{ "sh", "echo 'a\nb'", "k:echo s:'a\nb'" },
	{ "console", "$ cd a\nit's if\n", "c:$ k:cd" },
	{ "console", "% cd \\\n \"a\"\nif", "c:% k:cd s:\"a\"" },
	{ "console", "# why\n  $ cat <<E\nif\nE", "c:# why c:  $" },
	{ "console", "> cd $a\n$", "c:> k:cd N:$a" },
	{ "console", "$ ", "c:$" },
	{ "console", "$ a \\", "c:$" },
};

static struct text shown_as(struct arena *a, enum tokens_language l, struct text content)
{
	struct buf packed = buf_init(a, content.n * 2), b = buf_init(a, content.n * 4 + 16);
	struct text rest;
	enum token_class c, last = TOKEN_CLASSES;
	size_t at = 0, n;

	tokens_write(&packed, l, content);
	assert_true(buf_ok(&packed));
	rest = packed.n ? buf_text(&packed) : TEXT("");
	while (tokens_next(&rest, &c, &n)) {
		assert_true(c != last && n <= content.n - at);
		if (c != TOKEN_PLAIN)
			buf_fmt(&b, "%s%c:%.*s", b.n ? " " : "", letters[c],
				TEXT_F(text_sub(content, at, at + n)));
		at += n;
		last = c;
	}
	assert_int_equal(rest.n, 0);
	assert_int_equal(at, content.n);
	return b.n ? buf_text(&b) : TEXT("");
}

static struct text shown(struct arena *a, struct text path, struct text content)
{
	return shown_as(a, tokens_language(path, content), content);
}

static void classes(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(
			t[i].content,
			shown(check_arena(state), text_from(t[i].path), text_from(t[i].content)),
			t[i].want);
	for (size_t i = 0; i < ARRAY_SIZE(fenced); i++)
		check_text_of(fenced[i].content,
			      shown_as(check_arena(state),
				       tokens_language_of_fence(text_from(fenced[i].name)),
				       text_from(fenced[i].content)),
			      fenced[i].want);
}

static void packed_form(void **state)
{
	static const struct {
		struct text packed;
		bool ok;
		size_t n;
	} p[] = {
		{ TEXT_INIT(""), false, 0 },
		{ TEXT_INIT("\1"), false, 0 },
		{ TEXT_INIT("\1\5"), true, 5 },
		{ TEXT_INIT("\1\200\1"), true, 128 },
		{ TEXT_INIT("\1\200"), false, 0 },   /* cut off */
		{ TEXT_INIT("\1\0"), false, 0 },     /* no length */
		{ TEXT_INIT("\1\205\0"), false, 0 }, /* longer than it need be */
		{ TEXT_INIT("\10\1"), false, 0 },    /* no class */
		{ TEXT_INIT("\1\377\377\377\377\377\1"), false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(p); i++) {
		struct text rest = p[i].packed;
		enum token_class c;
		size_t n = 0;

		assert_int_equal(tokens_next(&rest, &c, &n), p[i].ok);
		assert_int_equal(n, p[i].n);
	}
}

/* What would be quadratic for a tokenizer that looks ahead without a bound. */
static void linear(void **state)
{
	static const char *const unit[] = { "r#",     "/*",     "'",       "\"\\",       "#[",
					    "#[a]",   "b'",     "`",       "``",         "](",
					    "<!--",   "<<E ",   "${a}",    "${",         "$",
					    "'''",    "\"a",    "a.b=",    "[",          "1e+",
					    "r##\"#", "`a``b",  "{\"a\" ", "#include <", "$ a\\\n",
					    "\n> ",   "$ <<E\n" };
	enum { BYTES = 1 << 18 };
	int64_t start = time_monotonic_us();

	for (size_t u = 0; u < ARRAY_SIZE(unit); u++) {
		struct arena *a = check_arena(state);
		size_t n = strlen(unit[u]);
		char *p;

		arena_reset(a);
		p = arena_alloc(a, BYTES);
		for (size_t i = 0; i < BYTES; i++)
			p[i] = unit[u][i % n];
		for (enum tokens_language l = TOKENS_RUST; l <= TOKENS_CONSOLE; l++) {
			struct buf b = buf_init(a, (size_t)2 * BYTES);

			tokens_write(&b, l, (struct text){ p, BYTES });
			assert_true(buf_ok(&b));
		}
	}
	/* 48 MiB: a second here, some under sanitizers; a quadratic one takes hours */
	assert_true(time_monotonic_us() - start < (int64_t)120 * US_PER_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(classes, check_setup, check_teardown),
		cmocka_unit_test(packed_form),
		cmocka_unit_test_setup_teardown(linear, check_setup, check_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
