/* Archives made in memory, for tests of what reads them. Behind cmocka.h. */
#pragma once

#include "app/base/text.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

static inline void put_octal(char *p, size_t n, unsigned v)
{
	for (size_t i = n; i-- > 0; v /= 8)
		p[i] = (char)('0' + v % 8);
}

static inline void tar_add(gzFile z, const char *path, struct text data)
{
	char h[512] = { 0 }, zeros[512] = { 0 };
	unsigned sum = 0;

	memcpy(h, path, strlen(path));
	put_octal(h + 124, 11, (unsigned)data.n);
	memcpy(h + 257,
	       "ustar\0"
	       "00",
	       8);
	h[156] = '0';
	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += (unsigned char)h[i];
	put_octal(h + 148, 6, sum);
	h[154] = 0;
	assert_int_equal(gzwrite(z, h, sizeof(h)), sizeof(h));
	assert_int_equal(gzwrite(z, data.p, (unsigned)data.n), (int)data.n);
	if (data.n % 512)
		assert_true(gzwrite(z, zeros, (unsigned)(512 - data.n % 512)) > 0);
}

/* A gzip file to be filled; *ret_fd is another descriptor of the same, to read it. */
static inline gzFile new_archive(int *ret_fd)
{
	int fd = memfd_create("crate", MFD_CLOEXEC);

	assert_true(fd >= 0);
	*ret_fd = dup(fd);
	return gzdopen(fd, "wb1");
}
