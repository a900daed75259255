/*
 * What comrak, the renderer of the reference server, makes in the parser and cmark-gfm does not
 * know: alerts, multi-line block quotes and description lists. Here the text before, or the tree
 * after the parse, is brought into shape.
 */
#include "app/inspect/readme_tree.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/inspect/readme.h"

static const struct {
	struct text marker; /* lower case */
	enum shape shape;
} alerts[] = {
	{ TEXT_INIT("[!note]"), SHAPE_NOTE },           { TEXT_INIT("[!tip]"), SHAPE_TIP },
	{ TEXT_INIT("[!important]"), SHAPE_IMPORTANT }, { TEXT_INIT("[!warning]"), SHAPE_WARNING },
	{ TEXT_INIT("[!caution]"), SHAPE_CAUTION },
};

enum shape shape_of(cmark_node *node)
{
	return (enum shape)(intptr_t)cmark_node_get_user_data(node);
}

static void set_shape(cmark_node *node, enum shape shape)
{
	cmark_node_set_user_data(node, (void *)(intptr_t)shape);
}

static bool is_break(cmark_node *node)
{
	cmark_node_type type = cmark_node_get_type(node);

	return type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK;
}

static struct text text_of(cmark_node *node)
{
	if (!node || cmark_node_get_type(node) != CMARK_NODE_TEXT)
		return TEXT_NONE;
	return text_from(cmark_node_get_literal(node));
}

static struct text trim_start(struct text t)
{
	while (t.n && char_is_space(t.p[0]))
		t = text_sub(t, 1, t.n);
	return t;
}

/* Not freed: inlines that were moved elsewhere go on pointing into the paragraph's text. bounded_run frees it. */
static void drop_empty(cmark_node *paragraph)
{
	if (!cmark_node_first_child(paragraph))
		cmark_node_unlink(paragraph);
}

/* ---- alerts: a block quote that begins with a line `[!NOTE]`, perhaps with a title of its own
 * behind it */

static enum shape alert_of(struct text first)
{
	for (size_t i = 0; i < ARRAY_SIZE(alerts); i++)
		if (text_eq_nocase(text_sub(first, 0, alerts[i].marker.n), alerts[i].marker))
			return alerts[i].shape;
	return SHAPE_NONE;
}

static void shape_alert(struct arena *a, cmark_node *quote)
{
	cmark_node *paragraph = cmark_node_first_child(quote), *first, *next;
	struct text literal;
	enum shape shape;

	if (!paragraph || cmark_node_get_type(paragraph) != CMARK_NODE_PARAGRAPH)
		return;
	/* upstream: in the first line of the quote, behind exactly one blank. */
	if (cmark_node_get_start_line(paragraph) != cmark_node_get_start_line(quote) ||
	    cmark_node_get_start_column(paragraph) != cmark_node_get_start_column(quote) + 2)
		return;
	first = cmark_node_first_child(paragraph);
	literal = text_of(first);
	shape = literal.p ? alert_of(literal) : SHAPE_NONE;
	if (shape == SHAPE_NONE)
		return;
	set_shape(quote, shape);
	/* The title stays in the paragraph; the marker goes, and all of it when there is no title.
	 */
	literal = trim_start(text_sub(literal, text_find_byte(literal, ']') + 1, literal.n));
	next = cmark_node_next(first);
	if (literal.n == 0 && (!next || is_break(next))) {
		cmark_node_free(first);
		if (next)
			cmark_node_free(next);
		drop_empty(paragraph);
		return;
	}
	cmark_node_set_literal(first, text_z(a, literal));
	next = cmark_node_new_with_mem(CMARK_NODE_PARAGRAPH, cmark_node_mem(quote));
	set_shape(next, SHAPE_ALERT_TITLE);
	cmark_node_insert_before(paragraph, next);
	while ((first = cmark_node_first_child(paragraph)) && !is_break(first))
		cmark_node_append_child(next, first);
	if (first)
		cmark_node_free(first);
	drop_empty(paragraph);
}

/* ---- description lists: paragraphs with lines that begin with `: ` or `~ ` */

static bool is_marker(struct text t)
{
	return t.n >= 2 && (t.p[0] == ':' || t.p[0] == '~') && (t.p[1] == ' ' || t.p[1] == '\t');
}

static cmark_node *new_block(cmark_node *like, enum shape shape)
{
	cmark_node *node = cmark_node_new_with_mem(CMARK_NODE_CUSTOM_BLOCK, cmark_node_mem(like));

	set_shape(node, shape);
	return node;
}

/* Moves the inlines of `from`, up to a line end with a marker behind it, into a paragraph at the
 * end of `block`. */
static void move_line(struct arena *a, cmark_node *from, cmark_node *block)
{
	cmark_node *p = cmark_node_new_with_mem(CMARK_NODE_PARAGRAPH, cmark_node_mem(from));
	cmark_node *n = cmark_node_first_child(from);

	cmark_node_append_child(block, p);
	if (is_marker(text_of(n))) {
		struct text details = trim_start(text_sub(text_of(n), 1, text_of(n).n));

		cmark_node_set_literal(n, text_z(a, details));
	}
	while ((n = cmark_node_first_child(from))) {
		if (is_break(n) && is_marker(text_of(cmark_node_next(n)))) {
			cmark_node_free(n);
			return;
		}
		cmark_node_append_child(p, n);
	}
}

static bool has_marked_line(cmark_node *paragraph)
{
	for (cmark_node *n = cmark_node_first_child(paragraph); n; n = cmark_node_next(n))
		if (is_break(n) && is_marker(text_of(cmark_node_next(n))))
			return true;
	return false;
}

/* A term directly above its details makes the item tight; a blank line between them makes
 * paragraphs of the details. */
static void shape_description(struct arena *a, cmark_node *paragraph)
{
	cmark_node *before = cmark_node_previous(paragraph), *list = NULL, *term = NULL, *block;
	bool starts = is_marker(text_of(cmark_node_first_child(paragraph)));
	bool tight = !starts;

	if (starts && before && cmark_node_get_type(before) == CMARK_NODE_PARAGRAPH &&
	    shape_of(before) == SHAPE_NONE)
		term = before;
	else if (starts && !(before && shape_of(before) == SHAPE_DESCRIPTIONS))
		return;
	else if (!starts && !has_marked_line(paragraph))
		return;
	if (term)
		before = cmark_node_previous(term);
	if (before && shape_of(before) == SHAPE_DESCRIPTIONS)
		list = before;
	else {
		list = new_block(paragraph, SHAPE_DESCRIPTIONS);
		cmark_node_insert_before(term ? term : paragraph, list);
	}
	if (term || !starts) {
		block = new_block(paragraph, SHAPE_TERM);
		cmark_node_append_child(list, block);
		if (term)
			cmark_node_append_child(block, term);
		else
			move_line(a, paragraph, block);
	}
	while (cmark_node_first_child(paragraph)) {
		block = new_block(paragraph, tight ? SHAPE_DETAILS : SHAPE_DETAILS_LOOSE);
		cmark_node_append_child(list, block);
		move_line(a, paragraph, block);
	}
	drop_empty(paragraph);
}

void shape_tree(struct arena *a, cmark_node *root)
{
	cmark_iter *it = cmark_iter_new(root);
	cmark_event_type event;

	while ((event = cmark_iter_next(it)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(it);

		/* On the way in and out the iterator has already chosen what follows: only what
		 * lies before may change. */
		if (event != CMARK_EVENT_EXIT)
			continue;
		if (cmark_node_get_type(node) == CMARK_NODE_BLOCK_QUOTE)
			shape_alert(a, node);
		else if (cmark_node_get_type(node) == CMARK_NODE_PARAGRAPH)
			shape_description(a, node);
	}
	cmark_iter_free(it);
}

/* ---- multi-line block quotes, before the parse */

enum { QUOTES_MAX = 16 }; /* open at a time; a fence beyond that is text */

struct quotes {
	struct buf out;
	size_t open[QUOTES_MAX]; /* lengths of the fences */
	size_t n;
	bool in_quote; /* the lines above belong to an ordinary one, which takes `>>>` as its own */
	char code;     /* '`' or '~' inside a fenced code block outside of all quotes, else 0 */
	size_t code_len; /* of its fence */
};

/* The number of c's at the beginning of a line indented by at most three blanks. */
static size_t run_of(struct text line, char c, size_t *ret_end)
{
	size_t i = 0, n = 0;

	while (i < line.n && i < 3 && line.p[i] == ' ')
		i++;
	while (i < line.n && line.p[i] == c)
		i++, n++;
	*ret_end = i;
	return n;
}

/* The length of the `>>>` fence that the line is; 0 for none. An alert's marker may follow an
 * opening one. */
static size_t quote_fence(struct text line, struct text *ret_marker)
{
	size_t end, n = run_of(line, '>', &end);
	struct text rest = text_sub(line, end, line.n);

	*ret_marker = TEXT_NONE;
	if (n < 3)
		return 0;
	if (text_trim(rest).n == 0)
		return n;
	if (rest.n < 2 || rest.p[0] != ' ' || alert_of(text_sub(rest, 1, rest.n)) == SHAPE_NONE)
		return 0;
	*ret_marker = text_sub(rest, 1, rest.n);
	return n;
}

static void track_code(struct quotes *q, struct text line)
{
	size_t end, n;

	if (q->code) {
		n = run_of(line, q->code, &end);
		if (n >= q->code_len && text_trim(text_sub(line, end, line.n)).n == 0)
			q->code = 0;
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		char c = "`~"[i];

		n = run_of(line, c, &end);
		if (n < 3 || (c == '`' && text_has_byte(text_sub(line, end, line.n), '`')))
			continue;
		q->code = c;
		q->code_len = n;
	}
}

static void put_line(struct quotes *q, struct text line)
{
	for (size_t i = 0; i < q->n; i++)
		buf_add(&q->out, TEXT("> "));
	buf_add(&q->out, line);
	buf_byte(&q->out, '\n');
}

static void add_line(struct quotes *q, struct text line)
{
	struct text marker;
	size_t fence = q->code && q->n == 0 ? 0 : quote_fence(line, &marker);

	if (fence && !marker.p) {
		for (size_t i = 0; i < q->n; i++) {
			if (fence < q->open[i])
				continue;
			q->n = i;
			put_line(q, TEXT("")); /* or the next line would be a lazy continuation */
			return;
		}
	}
	if (fence && q->n < QUOTES_MAX && !q->in_quote) {
		put_line(q, TEXT("")); /* not one quote with the lines above */
		q->open[q->n++] = fence;
		q->code = 0;
		put_line(q, marker.p ? marker : TEXT(""));
		return;
	}
	if (q->n == 0)
		track_code(q, line);
	if (trim_start(line).n == 0)
		q->in_quote = false;
	else if (!q->code && trim_start(line).p[0] == '>')
		q->in_quote = true;
	put_line(q, line);
}

struct text readme_plain_quotes(struct arena *a, struct text markdown)
{
	struct quotes q = { .n = 0 };
	struct text rest = markdown, line, ignored;
	bool some = false;

	while (!some && text_cut(&rest, '\n', &line))
		some = quote_fence(line, &ignored) > 0;
	if (!some)
		return markdown;
	q.out = buf_init(a, README_MAX_OUT);
	rest = markdown;
	while (text_cut(&rest, '\n', &line))
		add_line(&q, line);
	return buf_ok(&q.out) ? buf_text(&q.out) : markdown;
}
