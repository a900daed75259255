/* sync_admins: administrators are those of a list that is kept elsewhere, auth.admins_url (contract/jobs.md 16.4). */
#include "app/base/config.h"
#include "app/base/log.h"
#include "app/jobs/kinds.h"
#include "app/outside/admin_list.h"
#include "app/server/app.h"
#include "db/admin.h"

const struct err *job_sync_admins_run(struct job_run *r)
{
	struct text url = r->app->cfg->auth.admins_url;
	struct admin_sync s = { .n = 0 };
	const struct err *e;

	if (!url.n)
		return NULL;
	e = admin_list_fetch(r->app->http, r->arena, url, &s.accounts, &s.n);
	if (!e)
		e = db_admin_sync(r->app->db, r->job, &s);
	if (e)
		return e;
	r->ended = true;
	log_info(log_z("admins", "as listed"), log_u64("granted", s.granted.n),
		 log_u64("revoked", s.revoked.n), log_u64("without_account", s.unknown));
	return NULL;
}
