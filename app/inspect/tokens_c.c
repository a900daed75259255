/* C and C++. */
#include "app/inspect/tokens_scan.h"

static const char *const keywords[] = {
	"auto",
	"break",
	"case",
	"catch",
	"class",
	"const",
	"constexpr",
	"continue",
	"default",
	"delete",
	"do",
	"else",
	"enum",
	"extern",
	"false",
	"final",
	"for",
	"friend",
	"goto",
	"if",
	"inline",
	"namespace",
	"new",
	"noexcept",
	"nullptr",
	"operator",
	"override",
	"private",
	"protected",
	"public",
	"register",
	"restrict",
	"return",
	"sizeof",
	"static",
	"static_assert",
	"struct",
	"switch",
	"template",
	"this",
	"throw",
	"true",
	"try",
	"typedef",
	"typename",
	"union",
	"using",
	"virtual",
	"volatile",
	"while",
	"NULL",
	"_Atomic",
	"_Generic",
	"_Noreturn",
	"_Static_assert",
	NULL,
};

static const char *const types[] = {
	"bool",     "char",     "double",    "float",   "int",     "long",     "short",
	"signed",   "unsigned", "void",      "wchar_t", "size_t",  "ssize_t",  "ptrdiff_t",
	"int8_t",   "int16_t",  "int32_t",   "int64_t", "uint8_t", "uint16_t", "uint32_t",
	"uint64_t", "intptr_t", "uintptr_t", "FILE",    "_Bool",   NULL,
};

/* The directive's name and, of an include, its file; what else is on the line is coloured as usual. */
static void directive(struct lex *s)
{
	size_t at = lex_blank(s, s->at + 1), end = lex_word(s, at);
	bool include = text_starts(text_sub(s->t, at, end), TEXT("include"));

	lex_take(s, end > at ? end : s->at + 1, TOKEN_ATTRIBUTE);
	if (!include)
		return;
	lex_take(s, lex_blank(s, s->at), TOKEN_PLAIN);
	if (lex_byte(s, 0) == '<') {
		size_t line = lex_line(s, s->at);
		size_t close = text_find_byte(text_sub(s->t, s->at, line), '>');

		lex_take(s, s->at + close + 1 < line ? s->at + close + 1 : line, TOKEN_STRING);
	}
}

static void word(struct lex *s)
{
	size_t end = lex_word(s, s->at);
	struct text w = text_sub(s->t, s->at, end);
	enum token_class c = TOKEN_PLAIN;

	if (lex_is_one_of(w, keywords))
		c = TOKEN_KEYWORD;
	else if (lex_is_one_of(w, types))
		c = TOKEN_TYPE;
	else if (end < s->t.n && s->t.p[end] == '(')
		c = TOKEN_NAME;
	lex_take(s, end, c);
}

void tokens_c(struct lex *s)
{
	bool line_begins = true;

	while (s->at < s->t.n) {
		char c = lex_byte(s, 0);

		if (lex_is(s, s->at, TEXT("//")))
			lex_take(s, lex_line(s, s->at), TOKEN_COMMENT);
		else if (lex_is(s, s->at, TEXT("/*")))
			lex_take(s, lex_until(s, s->at + 2, TEXT("*/")), TOKEN_COMMENT);
		else if (c == '#' && line_begins)
			directive(s);
		else if (c == '"' || c == '\'')
			lex_take(s, lex_quoted(s, s->at, true, true), TOKEN_STRING);
		else if (char_is_digit(c))
			lex_take(s, lex_number(s, s->at), TOKEN_NUMBER);
		else if (lex_word(s, s->at) > s->at)
			word(s);
		else
			lex_take(s, s->at + 1, TOKEN_PLAIN);
		line_begins = c == '\n' || (line_begins && (c == ' ' || c == '\t'));
	}
}
