#include "handlers/api/trustpub_keys.h"

#include "app/base/arena.h"
#include "app/base/log.h"
#include "app/base/time.h"
#include "app/outside/jws.h"
#include "app/outside/oidc.h"
#include "db/trustpub_keys.h"

#define SECONDS(n) ((int64_t)(n)*US_PER_S)
#define FRESH_US SECONDS(3600)      /* so old a set is fetched anew */
#define STALE_US SECONDS(24 * 3600) /* and so old it is not trusted, wherever the issuer is */
#define EVERY_US SECONDS(60)        /* between two fetches */
#define AGAIN_US SECONDS(10)        /* after one that failed */
#define FETCHING_US SECONDS(6)      /* as long as one may take */

struct wanted {
	struct req *r;
	const struct config_issuer *issuer;
	struct text kid;
	struct trustpub_keys set;
	int64_t now;
};

static bool younger(const struct wanted *w, int64_t us)
{
	return w->set.fetched_us.set && w->now - w->set.fetched_us.v < us;
}

static const struct err *unknown_key(const struct wanted *w)
{
	return err_new(w->r->arena, ERR_INVALID, "Invalid JWT key ID");
}

/* The one who may, fetches; *ret NULL where the new set has no such key. */
static const struct err *fetch(struct wanted *w, struct json_object **ret)
{
	struct req *r = w->r;
	struct text key_set;
	const struct err *again, *e = oidc_key_set(r->app->http, r->arena, w->issuer, &key_set);

	if (e) {
		again = db_trustpub_keys_failed(r->db, w->issuer->url,
						w->now - EVERY_US + AGAIN_US);
		return again ? again : e;
	}
	e = db_trustpub_keys_store(r->db, w->issuer->url, key_set, w->now);
	if (!e)
		*ret = jws_key(r->arena, key_set, w->kid);
	return e;
}

/* Somebody else has set out to fetch, or it failed a moment ago. */
static const struct err *not_mine(struct wanted *w)
{
	struct err *busy;

	if (younger(w, STALE_US))
		return unknown_key(w);
	if (w->now - w->set.tried_us >= FETCHING_US)
		return oidc_no_key_set(w->r->arena, TEXT("it failed within the last seconds"));
	busy = arena_alloc(w->r->arena, sizeof(*busy));
	*busy = *err_new(w->r->arena, ERR_BUSY, "Service unavailable");
	busy->retry_after_s = FETCHING_US / US_PER_S;
	return busy;
}

const struct err *trustpub_key(struct req *r, const struct config_issuer *issuer, struct text kid,
			       struct json_object **ret)
{
	struct wanted w = { .r = r, .issuer = issuer, .kid = kid, .now = time_now_us() };
	struct json_object *old = NULL, *fetched = NULL;
	bool found, mine;
	const struct err *e = db_trustpub_keys(r->db, issuer->url, &w.set, &found);

	if (e)
		return e;
	w.set.tried_us = found ? w.set.tried_us : w.now;
	if (w.set.key_set.p && younger(&w, STALE_US))
		old = jws_key(r->arena, w.set.key_set, kid);
	*ret = old;
	if (old && younger(&w, FRESH_US))
		return NULL;
	e = db_trustpub_keys_claim(r->db, issuer->url, w.now, EVERY_US, &mine);
	if (e)
		return e;
	if (!mine)
		return old ? NULL : not_mine(&w);
	e = fetch(&w, &fetched);
	if (e && old) {
		log_err(LOG_LEVEL_WARN, "the keys of before are taken", e);
		return NULL;
	}
	*ret = fetched;
	return e || fetched ? e : unknown_key(&w);
}
