#include "app/jobs/pack.h"

#include "app/base/arena.h"
#include "app/outside/library.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

enum { MODE = 0644 };

static struct {
	struct archive *(*write_new)(void);
	int (*set_tar)(struct archive *);
	int (*set_zip)(struct archive *);
	int (*add_gzip)(struct archive *);
	int (*open_fd)(struct archive *, int);
	int (*header)(struct archive *, struct archive_entry *);
	la_ssize_t (*data)(struct archive *, const void *, size_t);
	int (*close)(struct archive *);
	int (*fail)(struct archive *);
	int (*free)(struct archive *);
	int (*error)(struct archive *);
	const char *(*words)(struct archive *);
	struct archive_entry *(*entry_new)(void);
	void (*entry_free)(struct archive_entry *);
	void (*set_path)(struct archive_entry *, const char *);
	void (*set_size)(struct archive_entry *, la_int64_t);
	void (*set_type)(struct archive_entry *, unsigned);
	void (*set_mode)(struct archive_entry *, __LA_MODE_T);
	void (*set_mtime)(struct archive_entry *, time_t, long);
} api;

struct pack {
	struct arena *a;
	struct archive *w;
};

static bool find_all(void *l)
{
	return library_find(l, "archive_write_new", &api.write_new) &&
	       library_find(l, "archive_write_set_format_pax_restricted", &api.set_tar) &&
	       library_find(l, "archive_write_set_format_zip", &api.set_zip) &&
	       library_find(l, "archive_write_add_filter_gzip", &api.add_gzip) &&
	       library_find(l, "archive_write_open_fd", &api.open_fd) &&
	       library_find(l, "archive_write_header", &api.header) &&
	       library_find(l, "archive_write_data", &api.data) &&
	       library_find(l, "archive_write_close", &api.close) &&
	       library_find(l, "archive_write_fail", &api.fail) &&
	       library_find(l, "archive_write_free", &api.free) &&
	       library_find(l, "archive_errno", &api.error) &&
	       library_find(l, "archive_error_string", &api.words) &&
	       library_find(l, "archive_entry_new", &api.entry_new) &&
	       library_find(l, "archive_entry_free", &api.entry_free) &&
	       library_find(l, "archive_entry_set_pathname", &api.set_path) &&
	       library_find(l, "archive_entry_set_size", &api.set_size) &&
	       library_find(l, "archive_entry_set_filetype", &api.set_type) &&
	       library_find(l, "archive_entry_set_perm", &api.set_mode) &&
	       library_find(l, "archive_entry_set_mtime", &api.set_mtime);
}

static const struct err *load(struct arena *a)
{
	static bool ready;
	const struct err *e;
	void *library;

	if (ready)
		return NULL;
	e = library_load(a, "libarchive.so.13", &library);
	if (e)
		return e;
	if (!find_all(library))
		return err_new(a, ERR_INTERNAL, "libarchive has not all that is needed");
	ready = true;
	return NULL;
}

/* Where it was not ended it shall write nothing more. */
static void put_writer(void *w)
{
	(void)api.fail(w);
	(void)api.free(w);
}

static const struct err *failed(struct pack *p)
{
	const char *words = api.words(p->w);
	int no = api.error(p->w);

	if (no == EFBIG)
		no = EDQUOT;
	return err_errno(p->a, no > 0 ? no : EIO, "archive: %s", words ? words : "failed");
}

const struct err *pack_new(struct arena *a, enum pack_format format, int fd, struct pack **ret)
{
	struct pack *p = arena_alloc(a, sizeof(*p));
	const struct err *e = load(a);

	if (e)
		return e;
	p->a = a;
	p->w = api.write_new();
	BUG_ON(!p->w);
	arena_defer(a, put_writer, p->w);
	if (format == PACK_ZIP ? api.set_zip(p->w) : (api.set_tar(p->w) || api.add_gzip(p->w)))
		return failed(p);
	if (api.open_fd(p->w, fd))
		return failed(p);
	*ret = p;
	return NULL;
}

const struct err *pack_file(struct pack *p, const struct pack_file *f)
{
	struct archive_entry *entry = api.entry_new();
	bool ok;

	BUG_ON(!entry);
	api.set_path(entry, f->path);
	api.set_size(entry, (la_int64_t)f->bytes);
	api.set_type(entry, AE_IFREG);
	api.set_mode(entry, MODE);
	api.set_mtime(entry, (time_t)f->mtime_s, 0);
	ok = api.header(p->w, entry) == ARCHIVE_OK;
	api.entry_free(entry);
	return ok ? NULL : failed(p);
}

const struct err *pack_bytes(struct pack *p, struct text bytes)
{
	la_ssize_t n = bytes.n ? api.data(p->w, bytes.p, bytes.n) : 0;

	if (n < 0)
		return failed(p);
	if ((size_t)n != bytes.n)
		return err_new(p->a, ERR_INTERNAL, "archive: more bytes than were announced");
	return NULL;
}

const struct err *pack_end(struct pack *p)
{
	return api.close(p->w) == ARCHIVE_OK ? NULL : failed(p);
}
