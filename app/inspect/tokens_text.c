/* Shell scripts, sessions of a shell and Markdown: line by line. */
#include "app/inspect/tokens_scan.h"

enum {
	CODE_SPAN_MAX =
		128, /* how far a closing backtick is looked for: what is longer stays plain */
	HEREDOC_WORD_MAX = 64, /* a longer one begins none */
};

/* ---- Shell */

static const char *const keywords[] = {
	"if",    "then",     "else", "elif",  "fi",     "for",    "while",    "until", "do",
	"done",  "case",     "esac", "in",    "select", "return", "function", "local", "export",
	"exit",  "readonly", "set",  "shift", "unset",  "trap",   "eval",     "exec",  "source",
	"break", "continue", "cd",   "echo",  "printf", "test",   NULL,
};

struct heredoc {
	struct text word; /* absent: none was announced on this line */
	bool tabs;        /* <<-: its end may be indented */
};

/* $x, ${x}, $1, $? */
static void variable(struct lex *s)
{
	char next = lex_byte(s, 1);
	size_t end = lex_word(s, s->at + 1);

	if (next == '{')
		while (end < s->t.n && s->t.p[end] != '\n' && s->t.p[end++] != '}')
			;
	else if (end == s->at + 1 && next && text_has_byte(TEXT("?#@*$!-"), next))
		end++;
	lex_take(s, end, end > s->at + 1 ? TOKEN_NAME : TOKEN_PLAIN);
}

/* <<WORD, <<-'WORD' */
static void heredoc_begins(struct lex *s, struct heredoc *h)
{
	size_t at = s->at + 2, end;
	char quote;

	h->tabs = at < s->t.n && s->t.p[at] == '-';
	at = lex_blank(s, at + h->tabs);
	quote = at < s->t.n ? s->t.p[at] : '\0';
	at += quote == '"' || quote == '\'' || quote == '\\';
	end = lex_word(s, at);
	if (end > at && end - at <= HEREDOC_WORD_MAX)
		h->word = text_sub(s->t, at, end);
	if (quote && quote != '\\' && end < s->t.n && s->t.p[end] == quote)
		end++;
	lex_take(s, end, TOKEN_PLAIN);
}

/* The lines up to the one that is the word. */
static void heredoc_body(struct lex *s, struct heredoc *h)
{
	size_t at = s->at;

	while (at < s->t.n) {
		size_t end = lex_line(s, at), from = at;

		while (h->tabs && from < end && s->t.p[from] == '\t')
			from++;
		if (text_eq(text_sub(s->t, from, end), h->word))
			break;
		at = end + 1;
	}
	lex_take(s, at, TOKEN_STRING);
	h->word = TEXT_NONE;
}

static void shell_word(struct lex *s, bool command)
{
	size_t end = lex_word(s, s->at);
	enum token_class c = TOKEN_PLAIN;

	if (command && lex_is_one_of(text_sub(s->t, s->at, end), keywords))
		c = TOKEN_KEYWORD;
	else if (command && end < s->t.n && s->t.p[end] == '=')
		c = TOKEN_NAME;
	else if (char_is_digit(lex_byte(s, 0)))
		c = TOKEN_NUMBER;
	lex_take(s, end, c);
}

void tokens_shell(struct lex *s)
{
	struct heredoc h = { 0 };
	bool blank = true; /* a word begins here */

	while (s->at < s->t.n) {
		char c = lex_byte(s, 0);

		if (c == '#' && blank) {
			lex_take(s, lex_line(s, s->at), TOKEN_COMMENT);
		} else if (c == '\n') {
			lex_take(s, s->at + 1, TOKEN_PLAIN);
			if (h.word.p)
				heredoc_body(s, &h);
		} else if (c == '\\') {
			lex_take(s, s->at + 2, TOKEN_PLAIN);
		} else if (c == '"' || c == '\'') {
			lex_take(s, lex_quoted(s, s->at, c == '"', false), TOKEN_STRING);
		} else if (c == '$') {
			variable(s);
		} else if (lex_is(s, s->at, TEXT("<<")) && !lex_is(s, s->at, TEXT("<<<"))) {
			heredoc_begins(s, &h);
		} else if (lex_word(s, s->at) > s->at) {
			shell_word(s, blank);
		} else {
			lex_take(s, s->at + 1, TOKEN_PLAIN);
		}
		blank = char_is_space(c) || text_has_byte(TEXT(";&|(){}"), c);
	}
}

/* ---- a session: commands behind a prompt, and what they printed */

/* Behind the prompt that the line at `at` begins with; `at` where there is none. */
static size_t prompt(const struct lex *s, size_t at)
{
	size_t ink = lex_blank(s, at);

	return ink + 1 < s->t.n && text_has_byte(TEXT("$%>"), s->t.p[ink]) && s->t.p[ink + 1] == ' '
		       ? ink + 1
		       : at;
}

/* The line and those that a backslash at its end adds. */
static void command(struct lex *s)
{
	struct text all = s->t;
	size_t end = lex_line(s, s->at);

	while (end < all.n && end > s->at && all.p[end - 1] == '\\')
		end = lex_line(s, end + 1);
	s->t.n = end;
	tokens_shell(s);
	s->t = all;
}

void tokens_console(struct lex *s)
{
	bool any = false;

	for (size_t at = 0; at < s->t.n && !any; at = lex_line(s, at) + 1)
		any = prompt(s, at) > at;
	if (!any) {
		tokens_shell(s);
		return;
	}
	while (s->at < s->t.n) {
		size_t behind = prompt(s, s->at);

		if (behind > s->at) {
			lex_take(s, behind, TOKEN_COMMENT);
			command(s);
		} else {
			lex_take(s, lex_line(s, s->at),
				 lex_byte(s, 0) == '#' ? TOKEN_COMMENT : TOKEN_PLAIN);
		}
		lex_take(s, s->at + 1, TOKEN_PLAIN);
	}
}

/* ---- Markdown */

/* How often c stands at `at`. */
static size_t run_of(const struct lex *s, size_t at, size_t end, char c)
{
	size_t n = 0;

	while (at + n < end && s->t.p[at + n] == c)
		n++;
	return n;
}

/* A fence and what is in it, up to a line that closes it. */
static void fenced(struct lex *s, char fence, size_t n)
{
	lex_take(s, lex_line(s, s->at), TOKEN_ATTRIBUTE);
	lex_take(s, s->at + 1, TOKEN_PLAIN);
	while (s->at < s->t.n) {
		size_t end = lex_line(s, s->at), ink = lex_blank(s, s->at);

		if (run_of(s, ink, end, fence) >= n) {
			lex_take(s, end, TOKEN_ATTRIBUTE);
			return;
		}
		lex_take(s, end, TOKEN_STRING);
		lex_take(s, end + 1, TOKEN_PLAIN);
	}
}

/* Behind the code span that n backticks at `at` begin; `at` where it does not end soon. */
static size_t code_span(const struct lex *s, size_t at, size_t end, size_t n)
{
	size_t i = at + n;

	if (end - i > CODE_SPAN_MAX)
		end = i + CODE_SPAN_MAX;
	while (i < end) {
		size_t closing = run_of(s, i, end, '`');

		if (closing == n)
			return i + n;
		i += closing ? closing : 1;
	}
	return at;
}

/* The rest of a line: code spans, and the targets of links. */
static void inline_text(struct lex *s, size_t end)
{
	while (s->at < end) {
		char c = lex_byte(s, 0);

		if (c == '`') {
			size_t n = run_of(s, s->at, end, '`'), close = code_span(s, s->at, end, n);

			lex_take(s, close > s->at ? close : s->at + n,
				 close > s->at ? TOKEN_STRING : TOKEN_PLAIN);
		} else if (c == ']' && lex_byte(s, 1) == '(') {
			/* one that is not closed goes to the end of the line, so nothing is looked at twice */
			size_t close = s->at + text_find_byte(text_sub(s->t, s->at, end), ')');

			lex_take(s, s->at + 2, TOKEN_PLAIN);
			lex_take(s, close, TOKEN_NAME);
		} else {
			lex_take(s, s->at + 1 + (c == '\\' && s->at + 1 < end), TOKEN_PLAIN);
		}
	}
}

/* A list's mark, of one character or a number. */
static size_t list_mark(const struct lex *s, size_t at, size_t end)
{
	size_t i = at;

	if (at < end && text_has_byte(TEXT("-*+"), s->t.p[at]))
		i++;
	while (i < end && i < at + 9 && char_is_digit(s->t.p[i]))
		i++;
	if (i > at && i < end && (s->t.p[i] == '.' || s->t.p[i] == ')'))
		i++;
	return i > at && i < end && s->t.p[i] == ' ' ? i : at;
}

static void markdown_line(struct lex *s)
{
	size_t end = lex_line(s, s->at), ink = lex_blank(s, s->at), hashes;
	char c = ink < end ? s->t.p[ink] : '\0';

	if ((c == '`' || c == '~') && run_of(s, ink, end, c) >= 3) {
		fenced(s, c, run_of(s, ink, end, c));
		return;
	}
	hashes = run_of(s, ink, end, '#');
	if (hashes > 0 && hashes <= 6 && (ink + hashes == end || s->t.p[ink + hashes] == ' ')) {
		lex_take(s, end, TOKEN_KEYWORD);
		return;
	}
	lex_take(s, ink, TOKEN_PLAIN);
	while (lex_byte(s, 0) == '>' && s->at < end) {
		lex_take(s, s->at + 1, TOKEN_ATTRIBUTE);
		lex_take(s, lex_blank(s, s->at), TOKEN_PLAIN);
	}
	lex_take(s, list_mark(s, s->at, end), TOKEN_ATTRIBUTE);
	inline_text(s, end);
}

void tokens_markdown(struct lex *s)
{
	while (s->at < s->t.n) {
		if (lex_is(s, s->at, TEXT("<!--")))
			lex_take(s, lex_until(s, s->at + 4, TEXT("-->")), TOKEN_COMMENT);
		markdown_line(s);
		lex_take(s, s->at + 1, TOKEN_PLAIN);
	}
}
