/*
 * handlers/web/crate_diff.c - what changed between two versions: /crates/{name}/diff/{a}...{b} (contract/web.md P21). What the
 * database knows comes first, then the archives file by file.
 *
 * /crates/{name}/diff?from=A&to=B is where a form leads: to the address above. Without them: the default version, and the
 * highest one before it.
 */
#include "app/base/arena.h"
#include "app/base/buf.h"
#include "db/dependency_view.h"
#include "db/stored.h"
#include "handlers/routes.h"
#include "handlers/web/archive.h"
#include "handlers/web/page.h"

#include <stdlib.h>
#include <string.h>

enum { FACTS_MAX = 16, WORDS_MAX = 64 * 1024 };

/* ---- the manifest, as the database has it */

struct facts {
	struct arena *arena;
	struct diff_fact v[FACTS_MAX];
	size_t n;
};

static void fact(struct facts *f, const char *what, struct text old, struct text new)
{
	if (!old.n && !new.n)
		return;
	if (!text_eq(old, new) && f->n < FACTS_MAX)
		f->v[f->n++] = (struct diff_fact){ text_from(what), old.n ? old : TEXT_NONE,
						   new.n ? new : TEXT_NONE };
}

static struct text joined(struct arena *a, struct texts list)
{
	struct buf b = buf_init(a, WORDS_MAX);

	for (size_t i = 0; i < list.n; i++) {
		buf_add(&b, i ? TEXT(", ") : TEXT(""));
		buf_add(&b, list.v[i]);
	}
	return buf_text(&b);
}

static bool has_feature(const struct manifest_feature *v, size_t n, struct text name)
{
	for (size_t i = 0; i < n; i++)
		if (text_eq(v[i].name, name))
			return true;
	return false;
}

/* Those of v that other has not. */
static struct text only_here(struct arena *a, const struct manifest_feature *v, size_t n,
			     const struct manifest_feature *other, size_t nother)
{
	struct texts names = { .v = arena_array(a, n + 1, sizeof(struct text)) };

	for (size_t i = 0; i < n; i++)
		if (!has_feature(other, nother, v[i].name))
			names.v[names.n++] = v[i].name;
	return joined(a, names);
}

static void feature_facts(struct facts *f, const struct version_view *old,
			  const struct version_view *new)
{
	struct manifest_feature *olds, *news;
	size_t nold = stored_features_read(f->arena, old->features, &olds),
	       nnew = stored_features_read(f->arena, new->features, &news);

	fact(f, "Features that the other has not", only_here(f->arena, olds, nold, news, nnew),
	     only_here(f->arena, news, nnew, olds, nold));
}

static struct text size_text(struct arena *a, uint64_t bytes)
{
	return text_dup(a, text_from(size(bytes).s));
}

static void manifest_facts(struct facts *f, const struct version_view *old,
			   const struct version_view *new)
{
	struct arena *a = f->arena;

	fact(f, "Licence", old->license, new->license);
	fact(f, "Rust version", old->rust_version, new->rust_version);
	fact(f, "Edition", old->edition, new->edition);
	fact(f, "Description", old->description, new->description);
	fact(f, "Homepage", old->homepage, new->homepage);
	fact(f, "Documentation", old->documentation, new->documentation);
	fact(f, "Repository", old->repository, new->repository);
	fact(f, "Links to", old->links, new->links);
	fact(f, "Binaries", joined(a, stored_list_read(a, old->bin_names)),
	     joined(a, stored_list_read(a, new->bin_names)));
	feature_facts(f, old, new);
	fact(f, "Archive", size_text(a, old->crate_size), size_text(a, new->crate_size));
}

/* ---- dependencies */

static const char *const kinds[] = { "", "build dependency ", "development dependency " };

/* "^1.0, optional, without default features, with a, b" */
static struct text dependency_words(struct arena *a, const struct dependency_view *d)
{
	struct texts features = stored_list_read(a, d->features);
	struct buf b = buf_init(a, WORDS_MAX);

	buf_add(&b, text_from(d->kind < ARRAY_SIZE(kinds) ? kinds[d->kind] : ""));
	buf_add(&b, d->req);
	if (d->target.n)
		buf_fmt(&b, " for %.*s", TEXT_F(d->target));
	if (d->optional)
		buf_add(&b, TEXT(", optional"));
	if (!d->default_features)
		buf_add(&b, TEXT(", without default features"));
	if (features.n)
		buf_fmt(&b, ", with %.*s", TEXT_F(joined(a, features)));
	return buf_text(&b);
}

/* A dependency is the same one where crate, kind and target are. */
struct dep {
	const struct dependency_view *view;
	struct text words;
};

static int place_cmp(const struct dep *a, const struct dep *b)
{
	int order = text_cmp(a->view->crate, b->view->crate);

	if (!order)
		order = (a->view->kind > b->view->kind) - (a->view->kind < b->view->kind);
	return order ? order : text_cmp(a->view->target, b->view->target);
}

static int dep_cmp(const void *x, const void *y)
{
	int order = place_cmp(x, y);

	return order ? order
		     : text_cmp(((const struct dep *)x)->words, ((const struct dep *)y)->words);
}

static struct dep *sorted(struct arena *a, const struct dependency_view *v, size_t n)
{
	struct dep *d = arena_array(a, n + 1, sizeof(*d));

	for (size_t i = 0; i < n; i++)
		d[i] = (struct dep){ &v[i], dependency_words(a, &v[i]) };
	if (n)
		qsort(d, n, sizeof(*d), dep_cmp);
	return d;
}

/* Takes what is the same on both sides out of both; both are sorted by dep_cmp. */
static void drop_same(struct dep *old, size_t *nold, struct dep *new, size_t *nnew)
{
	size_t i = 0, j = 0, keep_old = 0, keep_new = 0;

	while (i < *nold || j < *nnew) {
		int order = i == *nold ? 1 : j == *nnew ? -1 : dep_cmp(&old[i], &new[j]);

		if (order < 0)
			old[keep_old++] = old[i];
		else if (order > 0)
			new[keep_new++] = new[j];
		i += order <= 0;
		j += order >= 0;
	}
	*nold = keep_old;
	*nnew = keep_new;
}

static void compare_dependencies(struct arena *a, struct diff_page *v, struct dep *old, size_t nold,
				 struct dep *new, size_t nnew)
{
	struct diff_dependency *ret = arena_array(a, nold + nnew + 1, sizeof(*ret));
	size_t i = 0, j = 0;

	drop_same(old, &nold, new, &nnew);
	while (i < nold || j < nnew) {
		int order = i == nold ? 1 : j == nnew ? -1 : place_cmp(&old[i], &new[j]);
		const struct dep *any = order <= 0 ? &old[i] : &new[j];

		ret[v->ndeps++] = (struct diff_dependency){
			.change = order == 0  ? "changed"
				  : order < 0 ? "removed"
					      : "added",
			.name = any->view->crate,
			.old = order <= 0 ? old[i].words : TEXT_NONE,
			.new = order >= 0 ? new[j].words : TEXT_NONE,
		};
		i += order <= 0;
		j += order >= 0;
	}
	v->deps = ret;
}

static const struct err *dependency_changes(struct req *r, struct diff_page *v,
					    const struct version_view *old,
					    const struct version_view *new)
{
	struct dependency_view *olds, *news;
	size_t nold, nnew;
	const struct err *e = db_dependency_views(r->db, old->id, &olds, &nold);

	if (!e)
		e = db_dependency_views(r->db, new->id, &news, &nnew);
	if (!e)
		compare_dependencies(r->arena, v, sorted(r->arena, olds, nold), nold,
				     sorted(r->arena, news, nnew), nnew);
	return e;
}

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
	struct facts facts = { .arena = r->arena };
	struct diff_page v = { 0 };
	struct crate_view crate;
	struct version_view old, new;
	struct inspect_comparison c;
	const struct err *e = two_versions(r, &crate, &old, &new);

	if (!e)
		e = req_query(r, "file", &v.file);
	if (!e && !v.file.p)
		e = dependency_changes(r, &v, &old, &new);
	if (!e)
		e = page_compare(r, &old, &new, v.file, &c);
	if (e)
		return reply_err(r, e);

	manifest_facts(&facts, &old, &new);
	show_files(&v, &c);
	v.facts = facts.v;
	v.nfacts = facts.n;
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

/* The default version (else the highest), and the highest one below it: of the same kind where there is one. */
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
