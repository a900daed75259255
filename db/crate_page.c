#include "db/crate_page.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/registry/manifest.h"
#include "app/registry/name.h"

#include <stdlib.h>

enum { SLIPS_MAX_BYTES = 160 * 1024 };

/* clang-format off */

/* version: the id of the one that is shown. */
#define FACTS_SQL(version) \
	"CAST(COALESCE((SELECT n FROM dependents WHERE crate_id = c.id), 0) AS UNSIGNED) AS dependents," \
	" CAST(COALESCE((SELECT COUNT(*) FROM dependencies WHERE version_id = " version "), 0) AS UNSIGNED)" \
	"   AS dependencies," \
	" CAST(COALESCE((SELECT COUNT(*) FROM advisories a" \
	"                 WHERE a.crate = c.canon_name AND a.withdrawn_us IS NULL), 0) AS UNSIGNED) AS advisories," \
	" CAST(COALESCE((SELECT COUNT(*) FROM follows WHERE user_id = ? AND crate_id = c.id), 0) AS UNSIGNED) AS follows," \
	" CAST(COALESCE((SELECT COUNT(*) FROM crate_owners WHERE crate_id = c.id AND owner_kind = 0 AND owner_id = ?" \
	"                 AND deleted = 0), 0) AS UNSIGNED) AS owns," \
	" CAST(COALESCE((SELECT COUNT(*) FROM crate_owners WHERE crate_id = c.id AND owner_kind = 1 AND deleted = 0), 0)" \
	"   AS UNSIGNED) AS teams," \
	" (SELECT MAX(time_us) FROM version_owner_actions WHERE version_id = " version " AND action = 1) AS yanked_us," \
	" (SELECT GROUP_CONCAT(k.keyword" \
	"           ORDER BY LOCATE(CONCAT('\"', k.keyword, '\"')," \
	"             LOWER((SELECT kv.keywords FROM versions kv FORCE INDEX (versions_crate_created)" \
	"                     WHERE kv.crate_id = c.id ORDER BY kv.created_us DESC, kv.id DESC LIMIT 1))), k.keyword SEPARATOR ',')" \
	"    FROM crates_keywords ck JOIN keywords k ON k.id = ck.keyword_id" \
	"   WHERE ck.crate_id = c.id) AS keywords," \
	" (SELECT GROUP_CONCAT(g.slug, '\\t', g.category ORDER BY g.slug SEPARATOR '\\n')" \
	"    FROM crates_categories cg JOIN categories g ON g.id = cg.category_id" \
	"   WHERE cg.crate_id = c.id) AS categories," \
	" (SELECT description FROM std_replacements WHERE crate = c.canon_name) AS replaced_by," \
	" (SELECT url FROM std_replacements WHERE crate = c.canon_name) AS replaced_url," \
	" (SELECT id FROM playground_crates WHERE crate = c.canon_name) AS playground," \
	" CAST((SELECT built FROM docs_builds WHERE version_id = " version ") AS UNSIGNED) AS docs_built," \
	" (SELECT asked_us FROM docs_builds WHERE version_id = " version ") AS docs_asked_us," \
	" (SELECT wanted_us FROM docs_builds WHERE version_id = " version ") AS docs_wanted_us"
#define FACTS_COLS(row) \
	DB_COL_AS(row, facts.dependents, "dependents"), DB_COL_AS(row, facts.dependencies, "dependencies"), \
	DB_COL_AS(row, facts.advisories, "advisories"), DB_COL_AS(row, facts.follows, "follows"), \
	DB_COL_AS(row, facts.owns, "owns"), DB_COL_AS(row, facts.teams, "teams"), \
	DB_COL_AS(row, facts.yanked_us, "yanked_us"), \
	DB_COL_AS(row, facts.keywords, "keywords"), DB_COL_AS(row, facts.categories, "categories"), \
	DB_COL_AS(row, facts.replaced_by, "replaced_by"), DB_COL_AS(row, facts.replaced_url, "replaced_url"), \
	DB_COL_AS(row, facts.playground, "playground"), DB_COL_AS(row, facts.docs_built, "docs_built"), \
	DB_COL_AS(row, facts.docs_asked_us, "docs_asked_us"), DB_COL_AS(row, facts.docs_wanted_us, "docs_wanted_us")

static const struct db_stmt shown = {
	.name = "crate_shown",
	.sql = "SELECT " CRATE_VIEW_SQL ", " FACTS_SQL("n.version_id") CRATE_VIEW_FROM " WHERE c.canon_name = ?",
	.in = { DB_U64, DB_U64, DB_TEXT },
	.out = { CRATE_VIEW_COLS(struct crate_shown, crate.), FACTS_COLS(struct crate_shown) },
};

/* The same around a version of that number. */
static const struct db_stmt shown_version = {
	.name = "crate_shown_version",
	.sql = "SELECT " CRATE_VIEW_SQL ", " FACTS_SQL("x.id") CRATE_VIEW_FROM
	       " LEFT JOIN versions x ON x.crate_id = c.id AND x.num = ? WHERE c.canon_name = ?",
	.in = { DB_U64, DB_U64, DB_TEXT, DB_TEXT },
	.out = { CRATE_VIEW_COLS(struct crate_shown, crate.), FACTS_COLS(struct crate_shown) },
};
/* clang-format on */

/* What stands around the name in the index of canonical names, what it would be without its last words, and after a slip. */
static const struct db_stmt near = {
	.name = "crate_near_names",
	.sql = "(SELECT name, canon_name FROM crates WHERE canon_name > ? ORDER BY canon_name "
	       "LIMIT 40)"
	       " UNION"
	       " (SELECT name, canon_name FROM crates WHERE canon_name < ?"
	       "  ORDER BY canon_name DESC LIMIT 40)"
	       " UNION"
	       " (SELECT name, canon_name FROM crates WHERE canon_name IN (?, ?, ?) LIMIT 3)"
	       " UNION"
	       " (SELECT c.name, c.canon_name"
	       "    FROM JSON_TABLE(?, '$[*]' COLUMNS (name VARCHAR(65) PATH '$')) x"
	       "    STRAIGHT_JOIN crates c FORCE INDEX (crates_canon_name)"
	       "      ON c.canon_name = CAST(x.name AS BINARY)"
	       "   LIMIT 40)",
	.in = { DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT },
	.out = { DB_COL(struct near_name, name), DB_COL(struct near_name, canon_name) },
};

const struct err *db_crate_shown(struct db *db, struct text name, struct text num, uint64_t user_id,
				 struct crate_shown *ret)
{
	struct db_val user = db_u64(user_id), canon = db_text(canon_name(db_arena(db), name));
	const struct err *e;

	if (num.p)
		e = db_one(db, &shown_version, DB_ARGS(user, user, db_text(num), canon), ret);
	else
		e = db_one(db, &shown, DB_ARGS(user, user, canon), ret);
	return e;
}

/* "tokio_util" of "tokio_util_x"; what has no '_' stays. Borrowed. */
static struct text without_last_word(struct text canon)
{
	for (size_t i = canon.n; i-- > 1;)
		if (canon.p[i] == '_')
			return text_sub(canon, 0, i);
	return canon;
}

/* As a JSON list: names have no letter that would need an escape. */
static struct text slips(struct db *db, struct text canon)
{
	struct texts names = name_slips(db_arena(db), canon);
	struct buf b = buf_init(db_arena(db), SLIPS_MAX_BYTES);

	for (size_t i = 0; i < names.n; i++)
		buf_fmt(&b, "%c\"%.*s\"", i ? ',' : '[', TEXT_F(names.v[i]));
	buf_add(&b, names.n ? TEXT("]") : TEXT("[]"));
	BUG_ON(!buf_ok(&b));
	return buf_text(&b);
}

static int nearer(const void *a, const void *b)
{
	const struct near_name *x = a, *y = b;

	return x->distance != y->distance ? (x->distance < y->distance ? -1 : 1)
					  : text_cmp(x->canon_name, y->canon_name);
}

const struct err *db_near_names(struct db *db, struct text name, struct near_name **ret,
				size_t *ret_n)
{
	struct text canon = canon_name(db_arena(db), name), shorter = without_last_word(canon);
	struct text shortest = without_last_word(shorter);
	struct near_name *v;
	size_t n, kept = 0;
	const struct err *e =
		db_all(db, &near,
		       DB_ARGS(db_text(canon), db_text(canon), db_text(shorter), db_text(shortest),
			       db_text(without_last_word(shortest)), db_text(slips(db, canon))),
		       sizeof(*v), &v, &n);

	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		v[i].distance = name_distance(canon, v[i].canon_name);
		if (v[i].distance <= 1 + canon.n / 4 || text_starts(v[i].canon_name, canon) ||
		    text_starts(canon, v[i].canon_name))
			v[kept++] = v[i];
	}
	if (kept)
		qsort(v, kept, sizeof(*v), nearer);
	*ret = v;
	*ret_n = kept < NEAR_NAMES ? kept : NEAR_NAMES;
	return NULL;
}

const struct db_stmt *const db_crate_page_stmts[] = { &shown, &shown_version, &near, NULL };
