#include "db/version_view.h"

#include "app/base/arena.h"

#include <stdlib.h>

#define FROM_VERSIONS " FROM versions v JOIN crates c ON c.id = v.crate_id" VERSION_VIEW_JOIN

static const struct db_stmt version_view_by_num = {
	.name = "version_view_by_num",
	.sql = "SELECT " VERSION_VIEW_SQL FROM_VERSIONS " WHERE v.crate_id = ? AND v.num = ?",
	.in = { DB_U64, DB_TEXT },
	.out = { VERSION_VIEW_COLS },
};

static const struct db_stmt version_view_by_id = {
	.name = "version_view_by_id",
	.sql = "SELECT " VERSION_VIEW_SQL FROM_VERSIONS " WHERE v.id = ?",
	.in = { DB_U64 },
	.out = { VERSION_VIEW_COLS },
};

/* In the order of an index, which is that of the ids but for imports: to sort rows with so many texts would cost as much as they do. */
static const struct db_stmt version_views_of_crate = {
	.name = "version_views_of_crate",
	.sql = "SELECT " VERSION_VIEW_SQL
	       " FROM versions v FORCE INDEX (versions_crate_created) JOIN crates c ON c.id = "
	       "v.crate_id" VERSION_VIEW_JOIN
	       " WHERE v.crate_id = ? ORDER BY v.created_us DESC, v.id DESC LIMIT 20000",
	.in = { DB_U64 },
	.out = { VERSION_VIEW_COLS },
};

static const struct db_stmt version_keys = {
	.name = "version_keys",
	.sql = "SELECT id, num, semver_ord, created_us, yanked, prerelease FROM versions"
	       " WHERE crate_id = ? ORDER BY semver_ord DESC, id DESC LIMIT 20000",
	.in = { DB_U64 },
	.out = { DB_COL(struct version_key, id), DB_COL(struct version_key, num),
		 DB_COL(struct version_key, semver_ord), DB_COL(struct version_key, created_us),
		 DB_COL(struct version_key, yanked), DB_COL(struct version_key, prerelease) },
};

/* Places that are not used hold 0, which no version has. */
static const struct db_stmt version_views_by_ids = {
	.name = "version_views_by_ids",
	.sql = "SELECT " VERSION_VIEW_SQL FROM_VERSIONS " WHERE v.id IN (" DB_ROWS_64(
		"?") ", " DB_ROWS_32("?") ", " DB_ROWS_4("?") ") LIMIT 100",
	.in = { DB_U64 },
	.in_repeat = VERSION_IDS_MAX,
	.out = { VERSION_VIEW_COLS },
};

static const struct db_stmt version_actions_of_crate = {
	.name = "version_actions_of_crate",
	.sql = "SELECT " VERSION_ACTION_SQL " FROM versions v"
	       "  JOIN version_owner_actions a ON a.version_id = v.id"
	       "  JOIN users u ON u.id = a.user_id"
	       " WHERE v.crate_id = ?"
	       " ORDER BY a.version_id, a.id LIMIT 100000",
	.in = { DB_U64 },
	.out = { VERSION_ACTION_COLS },
};

static const struct db_stmt version_actions = {
	.name = "version_actions",
	.sql = "SELECT " VERSION_ACTION_SQL " FROM version_owner_actions a"
	       "  JOIN users u ON u.id = a.user_id"
	       " WHERE a.version_id = ?"
	       " ORDER BY a.version_id, a.id LIMIT 10000",
	.in = { DB_U64 },
	.out = { VERSION_ACTION_COLS },
};

static const struct db_stmt version_actions_by_ids = {
	.name = "version_actions_by_ids",
	.sql = "SELECT " VERSION_ACTION_SQL " FROM version_owner_actions a"
	       "  JOIN users u ON u.id = a.user_id"
	       " WHERE a.version_id IN (" DB_ROWS_64("?") ", " DB_ROWS_32("?") ", " DB_ROWS_4(
		       "?") ")"
			    " ORDER BY a.version_id, a.id LIMIT 100000",
	.in = { DB_U64 },
	.in_repeat = VERSION_IDS_MAX,
	.out = { VERSION_ACTION_COLS },
};

const struct err *db_version_view(struct db *db, uint64_t crate_id, struct text crate,
				  struct text num, struct version_view *ret)
{
	const struct err *e;

	e = db_one(db, &version_view_by_num, DB_ARGS(db_u64(crate_id), db_text(num)), ret);
	if (err_is(e, ERR_NOT_FOUND))
		return err_new(db_arena(db), ERR_NOT_FOUND,
			       "crate `%.*s` does not have a version `%.*s`", TEXT_F(crate),
			       TEXT_F(num));
	return e;
}

const struct err *db_version_view_by_id(struct db *db, uint64_t version_id,
					struct version_view *ret)
{
	return db_one(db, &version_view_by_id, DB_ARGS(db_u64(version_id)), ret);
}

static int newest_first(const void *a, const void *b)
{
	const struct version_view *x = a, *y = b;

	return (x->id < y->id) - (x->id > y->id);
}

static bool is_newest_first(const struct version_view *v, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (v[i].id > v[i - 1].id)
			return false;
	return true;
}

const struct err *db_version_views(struct db *db, uint64_t crate_id, struct version_view **ret,
				   size_t *ret_n)
{
	const struct err *e = db_all(db, &version_views_of_crate, DB_ARGS(db_u64(crate_id)),
				     sizeof(**ret), ret, ret_n);

	if (!e && !is_newest_first(*ret, *ret_n))
		qsort(*ret, *ret_n, sizeof(**ret), newest_first);
	return e;
}

const struct err *db_version_keys(struct db *db, uint64_t crate_id, struct version_key **ret,
				  size_t *ret_n)
{
	return db_all(db, &version_keys, DB_ARGS(db_u64(crate_id)), sizeof(**ret), ret, ret_n);
}

const struct err *db_version_views_by_ids(struct db *db, const uint64_t *ids, size_t n,
					  struct version_view **ret, size_t *ret_n)
{
	struct db_val args[VERSION_IDS_MAX];

	BUG_ON(n > ARRAY_SIZE(args));
	for (size_t i = 0; i < ARRAY_SIZE(args); i++)
		args[i] = db_u64(i < n ? ids[i] : 0);
	return db_all(db, &version_views_by_ids, (struct db_vals){ args, ARRAY_SIZE(args) },
		      sizeof(**ret), ret, ret_n);
}

/* Where the actions of a version begin in a list sorted by version_id, or nactions. */
static size_t first_action(const struct version_action *actions, size_t nactions,
			   uint64_t version_id)
{
	size_t lo = 0, hi = nactions;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (actions[mid].version_id < version_id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void version_actions_share_out(struct version_action *actions, size_t nactions,
			       struct version_view *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t from = first_action(actions, nactions, v[i].id), to = from;

		while (to < nactions && actions[to].version_id == v[i].id)
			to++;
		v[i].actions = actions + from;
		v[i].nactions = to - from;
	}
}

const struct err *db_version_actions_of_crate(struct db *db, uint64_t crate_id,
					      struct version_view *v, size_t n)
{
	struct version_action *actions;
	const struct err *e;
	size_t nactions;

	if (!n)
		return NULL;
	e = db_all(db, &version_actions_of_crate, DB_ARGS(db_u64(crate_id)), sizeof(*actions),
		   &actions, &nactions);
	if (e)
		return e;
	version_actions_share_out(actions, nactions, v, n);
	return NULL;
}

const struct err *db_version_actions(struct db *db, struct version_view *v)
{
	return db_all(db, &version_actions, DB_ARGS(db_u64(v->id)), sizeof(*v->actions),
		      &v->actions, &v->nactions);
}

const struct err *db_version_actions_by_ids(struct db *db, struct version_view *v, size_t n)
{
	struct db_val args[VERSION_IDS_MAX];
	struct version_action *actions;
	const struct err *e;
	size_t nactions;

	BUG_ON(n > ARRAY_SIZE(args));
	for (size_t i = 0; i < ARRAY_SIZE(args); i++)
		args[i] = db_u64(i < n ? v[i].id : 0);
	e = db_all(db, &version_actions_by_ids, (struct db_vals){ args, ARRAY_SIZE(args) },
		   sizeof(*actions), &actions, &nactions);
	if (!e)
		version_actions_share_out(actions, nactions, v, n);
	return e;
}

const struct db_stmt *const db_version_view_stmts[] = {
	&version_view_by_num, &version_view_by_id,     &version_views_of_crate,
	&version_keys,        &version_views_by_ids,   &version_actions_of_crate,
	&version_actions,     &version_actions_by_ids, NULL
};
