/*
 * handlers/web/follow_feed.c - /me/feed/{secret}.xml: what is new in the crates that somebody follows, for feed readers, which have no
 * session (contract/web.md P62). The secret is the account's number and a counter, signed (app/server/sign.h); the counter goes up where
 * its owner wants another address.
 */
#include "handlers/web/follow_feed.h"
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/server/sign.h"
#include "db/user.h"
#include "handlers/routes.h"
#include "handlers/web/feed_newest.h"
#include "handlers/web/page.h"
#include "templates/feed.h"

#include <inttypes.h>

static const char purpose[] = "follow-feed";

const struct err *follow_feed_path(struct req *r, struct text *ret)
{
	uint64_t generation;
	const struct err *e = db_user_feed_generation(r->db, r->user.id, &generation);

	if (!e)
		*ret = text_fmt(r->arena, "/me/feed/%.*s.xml",
				TEXT_F(sign_value(r, purpose,
						  text_fmt(r->arena, "%" PRIu64 "-%" PRIu64,
							   r->user.id, generation))));
	return e;
}

/* Whose it is: ERR_NOT_FOUND for one that was renewed, or never was. */
static const struct err *owner(struct req *r, uint64_t *ret)
{
	struct text file = req_path(r, "file"), value, id;
	uint64_t generation, now;
	const struct err *none = err_new(r->arena, ERR_NOT_FOUND, "Not Found"), *e;

	if (!text_ends(file, TEXT(".xml")))
		return none;
	value = sign_check(r, purpose, text_sub(file, 0, file.n - 4));
	if (!value.p || !text_cut(&value, '-', &id) || !text_u64(id, 1, INT64_MAX, ret) ||
	    !text_u64(value, 0, INT64_MAX, &generation))
		return none;
	e = db_user_feed_generation(r->db, *ret, &now);
	return !e && generation != now ? none : e;
}

static struct reply feed_get(struct req *r)
{
	struct feed f = { .kind = FEED_FOLLOWED, .self = r->path };
	struct buf b = buf_init(r->arena, FEED_MAX_BYTES);
	struct text xml;
	struct reply rp;
	struct crate_filter filter = { 0 };
	const struct err *e = owner(r, &filter.follower);

	if (!e)
		e = feed_newest_of(r, &filter, &f.items);
	if (e)
		return reply_err(r, e);
	feed_rss(&b, r->cfg, &f);
	e = buf_done(&b, &xml);
	if (e)
		return reply_err(r, e);
	rp = reply_text(r, 200, FEED_RSS_TYPE, xml);
	reply_header(&rp, "Cache-Control", TEXT("private, max-age=600"));
	reply_header(&rp, "X-Robots-Tag", TEXT("noindex"));
	return rp;
}

static struct reply renew_post(struct req *r)
{
	const struct err *e = db_user_feed_renew(r->db, r->user.id);

	if (e)
		return reply_err(r, e);
	return page_go_with(r, TEXT("/me/following"), FLASH_SUCCESS,
			    "The feed has another address; the old one leads nowhere.");
}

const struct route follow_feed_routes[] = {
	ROUTE(GET, "/me/feed/{file}", feed_get, .auth = AUTH_NONE,
	      .doc = "What is new in the crates that somebody follows, as RSS"),
	ROUTE(POST, "/me/following/feed", renew_post, .auth = AUTH_COOKIE, .page = true,
	      .body = BODY_FORM, .body_max = 4096, .doc = "Form: another address of that feed"),
	ROUTE_END,
};
