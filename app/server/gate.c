#include "app/server/gate.h"

#include "app/base/arena.h"
#include "app/base/base64.h"
#include "app/base/config.h"
#include "app/base/hash.h"
#include "app/base/time.h"
#include "app/server/auth.h"
#include "app/server/known.h"
#include "db/trustpub.h"

#include <string.h>

/* So long a worker does not ask a database anew that did not answer, where it can do without. */
enum { AWAY_S = 5 };

bool gate_closed(const struct req *r)
{
	return r->cfg->registry.auth_required && !(r->route && r->route->open);
}

/* ---- credentials */

/* "Basic ..." (RFC 7617): the token is the password, or the user where there is none. False where it is no Basic. */
static bool basic_token(struct req *r, struct text *ret)
{
	struct text value = req_header(r, "Authorization"), scheme, pair, user;
	size_t at;

	if (!text_cut(&value, ' ', &scheme) || !value.p || !text_eq_nocase(scheme, TEXT("Basic")))
		return false;
	if (!base64_decode(r->arena, text_trim(value), &pair, &at))
		pair = TEXT("");
	(void)text_cut(&pair, ':', &user);
	*ret = pair.n ? pair : user;
	return true;
}

static const struct err *shown_token(struct req *r, struct text *ret)
{
	return basic_token(r, ret) ? NULL : auth_header_token(r, ret);
}

static const struct err *unknown(struct req *r)
{
	return err_new_status(r->arena, ERR_AUTH, 401, "authentication failed");
}

/* ---- what the database says of them */

static const struct err *ask_cookie(struct req *r, struct text unused, const struct sha256 *hash)
{
	bool found;
	const struct err *e = auth_by_cookie(r, &found);

	(void)unused;
	(void)hash;
	return e || found ? e : unknown(r);
}

static const struct err *ask_token(struct req *r, struct text token, const struct sha256 *hash)
{
	const struct err *e = auth_by_token(r, token);

	(void)hash;
	/* 401 to whoever has no token that is one: index and downloads want it (contract/index.md 9.2) */
	return err_is(e, ERR_AUTH) && !r->user.id &&
			       text_eq(e->detail, TEXT("authentication failed"))
		       ? unknown(r)
		       : e;
}

static const struct err *ask_trustpub(struct req *r, struct text unused, const struct sha256 *hash)
{
	struct trustpub_token t;
	bool found;
	const struct err *e = db_trustpub_token(r->db, hash, time_now_us(), &t, &found);

	(void)unused;
	return e || found ? e : unknown(r);
}

/* ---- what is known of them */

static const struct err *look(struct req *r, struct text token, const struct sha256 *hash,
			      const struct err *(*ask)(struct req *r, struct text token,
						       const struct sha256 *hash))
{
	static int64_t away_us; /* when the database did not answer; this worker's */
	int64_t now = time_monotonic_us(), since = known_since(hash), age = now - since;
	bool stale_ok = since && age < (int64_t)r->cfg->auth.stale_s * US_PER_S;
	const struct err *e;

	if (since && age < (int64_t)r->cfg->auth.cache_s * US_PER_S)
		return NULL;
	if (stale_ok && away_us && now - away_us < AWAY_S * (int64_t)US_PER_S)
		return NULL;
	e = ask(r, token, hash);
	r->user = (struct auth_user){ 0 }; /* the route finds out by itself who it is */
	if (!e) {
		known_good(hash, now);
		away_us = 0;
	} else if (err_is(e, ERR_BUSY)) {
		away_us = now;
		if (stale_ok)
			e = NULL;
	} else {
		known_drop(hash);
	}
	return e;
}

static const struct err *look_at_token(struct req *r, struct text token)
{
	struct sha256 hash;

	if (!auth_is_trustpub(token)) {
		hash = sha256_of(token);
		return look(r, token, &hash, ask_token);
	}
	return auth_trustpub_parse(token, &hash) ? look(r, token, &hash, ask_trustpub) : unknown(r);
}

const struct err *gate_check(struct req *r)
{
	struct text cookie = req_cookie(r, auth_cookie_name(r->cfg)), token;
	struct sha256 hash;
	const struct err *e = NULL;

	if (r->route && r->route->page && !r->route->no_db)
		return auth_page(r, AUTH_COOKIE);
	if (cookie.n) {
		hash = sha256_of(cookie);
		e = look(r, TEXT_NONE, &hash, ask_cookie);
		if (!e || !err_is(e, ERR_AUTH) || err_status(e) != 401)
			return e; /* may, or is locked, or nobody knows */
	}
	e = shown_token(r, &token);
	if (e || token.p)
		return e ? e : look_at_token(r, token);
	return err_new_status(r->arena, ERR_AUTH, 401, "this action requires authentication");
}

/* ---- no */

/* A page, or what a page links to: whoever opens it by a browser wants to see it, not to be told off. */
static bool is_browser(struct req *r)
{
	static const char *const machines[] = { "/api/", "/git/", "/index/", "/static/" };
	struct text accept = req_header(r, "Accept");

	if (!text_eq(r->method, TEXT("GET")))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (text_starts(r->path, text_from(machines[i])))
			return false;
	return (r->route && r->route->page) || text_find(accept, TEXT("html")) < accept.n;
}

/* Where whoever asks can do no better than Basic; elsewhere a browser would put up a window of its own. */
static bool takes_basic(const struct req *r)
{
	static const char *const folders[] = { "/git/", "/rss/", "/atom/", "/me/feed/" };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (text_starts(r->path, text_from(folders[i])))
			return true;
	return false;
}

struct reply gate_refuse(struct req *r, const struct err *e)
{
	struct reply rp;

	if (err_status(e) == 401 && is_browser(r)) {
		rp = route_sign_in(r);
		rp.err = e;
		return rp;
	}
	rp = reply_err(r, e);
	if (err_status(e) != 401)
		return rp;
	/* cargo shows it: RFC 3139, contract/index.md 9.2 */
	reply_header(&rp, "WWW-Authenticate",
		     text_fmt(r->arena, "Cargo login_url=\"%.*s/me\"", TEXT_F(r->cfg->site.url)));
	if (takes_basic(r))
		reply_header(
			&rp, "WWW-Authenticate",
			TEXT("Basic realm=\"an API token as the password\", charset=\"UTF-8\""));
	return rp;
}

/* ---- caches */

void gate_headers(struct req *r, struct reply *rp)
{
	static const struct text public = TEXT_INIT("public");
	bool said = false;

	for (size_t i = 0; i < rp->nheaders; i++) {
		struct reply_header *h = &rp->headers[i];

		if (strcmp(h->name, "Cache-Control") != 0)
			continue;
		said = true;
		if (text_starts(h->value, public))
			h->value = text_fmt(r->arena, "private%.*s",
					    TEXT_F(text_sub(h->value, public.n, h->value.n)));
		else if (!text_starts(h->value, TEXT("private")) &&
			 !text_eq(h->value, TEXT("no-store"))) /* git's own words */
			h->value = text_fmt(r->arena, "private, %.*s", TEXT_F(h->value));
	}
	if (!said)
		reply_header(rp, "Cache-Control",
			     rp->status < 300 || rp->status == 304 ? TEXT("private, no-cache")
								   : TEXT("private, no-store"));
	reply_header(rp, "Vary", TEXT("Authorization, Cookie"));
}
