/*
 * handlers/web/crate_diff.c - what changed between two versions: /crates/{name}/diff/{a}...{b} (contract/web.md P21). What the
 * database knows comes first, then the archives file by file.
 *
 * /crates/{name}/diff?from=A&to=B is where a form leads: to the address above. Without them: the default version, and the
 * highest one before it.
 */
#include "app/base/arena.h"
#include "handlers/routes.h"
#include "handlers/web/archive.h"
#include "handlers/web/diff_facts.h"
#include "handlers/web/page.h"

#include <stdlib.h>

/* ---- the page */

/* The manifest that cargo wrote comes first, then the one that a person did; all others by their path. */
static int file_rank(struct text path)
{
	return text_eq(path, TEXT("Cargo.toml"))        ? 0
	       : text_eq(path, TEXT("Cargo.toml.orig")) ? 1
							: 2;
}

static int file_cmp(const void *x, const void *y)
{
	const struct compared_file *a = x, *b = y;
	int order = file_rank(a->path) - file_rank(b->path);

	return order ? order : text_cmp(a->path, b->path);
}

static void show_files(struct diff_page *v, struct inspect_comparison *c)
{
	if (c->nfiles)
		qsort(c->files, c->nfiles, sizeof(*c->files), file_cmp);
	v->files = c->files;
	v->nfiles = c->nfiles;
	v->same = c->same;
	v->more = c->more;
	for (size_t i = 0; i < c->nfiles; i++) {
		v->added += c->files[i].added;
		v->removed += c->files[i].removed;
	}
}

static const struct err *two_versions(struct req *r, struct crate_view *crate,
				      struct version_view *old, struct version_view *new)
{
	struct text range = req_path(r, "range"), dots = TEXT("...");
	size_t at = text_find(range, dots);
	const struct err *e;

	if (at == range.n)
		return err_new(r->arena, ERR_NOT_FOUND,
			       "Two versions are compared with three dots between them");
	e = page_crate(r, crate);
	if (!e)
		e = page_version(r, crate, text_sub(range, 0, at), old);
	if (!e)
		e = page_version(r, crate, text_sub(range, at + dots.n, range.n), new);
	return e;
}

static struct reply diff_get(struct req *r)
{
	struct diff_page v = { 0 };
	struct crate_view crate;
	struct version_view old, new;
	struct inspect_comparison c;
	const struct err *e = two_versions(r, &crate, &old, &new);

	if (!e)
		e = req_query(r, "file", &v.file);
	if (!e && !v.file.p)
		e = diff_dependencies(r->db, &old, &new, &v);
	if (!e)
		e = page_compare(r, &old, &new, v.file, &c);
	if (e)
		return reply_err(r, e);

	diff_manifest(r->arena, &old, &new, &v);
	show_files(&v, &c);
	v.name = crate.name;
	v.old = old.num;
	v.new = new.num;
	v.head.title = text_fmt(r->arena, "%.*s: from %.*s to %.*s", TEXT_F(v.name), TEXT_F(v.old),
				TEXT_F(v.new));
	v.head.section = "crates";
	v.head.noindex = true;
	return reply_page(r, 200, diff_page, &v);
}

/* ---- the form's address */

/* The default version (else the highest), and the highest one below it: of the same kind where there is one. Of two versions
 * of which the lower one is the default, both. */
static bool choose(const struct crate_view *crate, const struct version_key *keys, size_t n,
		   struct text *ret_old, struct text *ret_new)
{
	size_t new = 0, old;

	for (size_t i = 0; i < n; i++)
		if (text_eq(keys[i].num, crate->default_version))
			new = i;
	for (old = new + 1; old < n; old++)
		if (!keys[old].yanked && (!keys[old].prerelease || keys[new].prerelease))
			break;
	if (old >= n)
		old = new + 1;
	if (old >= n && new > 0) /* there are higher ones alone: what has come since */
		old = new --;
	if (old >= n)
		return false;
	*ret_new = keys[new].num;
	*ret_old = keys[old].num;
	return true;
}

static struct reply diff_form_get(struct req *r)
{
	struct crate_view crate;
	struct version_key *keys;
	struct text old, new, name = req_path(r, "name");
	size_t n;
	const struct err *e = req_query(r, "from", &old);

	if (!e)
		e = req_query(r, "to", &new);
	if (!e)
		e = page_default_version(r, &crate);
	if (e)
		return reply_err(r, e);
	name = crate.name;
	if (!old.n || !new.n) {
		e = db_version_keys(r->db, crate.id, &keys, &n);
		if (!e && !choose(&crate, keys, n, &old, &new))
			e = err_new(r->arena, ERR_NOT_FOUND,
				    "There is one version of %.*s only: nothing to compare it with",
				    TEXT_F(name));
		if (e)
			return reply_err(r, e);
	}
	return page_redirect(
		r, 302,
		page_version_path(r, name, TEXT("diff"),
				  text_fmt(r->arena, "%.*s...%.*s", TEXT_F(text_sub(old, 0, 200)),
					   TEXT_F(text_sub(new, 0, 200)))));
}

const struct route crate_diff_routes[] = {
	ROUTE(GET, "/crates/{name}/diff", diff_form_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: to the comparison of two versions"),
	ROUTE(GET, "/crates/{name}/diff/{range}", diff_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: two versions compared"),
	ROUTE_END,
};
