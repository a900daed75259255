#include "app/server/trustpub.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/outside/github.h"
#include "app/server/may.h"
#include "db/crate.h"
#include "db/crate_settings.h"
#include "db/crate_view.h"
#include "db/email.h"
#include "db/github.h"
#include "db/trustpub_config.h"

/*
 * The issuer that was asked for, or the first of its kind, *ret_first; ERR_INVALID where it is not one of ours. The first
 * GitHub is the one that github.api_url is of.
 */
static const struct err *find_issuer(struct req *r, enum trustpub_provider p, struct text wanted,
				     struct text *ret, bool *ret_first)
{
	enum issuer_kind kind = p == TRUSTPUB_GITHUB ? ISSUER_GITHUB : ISSUER_GITLAB;
	struct text rest = r->cfg->trustpub.issuers;
	struct config_issuer issuer;

	*ret_first = true;
	while (config_issuer_next(&rest, &issuer)) {
		if (issuer.kind != kind)
			continue;
		*ret = issuer.url;
		if (!wanted.p || text_eq(issuer.url, wanted))
			return NULL;
		*ret_first = false;
	}
	if (wanted.p)
		return err_new(r->arena, ERR_INVALID, "Unsupported JWT issuer: %.*s",
			       TEXT_F(wanted));
	*ret = trustpub_home(p);
	return NULL;
}

const struct err *trustpub_not_owner(struct req *r)
{
	return err_new(r->arena, ERR_INVALID, "You are not an owner of this crate");
}

/* upstream: asks for the address here and at crate settings alone. */
const struct err *trustpub_require_owner(struct req *r, uint64_t crate_id)
{
	bool is_owner = false;
	const struct err *e = db_crate_settings_owner(r->db, crate_id, r->user.id, &is_owner);

	return e || is_owner ? e : trustpub_not_owner(r);
}

static const struct err *require_verified_email(struct req *r)
{
	struct text email = TEXT_NONE;
	const struct err *e = db_email_verified(r->db, r->user.id, &email);

	if (e || email.p)
		return e;
	return err_new(r->arena, ERR_AUTH,
		       "You must verify your email address to create a Trusted Publishing config");
}

/* The contract shows this 500 in small letters, so it is none of the kind that hides its words. */
static const struct err *cannot_decrypt(struct req *r, const struct err *cause)
{
	struct err *e = arena_alloc(r->arena, sizeof(*e));

	*e = *err_because(r->arena, ERR_BUSY, cause->detail, "Internal server error");
	e->status = 500;
	return e;
}

/* The token that the caller signed in with; *ret_known false on a registry where nobody signs in by GitHub. */
static const struct err *github_token(struct req *r, uint64_t crate_id, struct secret *ret,
				      bool *ret_known)
{
	struct owner_standing s;
	const struct err *e;

	*ret_known = github_on(r->cfg);
	if (!*ret_known)
		return NULL;
	e = db_owner_standing(r->db, crate_id, r->user.id, &s);
	if (e)
		return e;
	e = may_open_token(r->cfg, r->arena, s.encrypted_token, ret, ret_known);
	if (e)
		return cannot_decrypt(r, e);
	return *ret_known ? NULL
			  : err_new(r->arena, ERR_INVALID,
				    "Must have a linked GitHub account to create a Trusted "
				    "Publishing config");
}

/* Name and number of the repository's owner as GitHub has them. */
static const struct err *look_up_owner(struct req *r, struct trustpub_config *c)
{
	struct github_user owner;
	struct secret token;
	bool known;
	const struct err *e = github_token(r, c->crate_id, &token, &known);

	if (e)
		return e;
	e = github_user_named(r->app->github, r->arena, known ? &token : NULL, c->owner, &owner);
	if (err_is(e, ERR_NOT_FOUND))
		return err_new(r->arena, ERR_INVALID, "Unknown GitHub user or organization");
	if (e)
		return e;
	c->owner = owner.login;
	c->owner_id = text_fmt(r->arena, "%lld", (long long)owner.id);
	return NULL;
}

static struct trustpub_actor actor(const struct req *r)
{
	return (struct trustpub_actor){ r->user.id, r->user.login, r->remote_ip };
}

const struct err *trustpub_create(struct req *r, enum trustpub_provider p, struct text crate,
				  struct trustpub_config *c)
{
	struct trustpub_actor who = actor(r);
	struct crate_row row;
	bool first = true;
	const struct err *e = db_crate_by_name(r->db, crate, &row);

	if (!e)
		e = db_trustpub_config_room(r->db, p, row.id);
	if (!e)
		e = trustpub_require_owner(r, row.id);
	if (!e)
		e = require_verified_email(r);
	if (!e)
		e = find_issuer(r, p, c->issuer, &c->issuer, &first);
	if (e)
		return e;
	c->crate_id = row.id;
	c->crate = row.name;
	if (p == TRUSTPUB_GITHUB && first)
		e = look_up_owner(r, c);
	return e ? e : db_trustpub_config_add(r->db, p, &who, c);
}

const struct err *trustpub_remove(struct req *r, enum trustpub_provider p,
				  const struct trustpub_config *c)
{
	struct trustpub_actor who = actor(r);
	const struct err *e = trustpub_require_owner(r, c->crate_id);

	return e ? e : db_trustpub_config_delete(r->db, p, &who, c);
}

const struct err *trustpub_only_may(struct req *r, uint64_t crate_id)
{
	struct rights_actor who = { .is_owner = false };
	const struct err *e = db_crate_settings_owner(r->db, crate_id, r->user.id, &who.is_owner);

	return e ? e : rights_require(r->arena, &who, RIGHTS_TO_CHANGE_SETTINGS);
}

const struct err *trustpub_only_set(struct req *r, const struct crate_view *crate, bool on)
{
	struct trustpub_only_change c = {
		.crate_id = crate->id,
		.user_id = r->user.id,
		.crate = crate->name,
		.login = r->user.login,
		.address = r->remote_ip,
		.on = on,
	};

	return on == crate->trustpub_only ? NULL : db_crate_set_trustpub_only(r->db, &c);
}
