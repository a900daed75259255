#include "db/dashboard.h"

#include "app/base/arena.h"
#include "db/invitation.h"

/* clang-format off */

/* The first crates by name of those that a part names; names are read from a narrow index, the rest for what is shown. */
#define FIRST_OF(list, part, id) \
	"SELECT " list " AS list, c.name, IF(d.yanked, NULL, d.num) AS version" \
	"  FROM (SELECT n.id FROM " part " JOIN crates n FORCE INDEX (crates_narrow) ON n.id = " id \
	"         ORDER BY n.name LIMIT 5) p" \
	"  JOIN crates c ON c.id = p.id" \
	"  LEFT JOIN default_versions d ON d.crate_id = c.id"
#define OWNED "(SELECT crate_id FROM crate_owners WHERE owner_kind = 0 AND owner_id = ? AND deleted = 0) o"
#define FOLLOWED "(SELECT crate_id FROM follows WHERE user_id = ?) f"

struct list_row {
	uint64_t list;
	struct text name, version;
};

static const struct db_stmt lists = {
	.name = "dashboard_lists",
	.sql = "SELECT CAST(x.list AS UNSIGNED) AS list, x.name, x.version FROM ("
	       FIRST_OF("0", OWNED, "o.crate_id") " UNION ALL " FIRST_OF("1", FOLLOWED, "f.crate_id")
	       ") x ORDER BY x.list, x.name LIMIT 10",
	.in = { DB_U64, DB_U64 },
	.out = { DB_COL(struct list_row, list), DB_COL(struct list_row, name), DB_COL(struct list_row, version) },
};

static const struct db_stmt sums = {
	.name = "dashboard_sums",
	.sql = "SELECT CAST(COUNT(*) AS UNSIGNED) AS owned,"
	       "       CAST(COALESCE((SELECT COUNT(*) FROM follows WHERE user_id = ?), 0) AS UNSIGNED) AS followed,"
	       "       CAST(COALESCE(SUM(d.downloads), 0) AS UNSIGNED) AS downloads,"
	       "       CAST(COALESCE((SELECT COUNT(*) FROM crate_owner_invitations"
	       "                       WHERE invited_user_id = ? AND created_us > ?), 0) AS UNSIGNED) AS invitations"
	       "  FROM crate_owners o JOIN crate_downloads d ON d.crate_id = o.crate_id"
	       " WHERE o.owner_kind = 0 AND o.owner_id = ? AND o.deleted = 0",
	.in = { DB_U64, DB_U64, DB_I64, DB_U64 },
	.out = { DB_COL(struct dashboard_sums, owned), DB_COL(struct dashboard_sums, followed),
		 DB_COL(struct dashboard_sums, downloads), DB_COL(struct dashboard_sums, invitations) },
};

/* Both sides of the inner part are index ranges: no row of a version is read before the page is known. */
static const struct db_stmt updates = {
	.name = "dashboard_updates",
	.sql = "SELECT c.name AS crate, v.num, u.username AS publisher, v.created_us, v.yanked"
	       "  FROM (SELECT x.id FROM follows f JOIN versions x ON x.crate_id = f.crate_id"
	       "         WHERE f.user_id = ? ORDER BY x.created_us DESC, x.id DESC LIMIT ? OFFSET ?) p"
	       "  JOIN versions v ON v.id = p.id"
	       "  JOIN crates c ON c.id = v.crate_id"
	       "  LEFT JOIN users u ON u.id = v.published_by"
	       " ORDER BY v.created_us DESC, v.id DESC",
	.in = { DB_U64, DB_U64, DB_U64 },
	.out = { DB_COL(struct dashboard_update, crate), DB_COL(struct dashboard_update, num),
		 DB_COL(struct dashboard_update, publisher), DB_COL(struct dashboard_update, created_us),
		 DB_COL(struct dashboard_update, yanked) },
};
/* clang-format on */

const struct err *db_dashboard_lists(struct db *db, uint64_t user_id, struct dashboard_lists *ret)
{
	struct dashboard_lists l = { 0 };
	struct list_row *rows;
	size_t n;
	const struct err *e = db_all(db, &lists, DB_ARGS(db_u64(user_id), db_u64(user_id)),
				     sizeof(*rows), &rows, &n);

	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		struct dashboard_crate c = { rows[i].name, rows[i].version };

		if (rows[i].list)
			l.followed[l.nfollowed++] = c;
		else
			l.owned[l.nowned++] = c;
	}
	*ret = l;
	return NULL;
}

const struct err *db_dashboard_sums(struct db *db, uint64_t user_id, struct dashboard_sums *ret)
{
	return db_one(db, &sums,
		      DB_ARGS(db_u64(user_id), db_u64(user_id), db_i64(db_invitations_since()),
			      db_u64(user_id)),
		      ret);
}

const struct err *db_dashboard_updates(struct db *db, uint64_t user_id, uint64_t n, uint64_t offset,
				       struct dashboard_update **ret, size_t *ret_n)
{
	return db_all(db, &updates, DB_ARGS(db_u64(user_id), db_u64(n), db_u64(offset)),
		      sizeof(**ret), ret, ret_n);
}

const struct db_stmt *const db_dashboard_stmts[] = { &lists, &sums, &updates, NULL };
