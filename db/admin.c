#include "db/admin.h"

#include "app/base/arena.h"
#include "db/audit.h"
#include "db/github.h"
#include "db/job.h"
#include "db/mail.h"
#include "db/user.h"

static const struct db_stmt admins = {
	.name = "admins",
	.sql = "SELECT id, username AS login FROM users WHERE is_admin = 1 ORDER BY id LIMIT 1000",
	.out = { DB_COL(struct admin_row, id), DB_COL(struct admin_row, login) },
};

static const struct db_stmt admins_locked = {
	.name = "admins_locked",
	.sql = "SELECT id, username AS login FROM users WHERE is_admin = 1 ORDER BY id LIMIT 1000"
	       " FOR UPDATE",
	.out = { DB_COL(struct admin_row, id), DB_COL(struct admin_row, login) },
};

static const struct db_stmt waiting = {
	.name = "admin_waiting",
	.sql = "SELECT CAST(COALESCE((SELECT COUNT(*) FROM"
	       "         (SELECT DISTINCT crate_id FROM typosquat_hits"
	       "           WHERE settled_us IS NULL LIMIT 1000) t), 0) AS UNSIGNED) AS typosquats,"
	       "       CAST(COALESCE((SELECT COUNT(*) FROM"
	       "         (SELECT id FROM reports WHERE settled_us IS NULL LIMIT 1000) r), 0)"
	       "         AS UNSIGNED) AS reports", /* ADMIN_WAITING_MAX */
	.out = { DB_COL(struct admin_waiting, typosquats), DB_COL(struct admin_waiting, reports) },
};

const struct err *db_admin_waiting(struct db *db, struct admin_waiting *ret)
{
	return db_one(db, &waiting, DB_NO_ARGS, ret);
}

const struct err *db_admins(struct db *db, struct admin_row **ret, size_t *ret_n)
{
	return db_all(db, &admins, DB_NO_ARGS, sizeof(**ret), ret, ret_n);
}

struct syncing {
	const struct job *job;
	struct admin_sync *s;
	struct admin_row *before;
	size_t nbefore;
	uint64_t *listed; /* ids of users whose accounts the list names, rising */
	size_t nlisted;
};

static int by_id(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static const struct err *find_listed(struct db *db, struct syncing *y)
{
	const struct err *e = NULL;

	y->listed = arena_array(db_arena(db), y->s->n, sizeof(*y->listed));
	for (size_t i = 0; !e && i < y->s->n; i++) {
		bool found = false;

		e = db_github_find(db, y->s->accounts[i], &y->listed[y->nlisted], &found);
		y->nlisted += found;
		y->s->unknown += !found;
	}
	qsort(y->listed, y->nlisted, sizeof(*y->listed), by_id);
	return e;
}

static const struct err *change(struct db *db, const struct admin_row *u, bool is_admin,
				struct texts *ret)
{
	struct audit_entry note = { .actor = TEXT("sync_admins"),
				    .action = is_admin ? "admin_grant" : "admin_revoke",
				    .about_user_id = u->id,
				    .detail = text_fmt(db_arena(db), "{\"login\":\"%.*s\"}",
						       TEXT_F(u->login)) };
	const struct err *e = db_user_set_admin(db, u->id, is_admin);

	ret->v[ret->n++] = u->login;
	return e ? e : db_audit(db, &note);
}

static const struct err *revoke(struct db *db, struct syncing *y)
{
	const struct err *e = NULL;

	for (size_t i = 0; !e && i < y->nbefore; i++)
		if (!y->nlisted ||
		    !bsearch(&y->before[i].id, y->listed, y->nlisted, sizeof(*y->listed), by_id))
			e = change(db, &y->before[i], false, &y->s->revoked);
	return e;
}

static const struct err *grant(struct db *db, struct syncing *y)
{
	const struct err *e = NULL;

	for (size_t i = 0; !e && i < y->nlisted; i++) {
		struct user_row u;

		if (i && y->listed[i] == y->listed[i - 1])
			continue; /* two accounts of one user */
		e = db_user_by_id(db, y->listed[i], &u);
		if (!e && !u.is_admin)
			e = change(db, &(struct admin_row){ u.id, u.login }, true, &y->s->granted);
	}
	return e;
}

static const struct err *sync(struct db *db, void *ctx)
{
	struct syncing *y = ctx;
	struct arena *a = db_arena(db);
	const struct err *e;

	e = db_all(db, &admins_locked, DB_NO_ARGS, sizeof(*y->before), &y->before, &y->nbefore);
	if (e)
		return e;
	y->nlisted = 0;
	y->s->unknown = 0;
	y->s->granted = (struct texts){ arena_array(a, y->s->n, sizeof(struct text)), 0 };
	y->s->revoked = (struct texts){ arena_array(a, y->nbefore, sizeof(struct text)), 0 };
	e = find_listed(db, y);
	if (!e)
		e = revoke(db, y);
	if (!e)
		e = grant(db, y);
	for (size_t i = 0; !e && (y->s->granted.n || y->s->revoked.n) && i < y->nbefore; i++)
		e = db_mail_admin_account(db, y->before[i].id, &y->s->granted, &y->s->revoked);
	return e ? e : db_job_end(db, y->job);
}

const struct err *db_admin_sync(struct db *db, const struct job *j, struct admin_sync *s)
{
	struct syncing y = { .job = j, .s = s };

	return db_tx(db, sync, &y);
}

const struct db_stmt *const db_admin_stmts[] = { &admins, &admins_locked, &waiting, NULL };
