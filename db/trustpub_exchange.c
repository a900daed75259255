#include "db/trustpub_exchange.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/ids.h"
#include "app/base/jw.h"
#include "app/registry/trustpub_grant.h"
#include "db/trustpub_config.h"
#include "db/trustpub_grant.h"

enum { CRATE_IDS_MAX_BYTES = 256 * 1024 };

static const struct db_stmt use_jti = {
	.name = "trustpub_use_jti",
	.sql = "INSERT INTO trustpub_used_jtis (jti, expires_us) VALUES (?, ?)",
	.in = { DB_SHA256, DB_I64 },
};

static const struct db_stmt insert = {
	.name = "trustpub_token_insert",
	.sql = "INSERT INTO trustpub_tokens"
	       " (created_us, expires_us, hashed_token, crate_ids, trustpub_data)"
	       " VALUES (?, ?, ?, ?, ?)",
	.in = { DB_I64, DB_I64, DB_SHA256, DB_TEXT, DB_TEXT },
};

struct outcome {
	uint64_t *crate_ids; /* ascending, each once */
	size_t n;
	struct text data;
};

static bool any_unknown_owner(const struct trustpub_config *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!v[i].owner_id.p)
			return true;
	return false;
}

static const struct err *by_configs(struct db *db, const struct trustpub_exchange *x,
				    struct outcome *ret)
{
	struct arena *a = db_arena(db);
	struct trustpub_claims c = x->said;
	struct trustpub_config *v = NULL;
	bool learn = false;
	size_t n = 0;
	const struct err *e = trustpub_identify(a, x->provider, &c);

	if (!e)
		e = db_trustpub_configs_of_repository(db, x->provider, x->issuer, c.owner,
						      c.project, &v, &n);
	if (!e) {
		learn = any_unknown_owner(v, n);
		e = trustpub_match(a, x->provider, &c, v, &n);
	}
	if (!e && learn)
		e = db_trustpub_configs_learn(db, x->provider, x->issuer, c.owner, c.project,
					      c.owner_id);
	if (e)
		return e;
	ret->crate_ids = arena_array(a, n, sizeof(*ret->crate_ids));
	for (size_t i = 0; i < n; i++)
		ret->crate_ids[ret->n++] = v[i].crate_id;
	ret->data = trustpub_data(a, x->provider, x->issuer, &c);
	return NULL;
}

static const struct err *by_grants(struct db *db, const struct trustpub_exchange *x,
				   struct outcome *ret)
{
	struct arena *a = db_arena(db);
	struct trustpub_grant *v;
	size_t n;
	const struct err *e = db_trustpub_grants_of_issuer(db, x->issuer, &v, &n);

	if (e)
		return e;
	ret->crate_ids = arena_array(a, n, sizeof(*ret->crate_ids));
	for (size_t i = 0; i < n; i++)
		if (grant_fits(a, v[i].claims, x->claims))
			ret->crate_ids[ret->n++] = v[i].crate_id;
	if (!ret->n)
		return err_new(a, ERR_INVALID,
			       "No Trusted Publishing grant found for `%.*s` of `%.*s`.",
			       TEXT_F(x->subject), TEXT_F(x->issuer));
	ret->data = grant_data(a, x->issuer, x->subject);
	return NULL;
}

static struct text list_of(struct arena *a, const struct outcome *o)
{
	struct buf b = buf_init(a, CRATE_IDS_MAX_BYTES);
	struct jw j = jw_init(&b);

	jw_array(&j, NULL);
	for (size_t i = 0; i < o->n; i++)
		jw_u64(&j, NULL, o->crate_ids[i]);
	jw_end(&j);
	return buf_text(&b);
}

static const struct err *exchange_tx(struct db *db, void *ctx)
{
	const struct trustpub_exchange *x = *(const struct trustpub_exchange **)ctx;
	struct outcome o = { .n = 0 };
	const struct err *e =
		db_exec(db, &use_jti, DB_ARGS(db_sha(&x->jti), db_i64(x->jti_expires_us)), NULL);

	if (err_is(e, ERR_EXISTS))
		return err_new(db_arena(db), ERR_INVALID, "JWT has already been used");
	if (!e)
		e = x->grants ? by_grants(db, x, &o) : by_configs(db, x, &o);
	if (e)
		return e;
	o.n = ids_sort_once(o.crate_ids, o.n);
	return db_exec(db, &insert,
		       DB_ARGS(db_i64(x->now_us), db_i64(x->expires_us), db_sha(&x->hashed_token),
			       db_text(list_of(db_arena(db), &o)), db_text(o.data)),
		       NULL);
}

const struct err *db_trustpub_exchange(struct db *db, const struct trustpub_exchange *x)
{
	return db_tx(db, exchange_tx, &x);
}

const struct db_stmt *const db_trustpub_exchange_stmts[] = { &use_jti, &insert, NULL };
