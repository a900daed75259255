/* One commit out of all (contract/index.md 7.2). */
#include "app/base/arena.h"
#include "app/index/git/parts.h"

#include <git2/commit.h>
#include <git2/oid.h>
#include <git2/refs.h>
#include <git2/tree.h>

enum { SNAPSHOTS_A_DAY = 100 };

/*
 * A branch of that day that is, or becomes, the tip: a run that died after it finds its own again. With a number where
 * the day has one of another commit.
 */
static const struct err *keep_snapshot(struct git_export *g, struct text today)
{
	for (int i = 1; i <= SNAPSHOTS_A_DAY; i++) {
		struct text name =
			i == 1 ? text_fmt(g->arena, "snapshot-%.*s", TEXT_F(today))
			       : text_fmt(g->arena, "snapshot-%.*s-%d", TEXT_F(today), i);
		const char *full =
			text_z(g->arena, text_fmt(g->arena, "refs/heads/%.*s", TEXT_F(name)));
		git_reference *ref = NULL;
		git_oid at;
		bool there;

		if (export_find_branch(g, full, &at, &there))
			return export_failed(g, "a branch cannot be read");
		if (there && !git_oid_equal(&at, &g->tip))
			continue;
		if (!there && git_reference_create(&ref, g->repo, full, &g->tip, 0, NULL))
			return export_failed(g, "a branch cannot be made");
		git_reference_free(ref);
		g->snapshot = name;
		return NULL;
	}
	return err_new(g->arena, ERR_INTERNAL, "git index: too many snapshots of one day");
}

static const struct err *has_parent(struct git_export *g, bool *ret)
{
	git_commit *commit = NULL;

	*ret = false;
	if (!g->has_tip)
		return NULL;
	if (git_commit_lookup(&commit, g->repo, &g->tip))
		return export_failed(g, "the newest commit cannot be read");
	*ret = git_commit_parentcount(commit) > 0;
	git_commit_free(commit);
	return NULL;
}

const struct err *git_export_squash(struct git_export *g, struct text today)
{
	const struct err *e;
	char hex[EXPORT_HEX + 1];
	git_oid tree;
	bool many;

	if (g->nchanges || g->whole || g->compares || g->commits)
		return export_out_of_order(g);
	e = has_parent(g, &many);
	if (e || !many)
		return e; /* it is one already */
	e = keep_snapshot(g, today);
	if (e)
		return e;
	(void)git_oid_tostr(hex, sizeof(hex), &g->tip);
	git_oid_cpy(&tree, git_tree_id(g->tree));
	return commits_add(g, &tree, NULL,
			   text_fmt(g->arena,
				    "Collapse index into one commit\n\n"
				    "Previous HEAD was %s, now on the `%.*s` branch\n",
				    hex, TEXT_F(g->snapshot)));
}
