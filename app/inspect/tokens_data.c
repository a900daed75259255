/* TOML and JSON. */
#include "app/inspect/tokens_scan.h"

static const char *const words[] = { "true", "false", "null", "inf", "nan", NULL };

/* ---- TOML (https://toml.io/en/v1.0.0) */

/* Behind the string at `at`, of any of the four kinds. */
static size_t toml_string(const struct lex *s, size_t at)
{
	bool basic = s->t.p[at] == '"';
	struct text three = basic ? TEXT("\"\"\"") : TEXT("'''");

	if (!lex_is(s, at, three))
		return lex_quoted(s, at, basic, true);
	for (size_t i = at + three.n; i < s->t.n; i++) {
		if (basic && s->t.p[i] == '\\')
			i++;
		else if (lex_is(s, i, three))
			return i + three.n;
	}
	return s->t.n;
}

/* Bare and quoted parts with dots between, up to '=' or whatever else comes. */
static void toml_key(struct lex *s)
{
	while (s->at < s->t.n) {
		char c = lex_byte(s, 0);

		if (c == '"' || c == '\'')
			lex_take(s, lex_quoted(s, s->at, c == '"', true), TOKEN_NAME);
		else if (char_is_alnum(c) || c == '_' || c == '-')
			lex_take(s, s->at + 1, TOKEN_NAME);
		else if (c == '.' || c == ' ' || c == '\t')
			lex_take(s, s->at + 1, TOKEN_PLAIN);
		else
			return;
	}
}

static void toml_word(struct lex *s)
{
	size_t end = lex_word(s, s->at);

	lex_take(s, end,
		 lex_is_one_of(text_sub(s->t, s->at, end), words) ? TOKEN_KEYWORD : TOKEN_PLAIN);
}

/* Numbers and dates: 1979-05-27T07:32:00Z */
static size_t toml_number(const struct lex *s, size_t at)
{
	while (at < s->t.n &&
	       (char_is_alnum(s->t.p[at]) || text_has_byte(TEXT("+-_.:"), s->t.p[at])))
		at++;
	return at;
}

void tokens_toml(struct lex *s)
{
	bool value = false;  /* behind '=' */
	size_t brackets = 0; /* open ones of a value */

	while (s->at < s->t.n) {
		char c = lex_byte(s, 0);

		if (c == '#') {
			lex_take(s, lex_line(s, s->at), TOKEN_COMMENT);
		} else if (c == '\n') {
			value = value && brackets > 0;
			lex_take(s, s->at + 1, TOKEN_PLAIN);
		} else if (!value && c == '[') {
			lex_take(s, lex_line(s, s->at), TOKEN_TYPE);
		} else if (!value && (char_is_alnum(c) || text_has_byte(TEXT("_-\"'"), c))) {
			toml_key(s);
		} else if (c == '=') {
			value = true;
			lex_take(s, s->at + 1, TOKEN_PLAIN);
		} else if (value && (c == '"' || c == '\'')) {
			lex_take(s, toml_string(s, s->at), TOKEN_STRING);
		} else if (value && (char_is_digit(c) || c == '-' || c == '+')) {
			lex_take(s, toml_number(s, s->at), TOKEN_NUMBER);
		} else if (value && lex_word(s, s->at) > s->at) {
			toml_word(s);
		} else {
			/* An inline table has keys again, which look like any word: they stay plain. */
			if (value && (c == '[' || c == '{'))
				brackets++;
			else if ((c == ']' || c == '}') && brackets > 0)
				brackets--;
			lex_take(s, s->at + 1, TOKEN_PLAIN);
		}
	}
}

/* ---- JSON, with the comments that many of its files have */

void tokens_json(struct lex *s)
{
	while (s->at < s->t.n) {
		char c = lex_byte(s, 0);

		if (c == '"') {
			size_t end = lex_quoted(s, s->at, true, true);
			size_t next = lex_blank(s, end);
			bool key = next < s->t.n && s->t.p[next] == ':';

			lex_take(s, end, key ? TOKEN_NAME : TOKEN_STRING);
			lex_take(s, next, TOKEN_PLAIN);
		} else if (lex_is(s, s->at, TEXT("//"))) {
			lex_take(s, lex_line(s, s->at), TOKEN_COMMENT);
		} else if (lex_is(s, s->at, TEXT("/*"))) {
			lex_take(s, lex_until(s, s->at + 2, TEXT("*/")), TOKEN_COMMENT);
		} else if (char_is_digit(c) || (c == '-' && char_is_digit(lex_byte(s, 1)))) {
			lex_take(s, lex_number(s, s->at + 1), TOKEN_NUMBER);
		} else if (lex_word(s, s->at) > s->at) {
			toml_word(s);
		} else {
			lex_take(s, s->at + 1, TOKEN_PLAIN);
		}
	}
}
