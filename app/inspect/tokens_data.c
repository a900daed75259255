/* TOML and JSON. */
#include "app/inspect/tokens_scan.h"

static const char *const words[] = { "true", "false", "null", "inf", "nan", NULL };

/* ---- TOML (https://toml.io/en/v1.0.0) */

/* Behind the string at `at`, of any of the four kinds. */
static size_t toml_string(const struct scan *s, size_t at)
{
	bool basic = s->t.p[at] == '"';
	struct text three = basic ? TEXT("\"\"\"") : TEXT("'''");

	if (!scan_is(s, at, three))
		return scan_quoted(s, at, basic, true);
	for (size_t i = at + three.n; i < s->t.n; i++) {
		if (basic && s->t.p[i] == '\\')
			i++;
		else if (scan_is(s, i, three))
			return i + three.n;
	}
	return s->t.n;
}

/* Bare and quoted parts with dots between, up to '=' or whatever else comes. */
static void toml_key(struct scan *s)
{
	while (s->at < s->t.n) {
		char c = scan_byte(s, 0);

		if (c == '"' || c == '\'')
			scan_take(s, scan_quoted(s, s->at, c == '"', true), TOKEN_NAME);
		else if (char_is_alnum(c) || c == '_' || c == '-')
			scan_take(s, s->at + 1, TOKEN_NAME);
		else if (c == '.' || c == ' ' || c == '\t')
			scan_take(s, s->at + 1, TOKEN_PLAIN);
		else
			return;
	}
}

static void toml_word(struct scan *s)
{
	size_t end = scan_word(s, s->at);

	scan_take(s, end,
		  scan_is_one_of(text_sub(s->t, s->at, end), words) ? TOKEN_KEYWORD : TOKEN_PLAIN);
}

/* Numbers and dates: 1979-05-27T07:32:00Z */
static size_t toml_number(const struct scan *s, size_t at)
{
	while (at < s->t.n &&
	       (char_is_alnum(s->t.p[at]) || text_has_byte(TEXT("+-_.:"), s->t.p[at])))
		at++;
	return at;
}

void tokens_toml(struct scan *s)
{
	bool value = false;  /* behind '=' */
	size_t brackets = 0; /* open ones of a value */

	while (s->at < s->t.n) {
		char c = scan_byte(s, 0);

		if (c == '#') {
			scan_take(s, scan_line(s, s->at), TOKEN_COMMENT);
		} else if (c == '\n') {
			value = value && brackets > 0;
			scan_take(s, s->at + 1, TOKEN_PLAIN);
		} else if (!value && c == '[') {
			scan_take(s, scan_line(s, s->at), TOKEN_TYPE);
		} else if (!value && (char_is_alnum(c) || text_has_byte(TEXT("_-\"'"), c))) {
			toml_key(s);
		} else if (c == '=') {
			value = true;
			scan_take(s, s->at + 1, TOKEN_PLAIN);
		} else if (value && (c == '"' || c == '\'')) {
			scan_take(s, toml_string(s, s->at), TOKEN_STRING);
		} else if (value && (char_is_digit(c) || c == '-' || c == '+')) {
			scan_take(s, toml_number(s, s->at), TOKEN_NUMBER);
		} else if (value && scan_word(s, s->at) > s->at) {
			toml_word(s);
		} else {
			/* An inline table has keys again, which look like any word: they stay plain. */
			if (value && (c == '[' || c == '{'))
				brackets++;
			else if ((c == ']' || c == '}') && brackets > 0)
				brackets--;
			scan_take(s, s->at + 1, TOKEN_PLAIN);
		}
	}
}

/* ---- JSON, with the comments that many of its files have */

void tokens_json(struct scan *s)
{
	while (s->at < s->t.n) {
		char c = scan_byte(s, 0);

		if (c == '"') {
			size_t end = scan_quoted(s, s->at, true, true);
			size_t next = scan_blank(s, end);
			bool key = next < s->t.n && s->t.p[next] == ':';

			scan_take(s, end, key ? TOKEN_NAME : TOKEN_STRING);
			scan_take(s, next, TOKEN_PLAIN);
		} else if (scan_is(s, s->at, TEXT("//"))) {
			scan_take(s, scan_line(s, s->at), TOKEN_COMMENT);
		} else if (scan_is(s, s->at, TEXT("/*"))) {
			scan_take(s, scan_until(s, s->at + 2, TEXT("*/")), TOKEN_COMMENT);
		} else if (char_is_digit(c) || (c == '-' && char_is_digit(scan_byte(s, 1)))) {
			scan_take(s, scan_number(s, s->at + 1), TOKEN_NUMBER);
		} else if (scan_word(s, s->at) > s->at) {
			toml_word(s);
		} else {
			scan_take(s, s->at + 1, TOKEN_PLAIN);
		}
	}
}
