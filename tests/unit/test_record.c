/* app/server/record.c: what a web server reads of it. */
#include "app/server/record.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

enum { REQUEST = 0x1234, MOST = 300 * 1000 };

struct reader {
	int fd;
	unsigned char *got; /* without the heads */
	size_t n, records;
	bool wrong;
};

static bool read_all(int fd, unsigned char *p, size_t n)
{
	while (n) {
		ssize_t k = read(fd, p, n);

		if (k <= 0)
			return false;
		p += k;
		n -= (size_t)k;
	}
	return true;
}

/* A record: version 1, type 6, its request, its length, no padding; then that many bytes. */
static void *take(void *ctx)
{
	struct reader *r = ctx;
	unsigned char head[8];

	while (read_all(r->fd, head, sizeof(head))) {
		size_t n = (size_t)head[4] << 8 | head[5];

		r->wrong = r->wrong || head[0] != 1 || head[1] != 6 || head[2] != REQUEST >> 8 ||
			   head[3] != (REQUEST & 0xff) || head[6] || head[7] || !n;
		if (r->n + n > MOST || !read_all(r->fd, r->got + r->n, n)) {
			r->wrong = true;
			break;
		}
		r->n += n;
		r->records++;
	}
	return NULL;
}

static void sent_and_read(const unsigned char *p, size_t n, size_t records)
{
	struct reader r = { .got = malloc(MOST) };
	pthread_t thread;
	int fd[2];

	assert_non_null(r.got);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	r.fd = fd[1];
	assert_int_equal(pthread_create(&thread, NULL, take, &r), 0);
	assert_true(records_write(fd[0], REQUEST, p, n));
	close(fd[0]);
	assert_int_equal(pthread_join(thread, NULL), 0);
	close(fd[1]);
	assert_false(r.wrong);
	assert_int_equal(r.records, records);
	assert_int_equal(r.n, n);
	assert_memory_equal(r.got, p, n);
	free(r.got);
}

static void whole_and_in_order(void **state)
{
	unsigned char *p = malloc(MOST);

	(void)state;
	assert_non_null(p);
	for (size_t i = 0; i < MOST; i++)
		p[i] = (unsigned char)(i * 7 + i / 251);
	sent_and_read(p, 1, 1);
	sent_and_read(p, RECORD_BYTES, 1);
	sent_and_read(p, RECORD_BYTES + 1, 2);
	sent_and_read(p, MOST, 5);
	free(p);
}

/* A web server that is gone, and one that takes nothing. */
static void peers_that_fail(void **state)
{
	struct timeval soon = { .tv_usec = 20 * 1000 };
	unsigned char *p = calloc(1, MOST);
	int fd[2], small = 4096;

	(void)state;
	assert_non_null(p);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	close(fd[1]);
	assert_false(records_write(fd[0], REQUEST, p, MOST));
	close(fd[0]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	assert_int_equal(setsockopt(fd[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
	assert_int_equal(setsockopt(fd[0], SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon)), 0);
	assert_false(records_write(fd[0], REQUEST, p, MOST));
	close(fd[0]);
	close(fd[1]);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_and_in_order),
		cmocka_unit_test(peers_that_fail),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
