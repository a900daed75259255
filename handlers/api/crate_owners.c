/* handlers/api/crate_owners.c - GET, PUT, DELETE /api/v1/crates/{name}/owners, GET .../owner_user
 * and .../owner_team */
#include "app/base/json.h"
#include "app/server/auth.h"
#include "app/server/owners.h"
#include "handlers/api/common.h"
#include "templates/json_owner.h"

/* ---- reading */

static struct reply list(struct req *r, const char *key, bool users, bool teams)
{
	struct owner_view *owners;
	struct crate_view crate;
	const struct err *e;
	size_t n;
	bool same;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	e = req_crate_unless_same(r, req_path(r, "name"), &crate, &same);
	if (same)
		return reply_unchanged(r);
	if (!e)
		e = db_owners(r->db, crate.id, &owners, &n);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	jw_array(&j, key);
	for (size_t i = 0; i < n; i++)
		if (owners[i].kind == OWNER_USER ? users : teams)
			json_owner(&j, &owners[i]);
	jw_end(&j);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

static struct reply owners_get(struct req *r)
{
	return list(r, "users", true, true);
}

static struct reply owner_user_get(struct req *r)
{
	return list(r, "users", true, false);
}

static struct reply owner_team_get(struct req *r)
{
	return list(r, "teams", false, true);
}

/* ---- changing */

struct change_body {
	struct json_texts owners;
};

/* {"owners": [...]}, with `users` for the key as cargo sends it */
static const struct json_shape change_shape = {
	.name = "ChangeOwnersRequest",
	.size = sizeof(struct change_body),
	.fields = {
		JSON_FIELD_WITH(struct change_body, owners, .alias = "users", .required = true),
	},
};

static const struct err *read_logins(struct req *r, struct texts *ret)
{
	const struct change_body *body = req_json_struct(r);

	if (body->owners.list.n > OWNER_CHANGES_MAX)
		return err_new(r->arena, ERR_INVALID,
			       "too many invites for this request - maximum 10");
	*ret = body->owners.list;
	return NULL;
}

/* ---- the change */

/* Body, then who asks (the crate as the URL spells it counts for the token's scope), then the
 * crate. */
static const struct err *read_change(struct req *r, struct texts *logins, struct crate_view *crate)
{
	const struct err *e = read_logins(r, logins);

	if (!e)
		e = auth_require(r, AUTH_SCOPE);
	if (!e)
		e = auth_scope(r, "change-owners", req_path(r, "name"));
	return e ? e : db_crate_view(r->db, req_path(r, "name"), crate);
}

static struct reply say(struct req *r, struct text msg)
{
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	jw_text(&j, "msg", msg);
	jw_bool(&j, "ok", true);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

static struct reply owners_put(struct req *r)
{
	struct buf msg = buf_init(r->arena, 64 * 1024);
	struct texts logins, said;
	struct crate_view crate;
	const struct err *e = read_change(r, &logins, &crate);

	if (!e)
		e = owners_add(r, req_path(r, "name"), crate.id, crate.name, logins, &said);
	if (e)
		return reply_err(r, e);
	for (size_t i = 0; i < said.n; i++) {
		if (i)
			buf_byte(&msg, ',');
		buf_add(&msg, said.v[i]);
	}
	return say(r, buf_text(&msg));
}

static struct reply owners_take(struct req *r)
{
	struct texts logins;
	struct crate_view crate;
	const struct err *e = read_change(r, &logins, &crate);

	if (!e)
		e = owners_remove(r, req_path(r, "name"), crate.id, crate.name, logins);
	return e ? reply_err(r, e) : say(r, TEXT("owners successfully removed"));
}

const struct route crate_owners_routes[] = {
	ROUTE(GET, "/api/v1/crates/{name}/owners", owners_get, .auth = AUTH_NONE,
	      .doc = "Owners of a crate"),
	ROUTE(PUT, "/api/v1/crates/{name}/owners", owners_put, .auth = AUTH_LATE, .body = BODY_JSON,
	      .shape = &change_shape, .doc = "Invite owners"),
	ROUTE(DELETE, "/api/v1/crates/{name}/owners", owners_take, .auth = AUTH_LATE,
	      .body = BODY_JSON, .shape = &change_shape, .doc = "Remove owners"),
	ROUTE(GET, "/api/v1/crates/{name}/owner_team", owner_team_get, .auth = AUTH_NONE,
	      .doc = "Teams that own a crate"),
	ROUTE(GET, "/api/v1/crates/{name}/owner_user", owner_user_get, .auth = AUTH_NONE,
	      .doc = "Individual owners of a crate"),
	ROUTE_END,
};
