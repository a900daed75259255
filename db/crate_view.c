#include "db/crate_view.h"

#include "app/registry/name.h"

static const struct db_stmt crate_view_by_name = {
	.name = "crate_view_by_name",
	.sql = "SELECT c.id, c.name, c.created_us, c.updated_us, c.description, c.homepage, "
	       "c.documentation,"
	       "       c.repository, c.trustpub_only, d.downloads, r.downloads AS "
	       "recent_downloads, n.num_versions,"
	       "       v.id AS default_version_id, v.num AS default_version, v.yanked AS "
	       "default_yanked"
	       "  FROM crates c"
	       "  JOIN crate_downloads d ON d.crate_id = c.id"
	       "  LEFT JOIN recent_crate_downloads r ON r.crate_id = c.id"
	       "  LEFT JOIN default_versions n ON n.crate_id = c.id"
	       "  LEFT JOIN versions v ON v.id = n.version_id"
	       " WHERE c.canon_name = ?",
	.in = { DB_TEXT },
	.out = { DB_COL(struct crate_view, id), DB_COL(struct crate_view, name),
		 DB_COL(struct crate_view, created_us), DB_COL(struct crate_view, updated_us),
		 DB_COL(struct crate_view, description), DB_COL(struct crate_view, homepage),
		 DB_COL(struct crate_view, documentation), DB_COL(struct crate_view, repository),
		 DB_COL(struct crate_view, trustpub_only), DB_COL(struct crate_view, downloads),
		 DB_COL(struct crate_view, recent_downloads),
		 DB_COL(struct crate_view, num_versions),
		 DB_COL(struct crate_view, default_version_id),
		 DB_COL(struct crate_view, default_version),
		 DB_COL(struct crate_view, default_yanked) },
};

/* Each is the last row of an index range; no two versions of a crate have the same precedence
 * (num_no_build is unique). */
static const struct db_stmt crate_tops = {
	.name = "crate_tops",
	.sql = "SELECT (SELECT num FROM versions WHERE crate_id = c.id AND yanked = 0"
	       "         ORDER BY semver_ord DESC LIMIT 1) AS max_version,"
	       "       (SELECT num FROM versions WHERE crate_id = c.id AND yanked = 0 AND "
	       "prerelease = 0"
	       "         ORDER BY semver_ord DESC LIMIT 1) AS max_stable_version,"
	       "       (SELECT num FROM versions WHERE crate_id = c.id AND yanked = 0"
	       "         ORDER BY created_us DESC, semver_ord DESC LIMIT 1) AS newest_version"
	       "  FROM crates c"
	       " WHERE c.id = ?",
	.in = { DB_U64 },
	.out = { DB_COL(struct crate_tops, max_version),
		 DB_COL(struct crate_tops, max_stable_version),
		 DB_COL(struct crate_tops, newest_version) },
};

static const struct db_stmt crate_keywords = {
	.name = "crate_keywords",
	.sql = "SELECT k.keyword, k.created_us, k.crates_cnt"
	       "  FROM crates_keywords ck"
	       "  JOIN keywords k ON k.id = ck.keyword_id"
	       " WHERE ck.crate_id = ?"
	       " ORDER BY k.keyword LIMIT 100",
	.in = { DB_U64 },
	.out = { DB_COL(struct keyword_view, keyword), DB_COL(struct keyword_view, created_us),
		 DB_COL(struct keyword_view, crates_cnt) },
};

static const struct db_stmt crate_categories = {
	.name = "crate_categories",
	.sql = "SELECT g.category, g.slug, g.description, g.created_us, g.crates_cnt"
	       "  FROM crates_categories cg"
	       "  JOIN categories g ON g.id = cg.category_id"
	       " WHERE cg.crate_id = ?"
	       " ORDER BY g.slug LIMIT 100",
	.in = { DB_U64 },
	.out = { DB_COL(struct category_view, category), DB_COL(struct category_view, slug),
		 DB_COL(struct category_view, description),
		 DB_COL(struct category_view, created_us),
		 DB_COL(struct category_view, crates_cnt) },
};

const struct err *db_crate_view(struct db *db, struct text name, struct crate_view *ret)
{
	const struct err *e;

	e = db_one(db, &crate_view_by_name, DB_ARGS(db_text(canon_name(db_arena(db), name))), ret);
	if (err_is(e, ERR_NOT_FOUND))
		return err_new(db_arena(db), ERR_NOT_FOUND, "crate `%.*s` does not exist",
			       TEXT_F(name));
	return e;
}

const struct err *db_crate_tops(struct db *db, uint64_t crate_id, struct crate_tops *ret)
{
	return db_one(db, &crate_tops, DB_ARGS(db_u64(crate_id)), ret);
}

const struct err *db_crate_keywords(struct db *db, uint64_t crate_id, struct keyword_view **ret,
				    size_t *ret_n)
{
	return db_all(db, &crate_keywords, DB_ARGS(db_u64(crate_id)), sizeof(**ret), ret, ret_n);
}

const struct err *db_crate_categories(struct db *db, uint64_t crate_id, struct category_view **ret,
				      size_t *ret_n)
{
	return db_all(db, &crate_categories, DB_ARGS(db_u64(crate_id)), sizeof(**ret), ret, ret_n);
}

const struct db_stmt *const db_crate_view_stmts[] = { &crate_view_by_name, &crate_tops,
						      &crate_keywords, &crate_categories, NULL };
