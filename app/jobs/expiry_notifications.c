/* send_token_expiry_notifications: tells whose API tokens run out within three days (contract/jobs.md 16.2). */
#include "app/jobs/kinds.h"
#include "app/server/app.h"
#include "db/mail_view.h"

enum { TOKENS_MAX_A_RUN = 10000 };

const struct err *job_expiry_notifications_run(struct job_run *r)
{
	const struct err *e = NULL;
	uint64_t n = MAIL_EXPIRING_MAX;

	for (uint64_t all = 0; !e && n == MAIL_EXPIRING_MAX && all < TOKENS_MAX_A_RUN; all += n)
		e = db_mail_expiring(r->app->db, &n);
	return e;
}
