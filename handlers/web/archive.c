#include "handlers/web/archive.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/semver.h"
#include "app/storage/storage.h"

enum { PATH_MAX_BYTES = 256 * 1024 };

const struct err *page_crate(struct req *r, struct crate_view *ret)
{
	struct text name = req_path(r, "name");
	const struct err *e = db_crate_view(r->db, name, ret);

	if (err_is(e, ERR_NOT_FOUND))
		return err_new(r->arena, ERR_NOT_FOUND, "Crate \"%.*s\" not found", TEXT_F(name));
	return e;
}

const struct err *page_default_version(struct req *r, struct crate_view *ret)
{
	const struct err *e = page_crate(r, ret);

	if (!e && !ret->default_version.p)
		e = err_new(r->arena, ERR_NOT_FOUND, "%.*s has no version", TEXT_F(ret->name));
	return e;
}

const struct err *page_version(struct req *r, const struct crate_view *crate, struct text num,
			       struct version_view *ret)
{
	const struct err *e = db_version_view(r->db, crate->id, crate->name, num, ret);

	if (err_is(e, ERR_NOT_FOUND))
		return err_new(r->arena, ERR_NOT_FOUND, "%.*s: Version %.*s not found",
			       TEXT_F(crate->name), TEXT_F(num));
	return e;
}

const struct err *page_crate_version(struct req *r, struct crate_view *ret_crate,
				     struct version_view *ret)
{
	const struct err *e = page_crate(r, ret_crate);

	return e ? e : page_version(r, ret_crate, req_path(r, "version"), ret);
}

static bool is_lower(struct text one, struct text other)
{
	struct semver x, y;

	return semver_parse(one, &x) && semver_parse(other, &y) && semver_cmp(&x, &y) < 0;
}

struct version_head page_version_head(struct req *r, struct crate_frame *f, enum crate_tab tab,
				      const char *sub, struct text title)
{
	struct version_head h = { .crate = &f->head };

	h.head.title = text_fmt(r->arena, "%.*s %.*s: %.*s", TEXT_F(f->crate.name),
				TEXT_F(f->version.num), TEXT_F(title));
	crate_frame_head(r, f, tab, sub, &h.head);
	if (is_lower(f->version.num, f->crate.default_version))
		h.newer = f->crate.default_version;
	return h;
}

struct text page_version_path(struct req *r, struct text name, struct text version,
			      struct text rest)
{
	struct buf b = buf_init(r->arena, PATH_MAX_BYTES);
	struct text part;

	buf_add(&b, TEXT("/crates/"));
	buf_url(&b, name);
	buf_byte(&b, '/');
	buf_url(&b, version);
	while (text_cut(&rest, '/', &part)) {
		buf_byte(&b, '/');
		buf_url(&b, part);
	}
	return buf_text(&b);
}

/* ---- asking the inspector */

/* Storage and inspector speak of archives; whoever reads a page hears about the version. */
static const struct err *for_a_reader(struct req *r, const struct version_view *v,
				      const struct err *e)
{
	if (err_is(e, ERR_INVALID))
		return err_because(r->arena, ERR_NOT_FOUND, e->cause.p ? e->cause : e->detail,
				   "The archive of %.*s %.*s cannot be shown here: it is too large "
				   "or takes too long to unpack",
				   TEXT_F(v->crate), TEXT_F(v->num));
	return e;
}

static const struct err *open_archive(struct req *r, const struct version_view *v,
				      struct inspect_lines_in *ret)
{
	const struct err *e;

	*ret = (struct inspect_lines_in){ .name = v->crate,
					  .version = v->num,
					  .sha = v->tar_sha256 };
	e = storage_open_blob(r->app->storage, r->arena, &v->tar_sha256, &ret->fd);
	if (err_is(e, ERR_NOT_FOUND))
		return err_because(r->arena, ERR_NOT_FOUND, TEXT("a blob is missing"),
				   "The archive of %.*s %.*s is not available", TEXT_F(v->crate),
				   TEXT_F(v->num));
	if (!e)
		arena_defer_close(r->arena, ret->fd);
	return e;
}

const struct err *page_browse(struct req *r, const struct version_view *v, struct text path,
			      struct inspect_source *ret)
{
	struct inspect_lines_in in;
	const struct err *e = open_archive(r, v, &in);

	if (!e)
		e = inspect_browse(r->app->inspect, r->arena, &in, path, ret);
	return for_a_reader(r, v, e);
}

const struct err *page_bytes(struct req *r, const struct version_view *v, struct text path,
			     struct inspect_bytes *ret)
{
	struct inspect_lines_in in;
	const struct err *e = open_archive(r, v, &in);

	if (!e)
		e = inspect_bytes(r->app->inspect, r->arena, &in, path, ret);
	return for_a_reader(r, v, e);
}

const struct err *page_compare(struct req *r, const struct version_view *old,
			       const struct version_view *new, struct text file,
			       struct inspect_comparison *ret)
{
	struct inspect_lines_in one, two;
	const struct err *e = open_archive(r, old, &one);

	if (!e)
		e = open_archive(r, new, &two);
	if (!e)
		e = inspect_compare(r->app->inspect, r->arena, &one, &two, file, ret);
	return for_a_reader(r, new, e);
}

const struct err *page_changelog(struct req *r, const struct version_view *v,
				 struct inspect_changelog *ret)
{
	struct inspect_lines_in in;
	const struct err *e = open_archive(r, v, &in);

	if (!e)
		e = inspect_changelog(r->app->inspect, r->arena, &in, v->repository, ret);
	return for_a_reader(r, v, e);
}
