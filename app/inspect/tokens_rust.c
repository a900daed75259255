/* Rust: https://doc.rust-lang.org/reference/tokens.html, as far as its colours need it. */
#include "app/inspect/tokens_scan.h"

static const char *const keywords[] = {
	"as",     "async",  "await",  "break", "const", "continue",    "crate", "dyn",    "else",
	"enum",   "extern", "false",  "fn",    "for",   "if",          "impl",  "in",     "let",
	"loop",   "match",  "mod",    "move",  "mut",   "pub",         "ref",   "return", "self",
	"Self",   "static", "struct", "super", "trait", "true",        "try",   "type",   "union",
	"unsafe", "use",    "where",  "while", "yield", "macro_rules", NULL,
};

static const char *const types[] = {
	"bool",  "char", "f32", "f64", "i8",  "i16", "i32",  "i64",   "i128",
	"isize", "str",  "u8",  "u16", "u32", "u64", "u128", "usize", NULL,
};

/* Behind a block comment, which nests. */
static size_t block_comment(const struct lex *s, size_t at)
{
	size_t depth = 0;

	while (at < s->t.n) {
		if (lex_is(s, at, TEXT("/*"))) {
			depth++;
			at += 2;
		} else if (lex_is(s, at, TEXT("*/"))) {
			at += 2;
			if (--depth == 0)
				return at;
		} else {
			at++;
		}
	}
	return at;
}

/* Behind r#"..."#, whose hashes begin at `at`; `at` where it is none (a raw identifier). */
static size_t raw_string(const struct lex *s, size_t at)
{
	size_t hashes = 0, i = at, seen;

	while (i < s->t.n && s->t.p[i] == '#')
		i++;
	hashes = i - at;
	if (i == s->t.n || s->t.p[i] != '"')
		return at;
	while (++i < s->t.n) {
		if (s->t.p[i] != '"')
			continue;
		for (seen = 0; seen < hashes && i + 1 < s->t.n && s->t.p[i + 1] == '#'; seen++)
			i++;
		if (seen == hashes)
			return i + 1;
	}
	return s->t.n;
}

/* Behind the string that a word such as b, r, br, c, cr begins; `end` (of the word) where it begins none. */
static size_t prefixed_string(const struct lex *s, struct text word, size_t end)
{
	static const char *const raw[] = { "r", "br", "cr", NULL }, *const plain[] = { "b", "c",
										       NULL };

	if (end == s->t.n)
		return end;
	if (lex_is_one_of(word, raw) && (s->t.p[end] == '"' || s->t.p[end] == '#'))
		return raw_string(s, end);
	if (lex_is_one_of(word, plain) && s->t.p[end] == '"')
		return lex_quoted(s, end, true, false);
	if (text_eq(word, TEXT("b")) && s->t.p[end] == '\'')
		return lex_quoted(s, end, true, true);
	return end;
}

static enum token_class class_of(const struct lex *s, struct text word, size_t end)
{
	if (lex_is_one_of(word, keywords))
		return TOKEN_KEYWORD;
	if (lex_is_one_of(word, types) || (word.p[0] >= 'A' && word.p[0] <= 'Z'))
		return TOKEN_TYPE;
	if (end < s->t.n &&
	    (s->t.p[end] == '(' || (s->t.p[end] == '!' && !lex_is(s, end, TEXT("!=")))))
		return TOKEN_NAME;
	return TOKEN_PLAIN;
}

static void word(struct lex *s)
{
	size_t end = lex_word(s, s->at), string;
	struct text w = text_sub(s->t, s->at, end);

	string = prefixed_string(s, w, end);
	if (string > end)
		lex_take(s, string, TOKEN_STRING);
	else
		lex_take(s, end, class_of(s, w, end));
}

/* 'a' and '\n' are characters, 'a and 'static are not. */
static void quote(struct lex *s)
{
	size_t at = s->at + 1, next = at;
	uint32_t c;

	if (lex_byte(s, 1) == '\\') {
		lex_take(s, lex_quoted(s, s->at, true, true), TOKEN_STRING);
		return;
	}
	if (text_next_char(s->t, &next, &c) && next < s->t.n && s->t.p[next] == '\'' && c != '\n')
		lex_take(s, next + 1, TOKEN_STRING);
	else if (lex_word(s, at) > at)
		lex_take(s, lex_word(s, at), TOKEN_ATTRIBUTE);
	else
		lex_take(s, at, TOKEN_PLAIN);
}

/* #[...] up to its closing bracket, strings and all; at most its line, so one that goes on is coloured like any other text. */
static void attribute(struct lex *s)
{
	size_t depth = 0, i = s->at;

	while (i < s->t.n && s->t.p[i] != '\n') {
		char c = s->t.p[i];

		i = c == '"' ? lex_quoted(s, i, true, true) : i + 1;
		if (c == '[')
			depth++;
		if (c == ']' && --depth == 0)
			break;
	}
	lex_take(s, i, TOKEN_ATTRIBUTE);
}

void tokens_rust(struct lex *s)
{
	while (s->at < s->t.n) {
		char c = lex_byte(s, 0);

		if (lex_is(s, s->at, TEXT("//")))
			lex_take(s, lex_line(s, s->at), TOKEN_COMMENT);
		else if (lex_is(s, s->at, TEXT("/*")))
			lex_take(s, block_comment(s, s->at), TOKEN_COMMENT);
		else if (s->at == 0 && lex_is(s, 0, TEXT("#!/")))
			lex_take(s, lex_line(s, 0), TOKEN_COMMENT);
		else if (lex_is(s, s->at, TEXT("#[")) || lex_is(s, s->at, TEXT("#![")))
			attribute(s);
		else if (c == '"')
			lex_take(s, lex_quoted(s, s->at, true, false), TOKEN_STRING);
		else if (c == '\'')
			quote(s);
		else if (char_is_digit(c))
			lex_take(s, lex_number(s, s->at), TOKEN_NUMBER);
		else if (lex_word(s, s->at) > s->at)
			word(s);
		else
			lex_take(s, s->at + 1, TOKEN_PLAIN);
	}
}
