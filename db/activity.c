#include "db/activity.h"

#include <stddef.h>

/* Each part is an index range of one crate; 101 is ACTIVITY_MAX and the one that says that there is more. */
static const struct db_stmt before = {
	.name = "activity_before",
	.sql = "SELECT time_us, CAST(kind AS UNSIGNED) AS kind, who, subject, how, detail FROM ("
	       "(SELECT v.created_us AS time_us, 0 AS kind, u.username AS who, v.num AS subject,"
	       "        IF(v.trustpub_data IS NULL, 'token', 'trusted publishing') AS how,"
	       "        NULL AS detail"
	       "   FROM versions v LEFT JOIN users u ON u.id = v.published_by"
	       "  WHERE v.crate_id = ? AND v.created_us < ?"
	       "  ORDER BY v.created_us DESC LIMIT 101)"
	       " UNION ALL "
	       "(SELECT a.time_us, a.action, u.username, v.num,"
	       "        IF(a.api_token_id IS NULL, 'session', 'token'), NULL"
	       "   FROM versions v"
	       "   JOIN version_owner_actions a ON a.version_id = v.id"
	       "   JOIN users u ON u.id = a.user_id"
	       "  WHERE v.crate_id = ? AND a.action IN (1, 2) AND a.time_us < ?"
	       "  ORDER BY a.time_us DESC LIMIT 101)"
	       " UNION ALL "
	       "(SELECT IF(o.deleted, o.created_us, o.updated_us), 3, b.username,"
	       "        COALESCE(u.username, t.login), NULL, NULL"
	       "   FROM crate_owners o"
	       "   LEFT JOIN users u ON o.owner_kind = 0 AND u.id = o.owner_id"
	       "   LEFT JOIN teams t ON o.owner_kind = 1 AND t.id = o.owner_id"
	       "   LEFT JOIN users b ON b.id = o.created_by"
	       "  WHERE o.crate_id = ? AND IF(o.deleted, o.created_us, o.updated_us) < ?"
	       "  ORDER BY 1 DESC LIMIT 101)"
	       " UNION ALL "
	       "(SELECT o.updated_us, 4, NULL, COALESCE(u.username, t.login), NULL, NULL"
	       "   FROM crate_owners o"
	       "   LEFT JOIN users u ON o.owner_kind = 0 AND u.id = o.owner_id"
	       "   LEFT JOIN teams t ON o.owner_kind = 1 AND t.id = o.owner_id"
	       "  WHERE o.crate_id = ? AND o.deleted = 1 AND o.updated_us < ?"
	       "  ORDER BY 1 DESC LIMIT 101)"
	       " UNION ALL "
	       "(SELECT a.time_us, 5, a.actor, a.action, NULL, a.detail"
	       "   FROM audit a"
	       "  WHERE a.crate = ? AND a.time_us < ?"
	       /* not of another crate that had this name before */
	       "    AND a.time_us >= (SELECT c.created_us FROM crates c WHERE c.id = ?)"
	       "  ORDER BY a.time_us DESC LIMIT 101)"
	       ") e ORDER BY time_us DESC, kind DESC LIMIT 101",
	.in = { DB_U64, DB_I64, DB_U64, DB_I64, DB_U64, DB_I64, DB_U64, DB_I64, DB_TEXT, DB_I64,
		DB_U64 },
	.out = { DB_COL(struct activity, time_us), DB_COL(struct activity, kind),
		 DB_COL(struct activity, who), DB_COL(struct activity, subject),
		 DB_COL(struct activity, how), DB_COL(struct activity, detail) },
	.scan_ok = true, /* of what the parts found: 505 rows at most */
};

const struct err *db_activity(struct db *db, uint64_t crate_id, struct text crate,
			      int64_t before_us, struct activity **ret, size_t *ret_n,
			      bool *ret_more)
{
	struct db_val id = db_u64(crate_id), time = db_i64(before_us);
	size_t n = 0, whole;
	const struct err *e =
		db_all(db, &before,
		       DB_ARGS(id, time, id, time, id, time, id, time, db_text(crate), time, id),
		       sizeof(**ret), ret, &n);

	if (e)
		return e;
	*ret_more = n > ACTIVITY_MAX;
	if (*ret_more) {
		for (whole = ACTIVITY_MAX;
		     whole && (*ret)[whole].time_us == (*ret)[whole - 1].time_us;)
			whole--;
		n = whole ? whole : ACTIVITY_MAX;
	}
	*ret_n = n;
	return NULL;
}

const struct db_stmt *const db_activity_stmts[] = { &before, NULL };
