#include "app/base/arena.h"
#include "app/index/git/parts.h"

#include <git2/commit.h>
#include <git2/errors.h>
#include <git2/odb.h>
#include <git2/signature.h>
#include <git2/tree.h>
#include <stdlib.h>

static void add_change(struct git_export *g, struct text path, const git_oid *id_or_null)
{
	struct change *c;

	if (g->nchanges == g->room)
		g->changes = export_grown(g->changes, &g->room, sizeof(*g->changes));
	c = &g->changes[g->nchanges];
	*c = (struct change){ .path = { arena_copy(g->changes_arena, path.p, path.n), path.n },
			      .number = g->nchanges++,
			      .gone = !id_or_null };
	if (id_or_null)
		git_oid_cpy(&c->id, id_or_null);
}

static void forget_changes(struct git_export *g)
{
	arena_reset(g->changes_arena);
	g->nchanges = 0;
	g->whole = false;
}

static int change_cmp(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	int d = text_cmp(x->path, y->path);

	return d ? d : (x->number > y->number) - (x->number < y->number);
}

/* What is at that path of the tree; *ret_there false: nothing. */
static int look(const git_tree *tree, const char *path, git_oid *ret, bool *ret_there)
{
	git_tree_entry *entry = NULL;
	int rc = tree ? git_tree_entry_bypath(&entry, tree, path) : GIT_ENOTFOUND;

	*ret_there = rc == 0;
	if (rc == 0)
		git_oid_cpy(ret, git_tree_entry_id(entry));
	git_tree_entry_free(entry);
	return rc == GIT_ENOTFOUND ? 0 : rc;
}

static const struct err *append_update(struct git_export *g, const git_tree *base,
				       const struct change *c, git_tree_update *u, size_t *n)
{
	bool there;
	git_oid id;

	if (look(base, c->path.p, &id, &there))
		return export_failed(g, "a tree cannot be read");
	if (c->gone ? !there : there && git_oid_equal(&id, &c->id))
		return NULL;
	u[(*n)++] = (git_tree_update){
		.action = c->gone ? GIT_TREE_UPDATE_REMOVE : GIT_TREE_UPDATE_UPSERT,
		.id = c->id,
		.filemode = GIT_FILEMODE_BLOB,
		.path = c->path.p,
	};
	return NULL;
}

/* The tree that the changes make; the last one of a path counts. */
static const struct err *make_tree(struct git_export *g, git_oid *ret)
{
	git_tree *base = g->whole ? NULL : g->tree;
	git_tree_update *u = calloc(g->nchanges + 1, sizeof(*u));
	const struct err *e = NULL;
	size_t n = 0;

	BUG_ON(!u);
	if (g->nchanges)
		qsort(g->changes, g->nchanges, sizeof(*g->changes), change_cmp);
	for (size_t i = 0; !e && i < g->nchanges; i++)
		if (i + 1 == g->nchanges || !text_eq(g->changes[i].path, g->changes[i + 1].path))
			e = append_update(g, base, &g->changes[i], u, &n);
	if (!e && git_tree_create_updated(ret, g->repo, base, n, u))
		e = export_failed(g, "a tree cannot be made");
	free(u);
	return e;
}

const struct err *commits_add(struct git_export *g, const git_oid *tree_id,
			      const git_oid *parent_or_null, struct text message)
{
	git_signature *who = NULL;
	git_commit *parent = NULL;
	git_tree *tree = NULL;
	git_oid id;
	int rc = git_signature_now(&who, g->name, g->mail);

	if (!rc)
		rc = git_tree_lookup(&tree, g->repo, tree_id);
	if (!rc && parent_or_null)
		rc = git_commit_lookup(&parent, g->repo, parent_or_null);
	if (!rc)
		rc = git_commit_create_v(&id, g->repo, NULL, who, who, NULL,
					 text_z(g->arena, message), tree, parent ? 1 : 0, parent);
	git_signature_free(who);
	git_commit_free(parent);
	if (rc) {
		git_tree_free(tree);
		return export_failed(g, "a commit cannot be made");
	}
	git_tree_free(g->tree);
	g->tree = tree;
	g->tip = id;
	g->has_tip = true;
	g->commits++;
	return memory_flush_if_large(g);
}

static const struct err *commit_changes(struct git_export *g, struct text message)
{
	const struct err *e;
	git_oid tree;

	e = make_tree(g, &tree);
	if (!e && !(g->tree && git_oid_equal(git_tree_id(g->tree), &tree)))
		e = commits_add(g, &tree, g->has_tip ? &g->tip : NULL, message);
	forget_changes(g);
	return e;
}

const struct err *git_export_crate(struct git_export *g, struct text name, struct text path,
				   struct text bytes)
{
	const struct err *e = NULL;
	git_oid id, old;
	bool there;

	if (g->nchanges || g->whole || g->compares)
		return export_out_of_order(g);
	if (bytes.p)
		e = memory_put_blob(g, bytes, &id);
	if (e)
		return e;
	if (look(g->tree, text_z(g->arena, path), &old, &there))
		return export_failed(g, "a tree cannot be read");
	if (bytes.p ? there && git_oid_equal(&id, &old) : !there)
		return NULL;
	add_change(g, path, bytes.p ? &id : NULL);
	return commit_changes(g, text_fmt(g->arena, "%s crate `%.*s`",
					  !there    ? "Create"
					  : bytes.p ? "Update"
						    : "Delete",
					  TEXT_F(name)));
}

static void note_difference(struct git_export *g, struct text path)
{
	if (g->ndiffer < GIT_WIRE_DIFFER_MAX)
		g->differ[g->ndiffer] = text_dup(g->arena, path);
	g->ndiffer++;
}

static const struct err *compare_file(struct git_export *g, struct text path, struct text bytes)
{
	git_oid id, have;
	bool there;

	if (look(g->tree, text_z(g->arena, path), &have, &there) ||
	    (bytes.p && git_odb_hash(&id, bytes.p, bytes.n, GIT_OBJECT_BLOB)))
		return export_failed(g, "a tree cannot be read");
	if (bytes.p)
		add_change(g, path, NULL); /* it was named: for what was not */
	if (bytes.p ? !there || !git_oid_equal(&id, &have) : there)
		note_difference(g, path);
	return NULL;
}

const struct err *git_export_file(struct git_export *g, struct text path, struct text bytes)
{
	const struct err *e;
	git_oid id;

	if (g->compares)
		return compare_file(g, path, bytes);
	if (!bytes.p) {
		add_change(g, path, NULL);
		return NULL;
	}
	e = memory_put_blob(g, bytes, &id);
	if (!e)
		add_change(g, path, &id);
	return e;
}

const struct err *git_export_whole(struct git_export *g)
{
	if (g->nchanges || g->compares)
		return export_out_of_order(g);
	g->whole = true;
	return NULL;
}

const struct err *git_export_commit(struct git_export *g, struct text message)
{
	return g->compares ? export_out_of_order(g) : commit_changes(g, message);
}

const struct err *git_export_compare(struct git_export *g)
{
	if (g->nchanges || g->whole || g->commits)
		return export_out_of_order(g);
	g->compares = true;
	return NULL;
}

/* A file of the tree that nobody has named. */
static int see_entry(const char *root, const git_tree_entry *entry, void *ctx)
{
	struct git_export *g = ctx;
	struct change key;

	if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB)
		return 0;
	key = (struct change){ .path = text_fmt(g->changes_arena, "%s%s", root,
						git_tree_entry_name(entry)) };
	for (size_t lo = 0, hi = g->nchanges; lo < hi;) {
		size_t mid = lo + (hi - lo) / 2;
		int d = text_cmp(key.path, g->changes[mid].path);

		if (d == 0)
			return 0;
		if (d < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	note_difference(g, key.path);
	return 0;
}

const struct err *commits_compare_rest(struct git_export *g)
{
	if (g->nchanges)
		qsort(g->changes, g->nchanges, sizeof(*g->changes), change_cmp);
	if (g->tree && git_tree_walk(g->tree, GIT_TREEWALK_PRE, see_entry, g))
		return export_failed(g, "a tree cannot be read");
	return NULL;
}
