#include "app/inspect/browse.h"

#include "app/base/arena.h"
#include "app/inspect/tar.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One more than what is listed of it: its place in the archive, to tell the last of several. */
struct found {
	struct listed_file file;
	size_t place;
};

struct gather {
	struct arena *arena;
	struct found *v;
	size_t n, room, path_bytes, seen;
	uint64_t unlisted;
};

static bool gather_file(void *ctx, struct arena *of_one, const struct archive_file *f)
{
	struct gather *g = ctx;
	size_t place = g->seen++;

	(void)of_one;
	if (!f->path.n || f->path.n > FILE_PATH_MAX || g->n == BROWSE_MAX_FILES ||
	    f->path.n > BROWSE_MAX_PATHS - g->path_bytes) {
		g->unlisted++;
		return true;
	}
	if (g->n == g->room) {
		struct found *old = g->v;

		g->room = g->room ? g->room * 2 : 64;
		g->v = arena_array(g->arena, g->room, sizeof(*old));
		if (old)
			memcpy(g->v, old, g->n * sizeof(*old));
	}
	g->v[g->n] =
		(struct found){ { text_dup(g->arena, f->path), f->size, f->executable }, place };
	g->path_bytes += f->path.n;
	g->n++;
	return true;
}

/* By path, of equal ones the last first. */
static int found_cmp(const void *x, const void *y)
{
	const struct found *a = x, *b = y;
	int order = text_cmp(a->file.path, b->file.path);

	return order ? order : (a->place < b->place) - (a->place > b->place);
}

bool browse_list(struct arena *a, const struct archive_in *in, struct listing *ret)
{
	struct gather g = { .arena = a };

	if (!archive_each(a, in, gather_file, &g))
		return false;
	if (g.n)
		qsort(g.v, g.n, sizeof(*g.v), found_cmp);
	*ret = (struct listing){ .files = arena_array(a, g.n ? g.n : 1, sizeof(*ret->files)),
				 .places = arena_array(a, g.n ? g.n : 1, sizeof(*ret->places)),
				 .unlisted = g.unlisted };
	for (size_t i = 0; i < g.n; i++) {
		if (i > 0 && text_eq(g.v[i].file.path, g.v[i - 1].file.path))
			continue;
		ret->places[ret->n] = g.v[i].place;
		ret->files[ret->n++] = g.v[i].file;
	}
	return true;
}

static const struct listed_file *exactly(const struct listing *l, struct text path)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = text_cmp(l->files[mid].path, path);

		if (order == 0)
			return &l->files[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static bool is_below(struct text path, struct text folder)
{
	return !folder.n ||
	       (text_starts(path, folder) && path.n > folder.n && path.p[folder.n] == '/');
}

const struct listed_file *browse_find(const struct listing *l, struct text path)
{
	static const char *const first[] = { "src/lib.rs", "src/main.rs", "Cargo.toml" },
				 *const in_folder[] = { "lib.rs", "main.rs", "mod.rs" };
	const struct listed_file *f = exactly(l, path), *any = NULL;
	char wanted[FILE_PATH_MAX + sizeof("/main.rs")];

	if (f || path.n > FILE_PATH_MAX)
		return f;
	for (size_t i = 0; i < ARRAY_SIZE(first) && !path.n; i++)
		if ((f = exactly(l, text_from(first[i]))))
			return f;
	for (size_t i = 0; i < ARRAY_SIZE(in_folder) && path.n; i++) {
		struct text name = text_from(in_folder[i]);

		memcpy(wanted, path.p, path.n);
		wanted[path.n] = '/';
		memcpy(wanted + path.n + 1, name.p, name.n);
		if ((f = exactly(l, (struct text){ wanted, path.n + 1 + name.n })))
			return f;
	}
	/* one that lies in it rather than in a folder of it */
	for (size_t i = 0; i < l->n; i++) {
		struct text p = l->files[i].path;

		if (!is_below(p, path))
			continue;
		if (!text_has_byte(text_sub(p, path.n ? path.n + 1 : 0, p.n), '/'))
			return &l->files[i];
		any = any ? any : &l->files[i];
	}
	return any;
}

/* What files are called that tell what changed, the usual one first; any ending, or none. */
const struct listed_file *browse_changelog(const struct listing *l)
{
	static const char *const names[] = { "changelog", "changes",       "history",
					     "releases",  "release_notes", "release-notes",
					     "news" };

	for (size_t n = 0; n < ARRAY_SIZE(names); n++) {
		for (size_t i = 0; i < l->n; i++) {
			struct text path = l->files[i].path;
			struct text stem = text_sub(path, 0, text_find_byte(path, '.'));

			if (text_eq_nocase(stem, text_from(names[n])) && !text_has_byte(path, '/'))
				return &l->files[i];
		}
	}
	return NULL;
}

struct wanted {
	struct arena *arena;
	struct text path;
	size_t max, last_place, seen;
	struct text bytes;
	uint64_t size;
	bool found;
};

static bool take_wanted(void *ctx, struct arena *of_one, const struct archive_file *f)
{
	struct wanted *w = ctx;
	bool too_big;

	(void)of_one;
	if (!text_eq(f->path, w->path))
		return w->seen++ < w->last_place;
	w->found = true;
	w->size = f->size;
	/* the last of several counts; where it can't be read, the next header can't either */
	w->bytes = TEXT_NONE;
	if (!tar_read_all(f->tar, w->arena, w->max, &w->bytes, &too_big))
		w->bytes = TEXT_NONE;
	return w->seen++ < w->last_place;
}

bool browse_file(struct arena *a, const struct archive_in *in, struct text path, size_t last_place,
		 size_t max, struct text *ret, uint64_t *ret_size, bool *ret_found)
{
	struct wanted w = { .arena = a, .path = path, .max = max, .last_place = last_place };

	if (!archive_each(a, in, take_wanted, &w))
		return false;
	*ret = w.bytes;
	*ret_size = w.size;
	*ret_found = w.found;
	return true;
}

bool browse_listed(struct arena *a, const struct archive_in *in, const struct listing *l,
		   const struct listed_file *f, size_t max, struct text *ret)
{
	uint64_t size;
	bool found;

	return lseek(in->fd, 0, SEEK_SET) == 0 &&
	       browse_file(a, in, f->path, l->places[f - l->files], max, ret, &size, &found);
}
