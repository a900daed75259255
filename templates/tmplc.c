#include "templates/tmplc.h"

#include "app/base/arena.h"
#include "app/base/err.h"

#include <string.h>

enum { BLOCKS_MAX = 64, CHUNK_BYTES = 1000 };

enum block_kind { BLOCK_FUNCTION, BLOCK_IF, BLOCK_FOR };

struct block {
	enum block_kind kind;
	unsigned line;
	struct html_scan begin; /* where the HTML was when it began */
	struct html_scan ends;  /* of the branches that are over, joined */
	bool branched, has_else;
};

struct compiler {
	struct arena *arena;
	struct text name, in;
	size_t at;
	unsigned line;
	bool html, declared; /* declared: #include lines may come no more */
	bool line_start;     /* a line begins, though nothing of it is in raw */
	struct buf *out;
	struct buf raw; /* HTML not written yet */
	unsigned raw_line;
	struct html_scan scan;
	struct block blocks[BLOCKS_MAX];
	size_t nblocks;
	struct tmplc_error *err;
};

static bool fail(struct compiler *c, const char *fmt, struct text what)
{
	c->err->line = c->line;
	c->err->why = text_fmt(c->arena, "%s%s%.*s", fmt, what.n ? ": " : "", TEXT_F(what));
	return false;
}

static void line_mark(struct compiler *c, unsigned line)
{
	buf_fmt(c->out, "#line %u \"%.*s\"\n", line, TEXT_F(c->name));
}

/* A C string literal of at most CHUNK_BYTES: C17 promises no longer ones. */
static void put_literal(struct compiler *c, struct text part)
{
	buf_add(c->out, TEXT("\ttmpl_raw(t, \""));
	for (size_t i = 0; i < part.n; i++) {
		unsigned char b = (unsigned char)part.p[i];

		if (b == '"' || b == '\\')
			buf_byte(c->out, '\\');
		if (b == '\n')
			buf_add(c->out, TEXT("\\n"));
		else if (b < 0x20 || b >= 0x7f || b == '?') /* no trigraphs */
			buf_fmt(c->out, "\\%u%u%u", (unsigned)b >> 6, (unsigned)(b >> 3) & 7,
				(unsigned)b & 7);
		else
			buf_byte(c->out, (char)b);
	}
	buf_fmt(c->out, "\", %zu);\n", part.n);
}

static void flush_raw(struct compiler *c)
{
	struct text all = buf_text(&c->raw);

	for (size_t at = 0; at < all.n; at += CHUNK_BYTES)
		put_literal(c, text_sub(all, at, at + CHUNK_BYTES));
	c->raw = buf_init(c->arena, c->in.n + 1);
}

static bool in_function(const struct compiler *c)
{
	return c->nblocks > 0;
}

/* ---- directives */

static bool starts_word(struct text *t, const char *word)
{
	struct text w = text_from(word);

	if (!text_starts(*t, w) || (t->n > w.n && (char_is_alnum(t->p[w.n]) || t->p[w.n] == '_')))
		return false;
	*t = text_trim(text_sub(*t, w.n, t->n));
	return true;
}

static bool push(struct compiler *c, enum block_kind kind)
{
	struct block *b = &c->blocks[c->nblocks];

	if (c->nblocks == BLOCKS_MAX)
		return fail(c, "blocks nested too deep", TEXT_NONE);
	*b = (struct block){ .kind = kind, .line = c->line, .begin = c->scan };
	c->nblocks++;
	return true;
}

static bool do_function(struct compiler *c, struct text rest, bool local)
{
	size_t open = text_find_byte(rest, '(');
	struct text fn = text_trim(text_sub(rest, 0, open));
	struct text params = text_trim(text_sub(rest, open + 1, rest.n));

	if (in_function(c))
		return fail(c, "a page or part within another: an {% end %} is missing", TEXT_NONE);
	if (open == rest.n || !fn.n || !text_ends(params, TEXT(")")))
		return fail(c, "a page or part is NAME(PARAMETERS)", rest);
	for (size_t i = 0; i < fn.n; i++)
		if (!char_is_alnum(fn.p[i]) && fn.p[i] != '_')
			return fail(c, "this is no name", fn);
	params = text_trim(text_sub(params, 0, params.n - 1));
	line_mark(c, c->line);
	buf_fmt(c->out, "%svoid %.*s(struct tmpl *t%s%.*s)\n{\n\t(void)t;\n",
		local ? "static " : "", TEXT_F(fn), params.n ? ", " : "", TEXT_F(params));
	c->declared = true;
	c->scan = (struct html_scan){ 0 };
	return push(c, BLOCK_FUNCTION);
}

static bool do_include(struct compiler *c, struct text rest)
{
	if (c->declared)
		return fail(c, "include comes before the first page or part", TEXT_NONE);
	if (rest.n < 3 || rest.p[0] != '"' || rest.p[rest.n - 1] != '"')
		return fail(c, "include wants a header between quotes", rest);
	line_mark(c, c->line);
	buf_fmt(c->out, "#include %.*s\n", TEXT_F(rest));
	return true;
}

/* What the branch that ends here leaves behind. */
static bool end_branch(struct compiler *c, struct block *b)
{
	if (!html_same_place(&b->begin, &c->scan))
		return fail(c, "a branch ends in another place of the HTML than it began",
			    text_fmt(c->arena, "line %u", b->line));
	if (b->kind == BLOCK_FOR && b->begin.url != c->scan.url)
		return fail(c, "a URL whose form changes within a loop", TEXT_NONE);
	if (b->branched)
		html_join(&b->ends, &c->scan);
	b->ends = c->scan;
	b->branched = true;
	return true;
}

static bool do_else(struct compiler *c, struct text rest)
{
	struct block *b = in_function(c) ? &c->blocks[c->nblocks - 1] : NULL;
	struct html_scan begin;

	if (!b || b->kind != BLOCK_IF || b->has_else)
		return fail(c, "else without its if", TEXT_NONE);
	begin = b->begin;
	if (!end_branch(c, b))
		return false;
	/* Both branches begin where the if stands; a URL's form is joined at the end. */
	b->begin = c->scan = begin;
	line_mark(c, c->line);
	if (starts_word(&rest, "if")) {
		buf_fmt(c->out, "\t} else if (%.*s) {\n", TEXT_F(rest));
		return rest.n ? true : fail(c, "if without a condition", TEXT_NONE);
	}
	if (rest.n)
		return fail(c, "else takes nothing but if", rest);
	b->has_else = true;
	buf_add(c->out, TEXT("\t} else {\n"));
	return true;
}

static bool do_end(struct compiler *c)
{
	struct block *b;

	if (!in_function(c))
		return fail(c, "end without a beginning", TEXT_NONE);
	b = &c->blocks[c->nblocks - 1];
	if (b->kind == BLOCK_FUNCTION) {
		if (c->html && (c->scan.state != HTML_TEXT || c->scan.pre))
			return fail(c, "a page or part ends within a tag, a comment or <pre>",
				    TEXT_NONE);
		c->nblocks--;
		buf_add(c->out, TEXT("}\n"));
		return true;
	}
	if (!end_branch(c, b))
		return false;
	c->scan = b->ends;
	if (!b->has_else) /* as if nothing had been there */
		html_join(&b->begin, &c->scan);
	c->nblocks--;
	buf_add(c->out, TEXT("\t}\n"));
	return true;
}

static bool do_call(struct compiler *c, struct text rest)
{
	size_t open = text_find_byte(rest, '(');
	struct text args = text_trim(text_sub(rest, open + 1, rest.n));

	if (c->html && c->scan.state != HTML_TEXT)
		return fail(c, "call stands in text only", TEXT_NONE);
	if (open == rest.n || !text_ends(args, TEXT(")")))
		return fail(c, "call is NAME(ARGUMENTS)", rest);
	line_mark(c, c->line);
	buf_fmt(c->out, "\t%.*s(t%s%.*s;\n", TEXT_F(text_sub(rest, 0, open)),
		text_eq(args, TEXT(")")) ? "" : ", ", TEXT_F(args));
	return true;
}

static bool do_directive(struct compiler *c, struct text d)
{
	const char *why;

	if (starts_word(&d, "include"))
		return do_include(c, d);
	if (starts_word(&d, "page") || starts_word(&d, "part"))
		return do_function(c, d, false);
	if (starts_word(&d, "local"))
		return do_function(c, d, true);
	if (!in_function(c))
		return fail(c, "stands outside of a page or part", d);
	why = c->html ? html_directive(&c->scan) : NULL;
	if (why)
		return fail(c, why, d);
	flush_raw(c);
	if (starts_word(&d, "else"))
		return do_else(c, d);
	if (text_eq(d, TEXT("end")))
		return do_end(c);
	if (starts_word(&d, "call"))
		return do_call(c, d);
	line_mark(c, c->line);
	if (starts_word(&d, "if") && d.n) {
		buf_fmt(c->out, "\tif (%.*s) {\n", TEXT_F(d));
		return push(c, BLOCK_IF);
	}
	if (starts_word(&d, "for") && text_starts(d, TEXT("(")) && text_ends(d, TEXT(")"))) {
		buf_fmt(c->out, "\tfor %.*s {\n", TEXT_F(d));
		return push(c, BLOCK_FOR);
	}
	return fail(c, "this is no directive", d);
}

static bool do_value(struct compiler *c, struct text v)
{
	const char *put = "TMPL_PUT(t, TMPL_PLAIN, ", *why = NULL;

	if (!in_function(c))
		return fail(c, "a value outside of a page or part", v);
	if (!v.n)
		return fail(c, "a value of nothing", TEXT_NONE);
	if (c->html)
		put = html_value(&c->scan, &why);
	if (!put)
		return fail(c, why, v);
	flush_raw(c);
	line_mark(c, c->line);
	buf_fmt(c->out, "\t%s%.*s);\n", put, TEXT_F(v));
	return true;
}

/* ---- text */

/* White space that a reader of the page never sees: the beginnings of lines. */
static bool is_indent(const struct compiler *c, char b)
{
	struct text raw = buf_text(&c->raw);

	if (!c->html || c->scan.pre || (c->scan.state != HTML_TEXT && c->scan.state != HTML_TAG))
		return false;
	return char_is_space(b) && (raw.n ? raw.p[raw.n - 1] == '\n' : c->line_start);
}

static bool do_byte(struct compiler *c, char b)
{
	bool base = false;
	const char *why;

	if (b == '\n')
		c->line++;
	if (!in_function(c))
		return char_is_space(b) ? true
					: fail(c, "text outside of a page or part", TEXT_NONE);
	if (is_indent(c, b))
		return true;
	why = c->html ? html_step(&c->scan, b, &base) : NULL;
	if (why)
		return fail(c, why, TEXT_NONE);
	if (base) {
		flush_raw(c);
		buf_add(c->out, TEXT("\ttmpl_base(t);\n"));
	}
	buf_byte(&c->raw, b);
	c->line_start = false;
	return true;
}

/* A line of directives alone leaves nothing, not even its end. */
static void swallow_line(struct compiler *c, size_t directive_at)
{
	size_t at = c->at, before = directive_at;

	if (c->html && (c->scan.pre || (c->scan.state != HTML_TEXT && c->scan.state != HTML_TAG)))
		return;
	while (before && (c->in.p[before - 1] == ' ' || c->in.p[before - 1] == '\t'))
		before--;
	if ((before && c->in.p[before - 1] != '\n') || at == c->in.n || c->in.p[at] != '\n')
		return;
	c->at++;
	c->line++;
	c->line_start = true;
}

static unsigned lines_in(struct text t)
{
	unsigned n = 0;

	for (size_t i = 0; i < t.n; i++)
		n += t.p[i] == '\n';
	return n;
}

/* {% %}, {{ }} or {# #} at c->at; *ret_inner is what stands within. */
static bool take_braces(struct compiler *c, struct text *ret_inner)
{
	static const char *const ends[] = { "%}", "}}", "#}" };
	char kind = c->in.p[c->at + 1];
	const char *end = kind == '%' ? ends[0] : kind == '{' ? ends[1] : ends[2];
	struct text rest = text_sub(c->in, c->at + 2, c->in.n);
	size_t n = text_find(rest, text_from(end));

	if (n == rest.n)
		return fail(c, "its end is missing", text_from(end));
	*ret_inner = text_sub(rest, 0, n);
	c->at += n + 4;
	return true;
}

static bool do_braces(struct compiler *c)
{
	size_t from = c->at;
	char kind = c->in.p[from + 1];
	struct text inner;
	bool ok = true;

	if (!take_braces(c, &inner))
		return false;
	if (kind == '%')
		ok = do_directive(c, text_trim(inner));
	if (kind == '{')
		ok = do_value(c, text_trim(inner));
	if (!ok)
		return false;
	c->line += lines_in(inner);
	if (kind != '{')
		swallow_line(c, from);
	return true;
}

static bool is_braces(const struct compiler *c)
{
	return c->in.p[c->at] == '{' && c->in.n - c->at > 1 && strchr("%{#", c->in.p[c->at + 1]) &&
	       c->in.p[c->at + 1];
}

bool tmplc_compile(struct arena *a, struct text name, struct text in, bool html, struct buf *out,
		   struct tmplc_error *ret)
{
	struct compiler *c = arena_alloc(a, sizeof(*c));

	*c = (struct compiler){ .arena = a,
				.name = name,
				.in = in,
				.line = 1,
				.html = html,
				.out = out,
				.raw = buf_init(a, in.n + 1),
				.err = ret };
	buf_fmt(out, "/* %.*s, compiled by templates/tmplc */\n#include \"templates/tmpl.h\"\n",
		TEXT_F(name));
	while (c->at < in.n) {
		if (is_braces(c)) {
			if (!do_braces(c))
				return false;
		} else if (!do_byte(c, in.p[c->at++])) {
			return false;
		}
	}
	if (in_function(c)) {
		c->line = c->blocks[c->nblocks - 1].line;
		return fail(c, "this has no {% end %}", TEXT_NONE);
	}
	return buf_ok(out) ? true : fail(c, "too long", TEXT_NONE);
}
