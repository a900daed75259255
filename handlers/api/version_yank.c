/*
 * handlers/api/version_yank.c - DELETE /api/v1/crates/{name}/{version}/yank, PUT .../unyank, and PATCH of the version:
 * three ways to say the same (contract/publish.md 15, contract/api.md 12.3 and 12.4)
 */
#include "app/base/config.h"
#include "app/base/fault.h"
#include "app/base/json.h"
#include "app/base/time.h"
#include "app/index/publish.h"
#include "app/server/admin_note.h"
#include "app/server/auth.h"
#include "app/server/limits.h"
#include "app/server/may.h"
#include "handlers/api/common.h"

struct wish {
	struct json_bool yanked;
	struct text yank_message;
};

struct wish_body {
	struct wish *version;
};

/* Row 3, before anybody is asked who he is. */
static const struct err *check_wish(struct req *r, const struct wish *w,
				    const struct version_view *v)
{
	if (!w->yank_message.p)
		return NULL;
	if (w->yanked.set && !w->yanked.v)
		return err_new(r->arena, ERR_INVALID, "Cannot set yank message when unyanking");
	if (!w->yanked.set && !v->yanked)
		return err_new(r->arena, ERR_INVALID,
			       "Cannot update yank message for a version that is not yanked");
	if (w->yank_message.n > YANK_MESSAGE_MAX_BYTES)
		return err_new(r->arena, ERR_INVALID, "a yank message has at most %d bytes",
			       YANK_MESSAGE_MAX_BYTES);
	return NULL;
}

/* Rows 4 to 6. */
static const struct err *judge(struct req *r, const struct crate_view *crate)
{
	const struct err *e = auth_require(r, AUTH_SCOPE);

	if (!e)
		e = auth_scope(r, "yank", crate->name);
	if (!e)
		e = limit_take(r, LIMIT_YANK);
	return e ? e : may_do(r, req_path(r, "name"), crate->id, RIGHTS_TO_YANK);
}

/* Rows 7 and 8; v becomes what it is afterwards. */
static const struct err *change(struct req *r, const struct crate_view *crate, const struct wish *w,
				struct version_view *v)
{
	struct yank_in in = {
		.crate_id = crate->id,
		.version_id = v->id,
		.user_id = r->user.id,
		.token_id = r->user.token_id,
		.yanked = { w->yanked.set, w->yanked.v },
		.message = w->yank_message,
		.note = admin_yank_note(r, w->yanked.set ? w->yanked.v : v->yanked, v->num,
					w->yank_message),
	};
	struct yank_out out;
	const struct err *e = yank_commit(r->app, r->arena, &in, &out);

	if (e)
		return e;
	FAULT_POINT(r->arena, YANK_BEFORE_ANSWER);
	v->yanked = out.yanked;
	v->yank_message = w->yank_message;
	return NULL;
}

static const struct err *wish_fulfilled(struct req *r, const struct wish *w,
					struct crate_view *crate, struct version_view *v)
{
	const struct err *e = req_crate_version(r, crate, v);

	if (!e)
		e = check_wish(r, w, v);
	if (!e)
		e = judge(r, crate);
	return e ? e : change(r, crate, w, v);
}

static struct reply set_yanked(struct req *r, bool yanked)
{
	struct wish w = { .yanked = { .set = true, .v = yanked } };
	struct crate_view crate;
	struct version_view v;
	const struct err *e = wish_fulfilled(r, &w, &crate, &v);

	return e ? reply_err(r, e) : reply_json(r, 200, TEXT("{\"ok\":true}"));
}

static struct reply yank(struct req *r)
{
	return set_yanked(r, true);
}

static struct reply unyank(struct req *r)
{
	return set_yanked(r, false);
}

static const struct err *read_wish(struct req *r, struct wish *ret)
{
	static const struct json_shape wish_shape = {
		.name = "VersionUpdate",
		.size = sizeof(struct wish),
		.fields = {
			JSON_FIELD(struct wish, yanked),
			JSON_FIELD(struct wish, yank_message),
		},
	};
	static const struct json_shape shape = {
		.name = "VersionUpdateRequest",
		.size = sizeof(struct wish_body),
		.fields = {
			JSON_FIELD_WITH(struct wish_body, version, .required = true,
					.shape = &wish_shape),
		},
	};
	const struct wish_body *body;
	struct text num;
	const struct err *e = req_version(r, &num); /* the path is judged before the body */

	if (!e)
		e = req_body(r, r->cfg->limits.body_bytes, &r->body);
	if (!e)
		e = req_json_read(r, &shape);
	if (e)
		return e;
	body = req_json_struct(r);
	*ret = *body->version;
	return NULL;
}

/* upstream: updated_at is that of before the change, the actions are those of after it. */
static struct reply patch(struct req *r)
{
	struct wish w = { .yank_message = TEXT_NONE };
	struct crate_view crate;
	struct version_view v;
	const struct err *e = read_wish(r, &w);

	if (!e)
		e = wish_fulfilled(r, &w, &crate, &v);
	if (!e)
		e = db_version_actions(r->db, &v);
	if (e)
		return reply_err(r, e);
	return reply_version(r, &crate, &v);
}

const struct route version_yank_routes[] = {
	ROUTE(PATCH, "/api/v1/crates/{name}/{version}", patch, .auth = AUTH_LATE,
	      .body = BODY_STREAM, .doc = "Yank or unyank with a message"),
	ROUTE(DELETE, "/api/v1/crates/{name}/{version}/yank", yank, .auth = AUTH_LATE,
	      .doc = "Yank a version"),
	ROUTE(PUT, "/api/v1/crates/{name}/{version}/unyank", unyank, .auth = AUTH_LATE,
	      .doc = "Unyank a version"),
	ROUTE_END,
};
