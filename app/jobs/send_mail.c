/*
 * send_mail, send_confirmation: one letter to one user. A runner that dies behind the mail server's 250 and before the end of the job sends it
 * once more, under the same Message-ID; nothing else does.
 */
#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/fault.h"
#include "app/base/log.h"
#include "app/base/mime.h"
#include "app/jobs/letter.h"
#include "app/outside/mail.h"
#include "app/server/app.h"

enum { ID_CHARS = 32 };

/* The same for each try of a job, and for no other letter: that of the job's row. */
static struct text message_id(struct job_run *r)
{
	struct sha256 h =
		sha256_of(text_fmt(r->arena, "%llu %lld %.*s", (unsigned long long)r->job->id,
				   (long long)r->job->created_us, TEXT_F(r->job->data)));
	struct buf b = buf_init(r->arena, 2 * sizeof(h.b) + 1);

	buf_hex(&b, h.b, sizeof(h.b));
	return text_sub(buf_text(&b), 0, ID_CHARS);
}

/* No other runner may begin with it while a slow server keeps this one. */
static const struct err *keep_lease(struct job_run *r)
{
	const struct config *cfg = r->app->cfg;
	bool ours;
	const struct err *e =
		db_job_extend(r->app->db, r->job,
			      (int64_t)(cfg->jobs.lease_s + 2 * cfg->mail.smtp_timeout_s), &ours);

	if (!e && !ours)
		e = err_new(r->arena, ERR_BUSY, "another runner has this letter");
	return e;
}

static void say(struct job_run *r, const struct letter_draft *d, struct text id, const char *status)
{
	log_info(log_z("mail", mail_letter_name(d->letter)), log_text("message_id", id),
		 log_text("to", mail_masked(r->arena, d->to)), log_z("status", status));
}

const struct err *job_send_mail_run(struct job_run *r)
{
	struct text id = message_id(r);
	struct letter_draft d;
	struct letter_text t;
	struct mime_message m;
	const struct err *e = letter_draft(r, &d);

	if (!e)
		e = letter_write(r->arena, d.letter, &d.view, &t);
	if (!e)
		e = keep_lease(r);
	if (e)
		return e;
	m = (struct mime_message){
		.to = d.to,
		.subject = t.subject,
		.id = id,
		.date_us = r->job->created_us,
		.unsubscribe_url = d.view.unsubscribe_url,
		.text = t.text,
		.html = t.html,
	};
	FAULT_POINT(r->arena, MAIL_BEFORE_SEND);
	e = mail_hand_over(r->app->cfg, r->arena, &m);
	if (err_is(e, ERR_INVALID)) {
		/* The recipient, or the letter: refused each time. */
		log_err(LOG_LEVEL_WARN, "a letter is given up", e);
		say(r, &d, id, "refused");
		return NULL;
	}
	if (e)
		return e;
	FAULT_POINT(r->arena, MAIL_AFTER_SEND);
	say(r, &d, id, "sent");
	return NULL;
}

/* A kind of its own in the queue, where one that waits is enough; in nothing else. */
const struct err *job_send_confirmation_run(struct job_run *r)
{
	return job_send_mail_run(r);
}
