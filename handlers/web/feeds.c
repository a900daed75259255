/*
 * handlers/web/feeds.c - GET /rss/... and /atom/...: what is new, for feed readers (contract/web.md 13.5, P60, P61)
 *
 * Of all crates, of one, of a keyword, of a category, of a publisher. The first three are public files as well
 * (app/jobs/feeds.c); these answer from the database, so they are there before any job ran.
 */
#include "app/base/config.h"
#include "app/base/time.h"
#include "app/server/req.h"
#include "db/category.h"
#include "db/crate.h"
#include "db/crate_list.h"
#include "db/user_view.h"
#include "handlers/routes.h"
#include "handlers/web/feed_newest.h"
#include "templates/feed.h"

static bool wants_atom(const struct req *r)
{
	return text_starts(r->path, TEXT("/atom/"));
}

static struct reply answer(struct req *r, const struct err *e, const struct feed *f)
{
	struct buf b = buf_init(r->arena, FEED_MAX_BYTES);
	struct text xml = TEXT_NONE;
	struct reply rp;

	if (!e) {
		(wants_atom(r) ? feed_atom : feed_rss)(&b, r->cfg, f);
		e = buf_done(&b, &xml);
	}
	if (e)
		return reply_err(r, e);
	rp = reply_text(r, 200, wants_atom(r) ? FEED_ATOM_TYPE : FEED_RSS_TYPE, xml);
	reply_header(&rp, "Cache-Control", TEXT("public, max-age=60"));
	return rp;
}

/* What stands before ".xml" in the last part of the path. */
static const struct err *file_name(struct req *r, struct text *ret)
{
	struct text file = req_path(r, "file");

	if (!text_ends(file, TEXT(".xml")) || file.n == 4)
		return err_new(r->arena, ERR_NOT_FOUND, "Not Found");
	*ret = text_sub(file, 0, file.n - 4);
	return NULL;
}

static struct reply crates_feed(struct req *r)
{
	struct feed f = { .kind = FEED_CRATES };

	return answer(r, db_feed_crates(r->db, time_now_us(), &f.items), &f);
}

static struct reply updates_feed(struct req *r)
{
	struct feed f = { .kind = FEED_UPDATES };

	return answer(r, db_feed_updates(r->db, time_now_us(), &f.items), &f);
}

static struct reply crate_feed(struct req *r)
{
	struct feed f = { .kind = FEED_CRATE };
	struct crate_row crate = { 0 };
	const struct err *e = file_name(r, &f.name);

	if (!e)
		e = db_crate_by_name(r->db, f.name, &crate);
	if (!e)
		e = db_feed_versions(r->db, crate.id, time_now_us(), &f.items);
	f.name = crate.name;
	return answer(r, e, &f);
}

/* upstream: a keyword that no crate has is an empty list, not an error (contract/web.md 8.2, W029). */
static struct reply keyword_feed(struct req *r)
{
	struct feed f = { .kind = FEED_KEYWORD };
	struct crate_filter filter = { 0 };
	const struct err *e = file_name(r, &f.name);

	if (!e) {
		f.name = text_lower(r->arena, f.name);
		e = db_keyword_ids(r->db, &f.name, 1, filter.keywords, &filter.nkeywords);
	}
	if (!e && filter.nkeywords)
		e = feed_newest_of(r, &filter, &f.items);
	return answer(r, e, &f);
}

static const struct err *category_exists(struct req *r, struct text slug)
{
	struct category_view *all;
	size_t n;
	const struct err *e = db_categories(r->db, &all, &n);

	if (!e && category_find(all, n, slug))
		return NULL;
	return e ? e : err_new(r->arena, ERR_NOT_FOUND, "Not Found");
}

/* upstream: a filter takes a category as LIKE does, so crates of others may have come (contract/api.md 9). */
static bool is_pattern(struct text slug)
{
	return text_has_byte(slug, '%') || text_has_byte(slug, '_') || text_has_byte(slug, '\\');
}

static struct reply category_feed(struct req *r)
{
	struct feed f = { .kind = FEED_CATEGORY };
	struct crate_filter filter = { 0 };
	const struct err *e = file_name(r, &f.name);

	filter.category = f.name;
	if (!e)
		e = feed_newest_of(r, &filter, &f.items);
	if (!e && (!f.items.n || is_pattern(f.name))) /* else it has crates, so it is there */
		e = category_exists(r, f.name);
	return answer(r, e, &f);
}

static struct reply user_feed(struct req *r)
{
	struct feed f = { .kind = FEED_USER };
	struct user_view user = { 0 };
	const struct err *e = file_name(r, &f.name);

	if (!e)
		e = db_user_view_by_login(r->db, f.name, &user);
	if (!e)
		e = db_feed_of_publisher(r->db, user.id.v, &f.items);
	f.name = user.login;
	return answer(r, e, &f);
}

#define FEED(path, fn, what)                                                                       \
	ROUTE(GET, "/rss/" path, fn, .auth = AUTH_NONE, .doc = what ", as RSS"),                   \
		ROUTE(GET, "/atom/" path, fn, .auth = AUTH_NONE, .doc = what ", as Atom")

const struct route feeds_routes[] = {
	FEED("crates.xml", crates_feed, "New crates"),
	FEED("updates.xml", updates_feed, "New versions"),
	FEED("crates/{file}", crate_feed, "New versions of a crate"),
	FEED("keywords/{file}", keyword_feed, "New versions of crates with a keyword"),
	FEED("categories/{file}", category_feed, "New versions of crates in a category"),
	FEED("users/{file}", user_feed, "What a user published"),
	ROUTE_END,
};
