/*
 * update_user_from_github: a login that was changed at GitHub is changed here (contract/jobs.md 16.3); and update_user_batch,
 * which makes such jobs for those that were looked at longest ago.
 */
#include "app/base/config.h"
#include "app/base/jw.h"
#include "app/base/time.h"
#include "app/jobs/kinds.h"
#include "app/outside/github.h"
#include "app/server/app.h"
#include "app/server/may.h"
#include "db/github.h"

#include <json-c/json.h>

enum { BATCH = 100, LOOK_EVERY_DAYS = 30 };

/* With his own token; else as the application, by his number. *ret_login absent: it stays. */
static const struct err *ask(struct job_run *r, const struct github_link *link, int64_t account_id,
			     struct text *ret_login)
{
	struct github_user u;
	struct secret token;
	bool has_token;
	const struct err *e =
		may_open_token(r->app->cfg, r->arena, link->encrypted_token, &token, &has_token);

	if (!e && has_token) {
		e = github_user(r->app->github, r->arena, &token, &u);
		if (!e)
			*ret_login = u.login;
		if (!e || (err_status(e) != 401 && err_status(e) != 403))
			return e;
	}
	/* Accounts that a company manages are not seen from outside. */
	if (text_has_byte(link->login, '_')) {
		*ret_login = link->login;
		return NULL;
	}
	e = github_user_by_id(r->app->github, r->arena, account_id, &u);
	if (!e)
		*ret_login = u.login;
	if (!err_is(e, ERR_NOT_FOUND))
		return e;
	*ret_login = text_fmt(r->arena, "ghost_%llu", (unsigned long long)link->user_id);
	return NULL;
}

const struct err *job_update_user_from_github_run(struct job_run *r)
{
	struct json_object *dry = NULL;
	struct github_link link;
	struct text login;
	uint64_t id;
	const struct err *e = job_u64(r, "account_id", &id);

	if (e || !github_on(r->app->cfg))
		return e;
	e = db_github_link(r->app->db, (int64_t)id, &link);
	if (!e)
		e = ask(r, &link, (int64_t)id, &login);
	if (e)
		return e;
	if (json_object_object_get_ex(r->data, "dry_run", &dry) && json_object_get_boolean(dry))
		return NULL;
	return db_github_relogin(r->app->db, link.user_id, (int64_t)id,
				 text_eq(login, link.login) ? TEXT_NONE : login);
}

static const struct err *add(struct job_run *r, int64_t account_id)
{
	struct buf b = buf_init(r->arena, 256);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	jw_bool(&j, "dry_run", false);
	jw_i64(&j, "account_id", account_id);
	jw_end(&j);
	return db_job_add(r->app->db, &job_update_user_from_github, buf_text(&b), NULL);
}

const struct err *job_update_user_batch_run(struct job_run *r)
{
	int64_t before = time_now_us() - LOOK_EVERY_DAYS * (int64_t)86400 * US_PER_S;
	struct github_stale *v;
	const struct err *e;
	size_t n;

	if (!github_on(r->app->cfg))
		return NULL;
	e = db_github_stale(r->app->db, before, BATCH, &v, &n);
	for (size_t i = 0; !e && i < n; i++)
		e = add(r, v[i].account_id);
	return e;
}
