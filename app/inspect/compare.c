#include "app/inspect/compare.h"

#include "app/base/arena.h"
#include "app/base/hash.h"
#include "app/inspect/browse.h"
#include "app/inspect/diff.h"
#include "app/inspect/tar.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PART_BYTES = 64 * 1024 };

/* A file of one archive. */
struct entry {
	struct text path;
	uint64_t size;
	struct sha256
		sha; /* by it alone two files are the same: a stranger could make weaker sums collide */
	size_t place;
};

struct side {
	struct arena *arena;
	struct text only; /* the path that is wanted; absent: all */
	struct entry *v;
	size_t n, room;
	uint64_t unlisted;
};

static struct sha256 sum_of(struct arena *of_one, struct tar *tar)
{
	struct sha256_ctx *c = sha256_new();
	char *part = arena_alloc(of_one, PART_BYTES);
	size_t n;

	/* a failure is one of the next header too */
	while (tar_read(tar, part, PART_BYTES, &n) && n > 0)
		sha256_add(c, (struct text){ part, n });
	return sha256_end(c);
}

static bool sum_file(void *ctx, struct arena *of_one, const struct archive_file *f)
{
	struct side *s = ctx;

	if (s->only.p && !text_eq(f->path, s->only))
		return true;
	if (!f->path.n || f->path.n > FILE_PATH_MAX || s->n == BROWSE_MAX_FILES) {
		s->unlisted++;
		return true;
	}
	if (s->n == s->room) {
		struct entry *old = s->v;

		s->room = s->room ? s->room * 2 : 64;
		s->v = arena_array(s->arena, s->room, sizeof(*old));
		if (old)
			memcpy(s->v, old, s->n * sizeof(*old));
	}
	s->v[s->n] = (struct entry){ text_dup(s->arena, f->path), f->size, sum_of(of_one, f->tar),
				     s->n };
	s->n++;
	return true;
}

/* By path, of equal ones the last first. */
static int entry_cmp(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	int order = text_cmp(a->path, b->path);

	return order ? order : (a->place < b->place) - (a->place > b->place);
}

/* All of one archive, sorted, each path once: the last of several, as they would be unpacked. */
static bool read_side(const struct archive_in *in, struct side *s)
{
	size_t n = 0;

	if (!archive_each(s->arena, in, sum_file, s))
		return false;
	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), entry_cmp);
	for (size_t i = 0; i < s->n; i++)
		if (i == 0 || !text_eq(s->v[i].path, s->v[n - 1].path))
			s->v[n++] = s->v[i];
	s->n = n;
	return true;
}

/* ---- which have changed */

/* A changed file with its bytes; absent where they were not loaded. */
struct changed {
	struct compared_file file;
	struct text old, new;
};

struct changes {
	struct changed *v;
	size_t n;
	uint64_t same, more;
};

static void add_change(struct changes *c, const struct entry *old, const struct entry *new)
{
	if (c->n == COMPARE_MAX_FILES) {
		c->more++;
		return;
	}
	c->v[c->n++].file = (struct compared_file){
		.path = old ? old->path : new->path,
		.change = !old   ? FILE_ADDED
			  : !new ? FILE_REMOVED
				 : FILE_CHANGED,
		.old_size = old ? old->size : 0,
		.new_size = new ? new->size : 0,
	};
}

static void find_changes(const struct side *old, const struct side *new, struct changes *c)
{
	size_t i = 0, j = 0;

	while (i < old->n || j < new->n) {
		int order = i == old->n   ? 1
			    : j == new->n ? -1
					  : text_cmp(old->v[i].path, new->v[j].path);

		if (order == 0 && sha256_eq(&old->v[i].sha, &new->v[j].sha))
			c->same++;
		else
			add_change(c, order <= 0 ? &old->v[i] : NULL,
				   order >= 0 ? &new->v[j] : NULL);
		i += order <= 0;
		j += order >= 0;
	}
}

/* ---- their bytes */

struct load {
	struct arena *arena;
	struct changes *changes;
	bool new;
	size_t left; /* of its half of COMPARE_MAX_LOADED */
};

static int changed_cmp(const void *key, const void *element)
{
	return text_cmp(*(const struct text *)key, ((const struct changed *)element)->file.path);
}

static bool load_file(void *ctx, struct arena *of_one, const struct archive_file *f)
{
	struct load *l = ctx;
	struct changed *c =
		bsearch(&f->path, l->changes->v, l->changes->n, sizeof(*c), changed_cmp);
	size_t max = l->left < COMPARE_MAX_TEXT ? l->left : COMPARE_MAX_TEXT;
	struct text *to;
	bool too_big;

	(void)of_one;
	if (!c)
		return true;
	to = l->new ? &c->new : &c->old;
	*to = TEXT_NONE; /* the last of several */
	if (tar_read_all(f->tar, l->arena, max, to, &too_big))
		l->left -= to->n;
	return true;
}

static bool load(struct load *l, const struct archive_in *in, bool new)
{
	l->new = new;
	l->left = COMPARE_MAX_LOADED / 2; /* the same for both: half a pair helps nobody */
	return lseek(in->fd, 0, SEEK_SET) == 0 && archive_each(l->arena, in, load_file, l);
}

/* ---- what has changed in one */

/* The kind of both together: text only where both are. */
static enum source_kind kind_of(const struct changed *c)
{
	bool has_old = c->file.change != FILE_ADDED, has_new = c->file.change != FILE_REMOVED;
	enum source_kind old, new;

	if ((has_old && !c->old.p) || (has_new && !c->new.p))
		return SOURCE_LARGE;
	old = has_old ? source_kind(c->old) : SOURCE_TEXT;
	new = has_new ? source_kind(c->new) : SOURCE_TEXT;
	return new != SOURCE_TEXT ? new : old;
}

/* All room is taken from `room`, at most max_lines by this file. */
static void diff_one(struct arena *a, struct changed *c, struct diff_room *room, size_t max_lines,
		     uint64_t *budget)
{
	struct diff_room mine = { room->lines < max_lines ? room->lines : max_lines, room->bytes };
	struct buf b = buf_init(a, room->bytes + 4096);
	struct diff d;

	c->file.kind = kind_of(c);
	if (c->file.kind != SOURCE_TEXT)
		return;
	if (!diff_texts(a, source_text(a, c->old), source_text(a, c->new), budget, &d)) {
		c->file.kind = SOURCE_LARGE;
		return;
	}
	room->lines -= mine.lines;
	room->bytes -= mine.bytes;
	c->file.removed = d.removed;
	c->file.added = d.added;
	c->file.rough = d.rough;
	c->file.hunks_left = diff_unified(&b, &d, &mine);
	room->lines += mine.lines;
	room->bytes += mine.bytes;
	c->file.hunks = b.n && buf_ok(&b) ? buf_text(&b) : TEXT("");
}

bool compare_archives(struct arena *a, const struct archive_in *old, const struct archive_in *new,
		      struct text path, struct comparison *ret)
{
	struct side olds = { .arena = a, .only = path }, news = olds;
	struct changes c = { 0 };
	struct load l = { .arena = a, .changes = &c };
	struct diff_room room = { path.p ? COMPARE_ONE_LINES : COMPARE_LINES,
				  path.p ? COMPARE_ONE_BYTES : COMPARE_BYTES };
	uint64_t budget = (uint64_t)5 * DIFF_STEPS;

	if (!read_side(old, &olds) || !read_side(new, &news))
		return false;
	c.v = arena_array(a, COMPARE_MAX_FILES, sizeof(*c.v));
	find_changes(&olds, &news, &c);
	if (!load(&l, old, false) || !load(&l, new, true))
		return false;
	*ret = (struct comparison){ .files = arena_array(a, c.n ? c.n : 1, sizeof(*ret->files)),
				    .n = c.n,
				    .same = c.same,
				    .more = c.more + olds.unlisted + news.unlisted };
	for (size_t i = 0; i < c.n; i++) {
		diff_one(a, &c.v[i], &room, path.p ? COMPARE_ONE_LINES : COMPARE_FILE_LINES,
			 &budget);
		ret->files[i] = c.v[i].file;
	}
	return true;
}
