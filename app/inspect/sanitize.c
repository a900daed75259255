#include "app/inspect/sanitize.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/inspect/bounded.h"

#include <gumbo.h>

enum {
	DEPTH_MAX = 256
}; /* open elements in the output; deeper ones lose their tags (browsers stop at 512) */

struct rule {
	const char *tag;
	const char *attributes; /* beside align, lang and title; one space between */
	const char *classes;    /* NULL: the class attribute goes */
};

/* The elements of ammonia 4 and, after contract/jobs.md 9, input, ol, picture, section and source.
 * Sorted by tag. */
static const struct rule rules[] = {
	{ "a", "aria-label href hreflang id target", NULL },
	{ "abbr", "", NULL },
	{ "acronym", "", NULL },
	{ "area", "", NULL },
	{ "article", "", NULL },
	{ "aside", "", NULL },
	{ "b", "", NULL },
	{ "bdi", "", NULL },
	{ "bdo", "dir", NULL },
	{ "blockquote", "cite", NULL },
	{ "br", "", NULL },
	{ "caption", "", NULL },
	{ "center", "", NULL },
	{ "cite", "", NULL },
	{ "code", "",
	  "language-bash language-c language-clike language-glsl language-go language-ini "
	  "language-javascript "
	  "language-json language-markup language-mermaid language-protobuf language-rs "
	  "language-ruby language-rust "
	  "language-scss language-sql language-toml language-xml language-yaml" },
	{ "col", "char charoff span", NULL },
	{ "colgroup", "char charoff span", NULL },
	{ "data", "", NULL },
	{ "dd", "", NULL },
	{ "del", "cite datetime", NULL },
	{ "details", "", NULL },
	{ "dfn", "", NULL },
	{ "div", "",
	  "markdown-alert markdown-alert-caution markdown-alert-important markdown-alert-note "
	  "markdown-alert-tip "
	  "markdown-alert-warning" },
	{ "dl", "", NULL },
	{ "dt", "", NULL },
	{ "em", "", NULL },
	{ "figcaption", "", NULL },
	{ "figure", "", NULL },
	{ "footer", "", NULL },
	{ "h1", "id", NULL },
	{ "h2", "id", NULL },
	{ "h3", "id", NULL },
	{ "h4", "id", NULL },
	{ "h5", "id", NULL },
	{ "h6", "id", NULL },
	{ "header", "", NULL },
	{ "hgroup", "", NULL },
	{ "hr", "size width", NULL },
	{ "i", "", NULL },
	{ "img", "alt height src width", NULL },
	{ "input", "checked disabled type", NULL },
	{ "ins", "cite datetime", NULL },
	{ "kbd", "", NULL },
	{ "li", "id", NULL },
	{ "map", "", NULL },
	{ "mark", "", NULL },
	{ "nav", "", NULL },
	{ "ol", "start", NULL },
	{ "p", "", "markdown-alert-title" },
	{ "picture", "", NULL },
	{ "pre", "", NULL },
	{ "q", "cite", NULL },
	{ "rp", "", NULL },
	{ "rt", "", NULL },
	{ "rtc", "", NULL },
	{ "ruby", "", NULL },
	{ "s", "", NULL },
	{ "samp", "", NULL },
	{ "section", "", "footnotes" },
	{ "small", "", NULL },
	{ "source", "media srcset", NULL },
	{ "span", "", NULL },
	{ "strike", "", NULL },
	{ "strong", "", NULL },
	{ "sub", "", NULL },
	{ "summary", "", NULL },
	{ "sup", "", NULL },
	{ "table", "char charoff summary", NULL },
	{ "tbody", "char charoff", NULL },
	{ "td", "char charoff colspan headers rowspan", NULL },
	{ "th", "char charoff colspan headers rowspan scope", NULL },
	{ "thead", "char charoff", NULL },
	{ "time", "", NULL },
	{ "tr", "char charoff", NULL },
	{ "tt", "", NULL },
	{ "u", "", NULL },
	{ "ul", "", NULL },
	{ "var", "", NULL },
	{ "wbr", "", NULL },
};

static const char every_element[] = "align lang title";
static const char no_end_tag[] = "area br col hr img input source wbr";
static const char url_attributes[] = "href src";

struct walk {
	struct buf *out;
	const struct links *links;
	unsigned depth; /* elements open in the output */
	unsigned over;  /* allowed elements below DEPTH_MAX whose tags were left out */
	size_t room;    /* for spans of coloured code, bytes */
};

static bool word_in(const char *list, struct text word)
{
	struct text rest = text_from(list), part;

	if (word.n == 0)
		return false;
	while (text_cut(&rest, ' ', &part))
		if (text_eq(part, word))
			return true;
	return false;
}

static struct text tag_name(const GumboElement *e)
{
	GumboStringPiece piece = e->original_tag;

	if (e->tag != GUMBO_TAG_UNKNOWN)
		return text_from(gumbo_normalized_tagname(e->tag));
	gumbo_tag_from_original_text(&piece);
	return (struct text){ piece.data, piece.length };
}

static const struct rule *rule_of(const GumboElement *e)
{
	struct text name = tag_name(e);
	size_t from = 0, to = ARRAY_SIZE(rules);
	char lower[16];

	if (e->tag_namespace != GUMBO_NAMESPACE_HTML || name.n > sizeof(lower))
		return NULL;
	for (size_t i = 0; i < name.n; i++)
		lower[i] = char_lower(name.p[i]);
	name.p = lower;
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int c = text_cmp(text_from(rules[mid].tag), name);

		if (c == 0)
			return &rules[mid];
		if (c < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return NULL;
}

static void add_escaped(struct buf *out, struct text t, bool attribute)
{
	size_t from = 0;

	for (size_t i = 0; i < t.n; i++) {
		struct text ref = TEXT_NONE;
		size_t len = 1;

		if (t.p[i] == '&')
			ref = TEXT("&amp;");
		else if (t.p[i] == '<')
			ref = TEXT("&lt;");
		else if (t.p[i] == '>')
			ref = TEXT("&gt;");
		else if (t.p[i] == '"' && attribute)
			ref = TEXT("&quot;");
		else if (t.p[i] == '\xc2' && i + 1 < t.n && t.p[i + 1] == '\xa0') {
			ref = TEXT("&nbsp;");
			len = 2;
		}
		if (!ref.p)
			continue;
		buf_add(out, text_sub(t, from, i));
		buf_add(out, ref);
		from = i + len;
		i = from - 1;
	}
	buf_add(out, text_sub(t, from, t.n));
}

void sanitize_text(struct buf *out, struct text t)
{
	add_escaped(out, t, false);
}

static void add_attribute(struct buf *out, struct text name, struct text value)
{
	buf_byte(out, ' ');
	buf_add(out, name);
	buf_add(out, TEXT("=\""));
	add_escaped(out, value, true);
	buf_byte(out, '"');
}

/* upstream: a class attribute of which nothing is left stays, empty. */
static void add_classes(struct buf *out, const struct rule *rule, struct text value)
{
	bool some = false;
	size_t i = 0;

	buf_add(out, TEXT(" class=\""));
	while (i < value.n) {
		size_t from;

		while (i < value.n && char_is_space(value.p[i]))
			i++;
		for (from = i; i < value.n && !char_is_space(value.p[i]); i++)
			;
		if (!word_in(rule->classes, text_sub(value, from, i)))
			continue;
		if (some)
			buf_byte(out, ' ');
		buf_add(out, text_sub(value, from, i));
		some = true;
	}
	buf_byte(out, '"');
}

static void add_one(struct walk *w, const struct rule *rule, const GumboAttribute *at)
{
	struct text name = text_from(at->name), value = text_from(at->value);
	struct arena *a = w->out->arena;

	if (text_eq(name, TEXT("class"))) {
		if (rule->classes)
			add_classes(w->out, rule, value);
		return;
	}
	if (!word_in(every_element, name) && !word_in(rule->attributes, name))
		return;
	if (word_in(url_attributes, name) && !links_rewrite(w->links, a, value, &value))
		return;
	/* A quotation's source is never followed by a browser, but a page's script might. */
	if (text_eq(name, TEXT("cite"))) {
		struct text ignored;
		static const struct links keep = { TEXT_INIT("https://github.com/"),
						   TEXT_INIT("") };

		if (!links_rewrite(&keep, a, value, &ignored))
			return;
	}
	if (text_eq(name, TEXT("id")) && !text_starts(value, TEXT("user-content-"))) {
		buf_add(w->out, TEXT(" id=\"user-content-"));
		add_escaped(w->out, value, true);
		buf_byte(w->out, '"');
		return;
	}
	add_attribute(w->out, name, value);
}

static void open_tag(struct walk *w, const struct rule *rule, const GumboElement *e)
{
	buf_byte(w->out, '<');
	buf_add(w->out, text_from(rule->tag));
	for (unsigned i = 0; i < e->attributes.length; i++)
		add_one(w, rule, e->attributes.data[i]);
	if (text_eq(text_from(rule->tag), TEXT("a")))
		buf_add(w->out, TEXT(" rel=\"nofollow noopener noreferrer\""));
	buf_byte(w->out, '>');
}

/* The parser takes the first line end of a <pre> away; to lose no other one, a second is written in
 * front of it. */
static void keep_first_newline(struct walk *w, const GumboElement *e)
{
	const GumboNode *first = e->children.length ? e->children.data[0] : NULL;

	if (!first || (first->type != GUMBO_NODE_TEXT && first->type != GUMBO_NODE_WHITESPACE))
		return;
	if (first->v.text.text[0] == '\n')
		buf_byte(w->out, '\n');
}

/* Whether the walk goes on into the children, and then to leave_element. */
static bool enter_element(struct walk *w, const GumboNode *node)
{
	const GumboElement *e = &node->v.element;
	const struct rule *rule;
	bool ends;

	if (node->type == GUMBO_NODE_TEMPLATE || e->tag == GUMBO_TAG_SCRIPT ||
	    e->tag == GUMBO_TAG_STYLE)
		return false;
	rule = rule_of(e);
	if (!rule)
		return true;
	ends = !word_in(no_end_tag, text_from(rule->tag));
	if (w->depth >= DEPTH_MAX) {
		w->over += ends;
		return ends;
	}
	open_tag(w, rule, e);
	w->depth += ends;
	if (e->tag == GUMBO_TAG_PRE)
		keep_first_newline(w, e);
	return ends;
}

static void leave_element(struct walk *w, const GumboElement *e)
{
	const struct rule *rule = rule_of(e);

	if (!rule)
		return;
	if (w->over) {
		w->over--;
		return;
	}
	w->depth--;
	buf_add(w->out, TEXT("</"));
	buf_add(w->out, text_from(rule->tag));
	buf_byte(w->out, '>');
}

/* Of the text that is all there is in <pre><code class="language-...">. */
static enum tokens_language language_of(const GumboNode *text)
{
	static const struct text prefix = TEXT_INIT("language-");
	const GumboNode *code = text->parent, *pre = code->parent;
	const GumboAttribute *class;
	enum tokens_language l = TOKENS_NONE;
	struct text value;

	if (code->type != GUMBO_NODE_ELEMENT || code->v.element.tag != GUMBO_TAG_CODE ||
	    code->v.element.children.length != 1 || pre->type != GUMBO_NODE_ELEMENT ||
	    pre->v.element.tag != GUMBO_TAG_PRE)
		return TOKENS_NONE;
	class = gumbo_get_attribute(&code->v.element.attributes, "class");
	value = class ? text_from(class->value) : TEXT("");
	for (size_t i = 0, from; i < value.n && l == TOKENS_NONE; i++) {
		for (from = i; i < value.n && !char_is_space(value.p[i]);)
			i++;
		if (text_starts(text_sub(value, from, i), prefix))
			l = tokens_language_of_fence(text_sub(value, from + prefix.n, i));
	}
	return l;
}

/* Writes what stands before the children of the node; false when it has no children to go into and
 * no end tag. */
static bool enter(struct walk *w, const GumboNode *node)
{
	switch (node->type) {
	case GUMBO_NODE_ELEMENT:
	case GUMBO_NODE_TEMPLATE:
		return enter_element(w, node);
	case GUMBO_NODE_TEXT:
	case GUMBO_NODE_CDATA:
	case GUMBO_NODE_WHITESPACE:
		if (!sanitize_code(w->out, language_of(node), text_from(node->v.text.text),
				   &w->room))
			sanitize_text(w->out, text_from(node->v.text.text));
		return false;
	case GUMBO_NODE_COMMENT:
	case GUMBO_NODE_DOCUMENT:
		break;
	}
	return false;
}

/* Depth first, with a stack of its own: a tree of strangers may be as deep as the input is long. */
static void walk_tree(struct walk *w, const GumboNode *root)
{
	struct step {
		const GumboNode *node;
		unsigned next; /* child */
	} *stack = bounded_calloc(64, sizeof(*stack));
	size_t n = 1, room = 64;

	stack[0] = (struct step){ root, 0 };
	while (n > 0 && buf_ok(w->out)) {
		struct step *top = &stack[n - 1];
		const GumboElement *e = &top->node->v.element;
		const GumboNode *child;

		if (top->next == e->children.length) {
			if (--n > 0)
				leave_element(w, e);
			continue;
		}
		child = e->children.data[top->next++];
		if (!enter(w, child))
			continue;
		if (n == room) {
			room *= 2;
			stack = bounded_realloc(stack, room * sizeof(*stack));
		}
		stack[n++] = (struct step){ child, 0 };
	}
}

static void *gumbo_alloc(void *ctx, size_t n)
{
	(void)ctx;
	return bounded_calloc(1, n);
}

static void gumbo_free(void *ctx, void *p)
{
	(void)ctx;
	bounded_free(p);
}

void sanitize_html(struct buf *out, const struct links *l, struct text html, bool coloured)
{
	GumboOptions options = kGumboDefaultOptions;
	struct walk w = { .out = out, .links = l, .room = coloured ? SANITIZE_MAX_SPANS : 0 };
	const GumboOutput *parsed;

	options.allocator = gumbo_alloc;
	options.deallocator = gumbo_free;
	options.max_errors = 0;
	options.fragment_context = GUMBO_TAG_DIV;
	parsed = gumbo_parse_with_options(&options, html.p ? html.p : "", html.n);
	/* Not destroyed: gumbo_destroy_output recurses into the tree. bounded_run frees it piece by
	 * piece. */
	walk_tree(&w, parsed->root);
}
