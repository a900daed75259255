#include "db/mail.h"

#include "app/base/arena.h"
#include "app/base/jw.h"
#include "app/base/time.h"
#include "db/job.h"

#include <stddef.h>

enum { DATA_MAX = 4 * 1024 * 1024 };

static const char *const names[LETTER_COUNT] = {
	[LETTER_USER_CONFIRM] = "user_confirm",
	[LETTER_UNSUBSCRIBE_NOTIFICATIONS] = "unsubscribe_notifications",
	[LETTER_OWNER_INVITE] = "owner_invite",
	[LETTER_NEW_TOKEN] = "new_token",
	[LETTER_EXPIRY_NOTIFICATION] = "expiry_notification",
	[LETTER_TOKEN_EXPOSED] = "token_exposed",
	[LETTER_TRUSTPUB_TOKEN_EXPOSED] = "trustpub_token_exposed",
	[LETTER_TRUSTPUB_CONFIG_CREATED] = "trustpub_config_created",
	[LETTER_TRUSTPUB_CONFIG_DELETED] = "trustpub_config_deleted",
	[LETTER_TRUSTPUB_ONLY_CHANGED] = "trustpub_only_changed",
	[LETTER_PUBLISH_NOTIFICATION] = "publish_notification",
	[LETTER_CRATE_DELETION] = "crate_deletion",
	[LETTER_POSSIBLE_TYPOSQUAT] = "possible_typosquat",
	[LETTER_ADMIN_ACCOUNT] = "admin_account",
	[LETTER_ADMIN_ACTION] = "admin_action",
};

const char *mail_letter_name(enum letter l)
{
	BUG_ON((size_t)l >= LETTER_COUNT);
	return names[l];
}

/* ---- the data of the jobs */

static const struct json_shape mail_shape = {
	.name = "Mail",
	.size = sizeof(struct mail),
	.fields = {
		JSON_FIELD_WITH(struct mail, letter, .required = true),
		JSON_FIELD(struct mail, at),
		JSON_FIELD(struct mail, user_id),
		JSON_FIELD(struct mail, crate_id),
		JSON_FIELD(struct mail, version_id),
		JSON_FIELD(struct mail, token_id),
		JSON_FIELD(struct mail, actor_id),
		JSON_FIELD(struct mail, audit_id),
		JSON_FIELD(struct mail, crate),
		JSON_FIELD(struct mail, crates),
		JSON_FIELD(struct mail, crate_ids),
		JSON_FIELD(struct mail, on),
		JSON_FIELD(struct mail, provider),
		JSON_FIELD(struct mail, repository),
		JSON_FIELD(struct mail, workflow),
		JSON_FIELD(struct mail, workflow_url),
		JSON_FIELD(struct mail, environment),
		JSON_FIELD(struct mail, reporter),
		JSON_FIELD(struct mail, source),
		JSON_FIELD(struct mail, url),
		JSON_FIELD(struct mail, to),
		JSON_FIELD(struct mail, granted),
		JSON_FIELD(struct mail, revoked),
	},
};

static void put_u64(struct jw *j, const char *key, struct json_u64 v)
{
	if (v.set)
		jw_u64(j, key, v.v);
}

static void put_text(struct jw *j, const char *key, struct text v)
{
	if (v.p)
		jw_text(j, key, v);
}

static void put_texts(struct jw *j, const char *key, const struct json_texts *v)
{
	if (!v->set)
		return;
	jw_array(j, key);
	for (size_t i = 0; i < v->list.n; i++)
		jw_text(j, NULL, v->list.v[i]);
	jw_end(j);
}

/* crate_ids: a JSON list that stands as it is; absent for none. */
static const struct err *write_data(struct db *db, const struct mail *m, struct text crate_ids,
				    struct text *ret)
{
	struct buf b = buf_init(db_arena(db), DATA_MAX);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	jw_text(&j, "letter", m->letter);
	if (m->at.set)
		jw_i64(&j, "at", m->at.v);
	put_u64(&j, "user_id", m->user_id);
	put_u64(&j, "crate_id", m->crate_id);
	put_u64(&j, "version_id", m->version_id);
	put_u64(&j, "token_id", m->token_id);
	put_u64(&j, "actor_id", m->actor_id);
	put_u64(&j, "audit_id", m->audit_id);
	put_text(&j, "crate", m->crate);
	put_texts(&j, "crates", &m->crates);
	put_texts(&j, "granted", &m->granted);
	put_texts(&j, "revoked", &m->revoked);
	if (crate_ids.p)
		jw_raw(&j, "crate_ids", crate_ids);
	if (m->on.set)
		jw_bool(&j, "on", m->on.v);
	put_text(&j, "provider", m->provider);
	put_text(&j, "repository", m->repository);
	put_text(&j, "workflow", m->workflow);
	put_text(&j, "workflow_url", m->workflow_url);
	put_text(&j, "environment", m->environment);
	put_text(&j, "reporter", m->reporter);
	put_text(&j, "source", m->source);
	put_text(&j, "url", m->url);
	put_text(&j, "to", m->to);
	jw_end(&j);
	return buf_done(&b, ret);
}

const struct err *db_mail_read(struct db *db, struct text data, struct mail *ret,
			       enum letter *ret_letter)
{
	struct arena *a = db_arena(db);
	struct json_error why;

	*ret = (struct mail){ 0 };
	if (!json_read(a, data, &mail_shape, ret, &why))
		return err_new(a, ERR_INVALID, "the data of a letter: %.*s",
			       TEXT_F(json_error_text(a, &why)));
	for (size_t i = 0; i < LETTER_COUNT; i++)
		if (text_eq(ret->letter, text_from(names[i]))) {
			*ret_letter = (enum letter)i;
			return NULL;
		}
	return err_new(a, ERR_INVALID, "there is no letter `%.*s`", TEXT_F(ret->letter));
}

static const struct err *add(struct db *db, const struct job_kind *kind, const struct mail *m,
			     struct text crate_ids)
{
	struct text data = TEXT_NONE;
	const struct err *e = write_data(db, m, crate_ids, &data);

	return e ? e : db_job_add(db, kind, data, NULL);
}

static const struct err *add_letter(struct db *db, const struct mail *m)
{
	return add(db, &job_send_mail, m, TEXT_NONE);
}

struct fan_out {
	const struct job *job;
	const struct mail *mails;
	size_t n;
};

static const struct err *fan_out(struct db *db, void *ctx)
{
	const struct fan_out *f = ctx;
	const struct err *e = NULL;

	for (size_t i = 0; !e && i < f->n; i++)
		e = add_letter(db, &f->mails[i]);
	return e ? e : db_job_end(db, f->job);
}

const struct err *db_mail_fan_out(struct db *db, const struct job *j, const struct mail *mails,
				  size_t n)
{
	struct fan_out f = { j, mails, n };

	return db_tx(db, fan_out, &f);
}

/* ---- letters to one user */

static struct mail mail_now(enum letter l)
{
	return (struct mail){ .letter = text_from(mail_letter_name(l)),
			      .at = { true, time_now_us() } };
}

static struct json_u64 id_of(uint64_t id)
{
	return (struct json_u64){ true, id };
}

const struct err *db_mail_user_confirm(struct db *db, uint64_t user_id)
{
	struct mail m = mail_now(LETTER_USER_CONFIRM);

	m.user_id = id_of(user_id);
	m.at.set = false; /* a second one says the same as the first, if that still waits */
	return add(db, &job_send_confirmation, &m, TEXT_NONE);
}

const struct err *db_mail_unsubscribed(struct db *db, uint64_t user_id)
{
	struct mail m = mail_now(LETTER_UNSUBSCRIBE_NOTIFICATIONS);

	m.user_id = id_of(user_id);
	return add_letter(db, &m);
}

const struct err *db_mail_owner_invite(struct db *db, uint64_t crate_id, uint64_t invitee_id)
{
	struct mail m = mail_now(LETTER_OWNER_INVITE);

	m.user_id = id_of(invitee_id);
	m.crate_id = id_of(crate_id);
	return add_letter(db, &m);
}

static const struct err *add_of_token(struct db *db, struct mail m, uint64_t token_id)
{
	m.token_id = id_of(token_id);
	return add_letter(db, &m);
}

const struct err *db_mail_new_token(struct db *db, uint64_t token_id)
{
	return add_of_token(db, mail_now(LETTER_NEW_TOKEN), token_id);
}

const struct err *db_mail_token_expires(struct db *db, uint64_t token_id)
{
	return add_of_token(db, mail_now(LETTER_EXPIRY_NOTIFICATION), token_id);
}

static void put_exposure(struct mail *m, const struct mail_exposure *x)
{
	m->reporter = x->reporter;
	m->source = x->source;
	m->url = x->url.n ? x->url : TEXT_NONE;
}

const struct err *db_mail_token_exposed(struct db *db, uint64_t token_id,
					const struct mail_exposure *x)
{
	struct mail m = mail_now(LETTER_TOKEN_EXPOSED);

	put_exposure(&m, x);
	return add_of_token(db, m, token_id);
}

const struct err *db_mail_crate_deletion(struct db *db, uint64_t user_id, struct text crate)
{
	struct mail m = mail_now(LETTER_CRATE_DELETION);

	m.user_id = id_of(user_id);
	m.crate = crate;
	return add_letter(db, &m);
}

/* ---- letters to who runs this site */

const struct err *db_mail_possible_typosquat(struct db *db, uint64_t crate_id, struct text to)
{
	struct mail m = mail_now(LETTER_POSSIBLE_TYPOSQUAT);

	m.crate_id = id_of(crate_id);
	m.to = to;
	return add_letter(db, &m);
}

const struct err *db_mail_admin_account(struct db *db, uint64_t user_id,
					const struct texts *granted, const struct texts *revoked)
{
	struct mail m = mail_now(LETTER_ADMIN_ACCOUNT);

	m.user_id = id_of(user_id);
	m.granted = (struct json_texts){ *granted, true };
	m.revoked = (struct json_texts){ *revoked, true };
	return add_letter(db, &m);
}

/* ---- letters to owners */

const struct err *db_mail_trustpub_only_changed(struct db *db, uint64_t crate_id, uint64_t actor_id,
						bool on)
{
	struct mail m = mail_now(LETTER_TRUSTPUB_ONLY_CHANGED);

	m.crate_id = id_of(crate_id);
	m.actor_id = id_of(actor_id);
	m.on = (struct json_bool){ true, on };
	return add(db, &job_notify_owners, &m, TEXT_NONE);
}

const struct err *db_mail_trustpub_config(struct db *db, bool created,
					  const struct mail_trustpub_config *c)
{
	struct mail m =
		mail_now(created ? LETTER_TRUSTPUB_CONFIG_CREATED : LETTER_TRUSTPUB_CONFIG_DELETED);

	m.crate_id = id_of(c->crate_id);
	m.actor_id = id_of(c->actor_id);
	m.provider = c->provider;
	m.repository = c->repository;
	m.workflow = c->workflow;
	m.workflow_url = c->workflow_url;
	m.environment = c->environment;
	return add(db, &job_notify_owners, &m, TEXT_NONE);
}

const struct err *db_mail_trustpub_token_exposed(struct db *db, struct text crate_ids,
						 const struct mail_exposure *x)
{
	struct mail m = mail_now(LETTER_TRUSTPUB_TOKEN_EXPOSED);

	put_exposure(&m, x);
	return add(db, &job_notify_owners, &m, crate_ids);
}

const struct err *db_mail_published(struct db *db, uint64_t version_id)
{
	return db_job_add(
		db, &job_send_publish_notifications,
		text_fmt(db_arena(db), "{\"version_id\":%llu}", (unsigned long long)version_id),
		NULL);
}
