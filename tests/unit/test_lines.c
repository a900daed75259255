/* app/inspect/lines*.c: the numbers that tokei 14 gives with the reference server's settings, its oddities too. */
#include "app/inspect/lines.h"
#include "tests/unit/check.h"

#include <time.h>

static struct text count(struct arena *a, const char *path, const char *content)
{
	struct lines *l = lines_begin(a);

	lines_file(l, text_from(path), text_from(content));
	return lines_json(l);
}

/* Language, code, comments. */
static const struct {
	const char *path, *content, *language;
	unsigned code, comments;
} counted[] = {
	{ "src/lib.rs", "", "Rust", 0, 0 },
	{ "src/lib.rs", "\n \t\n\r\n", "Rust", 0, 0 },
	{ "src/lib.rs", "fn a() {}\n// b\n\nfn c() {} // d\n", "Rust", 2, 1 },
	{ "src/lib.rs", "/* a\n\n b */\nfn c() {}\n", "Rust", 1, 3 },
	{ "src/lib.rs", "/* a /* b */ c\nd */\nfn e() {}\n", "Rust", 1, 2 },
	{ "src/lib.rs", "/* a */ fn b() {}\nfn c() {} /* d */\n/* e */\n", "Rust", 2, 1 },
	{ "src/lib.rs", "fn a() { /* b\nc */ d();\n}\n", "Rust", 2, 1 },
	{ "src/lib.rs", "const A: &str = \"// b\n/* c\n\";\nfn d() {}\n", "Rust", 4, 0 },
	{ "src/lib.rs", "const A: &str = \"\\\" // b\";\n// c\n", "Rust", 1, 1 },
	{ "src/lib.rs", "const A: &str = r#\"\\\"#; // b\n/* c */\n", "Rust", 1, 1 },
	{ "src/lib.rs", "const A: &str = \"\\\\\"; /* b\nc */\n", "Rust", 1, 1 },
	/* Doc comments are in neither number. */
	{ "src/lib.rs", "//! a\n//!\n//! b\n\nfn c() {}\n", "Rust", 1, 0 },
	{ "src/lib.rs", "/// a\n/// ```\n/// b();\n/// ```\nfn c() {}\n// d\n", "Rust", 1, 1 },
	{ "src/lib.rs", "/// a\n\n/// b\nfn c() {}\n", "Rust", 1, 0 },
	{ "src/lib.rs", "/// a\n//! b\nfn c() {}\n", "Rust", 1, 0 },
	/* Nor is a line with a string in front of one. */
	{ "src/lib.rs", "#[doc = \"a\"]\n/// b\nfn c() {}\n", "Rust", 1, 0 },
	{ "src/lib.rs", "let a = 1;\n/// b\nfn c() {}\n", "Rust", 2, 0 },
	{ "src/lib.rs", "no line end", "Rust", 1, 0 },
	{ "a.c", "int a; // b\n/* c */ int d;\n\"/*\" \"*/\"\n", "C", 3, 0 },
	{ "a.h", "/* a\n * b\n */\n#define C\n", "C Header", 1, 3 },
	{ "a.cpp", "auto a = R\"(// b\n)\"; // c\n", "C++", 2, 0 },
	{ "a.py", "# a\ndef b():\n    \"\"\"c\n    d\n    \"\"\"\n    return '#'\n", "Python", 2,
	  4 },
	{ "a.js", "`// a\n`\n// b\n", "JavaScript", 2, 1 },
	{ "a.ts", "/** a */\nlet b\n", "TypeScript", 1, 1 },
	{ "a.go", "package a // b\n", "Go", 1, 0 },
	{ "a.java", "class A {}\n/* b\n*/\n", "Java", 1, 2 },
	{ "a.sh", "#!/bin/sh\n# a\necho '# b'\n", "Shell", 1, 2 },
	{ "a.css", "/* a */\nb {}\n", "CSS", 1, 1 },
	{ "a.sql", "-- a\nselect '--'\n", "SQL", 1, 1 },
	{ "a.asm", "; a\nmov b, c ; d\n", "Assembly", 1, 1 },
	{ "a.S", "// a\n", NULL, 0, 0 },
	{ "a.s", "// a\nmov b\n", "GNU Style Assembly", 1, 1 },
	{ "a.hs", "{- a {- b -}\n-}\nmain = c\n", "Haskell", 1, 2 },
	{ "a.lua", "-- a\nb\n", "Lua", 1, 1 },
	{ "a.d", "/+ a /+ b +/\nc +/\nd\n/* e /* f */\ng\n", "D", 2, 3 },
	{ "a.f", "      A\nc comment\n      c no comment\n* b\n", "FORTRAN Legacy", 2, 2 },
	{ "a.html", "<p>\n<!-- a\n-->\n<script>\nb();\n</script>\n</p>\n", "HTML", 4, 2 },
	{ "a.html", "<script type=\"module\">\nb();\n// c\n</script><p>\n", "HTML", 2, 0 },
	{ "a.html", "<script></script>\n<style>\nb {}\n", "HTML", 3, 0 },
	{ "a.vue", "<template>\n<p/>\n</template>\n<style lang=\"scss\">\na\n</style>\n", "Vue", 4,
	  0 },
	{ "a.wat", ";; a\n(module)\n", "WebAssembly", 1, 1 },
	{ "a.glsl", "void main() {}\n", "GLSL", 1, 0 },
	{ "a.cu", "// a\n", "CUDA", 0, 1 },
	{ "a.rb", "=begin\na\n=end\nb\n", "Ruby", 1, 3 },
	{ "a.ron", "// a\n(b: 1)\n", "Rusty Object Notation", 1, 1 },
	{ "a.pest", "// a\nb = { c }\n", "Pest", 1, 1 },
	{ "a.swift", "/* /* */ */\na\n", "Swift", 1, 1 },
	{ "a.8th", "\\ a\nb\n", "8th", 1, 1 },
};

static void languages(void **state)
{
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(counted); i++) {
		unsigned code = counted[i].code, comments = counted[i].comments;
		struct text want =
			TEXT("{\"languages\":{},\"total_code_lines\":0,\"total_comment_lines\":0}");

		if (counted[i].language)
			want = text_fmt(a,
					"{\"languages\":{\"%s\":{\"code_lines\":%u,\"comment_"
					"lines\":%u,\"files\":1}},"
					"\"total_code_lines\":%u,\"total_comment_lines\":%u}",
					counted[i].language, code, comments, code, comments);
		check_text_of(counted[i].content, count(a, counted[i].path, counted[i].content),
			      text_z(a, want));
	}
}

static void which_files(void **state)
{
	static const struct {
		const char *path;
		bool wanted;
	} t[] = {
		{ "src/lib.rs", true },
		{ "build.rs", true },
		{ "benches/a.rs", false },
		{ "benchmark/a.rs", false },
		{ "Examples/a.rs", false },
		{ "src/tests/mod.rs", false },
		{ "test/a.c", false },
		{ "src/testing/a.rs", false },
		{ "src/test.rs", true },
		{ "src/tests.rs", true },
		{ "src/latest/a.rs", false }, /* upstream: anywhere in the path */
		{ "src/.hidden.rs", false },
		{ ".cargo/a.rs", true },
		{ ".rs", false },
		{ "src/a.RS", false },
		{ "a.HC", true },
		{ "src/a", false },
		{ "src/a.", false },
		{ "src/a.rs.txt", false },
		{ "src.rs/a", false },
		{ "Rakefile", false }, /* upstream: by extension only */
		{ "README.md", false },
		{ "Cargo.toml", false },
		{ "a.json", false },
		{ "a.yaml", false },
		{ "a.yml", false },
		{ "a.xml", false },
		{ "a.ini", false },
		{ "a.txt", false },
		{ "a.rst", false },
		{ "a.adoc", false },
		{ "a.org", false },
		{ "a.mk", false },
		{ "a.cmake", false },
		{ "a.dockerfile", false },
		{ "a.in", false },
		{ "a.csproj", false },
		{ "a.bzl", false },
		{ "a.nix", false },
		{ "a.bat", false },
		{ "a.ps1", false },
		{ "a.svg", false },
		{ "a.hex", false },
		{ "a.proto", false },
		{ "a.thrift", false },
		{ "a.exe", false },
		{ "a.c cpp", false },
		{ "", false },
		{ "/", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		if (lines_wants(text_from(t[i].path)) != t[i].wanted)
			fail_msg("%s: not %s", t[i].path, t[i].wanted ? "counted" : "skipped");
}

static void sums_by_language_in_order_of_names(void **state)
{
	struct arena *a = check_arena(state);
	struct lines *l = lines_begin(a);

	lines_file(l, TEXT("src/z.rs"), TEXT("a\n// b\n"));
	lines_file(l, TEXT("src/a.rs"), TEXT("a\nb\n"));
	lines_file(l, TEXT("src/b.c"), TEXT("a\n"));
	lines_file(l, TEXT("src/b.cc"), TEXT("// a\n"));
	lines_file(l, TEXT("tests/c.rs"), TEXT("a\n"));
	lines_file(l, TEXT("README.md"), TEXT("a\n"));
	check_text_of("sums", lines_json(l),
		      "{\"languages\":{\"C\":{\"code_lines\":1,\"comment_lines\":0,\"files\":1},"
		      "\"C++\":{\"code_lines\":0,\"comment_lines\":1,\"files\":1},"
		      "\"Rust\":{\"code_lines\":3,\"comment_lines\":1,\"files\":2}},"
		      "\"total_code_lines\":4,\"total_comment_lines\":2}");
}

/* A hundred times the size must not take thousands of times as long: 2 MB of each in a few seconds of CPU. */
static void no_file_is_slow(void **state)
{
	static const struct {
		const char *path, *part;
	} t[] = {
		{ "a.rs", "/*" },
		{ "a.rs", "\"" },
		{ "a.rs", " " },
		{ "a.rs", "\"\n\n \n" },
		{ "a.rs", "\"\"\n  " },
		{ "a.rs", "/// a\n" },
		{ "a.rs", "\\" },
		{ "a.html", "<script>" },
		{ "a.html", "<script>\n" },
		{ "a.html", "<script>a</script>" },
		{ "a.html", "<style lang=\"" },
		{ "a.html", "<script type=\"x\">a</script>\n" },
		{ "a.vue", "<template>" },
		{ "a.d", "/+" },
		{ "a.py", "\"\"\"a" },
		{ "a.lf", "{=" },
		{ "a.raku", "=begin " },
		{ "a.hs", "{-" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct arena *a = arena_new(0);
		struct text part = text_from(t[i].part);
		size_t n = 2000000 / part.n * part.n;
		char *p = arena_alloc(a, n);
		clock_t start;

		for (size_t k = 0; k < n; k++)
			p[k] = part.p[k % part.n];
		start = clock();
		lines_file(lines_begin(a), text_from(t[i].path), (struct text){ p, n });
		if (clock() - start > 8 * CLOCKS_PER_SEC)
			fail_msg("%s of %s: %ld s", t[i].path, t[i].part,
				 (long)((clock() - start) / CLOCKS_PER_SEC));
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(languages),
		cmocka_unit_test(which_files),
		cmocka_unit_test(sums_by_language_in_order_of_names),
		cmocka_unit_test(no_file_is_slow),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
