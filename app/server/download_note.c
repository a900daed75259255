#include "app/server/download_note.h"

#include "app/base/config.h"
#include "app/base/err.h"
#include "app/base/log.h"
#include "app/base/time.h"
#include "app/registry/download_log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool download_counts(struct req *r)
{
	static const char *const parts[] = { "Range", "If-None-Match", "If-Modified-Since" };

	if (!text_eq(r->cfg->downloads.count, TEXT("request")) || r->head)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (req_header(r, parts[i]).n) /* it may become a 206 or 304 */
			return false;
	return download_agent_counts(req_header(r, "User-Agent"));
}

/* A file for each machine: several may share the folder, and appending is safe on one machine alone. */
static int open_own(struct req *r)
{
	char host[65] = "";
	struct text folder = text_fmt(r->arena, "%.*s/downloads", TEXT_F(r->cfg->data.dir));
	struct text path;
	int fd;

	if (gethostname(host, sizeof(host) - 1) != 0)
		host[0] = '\0';
	path = text_fmt(r->arena, "%.*s/%s.log", TEXT_F(folder), host);
	for (int tries = 0; tries < 2; tries++) {
		fd = open(path.p, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (fd >= 0 || errno != ENOENT)
			break;
		(void)mkdir(folder.p, 0755);
	}
	return fd;
}

void download_note(struct req *r, struct text name, struct text version)
{
	struct text line = download_line(r->arena, name, version, time_now_us());
	int fd = open_own(r);
	bool ok = fd >= 0 && write(fd, line.p, line.n) == (ssize_t)line.n;

	if (!ok)
		log_err(LOG_LEVEL_WARN, "a download could not be written down",
			err_errno(r->arena, errno, "%.*s/downloads", TEXT_F(r->cfg->data.dir)));
	if (fd >= 0)
		(void)close(fd);
}
