#include "app/inspect/readme.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/inspect/bounded.h"

/* Of one parse; the whole process has 256 MB and 15 s (design.md 2). */
static const struct bounds parse_bounds = { .max_bytes = 128 << 20, .max_cpu_ms = 2500 };

/* Room for the rest of the inspector's answer, which is limited to 4 MiB as a whole. */
enum { ANSWER_REST = 1024 };

static struct text file_name(struct text path)
{
	size_t from = path.n;

	while (from > 0 && path.p[from - 1] != '/')
		from--;
	return text_sub(path, from, path.n);
}

/* By the file's extension; a name without one is Markdown too. A dot in front does not begin an
 * extension. */
static bool is_markdown(struct text path)
{
	static const struct text known[] = {
		TEXT_INIT("md"),  TEXT_INIT("markdown"), TEXT_INIT("mdown"),  TEXT_INIT("mdwn"),
		TEXT_INIT("mkd"), TEXT_INIT("mkdn"),     TEXT_INIT("mkdown"),
	};
	struct text name = file_name(path), extension;
	size_t dot = name.n;

	while (dot > 0 && name.p[dot - 1] != '.')
		dot--;
	if (dot <= 1)
		return true;
	extension = text_sub(name, dot, name.n);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (text_eq_nocase(extension, known[i]))
			return true;
	return false;
}

/* How long the text is as a JSON string without its quotes. */
static size_t json_size(struct text t)
{
	size_t n = t.n;

	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];

		if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t' || c == '\b' ||
		    c == '\f')
			n += 1;
		else if (c < ' ')
			n += 5;
	}
	return n;
}

static struct text escape_of(char c)
{
	switch (c) {
	case '&':
		return TEXT("&amp;");
	case '<':
		return TEXT("&lt;");
	case '>':
		return TEXT("&gt;");
	case '"':
		return TEXT("&quot;");
	case '\'':
		return TEXT("&#x27;");
	default:
		return TEXT_NONE;
	}
}

/* Escaped, with `newline` for line ends, until `room` bytes of JSON are used up; false when some of
 * it was left out. */
static bool put_escaped(struct buf *out, struct text t, struct text newline, size_t room)
{
	for (size_t i = 0; i < t.n; i++) {
		struct text part = t.p[i] == '\n' ? newline : escape_of(t.p[i]);
		size_t size;

		if (!part.p) /* all of a character, or none of it */
			for (part = text_sub(t, i, i + 1);
			     i + 1 < t.n && ((unsigned char)t.p[i + 1] & 0xc0) == 0x80; i++)
				part.n++;
		size = json_size(part);
		if (size > room)
			return false;
		room -= size;
		buf_add(out, part);
	}
	return true;
}

static struct text other_text(struct arena *a, struct text t)
{
	struct buf b = buf_init(a, README_MAX_OUT);

	if (!put_escaped(&b, t, TEXT("<br>\n"), README_MAX_OUT - 2 * ANSWER_REST))
		buf_add(&b, TEXT("<br>\n[The rest of this file is too long to be shown.]"));
	return b.n ? buf_text(&b) : TEXT("");
}

static struct text plain_text(struct arena *a, struct text t)
{
	struct buf b = buf_init(a, README_MAX_OUT);
	bool all;

	buf_add(&b, TEXT("<p><em>This README is too large or too deeply nested to be rendered; "
			 "here is its text.</em></p>\n"
			 "<pre>"));
	if (t.n && t.p[0] == '\n')
		buf_byte(&b, '\n');
	all = put_escaped(&b, t, TEXT("\n"), README_MAX_OUT - 2 * ANSWER_REST);
	buf_add(&b, TEXT("</pre>\n"));
	if (!all)
		buf_add(&b, TEXT("<p><em>The rest of it is too long to be shown.</em></p>\n"));
	return buf_text(&b);
}

struct parse {
	struct text in;
	const struct links *links;
	struct buf *out;
};

static void parse_markdown(void *ctx)
{
	struct parse *p = ctx;

	readme_markdown(p->out, p->in);
}

static void parse_html(void *ctx)
{
	struct parse *p = ctx;

	sanitize_html(p->out, p->links, p->in);
}

/* Absent where a limit was passed. */
static struct text render(struct arena *a, struct text markdown, const struct links *links)
{
	struct buf raw = buf_init(a, README_MAX_OUT), safe = buf_init(a, README_MAX_OUT);
	struct parse to_html = { .in = markdown, .out = &raw };
	struct parse to_safe = { .links = links, .out = &safe };

	if (!readme_is_harmless(markdown))
		return TEXT_NONE;
	to_html.in = readme_plain_quotes(a, markdown);
	if (!bounded_run(&parse_bounds, parse_markdown, &to_html) || !buf_ok(&raw))
		return TEXT_NONE;
	to_safe.in = buf_text(&raw);
	if (!bounded_run(&parse_bounds, parse_html, &to_safe) || !buf_ok(&safe))
		return TEXT_NONE;
	if (json_size(buf_text(&safe)) > README_MAX_OUT - ANSWER_REST)
		return TEXT_NONE;
	return safe.n ? buf_text(&safe) : TEXT("");
}

/* path_in_vcs joined with the path, as Rust's Path::join: an absolute path stands alone. */
static struct text full_path(struct arena *a, const struct readme_in *in)
{
	struct text vcs = in->path_in_vcs;

	if (vcs.n == 0 || text_starts(in->path, TEXT("/")))
		return in->path;
	return text_fmt(a, "%.*s%s%.*s", TEXT_F(vcs), text_ends(vcs, TEXT("/")) ? "" : "/",
			TEXT_F(in->path));
}

struct text readme_render(struct arena *a, const struct readme_in *in, bool *ret_plain)
{
	struct text path = full_path(a, in),
		    text = text_is_utf8(in->text) ? in->text : text_lossy(a, in->text), html;
	struct links links = links_new(a, in->repository, path);

	*ret_plain = false;
	if (!is_markdown(path))
		return other_text(a, text);
	html = text.n <= README_MAX_IN ? render(a, text, &links) : TEXT_NONE;
	if (html.p)
		return html;
	*ret_plain = true;
	return plain_text(a, text);
}
