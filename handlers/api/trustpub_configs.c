/*
 * handlers/api/trustpub_configs.c - POST, GET /api/v1/trusted_publishing/{github,gitlab}_configs, DELETE .../{id}
 * (contract/api.md 26). Both providers by the same code: what differs is in the table of providers.
 */
#include "app/base/json.h"
#include "app/server/auth.h"
#include "app/server/trustpub.h"
#include "db/crate.h"
#include "db/owner.h"
#include "db/trustpub_config.h"
#include "handlers/api/common.h"
#include "handlers/api/seek.h"
#include "templates/json_trustpub.h"

struct wish {
	struct text crate, owner, project, workflow, environment;
	struct text issuer; /* ours: which of several issuers of this kind; absent: the first one */
};

struct wish_body {
	struct wish *config;
};

#define FIELD(key, member, must)                                                                   \
	{                                                                                          \
		.name = key, .type = JSON_TEXT, .required = must,                                  \
		.offset = offsetof(struct wish, member),                                           \
	}

static const struct json_shape github_shape = {
	.name = "NewGitHubConfig",
	.size = sizeof(struct wish),
	.fields = { FIELD("crate", crate, true), FIELD("repository_owner", owner, true),
		    FIELD("repository_name", project, true),
		    FIELD("workflow_filename", workflow, true),
		    FIELD("environment", environment, false), FIELD("issuer", issuer, false) },
};

static const struct json_shape gitlab_shape = {
	.name = "NewGitLabConfig",
	.size = sizeof(struct wish),
	.fields = { FIELD("crate", crate, true), FIELD("namespace", owner, true),
		    FIELD("project", project, true), FIELD("workflow_filepath", workflow, true),
		    FIELD("environment", environment, false), FIELD("issuer", issuer, false) },
};

#define BODY_SHAPE(key, of)                                                                        \
	{                                                                                          \
		.name = "CreateRequest", .size = sizeof(struct wish_body),                         \
		.fields = {                                                                        \
			{ .name = key,                                                             \
			  .type = JSON_OBJECT,                                                     \
			  .required = true,                                                        \
			  .offset = offsetof(struct wish_body, config),                            \
			  .shape = &(of) },                                                        \
		},                                                                                 \
	}

/* {"github_config": {"crate": "...", "repository_owner": "...", ...}} */
static const struct json_shape github_body = BODY_SHAPE("github_config", github_shape);
static const struct json_shape gitlab_body = BODY_SHAPE("gitlab_config", gitlab_shape);

static const char *const one_key[] = { "github_config", "gitlab_config" };
static const char *const list_key[] = { "github_configs", "gitlab_configs" };

/* ---- POST */

static const struct err *require(struct req *r, struct text crate)
{
	const struct err *e = auth_require(r, AUTH_SCOPE);

	return e ? e : auth_scope(r, "trusted-publishing", crate);
}

static struct reply config_post(struct req *r, enum trustpub_provider p)
{
	const struct wish_body *body = req_json_struct(r);
	const struct wish *w = body->config;
	struct trustpub_config c = {
		.owner = w->owner,
		.project = w->project,
		.workflow = w->workflow,
		.environment = w->environment,
		.issuer = w->issuer,
	};
	const struct err *e = trustpub_check(r->arena, p, &c);
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	if (!e)
		e = require(r, w->crate);
	if (!e)
		e = trustpub_create(r, p, w->crate, &c);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	json_trustpub_config(&j, one_key[p], p, &c);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

/* ---- GET */

static bool in_scope(void *ctx, struct text crate)
{
	return auth_crate_in_scope(ctx, crate);
}

static const struct err *of_crate(struct req *r, struct text name, struct trustpub_query *q)
{
	struct crate_row crate;
	bool is_owner = false;
	const struct err *e = require(r, name);

	if (!e)
		e = db_crate_by_name(r->db, name, &crate);
	if (!e)
		e = db_owner_is_user(r->db, crate.id, r->user.id, &is_owner);
	if (!e && !is_owner)
		e = trustpub_not_owner(r);
	if (!e)
		q->crate_id = crate.id;
	return e;
}

static const struct err *of_user(struct req *r, int64_t id, struct trustpub_query *q)
{
	const struct err *e = require(r, TEXT_NONE);

	if (!e && r->user.legacy)
		e = auth_no_legacy(r);
	if (!e && (id < 0 || (uint64_t)id != r->user.id))
		e = err_new(r->arena, ERR_AUTH,
			    "this action requires authentication as the specified user");
	q->user_id = r->user.id;
	q->wanted = in_scope;
	q->ctx = r;
	return e;
}

static const struct err *read_page(struct req *r, struct trustpub_query *q)
{
	struct paging paging;
	struct seek_part after = { 0 };
	const struct err *e = req_paging(r, PAGING_SEEK, &paging);

	if (e)
		return e;
	if (paging.seek.p && !seek_decode(r->arena, paging.seek, "n", &after))
		return err_new(r->arena, ERR_INVALID, "invalid seek parameter");
	q->after_id = after.number < 0 ? 0 : (uint64_t)after.number;
	q->max = paging.per_page;
	return NULL;
}

static const struct err *read_query(struct req *r, struct trustpub_query *q)
{
	struct text crate, user;
	int64_t id;
	const struct err *e = req_query(r, "crate", &crate);

	if (!e)
		e = req_query_word(r, "user_id", &user);
	if (!e)
		e = req_query_i32(r, "user_id", 0, &id);
	if (e)
		return e;
	if (crate.p && user.p)
		return err_new(r->arena, ERR_INVALID,
			       "Cannot specify both `crate` and `user_id` query parameters");
	if (!crate.p && !user.p)
		return err_new(r->arena, ERR_INVALID,
			       "Must specify either `crate` or `user_id` query parameter");
	e = crate.p ? of_crate(r, crate, q) : of_user(r, id, q);
	return e ? e : read_page(r, q);
}

static struct reply configs_get(struct req *r, enum trustpub_provider p)
{
	struct trustpub_query q = { .provider = p };
	struct trustpub_config *v;
	struct text next = TEXT_NONE;
	uint64_t total;
	size_t n;
	const struct err *e = read_query(r, &q);
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	if (!e)
		e = db_trustpub_configs(r->db, &q, &v, &n, &total);
	if (e)
		return reply_err(r, e);
	if (n == q.max) {
		struct seek_part last = { .number = (int64_t)v[n - 1].id };

		next = req_page_link(r, "seek", seek_encode(r->arena, "n", &last));
	}
	jw_object(&j, NULL);
	jw_array(&j, list_key[p]);
	for (size_t i = 0; i < n; i++)
		json_trustpub_config(&j, NULL, p, &v[i]);
	jw_end(&j);
	jw_object(&j, "meta");
	jw_u64(&j, "total", total);
	jw_text_or_null(&j, "next_page", next);
	jw_end(&j);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

/* ---- DELETE */

static struct reply config_delete(struct req *r, enum trustpub_provider p)
{
	struct trustpub_config c;
	int64_t id;
	const struct err *e = req_path_i32(r, "id", &id);

	if (!e)
		e = db_trustpub_config(r->db, p, id < 0 ? 0 : (uint64_t)id, &c);
	if (!e)
		e = require(r, c.crate);
	if (!e)
		e = trustpub_remove(r, p, &c);
	return e ? reply_err(r, e) : reply_empty(r, 204);
}

static struct reply github_post(struct req *r)
{
	return config_post(r, TRUSTPUB_GITHUB);
}

static struct reply github_get(struct req *r)
{
	return configs_get(r, TRUSTPUB_GITHUB);
}

static struct reply github_delete(struct req *r)
{
	return config_delete(r, TRUSTPUB_GITHUB);
}

static struct reply gitlab_post(struct req *r)
{
	return config_post(r, TRUSTPUB_GITLAB);
}

static struct reply gitlab_get(struct req *r)
{
	return configs_get(r, TRUSTPUB_GITLAB);
}

static struct reply gitlab_delete(struct req *r)
{
	return config_delete(r, TRUSTPUB_GITLAB);
}

#define GITHUB_PATH "/api/v1/trusted_publishing/github_configs"
#define GITLAB_PATH "/api/v1/trusted_publishing/gitlab_configs"

const struct route trustpub_configs_routes[] = {
	ROUTE(POST, GITHUB_PATH, github_post, .auth = AUTH_LATE, .body = BODY_JSON,
	      .shape = &github_body, .doc = "Trust a workflow at GitHub"),
	ROUTE(GET, GITHUB_PATH, github_get, .auth = AUTH_LATE, .no_store = true,
	      .doc = "Trusted workflows at GitHub"),
	ROUTE(DELETE, GITHUB_PATH "/{id}", github_delete, .auth = AUTH_LATE,
	      .doc = "Stop trusting a workflow at GitHub"),
	ROUTE(POST, GITLAB_PATH, gitlab_post, .auth = AUTH_LATE, .body = BODY_JSON,
	      .shape = &gitlab_body, .doc = "Trust a workflow at GitLab"),
	ROUTE(GET, GITLAB_PATH, gitlab_get, .auth = AUTH_LATE, .no_store = true,
	      .doc = "Trusted workflows at GitLab"),
	ROUTE(DELETE, GITLAB_PATH "/{id}", gitlab_delete, .auth = AUTH_LATE,
	      .doc = "Stop trusting a workflow at GitLab"),
	ROUTE_END,
};
