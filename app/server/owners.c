#include "app/server/owners.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/time.h"
#include "app/index/publish.h"
#include "app/outside/github.h"
#include "app/registry/team.h"
#include "app/server/may.h"
#include "db/owner.h"

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

static const struct err *begin(struct req *r, struct text called, struct owner_change *c,
			       struct may *ret)
{
	const struct err *e = may_look(r, called, c->crate_id, RIGHTS_TO_CHANGE_OWNERS, ret);

	return e ? e : rights_require(r->arena, &ret->who, RIGHTS_TO_CHANGE_OWNERS);
}

const struct err *owners_add(struct req *r, struct text called, uint64_t crate_id,
			     struct text crate, struct texts logins, struct texts *ret_said)
{
	struct owner_change c = {
		.crate_id = crate_id, .crate = crate, .actor_id = r->user.id, .logins = logins
	};
	struct may m;
	const struct err *e = begin(r, called, &c, &m);

	if (!e)
		e = find_teams(r, &m, &c);
	if (!e)
		e = db_owners_add(r->db, &c);
	if (!e)
		*ret_said = c.ret_said;
	return e;
}

const struct err *owners_remove(struct req *r, struct text called, uint64_t crate_id,
				struct text crate, struct texts logins)
{
	struct owner_change c = {
		.crate_id = crate_id, .crate = crate, .actor_id = r->user.id, .logins = logins
	};
	struct may m;
	const struct err *e = begin(r, called, &c, &m);

	return e ? e : db_owners_remove(r->db, &c);
}

/* ---- deleting */

const struct err *owners_delete(struct req *r, struct text called, uint64_t crate_id,
				struct text message)
{
	struct delete_in in = {
		.crate_id = crate_id,
		.user_id = r->user.id,
		.message = message,
		.availability_s = OWNERS_QUARANTINE_S,
		.by_owner = true,
	};
	struct delete_out out;
	const struct err *e = may_do(r, called, crate_id, RIGHTS_TO_DELETE);

	return e ? e : delete_commit(r->app, r->arena, &in, &out);
}
