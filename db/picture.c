#include "db/picture.h"

#include "app/base/jw.h"
#include "app/base/time.h"
#include "db/job.h"

/* Pages may be kept for six minutes (handlers/web/page.c), and read for some more. */
#define DROP_AFTER_US ((int64_t)3600 * US_PER_S)

static const struct db_stmt of_user = {
	.name = "picture_of_user",
	.sql = "SELECT avatar AS url, picture AS file FROM oauth_github WHERE account_id = ?",
	.in = { DB_I64 },
	.out = { DB_COL(struct picture, url), DB_COL(struct picture, file) },
};

static const struct db_stmt of_team = {
	.name = "picture_of_team",
	.sql = "SELECT avatar AS url, picture AS file FROM teams WHERE id = ?",
	.in = { DB_U64 },
	.out = { DB_COL(struct picture, url), DB_COL(struct picture, file) },
};

static const struct db_stmt put_user = {
	.name = "picture_put_user",
	.sql = "UPDATE oauth_github SET picture = ?, picture_us = ?"
	       " WHERE account_id = ? AND avatar <=> ?",
	.in = { DB_TEXT, DB_I64, DB_I64, DB_TEXT },
};

static const struct db_stmt put_team = {
	.name = "picture_put_team",
	.sql = "UPDATE teams SET picture = ?, picture_us = ? WHERE id = ? AND avatar <=> ?",
	.in = { DB_TEXT, DB_I64, DB_U64, DB_TEXT },
};

/* One whose original is gone is looked for once more where there still is a copy. */
static const struct db_stmt users_due = {
	.name = "picture_users_due",
	.sql = "SELECT account_id AS id FROM oauth_github"
	       " WHERE picture_us < ? AND (avatar IS NOT NULL OR picture IS NOT NULL)"
	       " ORDER BY picture_us, account_id LIMIT 500",
	.in = { DB_I64 },
	.out = { DB_COL(struct picture_due, id) },
};

static const struct db_stmt teams_due = {
	.name = "picture_teams_due",
	.sql = "SELECT CAST(id AS SIGNED) AS id FROM teams"
	       " WHERE picture_us < ? AND (avatar IS NOT NULL OR picture IS NOT NULL)"
	       " ORDER BY picture_us, teams.id LIMIT 500",
	.in = { DB_I64 },
	.out = { DB_COL(struct picture_due, id) },
};

const struct err *db_picture(struct db *db, enum picture_kind kind, int64_t id, struct picture *ret)
{
	if (kind == PICTURE_TEAM)
		return db_one(db, &of_team, DB_ARGS(db_u64((uint64_t)id)), ret);
	return db_one(db, &of_user, DB_ARGS(db_i64(id)), ret);
}

const struct err *db_picture_put(struct db *db, enum picture_kind kind, int64_t id,
				 const struct picture *p, bool *ret_taken)
{
	struct db_val file = db_text(p->file), now = db_i64(time_now_us()), url = db_text(p->url);
	uint64_t n = 0;
	const struct err *e;

	if (kind == PICTURE_TEAM)
		e = db_exec(db, &put_team, DB_ARGS(file, now, db_u64((uint64_t)id), url), &n);
	else
		e = db_exec(db, &put_user, DB_ARGS(file, now, db_i64(id), url), &n);
	if (!e)
		*ret_taken = n != 0;
	return e;
}

const struct err *db_picture_want(struct db *db, enum picture_kind kind, int64_t id)
{
	struct buf b = buf_init(db_arena(db), 128);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	jw_i64(&j, kind == PICTURE_TEAM ? "team_id" : "account_id", id);
	jw_end(&j);
	return db_job_add(db, &job_fetch_avatar, buf_text(&b), NULL);
}

const struct err *db_pictures_due(struct db *db, enum picture_kind kind, int64_t before_us,
				  struct picture_due **ret, size_t *ret_n)
{
	return db_all(db, kind == PICTURE_TEAM ? &teams_due : &users_due,
		      DB_ARGS(db_i64(before_us)), sizeof(**ret), ret, ret_n);
}

const struct err *db_picture_drop_later(struct db *db, struct text file)
{
	struct buf b = buf_init(db_arena(db), 256);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	jw_text(&j, "file", file);
	jw_end(&j);
	return db_job_add_later(db, &job_drop_avatar, buf_text(&b), job_drop_avatar.priority,
				time_now_us() + DROP_AFTER_US, NULL);
}

const struct db_stmt *const db_picture_stmts[] = { &of_user,   &of_team,   &put_user, &put_team,
						   &users_due, &teams_due, NULL };
