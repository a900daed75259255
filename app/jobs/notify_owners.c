/*
 * notify_owners, send_publish_notifications, notify_admins: a letter to many becomes one job for each. These are written in one
 * transaction that also ends this job, so whoever runs it twice writes them once.
 */
#include "app/base/arena.h"
#include "app/base/fault.h"
#include "app/jobs/kinds.h"
#include "app/server/app.h"
#include "db/admin.h"
#include "db/mail.h"
#include "db/mail_view.h"

#include <json-c/json.h>

enum { LETTERS_MAX = 10000, CRATES_MAX = 1000 };

static const struct err *send_all(struct job_run *r, const struct mail *mails, size_t n)
{
	const struct err *e = db_mail_fan_out(r->app->db, r->job, mails, n);

	if (e)
		return e;
	r->ended = true;
	FAULT_POINT(r->arena, MAIL_FANNED_OUT);
	return NULL;
}

/* The same letter to each of them. */
static const struct err *to_each(struct job_run *r, struct mail m, const struct mail_owner *owners,
				 size_t n)
{
	struct mail *mails = arena_array(r->arena, n, sizeof(*mails));

	for (size_t i = 0; i < n; i++) {
		mails[i] = m;
		mails[i].user_id = (struct json_u64){ true, owners[i].user_id };
		mails[i].crate = owners[i].crate;
	}
	return send_all(r, mails, n);
}

const struct err *job_send_publish_notifications_run(struct job_run *r)
{
	struct mail m = { .letter = text_from(mail_letter_name(LETTER_PUBLISH_NOTIFICATION)),
			  .version_id.set = true };
	struct mail_owner *owners;
	const struct err *e = job_u64(r, "version_id", &m.version_id.v);
	size_t n;

	if (!e)
		e = db_mail_subscribers(r->app->db, m.version_id.v, &owners, &n);
	return e ? e : to_each(r, m, owners, n);
}

/* ---- a token of several crates: each address once, with the crates of whoever has it */

struct addresses {
	struct job_run *r;
	struct mail_owner *v; /* one a pair of address and crate */
	size_t n;
};

static int by_address(const void *a, const void *b)
{
	const struct mail_owner *x = a, *y = b;
	int d = text_cmp(x->email, y->email);

	return d ? d : text_cmp(x->crate, y->crate);
}

static const struct err *gather(struct addresses *a, struct json_object *ids)
{
	size_t n = json_object_array_length(ids);
	const struct err *e = NULL;

	a->v = arena_array(a->r->arena, LETTERS_MAX, sizeof(*a->v));
	for (size_t i = 0; !e && i < n && i < CRATES_MAX; i++) {
		uint64_t id = json_object_get_uint64(json_object_array_get_idx(ids, i));
		struct mail_owner *owners;
		size_t more;

		e = db_mail_owners(a->r->app->db, id, &owners, &more);
		for (size_t k = 0; !e && k < more && a->n < LETTERS_MAX; k++)
			a->v[a->n++] = owners[k];
	}
	qsort(a->v, a->n, sizeof(*a->v), by_address);
	return e;
}

/* The pairs of one address from at on, each crate once; how many pairs there were. */
static size_t one_address(const struct addresses *a, size_t at, struct mail *m)
{
	size_t end = at;
	struct texts *crates = &m->crates.list;

	while (end < a->n && text_eq(a->v[end].email, a->v[at].email))
		end++;
	m->user_id = (struct json_u64){ true, a->v[at].user_id };
	m->crates.set = true;
	*crates = (struct texts){ arena_array(a->r->arena, end - at, sizeof(struct text)), 0 };
	for (size_t i = at; i < end; i++)
		if (i == at || !text_eq(a->v[i].crate, a->v[i - 1].crate))
			crates->v[crates->n++] = a->v[i].crate;
	return end - at;
}

static const struct err *to_token_owners(struct job_run *r, struct mail m)
{
	struct addresses a = { .r = r };
	struct mail *mails;
	size_t n = 0;
	const struct err *e;

	if (!json_object_is_type(m.crate_ids, json_type_array))
		return err_new(r->arena, ERR_INVALID, "the job has no list crate_ids");
	e = gather(&a, m.crate_ids);
	if (e)
		return e;
	mails = arena_array(r->arena, a.n, sizeof(*mails));
	for (size_t at = 0; at < a.n; n++) {
		mails[n] = m;
		at += one_address(&a, at, &mails[n]);
	}
	return send_all(r, mails, n);
}

const struct err *job_notify_admins_run(struct job_run *r)
{
	struct mail m = { .letter = text_from(mail_letter_name(LETTER_ADMIN_ACTION)),
			  .audit_id.set = true };
	struct admin_row *admins;
	struct mail *mails;
	size_t n;
	const struct err *e = job_u64(r, "audit_id", &m.audit_id.v);

	if (!e)
		e = db_admins(r->app->db, &admins, &n);
	if (e)
		return e;
	mails = arena_array(r->arena, n, sizeof(*mails));
	for (size_t i = 0; i < n; i++) {
		mails[i] = m;
		mails[i].user_id = (struct json_u64){ true, admins[i].id };
	}
	return send_all(r, mails, n);
}

const struct err *job_notify_owners_run(struct job_run *r)
{
	struct mail_owner *owners;
	enum letter letter;
	struct mail m;
	const struct err *e = db_mail_read(r->app->db, r->job->data, &m, &letter);
	size_t n;

	if (e)
		return e;
	if (letter == LETTER_TRUSTPUB_TOKEN_EXPOSED)
		return to_token_owners(r, m);
	e = db_mail_owners(r->app->db, m.crate_id.v, &owners, &n);
	return e ? e : to_each(r, m, owners, n);
}
