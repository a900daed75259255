#include "app/server/record.h"

#include "app/base/compiler.h"

#include <errno.h>
#include <stdint.h>
#include <sys/uio.h>

enum { VERSION_1 = 1, FCGI_STDOUT = 6, HEAD_BYTES = 8 };

/* Both parts, however many calls that takes. */
static bool write_both(int fd, struct iovec v[2])
{
	size_t at = 0;

	while (at < 2) {
		ssize_t k = writev(fd, v + at, (int)(2 - at));
		size_t done = k < 0 ? 0 : (size_t)k;

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return false;
		while (at < 2 && done >= v[at].iov_len)
			done -= v[at++].iov_len;
		if (at < 2) {
			v[at].iov_base = (char *)v[at].iov_base + done;
			v[at].iov_len -= done;
		}
	}
	return true;
}

bool records_write(int fd, unsigned request_id, const void *p, size_t n)
{
	const char *from = p;

	BUG_ON(request_id > 0xffff);
	while (n) {
		size_t part = n < RECORD_BYTES ? n : RECORD_BYTES;
		unsigned char head[HEAD_BYTES] = { VERSION_1,
						   FCGI_STDOUT,
						   (unsigned char)(request_id >> 8),
						   (unsigned char)request_id,
						   (unsigned char)(part >> 8),
						   (unsigned char)part };
		struct iovec v[2] = { { head, sizeof(head) }, { (void *)(uintptr_t)from, part } };

		if (!write_both(fd, v))
			return false;
		from += part;
		n -= part;
	}
	return true;
}
