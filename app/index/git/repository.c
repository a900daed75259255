#include "app/base/arena.h"
#include "app/index/git/parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <git2/commit.h>
#include <git2/config.h>
#include <git2/errors.h>
#include <git2/global.h>
#include <git2/odb.h>
#include <git2/refs.h>
#include <git2/repository.h>
#include <git2/tree.h>
#include <stdlib.h>
#include <unistd.h>

const struct err *export_failed(struct git_export *g, const char *what)
{
	const git_error *e = git_error_last();
	struct text cause = text_dup(g->arena, text_from(e ? e->message : "no reason was given"));

	if (errno == ENOSPC || errno == EDQUOT)
		return err_because(g->arena, ERR_BUSY, cause, "git index: %s", what);
	return err_because(g->arena, ERR_INTERNAL, cause, "git index: %s", what);
}

const struct err *export_out_of_order(struct git_export *g)
{
	return err_new(g->arena, ERR_INTERNAL, "git index: this does not belong here");
}

void *export_grown(void *p, size_t *room, size_t size)
{
	size_t n = *room ? *room * 2 : 64;

	p = reallocarray(p, n, size);
	BUG_ON(!p);
	*room = n;
	return p;
}

/* ---- the begin */

/* By its own configuration alone, whoever owns it. */
static int libgit2_ready(void)
{
	static const int levels[] = { GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_GLOBAL,
				      GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_PROGRAMDATA };

	if (git_libgit2_init() < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++)
		if (git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], ""))
			return -1;
	if (git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0))
		return -1;
	return git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
}

/* What fetches may ask for, and that nobody pushes; `git http-backend` wants the file. */
static int set_up(struct git_export *g, const char *dir)
{
	git_config *config = NULL;
	int rc = git_repository_config(&config, g->repo), at, fd, known;

	if (!rc && git_config_get_bool(&known, config, "http.receivepack") == 0) {
		git_config_free(config); /* the last thing that is set up */
		return 0;
	}
	if (!rc)
		rc = git_config_set_bool(config, "uploadpack.allowFilter", 1);
	if (!rc) /* its files one by one are for nobody: see info/refs of the "dumb" protocol */
		rc = git_config_set_bool(config, "http.getanyfile", 0);
	if (!rc)
		rc = git_config_set_int32(config, "gc.auto", 0);
	at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = at < 0 ? -1 : openat(at, "git-daemon-export-ok", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd >= 0)
		(void)close(fd);
	if (at >= 0)
		(void)close(at);
	if (!rc && fd < 0)
		rc = -1;
	if (!rc)
		rc = git_config_set_bool(config, "http.receivepack", 0);
	git_config_free(config);
	return rc;
}

static int open_or_make(struct git_export *g, const char *dir)
{
	git_repository_init_options o;

	if (git_repository_open_bare(&g->repo, dir) == 0)
		return 0;
	if (git_repository_init_options_init(&o, GIT_REPOSITORY_INIT_OPTIONS_VERSION))
		return -1;
	o.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKDIR | GIT_REPOSITORY_INIT_MKPATH;
	o.initial_head = "master";
	return git_repository_init_ext(&g->repo, dir, &o);
}

static bool left_over(struct text name)
{
	return text_ends(name, TEXT(".lock")) || text_starts(name, TEXT("pack_git2_")) ||
	       text_starts(name, TEXT("tmp_")) || text_starts(name, TEXT(".tmp-"));
}

/* What a run that was killed had begun, locks of libgit2 and git among it: nobody else writes here. */
static void sweep(struct arena *a, const char *dir)
{
	static const char *const folders[] = { "", "/refs/heads", "/objects/pack",
					       "/objects/info" };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		DIR *d = opendir(text_z(a, text_fmt(a, "%s%s", dir, folders[i])));
		struct dirent *f;

		while (d && (f = readdir(d)))
			if (left_over(text_from(f->d_name)))
				(void)unlinkat(dirfd(d), f->d_name, 0);
		if (d)
			(void)closedir(d);
	}
}

int export_find_branch(struct git_export *g, const char *name, git_oid *ret_id, bool *ret)
{
	int rc = git_reference_name_to_id(ret_id, g->repo, name);

	*ret = rc == 0;
	return rc == GIT_ENOTFOUND ? 0 : rc;
}

static int tree_of(struct git_export *g, const git_oid *commit_id, git_tree **ret)
{
	git_commit *commit = NULL;
	int rc = git_commit_lookup(&commit, g->repo, commit_id);

	if (!rc)
		rc = git_commit_tree(ret, commit);
	git_commit_free(commit);
	return rc;
}

const struct err *git_export_open(struct arena *a, const struct git_export_in *in,
				  struct git_export **ret)
{
	struct git_export *g = calloc(1, sizeof(*g));
	const struct err *e = NULL;

	BUG_ON(!g);
	*g = (struct git_export){ .arena = a, .name = in->name, .mail = in->mail };
	g->changes_arena = arena_new(0);
	sweep(a, in->dir);
	errno = 0;
	if (libgit2_ready() || open_or_make(g, in->dir) || set_up(g, in->dir) ||
	    git_repository_odb(&g->odb, g->repo))
		e = export_failed(g, "the repository cannot be opened");
	if (!e)
		e = memory_begin(g);
	if (!e && export_find_branch(g, EXPORT_BRANCH, &g->head, &g->has_head))
		e = export_failed(g, "`master` cannot be read");
	if (!e && g->has_head && tree_of(g, &g->head, &g->tree))
		e = export_failed(g, "the newest commit cannot be read");
	if (e) {
		git_export_free(g);
		return e;
	}
	g->tip = g->head;
	g->has_tip = g->has_head;
	*ret = g;
	return NULL;
}

void git_export_free(struct git_export *g)
{
	if (!g)
		return;
	git_tree_free(g->tree);
	git_odb_free(g->odb);
	git_repository_free(g->repo);
	(void)git_libgit2_shutdown();
	arena_free(g->changes_arena);
	free(g->changes);
	free(g);
}

/* ---- the end */

static int move_branch(struct git_export *g)
{
	git_reference *ref = NULL;
	int rc;

	/* somebody who pushed meanwhile does not lose it: this fails */
	rc = g->has_head ? git_reference_create_matching(&ref, g->repo, EXPORT_BRANCH, &g->tip, 1,
							 &g->head, NULL)
			 : git_reference_create(&ref, g->repo, EXPORT_BRANCH, &g->tip, 0, NULL);
	git_reference_free(ref);
	return rc;
}

static uint64_t count_packs(struct git_export *g)
{
	const char *path = text_z(
		g->arena, text_fmt(g->arena, "%sobjects/pack", git_repository_path(g->repo)));
	DIR *d = opendir(path);
	struct dirent *f;
	uint64_t n = 0;

	while (d && (f = readdir(d)))
		n += text_ends(text_from(f->d_name), TEXT(".pack"));
	if (d)
		(void)closedir(d);
	return n;
}

const struct err *git_export_end(struct git_export *g, struct git_export_out *ret)
{
	const struct err *e = NULL;
	char hex[EXPORT_HEX + 1];

	if ((g->nchanges || g->whole) && !g->compares)
		return export_out_of_order(g);
	if (g->compares)
		e = commits_compare_rest(g);
	else if (g->commits)
		e = memory_flush(g);
	if (!e && g->commits && move_branch(g))
		e = export_failed(g, "`master` cannot be moved");
	if (e)
		return e;
	*ret = (struct git_export_out){ .commits = g->commits,
					.packs = count_packs(g),
					.ndiffer = g->ndiffer,
					.snapshot = g->snapshot };
	ret->differ.n = g->ndiffer < GIT_WIRE_DIFFER_MAX ? (size_t)g->ndiffer : GIT_WIRE_DIFFER_MAX;
	ret->differ.v = arena_copy(g->arena, g->differ, ret->differ.n * sizeof(*g->differ));
	if (g->has_tip)
		ret->head = text_dup(g->arena, text_from(git_oid_tostr(hex, sizeof(hex), &g->tip)));
	return NULL;
}
