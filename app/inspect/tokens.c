#include "app/inspect/tokens.h"

#include "app/inspect/tokens_scan.h"

#include <string.h>

enum { SHEBANG_MAX = 80 };

/* ---- which language */

static const struct {
	const char *ending; /* of the path, case ignored */
	enum tokens_language language;
} endings[] = {
	{ ".rs", TOKENS_RUST },
	{ ".toml", TOKENS_TOML },
	{ "cargo.lock", TOKENS_TOML },
	{ "cargo.toml.orig", TOKENS_TOML },
	{ ".json", TOKENS_JSON },
	{ ".jsonc", TOKENS_JSON },
	{ ".json5", TOKENS_JSON },
	{ ".sh", TOKENS_SHELL },
	{ ".bash", TOKENS_SHELL },
	{ ".zsh", TOKENS_SHELL },
	{ ".md", TOKENS_MARKDOWN },
	{ ".markdown", TOKENS_MARKDOWN },
	{ ".c", TOKENS_C },
	{ ".h", TOKENS_C },
	{ ".cc", TOKENS_C },
	{ ".cpp", TOKENS_C },
	{ ".cxx", TOKENS_C },
	{ ".hh", TOKENS_C },
	{ ".hpp", TOKENS_C },
	{ ".hxx", TOKENS_C },
};

static bool ends_nocase(struct text t, struct text with)
{
	return t.n >= with.n && text_eq_nocase(text_sub(t, t.n - with.n, t.n), with);
}

enum tokens_language tokens_language(struct text path, struct text content)
{
	struct text first = text_sub(content, 0, SHEBANG_MAX);

	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		if (ends_nocase(path, text_from(endings[i].ending)))
			return endings[i].language;
	first = text_trim(text_sub(first, 0, text_find_byte(first, '\n')));
	/* "#!/bin/sh", "#!/usr/bin/env bash" */
	if (text_starts(first, TEXT("#!")) && text_ends(first, TEXT("sh")))
		return TOKENS_SHELL;
	return TOKENS_NONE;
}

/* A shell's block may hold a script or a session: which, is seen in it. */
static const struct {
	const char *name;
	enum tokens_language language;
} fences[] = {
	{ "rust", TOKENS_RUST },
	{ "rs", TOKENS_RUST },
	/* what rustdoc takes for Rust */
	{ "no_run", TOKENS_RUST },
	{ "should_panic", TOKENS_RUST },
	{ "compile_fail", TOKENS_RUST },
	{ "toml", TOKENS_TOML },
	{ "json", TOKENS_JSON },
	{ "jsonc", TOKENS_JSON },
	{ "json5", TOKENS_JSON },
	{ "sh", TOKENS_CONSOLE },
	{ "bash", TOKENS_CONSOLE },
	{ "zsh", TOKENS_CONSOLE },
	{ "shell", TOKENS_CONSOLE },
	{ "console", TOKENS_CONSOLE },
	{ "terminal", TOKENS_CONSOLE },
	{ "shell-session", TOKENS_CONSOLE },
	{ "shellsession", TOKENS_CONSOLE },
	{ "sh-session", TOKENS_CONSOLE },
	{ "bash-session", TOKENS_CONSOLE },
	{ "markdown", TOKENS_MARKDOWN },
	{ "md", TOKENS_MARKDOWN },
	{ "c", TOKENS_C },
	{ "h", TOKENS_C },
	{ "c++", TOKENS_C },
	{ "cc", TOKENS_C },
	{ "cpp", TOKENS_C },
	{ "cxx", TOKENS_C },
	{ "hpp", TOKENS_C },
};

enum tokens_language tokens_language_of_fence(struct text name)
{
	for (size_t i = 0; i < ARRAY_SIZE(fences); i++)
		if (text_eq_nocase(name, text_from(fences[i].name)))
			return fences[i].language;
	return TOKENS_NONE;
}

struct text tokens_language_name(enum tokens_language l)
{
	switch (l) {
	case TOKENS_NONE:
		break;
	case TOKENS_RUST:
		return TEXT("Rust");
	case TOKENS_TOML:
		return TEXT("TOML");
	case TOKENS_JSON:
		return TEXT("JSON");
	case TOKENS_SHELL:
	case TOKENS_CONSOLE:
		return TEXT("Shell");
	case TOKENS_MARKDOWN:
		return TEXT("Markdown");
	case TOKENS_C:
		return TEXT("C");
	}
	return TEXT_NONE;
}

/* ---- the packed form */

static void write_held(struct lex *s)
{
	size_t n = s->held_n;

	if (!n)
		return;
	buf_byte(s->out, (char)s->held);
	for (; n >= LEB_MORE; n >>= LEB_BITS)
		buf_byte(s->out, (char)(unsigned char)((n & (LEB_MORE - 1)) | LEB_MORE));
	buf_byte(s->out, (char)n);
	s->held_n = 0;
}

void lex_take(struct lex *s, size_t end, enum token_class c)
{
	if (end > s->t.n)
		end = s->t.n;
	if (end <= s->at)
		return;
	if (c != s->held)
		write_held(s);
	s->held = c;
	s->held_n += end - s->at;
	s->at = end;
}

void tokens_write(struct buf *b, enum tokens_language l, struct text t)
{
	struct lex s = { .t = t, .out = b };

	switch (l) {
	case TOKENS_NONE:
		break;
	case TOKENS_RUST:
		tokens_rust(&s);
		break;
	case TOKENS_TOML:
		tokens_toml(&s);
		break;
	case TOKENS_JSON:
		tokens_json(&s);
		break;
	case TOKENS_SHELL:
		tokens_shell(&s);
		break;
	case TOKENS_MARKDOWN:
		tokens_markdown(&s);
		break;
	case TOKENS_C:
		tokens_c(&s);
		break;
	case TOKENS_CONSOLE:
		tokens_console(&s);
		break;
	}
	lex_take(&s, t.n, TOKEN_PLAIN);
	write_held(&s);
}

/* ---- for the languages */

bool lex_is(const struct lex *s, size_t at, struct text what)
{
	return at <= s->t.n && s->t.n - at >= what.n && memcmp(s->t.p + at, what.p, what.n) == 0;
}

size_t lex_line(const struct lex *s, size_t at)
{
	const char *end = at < s->t.n ? memchr(s->t.p + at, '\n', s->t.n - at) : NULL;

	return end ? (size_t)(end - s->t.p) : s->t.n;
}

static bool is_word(char c)
{
	return char_is_alnum(c) || c == '_' || (unsigned char)c >= 0x80;
}

size_t lex_word(const struct lex *s, size_t at)
{
	while (at < s->t.n && is_word(s->t.p[at]))
		at++;
	return at;
}

size_t lex_blank(const struct lex *s, size_t at)
{
	while (at < s->t.n && (s->t.p[at] == ' ' || s->t.p[at] == '\t'))
		at++;
	return at;
}

size_t lex_space(const struct lex *s, size_t at)
{
	while (at < s->t.n && char_is_space(s->t.p[at]))
		at++;
	return at;
}

size_t lex_until(const struct lex *s, size_t at, struct text end)
{
	struct text rest = text_sub(s->t, at, s->t.n);
	size_t found = text_find(rest, end);

	return found < rest.n ? at + found + end.n : s->t.n;
}

size_t lex_quoted(const struct lex *s, size_t at, bool escapes, bool one_line)
{
	char quote = s->t.p[at];

	for (size_t i = at + 1; i < s->t.n; i++) {
		char c = s->t.p[i];

		if (c == quote)
			return i + 1;
		if (c == '\n' && one_line)
			return i;
		if (c == '\\' && escapes)
			i++;
	}
	return s->t.n;
}

size_t lex_number(const struct lex *s, size_t at)
{
	bool hex = lex_is(s, at, TEXT("0x")) || lex_is(s, at, TEXT("0X"));
	size_t i = at;

	for (; i < s->t.n; i++) {
		char c = s->t.p[i];
		bool exponent = i > at && !hex && char_lower(s->t.p[i - 1]) == 'e';
		bool digit_next = i + 1 < s->t.n && char_is_digit(s->t.p[i + 1]);

		if (char_is_alnum(c) || c == '_' || (c == '.' && digit_next) ||
		    ((c == '+' || c == '-') && exponent && digit_next))
			continue;
		break;
	}
	return i;
}

bool lex_is_one_of(struct text word, const char *const *words)
{
	for (; *words; words++)
		if (text_eq(word, text_from(*words)))
			return true;
	return false;
}
