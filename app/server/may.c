#include "app/server/may.h"

#include "app/base/config.h"
#include "app/base/crypt.h"
#include "app/base/hash.h"
#include "app/base/log.h"
#include "app/base/time.h"
#include "app/outside/github.h"
#include "app/registry/team.h"
#include "db/github.h"

/* ---- tokens at rest */

struct text may_seal_token(const struct config *cfg, struct arena *a, const struct secret *token)
{
	unsigned char key[SEAL_KEY_BYTES];
	struct text sealed;

	BUG_ON(!config_key(cfg, key));
	sealed = seal(a, key, token->value);
	secret_wipe(key, sizeof(key));
	return sealed;
}

const struct err *may_open_token(const struct config *cfg, struct arena *a, struct text encrypted,
				 struct secret *ret, bool *ret_found)
{
	unsigned char key[SEAL_KEY_BYTES];
	bool good;

	*ret_found = encrypted.n && github_on(cfg);
	if (!*ret_found)
		return NULL;
	good = config_key(cfg, key) && seal_open(a, key, encrypted, ret);
	secret_wipe(key, sizeof(key));
	if (!good)
		return err_new(a, ERR_INTERNAL, "a token of GitHub cannot be decrypted");
	return NULL;
}

/* ---- who somebody is */

static const struct err *restricted(struct req *r, struct text team)
{
	struct text org, rest;
	const struct err *e = team_login_split(r->arena, team, &org, &rest);

	if (e)
		org = TEXT("unknown");
	return err_new(r->arena, ERR_AUTH,
		       "GitHub organization '%.*s' has restricted OAuth access. A '%.*s' "
		       "administrator must approve the '%.*s' application in the organization's "
		       "'Third-party access' settings.",
		       TEXT_F(org), TEXT_F(org), TEXT_F(r->cfg->site.domain));
}

/* The first team of the crate that he is in. */
static const struct err *find_team(struct req *r, uint64_t crate_id, const struct secret *token,
				   struct may *m)
{
	int64_t end = time_monotonic_us() + (int64_t)r->cfg->outside.timeout_s * US_PER_S;
	struct owner_team *teams;
	size_t n;
	const struct err *e = db_owner_teams(r->db, crate_id, &teams, &n);

	for (size_t i = 0; !e && i < n && !m->who.in_team; i++) {
		const struct github_member member = {
			.org_id = teams[i].org_id.v,
			.team_id = teams[i].github_id,
			.login = m->gh_login,
			.user_id = r->user.id,
		};

		if (!teams[i].org_id.set)
			continue;
		if (time_monotonic_us() > end) /* each call has its time, and all together too */
			return err_new(r->arena, ERR_INTERNAL,
				       "GitHub took too long over %zu teams", n);
		e = github_is_member(r->app->github, r->arena, token, &member, &m->who.in_team);
		if (e && err_status(e) == 403)
			return restricted(r, teams[i].login);
		if (!e && m->who.in_team)
			m->team_id = teams[i].id;
	}
	return e;
}

const struct err *may_look(struct req *r, struct text crate, uint64_t crate_id,
			   enum rights_action action, struct may *ret)
{
	struct owner_standing s;
	struct secret token;
	bool has_token;
	const struct err *e = db_owner_standing(r->db, crate_id, r->user.id, &s);

	if (err_is(e, ERR_NOT_FOUND))
		return err_new(r->arena, ERR_NOT_FOUND, "crate `%.*s` does not exist",
			       TEXT_F(crate));
	if (!e)
		e = may_open_token(r->cfg, r->arena, s.encrypted_token, &token, &has_token);
	if (e)
		return e;
	*ret = (struct may){
		.who = { .is_owner = s.is_owner, .is_admin = r->user.is_admin },
		.gh_login = s.gh_login,
		.encrypted_token = s.encrypted_token,
	};
	if (s.is_owner || !s.teams.v || !has_token || !rights_ask_teams(action))
		return NULL;
	return find_team(r, crate_id, &token, ret);
}

/* An error is one of GitHub, or of a token that it did not give. */
static const struct err *sits_in(struct req *r, const struct team_seat *s, bool *ret)
{
	const struct github_member member = {
		.org_id = s->team.org_id.v,
		.team_id = s->team.github_id,
		.login = s->gh_login,
		.user_id = r->user.id,
	};
	struct secret token;
	bool has_token;
	const struct err *e =
		may_open_token(r->cfg, r->arena, s->encrypted_token, &token, &has_token);

	*ret = false;
	if (e || !has_token || !s->team.org_id.set)
		return e;
	return github_seems_member(r->app->github, r->arena, &token, &member, ret);
}

const struct err *may_seem_in_team(struct req *r, uint64_t crate_id, bool *ret)
{
	int64_t end = time_monotonic_us() + (int64_t)GITHUB_GLANCE_MS * 1000;
	struct team_seat *seats;
	size_t n;
	const struct err *e;

	*ret = false;
	if (!github_on(r->cfg))
		return NULL;
	e = db_team_seats(r->db, crate_id, r->user.id, &seats, &n);
	if (e)
		return e;
	for (size_t i = 0; i < n && !*ret && time_monotonic_us() < end; i++) {
		e = sits_in(r, &seats[i], ret);
		if (e) {
			log_err(LOG_LEVEL_WARN, "who is in a team is not known", e);
			break;
		}
	}
	return NULL;
}

const struct err *may_do(struct req *r, struct text crate, uint64_t crate_id,
			 enum rights_action action)
{
	struct may m;
	const struct err *e = may_look(r, crate, crate_id, action, &m);

	if (!e)
		e = rights_require(r->arena, &m.who, action);
	r->user.as_admin = !e && m.who.is_admin && rights_of(&m.who) == RIGHTS_NONE;
	return e;
}
