#include "app/server/listen.h"

#include "app/base/arena.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 511 };

unsigned mode_of_digits(uint64_t digits)
{
	unsigned mode = 0, shift = 0;

	for (; digits; digits /= 10, shift += 3)
		mode |= (unsigned)(digits % 10) << shift;
	return mode;
}

static int fail(struct arena *a, struct text where, const char *what, int saved_errno, int fd,
		struct text *ret_why)
{
	*ret_why = text_fmt(a, "%.*s: %s%s%s", TEXT_F(where), what, saved_errno ? ": " : "",
			    saved_errno ? strerror(saved_errno) : "");
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* Whether somebody accepts connections there; a socket file that nobody holds refuses. */
static bool somebody_answers(const struct sockaddr_un *sun)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool yes;

	if (fd < 0)
		return false;
	yes = connect(fd, (const struct sockaddr *)sun, sizeof(*sun)) == 0 || errno == EAGAIN;
	(void)close(fd);
	return yes;
}

/*
 * Bound under a name beside it and renamed: who connects to the path meets a socket with its
 * permissions set that listens, or none.
 */
static int listen_unix(struct arena *a, struct text where, unsigned mode, struct text *ret_why)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX }, tmp = { .sun_family = AF_UNIX };
	struct text tmp_name = text_fmt(a, "%.*s.new", TEXT_F(where));
	struct stat st;
	int fd;

	if (where.n >= sizeof(sun.sun_path))
		return fail(a, where, "the path is too long for a socket", 0, -1, ret_why);
	memcpy(sun.sun_path, where.p, where.n);
	if (lstat(sun.sun_path, &st) == 0 && !S_ISSOCK(st.st_mode))
		return fail(a, where, "is there and no socket", 0, -1, ret_why);
	if (somebody_answers(&sun))
		return fail(a, where, "another instance runs there", 0, -1, ret_why);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(a, where, "socket", errno, fd, ret_why);
	tmp = tmp_name.n < sizeof(tmp.sun_path) ? tmp : sun;
	if (tmp_name.n < sizeof(tmp.sun_path))
		memcpy(tmp.sun_path, tmp_name.p, tmp_name.n);
	(void)unlink(tmp.sun_path);
	if (bind(fd, (const struct sockaddr *)&tmp, sizeof(tmp)) || chmod(tmp.sun_path, mode) ||
	    listen(fd, BACKLOG))
		return fail(a, where, "cannot listen", errno, fd, ret_why);
	if (strcmp(tmp.sun_path, sun.sun_path) && rename(tmp.sun_path, sun.sun_path))
		return fail(a, where, "cannot rename the socket", errno, fd, ret_why);
	return fd;
}

static int listen_tcp(struct arena *a, struct text where, struct text *ret_why)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE | AI_NUMERICSERV },
			*list;
	size_t colon = where.n;
	struct text host;
	int fd, rc, on = 1;

	while (colon && where.p[colon - 1] != ':')
		colon--;
	host = text_sub(where, 0, colon ? colon - 1 : 0);
	if (text_starts(host, TEXT("[")) && text_ends(host, TEXT("]")))
		host = text_sub(host, 1, host.n - 1);
	rc = getaddrinfo(host.n ? text_z(a, host) : NULL,
			 text_z(a, text_sub(where, colon, where.n)), &hints, &list);
	if (rc)
		return fail(a, where, gai_strerror(rc), 0, -1, ret_why);
	fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, list->ai_addr, list->ai_addrlen) || listen(fd, BACKLOG))
		fd = fail(a, where, "cannot listen", errno, fd, ret_why);
	freeaddrinfo(list);
	return fd;
}

int listen_at(struct arena *a, struct text where, unsigned mode, struct text *ret_why)
{
	return text_starts(where, TEXT("/")) ? listen_unix(a, where, mode, ret_why)
					     : listen_tcp(a, where, ret_why);
}
