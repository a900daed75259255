/*
 * What a README would cost cmark-gfm 0.29, estimated in one pass over its lines. Found by trying:
 * it is linear in nearly everything, but quadratic in open containers (every blank line visits them
 * all), in unclosed `<?`, `<!A` and
 * `<![CDATA[` of a paragraph (each looks for its end up to the end of the paragraph), in `)` behind
 * a URL, and in what stands above the `---|---` of a table.
 */
#include "app/inspect/readme.h"

#include "app/base/compiler.h"

enum {
	CODE_INDENT = 4,
	/* Steps of a quadratic search that one paragraph may take; about a second of CPU. */
	STEPS_MAX = 2000000000,
};

/* A block quote, list item or footnote that is open, and how many columns its lines are indented.
 */
struct container {
	bool quote;
	unsigned width;
};

struct measure {
	struct container open[README_MAX_NESTING];
	unsigned n;
	char fence; /* '`' or '~' in a fenced code block, else 0 */
	size_t fence_len;
	unsigned fence_depth; /* containers around it */
	/* of the paragraph, or table, that the line before belongs to: */
	uint64_t bytes, specials, pipes, lines;
	bool html;          /* it is an HTML block: nothing is looked for in it */
	uint64_t columns;   /* of the widest table in it, 0 without one */
	uint64_t all_cells; /* of tables that are complete */
};

/* The line that is read; column counts tabs as up to four blanks. */
struct line {
	struct text t;
	size_t at;
	unsigned column;
};

static void skip_columns(struct line *l, unsigned n)
{
	unsigned to = l->column + n;

	while (l->column < to && l->at < l->t.n &&
	       (l->t.p[l->at] == ' ' || l->t.p[l->at] == '\t')) {
		l->column += l->t.p[l->at] == '\t' ? CODE_INDENT - l->column % CODE_INDENT : 1;
		l->at++;
	}
}

/* Columns of white space from here on; *ret_at is the first byte behind it. */
static unsigned indent(const struct line *l, size_t *ret_at)
{
	struct line ahead = *l;

	while (ahead.at < ahead.t.n && (ahead.t.p[ahead.at] == ' ' || ahead.t.p[ahead.at] == '\t'))
		skip_columns(&ahead, 1);
	*ret_at = ahead.at;
	return ahead.column - l->column;
}

static bool is_blank(const struct line *l)
{
	size_t at;

	(void)indent(l, &at);
	return at == l->t.n || l->t.p[at] == '\r';
}

static void eat(struct line *l, unsigned columns, size_t bytes)
{
	skip_columns(l, columns);
	l->at += bytes;
	l->column += (unsigned)bytes;
}

/* Goes into the open containers as far as the line continues them, and closes the others. */
static void match_containers(struct measure *m, struct line *l)
{
	unsigned i;

	for (i = 0; i < m->n; i++) {
		size_t at;
		unsigned columns = indent(l, &at);

		if (m->open[i].quote) {
			if (columns >= CODE_INDENT || at == l->t.n || l->t.p[at] != '>')
				break;
			eat(l, columns, 1);
			skip_columns(l, 1);
		} else if (columns >= m->open[i].width)
			skip_columns(l, m->open[i].width);
		else if (!is_blank(l))
			break;
	}
	m->n = i;
	if (m->fence && m->n < m->fence_depth)
		m->fence = 0;
}

/* `* * *`, which looks like nested lists. */
static bool is_thematic_break(struct text t)
{
	unsigned n = 0;

	for (size_t i = 0; i < t.n; i++) {
		if (t.p[i] == t.p[0])
			n++;
		else if (!char_is_space(t.p[i]))
			return false;
	}
	return n >= 3;
}

/* Bytes of the list marker or footnote label at the beginning, 0 for none. */
static size_t item_marker(struct text t)
{
	size_t n = 0, end;

	if (t.n && text_has_byte(TEXT("-+*"), t.p[0]))
		n = t.p[0] != '+' && is_thematic_break(t) ? 0 : 1;
	else if (text_starts(t, TEXT("[^"))) {
		end = text_find(text_sub(t, 0, 1000), TEXT("]:"));
		return end < t.n && end < 1000 ? end + 2 : 0;
	} else {
		while (n < t.n && n < 9 && char_is_digit(t.p[n]))
			n++;
		if (n)
			n = n < t.n && (t.p[n] == '.' || t.p[n] == ')') ? n + 1 : 0;
	}
	return n && (n == t.n || char_is_space(t.p[n])) ? n : 0;
}

/* Opens the containers whose markers follow; false when they are too many. */
static bool open_containers(struct measure *m, struct line *l, bool *ret_opened)
{
	*ret_opened = false;
	for (;;) {
		struct container c = { .quote = false };
		size_t at, n;
		unsigned columns = indent(l, &at);
		struct text rest = text_sub(l->t, at, l->t.n);

		if (columns >= CODE_INDENT || rest.n == 0)
			return true;
		c.quote = rest.p[0] == '>';
		n = c.quote ? 1 : item_marker(rest);
		if (n == 0)
			return true;
		if (m->n == README_MAX_NESTING)
			return false;
		eat(l, columns, n);
		if (c.quote)
			skip_columns(l, 1);
		else if (rest.p[0] == '[')
			c.width = CODE_INDENT;
		else {
			unsigned blanks = indent(l, &at);

			blanks = blanks >= 1 && blanks <= CODE_INDENT && !is_blank(l) ? blanks : 1;
			c.width = columns + (unsigned)n + blanks;
			skip_columns(l, blanks);
		}
		m->open[m->n++] = c;
		*ret_opened = true;
	}
}

/* True when the line belongs to a fenced code block, or begins or ends one. */
static bool is_code(struct measure *m, const struct line *l)
{
	size_t at, n = 0;
	unsigned columns = indent(l, &at);
	struct text rest = text_sub(l->t, at, l->t.n);
	char c = rest.n ? rest.p[0] : 0;

	while (n < rest.n && rest.p[n] == c)
		n++;
	if (m->fence) {
		if (columns < CODE_INDENT && c == m->fence && n >= m->fence_len &&
		    text_trim(text_sub(rest, n, rest.n)).n == 0)
			m->fence = 0;
		return true;
	}
	if (columns >= CODE_INDENT || n < 3 || (c != '`' && c != '~') ||
	    (c == '`' && text_has_byte(text_sub(rest, n, rest.n), '`')))
		return false;
	m->fence = c;
	m->fence_len = n;
	m->fence_depth = m->n;
	return true;
}

static bool is_delimiter_row(struct text t)
{
	bool dash = false;

	for (size_t i = 0; i < t.n; i++) {
		if (t.p[i] == '-')
			dash = true;
		else if (t.p[i] != '|' && t.p[i] != ':' && !char_is_space(t.p[i]))
			return false;
	}
	return dash;
}

/* False when the paragraph that ends here is too much. */
static bool end_paragraph(struct measure *m)
{
	bool fits = m->specials * m->bytes <= STEPS_MAX;

	if (m->columns) {
		uint64_t cells = m->columns * (m->lines + 1); /* short rows are filled up */

		m->all_cells += cells > m->pipes ? cells : m->pipes;
		fits = fits && m->all_cells <= README_MAX_CELLS;
	}
	m->bytes = m->specials = m->pipes = m->lines = m->columns = 0;
	m->html = false;
	return fits;
}

/* Some of the tags that begin an HTML block up to the next blank line (CommonMark 0.29 4.6, kind 6). */
static bool begins_html(struct text t)
{
	static const char *const tags[] = { "center", "details", "div", "dl", "h1",    "h2", "h3",
					    "h4",     "li",      "ol",  "p",  "table", "tr", "ul" };

	t = text_sub(t, text_starts(t, TEXT("</")) ? 2 : 1, t.n);
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		struct text tag = text_from(tags[i]);

		if (text_eq_nocase(text_sub(t, 0, tag.n), tag) &&
		    (t.n == tag.n || t.p[tag.n] == '>' || char_is_space(t.p[tag.n])))
			return true;
	}
	return false;
}

static bool add_text(struct measure *m, struct text t)
{
	uint64_t pipes = 0;

	if (m->bytes == 0)
		m->html = t.n && t.p[0] == '<' && begins_html(t);
	if (m->html) {
		m->bytes += t.n + 1;
		return true;
	}
	m->bytes += t.n + 1;
	for (size_t i = 0; i < t.n; i++) {
		if (t.p[i] == '<' || t.p[i] == ')')
			m->specials++;
		else if (t.p[i] == '|')
			pipes++;
	}
	m->pipes += pipes;
	if (m->columns)
		m->lines++;
	if (is_delimiter_row(t)) {
		m->columns = pipes + 1 > m->columns ? pipes + 1 : m->columns;
		m->specials +=
			m->bytes / 2; /* all above is read again, and that in quadratic time */
	}
	/* The cells of a table row are separate texts. */
	if (pipes && m->columns && m->specials * m->bytes <= STEPS_MAX) {
		m->bytes = t.n;
		m->specials = 0;
	}
	return m->specials * m->bytes <= STEPS_MAX;
}

bool readme_is_harmless(struct text markdown)
{
	struct measure m = { .n = 0 };
	struct text rest = markdown, t;

	while (text_cut(&rest, '\n', &t)) {
		struct line l = { .t = t };
		bool opened = false;

		match_containers(&m, &l);
		if (!m.fence && !open_containers(&m, &l, &opened))
			return false;
		if (is_code(&m, &l) || is_blank(&l) || opened) {
			if (!end_paragraph(&m))
				return false;
			if (!opened)
				continue;
		}
		if (!add_text(&m, text_sub(l.t, l.at, l.t.n)))
			return false;
	}
	return end_paragraph(&m);
}
