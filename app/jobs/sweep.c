/* sweep: what nobody will ask for again: sessions, links and tokens that have run out, and files that a crash left. */
#include "app/base/time.h"
#include "app/jobs/kinds.h"
#include "app/outside/mail.h"
#include "app/server/app.h"
#include "app/storage/storage.h"
#include "db/expired.h"
#include "db/log_position.h"

/* Letters that became files hold addresses, and links that work; a log that was read to its end is not come back to. */
enum { MAIL_DAYS = 30, LOG_DAYS = 30 };
#define DAY_US ((int64_t)24 * 3600 * US_PER_S)

const struct err *job_sweep_run(struct job_run *r)
{
	int64_t now = time_now_us();
	const struct err *e;
	size_t n;

	e = storage_sweep_tmp(r->app->storage, r->arena, now - DAY_US, &n);
	if (!e)
		e = mail_sweep(r->app->cfg, r->arena, now - MAIL_DAYS * DAY_US);
	if (!e)
		e = db_log_forget(r->app->db, now - LOG_DAYS * DAY_US);
	return e ? e : db_expired_delete(r->app->db, now);
}
