#include "handlers/api/publish_frame.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/storage/storage.h"

#include <errno.h>
#include <unistd.h>

enum { PIECE = 64 * 1024 };

/* Reads n bytes or as many as there are; an end of the body before them is no error here. */
static const struct err *read_up_to(struct req *r, char *p, size_t n, size_t *ret_n)
{
	const struct err *e;
	size_t at = 0, got;

	while (at < n) {
		e = req_read(r, p + at, n - at, &got);
		if (e)
			return e;
		if (got == 0)
			break;
		at += got;
	}
	*ret_n = at;
	return NULL;
}

static const struct err *read_length(struct req *r, const char *what, uint32_t *ret)
{
	unsigned char p[4];
	size_t n;
	const struct err *e = read_up_to(r, (char *)p, sizeof(p), &n);

	if (e)
		return e;
	if (n < sizeof(p))
		return err_new(r->arena, ERR_INVALID, "invalid %s length", what);
	*ret = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
	return NULL;
}

static const struct err *too_short(struct req *r, const char *what, uint32_t n)
{
	return err_new(r->arena, ERR_INVALID, "invalid %s length for remaining payload: %u", what,
		       n);
}

const struct err *publish_frame_metadata(struct req *r, struct text *ret_json)
{
	const struct err *e;
	uint32_t want;
	size_t n;
	char *p;

	e = read_length(r, "metadata", &want);
	if (e)
		return e;
	if (want > r->cfg->limits.metadata_bytes)
		return err_new_status(r->arena, ERR_INVALID, 413, "JSON metadata blob too large");
	/* Room is taken for what was announced only as far as the body can hold it. */
	if (r->content_length < (uint64_t)want + 4)
		return too_short(r, "metadata", want);
	p = arena_alloc(r->arena, want);
	e = read_up_to(r, p, want, &n);
	if (e)
		return e;
	if (n < want)
		return too_short(r, "metadata", want);
	*ret_json = (struct text){ p, n };
	return NULL;
}

static const struct err *write_all(struct req *r, int fd, const char *p, size_t n)
{
	size_t at = 0;

	while (at < n) {
		ssize_t done = write(fd, p + at, n - at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return err_errno(r->arena, done < 0 && errno != EFBIG ? errno : ENOSPC,
					 "write the upload");
		at += (size_t)done;
	}
	return NULL;
}

static const struct err *copy_hashed(struct req *r, uint32_t want, struct sha256_ctx *h, int fd)
{
	char *p = arena_alloc(r->arena, PIECE);
	uint32_t left = want;

	while (left) {
		size_t n, step = left < PIECE ? left : PIECE;
		const struct err *e = read_up_to(r, p, step, &n);

		if (e)
			return e;
		if (n < step)
			return too_short(r, "tarball", want);
		sha256_add(h, (struct text){ p, n });
		e = write_all(r, fd, p, n);
		if (e)
			return e;
		left -= (uint32_t)n;
	}
	return NULL;
}

/* What follows the archive counts for nothing, but a body that is not as long as announced is no request. */
static const struct err *pass_over_rest(struct req *r)
{
	char *p = arena_alloc(r->arena, PIECE);
	const struct err *e;
	size_t n;

	do
		e = read_up_to(r, p, PIECE, &n);
	while (!e && n);
	return e;
}

const struct err *publish_frame_crate(struct req *r, uint64_t max_bytes, struct publish_file *ret)
{
	struct sha256_ctx *h;
	const struct err *e;
	uint32_t want;
	int fd;

	e = read_length(r, "tarball", &want);
	if (e)
		return e;
	if (want > max_bytes)
		return err_new_status(r->arena, ERR_INVALID, 413, "max upload size is: %llu",
				      (unsigned long long)max_bytes);
	e = storage_tmp(r->app->storage, r->arena, &fd);
	if (e)
		return e;
	arena_defer_close(r->arena, fd);
	h = sha256_new();
	e = copy_hashed(r, want, h, fd);
	if (!e)
		e = pass_over_rest(r);
	if (e) {
		sha256_free(h);
		return e;
	}
	*ret = (struct publish_file){ .fd = fd, .sha = sha256_end(h), .bytes = want };
	return NULL;
}
