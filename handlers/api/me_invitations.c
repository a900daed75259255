/* handlers/api/me_invitations.c - /api/v1/me/crate_owner_invitations: the caller's own, and
 * answering one */
#include "app/base/json.h"
#include "handlers/api/common.h"
#include "handlers/api/seek.h"
#include "templates/json_owner.h"
#include "templates/json_user.h"

static struct reply invitations_get(struct req *r)
{
	struct invitation_view *v;
	struct user_view *users = NULL;
	const struct err *e;
	struct seek_part after[2] = { 0 }; /* crate, invitee */
	size_t n, nusers = 0;
	struct paging p;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	e = req_paging(r, PAGING_SEEK, &p);
	if (!e && p.seek.p && !seek_decode(r->arena, p.seek, "nn", after))
		e = err_new(r->arena, ERR_INVALID, "invalid seek parameter");
	if (!e)
		e = db_invitations_of_user(r->db, r->user.id,
					   after[0].number < 0 ? 0 : (uint64_t)after[0].number,
					   p.per_page, &v, &n);
	if (!e && n)
		e = db_invitation_people(r->db, v, n, &users, &nusers);
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

struct answer {
	struct json_i32 crate_id;
	struct json_bool accepted;
};

struct answer_body {
	struct answer *crate_owner_invite;
};

static const struct json_shape answer_shape = {
	.name = "InvitationResponse",
	.size = sizeof(struct answer),
	.fields = {
		JSON_FIELD_WITH(struct answer, crate_id, .required = true),
		JSON_FIELD_WITH(struct answer, accepted, .required = true),
	},
};

/* {"crate_owner_invite": {"crate_id": 1, "accepted": true}} */
static const struct json_shape answer_body_shape = {
	.name = "OwnerInvitation",
	.size = sizeof(struct answer_body),
	.fields = {
		JSON_FIELD_WITH(struct answer_body, crate_owner_invite, .required = true,
				.shape = &answer_shape),
	},
};

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
	const struct answer_body *body = req_json_struct(r);
	int32_t id = body->crate_owner_invite->crate_id.v;
	bool accepted = body->crate_owner_invite->accepted.v;
	uint64_t crate_id = id < 0 ? 0 : (uint64_t)id;
	const struct err *e = accepted ? db_invitation_accept(r->db, r->user.id, crate_id)
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
	      .auth = AUTH_USER, .body = BODY_JSON, .shape = &answer_body_shape,
	      .doc = "Accept or decline an invitation"),
	ROUTE(PUT, "/api/v1/me/crate_owner_invitations/accept/{token}", invitation_accept_token,
	      .auth = AUTH_NONE, .doc = "Accept the invitation of a mailed link"),
	ROUTE_END,
};
