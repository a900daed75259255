#include "app/jobs/letter.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/time.h"
#include "app/registry/trustpub_link.h"
#include "app/server/app.h"
#include "db/audit.h"
#include "db/mail_view.h"
#include "db/typosquat.h"
#include "db/unsubscribe.h"

enum { NAME_MAX_CHARS = 100, URL_MAX_CHARS = 2000, DETAIL_MAX_CHARS = 2000 };

struct draft {
	struct job_run *r;
	struct db *db;
	struct mail m;
	uint64_t to_id;
	struct letter_draft *out;
};

/* contract/jobs.md 15: these also go to an address that nobody has confirmed. */
static bool takes_any_address(enum letter l)
{
	return l == LETTER_USER_CONFIRM || l == LETTER_NEW_TOKEN ||
	       l == LETTER_EXPIRY_NOTIFICATION || l == LETTER_TOKEN_EXPOSED ||
	       l == LETTER_CRATE_DELETION || l == LETTER_ADMIN_ACCOUNT || l == LETTER_ADMIN_ACTION;
}

static const struct err *no_letter(struct draft *d, const char *why)
{
	return err_new(d->r->arena, ERR_NOT_FOUND, "%s", why);
}

/* {site}{path}{what} */
static struct text link_to(struct draft *d, const char *path, struct text what)
{
	return text_fmt(d->r->arena, "%.*s%s%.*s", TEXT_F(d->r->app->cfg->site.url), path,
			TEXT_F(what));
}

static struct text name_of(struct draft *d, struct text chosen)
{
	return letter_line(d->r->arena, chosen, NAME_MAX_CHARS);
}

/* ---- what each letter is about */

static const struct err *about_invitation(struct draft *d)
{
	struct letter_view *v = &d->out->view;
	struct mail_invitation i;
	struct time_text until;
	const struct err *e = db_mail_invitation(d->db, d->m.crate_id.v, d->to_id, &i);

	if (e)
		return e;
	if (i.expires_us <= time_now_us())
		return no_letter(d, "the invitation has run out");
	until = time_rfc3339_s(i.expires_us);
	v->crate = i.crate;
	v->actor = i.inviter;
	v->when = text_dup(d->r->arena, text_from(until.s));
	v->link = link_to(d, "/accept-invite/", i.token);
	v->more = link_to(d, "/me/pending-invites", TEXT_NONE);
	return NULL;
}

static const struct err *about_token(struct draft *d)
{
	struct letter_view *v = &d->out->view;
	struct mail_token t;
	struct time_text when;
	const struct err *e = db_mail_token(d->db, d->m.token_id.v, &t);

	if (e)
		return e;
	d->to_id = t.user_id;
	v->token = name_of(d, t.name);
	v->link = link_to(d, "/settings/tokens", TEXT_NONE);
	if (d->out->letter != LETTER_EXPIRY_NOTIFICATION)
		return NULL;
	if (t.revoked || !t.expired_us.set)
		return no_letter(d, "the token does not run out");
	when = time_rfc3339_s(t.expired_us.v);
	v->when = text_dup(d->r->arena, text_from(when.s));
	v->link = link_to(d, "/settings/tokens/new?from=",
			  text_fmt(d->r->arena, "%llu", (unsigned long long)t.id));
	return NULL;
}

static void about_exposure(struct draft *d)
{
	struct letter_view *v = &d->out->view;

	v->reporter = name_of(d, d->m.reporter);
	v->source = name_of(d, d->m.source);
	if (d->m.url.n)
		v->found_at = letter_line(d->r->arena, d->m.url, URL_MAX_CHARS);
	v->crates = d->m.crates.list;
}

/* The actor is "You" to himself: then v->actor is absent. */
static const struct err *about_owned_crate(struct draft *d)
{
	struct letter_view *v = &d->out->view;
	struct mail_person actor;
	const struct err *e;

	v->crate = d->m.crate;
	v->on = d->m.on.v;
	v->provider = d->m.provider;
	v->repository = d->m.repository;
	v->workflow = d->m.workflow;
	v->workflow_url = d->m.workflow_url;
	v->environment = d->m.environment;
	v->link =
		link_to(d, "/crates/", text_fmt(d->r->arena, "%.*s/settings", TEXT_F(d->m.crate)));
	if (d->m.actor_id.v == d->to_id)
		return NULL;
	e = db_mail_person(d->db, d->m.actor_id.v, &actor);
	if (!e)
		v->actor = actor.login;
	return e;
}

/* A run that nobody can look at is shown by its issuer. */
static void published_by_run(struct draft *d, struct text trustpub_data)
{
	struct letter_view *v = &d->out->view;
	struct trustpub_run run;

	if (!trustpub_run_read(d->r->arena, trustpub_data, &run))
		return; /* the version is published, whatever a later program makes of its run */
	v->actor = run.by;
	v->by_url = run.url.p ? run.url : run.by;
}

static const struct err *about_publish(struct draft *d)
{
	struct letter_view *v = &d->out->view;
	struct mail_version ver;
	struct time_text when;
	struct text token;
	const struct err *e = db_mail_version(d->db, d->m.version_id.v, &ver);

	if (!e)
		e = db_unsubscribe_token(d->db, d->to_id, &token);
	if (e)
		return e;
	when = time_rfc3339_s(ver.created_us);
	v->crate = ver.crate;
	v->version = ver.num;
	v->when = text_dup(d->r->arena, text_from(when.s));
	v->link = link_to(d, "/crates/",
			  text_fmt(d->r->arena, "%.*s/%.*s", TEXT_F(ver.crate), TEXT_F(ver.num)));
	v->unsubscribe_url = link_to(d, "/unsubscribe/", token);
	if (ver.publisher_id.set) {
		v->by_url = link_to(d, "/users/", ver.publisher);
		if (ver.publisher_id.v != d->to_id)
			v->actor = ver.publisher;
	} else if (ver.trustpub_data.p) {
		published_by_run(d, ver.trustpub_data);
	}
	return NULL;
}

/* What is written down about the crate when the letter goes out. */
static const struct err *about_typosquat(struct draft *d)
{
	struct letter_view *v = &d->out->view;
	struct typosquat_row *rows;
	struct letter_hit *hits;
	const struct err *e = db_typosquat_of_crate(d->db, d->m.crate_id.v, &rows, &v->nhits);

	if (e)
		return e;
	if (!v->nhits)
		return no_letter(d, "the crate is gone");
	hits = arena_array(d->r->arena, v->nhits, sizeof(*hits));
	for (size_t i = 0; i < v->nhits; i++)
		hits[i] = (struct letter_hit){ rows[i].what,
					       link_to(d, "/crates/", rows[i].similar) };
	v->hits = hits;
	v->crate = rows[0].crate;
	v->link = link_to(d, "/crates/", v->crate);
	v->more = link_to(d, "/admin/typosquats", TEXT_NONE);
	return NULL;
}

static const struct err *about_action(struct draft *d)
{
	struct letter_view *v = &d->out->view;
	struct audit_row row;
	struct time_text when;
	const struct err *e = db_audit_by_id(d->db, d->m.audit_id.v, &row);

	if (e)
		return e;
	when = time_rfc3339_s(row.time_us);
	v->actor = row.actor;
	v->action = row.action;
	v->when = text_dup(d->r->arena, text_from(when.s));
	v->crate = row.crate;
	v->address = row.address;
	if (row.detail.p)
		v->detail = letter_line(d->r->arena, row.detail, DETAIL_MAX_CHARS);
	v->link = link_to(d, "/admin/users/", row.actor);
	return NULL;
}

static const struct err *about(struct draft *d)
{
	struct letter_view *v = &d->out->view;

	switch (d->out->letter) {
	case LETTER_OWNER_INVITE:
		return about_invitation(d);
	case LETTER_TOKEN_EXPOSED:
		about_exposure(d);
		return about_token(d);
	case LETTER_NEW_TOKEN:
	case LETTER_EXPIRY_NOTIFICATION:
		return about_token(d);
	case LETTER_TRUSTPUB_TOKEN_EXPOSED:
		about_exposure(d);
		return NULL;
	case LETTER_TRUSTPUB_CONFIG_CREATED:
	case LETTER_TRUSTPUB_CONFIG_DELETED:
	case LETTER_TRUSTPUB_ONLY_CHANGED:
		return about_owned_crate(d);
	case LETTER_PUBLISH_NOTIFICATION:
		return about_publish(d);
	case LETTER_UNSUBSCRIBE_NOTIFICATIONS:
		v->link = link_to(d, "/settings/profile", TEXT_NONE);
		return NULL;
	case LETTER_CRATE_DELETION:
		v->crate = d->m.crate;
		v->link = link_to(d, "/settings/tokens", TEXT_NONE);
		return NULL;
	case LETTER_POSSIBLE_TYPOSQUAT:
		return about_typosquat(d);
	case LETTER_ADMIN_ACCOUNT:
		v->granted = d->m.granted.list;
		v->revoked = d->m.revoked.list;
		v->link = link_to(d, "/admin", TEXT_NONE);
		return NULL;
	case LETTER_ADMIN_ACTION:
		return about_action(d);
	case LETTER_USER_CONFIRM: /* its link is the addressee's */
	case LETTER_COUNT:
		break;
	}
	return NULL;
}

/* ---- whom it goes to */

/* An address that is of nobody's account, but of the configuration; it may have been taken out meanwhile. */
static const struct err *configured_address(struct draft *d)
{
	struct text rest = d->r->app->cfg->mail.typosquat_to, part;

	while (config_list_next(&rest, &part))
		if (text_eq(part, d->m.to)) {
			d->out->to = part;
			return NULL;
		}
	return no_letter(d, "the address is not configured any more");
}

static const struct err *address(struct draft *d)
{
	enum letter l = d->out->letter;
	struct mail_person p;
	const struct err *e;

	if (l == LETTER_POSSIBLE_TYPOSQUAT)
		return configured_address(d);
	e = db_mail_person(d->db, d->to_id, &p);
	if (e)
		return e;
	if (!p.email.p || (!p.verified.v && !takes_any_address(l)))
		return no_letter(d, "the user has no address for this letter");
	if (l == LETTER_PUBLISH_NOTIFICATION && !p.publish_notifications)
		return no_letter(d, "the user wants no such letters");
	d->out->to = p.email;
	d->out->view.user = p.login;
	if (l == LETTER_USER_CONFIRM)
		d->out->view.link = link_to(d, "/confirm/", p.token);
	return NULL;
}

const struct err *letter_draft(struct job_run *r, struct letter_draft *ret)
{
	struct draft d = { .r = r, .db = r->app->db, .out = ret };
	const struct err *e;

	*ret = (struct letter_draft){ .view.site = r->app->cfg->site.domain };
	e = db_mail_read(d.db, r->job->data, &d.m, &ret->letter);
	if (e)
		return e;
	d.to_id = d.m.user_id.v;
	e = about(&d);
	return e ? e : address(&d);
}
