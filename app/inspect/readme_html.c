/* A parsed README to HTML, as comrak writes it (contract/jobs.md 9). Not yet safe: what strangers
 * wrote as HTML is in it. */
#include "app/inspect/readme.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/inspect/bounded.h"
#include "app/inspect/readme_tree.h"

#include <cmark-gfm-core-extensions.h>

struct html {
	struct buf *out;
	struct slugs *slugs;
	struct text slug;         /* of the heading that is open */
	cmark_node *plain;        /* inside this image: text only, for its alt */
	unsigned column;          /* of the table cell that comes next */
	const uint8_t *alignment; /* of the table's columns */
	unsigned columns;
	unsigned footnotes;        /* definitions seen */
	unsigned footnotes_linked; /* those with their way back written */
};

/* cmark reads its extensions from a list of the process; these are made once. */
static const char *const extensions[] = { "table", "strikethrough", "autolink", "tasklist" };

static void put(struct html *h, struct text t)
{
	buf_add(h->out, t);
}

/* A line end, unless there is one already. */
static void cr(struct html *h)
{
	if (h->out->n && h->out->p[h->out->n - 1] != '\n')
		buf_byte(h->out, '\n');
}

static void put_u64(struct html *h, uint64_t v)
{
	buf_u64(h->out, v);
}

static struct text literal_of(cmark_node *node)
{
	return text_from(cmark_node_get_literal(node));
}

/* As comrak and cmark do: what RFC 3986 allows and existing escapes stay, the rest becomes %XX. */
static void put_href(struct html *h, struct text url)
{
	for (size_t i = 0; i < url.n; i++) {
		char c = url.p[i];

		if (char_is_alnum(c) || text_has_byte(TEXT("-_.+!*(),#@?=;:/$~"), c))
			buf_byte(h->out, c);
		else if (c == '&')
			put(h, TEXT("&amp;"));
		else if (c == '\'')
			put(h, TEXT("&#x27;"));
		else if (c == '%' && i + 2 < url.n && char_hex(url.p[i + 1]) >= 0 &&
			 char_hex(url.p[i + 2]) >= 0)
			buf_byte(h->out, c);
		else
			buf_fmt(h->out, "%%%02X", (unsigned)(unsigned char)c);
	}
}

/* The tag filter of GFM (github.github.com/gfm, 6.11): these would change how the rest of the page
 * is read. */
static bool is_filtered(struct text html)
{
	static const struct text tags[] = {
		TEXT_INIT("title"),    TEXT_INIT("textarea"), TEXT_INIT("style"),
		TEXT_INIT("xmp"),      TEXT_INIT("iframe"),   TEXT_INIT("noembed"),
		TEXT_INIT("noframes"), TEXT_INIT("script"),   TEXT_INIT("plaintext"),
	};
	size_t from = html.n > 1 && html.p[1] == '/' ? 2 : 1;

	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		size_t end = from + tags[i].n;

		if (end >= html.n || !text_eq_nocase(text_sub(html, from, end), tags[i]))
			continue;
		if (char_is_space(html.p[end]) || html.p[end] == '>')
			return true;
		return html.p[end] == '/' && end + 1 < html.n && html.p[end + 1] == '>';
	}
	return false;
}

static void put_raw(struct html *h, struct text html)
{
	while (html.n) {
		size_t at = text_find_byte(html, '<');

		put(h, text_sub(html, 0, at));
		if (at == html.n)
			return;
		html = text_sub(html, at, html.n);
		put(h, is_filtered(html) ? TEXT("&lt;") : TEXT("<"));
		html = text_sub(html, 1, html.n);
	}
}

/* ---- headings */

/* The text below the node; line ends count as one blank. arena. */
static struct text collect_text(struct html *h, cmark_node *root)
{
	struct buf b = buf_init(h->out->arena, README_MAX_OUT);
	cmark_iter *it = cmark_iter_new(root);
	cmark_event_type event;

	while ((event = cmark_iter_next(it)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(it);
		cmark_node_type type = cmark_node_get_type(node);

		if (event != CMARK_EVENT_ENTER)
			continue;
		if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE)
			buf_add(&b, literal_of(node));
		else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK)
			buf_byte(&b, ' ');
	}
	cmark_iter_free(it);
	return b.n ? buf_text(&b) : TEXT("");
}

static void heading(struct html *h, cmark_node *node, bool entering)
{
	uint64_t level = (uint64_t)cmark_node_get_heading_level(node);

	if (entering) {
		h->slug = slugs_add(h->slugs, collect_text(h, node));
		cr(h);
		put(h, TEXT("<h"));
		put_u64(h, level);
		put(h, TEXT(" id=\"user-content-"));
		put(h, h->slug);
		put(h, TEXT("\">"));
		return;
	}
	put(h, TEXT("<a href=\"#user-content-"));
	put(h, h->slug);
	put(h, TEXT("\" aria-label=\"Link to heading '"));
	buf_html(h->out, collect_text(h, node));
	put(h, TEXT("'\"></a></h"));
	put_u64(h, level);
	put(h, TEXT(">\n"));
}

/* ---- footnotes */

/* cmark's accessor knows no literal of these nodes. */
static struct text label_of(cmark_node *definition)
{
	return (struct text){ (const char *)definition->as.literal.data,
			      (size_t)definition->as.literal.len };
}

static void footnote_reference(struct html *h, cmark_node *node)
{
	cmark_node *definition = node->parent_footnote_def;
	int nth = node->footnote.ref_ix;

	if (!definition)
		return;
	put(h, TEXT("<sup class=\"footnote-ref\"><a href=\"#fn-"));
	put_href(h, label_of(definition));
	put(h, TEXT("\" id=\"fnref-"));
	put_href(h, label_of(definition));
	if (nth > 1)
		buf_fmt(h->out, "-%d", nth);
	put(h, TEXT("\">"));
	buf_html(h->out, literal_of(node)); /* its number */
	put(h, TEXT("</a></sup>"));
}

static bool footnote_way_back(struct html *h, cmark_node *definition)
{
	int n = definition->footnote.def_count;

	if (h->footnotes_linked >= h->footnotes)
		return false;
	h->footnotes_linked = h->footnotes;
	for (int i = 1; i <= n && buf_ok(h->out); i++) {
		char suffix[16] = "";

		if (i > 1) {
			(void)snprintf(suffix, sizeof(suffix), "-%d", i);
			buf_byte(h->out, ' ');
		}
		put(h, TEXT("<a href=\"#fnref-"));
		put_href(h, label_of(definition));
		buf_fmt(h->out, "%s\" aria-label=\"Back to reference %u%s\">\xe2\x86\xa9", suffix,
			h->footnotes, suffix);
		if (i > 1)
			buf_fmt(h->out, "<sup>%d</sup>", i);
		put(h, TEXT("</a>"));
	}
	return true;
}

static void footnote_definition(struct html *h, cmark_node *node, bool entering)
{
	if (entering) {
		if (h->footnotes++ == 0)
			put(h, TEXT("<section class=\"footnotes\">\n<ol>\n"));
		put(h, TEXT("<li id=\"fn-"));
		put_href(h, label_of(node));
		put(h, TEXT("\">"));
		return;
	}
	if (footnote_way_back(h, node))
		buf_byte(h->out, '\n');
	put(h, TEXT("</li>\n"));
}

/* ---- blocks */

static bool is_tight(cmark_node *paragraph)
{
	cmark_node *parent = cmark_node_parent(paragraph),
		   *list = parent ? cmark_node_parent(parent) : NULL;
	enum shape shape = parent ? shape_of(parent) : SHAPE_NONE;

	if (shape == SHAPE_TERM || shape == SHAPE_DETAILS)
		return true;
	return list && cmark_node_get_type(list) == CMARK_NODE_LIST &&
	       cmark_node_get_list_tight(list);
}

static void paragraph(struct html *h, cmark_node *node, bool entering)
{
	cmark_node *parent = cmark_node_parent(node);

	if (shape_of(node) == SHAPE_ALERT_TITLE) {
		put(h, entering ? TEXT("<p class=\"markdown-alert-title\">") : TEXT("</p>\n"));
		return;
	}
	if (is_tight(node))
		return;
	if (entering) {
		cr(h);
		put(h, TEXT("<p>"));
		return;
	}
	if (parent && cmark_node_get_type(parent) == CMARK_NODE_FOOTNOTE_DEFINITION &&
	    !cmark_node_next(node)) {
		buf_byte(h->out, ' ');
		(void)footnote_way_back(h, parent);
	}
	put(h, TEXT("</p>\n"));
}

static void block_quote(struct html *h, cmark_node *node, bool entering)
{
	static const char *const names[] = {
		[SHAPE_NOTE] = "note",           [SHAPE_TIP] = "tip",
		[SHAPE_IMPORTANT] = "important", [SHAPE_WARNING] = "warning",
		[SHAPE_CAUTION] = "caution",
	};
	enum shape shape = shape_of(node);
	cmark_node *first = cmark_node_first_child(node);

	cr(h);
	if (shape == SHAPE_NONE)
		put(h, entering ? TEXT("<blockquote>\n") : TEXT("</blockquote>\n"));
	else if (!entering)
		put(h, TEXT("</div>\n"));
	else {
		buf_fmt(h->out, "<div class=\"markdown-alert markdown-alert-%s\">\n", names[shape]);
		if (!first || shape_of(first) != SHAPE_ALERT_TITLE)
			buf_fmt(h->out, "<p class=\"markdown-alert-title\">%c%s</p>\n",
				names[shape][0] - 'a' + 'A', names[shape] + 1);
	}
}

static void list(struct html *h, cmark_node *node, bool entering)
{
	bool ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
	int start = cmark_node_get_list_start(node);

	if (!entering) {
		put(h, ordered ? TEXT("</ol>\n") : TEXT("</ul>\n"));
		return;
	}
	cr(h);
	if (ordered && start != 1)
		buf_fmt(h->out, "<ol start=\"%d\">\n", start);
	else
		put(h, ordered ? TEXT("<ol>\n") : TEXT("<ul>\n"));
}

static void item(struct html *h, cmark_node *node, bool entering)
{
	if (!entering) {
		put(h, TEXT("</li>\n"));
		return;
	}
	cr(h);
	put(h, TEXT("<li>"));
	if (text_eq(text_from(cmark_node_get_type_string(node)), TEXT("tasklist")))
		put(h, cmark_gfm_extensions_get_tasklist_item_checked(node)
			       ? TEXT("<input type=\"checkbox\" checked=\"\" disabled=\"\" /> ")
			       : TEXT("<input type=\"checkbox\" disabled=\"\" /> "));
}

static void code_block(struct html *h, cmark_node *node)
{
	struct text info = text_from(cmark_node_get_fence_info(node));
	size_t end = 0;

	info = text_sub(info, 0, text_find_byte(info, ','));
	while (end < info.n && !char_is_space(info.p[end]))
		end++;
	cr(h);
	if (info.n) {
		put(h, TEXT("<pre><code class=\"language-"));
		buf_html(h->out, text_sub(info, 0, end));
		put(h, TEXT("\">"));
	} else
		put(h, TEXT("<pre><code>"));
	buf_html(h->out, literal_of(node));
	put(h, TEXT("</code></pre>\n"));
}

static void custom(struct html *h, cmark_node *node, bool entering)
{
	switch (shape_of(node)) {
	case SHAPE_DESCRIPTIONS:
		if (entering)
			cr(h);
		put(h, entering ? TEXT("<dl>\n") : TEXT("</dl>\n"));
		break;
	case SHAPE_TERM:
		put(h, entering ? TEXT("<dt>") : TEXT("</dt>\n"));
		break;
	default:
		put(h, entering ? TEXT("<dd>") : TEXT("</dd>\n"));
	}
}

/* ---- tables */

static void table_row(struct html *h, cmark_node *node, bool entering)
{
	bool head = cmark_gfm_extensions_get_table_row_is_header(node);
	cmark_node *before = cmark_node_previous(node);

	cr(h);
	if (!entering) {
		put(h, head ? TEXT("</tr>\n</thead>") : TEXT("</tr>"));
		return;
	}
	h->column = 0;
	if (head)
		put(h, TEXT("<thead>\n"));
	else if (before && cmark_gfm_extensions_get_table_row_is_header(before))
		put(h, TEXT("<tbody>\n"));
	put(h, TEXT("<tr>"));
}

static void table_cell(struct html *h, cmark_node *node, bool entering)
{
	bool head = cmark_gfm_extensions_get_table_row_is_header(cmark_node_parent(node));
	uint8_t align = 0;

	if (!entering) {
		put(h, head ? TEXT("</th>") : TEXT("</td>"));
		return;
	}
	if (h->alignment && h->column < h->columns)
		align = h->alignment[h->column];
	h->column++;
	cr(h);
	put(h, head ? TEXT("<th") : TEXT("<td"));
	if (align == 'l')
		put(h, TEXT(" align=\"left\""));
	else if (align == 'c')
		put(h, TEXT(" align=\"center\""));
	else if (align == 'r')
		put(h, TEXT(" align=\"right\""));
	buf_byte(h->out, '>');
}

static void table(struct html *h, cmark_node *node, bool entering)
{
	if (entering) {
		h->alignment = cmark_gfm_extensions_get_table_alignments(node);
		h->columns = cmark_gfm_extensions_get_table_columns(node);
		cr(h);
		put(h, TEXT("<table>\n"));
		return;
	}
	cr(h);
	if (cmark_node_last_child(node) != cmark_node_first_child(node))
		put(h, TEXT("</tbody>\n"));
	put(h, TEXT("</table>\n"));
}

/* Nodes of extensions have numbers given at run time; their names are fixed. */
static void extension(struct html *h, cmark_node *node, bool entering)
{
	struct text name = text_from(cmark_node_get_type_string(node));

	if (text_eq(name, TEXT("table")))
		table(h, node, entering);
	else if (text_eq(name, TEXT("table_row")) || text_eq(name, TEXT("table_header")))
		table_row(h, node, entering);
	else if (text_eq(name, TEXT("table_cell")))
		table_cell(h, node, entering);
	else if (text_eq(name, TEXT("strikethrough")))
		put(h, entering ? TEXT("<del>") : TEXT("</del>"));
}

/* ---- inlines */

static void put_title(struct html *h, cmark_node *node)
{
	struct text title = text_from(cmark_node_get_title(node));

	if (title.n == 0)
		return;
	put(h, TEXT(" title=\""));
	buf_html(h->out, title);
	buf_byte(h->out, '"');
}

static void link_or_image(struct html *h, cmark_node *node, bool entering)
{
	if (cmark_node_get_type(node) == CMARK_NODE_IMAGE) {
		if (entering) {
			h->plain = node;
			put(h, TEXT("<img src=\""));
			put_href(h, text_from(cmark_node_get_url(node)));
			put(h, TEXT("\" alt=\""));
			return;
		}
		buf_byte(h->out, '"');
		put_title(h, node);
		put(h, TEXT(" />"));
		return;
	}
	if (!entering) {
		put(h, TEXT("</a>"));
		return;
	}
	put(h, TEXT("<a href=\""));
	put_href(h, text_from(cmark_node_get_url(node)));
	buf_byte(h->out, '"');
	put_title(h, node);
	buf_byte(h->out, '>');
}

static void inline_node(struct html *h, cmark_node *node, bool entering)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
		buf_html(h->out, literal_of(node));
		break;
	case CMARK_NODE_SOFTBREAK:
		buf_byte(h->out, '\n');
		break;
	case CMARK_NODE_LINEBREAK:
		put(h, TEXT("<br />\n"));
		break;
	case CMARK_NODE_CODE:
		put(h, TEXT("<code>"));
		buf_html(h->out, literal_of(node));
		put(h, TEXT("</code>"));
		break;
	case CMARK_NODE_HTML_INLINE:
		put_raw(h, literal_of(node));
		break;
	case CMARK_NODE_EMPH:
		put(h, entering ? TEXT("<em>") : TEXT("</em>"));
		break;
	case CMARK_NODE_STRONG:
		put(h, entering ? TEXT("<strong>") : TEXT("</strong>"));
		break;
	case CMARK_NODE_LINK:
	case CMARK_NODE_IMAGE:
		link_or_image(h, node, entering);
		break;
	case CMARK_NODE_FOOTNOTE_REFERENCE:
		if (entering)
			footnote_reference(h, node);
		break;
	default:
		extension(h, node, entering);
	}
}

/* Inside an image: what its alt text shows. */
static void plain_node(struct html *h, cmark_node *node, bool entering)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
	case CMARK_NODE_CODE:
	case CMARK_NODE_HTML_INLINE:
		buf_html(h->out, literal_of(node));
		break;
	case CMARK_NODE_SOFTBREAK:
	case CMARK_NODE_LINEBREAK:
		buf_byte(h->out, ' ');
		break;
	default:
		if (node == h->plain && !entering) {
			h->plain = NULL;
			inline_node(h, node, entering);
		}
	}
}

static void block_node(struct html *h, cmark_node *node, bool entering)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_DOCUMENT:
		break;
	case CMARK_NODE_PARAGRAPH:
		paragraph(h, node, entering);
		break;
	case CMARK_NODE_HEADING:
		heading(h, node, entering);
		break;
	case CMARK_NODE_BLOCK_QUOTE:
		block_quote(h, node, entering);
		break;
	case CMARK_NODE_LIST:
		list(h, node, entering);
		break;
	case CMARK_NODE_ITEM:
		item(h, node, entering);
		break;
	case CMARK_NODE_CODE_BLOCK:
		code_block(h, node);
		break;
	case CMARK_NODE_HTML_BLOCK:
		cr(h);
		put_raw(h, literal_of(node));
		cr(h);
		break;
	case CMARK_NODE_THEMATIC_BREAK:
		cr(h);
		put(h, TEXT("<hr />\n"));
		break;
	case CMARK_NODE_CUSTOM_BLOCK:
		custom(h, node, entering);
		break;
	case CMARK_NODE_FOOTNOTE_DEFINITION:
		footnote_definition(h, node, entering);
		break;
	default:
		extension(h, node, entering);
	}
}

static void write_tree(struct html *h, cmark_node *root)
{
	cmark_iter *it = cmark_iter_new(root);
	cmark_event_type event;

	while ((event = cmark_iter_next(it)) != CMARK_EVENT_DONE && buf_ok(h->out)) {
		cmark_node *node = cmark_iter_get_node(it);
		bool entering = event == CMARK_EVENT_ENTER;

		if (h->plain)
			plain_node(h, node, entering);
		else if (CMARK_NODE_INLINE_P(node))
			inline_node(h, node, entering);
		else
			block_node(h, node, entering);
	}
	if (h->footnotes)
		put(h, TEXT("</ol>\n</section>\n"));
}

void readme_markdown(struct buf *out, struct text markdown)
{
	static cmark_mem memory = { bounded_calloc, bounded_realloc, bounded_free };
	struct html h = { .out = out, .slugs = slugs_new(out->arena) };
	cmark_parser *parser;
	cmark_node *root;

	cmark_gfm_core_extensions_ensure_registered();
	parser = cmark_parser_new_with_mem(CMARK_OPT_FOOTNOTES | CMARK_OPT_VALIDATE_UTF8, &memory);
	for (size_t i = 0; i < ARRAY_SIZE(extensions); i++) {
		cmark_syntax_extension *e = cmark_find_syntax_extension(extensions[i]);

		BUG_ON(!e);
		cmark_parser_attach_syntax_extension(parser, e);
	}
	cmark_parser_feed(parser, markdown.p ? markdown.p : "", markdown.n);
	root = cmark_parser_finish(parser);
	shape_tree(out->arena, root);
	write_tree(&h, root);
	/* bounded_run gives the parser and the tree back. */
}
