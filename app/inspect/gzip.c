#include "app/inspect/gzip.h"

#include "app/base/arena.h"

#include <errno.h>
#include <unistd.h>
#include <zlib.h>

enum { GZIP_IN_BYTES = 64 * 1024 };

struct gzip {
	z_stream z;
	int fd;
	bool end, bad;
	unsigned char in[GZIP_IN_BYTES];
};

static void gzip_end(void *p)
{
	struct gzip *g = p;

	(void)inflateEnd(&g->z);
}

struct gzip *gzip_new(struct arena *a, int fd)
{
	struct gzip *g = arena_alloc(a, sizeof(*g));

	g->fd = fd;
	if (inflateInit2(&g->z, 15 + 16) != Z_OK) /* 16: a gzip header, and nothing else */
		g->bad = true;
	else
		arena_defer(a, gzip_end, g);
	return g;
}

/* False at the end of the input, or when it can't be read. */
static bool gzip_fill(struct gzip *g)
{
	ssize_t n;

	do
		n = read(g->fd, g->in, sizeof(g->in));
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	g->z.next_in = g->in;
	g->z.avail_in = (uInt)n;
	return true;
}

bool gzip_read(struct gzip *g, void *p, size_t n, size_t *ret_n)
{
	size_t got = 0;

	while (got < n && !g->end && !g->bad) {
		size_t want = n - got < (1U << 20) ? n - got : (1U << 20);
		int rc;

		if (g->z.avail_in == 0 && !gzip_fill(g)) {
			g->bad = true;
			break;
		}
		g->z.next_out = (unsigned char *)p + got;
		g->z.avail_out = (uInt)want;
		rc = inflate(&g->z, Z_NO_FLUSH);
		got += want - g->z.avail_out;
		if (rc == Z_STREAM_END)
			g->end = true;
		else if (rc != Z_OK)
			g->bad = true;
	}
	*ret_n = got;
	return got == n || !g->bad;
}
