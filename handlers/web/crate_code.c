/*
 * handlers/web/crate_code.c - the files of a version: /crates/{name}/{version}/code/{path} (contract/web.md P19), and the
 * addresses that lead to it without a version or a path (P14).
 */
#include "app/base/arena.h"
#include "handlers/routes.h"
#include "handlers/web/archive.h"
#include "handlers/web/page.h"

enum { WANTED_MAX = 200 };

/* U+202A to U+202E and U+2066 to U+2069: text may be shown in another order than compilers read it in. */
static bool has_directions(struct text t)
{
	for (size_t at = 0; at + 2 < t.n; at += 2) {
		size_t next = text_find_byte(text_sub(t, at, t.n), '\xe2');
		const unsigned char *p = (const unsigned char *)t.p + at + next;

		at += next;
		if (at + 2 < t.n && ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
				     (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)))
			return true;
	}
	return false;
}

/* "src", "src/a", "src/a/b.rs" */
static struct links crumbs_of(struct req *r, struct text path)
{
	size_t n = 1, at = 0;
	struct link *v;

	for (size_t i = 0; i < path.n; i++)
		n += path.p[i] == '/';
	v = arena_array(r->arena, n, sizeof(*v));
	for (size_t i = 0; i < n; i++) {
		size_t end = at + text_find_byte(text_sub(path, at, path.n), '/');

		v[i] = (struct link){ .href = text_sub(path, 0, end),
				      .label = text_sub(path, at, end),
				      .current = i + 1 == n };
		at = end + 1;
	}
	return (struct links){ v, n };
}

static void show_file(struct req *r, struct code_page *v, const struct inspect_source *s)
{
	v->path = s->file.path;
	v->crumbs = crumbs_of(r, s->file.path);
	v->language = s->language;
	v->bytes = s->file.size;
	v->executable = s->file.executable;
	v->kind = s->kind;
	v->image = s->kind >= SOURCE_PNG && s->kind <= SOURCE_WEBP;
	v->directions = has_directions(s->text);
	v->code = (struct code){ .text = s->text, .tokens = s->tokens };
	code_measure(&v->code);
}

static struct text without_slash(struct text path)
{
	while (text_ends(path, TEXT("/")))
		path.n--;
	return path;
}

/* path absent: whatever file is the first one. */
static struct reply to_file(struct req *r, unsigned status, struct text name, struct text version,
			    struct text path)
{
	struct text rest = path.p ? text_fmt(r->arena, "code/%.*s", TEXT_F(path)) : TEXT("code");

	return page_redirect(r, status, page_version_path(r, name, version, rest));
}

static struct reply code_get(struct req *r)
{
	struct text path = without_slash(req_path(r, "path"));
	struct code_page v = { 0 };
	struct crate_frame f;
	struct inspect_source s;
	const struct err *e = crate_frame(r, true, &f);

	if (!e)
		e = req_query(r, "file", &v.wanted);
	if (!e)
		e = page_browse(r, &f.version, path, &s);
	if (e)
		return reply_err(r, e);
	if (s.found && !text_eq(s.file.path, path)) /* a folder */
		return to_file(r, 302, f.crate.name, f.version.num, s.file.path);

	v.about = page_version_head(r, &f, TAB_CODE, "/code", path);
	v.about.head.noindex = true;
	v.name = f.crate.name;
	v.version = f.version.num;
	v.wanted = text_sub(v.wanted, 0, WANTED_MAX);
	v.files = s.nfiles;
	v.unlisted = s.unlisted;
	v.tree = v.wanted.n ? tree_matches(r->arena, s.files, s.nfiles, v.wanted)
			    : tree_of(r->arena, s.files, s.nfiles, s.found ? path : TEXT_NONE);
	if (s.found)
		show_file(r, &v, &s);
	else
		v.missing = path;
	return reply_page(r, s.found ? 200 : 404, code_page, &v);
}

/* The file that a reader opens first. */
static struct reply code_root_get(struct req *r)
{
	struct crate_view crate;
	struct version_view version;
	struct inspect_source s;
	const struct err *e = page_crate_version(r, &crate, &version);

	if (!e)
		e = page_browse(r, &version, TEXT(""), &s);
	if (!e && !s.found)
		e = err_new(r->arena, ERR_NOT_FOUND, "There is no file in %.*s %.*s",
			    TEXT_F(crate.name), TEXT_F(version.num));
	if (e)
		return reply_err(r, e);
	return to_file(r, 302, crate.name, version.num, s.file.path);
}

static struct reply to_default_version(struct req *r, struct text path)
{
	struct crate_view crate;
	const struct err *e = page_default_version(r, &crate);

	if (e)
		return reply_err(r, e);
	return to_file(r, 307, crate.name, crate.default_version, path);
}

static struct reply code_default_root_get(struct req *r)
{
	return to_default_version(r, TEXT_NONE);
}

static struct reply code_default_get(struct req *r)
{
	return to_default_version(r, without_slash(req_path(r, "path")));
}

const struct route crate_code_routes[] = {
	ROUTE(GET, "/crates/{name}/code", code_default_root_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: to the files of the default version"),
	ROUTE(GET, "/crates/{name}/code/{*path}", code_default_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: to a file of the default version"),
	ROUTE(GET, "/crates/{name}/{version}/code", code_root_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: to the first file of a version"),
	ROUTE(GET, "/crates/{name}/{version}/code/{*path}", code_get, .auth = AUTH_NONE,
	      .page = true, .doc = "Page: a file of a version"),
	ROUTE_END,
};
