#include "app/inspect/zip.h"

#include "app/base/arena.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum {
	PIECE_BYTES = 64 * 1024,
	LOCAL_HEAD_BYTES = 30,
	CENTRAL_HEAD_BYTES = 46,
	VERSION = 20,
	FLAG_UTF8 = 1 << 11,
	STORED = 0,
	DEFLATED = 8,
	LEVEL = 9,
	UNIX_FILE = 3 << 8,
	DOS_FIRST_YEAR = 1980,
	DOS_LAST_YEAR = 2107,
};
static const uint32_t UNIX_MODE = 0100644U << 16;

struct entry {
	struct zip_file f;
	uint32_t crc;
	uint64_t head_at;
};

struct zip {
	struct arena *a;
	int fd;
	uint32_t time; /* DOS: date and time */
	struct entry *v;
	struct zip_file *files;
	size_t n, room;
	uint64_t at; /* where the next byte goes */
	struct sha256_ctx *sha;
	z_stream deflate;
	unsigned char out[PIECE_BYTES];
};

/* ---- bytes */

static enum zip_result put(struct zip *z, const void *p, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = write(z->fd, (const char *)p + done, n - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return ZIP_FAILED;
		done += (size_t)got;
	}
	z->at += n;
	return z->at <= UINT32_MAX ? ZIP_OK : ZIP_TOO_LARGE;
}

static void put16(unsigned char **p, uint64_t v)
{
	*(*p)++ = (unsigned char)(v & 255);
	*(*p)++ = (unsigned char)(v >> 8 & 255);
}

static void put32(unsigned char **p, uint64_t v)
{
	put16(p, v & 65535);
	put16(p, v >> 16 & 65535);
}

static void put_sums(unsigned char **p, const struct entry *e)
{
	put32(p, e->crc);
	put32(p, e->f.compressed);
	put32(p, e->f.uncompressed);
}

/* What the local and the central head have alike. */
static void put_common(unsigned char **p, const struct zip *z, const struct entry *e)
{
	put16(p, VERSION);
	put16(p, FLAG_UTF8);
	put16(p, e->f.deflated ? DEFLATED : STORED);
	put32(p, z->time);
	put_sums(p, e);
	put16(p, e->f.path.n);
	put16(p, 0); /* extra field */
}

/* ---- the archive */

static uint32_t dos_time(int64_t s)
{
	time_t t = (time_t)s;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || tm.tm_year + 1900 < DOS_FIRST_YEAR)
		return 1U << 21 | 1U << 16;
	if (tm.tm_year + 1900 > DOS_LAST_YEAR)
		return 0xff9fbf7d;
	return (uint32_t)(tm.tm_year + 1900 - DOS_FIRST_YEAR) << 25 |
	       (uint32_t)(tm.tm_mon + 1) << 21 | (uint32_t)tm.tm_mday << 16 |
	       (uint32_t)tm.tm_hour << 11 | (uint32_t)tm.tm_min << 5 | (uint32_t)tm.tm_sec / 2;
}

static void put_deflate(void *p)
{
	struct zip *z = p;

	(void)deflateEnd(&z->deflate);
	sha256_free(z->sha);
}

struct zip *zip_new(struct arena *a, int fd, int64_t mtime_s)
{
	struct zip *z = arena_alloc(a, sizeof(*z));

	z->a = a;
	z->fd = fd;
	z->time = dos_time(mtime_s);
	/* -15: without zlib's own head */
	BUG_ON(deflateInit2(&z->deflate, LEVEL, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK);
	arena_defer(a, put_deflate, z);
	return z;
}

static void grow(struct zip *z)
{
	struct entry *old = z->v;

	if (z->n < z->room)
		return;
	z->room = z->room ? 2 * z->room : 64;
	z->v = arena_array(z->a, z->room, sizeof(*z->v));
	if (old)
		memcpy(z->v, old, z->n * sizeof(*old));
}

/* Its sums are written when they are known. */
enum zip_result zip_begin(struct zip *z, struct text path)
{
	unsigned char head[LOCAL_HEAD_BYTES], *p = head;
	enum zip_result r;
	struct entry *e;

	if (z->n == ZIP_MAX_FILES || path.n > ZIP_MAX_PATH)
		return ZIP_TOO_LARGE;
	grow(z);
	e = &z->v[z->n];
	*e = (struct entry){ .f = { .path = path, .deflated = true },
			     .crc = (uint32_t)crc32(0, NULL, 0),
			     .head_at = z->at };
	(void)deflateReset(&z->deflate);
	z->sha = sha256_new();
	put32(&p, 0x04034b50);
	put_common(&p, z, e);
	r = put(z, head, sizeof(head));
	if (r == ZIP_OK)
		r = put(z, path.p, path.n);
	e->f.data_offset = z->at;
	return r;
}

static enum zip_result deflate_some(struct zip *z, int flush)
{
	enum zip_result r = ZIP_OK;
	int rc = Z_OK;

	do {
		z->deflate.next_out = z->out;
		z->deflate.avail_out = sizeof(z->out);
		rc = deflate(&z->deflate, flush);
		r = put(z, z->out, sizeof(z->out) - z->deflate.avail_out);
	} while (r == ZIP_OK && (z->deflate.avail_out == 0 || (flush == Z_FINISH && rc == Z_OK)));
	return r;
}

enum zip_result zip_bytes(struct zip *z, const void *p, size_t n)
{
	struct entry *e = &z->v[z->n];
	enum zip_result r = ZIP_OK;

	if (!n)
		return ZIP_OK;
	if (n > UINT32_MAX - e->f.uncompressed)
		return ZIP_TOO_LARGE;
	sha256_add(z->sha, (struct text){ p, n });
	e->crc = (uint32_t)crc32_z(e->crc, p, n);
	e->f.uncompressed += n;
	z->deflate.next_in = (unsigned char *)(uintptr_t)p; /* deflate only reads it */
	z->deflate.avail_in = (uInt)n;
	while (r == ZIP_OK && z->deflate.avail_in)
		r = deflate_some(z, Z_NO_FLUSH);
	return r;
}

enum zip_result zip_file_end(struct zip *z)
{
	unsigned char sums[LOCAL_HEAD_BYTES], *p = sums;
	struct entry *e = &z->v[z->n];
	enum zip_result r = e->f.uncompressed ? deflate_some(z, Z_FINISH) : ZIP_OK;
	uint64_t end = z->at;

	e->f.sha256 = sha256_end(z->sha);
	z->sha = NULL;
	if (r != ZIP_OK)
		return r;
	e->f.deflated = e->f.uncompressed > 0;
	e->f.compressed = end - e->f.data_offset;
	put32(&p, 0x04034b50);
	put_common(&p, z, e);
	z->n++;
	if (lseek(z->fd, (off_t)e->head_at, SEEK_SET) < 0 ||
	    put(z, sums, sizeof(sums)) == ZIP_FAILED || lseek(z->fd, (off_t)end, SEEK_SET) < 0)
		return ZIP_FAILED;
	z->at = end;
	return ZIP_OK;
}

static enum zip_result put_central(struct zip *z, const struct entry *e)
{
	unsigned char head[CENTRAL_HEAD_BYTES], *p = head;
	enum zip_result r;

	put32(&p, 0x02014b50);
	put16(&p, UNIX_FILE | VERSION);
	put_common(&p, z, e);
	put16(&p, 0); /* comment */
	put16(&p, 0); /* disk */
	put16(&p, 0); /* internal attributes */
	put32(&p, UNIX_MODE);
	put32(&p, e->head_at);
	r = put(z, head, sizeof(head));
	return r == ZIP_OK ? put(z, e->f.path.p, e->f.path.n) : r;
}

enum zip_result zip_end(struct zip *z)
{
	unsigned char end[22], *p = end;
	uint64_t from = z->at;
	enum zip_result r = ZIP_OK;

	for (size_t i = 0; r == ZIP_OK && i < z->n; i++)
		r = put_central(z, &z->v[i]);
	if (r != ZIP_OK)
		return r;
	put32(&p, 0x06054b50);
	put32(&p, 0); /* disks */
	put16(&p, z->n);
	put16(&p, z->n);
	put32(&p, z->at - from);
	put32(&p, from);
	put16(&p, 0); /* comment */
	z->files = arena_array(z->a, z->n, sizeof(*z->files));
	for (size_t i = 0; i < z->n; i++)
		z->files[i] = z->v[i].f;
	return put(z, end, sizeof(end));
}

const struct zip_file *zip_files(const struct zip *z, size_t *ret_n)
{
	*ret_n = z->n;
	return z->files;
}
