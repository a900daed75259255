#include "db/dependent_list.h"

/* Passes and orders in the index alone; then the few that are shown are looked up. */
#define FIND(key, begin, by)                                                                       \
	"SELECT r.dependent_crate_id AS crate_id, r.version_id, r.dependent_downloads AS "         \
	"downloads,"                                                                               \
	"       c.name, r.dependent_name AS canon_name, v.num, v.description, v.created_us"        \
	"  FROM (SELECT r.target_crate_id, r.dependent_crate_id"                                   \
	"          FROM reverse_dependencies r FORCE INDEX (" key ")"                              \
	"         WHERE r.target_crate_id = ? AND " begin                                          \
	"           AND (kinds & ?) <> ? AND optional <> ? AND req_range = COALESCE(?, req_range)" \
	"         ORDER BY " by " LIMIT ? OFFSET ?) p"                                             \
	"  JOIN reverse_dependencies r ON r.target_crate_id = p.target_crate_id"                   \
	"                             AND r.dependent_crate_id = p.dependent_crate_id"             \
	"  JOIN crates c ON c.id = r.dependent_crate_id"                                           \
	"  JOIN versions v ON v.id = r.version_id"                                                 \
	" ORDER BY " by

#define ROW_COLS                                                                                   \
	DB_COL(struct dependent_row, crate_id), DB_COL(struct dependent_row, version_id),          \
		DB_COL(struct dependent_row, downloads), DB_COL(struct dependent_row, name),       \
		DB_COL(struct dependent_row, canon_name), DB_COL(struct dependent_row, num),       \
		DB_COL(struct dependent_row, description),                                         \
		DB_COL(struct dependent_row, created_us)

static const struct db_stmt by_downloads = {
	.name = "dependents_by_downloads",
	.sql = FIND("reverse_dependencies_by_downloads",
		    "dependent_downloads <= ? AND (dependent_downloads < ? OR dependent_crate_id < "
		    "?)",
		    "r.dependent_downloads DESC, r.dependent_crate_id DESC"),
	.in = { DB_U64, DB_U64, DB_U64, DB_U64, DB_U64, DB_U64, DB_U64, DB_TEXT, DB_U64, DB_U64 },
	.out = { ROW_COLS },
};

static const struct db_stmt by_name = {
	.name = "dependents_by_name",
	.sql = FIND("reverse_dependencies_by_name", "r.dependent_name > ?", "r.dependent_name"),
	.in = { DB_U64, DB_TEXT, DB_U64, DB_U64, DB_U64, DB_TEXT, DB_U64, DB_U64 },
	.out = { ROW_COLS },
};

static const struct db_stmt by_recent = {
	.name = "dependents_by_recent",
	.sql = FIND("reverse_dependencies_by_version", "r.version_id < ?", "r.version_id DESC"),
	.in = { DB_U64, DB_U64, DB_U64, DB_U64, DB_U64, DB_TEXT, DB_U64, DB_U64 },
	.out = { ROW_COLS },
};

static const struct db_stmt requirements = {
	.name = "dependent_requirements",
	.sql = "SELECT version_id, kind, req, target, explicit_name AS renamed, optional"
	       "  FROM dependencies FORCE INDEX (dependencies_crate)"
	       " WHERE crate_id = ? AND version_id IN (" DB_ROWS_16(
		       "?") ")"
			    " ORDER BY version_id, kind, optional, id LIMIT 2000",
	.in = { DB_U64, DB_U64 },
	.in_once = 1,
	.in_repeat = DEPENDENT_VERSIONS_MAX,
	.out = { DB_COL(struct dependent_requirement, version_id),
		 DB_COL(struct dependent_requirement, kind),
		 DB_COL(struct dependent_requirement, req),
		 DB_COL(struct dependent_requirement, target),
		 DB_COL(struct dependent_requirement, renamed),
		 DB_COL(struct dependent_requirement, optional) },
};

static const struct db_stmt shares = {
	.name = "dependent_shares",
	.sql = "SELECT CAST(kinds AS UNSIGNED) AS kinds, CAST(optional AS UNSIGNED) AS optional,"
	       "       req_range AS `range`, CAST(COUNT(*) AS UNSIGNED) AS n"
	       "  FROM (SELECT kinds, optional, req_range"
	       "          FROM reverse_dependencies FORCE INDEX (reverse_dependencies_by_downloads)"
	       "         WHERE target_crate_id = ?"
	       "         ORDER BY dependent_downloads DESC, dependent_crate_id DESC LIMIT 20000) d"
	       " GROUP BY kinds, optional, req_range ORDER BY n DESC, req_range, kinds, optional"
	       " LIMIT 2000",
	.in = { DB_U64 },
	.out = { DB_COL(struct dependent_share, kinds), DB_COL(struct dependent_share, optional),
		 DB_COL(struct dependent_share, range), DB_COL(struct dependent_share, n) },
};

/* The comparisons of a filter: nothing is equal to what stands for "any". */
struct passes {
	struct db_val kinds, not_kinds, not_optional, range;
};

static struct passes passes_of(const struct dependent_filter *f)
{
	return (struct passes){
		.kinds = db_u64(f->kinds),
		.not_kinds = db_u64(f->kinds ? 0 : 1),
		.not_optional = db_u64(f->optional.set ? !f->optional.v : 2),
		.range = db_text(f->range),
	};
}

const struct err *db_dependents_find(struct db *db, uint64_t target_id, enum dependent_order order,
				     const struct dependent_filter *f,
				     const struct dependent_place *after, uint64_t limit,
				     uint64_t offset, struct dependent_row **ret, size_t *ret_n)
{
	static const struct dependent_place top = { UINT64_MAX, UINT64_MAX, UINT64_MAX,
						    TEXT_INIT("") };
	struct passes p = passes_of(f);
	struct db_val target = db_u64(target_id), n = db_u64(limit), skip = db_u64(offset), most;
	size_t size = sizeof(**ret);

	after = after ? after : &top;
	switch (order) {
	case DEPENDENTS_BY_NAME:
		return db_all(db, &by_name,
			      DB_ARGS(target, db_text(after->canon_name), p.kinds, p.not_kinds,
				      p.not_optional, p.range, n, skip),
			      size, ret, ret_n);
	case DEPENDENTS_BY_RECENT:
		return db_all(db, &by_recent,
			      DB_ARGS(target, db_u64(after->version_id), p.kinds, p.not_kinds,
				      p.not_optional, p.range, n, skip),
			      size, ret, ret_n);
	case DEPENDENTS_BY_DOWNLOADS:
	case DEPENDENT_ORDERS:
		break;
	}
	most = db_u64(after->downloads);
	return db_all(db, &by_downloads,
		      DB_ARGS(target, most, most, db_u64(after->crate_id), p.kinds, p.not_kinds,
			      p.not_optional, p.range, n, skip),
		      size, ret, ret_n);
}

const struct err *db_dependent_requirements(struct db *db, uint64_t target_id,
					    const uint64_t *version_ids, size_t n,
					    struct dependent_requirement **ret, size_t *ret_n)
{
	struct db_val v[1 + DEPENDENT_VERSIONS_MAX] = { db_u64(target_id) };

	BUG_ON(!n || n > DEPENDENT_VERSIONS_MAX);
	for (size_t i = 0; i < DEPENDENT_VERSIONS_MAX; i++)
		v[1 + i] = db_u64(version_ids[i < n ? i : 0]);
	return db_all(db, &requirements, (struct db_vals){ v, ARRAY_SIZE(v) }, sizeof(**ret), ret,
		      ret_n);
}

const struct err *db_dependent_shares(struct db *db, uint64_t target_id,
				      struct dependent_share **ret, size_t *ret_n)
{
	return db_all(db, &shares, DB_ARGS(db_u64(target_id)), sizeof(**ret), ret, ret_n);
}

const struct db_stmt *const db_dependent_list_stmts[] = { &by_downloads, &by_name, &by_recent,
							  &requirements, &shares,  NULL };
