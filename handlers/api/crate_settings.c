/* handlers/api/crate_settings.c - PATCH /api/v1/crates/{name} (contract/api.md 10.2) */
#include "app/base/json.h"
#include "app/server/auth.h"
#include "app/server/trustpub.h"
#include "handlers/api/common.h"
#include "templates/json_crate.h"

struct settings {
	struct json_bool trustpub_only;
};

struct settings_body {
	struct settings *crate;
};

static const struct json_shape settings_shape = {
	.name = "PatchRequestCrate",
	.size = sizeof(struct settings),
	.fields = { JSON_FIELD(struct settings, trustpub_only) },
};

/* {"crate": {"trustpub_only": true}} */
static const struct json_shape body_shape = {
	.name = "PatchRequest",
	.size = sizeof(struct settings_body),
	.fields = {
		JSON_FIELD_WITH(struct settings_body, crate, .required = true,
				.shape = &settings_shape),
	},
};

static const struct err *judge(struct req *r, const struct crate_view *crate)
{
	const struct err *e = auth_require(r, AUTH_SCOPE);

	if (!e)
		e = auth_scope(r, "trusted-publishing", crate->name);
	if (!e && r->user.legacy)
		e = auth_no_legacy(r);
	return e ? e : trustpub_only_may(r, crate->id);
}

/* crate becomes what it is afterwards. */
static const struct err *change(struct req *r, struct crate_view *crate)
{
	const struct settings_body *body = req_json_struct(r);
	struct json_bool want = body->crate->trustpub_only;
	const struct err *e;

	if (!want.set || want.v == crate->trustpub_only)
		return NULL;
	e = trustpub_only_set(r, crate, want.v);
	return e ? e : db_crate_view(r->db, crate->name, crate);
}

static struct reply crate_patch(struct req *r)
{
	struct json_crate_with with = { .with_recent_downloads = true };
	struct crate_view crate;
	const struct err *e;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	e = db_crate_view(r->db, req_path(r, "name"), &crate);
	if (!e)
		e = judge(r, &crate);
	if (!e)
		e = change(r, &crate);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	json_crate(&j, "crate", &crate, &with);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

const struct route crate_settings_routes[] = {
	ROUTE(PATCH, "/api/v1/crates/{name}", crate_patch, .auth = AUTH_LATE, .body = BODY_JSON,
	      .shape = &body_shape, .doc = "Change the settings of a crate"),
	ROUTE_END,
};
