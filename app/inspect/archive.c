#include "app/inspect/archive.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/inspect/tar.h"
#include "app/inspect/vcs_info.h"

#include <stdlib.h>

const struct text archive_malformed =
	TEXT_INIT("uploaded tarball is malformed or too large when decompressed");
static const struct text sizes_differ = TEXT_INIT("uploaded tarball is malformed");
static const struct text no_manifest =
	TEXT_INIT("uploaded tarball is missing a `Cargo.toml` manifest file");

/* "cargo.toml" has nine letters: so many spellings of it are different. */
enum { SPELLINGS_MAX = 512 };

/* What has been found so far. */
struct judge {
	struct arena *arena;
	const struct archive_in *in;
	struct tar *tar;
	struct text root;
	uint64_t entries;
	struct texts paths; /* build.rs, and those below src/ */
	size_t paths_room;
	struct texts spellings;       /* of Cargo.toml, as found; each once */
	struct manifest_draft *draft; /* of the last one read */
	struct text path_in_vcs;
};

static const struct text *said(struct arena *a, struct text t)
{
	struct text *p = arena_alloc(a, sizeof(*p));

	*p = t;
	return p;
}

/* Takes the first component off *rest. */
static struct text component(struct text *rest)
{
	struct text c = text_sub(*rest, 0, text_find_byte(*rest, '/'));

	*rest = text_sub(*rest, c.n + 1, rest->n);
	return c;
}

bool archive_path(struct arena *a, struct text path, struct text root, struct text *ret_below)
{
	struct buf b = buf_init(a, path.n);

	if (!text_is_utf8(path) || text_has_byte(path, '\0') || !text_eq(component(&path), root))
		return false;
	while (path.n > 0) {
		struct text c = component(&path);

		if (text_eq(c, TEXT("..")))
			return false;
		if (c.n == 0 || text_eq(c, TEXT(".")))
			continue;
		if (b.n > 0)
			buf_byte(&b, '/');
		buf_add(&b, c);
	}
	*ret_below = buf_text(&b);
	return true;
}

static void keep_path(struct judge *j, struct text below)
{
	if (!text_starts(below, TEXT("src/")) && !text_eq(below, TEXT("build.rs")))
		return;
	if (j->paths.n == j->paths_room) {
		struct text *old = j->paths.v;

		j->paths_room = j->paths_room ? j->paths_room * 2 : 64;
		j->paths.v = arena_array(j->arena, j->paths_room, sizeof(*old));
		for (size_t i = 0; i < j->paths.n; i++)
			j->paths.v[i] = old[i];
	}
	j->paths.v[j->paths.n++] = below;
}

static const struct text *failed_to_parse(struct judge *j, struct text why)
{
	return said(j->arena,
		    text_fmt(j->arena, "failed to parse `Cargo.toml` manifest file\n\n%.*s",
			     TEXT_F(why)));
}

static void keep_spelling(struct judge *j, struct text file)
{
	for (size_t i = 0; i < j->spellings.n; i++)
		if (text_eq(j->spellings.v[i], file))
			return;
	if (!j->spellings.v)
		j->spellings.v = arena_array(j->arena, SPELLINGS_MAX, sizeof(struct text));
	j->spellings.v[j->spellings.n++] = file;
}

static const struct text *take_manifest(struct judge *j, struct text file)
{
	struct text toml;
	const struct text *why;
	bool too_big;

	if (!tar_read_all(j->tar, j->arena, ARCHIVE_MAX_MANIFEST, &toml, &too_big))
		return &archive_malformed;
	if (too_big)
		return failed_to_parse(j, TEXT("it is larger than 1 MiB"));
	/* upstream: a 500, by an error that it does not expect */
	if (!text_is_utf8(toml))
		return failed_to_parse(j, TEXT("stream did not contain valid UTF-8"));
	why = manifest_read(j->arena, toml, &j->draft);
	if (why)
		return failed_to_parse(j, *why);
	keep_spelling(j, file);
	return NULL;
}

/* upstream: the path is forgotten again where a second such file says nothing about it */
static const struct text *take_vcs_info(struct judge *j)
{
	struct text json;
	bool too_big;

	if (!tar_read_all(j->tar, j->arena, ARCHIVE_MAX_MANIFEST, &json, &too_big))
		return &archive_malformed;
	j->path_in_vcs = too_big ? TEXT("") : vcs_info_path(j->arena, json);
	return NULL;
}

/* The checks of one entry, in the contract's order; NULL to go on. */
static const struct text *judge_entry(struct judge *j, const struct tar_entry *e)
{
	struct text below, shown;

	if (j->in->max_entries > 0 && ++j->entries > j->in->max_entries)
		return said(j->arena,
			    text_fmt(j->arena, "uploaded tarball contains more than %llu entries",
				     (unsigned long long)j->in->max_entries));
	if (e->sizes_differ)
		return &sizes_differ;
	if (!archive_path(j->arena, e->path, j->root, &below)) {
		shown = text_lossy(j->arena, e->path);
		return said(j->arena,
			    text_fmt(j->arena, "invalid path found: %.*s", TEXT_F(shown)));
	}
	if (e->type != '0' && e->type != '5')
		return said(j->arena, text_fmt(j->arena, "unexpected tar entry type %s found: %.*s",
					       tar_type_name(e->type).s, TEXT_F(e->path)));
	keep_path(j, below);
	if (text_eq(below, TEXT(".cargo_vcs_info.json")))
		return take_vcs_info(j);
	if (text_eq_nocase(below, TEXT("cargo.toml")))
		return take_manifest(j, below);
	return NULL;
}

static const struct text *too_many_manifests(struct judge *j)
{
	struct buf b = buf_init(j->arena, 16 * 1024);

	qsort(j->spellings.v, j->spellings.n, sizeof(struct text), text_cmp_qsort);
	buf_add(&b,
		TEXT("uploaded tarball contains more than one `Cargo.toml` manifest file; found"));
	for (size_t i = 0; i < j->spellings.n; i++)
		buf_fmt(&b, "%s `%.*s`", i ? "," : "", TEXT_F(j->spellings.v[i]));
	return said(j->arena, buf_text(&b));
}

/* What can only be said after the last entry. */
static const struct text *judge_end(struct judge *j, struct manifest *ret)
{
	struct manifest m;
	struct text file;
	const struct text *why;

	if (j->spellings.n > 1)
		return too_many_manifests(j);
	if (j->spellings.n == 0)
		return &no_manifest;
	file = j->spellings.v[0];
	if (!text_eq(file, TEXT("Cargo.toml")) && !text_eq(file, TEXT("cargo.toml")))
		return said(
			j->arena,
			text_fmt(j->arena,
				 "%.*s; `%.*s` was found, but must be named `Cargo.toml` with that "
				 "exact casing",
				 TEXT_F(no_manifest), TEXT_F(file)));
	why = manifest_complete(j->arena, j->draft, j->paths, &m);
	if (why)
		return failed_to_parse(j, *why);
	m.path_in_vcs = j->path_in_vcs;
	*ret = m;
	return NULL;
}

static struct text root_of(struct arena *a, const struct archive_in *in)
{
	return text_fmt(a, "%.*s-%.*s", TEXT_F(in->name), TEXT_F(in->version));
}

const struct text *archive_judge(struct arena *a, const struct archive_in *in, struct manifest *ret)
{
	struct judge j = { .arena = a, .in = in, .tar = tar_new(a, in->fd, in->max_unpacked) };
	struct tar_entry e;
	enum tar_result r;

	j.root = root_of(a, in);
	j.path_in_vcs = TEXT("");
	while ((r = tar_next(j.tar, &e)) == TAR_ENTRY) {
		const struct text *why = judge_entry(&j, &e);

		if (why)
			return why;
	}
	return r == TAR_BAD ? &archive_malformed : judge_end(&j, ret);
}

bool archive_each(struct arena *a, const struct archive_in *in,
		  bool (*fn)(void *ctx, struct arena *of_one, const struct archive_file *f),
		  void *ctx)
{
	struct tar *tar = tar_new(a, in->fd, in->max_unpacked);
	struct arena *of_one = arena_new(0);
	struct text root = root_of(a, in);
	struct tar_entry e;
	enum tar_result r;

	while ((r = tar_next(tar, &e)) == TAR_ENTRY) {
		struct archive_file f = { .size = e.size, .executable = e.executable, .tar = tar };

		arena_reset(of_one);
		if (e.type == '0' && archive_path(of_one, e.path, root, &f.path) &&
		    !fn(ctx, of_one, &f))
			break;
	}
	arena_free(of_one);
	return r != TAR_BAD;
}

static bool visit(void *ctx, struct arena *of_one, const struct archive_file *f)
{
	const struct archive_visitor *v = ctx;
	struct text bytes;
	bool too_big;

	if (!v->wants(v->ctx, f->path))
		return true;
	/* a failure here is one of the next header too */
	if (tar_read_all(f->tar, of_one, v->max_bytes, &bytes, &too_big) && !too_big)
		v->take(v->ctx, f->path, bytes);
	return true;
}

bool archive_walk(struct arena *a, const struct archive_in *in, const struct archive_visitor *v)
{
	struct archive_visitor copy = *v;

	return archive_each(a, in, visit, &copy);
}
