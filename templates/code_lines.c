#include "templates/code_lines.h"

enum {
	LINE_HTML = 48,  /* <span id="L12345"><a href="#L12345">12345</a></span> and a line feed */
	PIECE_HTML = 24, /* <span class="k"></span> */
};

/* What the bytes take when escaped. */
static size_t html_size(struct text t)
{
	size_t n = t.n;

	for (size_t i = 0; i < t.n; i++)
		n += text_has_byte(TEXT("&<>\"'"), t.p[i]) ? 5 : 0;
	return n;
}

void code_measure(struct code *c)
{
	size_t html = 0;

	c->bytes_shown = c->text.n;
	c->lines = c->lines_shown = 0;
	for (struct code_piece p = code_walk(c); code_next(&p);) {
		html += html_size(p.text) + (p.class ? PIECE_HTML : 0) + (p.begins ? LINE_HTML : 0);
		if (html <= CODE_HTML_MAX && p.line <= CODE_LINES_MAX && p.ends)
			c->lines_shown = p.line;
		c->lines = p.line;
	}
	/* where the shown lines end */
	if (c->lines_shown < c->lines) {
		c->bytes_shown = 0;
		for (uint64_t i = 0; i < c->lines_shown; i++)
			c->bytes_shown +=
				text_find_byte(text_sub(c->text, c->bytes_shown, c->text.n), '\n') +
				1;
	}
}

struct code_piece code_walk(const struct code *c)
{
	return (struct code_piece){ .code = c, .tokens = c->tokens, .ends = true };
}

static void next_token(struct code_piece *p)
{
	/* they cover the text: the client of the inspector has seen to that */
	if (p->left == 0 && !tokens_next(&p->tokens, &p->token, &p->left))
		p->left = SIZE_MAX;
}

bool code_next(struct code_piece *p)
{
	size_t end = p->code->bytes_shown, n;

	if (p->at == end)
		return false;
	next_token(p);
	p->begins = p->ends;
	if (p->begins) {
		p->line++;
		p->line_end = p->at + text_find_byte(text_sub(p->code->text, p->at, end), '\n');
	}
	n = p->line_end - p->at < p->left ? p->line_end - p->at : p->left;
	p->text = text_sub(p->code->text, p->at, p->at + n);
	p->class = n ? token_css_class(p->token) : NULL;
	p->at += n;
	p->left -= n;
	p->ends = p->at == p->line_end;
	/* the line feed goes with the line, whatever token it is in */
	if (p->ends && p->at < end) {
		next_token(p);
		p->at++;
		p->left--;
	}
	return true;
}

/* ---- hunks */

struct hunk_line hunk_walk(struct text hunks)
{
	return (struct hunk_line){ .rest = hunks };
}

/* The number behind mark in "@@ -1,3 +1,4 @@"; of an empty side the next line is meant. */
static uint64_t range_start(struct text t, char mark)
{
	struct text rest = text_sub(t, text_find_byte(t, mark) + 1, t.n), part = rest;
	size_t end = 0;
	uint64_t n;

	while (end < rest.n && char_is_digit(rest.p[end]))
		end++;
	part = text_sub(rest, 0, end);
	if (!text_u64(part, 0, UINT64_MAX / 2, &n))
		return 1;
	return n + text_starts(text_sub(rest, end, rest.n), TEXT(",0"));
}

bool hunk_next(struct hunk_line *l)
{
	struct text line;

	if (!l->rest.n || !text_cut(&l->rest, '\n', &line))
		return false;
	l->old = l->new = 0;
	l->text = text_sub(line, 1, line.n);
	switch (line.n ? line.p[0] : ' ') {
	case '@':
		l->mark = HUNK_RANGE;
		l->text = line;
		l->next_old = range_start(line, '-');
		l->next_new = range_start(line, '+');
		break;
	case '+':
		l->mark = HUNK_ADDED;
		l->new = l->next_new++;
		break;
	case '-':
		l->mark = HUNK_REMOVED;
		l->old = l->next_old++;
		break;
	case '\\':
		l->mark = HUNK_NOTE;
		break;
	default:
		l->mark = HUNK_SAME;
		l->old = l->next_old++;
		l->new = l->next_new++;
	}
	return true;
}
