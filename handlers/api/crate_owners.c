/* handlers/api/crate_owners.c - GET, PUT, DELETE /api/v1/crates/{name}/owners, GET .../owner_user
 * and .../owner_team */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/json.h"
#include "app/base/time.h"
#include "app/outside/github.h"
#include "app/registry/team.h"
#include "app/server/auth.h"
#include "app/server/may.h"
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

enum { TEAM_LOGIN_BYTES = 400 };

/* ---- teams, which GitHub is asked about before the transaction */

static const struct err *look_team_up(struct req *r, const struct may *m,
				      const struct secret *token, struct text org, struct text team,
				      struct owner_new_team *t)
{
	struct github *github = r->app->github;
	struct github_team found;
	struct github_org home;
	struct github_member member = { .login = m->gh_login, .user_id = r->user.id };
	const struct err *e =
		t->login.n > TEAM_LOGIN_BYTES
			? err_new(r->arena, ERR_NOT_FOUND, "no team has so long a name")
			: github_team(github, r->arena, token, org, team, &found);
	bool may;

	if (e)
		return err_because(r->arena, ERR_INVALID, e->cause,
				   "could not find the github team %.*s/%.*s. Make sure that you "
				   "have the right permissions in GitHub. See "
				   "https://doc.rust-lang.org/cargo/reference/"
				   "publishing.html#github-permissions",
				   TEXT_F(org), TEXT_F(team));
	member.org_id = found.org_id;
	member.team_id = found.id;
	e = github_is_member(github, r->arena, token, &member, &may);
	if (!e && !may)
		e = github_is_org_admin(github, r->arena, token, found.org_id, m->gh_login, &may);
	if (!e && !may)
		e = err_new(r->arena, ERR_AUTH,
			    "only members of a team or organization owners can add it as an owner");
	if (!e)
		e = github_org(github, r->arena, token, org, &home);
	if (e)
		return e;
	t->github_id = found.id;
	t->org_id = found.org_id;
	t->name = found.name;
	t->avatar = home.avatar_url;
	return NULL;
}

static const struct err *find_team(struct req *r, const struct may *m, struct text login,
				   struct owner_new_team *t)
{
	struct text org, team;
	struct secret token;
	bool has_token;
	const struct err *e = team_login_split(r->arena, login, &org, &team);

	if (!e)
		e = may_open_token(r->cfg, r->arena, m->encrypted_token, &token, &has_token);
	if (!e && !has_token)
		e = err_new(r->arena, ERR_INVALID,
			    "Cannot add a GitHub team as an owner without a connected GitHub "
			    "account");
	return e ? e : look_team_up(r, m, &token, org, team, t);
}

static bool owns(const struct owner_view *owners, size_t n, struct text login)
{
	for (size_t i = 0; i < n; i++)
		if (owners[i].kind == OWNER_TEAM && text_eq_nocase(owners[i].login, login))
			return true;
	return false;
}

/* Up to the first that is refused: those behind it are not come to. One that owns the crate already is not asked about. */
static const struct err *find_teams(struct req *r, const struct may *m, struct owner_change *c)
{
	struct owner_new_team *teams = arena_array(r->arena, c->logins.n, sizeof(*teams));
	int64_t end = time_monotonic_us() + 2 * (int64_t)r->cfg->outside.timeout_s * US_PER_S;
	struct owner_view *owners = NULL;
	const struct err *e;
	size_t n = 0;

	c->teams = teams;
	for (size_t i = 0; i < c->logins.n; i++) {
		struct text login = c->logins.v[i];

		if (!text_has_byte(login, ':'))
			continue;
		if (!owners) {
			e = db_owners(r->db, c->crate_id, &owners, &n);
			if (e)
				return e;
		}
		if (owns(owners, n, login))
			return NULL;
		if (time_monotonic_us() > end) /* each call has its time, and all together too */
			return err_new(r->arena, ERR_INTERNAL, "GitHub took too long over teams");
		teams[i].login = text_lower(r->arena, login);
		teams[i].refusal = find_team(r, m, login, &teams[i]);
		if (teams[i].refusal)
			return NULL;
	}
	return NULL;
}

/* ---- the change */

/* Body, then who asks (the crate as the URL spells it counts for the token's scope), then the
 * crate. */
static const struct err *read_change(struct req *r, struct owner_change *c, struct may *ret)
{
	struct crate_view crate;
	const struct err *e = read_logins(r, &c->logins);

	if (!e)
		e = auth_require(r, AUTH_SCOPE);
	if (!e)
		e = auth_scope(r, "change-owners", req_path(r, "name"));
	if (!e)
		e = db_crate_view(r->db, req_path(r, "name"), &crate);
	if (!e)
		e = may_look(r, req_path(r, "name"), crate.id, RIGHTS_TO_CHANGE_OWNERS, ret);
	if (!e)
		e = rights_require(r->arena, &ret->who, RIGHTS_TO_CHANGE_OWNERS);
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
	struct may m;
	const struct err *e = read_change(r, &c, &m);

	if (!e)
		e = find_teams(r, &m, &c);
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
	struct may m;
	const struct err *e = read_change(r, &c, &m);

	if (!e)
		e = db_owners_remove(r->db, &c);
	return e ? reply_err(r, e) : say(r, TEXT("owners successfully removed"));
}

const struct route crate_owners_routes[] = {
	ROUTE(GET, "/api/v1/crates/{name}/owners", owners_get, .auth = AUTH_NONE,
	      .doc = "Owners of a crate"),
	ROUTE(PUT, "/api/v1/crates/{name}/owners", owners_put, .auth = AUTH_LATE, .body = BODY_JSON,
	      .shape = &change_shape, .doc = "Invite owners"),
	ROUTE(DELETE, "/api/v1/crates/{name}/owners", owners_delete, .auth = AUTH_LATE,
	      .body = BODY_JSON, .shape = &change_shape, .doc = "Remove owners"),
	ROUTE(GET, "/api/v1/crates/{name}/owner_team", owner_team_get, .auth = AUTH_NONE,
	      .doc = "Teams that own a crate"),
	ROUTE(GET, "/api/v1/crates/{name}/owner_user", owner_user_get, .auth = AUTH_NONE,
	      .doc = "Individual owners of a crate"),
	ROUTE_END,
};
