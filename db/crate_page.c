#include "db/crate_page.h"

#include "app/base/arena.h"
#include "app/registry/name.h"

static const struct db_stmt facts = {
	.name = "crate_facts",
	.sql = "SELECT CAST(COALESCE((SELECT n FROM dependents WHERE crate_id = c.id), 0) AS "
	       "UNSIGNED)"
	       "         AS dependents,"
	       "       CAST(COALESCE((SELECT COUNT(*) FROM dependencies WHERE version_id = ?), 0) "
	       "AS UNSIGNED)"
	       "         AS dependencies,"
	       "       CAST(COALESCE((SELECT COUNT(*) FROM advisories a"
	       "              WHERE a.crate = c.canon_name AND a.withdrawn_us IS NULL), 0) AS "
	       "UNSIGNED)"
	       "         AS advisories,"
	       "       CAST(COALESCE((SELECT COUNT(*) FROM follows WHERE user_id = ? AND crate_id "
	       "= c.id), 0)"
	       "         AS UNSIGNED) AS follows,"
	       "       CAST(COALESCE((SELECT COUNT(*) FROM crate_owners WHERE crate_id = c.id"
	       "              AND owner_kind = 0 AND owner_id = ? AND deleted = 0), 0) AS "
	       "UNSIGNED) AS owns,"
	       "       (SELECT MAX(time_us) FROM version_owner_actions"
	       "         WHERE version_id = ? AND action = 1) AS yanked_us,"
	       "       (SELECT GROUP_CONCAT(k.keyword"
	       "                 ORDER BY LOCATE(CONCAT('\"', k.keyword, '\"'),"
	       "                   LOWER((SELECT v.keywords FROM versions v WHERE v.crate_id = c.id"
	       "                           ORDER BY v.id DESC LIMIT 1))), k.keyword SEPARATOR ',')"
	       "          FROM crates_keywords ck JOIN keywords k ON k.id = ck.keyword_id"
	       "         WHERE ck.crate_id = c.id) AS keywords,"
	       "       (SELECT GROUP_CONCAT(g.slug, '\\t', g.category ORDER BY g.slug SEPARATOR "
	       "'\\n')"
	       "          FROM crates_categories cg JOIN categories g ON g.id = cg.category_id"
	       "         WHERE cg.crate_id = c.id) AS categories"
	       "  FROM crates c WHERE c.id = ?",
	.in = { DB_U64, DB_U64, DB_U64, DB_U64, DB_U64 },
	.out = { DB_COL(struct crate_facts, dependents), DB_COL(struct crate_facts, dependencies),
		 DB_COL(struct crate_facts, advisories), DB_COL(struct crate_facts, follows),
		 DB_COL(struct crate_facts, owns), DB_COL(struct crate_facts, yanked_us),
		 DB_COL(struct crate_facts, keywords), DB_COL(struct crate_facts, categories) },
};

/* Ranges of the index of canonical names, one on each side of the name. */
static const struct db_stmt near = {
	.name = "crate_near_names",
	.sql = "(SELECT name FROM crates WHERE canon_name >= ? AND canon_name < ?"
	       "  ORDER BY canon_name LIMIT 3)"
	       " UNION"
	       " (SELECT name FROM crates WHERE canon_name >= ? AND canon_name < ?"
	       "  ORDER BY canon_name LIMIT 4)",
	.in = { DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT },
	.out = { DB_COL(struct near_name, name) },
};

const struct err *db_crate_facts(struct db *db, uint64_t crate_id, uint64_t version_id,
				 uint64_t user_id, struct crate_facts *ret)
{
	return db_one(db, &facts,
		      DB_ARGS(db_u64(version_id), db_u64(user_id), db_u64(user_id),
			      db_u64(version_id), db_u64(crate_id)),
		      ret);
}

/* What comes behind everything that begins so: names are ASCII. */
static struct text behind(struct arena *a, struct text begin)
{
	return text_fmt(a, "%.*s\x7f", TEXT_F(begin));
}

const struct err *db_near_names(struct db *db, struct text name, struct near_name **ret,
				size_t *ret_n)
{
	struct arena *a = db_arena(db);
	struct text canon = canon_name(a, name), half = text_sub(canon, 0, (canon.n + 1) / 2);
	const struct err *e;

	if (canon.n > 3)
		half = text_sub(canon, 0, canon.n - 1 < 3 ? 3 : canon.n * 2 / 3);
	e = db_all(db, &near,
		   DB_ARGS(db_text(canon), db_text(behind(a, canon)), db_text(half),
			   db_text(behind(a, half))),
		   sizeof(**ret), ret, ret_n);
	if (!e && *ret_n > 5)
		*ret_n = 5;
	return e;
}

const struct db_stmt *const db_crate_page_stmts[] = { &facts, &near, NULL };
