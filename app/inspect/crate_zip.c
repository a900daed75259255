#include "app/inspect/crate_zip.h"

#include "app/base/arena.h"
#include "app/base/jw.h"
#include "app/inspect/browse.h"
#include "app/inspect/tar.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_BYTES = 64 * 1024 };

struct making {
	struct arena *a;
	struct zip *zip;
	const bool *last; /* by place in the archive: of several with its path the last */
	size_t seen, places;
	bool manifests; /* those that are called Cargo.toml, or all others */
	enum zip_result r;
	bool bad;
	unsigned char piece[PIECE_BYTES];
};

static bool put_file(void *ctx, struct arena *of_one, const struct archive_file *f)
{
	struct making *m = ctx;
	size_t place = m->seen++, n = 1;

	(void)of_one;
	if (place >= m->places || !m->last[place] ||
	    text_eq_nocase(f->path, TEXT("Cargo.toml")) != m->manifests)
		return true;
	m->r = zip_begin(m->zip, text_dup(m->a, f->path));
	while (m->r == ZIP_OK && n && !m->bad) {
		m->bad = !tar_read(f->tar, m->piece, sizeof(m->piece), &n);
		if (!m->bad)
			m->r = zip_bytes(m->zip, m->piece, n);
	}
	if (m->r == ZIP_OK && !m->bad)
		m->r = zip_file_end(m->zip);
	return m->r == ZIP_OK && !m->bad;
}

static bool put_files(struct making *m, const struct archive_in *in, bool manifests)
{
	m->seen = 0;
	m->manifests = manifests;
	return lseek(in->fd, 0, SEEK_SET) == 0 && archive_each(m->a, in, put_file, m) && !m->bad;
}

static int by_lower_path(const void *x, const void *y)
{
	const struct zip_file *a = x, *b = y;
	size_t n = a->path.n < b->path.n ? a->path.n : b->path.n;

	for (size_t i = 0; i < n; i++) {
		unsigned char p = (unsigned char)char_lower(a->path.p[i]),
			      q = (unsigned char)char_lower(b->path.p[i]);

		if (p != q)
			return p < q ? -1 : 1;
	}
	if (a->path.n != b->path.n)
		return a->path.n < b->path.n ? -1 : 1;
	return text_cmp(a->path, b->path);
}

static void put_manifest(struct arena *a, const struct zip *z, struct buf *b)
{
	struct jw j = jw_init(b);
	size_t n;
	const struct zip_file *files = zip_files(z, &n);
	struct zip_file *v = arena_array(a, n, sizeof(*v));

	if (n) {
		memcpy(v, files, n * sizeof(*v));
		qsort(v, n, sizeof(*v), by_lower_path);
	}
	jw_object(&j, NULL);
	jw_array(&j, "files");
	for (size_t i = 0; i < n; i++) {
		jw_object(&j, NULL);
		jw_text(&j, "path", v[i].path);
		jw_u64(&j, "data_offset", v[i].data_offset);
		jw_u64(&j, "compressed_size", v[i].compressed);
		jw_u64(&j, "uncompressed_size", v[i].uncompressed);
		jw_text(&j, "compression", v[i].deflated ? TEXT("deflate") : TEXT("store"));
		jw_hex(&j, "sha256", v[i].sha256.b, sizeof(v[i].sha256.b));
		jw_end(&j);
	}
	jw_end(&j);
	jw_end(&j);
}

enum crate_zip_result crate_zip(struct arena *a, const struct archive_in *in, int out,
				int64_t mtime_s, struct buf *manifest)
{
	struct making *m = arena_alloc(a, sizeof(*m));
	struct listing l;
	bool *last, ok;

	if (!browse_list(a, in, &l) || l.unlisted)
		return CRATE_ZIP_MALFORMED;
	for (size_t i = 0; i < l.n; i++)
		if (l.places[i] >= m->places)
			m->places = l.places[i] + 1;
	last = arena_array(a, m->places, sizeof(*last));
	for (size_t i = 0; i < l.n; i++)
		last[l.places[i]] = true;
	m->a = a;
	m->last = last;
	m->zip = zip_new(a, out, mtime_s);
	ok = put_files(m, in, true) && m->r == ZIP_OK && put_files(m, in, false);
	if (ok && m->r == ZIP_OK)
		m->r = zip_end(m->zip);
	if (m->r == ZIP_FAILED)
		return CRATE_ZIP_NO_ROOM;
	if (!ok || m->r != ZIP_OK)
		return CRATE_ZIP_MALFORMED;
	put_manifest(a, m->zip, manifest);
	return CRATE_ZIP_OK;
}
