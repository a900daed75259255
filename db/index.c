#include "db/index.h"

#include <stddef.h>

static const struct db_stmt state = {
	.name = "index_state",
	.sql = "SELECT canon_name, name, index_gen, index_stamp"
	       "  FROM crate_index"
	       " WHERE canon_name = ?",
	.in = { DB_TEXT },
	.out = { DB_COL(struct db_index_state, canon_name), DB_COL(struct db_index_state, name),
		 DB_COL(struct db_index_state, index_gen),
		 DB_COL(struct db_index_state, index_stamp) },
};

static const struct db_stmt list = {
	.name = "index_list",
	.sql = "SELECT canon_name, name, index_gen, index_stamp"
	       "  FROM crate_index"
	       " WHERE canon_name > ?"
	       " ORDER BY canon_name"
	       " LIMIT 500",
	.in = { DB_TEXT },
	.out = { DB_COL(struct db_index_state, canon_name), DB_COL(struct db_index_state, name),
		 DB_COL(struct db_index_state, index_gen),
		 DB_COL(struct db_index_state, index_stamp) },
};

static const struct db_stmt versions = {
	.name = "index_versions",
	.sql = "SELECT v.id, c.name, v.num, v.tar_sha256, v.crate_size,"
	       "       v.without_bytes, v.features, v.yanked, v.links, v.rust_version, v.created_us"
	       "  FROM crates c"
	       "  JOIN versions v ON v.crate_id = c.id"
	       " WHERE c.canon_name = ?"
	       " ORDER BY v.created_us, v.semver_ord, v.id"
	       " LIMIT 100000",
	.in = { DB_TEXT },
	.out = { DB_COL(struct db_index_version, id), DB_COL(struct db_index_version, name),
		 DB_COL(struct db_index_version, num), DB_COL(struct db_index_version, tar_sha256),
		 DB_COL(struct db_index_version, crate_size),
		 DB_COL(struct db_index_version, without_bytes),
		 DB_COL(struct db_index_version, features), DB_COL(struct db_index_version, yanked),
		 DB_COL(struct db_index_version, links),
		 DB_COL(struct db_index_version, rust_version),
		 DB_COL(struct db_index_version, created_us) },
};

static const struct db_stmt deps = {
	.name = "index_deps",
	.sql = "SELECT d.version_id, d.crate_name, d.explicit_name, d.req, d.target, d.features,"
	       "       d.kind, d.optional, d.default_features"
	       "  FROM crates c"
	       "  JOIN versions v ON v.crate_id = c.id"
	       "  JOIN dependencies d ON d.version_id = v.id"
	       " WHERE c.canon_name = ?"
	       " ORDER BY d.version_id, d.id"
	       " LIMIT 10000000",
	.in = { DB_TEXT },
	.out = { DB_COL(struct db_index_dep, version_id), DB_COL(struct db_index_dep, crate_name),
		 DB_COL(struct db_index_dep, explicit_name), DB_COL(struct db_index_dep, req),
		 DB_COL(struct db_index_dep, target), DB_COL(struct db_index_dep, features),
		 DB_COL(struct db_index_dep, kind), DB_COL(struct db_index_dep, optional),
		 DB_COL(struct db_index_dep, default_features) },
};

/* What this has seen, the reads after it on the same connection see too. */
const struct err *db_index_state(struct db *db, struct text canon, struct db_index_state *ret,
				 bool *ret_found)
{
	const struct err *e = db_fresh(db, true), *e2;

	if (e)
		return e;
	e = db_maybe(db, &state, DB_ARGS(db_text(canon)), ret, ret_found);
	e2 = db_fresh(db, false);
	return e ? e : e2;
}

const struct err *db_index_versions(struct db *db, struct text canon, struct db_index_version **ret,
				    size_t *ret_n)
{
	return db_all(db, &versions, DB_ARGS(db_text(canon)), sizeof(**ret), ret, ret_n);
}

const struct err *db_index_deps(struct db *db, struct text canon, struct db_index_dep **ret,
				size_t *ret_n)
{
	return db_all(db, &deps, DB_ARGS(db_text(canon)), sizeof(**ret), ret, ret_n);
}

const struct err *db_index_list(struct db *db, struct text after, struct db_index_state **ret,
				size_t *ret_n)
{
	return db_all(db, &list, DB_ARGS(db_text(after)), sizeof(**ret), ret, ret_n);
}

const struct db_stmt *const db_index_stmts[] = { &state, &list, &versions, &deps, NULL };
