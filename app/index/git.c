#include "app/index/git.h"

#include "app/base/arena.h"
#include "app/index/git_wire.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
/* not git2.h: in git2/index.h is a word that banned.h has none of */
#include <git2/commit.h>
#include <git2/config.h>
#include <git2/errors.h>
#include <git2/global.h>
#include <git2/odb.h>
#include <git2/pack.h>
#include <git2/refs.h>
#include <git2/repository.h>
#include <git2/signature.h>
#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>
#include <git2/tree.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	MEMORY_MAX_BYTES = 32 << 20, /* of objects that are in no pack yet */
	FIRST = 999,                 /* before libgit2's own ways to keep objects */
	HEX = 40,
	SNAPSHOTS_A_DAY = 100,
};

#define BRANCH "refs/heads/master"

struct change {
	struct text path; /* NUL-terminated */
	size_t number;    /* in the order of their coming */
	git_oid id;
	bool gone;
};

/* Objects of this run until they are in a pack: libgit2's own keeping of objects in memory, and their names. */
struct memory {
	git_odb_backend base;
	git_odb_backend *inner;
	git_oid *ids;
	size_t n, room, bytes;
};

struct git_export {
	struct arena *arena; /* the caller's */
	git_repository *repo;
	git_odb *odb;
	struct memory *memory; /* the odb's */
	const char *name, *mail;

	git_oid head, tip; /* of master on disk; and of what this run has made of it */
	bool has_head, has_tip;
	git_tree *tree; /* of tip; NULL: there is none */
	uint64_t commits;
	struct text snapshot;

	struct arena *changes_arena; /* of the commit that is being gathered */
	struct change *changes;
	size_t nchanges, room;
	bool whole;

	bool compares;
	uint64_t ndiffer;
	struct text differ[GIT_WIRE_DIFFER_MAX];
};

static const struct err *failed(struct git_export *g, const char *what)
{
	const git_error *e = git_error_last();
	struct text cause = text_dup(g->arena, text_from(e ? e->message : "no reason was given"));

	if (errno == ENOSPC || errno == EDQUOT)
		return err_because(g->arena, ERR_BUSY, cause, "git index: %s", what);
	return err_because(g->arena, ERR_INTERNAL, cause, "git index: %s", what);
}

/* Twice as much room, from malloc: it lives as long as the run. */
static void *grown(void *p, size_t *room, size_t size)
{
	size_t n = *room ? *room * 2 : 64;

	p = reallocarray(p, n, size);
	BUG_ON(!p);
	*room = n;
	return p;
}

/* ---- objects in memory */

static struct memory *memory_of(git_odb_backend *b)
{
	return (struct memory *)b;
}

static int memory_read(void **p, size_t *n, git_object_t *type, git_odb_backend *b,
		       const git_oid *id)
{
	git_odb_backend *inner = memory_of(b)->inner;

	return inner->read(p, n, type, inner, id);
}

static int memory_read_header(size_t *n, git_object_t *type, git_odb_backend *b, const git_oid *id)
{
	git_odb_backend *inner = memory_of(b)->inner;

	return inner->read_header(n, type, inner, id);
}

static int memory_exists(git_odb_backend *b, const git_oid *id)
{
	git_odb_backend *inner = memory_of(b)->inner;

	return inner->exists(inner, id);
}

static int memory_write(git_odb_backend *b, const git_oid *id, const void *p, size_t n,
			git_object_t type)
{
	struct memory *m = memory_of(b);

	if (m->inner->exists(m->inner, id))
		return 0;
	if (m->n == m->room)
		m->ids = grown(m->ids, &m->room, sizeof(*m->ids));
	git_oid_cpy(&m->ids[m->n++], id);
	m->bytes += n;
	return m->inner->write(m->inner, id, p, n, type);
}

static void memory_free(git_odb_backend *b)
{
	struct memory *m = memory_of(b);

	m->inner->free(m->inner);
	free(m->ids);
	free(m);
}

static struct memory *memory_new(void)
{
	struct memory *m = calloc(1, sizeof(*m));

	BUG_ON(!m || git_odb_init_backend(&m->base, GIT_ODB_BACKEND_VERSION));
	if (git_mempack_new(&m->inner)) {
		free(m);
		return NULL;
	}
	m->base.read = memory_read;
	m->base.read_header = memory_read_header;
	m->base.exists = memory_exists;
	m->base.write = memory_write;
	m->base.free = memory_free;
	return m;
}

/* What is in memory becomes a pack, synced and whole before it has its name. */
static const struct err *flush(struct git_export *g)
{
	struct memory *m = g->memory;
	git_packbuilder *pack = NULL;
	int rc = 0;

	if (!m->n)
		return NULL;
	rc = git_packbuilder_new(&pack, g->repo);
	for (size_t i = 0; !rc && i < m->n; i++)
		rc = git_packbuilder_insert(pack, &m->ids[i], NULL);
	if (!rc)
		rc = git_packbuilder_write(pack, NULL, 0, NULL, NULL);
	git_packbuilder_free(pack);
	if (!rc)
		rc = git_mempack_reset(m->inner);
	if (!rc)
		rc = git_odb_refresh(g->odb);
	if (rc)
		return failed(g, "a pack cannot be written");
	m->n = m->bytes = 0;
	return NULL;
}

/* An object that is anywhere already is not written again. */
static const struct err *put_blob(struct git_export *g, struct text bytes, git_oid *ret)
{
	git_odb_backend *b = &g->memory->base;
	bool there;

	if (git_odb_hash(ret, bytes.p, bytes.n, GIT_OBJECT_BLOB))
		return failed(g, "a file cannot be hashed");
	there = git_odb_exists_ext(g->odb, ret, GIT_ODB_LOOKUP_NO_REFRESH);
	if (!there && b->write(b, ret, bytes.p, bytes.n, GIT_OBJECT_BLOB))
		return failed(g, "a file cannot be kept");
	return g->memory->bytes > MEMORY_MAX_BYTES ? flush(g) : NULL;
}

/* ---- the repository */

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

/* *ret false: there is no such branch. */
static int find_branch(struct git_export *g, const char *name, git_oid *ret_id, bool *ret)
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
		e = failed(g, "the repository cannot be opened");
	if (!e && !(g->memory = memory_new()))
		e = failed(g, "no memory");
	if (!e && git_odb_add_backend(g->odb, &g->memory->base, FIRST))
		e = failed(g, "no memory");
	if (!e && find_branch(g, BRANCH, &g->head, &g->has_head))
		e = failed(g, "`master` cannot be read");
	if (!e && g->has_head && tree_of(g, &g->head, &g->tree))
		e = failed(g, "the newest commit cannot be read");
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

/* ---- changes and commits */

static const struct err *out_of_order(struct git_export *g)
{
	return err_new(g->arena, ERR_INTERNAL, "git index: this does not belong here");
}

static void add_change(struct git_export *g, struct text path, const git_oid *id_or_null)
{
	struct change *c;

	if (g->nchanges == g->room)
		g->changes = grown(g->changes, &g->room, sizeof(*g->changes));
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
		return failed(g, "a tree cannot be read");
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
		e = failed(g, "a tree cannot be made");
	free(u);
	return e;
}

/* A commit of that tree, which becomes the tip; parent NULL: it has none. */
static const struct err *commit_tree(struct git_export *g, const git_oid *tree_id,
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
		return failed(g, "a commit cannot be made");
	}
	git_tree_free(g->tree);
	g->tree = tree;
	g->tip = id;
	g->has_tip = true;
	g->commits++;
	return g->memory->bytes > MEMORY_MAX_BYTES ? flush(g) : NULL;
}

static const struct err *commit_changes(struct git_export *g, struct text message)
{
	const struct err *e;
	git_oid tree;

	e = make_tree(g, &tree);
	if (!e && !(g->tree && git_oid_equal(git_tree_id(g->tree), &tree)))
		e = commit_tree(g, &tree, g->has_tip ? &g->tip : NULL, message);
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
		return out_of_order(g);
	if (bytes.p)
		e = put_blob(g, bytes, &id);
	if (e)
		return e;
	if (look(g->tree, text_z(g->arena, path), &old, &there))
		return failed(g, "a tree cannot be read");
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
		return failed(g, "a tree cannot be read");
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
	e = put_blob(g, bytes, &id);
	if (!e)
		add_change(g, path, &id);
	return e;
}

const struct err *git_export_whole(struct git_export *g)
{
	if (g->nchanges || g->compares)
		return out_of_order(g);
	g->whole = true;
	return NULL;
}

const struct err *git_export_commit(struct git_export *g, struct text message)
{
	return g->compares ? out_of_order(g) : commit_changes(g, message);
}

const struct err *git_export_compare(struct git_export *g)
{
	if (g->nchanges || g->whole || g->commits)
		return out_of_order(g);
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

static const struct err *compare_rest(struct git_export *g)
{
	if (g->nchanges)
		qsort(g->changes, g->nchanges, sizeof(*g->changes), change_cmp);
	if (g->tree && git_tree_walk(g->tree, GIT_TREEWALK_PRE, see_entry, g))
		return failed(g, "a tree cannot be read");
	return NULL;
}

/* ---- one commit out of all */

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

		if (find_branch(g, full, &at, &there))
			return failed(g, "a branch cannot be read");
		if (there && !git_oid_equal(&at, &g->tip))
			continue;
		if (!there && git_reference_create(&ref, g->repo, full, &g->tip, 0, NULL))
			return failed(g, "a branch cannot be made");
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
		return failed(g, "the newest commit cannot be read");
	*ret = git_commit_parentcount(commit) > 0;
	git_commit_free(commit);
	return NULL;
}

const struct err *git_export_squash(struct git_export *g, struct text today)
{
	const struct err *e;
	char hex[HEX + 1];
	git_oid tree;
	bool many;

	if (g->nchanges || g->whole || g->compares || g->commits)
		return out_of_order(g);
	e = has_parent(g, &many);
	if (e || !many)
		return e; /* it is one already */
	e = keep_snapshot(g, today);
	if (e)
		return e;
	(void)git_oid_tostr(hex, sizeof(hex), &g->tip);
	git_oid_cpy(&tree, git_tree_id(g->tree));
	return commit_tree(g, &tree, NULL,
			   text_fmt(g->arena,
				    "Collapse index into one commit\n\n"
				    "Previous HEAD was %s, now on the `%.*s` branch\n",
				    hex, TEXT_F(g->snapshot)));
}

/* ---- the end */

static int move_branch(struct git_export *g)
{
	git_reference *ref = NULL;
	int rc;

	/* somebody who pushed meanwhile does not lose it: this fails */
	rc = g->has_head ? git_reference_create_matching(&ref, g->repo, BRANCH, &g->tip, 1,
							 &g->head, NULL)
			 : git_reference_create(&ref, g->repo, BRANCH, &g->tip, 0, NULL);
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
	char hex[HEX + 1];

	if ((g->nchanges || g->whole) && !g->compares)
		return out_of_order(g);
	if (g->compares)
		e = compare_rest(g);
	else if (g->commits)
		e = flush(g);
	if (!e && g->commits && move_branch(g))
		e = failed(g, "`master` cannot be moved");
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
