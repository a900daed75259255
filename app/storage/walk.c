/* Walks over what is stored, for fsck. One folder is open a level; nothing is gathered. */
#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/time.h"
#include "app/storage/parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MAX = 4 };

struct walk {
	struct arena *a; /* of errors */
	struct arena *entry_arena;
	/* Fills name, version, sha from the parts of the path below the root; false: outside the
	 * grammar. */
	bool (*grammar)(struct storage_entry *e, const struct text *parts, size_t n);
	const struct err *(*fn)(void *ctx, const struct storage_entry *entry);
	void *ctx;
	const char *root;
	struct text parts[DEPTH_MAX];
};

static const struct err *show(struct walk *w, size_t n, const struct stat *st)
{
	struct storage_entry e = { .bytes = (uint64_t)st->st_size, .mtime_s = st->st_mtim.tv_sec };
	struct buf b = buf_init(w->entry_arena, 8192);
	const struct err *err;

	buf_add(&b, text_from(w->root));
	for (size_t i = 0; i < n; i++) {
		buf_byte(&b, '/');
		buf_add(&b, w->parts[i]);
	}
	e.path = buf_text(&b);
	if (!S_ISREG(st->st_mode) || !w->grammar(&e, w->parts, n)) {
		e.name = TEXT_NONE;
		e.version = TEXT_NONE;
	}
	err = w->fn(w->ctx, &e);
	arena_reset(w->entry_arena);
	return err;
}

static const struct err *walk_folder(struct walk *w, int fd, size_t depth)
{
	DIR *d = fdopendir(fd);
	const struct err *e = NULL;
	struct dirent *at;

	if (!d) {
		(void)close(fd);
		return storage_io(w->a, errno, "read folder", w->root);
	}
	while (!e && (at = readdir(d)) != NULL) {
		struct text name = text_from(at->d_name);
		struct stat st;
		int sub;

		if (text_eq(name, TEXT(".")) || text_eq(name, TEXT("..")) ||
		    fstatat(dirfd(d), at->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		w->parts[depth] = name;
		if (!S_ISDIR(st.st_mode) || depth + 1 >= DEPTH_MAX) {
			e = show(w, depth + 1, &st);
			continue;
		}
		sub = openat(dirfd(d), at->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub >= 0)
			e = walk_folder(w, sub, depth + 1);
	}
	(void)closedir(d);
	return e;
}

static const struct err *walk(struct walk *w, int root)
{
	int fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct err *e;

	if (fd < 0)
		return storage_io(w->a, errno, "open", w->root);
	w->entry_arena = arena_new(0);
	e = walk_folder(w, fd, 0);
	arena_free(w->entry_arena);
	return e;
}

static bool blob_grammar(struct storage_entry *e, const struct text *parts, size_t n)
{
	char hex[64];

	if (n != 2 || parts[0].n != 2 || parts[1].n != 62)
		return false;
	for (size_t i = 0; i < 64; i++) {
		hex[i] = i < 2 ? parts[0].p[i] : parts[1].p[i - 2];
		if (char_hex(hex[i]) < 0 || char_lower(hex[i]) != hex[i])
			return false;
	}
	e->name = e->path;
	return sha256_parse((struct text){ hex, 64 }, &e->sha);
}

static bool index_grammar(struct storage_entry *e, const struct text *parts, size_t n)
{
	struct text name = parts[n - 1];

	e->name = name;
	if (n == 2)
		return (name.n == 1 && text_eq(parts[0], TEXT("1"))) ||
		       (name.n == 2 && text_eq(parts[0], TEXT("2")));
	if (n == 3 && name.n == 3)
		return text_eq(parts[0], TEXT("3")) && text_eq(parts[1], text_sub(name, 0, 1));
	return n == 3 && name.n > 3 && text_eq(parts[0], text_sub(name, 0, 2)) &&
	       text_eq(parts[1], text_sub(name, 2, 4));
}

static bool crate_grammar(struct storage_entry *e, const struct text *parts, size_t n)
{
	static const struct text endings[] = { TEXT_INIT(".crate"), TEXT_INIT(STORAGE_ZIP),
					       TEXT_INIT(STORAGE_ZIP_LIST) };
	struct text file;

	if (n != 2)
		return false;
	file = parts[1];
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		size_t ending = endings[i].n;

		if (!text_starts(file, parts[0]) || !text_ends(file, endings[i]) ||
		    file.n < parts[0].n + 1 + 1 + ending || file.p[parts[0].n] != '-')
			continue;
		e->name = parts[0];
		e->version = text_sub(file, parts[0].n + 1, file.n - ending);
		return true;
	}
	return false;
}

const struct err *
storage_each_blob(struct storage *s, struct arena *a,
		  const struct err *(*fn)(void *ctx, const struct storage_entry *entry), void *ctx)
{
	struct walk w = { .a = a, .grammar = blob_grammar, .fn = fn, .ctx = ctx, .root = "blobs" };

	return walk(&w, s->blobs);
}

const struct err *
storage_each_index(struct storage *s, struct arena *a,
		   const struct err *(*fn)(void *ctx, const struct storage_entry *entry), void *ctx)
{
	struct walk w = { .a = a, .grammar = index_grammar, .fn = fn, .ctx = ctx, .root = "index" };

	return walk(&w, s->index);
}

const struct err *
storage_each_crate(struct storage *s, struct arena *a,
		   const struct err *(*fn)(void *ctx, const struct storage_entry *entry), void *ctx)
{
	struct walk w = {
		.a = a, .grammar = crate_grammar, .fn = fn, .ctx = ctx, .root = "public/crates"
	};

	return walk(&w, s->crates);
}

/* Of files whose name begins so. */
static const struct err *sweep(struct storage *s, struct arena *a, struct text begin,
			       int64_t older_than_us, size_t *ret_n)
{
	int fd = openat(s->tmp, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *at;

	*ret_n = 0;
	if (!d) {
		if (fd >= 0)
			(void)close(fd);
		return storage_io(a, errno, "open", "tmp");
	}
	while ((at = readdir(d)) != NULL) {
		struct stat st;

		if (text_starts(text_from(at->d_name), begin) &&
		    fstatat(fd, at->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
		    (int64_t)st.st_mtim.tv_sec * US_PER_S < older_than_us &&
		    unlinkat(fd, at->d_name, 0) == 0)
			(*ret_n)++;
	}
	(void)closedir(d);
	return NULL;
}

const struct err *storage_sweep_tmp(struct storage *s, struct arena *a, int64_t older_than_us,
				    size_t *ret_n)
{
	return sweep(s, a, TEXT(""), older_than_us, ret_n);
}

const struct err *storage_public_sweep(struct storage *s, struct arena *a, const char *kind)
{
	size_t n;

	return sweep(s, a, text_fmt(a, "%s-", kind), INT64_MAX, &n);
}
