#include "db/dependency_page.h"

#include <stddef.h>

static const struct db_stmt rows = {
	.name = "dependency_page_rows",
	.sql = "SELECT d.kind, d.crate_name AS crate, d.explicit_name, d.req, d.target, d.features,"
	       "       d.optional, d.default_features, c.description, v.num AS newest, v.license,"
	       "       CAST(v.yanked AS UNSIGNED) AS newest_yanked,"
	       "       (SELECT GROUP_CONCAT(a.id, '\t', a.patched, '\t', a.unaffected"
	       "                 ORDER BY a.id DESC SEPARATOR '\n')"
	       "          FROM advisories a WHERE a.crate = c.canon_name"
	       "           AND a.withdrawn_us IS NULL AND a.informational IS NULL) AS advisories,"
	       "       s.description AS replaced_by, s.url AS replaced_url"
	       "  FROM dependencies d"
	       "  LEFT JOIN crates c ON c.id = d.crate_id"
	       "  LEFT JOIN std_replacements s ON s.crate = c.canon_name"
	       "  LEFT JOIN default_versions n ON n.crate_id = c.id"
	       "  LEFT JOIN versions v ON v.id = n.version_id"
	       " WHERE d.version_id = ?"
	       " ORDER BY d.kind, d.optional, d.crate_name, d.id"
	       " LIMIT 2000",
	.in = { DB_U64 },
	.out = { DB_COL(struct dependency_row, kind), DB_COL(struct dependency_row, crate),
		 DB_COL(struct dependency_row, explicit_name), DB_COL(struct dependency_row, req),
		 DB_COL(struct dependency_row, target), DB_COL(struct dependency_row, features),
		 DB_COL(struct dependency_row, optional),
		 DB_COL(struct dependency_row, default_features),
		 DB_COL(struct dependency_row, description), DB_COL(struct dependency_row, newest),
		 DB_COL(struct dependency_row, license),
		 DB_COL(struct dependency_row, newest_yanked),
		 DB_COL(struct dependency_row, advisories),
		 DB_COL(struct dependency_row, replaced_by),
		 DB_COL(struct dependency_row, replaced_url) },
};

const struct err *db_dependency_rows(struct db *db, uint64_t version_id,
				     struct dependency_row **ret, size_t *ret_n)
{
	return db_all(db, &rows, DB_ARGS(db_u64(version_id)), sizeof(**ret), ret, ret_n);
}

const struct db_stmt *const db_dependency_page_stmts[] = { &rows, NULL };
