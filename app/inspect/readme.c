#include "app/inspect/readme.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/inspect/bounded.h"

/* Of one parse; the whole process has 256 MB and 15 s (design.md 2). */
static const struct bounds parse_bounds = { .max_bytes = 128 << 20, .max_cpu_ms = 2500 };

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

struct parse {
	struct text in;
	const struct links *links;
	struct buf *out;
	bool coloured;
};

static void parse_markdown(void *ctx)
{
	struct parse *p = ctx;

	readme_markdown(p->out, p->in);
}

static void parse_html(void *ctx)
{
	struct parse *p = ctx;

	sanitize_html(p->out, p->links, p->in, p->coloured);
}

static bool fits(const struct buf *safe)
{
	return buf_ok(safe) &&
	       readme_json_size(buf_text(safe)) <= README_MAX_OUT - README_ANSWER_REST;
}

/* Absent where a limit was passed. */
static struct text render(struct arena *a, struct text markdown, const struct links *links)
{
	struct buf raw = buf_init(a, README_MAX_OUT), safe = buf_init(a, README_MAX_OUT);
	struct parse to_html = { .in = markdown, .out = &raw };
	struct parse to_safe = { .links = links, .out = &safe, .coloured = true };

	if (!readme_is_harmless(markdown))
		return TEXT_NONE;
	to_html.in = readme_plain_quotes(a, markdown);
	if (!bounded_run(&parse_bounds, parse_markdown, &to_html) || !buf_ok(&raw))
		return TEXT_NONE;
	to_safe.in = buf_text(&raw);
	if (!bounded_run(&parse_bounds, parse_html, &to_safe))
		return TEXT_NONE;
	if (!fits(&safe)) { /* colours cost no README its headings and lists */
		safe = buf_init(a, README_MAX_OUT);
		to_safe.coloured = false;
		if (!bounded_run(&parse_bounds, parse_html, &to_safe) || !fits(&safe))
			return TEXT_NONE;
	}
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
		return readme_other(a, text);
	html = text.n <= README_MAX_IN ? render(a, text, &links) : TEXT_NONE;
	if (html.p)
		return html;
	*ret_plain = true;
	return readme_plain(a, text);
}
