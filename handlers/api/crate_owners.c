/* handlers/api/crate_owners.c - GET, PUT, DELETE /api/v1/crates/{name}/owners, GET .../owner_user
 * and .../owner_team */
#include "app/base/arena.h"
#include "app/server/auth.h"
#include "handlers/api/common.h"
#include "templates/json_owner.h"

#include <json-c/json.h>

/* ---- reading */

static struct reply list(struct req *r, const char *key, bool users, bool teams)
{
	struct owner_view *owners;
	struct crate_view crate;
	const struct err *e;
	size_t n;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	e = db_crate_view(r->db, req_path(r, "name"), &crate);
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

static const struct err *wrong_shape(struct req *r, const char *what)
{
	return err_new_status(
		r->arena, ERR_INVALID, 422,
		"Failed to deserialize the JSON body into the target type: %s at line 1 column %zu",
		what, r->body.n);
}

/* {"owners": [...]}, with `users` for the key as cargo sends it. */
static const struct err *read_logins(struct req *r, struct texts *ret)
{
	struct json_object *body, *owners = NULL, *users = NULL;
	const struct err *e = req_json(r, &body);

	if (e)
		return e;
	if (json_object_is_type(body, json_type_object)) {
		(void)json_object_object_get_ex(body, "owners", &owners);
		(void)json_object_object_get_ex(body, "users", &users);
	}
	if (owners && users)
		return wrong_shape(r, "duplicate field `owners`");
	if (!owners)
		owners = users;
	if (!owners)
		return wrong_shape(r, "missing field `owners`");
	if (!json_object_is_type(owners, json_type_array))
		return wrong_shape(r, "owners: invalid type, expected a sequence");
	ret->n = json_object_array_length(owners);
	if (ret->n > OWNER_CHANGES_MAX)
		return err_new(r->arena, ERR_INVALID,
			       "too many invites for this request - maximum 10");
	ret->v = arena_array(r->arena, ret->n, sizeof(*ret->v));
	for (size_t i = 0; i < ret->n; i++) {
		struct json_object *o = json_object_array_get_idx(owners, i);

		if (!json_object_is_type(o, json_type_string))
			return wrong_shape(r, "owners: invalid type, expected a string");
		ret->v[i] = (struct text){ json_object_get_string(o),
					   (size_t)json_object_get_string_len(o) };
	}
	return NULL;
}

/* Body, then who asks (the crate as the URL spells it counts for the token's scope), then the
 * crate. */
static const struct err *read_change(struct req *r, struct owner_change *c)
{
	struct crate_view crate;
	const struct err *e = read_logins(r, &c->logins);

	if (!e)
		e = auth_require(r, AUTH_SCOPE);
	if (!e)
		e = auth_scope(r, "change-owners", req_path(r, "name"));
	if (!e)
		e = db_crate_view(r->db, req_path(r, "name"), &crate);
	if (e)
		return e;
	c->crate_id = crate.id;
	c->crate = crate.name;
	c->actor_id = r->user.id;
	return NULL;
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
	struct owner_change c = { 0 };
	const struct err *e = read_change(r, &c);

	if (!e)
		e = db_owners_add(r->db, &c);
	if (e)
		return reply_err(r, e);
	for (size_t i = 0; i < c.ret_said.n; i++) {
		if (i)
			buf_byte(&msg, ',');
		buf_add(&msg, c.ret_said.v[i]);
	}
	return say(r, buf_text(&msg));
}

static struct reply owners_delete(struct req *r)
{
	struct owner_change c = { 0 };
	const struct err *e = read_change(r, &c);

	if (!e)
		e = db_owners_remove(r->db, &c);
	return e ? reply_err(r, e) : say(r, TEXT("owners successfully removed"));
}

const struct route crate_owners_routes[] = {
	ROUTE(GET, "/api/v1/crates/{name}/owners", owners_get, .auth = AUTH_NONE,
	      .doc = "Owners of a crate"),
	ROUTE(PUT, "/api/v1/crates/{name}/owners", owners_put, .auth = AUTH_LATE, .body = BODY_JSON,
	      .doc = "Invite owners"),
	ROUTE(DELETE, "/api/v1/crates/{name}/owners", owners_delete, .auth = AUTH_LATE,
	      .body = BODY_JSON, .doc = "Remove owners"),
	ROUTE(GET, "/api/v1/crates/{name}/owner_team", owner_team_get, .auth = AUTH_NONE,
	      .doc = "Teams that own a crate"),
	ROUTE(GET, "/api/v1/crates/{name}/owner_user", owner_user_get, .auth = AUTH_NONE,
	      .doc = "Individual owners of a crate"),
	ROUTE_END,
};
