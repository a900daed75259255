#include "db/version_view.h"

#include "app/base/arena.h"
#include "db/version_people.h"

#include <stdlib.h>

/* clang-format off */

/* Columns of versions v but for the name of its crate; of its actions a. */
#define ROW_SQL \
	"v.id, v.num, v.semver_ord, v.prerelease, v.created_us, v.updated_us, v.downloads, v.features, v.yanked, v.yank_message," \
	" v.links, v.license, v.crate_size, v.tar_sha256, v.rust_version, v.has_lib, v.bin_names, v.edition, v.description," \
	" v.homepage, v.documentation, v.repository, v.trustpub_data, v.linecounts, v.marks, v.published_by"
#define COL(member) DB_COL(struct version_view, member)
#define ROW_COLS \
	COL(id), COL(num), COL(semver_ord), COL(prerelease), COL(created_us), COL(updated_us), COL(downloads), COL(features), \
	COL(yanked), COL(yank_message), COL(links), COL(license), COL(crate_size), COL(tar_sha256), COL(rust_version), \
	COL(has_lib), COL(bin_names), COL(edition), COL(description), COL(homepage), COL(documentation), COL(repository), \
	COL(trustpub_data), COL(linecounts), COL(marks), COL(published_by)
#define ACTION_SQL "a.version_id, a.action, a.time_us, a.user_id"
#define ACTION_COL(member) DB_COL(struct version_action, member)
#define ACTION_COLS ACTION_COL(version_id), ACTION_COL(action), ACTION_COL(time_us), ACTION_COL(user_id)

/* With their people, for a few versions: what has the columns above comes first. */
struct version_row {
	struct version_view v;
	struct user_view publisher;
};
_Static_assert(offsetof(struct version_row, v) == 0, "its columns are those of a version alone");

struct action_row {
	struct version_action a;
	struct user_view user;
};
_Static_assert(offsetof(struct action_row, a) == 0, "its columns are those of a version alone");

#define SHOWN_SQL "SELECT c.name AS crate, " ROW_SQL ", " USER_VIEW_SQL("u", "pub_") \
	" FROM versions v JOIN crates c ON c.id = v.crate_id LEFT JOIN users u ON u.id = v.published_by"
#define SHOWN_COLS COL(crate), ROW_COLS, USER_VIEW_COLS(struct version_row, publisher, "pub_")
#define ACTED_SQL "SELECT " ACTION_SQL ", " USER_VIEW_SQL("u", "user_") \
	" FROM version_owner_actions a JOIN users u ON u.id = a.user_id"
#define ACTED_COLS ACTION_COLS, USER_VIEW_COLS(struct action_row, user, "user_")

static const struct db_stmt version_view_by_num = {
	.name = "version_view_by_num",
	.sql = SHOWN_SQL " WHERE v.crate_id = ? AND v.num = ?",
	.in = { DB_U64, DB_TEXT },
	.out = { SHOWN_COLS },
};

static const struct db_stmt version_view_by_id = {
	.name = "version_view_by_id",
	.sql = SHOWN_SQL " WHERE v.id = ?",
	.in = { DB_U64 },
	.out = { SHOWN_COLS },
};

/* In the order of an index, which is that of the ids but for imports: to sort rows with so many texts would cost as much as they do. */
static const struct db_stmt version_views_of_crate = {
	.name = "version_views_of_crate",
	.sql = "SELECT " ROW_SQL " FROM versions v FORCE INDEX (versions_crate_created)"
	       " WHERE v.crate_id = ? ORDER BY v.created_us DESC, v.id DESC LIMIT 20000",
	.in = { DB_U64 },
	.out = { ROW_COLS },
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
#define IDS "(" DB_ROWS_64("?") ", " DB_ROWS_32("?") ", " DB_ROWS_4("?") ")"

static const struct db_stmt version_views_published = {
	.name = "version_views_published",
	.sql = "SELECT c.name AS crate, " ROW_SQL ", u.id AS pub_id, u.username AS pub_login"
	       " FROM versions v JOIN crates c ON c.id = v.crate_id LEFT JOIN users u ON u.id = v.published_by WHERE v.id IN " IDS
	       " LIMIT 100",
	.in = { DB_U64 },
	.in_repeat = VERSION_IDS_MAX,
	.out = { COL(crate), ROW_COLS, DB_COL_AS(struct version_row, publisher.id, "pub_id"),
		 DB_COL_AS(struct version_row, publisher.login, "pub_login") },
};

static const struct db_stmt version_views_by_ids = {
	.name = "version_views_by_ids",
	.sql = "SELECT c.name AS crate, " ROW_SQL " FROM versions v JOIN crates c ON c.id = v.crate_id WHERE v.id IN " IDS
	       " LIMIT 100",
	.in = { DB_U64 },
	.in_repeat = VERSION_IDS_MAX,
	.out = { COL(crate), ROW_COLS },
};

/* Both by indexes that hold all that is asked for; sorted here, where they come nearly sorted. */
static const struct db_stmt version_actions_of_crate = {
	.name = "version_actions_of_crate",
	.sql = "SELECT a.id, " ACTION_SQL " FROM versions v FORCE INDEX (versions_crate_created)"
	       "  STRAIGHT_JOIN version_owner_actions a FORCE INDEX (version_owner_actions_shown) ON a.version_id = v.id"
	       " WHERE v.crate_id = ? LIMIT 100000",
	.in = { DB_U64 },
	.out = { ACTION_COL(id), ACTION_COLS },
};

static const struct db_stmt version_actions = {
	.name = "version_actions",
	.sql = ACTED_SQL " WHERE a.version_id = ? ORDER BY a.version_id, a.id LIMIT 10000",
	.in = { DB_U64 },
	.out = { ACTED_COLS },
};

static const struct db_stmt version_actions_by_ids = {
	.name = "version_actions_by_ids",
	.sql = "SELECT a.id, " ACTION_SQL " FROM version_owner_actions a FORCE INDEX (version_owner_actions_shown)"
	       " WHERE a.version_id IN " IDS " ORDER BY a.version_id, a.id LIMIT 100000",
	.in = { DB_U64 },
	.in_repeat = VERSION_IDS_MAX,
	.out = { ACTION_COL(id), ACTION_COLS },
};
/* clang-format on */

/* What the row of a join says of its publisher. row stays where it is as long as *ret is used. */
static struct version_view with_publisher(const struct version_row *row)
{
	struct version_view v = row->v;

	v.publisher = row->publisher.id.set ? &row->publisher : NULL;
	return v;
}

static const struct err *one_version(struct db *db, const struct db_stmt *s, struct db_vals args,
				     struct version_view *ret)
{
	struct version_row *row = arena_alloc(db_arena(db), sizeof(*row));
	const struct err *e = db_one(db, s, args, row);

	if (!e)
		*ret = with_publisher(row);
	return e;
}

const struct err *db_version_view(struct db *db, uint64_t crate_id, struct text crate,
				  struct text num, struct version_view *ret)
{
	const struct err *e;

	e = one_version(db, &version_view_by_num, DB_ARGS(db_u64(crate_id), db_text(num)), ret);
	if (err_is(e, ERR_NOT_FOUND))
		return err_new(db_arena(db), ERR_NOT_FOUND,
			       "crate `%.*s` does not have a version `%.*s`", TEXT_F(crate),
			       TEXT_F(num));
	return e;
}

const struct err *db_version_view_by_id(struct db *db, uint64_t version_id,
					struct version_view *ret)
{
	return one_version(db, &version_view_by_id, DB_ARGS(db_u64(version_id)), ret);
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

static int action_order(const void *a, const void *b)
{
	const struct version_action *x = a, *y = b;

	if (x->version_id != y->version_id)
		return x->version_id < y->version_id ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

static const struct err *actions_of_crate(struct db *db, uint64_t crate_id,
					  struct version_action **ret, size_t *ret_n)
{
	const struct err *e = db_all(db, &version_actions_of_crate, DB_ARGS(db_u64(crate_id)),
				     sizeof(**ret), ret, ret_n);

	if (!e && *ret_n)
		qsort(*ret, *ret_n, sizeof(**ret), action_order);
	return e;
}

const struct err *db_version_views(struct db *db, uint64_t crate_id, struct text crate,
				   struct version_view **ret, size_t *ret_n)
{
	struct version_action *actions = NULL;
	const struct err *e = db_all(db, &version_views_of_crate, DB_ARGS(db_u64(crate_id)),
				     sizeof(**ret), ret, ret_n);
	size_t nactions = 0;

	if (!e && *ret_n)
		e = actions_of_crate(db, crate_id, &actions, &nactions);
	if (e)
		return e;
	for (size_t i = 0; i < *ret_n; i++)
		(*ret)[i].crate = crate;
	if (!is_newest_first(*ret, *ret_n))
		qsort(*ret, *ret_n, sizeof(**ret), newest_first);
	return version_people_add(db, *ret, *ret_n, actions, nactions);
}

const struct err *db_version_keys(struct db *db, uint64_t crate_id, struct version_key **ret,
				  size_t *ret_n)
{
	return db_all(db, &version_keys, DB_ARGS(db_u64(crate_id)), sizeof(**ret), ret, ret_n);
}

/* Unused places of args hold 0. */
static struct db_vals id_args(struct db_val *args, const uint64_t *ids, size_t n)
{
	BUG_ON(n > VERSION_IDS_MAX);
	for (size_t i = 0; i < VERSION_IDS_MAX; i++)
		args[i] = db_u64(i < n ? ids[i] : 0);
	return (struct db_vals){ args, VERSION_IDS_MAX };
}

const struct err *db_version_views_by_ids(struct db *db, const uint64_t *ids, size_t n,
					  struct version_view **ret, size_t *ret_n)
{
	struct db_val args[VERSION_IDS_MAX];
	struct version_row *rows;
	const struct err *e = db_all(db, &version_views_published, id_args(args, ids, n),
				     sizeof(*rows), &rows, ret_n);

	if (e)
		return e;
	*ret = arena_array(db_arena(db), *ret_n, sizeof(**ret));
	for (size_t i = 0; i < *ret_n; i++)
		(*ret)[i] = with_publisher(&rows[i]);
	return NULL;
}

const struct err *db_version_views_acted(struct db *db, const uint64_t *ids, size_t n,
					 struct version_view **ret, size_t *ret_n)
{
	struct db_val args[VERSION_IDS_MAX];
	struct version_action *actions;
	const struct err *e =
		db_all(db, &version_views_by_ids, id_args(args, ids, n), sizeof(**ret), ret, ret_n);
	size_t nactions;

	if (!e)
		e = db_all(db, &version_actions_by_ids, id_args(args, ids, n), sizeof(*actions),
			   &actions, &nactions);
	return e ? e : version_people_add(db, *ret, *ret_n, actions, nactions);
}

const struct err *db_version_actions(struct db *db, struct version_view *v)
{
	struct action_row *rows;
	const struct err *e = db_all(db, &version_actions, DB_ARGS(db_u64(v->id)), sizeof(*rows),
				     &rows, &v->nactions);

	if (e)
		return e;
	v->actions = arena_array(db_arena(db), v->nactions, sizeof(*v->actions));
	for (size_t i = 0; i < v->nactions; i++) {
		v->actions[i] = rows[i].a;
		v->actions[i].user = &rows[i].user;
	}
	return NULL;
}

const struct db_stmt *const db_version_view_stmts[] = {
	&version_view_by_num,      &version_view_by_id,
	&version_views_of_crate,   &version_keys,
	&version_views_published,  &version_views_by_ids,
	&version_actions_of_crate, &version_actions,
	&version_actions_by_ids,   NULL
};
