/* handlers/api/crate_invitations.c - GET /api/private/crate_owner_invitations (contract/api.md 17) */
#include "app/server/auth.h"
#include "app/server/may.h"
#include "db/crate.h"
#include "handlers/api/common.h"
#include "handlers/api/seek.h"
#include "templates/json_owner.h"
#include "templates/json_user.h"

struct wanted {
	struct text crate; /* absent: by invitee */
	bool by_invitee;
	uint64_t invitee_id;
	struct paging paging;
	uint64_t after_crate_id, after_user_id; /* of the seek; 0: none */
};

/* The ids of the last one seen, as the page before this one wrote them. */
static const struct err *read_seek(struct req *r, struct wanted *w)
{
	struct seek_part after[2] = { 0 };

	if (!w->paging.seek.p)
		return NULL;
	if (!seek_decode(r->arena, w->paging.seek, "nn", after))
		return err_new(r->arena, ERR_INVALID, "invalid seek parameter");
	w->after_crate_id = after[0].number < 0 ? 0 : (uint64_t)after[0].number;
	w->after_user_id = after[1].number < 0 ? 0 : (uint64_t)after[1].number;
	return NULL;
}

static const struct err *read_wanted(struct req *r, struct wanted *w)
{
	struct text given;
	int64_t id;
	const struct err *e = req_query(r, "crate_name", &w->crate);

	if (!e)
		e = req_query_word(r, "invitee_id", &given);
	if (!e)
		e = req_query_i32(r, "invitee_id", 0, &id);
	if (!e)
		e = auth_require(r, AUTH_COOKIE);
	if (!e && !w->crate.p && !given.p)
		e = err_new(r->arena, ERR_INVALID, "missing or invalid filter");
	if (!e)
		e = req_paging(r, PAGING_SEEK, &w->paging);
	if (e)
		return e;
	w->invitee_id = id < 0 ? 0 : (uint64_t)id;
	return read_seek(r, w);
}

/* Of a crate: its individual owners may ask. upstream: here an unknown crate is just not found. */
static const struct err *of_crate(struct req *r, const struct wanted *w,
				  struct invitation_view **ret, size_t *ret_n)
{
	uint64_t after = w->after_user_id;
	struct crate_row crate;
	bool found;
	const struct err *e = db_crate_find(r->db, w->crate, &crate, &found);

	if (!e && !found)
		e = err_new(r->arena, ERR_NOT_FOUND, "Not Found");
	if (!e)
		e = may_do(r, w->crate, crate.id, RIGHTS_TO_LIST_INVITATIONS);
	if (e)
		return e;
	if (w->after_crate_id !=
	    crate.id) /* the key of another crate: all lie behind it, or none */
		after = w->after_crate_id < crate.id ? 0 : UINT64_MAX;
	return db_invitations_of_crate(r->db, crate.id, after, w->paging.per_page + 1, ret, ret_n);
}

static const struct err *of_invitee(struct req *r, const struct wanted *w,
				    struct invitation_view **ret, size_t *ret_n)
{
	if (w->invitee_id != r->user.id)
		return err_new(r->arena, ERR_AUTH,
			       "only the invitee can query their pending invitations");
	return db_invitations_of_user(r->db, r->user.id, w->after_crate_id, w->paging.per_page + 1,
				      ret, ret_n);
}

/* One more than the page was asked for: it says whether there is another page. */
static const struct err *load(struct req *r, const struct wanted *w, struct invitation_view **ret,
			      size_t *ret_n, struct text *ret_next)
{
	const struct err *e =
		w->crate.p ? of_crate(r, w, ret, ret_n) : of_invitee(r, w, ret, ret_n);
	struct seek_part last[2] = { 0 };

	*ret_next = TEXT_NONE;
	if (e || *ret_n <= w->paging.per_page)
		return e;
	*ret_n = w->paging.per_page;
	last[0].number = (int64_t)(*ret)[*ret_n - 1].crate_id;
	last[1].number = (int64_t)(*ret)[*ret_n - 1].invitee_id;
	*ret_next = req_page_link(r, "seek", seek_encode(r->arena, "nn", last));
	return NULL;
}

static struct reply invitations_get(struct req *r)
{
	struct invitation_view *v;
	struct user_view *users = NULL;
	struct wanted w = { .crate = TEXT_NONE };
	struct text next;
	const struct err *e = read_wanted(r, &w);
	size_t n, nusers = 0;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	if (!e)
		e = load(r, &w, &v, &n, &next);
	if (!e && n)
		e = db_invitation_people(r->db, v, n, &users, &nusers);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	jw_array(&j, "invitations");
	for (size_t i = 0; i < n; i++)
		json_invitation(&j, &v[i]);
	jw_end(&j);
	jw_array(&j, "users");
	for (size_t i = 0; i < nusers; i++)
		json_user(&j, NULL, &users[i]);
	jw_end(&j);
	jw_object(&j, "meta");
	jw_text_or_null(&j, "next_page", next);
	jw_end(&j);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

const struct route crate_invitations_routes[] = {
	ROUTE(GET, "/api/private/crate_owner_invitations", invitations_get, .auth = AUTH_LATE,
	      .no_store = true, .doc = "Pending invitations of a crate or of the caller"),
	ROUTE_END,
};
