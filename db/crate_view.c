#include "db/crate_view.h"

#include "app/base/arena.h"
#include "app/registry/name.h"

#include <inttypes.h>

static const struct db_stmt crate_view_by_name = {
	.name = "crate_view_by_name",
	.sql = "SELECT " CRATE_VIEW_SQL CRATE_VIEW_FROM " WHERE c.canon_name = ?",
	.in = { DB_TEXT },
	.out = { CRATE_VIEW_COLS(struct crate_view, ) },
};

struct crate_stamped {
	struct crate_view crate;
	struct opt_u64 index_gen;
	uint64_t data_gen, people_gen, owners, keywords, categories;
};

/* clang-format off */

/* What is summed up may change in two places at once: so each has its number in what is summed. */
#define SUM_OF(what, from) \
	"CAST(COALESCE((SELECT SUM(CRC32(CONCAT_WS(':', " what "))) FROM " from " = c.id), 0) AS UNSIGNED)"

static const struct db_stmt crate_stamped = {
	.name = "crate_stamped",
	.sql = "SELECT " CRATE_VIEW_SQL ", c.data_gen,"
	       " (SELECT i.index_gen FROM crate_index i WHERE i.canon_name = c.canon_name) AS index_gen,"
	       " CAST(COALESCE((SELECT m.people_gen FROM metadata m WHERE m.id = 1), 0) AS UNSIGNED) AS people_gen, "
	       SUM_OF("o.owner_kind, o.owner_id, o.deleted, o.updated_us", "crate_owners o WHERE o.crate_id") " AS owners, "
	       SUM_OF("k.id, k.crates_cnt",
		      "crates_keywords x JOIN keywords k ON k.id = x.keyword_id WHERE x.crate_id") " AS keywords, "
	       SUM_OF("g.id, g.crates_cnt, g.category, g.description",
		      "crates_categories y JOIN categories g ON g.id = y.category_id WHERE y.crate_id") " AS categories"
	       CRATE_VIEW_FROM " WHERE c.canon_name = ?",
	.in = { DB_TEXT },
	.out = { CRATE_VIEW_COLS(struct crate_stamped, crate.), DB_COL(struct crate_stamped, data_gen),
		 DB_COL(struct crate_stamped, index_gen), DB_COL(struct crate_stamped, people_gen),
		 DB_COL(struct crate_stamped, owners), DB_COL(struct crate_stamped, keywords),
		 DB_COL(struct crate_stamped, categories) },
};
/* clang-format on */

/* Places that are not used hold 0, which no crate has. */
static const struct db_stmt crate_views = {
	.name = "crate_views",
	.sql = "SELECT " CRATE_VIEW_SQL CRATE_VIEW_FROM " WHERE c.id IN (" DB_ROWS_64(
		"?") ", " DB_ROWS_32("?") ", " DB_ROWS_4("?") ") LIMIT 100",
	.in = { DB_U64 },
	.in_repeat = CRATE_IDS_MAX,
	.out = { CRATE_VIEW_COLS(struct crate_view, ) },
};

/* In the order of the manifest: a crate's keywords are those of the version that was published last. */
#define KEYWORD_PLACE                                                                              \
	"LOCATE(CONCAT('\"', k.keyword, '\"'),"                                                    \
	" LOWER((SELECT v.keywords FROM versions v FORCE INDEX (versions_crate_created)"           \
	"         WHERE v.crate_id = ck.crate_id ORDER BY v.created_us DESC, v.id DESC LIMIT 1)))"

static const struct db_stmt crate_keywords = {
	.name = "crate_keywords",
	.sql = "SELECT k.keyword, k.created_us, k.crates_cnt"
	       "  FROM crates_keywords ck"
	       "  JOIN keywords k ON k.id = ck.keyword_id"
	       " WHERE ck.crate_id = ?"
	       " ORDER BY " KEYWORD_PLACE ", k.keyword LIMIT 100",
	.in = { DB_U64 },
	.out = { DB_COL(struct keyword_view, keyword), DB_COL(struct keyword_view, created_us),
		 DB_COL(struct keyword_view, crates_cnt) },
};

/* clang-format off */

struct topic_row {
	bool is_category;
	int64_t place;
	struct text name, slug, description;
	int64_t created_us;
	uint64_t crates_cnt;
};

#define TOPIC(member) DB_COL(struct topic_row, member)

/* Both lists as one. */
static const struct db_stmt crate_topics = {
	.name = "crate_topics",
	.sql = "SELECT 0 AS is_category, CAST(COALESCE(" KEYWORD_PLACE ", 0) AS SIGNED) AS place, k.keyword AS name, CAST(NULL AS BINARY) AS slug,"
	       "       CAST(NULL AS BINARY) AS description, k.created_us, k.crates_cnt"
	       "  FROM crates_keywords ck JOIN keywords k ON k.id = ck.keyword_id WHERE ck.crate_id = ?"
	       " UNION ALL"
	       " SELECT 1, 0, g.category, g.slug, g.description, g.created_us, g.crates_cnt"
	       "  FROM crates_categories cg JOIN categories g ON g.id = cg.category_id WHERE cg.crate_id = ?"
	       " ORDER BY is_category, place, slug, name LIMIT 200",
	.in = { DB_U64, DB_U64 },
	.out = { TOPIC(is_category), TOPIC(place), TOPIC(name), TOPIC(slug), TOPIC(description), TOPIC(created_us), TOPIC(crates_cnt) },
};
/* clang-format on */

const struct err *db_crate_view(struct db *db, struct text name, struct crate_view *ret)
{
	const struct err *e;

	e = db_one(db, &crate_view_by_name, DB_ARGS(db_text(canon_name(db_arena(db), name))), ret);
	if (err_is(e, ERR_NOT_FOUND))
		return err_new(db_arena(db), ERR_NOT_FOUND, "crate `%.*s` does not exist",
			       TEXT_F(name));
	return e;
}

const struct err *db_crate_stamped(struct db *db, struct text name, struct crate_view *ret,
				   struct text *ret_stamp)
{
	struct arena *a = db_arena(db);
	const struct crate_view *c;
	struct crate_stamped s;
	const struct err *e = db_one(db, &crate_stamped, DB_ARGS(db_text(canon_name(a, name))), &s);

	if (err_is(e, ERR_NOT_FOUND))
		return err_new(a, ERR_NOT_FOUND, "crate `%.*s` does not exist", TEXT_F(name));
	if (e)
		return e;
	c = &s.crate;
	*ret = *c;
	*ret_stamp = text_fmt(a,
			      "%" PRIu64 " %" PRId64 " %" PRIu64 " %" PRIu64 " %d%" PRIu64
			      " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64,
			      c->id, c->updated_us, s.index_gen.v, c->downloads,
			      c->recent_downloads.set, c->recent_downloads.v, s.data_gen,
			      s.people_gen, s.owners, s.keywords, s.categories);
	return NULL;
}

const struct err *db_crate_views(struct db *db, const uint64_t *ids, size_t n,
				 struct crate_view **ret, size_t *ret_n)
{
	struct db_val v[CRATE_IDS_MAX];

	BUG_ON(n > ARRAY_SIZE(v));
	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		v[i] = db_u64(i < n ? ids[i] : 0);
	return db_all(db, &crate_views, (struct db_vals){ v, ARRAY_SIZE(v) }, sizeof(**ret), ret,
		      ret_n);
}

const struct crate_view *crate_view_find(const struct crate_view *v, size_t n, uint64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].id == id)
			return &v[i];
	return NULL;
}

const struct err *db_crate_keywords(struct db *db, uint64_t crate_id, struct keyword_view **ret,
				    size_t *ret_n)
{
	return db_all(db, &crate_keywords, DB_ARGS(db_u64(crate_id)), sizeof(**ret), ret, ret_n);
}

const struct err *db_crate_topics(struct db *db, uint64_t crate_id, struct crate_topics *ret)
{
	struct topic_row *rows;
	struct crate_topics t = { 0 };
	size_t n;
	const struct err *e = db_all(db, &crate_topics, DB_ARGS(db_u64(crate_id), db_u64(crate_id)),
				     sizeof(*rows), &rows, &n);

	if (e)
		return e;
	t.keywords = arena_array(db_arena(db), n, sizeof(*t.keywords));
	t.categories = arena_array(db_arena(db), n, sizeof(*t.categories));
	for (size_t i = 0; i < n; i++)
		if (rows[i].is_category)
			t.categories[t.ncategories++] =
				(struct category_view){ .category = rows[i].name,
							.slug = rows[i].slug,
							.description = rows[i].description,
							.created_us = rows[i].created_us,
							.crates_cnt = rows[i].crates_cnt };
		else
			t.keywords[t.nkeywords++] =
				(struct keyword_view){ .keyword = rows[i].name,
						       .created_us = rows[i].created_us,
						       .crates_cnt = rows[i].crates_cnt };
	*ret = t;
	return NULL;
}

const struct db_stmt *const db_crate_view_stmts[] = { &crate_view_by_name, &crate_stamped,
						      &crate_views,        &crate_keywords,
						      &crate_topics,       NULL };
