/*
 * fetch_avatar: a picture of an account or a team, copied to DATA/public/avatars, so that readers' browsers ask nobody else for
 * it (contract/web.md 16, row 5); refresh_avatars, which makes such jobs for those that were looked for longest ago; drop_avatar,
 * which removes a copy that is no longer shown.
 *
 * What is fetched is a stranger's: from hosts that the operator names alone, of a size that is bounded, and of a kind that its
 * first bytes say. What is none of these counts as no picture until it is looked for again. A copy's name has the hash of its
 * content, so browsers may keep it for ever.
 */
#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/hash.h"
#include "app/base/image.h"
#include "app/base/time.h"
#include "app/jobs/kinds.h"
#include "app/outside/avatar.h"
#include "app/outside/http.h"
#include "app/server/app.h"
#include "app/storage/storage.h"
#include "db/picture.h"

enum { HASH_DIGITS = 16, LOOK_EVERY_DAYS = 7 };

struct fetch {
	struct job_run *run;
	enum picture_kind kind;
	int64_t id;
};

static const struct err *read_input(struct job_run *r, struct fetch *ret)
{
	uint64_t id;
	const struct err *e = job_u64(r, "account_id", &id);
	enum picture_kind kind = PICTURE_USER;

	if (e) {
		kind = PICTURE_TEAM;
		e = job_u64(r, "team_id", &id);
	}
	if (!e)
		*ret = (struct fetch){ r, kind, (int64_t)id };
	return e;
}

/* "ab/u123-abcdef0123456789.png". arena */
static struct text name_of(const struct fetch *f, struct text bytes)
{
	struct arena *a = f->run->arena;
	struct sha256 sha = sha256_of(bytes);
	struct buf hex = buf_init(a, HASH_DIGITS);

	buf_hex(&hex, sha.b, HASH_DIGITS / 2);
	return text_fmt(a, "%.2s/%c%lld-%.*s.%s", hex.p, f->kind == PICTURE_TEAM ? 't' : 'u',
			(long long)f->id, TEXT_F(buf_text(&hex)), image_ending(image_kind(bytes)));
}

static struct text path_of(struct arena *a, struct text file)
{
	return text_fmt(a, "avatars/%.*s", TEXT_F(file));
}

/* The copy that there is from now on, on disk already; absent: none. */
static const struct err *copy(const struct fetch *f, struct text url, struct text *ret_file)
{
	const struct app *app = f->run->app;
	struct text bytes;
	const struct err *e = avatar_fetch(app->http, f->run->arena, app->cfg, url, &bytes);

	if (e || !bytes.p) {
		*ret_file = TEXT_NONE;
		return e;
	}
	*ret_file = name_of(f, bytes);
	return storage_put_public(app->storage, f->run->arena, path_of(f->run->arena, *ret_file),
				  bytes);
}

const struct err *job_fetch_avatar_run(struct job_run *r)
{
	struct picture old, new = { 0 };
	struct fetch f;
	bool taken = false;
	const struct err *e = read_input(r, &f);

	if (e || !r->app->cfg->site.avatars)
		return e;
	e = db_picture(r->app->db, f.kind, f.id, &old);
	if (e)
		return e;
	new.url = old.url;
	if (old.url.p)
		e = copy(&f, old.url, &new.file);
	if (!e)
		e = db_picture_put(r->app->db, f.kind, f.id, &new, &taken);
	/* Of two that nobody shows, the newer one goes where the row did not take it. */
	if (!e && !taken && new.file.p && !text_eq(new.file, old.file))
		e = db_picture_drop_later(r->app->db, new.file);
	if (!e && taken && old.file.p && !text_eq(new.file, old.file))
		e = db_picture_drop_later(r->app->db, old.file);
	return e;
}

/* "ab/u123-abcdef0123456789.png": whose it is. */
static bool parse_name(struct text file, enum picture_kind *ret_kind, int64_t *ret_id)
{
	struct text digits = text_sub(file, 4, file.n);

	if (file.n < 4 || file.p[2] != '/' || (file.p[3] != 'u' && file.p[3] != 't'))
		return false;
	*ret_kind = file.p[3] == 't' ? PICTURE_TEAM : PICTURE_USER;
	return text_i64(text_sub(digits, 0, text_find_byte(digits, '-')), 0, INT64_MAX, ret_id);
}

/* Not one that is shown again: whoever changes his picture back has the same name for it. */
const struct err *job_drop_avatar_run(struct job_run *r)
{
	enum picture_kind kind;
	struct picture now = { 0 };
	struct text file;
	int64_t id;
	const struct err *e = job_text(r, "file", &file);

	if (e || !parse_name(file, &kind, &id))
		return e;
	e = db_picture(r->app->db, kind, id, &now);
	if ((e && !err_is(e, ERR_NOT_FOUND)) || (!e && text_eq(now.file, file)))
		return e;
	return storage_unlink_public(r->app->storage, r->arena, path_of(r->arena, file));
}

static const struct err *want_due(struct job_run *r, enum picture_kind kind)
{
	int64_t before = time_now_us() - LOOK_EVERY_DAYS * (int64_t)86400 * US_PER_S;
	struct picture_due *v;
	size_t n;
	const struct err *e = db_pictures_due(r->app->db, kind, before, &v, &n);

	for (size_t i = 0; !e && i < n; i++)
		e = db_picture_want(r->app->db, kind, v[i].id);
	return e;
}

const struct err *job_refresh_avatars_run(struct job_run *r)
{
	const struct err *e = NULL;

	if (r->app->cfg->site.avatars)
		e = want_due(r, PICTURE_TEAM);
	if (!e && r->app->cfg->site.avatars)
		e = want_due(r, PICTURE_USER);
	return e;
}
