/*
 * handlers/api/crate_publish.c - PUT /api/v1/crates/new
 *
 * The checks of contract/publish.md 2 in their order: each function below is a stretch of that table.
 */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/fault.h"
#include "app/base/log.h"
#include "app/base/time.h"
#include "app/index/publish.h"
#include "app/inspect/client.h"
#include "app/registry/metadata.h"
#include "app/registry/publish_meta.h"
#include "app/server/auth.h"
#include "app/server/limits.h"
#include "app/server/may.h"
#include "app/storage/storage.h"
#include "db/crate.h"
#include "db/crate_view.h"
#include "db/email.h"
#include "db/trustpub.h"
#include "handlers/api/common.h"
#include "handlers/api/publish_frame.h"
#include "templates/json_crate.h"

struct publish {
	struct publish_meta meta;
	bool exists; /* the crate, before the transaction */
	struct crate_row crate;
	struct text email; /* the publisher's; absent with a trusted-publishing token */
	struct text trustpub_data;
	uint64_t team_id; /* through which he may publish; 0: in person */
	struct publish_file file;
	struct manifest manifest;
};

/* Rows 1 to 7. */
static const struct err *read_metadata(struct req *r, struct publish *p)
{
	struct text json;
	const struct err *e = publish_frame_metadata(r, &json);

	return e ? e : publish_meta_read(r->arena, json, &p->meta);
}

/* Rows 8 and 9. */
static const struct err *find_crate(struct req *r, struct publish *p)
{
	const struct err *e = db_crate_check_deleted(r->db, p->meta.name);

	return e ? e : db_crate_find(r->db, p->meta.name, &p->crate, &p->exists);
}

/* Whether a JSON list of numbers, as the token exchange stores it, has that one. */
static bool list_has(struct text list, uint64_t id)
{
	struct text rest = text_trim(list), part;
	uint64_t v;

	if (rest.n < 2 || rest.p[0] != '[' || rest.p[rest.n - 1] != ']')
		return false;
	rest = text_sub(rest, 1, rest.n - 1);
	while (text_cut(&rest, ',', &part))
		if (text_u64(text_trim(part), 0, UINT64_MAX, &v) && v == id)
			return true;
	return false;
}

/* Rows 10 and 11, contract/publish.md 4.2. */
static const struct err *judge_trustpub(struct req *r, struct publish *p, const struct sha256 *hash)
{
	struct trustpub_token token;
	const struct err *e;
	bool found;

	if (!p->exists)
		return err_new(r->arena, ERR_AUTH,
			       "Trusted Publishing tokens do not support creating new crates. "
			       "Publish the crate manually, first");
	e = db_trustpub_token(r->db, hash, time_now_us(), &token, &found);
	if (e)
		return e;
	if (!found)
		return err_new(r->arena, ERR_AUTH, "Invalid authentication token");
	if (!list_has(token.crate_ids, p->crate.id))
		return err_new(r->arena, ERR_AUTH,
			       "The provided access token is not valid for crate `%.*s`",
			       TEXT_F(p->crate.name));
	p->trustpub_data = token.trustpub_data;
	return NULL;
}

/* Rows 12 to 14. */
static const struct err *judge_user(struct req *r, struct publish *p)
{
	const struct config *cfg = r->cfg;
	const struct err *e;

	if (p->exists && p->crate.trustpub_only)
		return err_new(r->arena, ERR_AUTH,
			       "New versions of this crate can only be published using Trusted "
			       "Publishing (see %.*s/docs/trusted-publishing).",
			       TEXT_F(cfg->site.url));
	e = db_email_verified(r->db, r->user.id, &p->email);
	if (e)
		return e;
	if (!p->email.p)
		return err_new(r->arena, ERR_INVALID,
			       "A verified email address is required to publish crates to %.*s. "
			       "Visit %.*s/settings/profile to set and verify your email address.",
			       TEXT_F(cfg->site.domain), TEXT_F(cfg->site.url));
	return limit_take(r, p->exists ? LIMIT_PUBLISH_UPDATE : LIMIT_PUBLISH_NEW);
}

/* Rows 10 to 14. */
static const struct err *judge_publisher(struct req *r, struct publish *p)
{
	struct sha256 hash;
	const struct err *e = auth_require_publish(r, &hash);

	if (e)
		return e;
	if (r->user.how == AUTH_BY_TRUSTPUB)
		return judge_trustpub(r, p, &hash);
	e = auth_scope(r, p->exists ? "publish-update" : "publish-new", p->meta.name);
	return e ? e : judge_user(r, p);
}

/* Rows 15 to 18. */
static const struct err *read_crate(struct req *r, struct publish *p)
{
	const struct config *cfg = r->cfg;
	uint64_t max = p->exists && p->crate.max_upload_size.set ? p->crate.max_upload_size.v
								 : cfg->limits.upload_bytes;
	struct inspect_archive_in in = {
		.name = p->meta.name,
		.version = p->meta.vers,
		.max_unpacked = cfg->limits.unpacked_bytes > max ? cfg->limits.unpacked_bytes : max,
		.max_entries = cfg->limits.tar_entries,
	};
	const struct err *e = publish_frame_crate(r, max, &p->file);

	if (e)
		return e;
	/* The child in the sandbox can read the bytes, and not change what was hashed. */
	e = storage_reopen_readonly(r->arena, p->file.fd, &in.fd);
	if (e)
		return e;
	arena_defer_close(r->arena, in.fd);
	return inspect_archive(r->app->inspect, r->arena, &in, &p->manifest);
}

/* Rows 19 to 32. */
static const struct err *check_manifest(struct req *r, struct publish *p)
{
	const struct config *cfg = r->cfg;
	struct text index[] = { text_fmt(r->arena, "%.*s/index", TEXT_F(cfg->site.url)) };
	struct metadata_limits limits = {
		.features = p->exists && p->crate.max_features.set ? p->crate.max_features.v
								   : cfg->limits.features,
		.dependencies = cfg->limits.dependencies,
		.keywords = cfg->limits.keywords,
		.categories = cfg->limits.categories,
		.site = cfg->site.domain,
		.index_urls = { index, 1 },
	};

	if (!text_eq(p->meta.name, p->manifest.name))
		return err_new(r->arena, ERR_INVALID,
			       "metadata name `%.*s` does not match manifest name `%.*s`",
			       TEXT_F(p->meta.name), TEXT_F(p->manifest.name));
	if (!text_eq(p->meta.vers, p->manifest.version))
		return err_new(r->arena, ERR_INVALID,
			       "metadata version `%.*s` does not match manifest version `%.*s`",
			       TEXT_F(p->meta.vers), TEXT_F(p->manifest.version));
	return metadata_check(r->arena, &p->manifest, &limits);
}

/*
 * Section 12. It is published: where the database or the crate is gone in this moment, cargo, which reads the warnings alone,
 * hears of a success all the same.
 */
static struct reply answer(struct req *r, const struct publish_out *out)
{
	struct crate_view crate;
	const struct err *e;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	e = db_crate_view(r->db, out->name, &crate);
	jw_object(&j, NULL);
	if (e)
		log_err(LOG_LEVEL_WARN, "published; the answer is without the crate", e);
	else
		json_crate(&j, "crate", &crate, &(struct json_crate_with){ .with_tops = true });
	jw_object(&j, "warnings");
	jw_array(&j, "invalid_categories");
	jw_end(&j);
	jw_array(&j, "invalid_badges");
	jw_end(&j);
	jw_array(&j, "other");
	jw_end(&j);
	jw_end(&j);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

/*
 * What of row 42 only GitHub knows, before the transaction; the verdict falls in it. A crate that has gone since row 9 is a
 * new one.
 */
static const struct err *find_team(struct req *r, struct publish *p)
{
	struct may m = { .team_id = 0 };
	const struct err *e;

	if (!p->exists || r->user.how == AUTH_BY_TRUSTPUB)
		return NULL;
	e = may_look(r, p->meta.name, p->crate.id, RIGHTS_TO_PUBLISH, &m);
	p->team_id = m.team_id;
	return err_is(e, ERR_NOT_FOUND) ? NULL : e;
}

/* Rows 40 to 50. */
static const struct err *commit(struct req *r, const struct publish *p, struct publish_out *ret)
{
	struct publish_in in = {
		.manifest = &p->manifest,
		.sha = p->file.sha,
		.bytes = p->file.bytes,
		.readme = p->meta.readme,
		.readme_file = p->meta.readme_file,
		.user_id = r->user.id,
		.token_id = r->user.token_id,
		.team_id = p->team_id,
		.email = p->email,
		.by_trustpub = r->user.how == AUTH_BY_TRUSTPUB,
		.trustpub_data = p->trustpub_data,
		.new_versions_daily = r->cfg->limits.new_versions_daily,
	};

	return publish_commit(r->app, r->arena, p->file.fd, &in, ret);
}

static const struct err *publish(struct req *r, struct publish_out *ret)
{
	struct publish p = { 0 };
	const struct err *e = read_metadata(r, &p);

	if (!e)
		e = find_crate(r, &p);
	if (!e)
		e = judge_publisher(r, &p);
	if (!e)
		e = read_crate(r, &p);
	if (!e)
		e = check_manifest(r, &p);
	if (!e)
		e = find_team(r, &p);
	if (!e)
		e = commit(r, &p, ret);
	if (e)
		return e;
	FAULT_POINT(r->arena, PUBLISH_BEFORE_ANSWER);
	return NULL;
}

static struct reply crate_publish(struct req *r)
{
	struct publish_out out;
	const struct err *e = publish(r, &out);

	return e ? reply_err(r, e) : answer(r, &out);
}

const struct route crate_publish_routes[] = {
	ROUTE(PUT, "/api/v1/crates/new", crate_publish, .auth = AUTH_LATE, .body = BODY_STREAM,
	      .doc = "Publish a new version"),
	ROUTE_END,
};
