#include "app/server/own_email.h"

#include "app/base/config.h"
#include "app/base/email.h"
#include "app/server/limits.h"
#include "db/email.h"
#include "db/mail_view.h"

const struct err *own_email_set(struct req *r, struct text email)
{
	const struct err *e;

	email = text_trim(email);
	if (!email.n)
		return err_new(r->arena, ERR_INVALID, "empty email rejected");
	if (!email_is_valid(email))
		return err_new(r->arena, ERR_INVALID, "invalid email address");
	e = limit_take_letter(r, email);
	return e ? e : db_email_set(r->db, r->user.id, email);
}

const struct err *own_email_resend(struct req *r)
{
	struct mail_person p;
	const struct err *e = NULL;

	if (r->cfg->limits.enabled) {
		e = db_mail_person(r->db, r->user.id, &p);
		if (!e && p.email.p)
			e = limit_take_letter(r, p.email);
	}
	return e ? e : db_email_resend(r->db, r->user.id);
}
