/* handlers/api/me_invitations.c - /api/v1/me/crate_owner_invitations: the caller's own, and
 * answering one */
#include "handlers/api/common.h"
#include "handlers/api/seek.h"
#include "templates/json_owner.h"
#include "templates/json_user.h"

#include <json-c/json.h>

/* Everybody who is named on the page, each once. */
static const struct err *people(struct req *r, const struct invitation_view *v, size_t n,
				struct user_view **ret, size_t *ret_n)
{
	uint64_t ids[USER_IDS_MAX];
	size_t nids = 0;

	for (size_t i = 0; i < n && nids + 2 <= ARRAY_SIZE(ids); i++) {
		ids[nids++] = v[i].inviter_id;
		ids[nids++] = v[i].invitee_id;
	}
	return db_user_views(r->db, ids, nids, ret, ret_n);
}

static struct reply invitations_get(struct req *r)
{
	struct invitation_view *v;
	struct user_view *users = NULL;
	const struct err *e;
	int64_t after = 0;
	uint64_t invitee = 0;
	size_t n, nusers = 0;
	struct paging p;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	e = req_paging(r, PAGING_SEEK, &p);
	if (!e && p.seek.p && !seek_decode_number(r->arena, p.seek, &after, &invitee))
		e = err_new(r->arena, ERR_INVALID, "invalid seek parameter");
	if (!e)
		e = db_invitations_of_user(r->db, r->user.id, after < 0 ? 0 : (uint64_t)after,
					   p.per_page, &v, &n);
	if (!e && n)
		e = people(r, v, n, &users, &nusers);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	jw_array(&j, "crate_owner_invitations");
	for (size_t i = 0; i < n; i++)
		json_invitation_v1(&j, &v[i]);
	jw_end(&j);
	jw_array(&j, "users");
	for (size_t i = 0; i < nusers; i++)
		json_user(&j, NULL, &users[i]);
	jw_end(&j);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

static const struct err *wrong_shape(struct req *r, const char *what)
{
	return err_new_status(
		r->arena, ERR_INVALID, 422,
		"Failed to deserialize the JSON body into the target type: %s at line 1 column %zu",
		what, r->body.n);
}

/* {"crate_owner_invite": {"crate_id": 1, "accepted": true}} */
static const struct err *read_answer(struct req *r, uint64_t *ret_crate_id, bool *ret_accepted)
{
	struct json_object *body, *invite, *id, *accepted;
	const struct err *e = req_json(r, &body);

	if (e)
		return e;
	if (!json_object_is_type(body, json_type_object) ||
	    !json_object_object_get_ex(body, "crate_owner_invite", &invite))
		return wrong_shape(r, "missing field `crate_owner_invite`");
	if (!json_object_is_type(invite, json_type_object) ||
	    !json_object_object_get_ex(invite, "crate_id", &id))
		return wrong_shape(r, "crate_owner_invite: missing field `crate_id`");
	if (!json_object_object_get_ex(invite, "accepted", &accepted))
		return wrong_shape(r, "crate_owner_invite: missing field `accepted`");
	if (!json_object_is_type(id, json_type_int) || json_object_get_int64(id) < INT32_MIN ||
	    json_object_get_int64(id) > INT32_MAX)
		return wrong_shape(r, "crate_owner_invite.crate_id: invalid value, expected i32");
	if (!json_object_is_type(accepted, json_type_boolean))
		return wrong_shape(r,
				   "crate_owner_invite.accepted: invalid type, expected a boolean");
	*ret_crate_id = json_object_get_int64(id) < 0 ? 0 : (uint64_t)json_object_get_int64(id);
	*ret_accepted = json_object_get_boolean(accepted);
	return NULL;
}

static struct reply answered(struct req *r, uint64_t crate_id, bool accepted)
{
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	jw_object(&j, "crate_owner_invitation");
	jw_u64(&j, "crate_id", crate_id);
	jw_bool(&j, "accepted", accepted);
	jw_end(&j);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

/* upstream: the body decides, the crate id of the path is not looked at */
static struct reply invitation_put(struct req *r)
{
	uint64_t crate_id = 0;
	bool accepted = false;
	const struct err *e = read_answer(r, &crate_id, &accepted);

	if (!e)
		e = accepted ? db_invitation_accept(r->db, r->user.id, crate_id)
			     : db_invitation_decline(r->db, r->user.id, crate_id);
	return e ? reply_err(r, e) : answered(r, crate_id, accepted);
}

static struct reply invitation_accept_token(struct req *r)
{
	uint64_t crate_id;
	const struct err *e = db_invitation_accept_token(r->db, req_path(r, "token"), &crate_id);

	return e ? reply_err(r, e) : answered(r, crate_id, true);
}

const struct route me_invitations_routes[] = {
	ROUTE(GET, "/api/v1/me/crate_owner_invitations", invitations_get, .auth = AUTH_COOKIE,
	      .no_store = true, .doc = "Invitations to own a crate"),
	ROUTE(PUT, "/api/v1/me/crate_owner_invitations/{crate_id}", invitation_put,
	      .auth = AUTH_USER, .body = BODY_JSON, .doc = "Accept or decline an invitation"),
	ROUTE(PUT, "/api/v1/me/crate_owner_invitations/accept/{token}", invitation_accept_token,
	      .auth = AUTH_NONE, .doc = "Accept the invitation of a mailed link"),
	ROUTE_END,
};
