#include "app/inspect/wire.h"

#include "app/base/arena.h"
#include "app/base/buf.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WIRE_MAGIC = 0x31494843, WIRE_TEXTS = 6 }; /* "CHI1" */
static const uint32_t WIRE_ABSENT = UINT32_MAX;

struct wire_head {
	uint32_t magic, op;
	uint64_t max_unpacked, max_entries;
};

/* Room for the descriptors, aligned as the kernel wants it. */
union control {
	struct cmsghdr align;
	char room[CMSG_SPACE(WIRE_MAX_INPUTS * sizeof(int))];
};

static void add_bytes(struct buf *b, const void *p, size_t n)
{
	buf_add(b, (struct text){ p, n });
}

static void add_text(struct buf *b, struct text t)
{
	uint32_t n =
		t.p ? (uint32_t)(t.n < WIRE_MAX_REQUEST ? t.n : WIRE_MAX_REQUEST) : WIRE_ABSENT;

	add_bytes(b, &n, sizeof(n));
	buf_add(b, t);
}

struct text wire_pack(struct arena *a, const struct wire_request *r)
{
	struct wire_head head = { WIRE_MAGIC, (uint32_t)r->op, r->max_unpacked, r->max_entries };
	struct buf body = buf_init(a, WIRE_MAX_REQUEST),
		   whole = buf_init(a, WIRE_MAX_REQUEST + sizeof(uint32_t));
	uint32_t n;

	add_bytes(&body, &head, sizeof(head));
	add_text(&body, r->name);
	add_text(&body, r->version);
	add_text(&body, r->path);
	add_text(&body, r->repository);
	add_text(&body, r->path_in_vcs);
	add_text(&body, r->second_version);
	if (!buf_ok(&body))
		return TEXT_NONE;
	n = (uint32_t)body.n;
	add_bytes(&whole, &n, sizeof(n));
	buf_add(&whole, buf_text(&body));
	return buf_text(&whole);
}

/* Takes n bytes off *rest. */
static bool take(struct text *rest, void *p, size_t n)
{
	if (rest->n < n)
		return false;
	memcpy(p, rest->p, n);
	*rest = text_sub(*rest, n, rest->n);
	return true;
}

static bool take_text(struct text *rest, struct text *ret)
{
	uint32_t n;

	if (!take(rest, &n, sizeof(n)))
		return false;
	*ret = TEXT_NONE;
	if (n == WIRE_ABSENT)
		return true;
	if (n > rest->n)
		return false;
	*ret = text_sub(*rest, 0, n);
	*rest = text_sub(*rest, n, rest->n);
	return true;
}

bool wire_unpack(struct text frame, struct wire_request *ret)
{
	struct wire_head head;

	if (!take(&frame, &head, sizeof(head)) || head.magic != WIRE_MAGIC ||
	    head.op < WIRE_ARCHIVE || head.op > WIRE_ZIP)
		return false;
	ret->op = (enum wire_op)head.op;
	ret->max_unpacked = head.max_unpacked;
	ret->max_entries = head.max_entries;
	return take_text(&frame, &ret->name) && take_text(&frame, &ret->version) &&
	       take_text(&frame, &ret->path) && take_text(&frame, &ret->repository) &&
	       take_text(&frame, &ret->path_in_vcs) && take_text(&frame, &ret->second_version) &&
	       frame.n == 0;
}

bool wire_send(int sock, struct text frame, const int fds[WIRE_MAX_INPUTS])
{
	size_t bytes = (fds[1] < 0 ? 1 : 2) * sizeof(int);
	union control control = { .room = { 0 } };
	struct iovec iov;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	msg.msg_control = control.room;
	msg.msg_controllen = CMSG_SPACE(bytes);
	c = CMSG_FIRSTHDR(&msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(bytes);
	memcpy(CMSG_DATA(c), fds, bytes);
	for (size_t sent = 0; sent < frame.n;) {
		ssize_t n;

		iov.iov_base = (char *)(uintptr_t)frame.p + sent; /* sendmsg only reads it */
		iov.iov_len = frame.n - sent;
		n = sendmsg(sock, &msg, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		sent += (size_t)n;
		msg.msg_control = NULL;
		msg.msg_controllen = 0;
	}
	return true;
}

/* The descriptors that came with a message, where none are there yet; else they are closed. */
static void take_descriptors(const struct cmsghdr *c, int fds[WIRE_MAX_INPUTS])
{
	size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	bool first = fds[0] < 0;

	for (size_t i = 0; i < n; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
		if (first && i < WIRE_MAX_INPUTS)
			fds[i] = fd;
		else
			(void)close(fd);
	}
}

/* The next at most n bytes, and the descriptors that come with them. */
static ssize_t receive_some(int sock, void *p, size_t n, int fds[WIRE_MAX_INPUTS])
{
	union control control;
	struct iovec iov = { .iov_base = p, .iov_len = n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;
	ssize_t got;

	msg.msg_control = control.room;
	msg.msg_controllen = sizeof(control.room);
	do
		got = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	c = got > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		take_descriptors(c, fds);
	return got;
}

static bool receive_all(int sock, void *p, size_t n, int fds[WIRE_MAX_INPUTS])
{
	for (size_t got = 0; got < n;) {
		ssize_t part = receive_some(sock, (char *)p + got, n - got, fds);

		if (part <= 0)
			return false;
		got += (size_t)part;
	}
	return true;
}

bool wire_receive(struct arena *a, int sock, struct text *ret_frame, int ret_fds[WIRE_MAX_INPUTS])
{
	int fds[WIRE_MAX_INPUTS] = { -1, -1 };
	uint32_t n = 0;
	char *p;

	if (!receive_all(sock, &n, sizeof(n), fds) || n > WIRE_MAX_REQUEST || fds[0] < 0)
		return false;
	p = arena_alloc(a, n);
	if (!receive_all(sock, p, n, fds))
		return false;
	*ret_frame = (struct text){ p, n };
	ret_fds[0] = fds[0];
	ret_fds[1] = fds[1];
	return true;
}
