#include "templates/json_owner.h"

#include "app/base/places.h"

/* "github:org:team" is at github.com/org; nothing else has a page that we know. */
static struct text team_url(struct jw *j, struct text login)
{
	struct text rest = login, provider, org;

	if (!text_cut(&rest, ':', &provider) || !text_eq(provider, TEXT("github")) ||
	    !text_cut(&rest, ':', &org) || !rest.p)
		return TEXT_NONE;
	return text_fmt(j->b->arena, "%.*s/%.*s", TEXT_F(place_github()), TEXT_F(org));
}

void json_owner(struct jw *j, const struct owner_view *o)
{
	bool user = o->kind == OWNER_USER;

	jw_object(j, NULL);
	jw_u64(j, "id", o->id);
	jw_text(j, "login", o->login);
	jw_text(j, "kind", user ? TEXT("user") : TEXT("team"));
	if (user)
		jw_text(j, "url",
			text_fmt(j->b->arena, "%.*s/%.*s", TEXT_F(place_github()),
				 TEXT_F(o->gh_login)));
	else
		jw_text_or_null(j, "url", team_url(j, o->login));
	jw_text_or_null(j, "name", o->name);
	jw_text_or_null(j, "avatar", o->avatar);
	if (user)
		jw_bool(j, "github_username_matches", o->matches.set && o->matches.v > 0);
	jw_end(j);
}

void json_team(struct jw *j, const char *key, const struct team_view *t)
{
	jw_object(j, key);
	jw_u64(j, "id", t->id);
	jw_text(j, "login", t->login);
	jw_text_or_null(j, "name", t->name);
	jw_text_or_null(j, "avatar", t->avatar);
	jw_text_or_null(j, "url", team_url(j, t->login));
	jw_end(j);
}

void json_invitation_v1(struct jw *j, const struct invitation_view *i)
{
	jw_object(j, NULL);
	jw_u64(j, "invitee_id", i->invitee_id);
	jw_u64(j, "inviter_id", i->inviter_id);
	jw_text(j, "invited_by_username", i->inviter);
	jw_text(j, "crate_name", i->crate);
	jw_u64(j, "crate_id", i->crate_id);
	jw_time(j, "created_at", i->created_us);
	jw_time(j, "expires_at", i->expires_us);
	jw_end(j);
}

void json_invitation(struct jw *j, const struct invitation_view *i)
{
	jw_object(j, NULL);
	jw_u64(j, "invitee_id", i->invitee_id);
	jw_u64(j, "inviter_id", i->inviter_id);
	jw_u64(j, "crate_id", i->crate_id);
	jw_text(j, "crate_name", i->crate);
	jw_time(j, "created_at", i->created_us);
	jw_time(j, "expires_at", i->expires_us);
	jw_end(j);
}
