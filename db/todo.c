#include "db/todo.h"

#include "app/base/arena.h"
#include "app/base/time.h"
#include "db/advisory.h"

struct todo_row {
	uint64_t kind;
	struct text name, detail, version;
	struct text patched, unaffected; /* of advisories, as they are stored */
	int64_t until_us;
};

/* clang-format off */
#define OWN_CRATES \
	"crate_owners o JOIN crates c ON c.id = o.crate_id" \
	"  JOIN default_versions d ON d.crate_id = c.id JOIN versions v ON v.id = d.version_id"
#define ARE_OWN "o.owner_kind = 0 AND o.owner_id = ? AND o.deleted = 0"
#define NO_KEYWORDS "v.keywords = '[]'"
#define NO_CATEGORIES "v.categories = '[]'"

/* Each part is a range of an index of one user; what a dump does not say (NULL) is not called missing. */
static const struct db_stmt todos = {
	.name = "todos",
	.sql = "SELECT CAST(x.kind AS UNSIGNED) AS kind, x.name, x.detail, x.version, x.patched, x.unaffected, COALESCE(x.until_us, 0) AS until_us FROM ("
	       "(SELECT 0 AS kind, CAST(t.name AS BINARY) AS name, CAST(t.id AS BINARY) AS detail, NULL AS version,"
	       "        NULL AS patched, NULL AS unaffected, t.expired_us AS until_us"
	       "   FROM api_tokens t WHERE t.user_id = ? AND t.revoked = 0 AND t.expired_us > ? AND t.expired_us < ?"
	       "  ORDER BY t.expired_us LIMIT 5)"
	       " UNION ALL "
	       "(SELECT 1, c.name, a.id, v.num, a.patched, a.unaffected, 0"
	       "   FROM " OWN_CRATES " JOIN advisories a ON a.crate = c.canon_name AND a.withdrawn_us IS NULL"
	       "  WHERE " ARE_OWN " ORDER BY a.id DESC LIMIT 50)"
	       " UNION ALL "
	       "(SELECT 2, c.name, CONCAT_WS(', ', IF(c.repository IS NULL, 'repository', NULL),"
	       "        IF(" NO_KEYWORDS ", 'keywords', NULL), IF(" NO_CATEGORIES ", 'categories', NULL)), v.num, NULL, NULL, 0"
	       "   FROM " OWN_CRATES
	       "  WHERE " ARE_OWN " AND v.yanked = 0 AND (c.repository IS NULL OR " NO_KEYWORDS " OR " NO_CATEGORIES ") LIMIT 5)"
	       ") x LIMIT 60",
	.in = { DB_U64, DB_I64, DB_I64, DB_U64, DB_U64 },
	.out = { DB_COL(struct todo_row, kind), DB_COL(struct todo_row, name), DB_COL(struct todo_row, detail),
		 DB_COL(struct todo_row, version), DB_COL(struct todo_row, patched), DB_COL(struct todo_row, unaffected),
		 DB_COL(struct todo_row, until_us) },
	.scan_ok = true, /* of what the parts found: 60 rows */
};
/* clang-format on */

static bool affects(struct arena *a, const struct todo_row *row)
{
	struct advisory one = { .affected = affected_of(a, advisory_list(a, row->patched),
							advisory_list(a, row->unaffected)) };

	return advisory_affects(&one, row->version);
}

const struct err *db_todos(struct db *db, uint64_t user_id, struct todo **ret, size_t *ret_n)
{
	int64_t now_us = time_now_us(),
		until_us = now_us + TODO_TOKEN_DAYS * (int64_t)86400 * US_PER_S;
	struct todo_row *rows;
	size_t n;
	const struct err *e = db_all(db, &todos,
				     DB_ARGS(db_u64(user_id), db_i64(now_us), db_i64(until_us),
					     db_u64(user_id), db_u64(user_id)),
				     sizeof(*rows), &rows, &n);

	if (e)
		return e;
	*ret = arena_array(db_arena(db), n + 1, sizeof(**ret));
	*ret_n = 0;
	for (size_t i = 0; i < n; i++)
		if (rows[i].kind != TODO_ADVISORY || affects(db_arena(db), &rows[i]))
			(*ret)[(*ret_n)++] = (struct todo){ .kind = rows[i].kind,
							    .name = rows[i].name,
							    .detail = rows[i].detail,
							    .version = rows[i].version,
							    .until_us = rows[i].until_us };
	return NULL;
}

const struct db_stmt *const db_todo_stmts[] = { &todos, NULL };
