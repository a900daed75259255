#include "app/outside/mail.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/mime.h"
#include "app/base/time.h"
#include "app/outside/smtp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct text host_of(struct text address)
{
	struct text part, rest = address;

	while (text_cut(&rest, '@', &part))
		; /* the last one: a quoted local part may hold others */
	return part;
}

/* ---- files */

static const struct err *open_folder(const struct config *cfg, struct arena *a, int *ret)
{
	const char *path = text_z(a, cfg->mail.dir);

	if (mkdir(path, 0700) && errno != EEXIST)
		return err_errno(a, errno, "mail.dir cannot be made");
	*ret = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret < 0)
		return err_errno(a, errno, "mail.dir cannot be opened");
	arena_defer_close(a, *ret);
	return NULL;
}

static const struct err *write_all(struct arena *a, int fd, struct text t)
{
	while (t.n) {
		ssize_t n = write(fd, t.p, t.n);

		if (n < 0)
			return err_errno(a, errno, "a letter cannot be written");
		t = text_sub(t, (size_t)n, t.n);
	}
	if (fsync(fd))
		return err_errno(a, errno, "a letter cannot be written");
	return NULL;
}

/* "2026-08-01T12-00-00Z-ID": colons would not do everywhere. */
static const char *file_stem(struct arena *a, const struct mime_message *m)
{
	struct time_text t = time_rfc3339_s(m->date_us);

	for (char *p = t.s; *p; p++)
		if (*p == ':')
			*p = '-';
	return text_z(a, text_fmt(a, "%s-%.*s", t.s, TEXT_F(m->id)));
}

/* Under another name first: whoever looks sees whole letters. */
static const struct err *put_file(const struct config *cfg, struct arena *a,
				  const struct mime_message *m, struct text message)
{
	const char *stem = file_stem(a, m);
	const char *part = text_z(a, text_fmt(a, "%s.part", stem));
	const char *name = text_z(a, text_fmt(a, "%s.eml", stem));
	const struct err *e;
	int dir = -1, fd;

	e = open_folder(cfg, a, &dir);
	if (e)
		return e;
	fd = openat(dir, part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_errno(a, errno, "a letter cannot be written");
	arena_defer_close(a, fd);
	e = write_all(a, fd, message);
	if (!e && renameat(dir, part, dir, name))
		e = err_errno(a, errno, "a letter cannot be written");
	if (e)
		(void)unlinkat(dir, part, 0);
	return e;
}

static bool is_ours(const char *name)
{
	struct text t = text_from(name);

	return text_ends(t, TEXT(".eml")) || text_ends(t, TEXT(".part"));
}

const struct err *mail_sweep(const struct config *cfg, struct arena *a, int64_t before_us)
{
	DIR *d = opendir(text_z(a, cfg->mail.dir));
	struct dirent *entry;
	struct stat st;

	if (!d)
		return errno == ENOENT ? NULL : err_errno(a, errno, "mail.dir cannot be read");
	while ((entry = readdir(d)) != NULL) {
		if (is_ours(entry->d_name) &&
		    fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && st.st_mtime < before_us / US_PER_S)
			(void)unlinkat(dirfd(d), entry->d_name, 0);
	}
	(void)closedir(d);
	return NULL;
}

/* ---- either */

const struct err *mail_hand_over(const struct config *cfg, struct arena *a,
				 const struct mime_message *m)
{
	struct mime_message full = *m;
	struct smtp_letter letter;
	const struct err *e;
	struct text message;

	full.from = cfg->mail.from;
	full.from_name = cfg->site.domain;
	full.id_host = host_of(cfg->mail.from);
	e = mime_write(a, &full, &message);
	if (e)
		return e;
	if (!cfg->mail.smtp_host.n)
		return put_file(cfg, a, &full, message);
	letter = (struct smtp_letter){ .from = full.from, .to = full.to, .message = message };
	return smtp_send(cfg, a, &letter);
}

struct text mail_masked(struct arena *a, struct text address)
{
	size_t at = 0;
	uint32_t c;

	(void)text_next_char(address, &at, &c);
	return text_fmt(a, "%.*s***@%.*s", TEXT_F(text_sub(address, 0, at)),
			TEXT_F(host_of(address)));
}
