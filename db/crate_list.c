#include "db/crate_list.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "db/owner.h"

enum { FILTER_PARAMS = 18, WALK_PARAMS = 8, IDS_MAX_BYTES = 1024 * 1024 };

/* clang-format off */

/*
 * Each part asks by a key of the crate and is switched off by its first parameter, which the optimizer sees. COUNT in
 * place of EXISTS: a semi-join would read the whole other table first.
 */
#define FILTER(id) \
	" AND (? = 0 OR (SELECT COUNT(*) FROM crates_keywords fk WHERE fk.crate_id = " id \
	"                   AND fk.keyword_id IN (?, ?, ?, ?, ?)) = ?)" \
	" AND (? IS NULL OR (SELECT COUNT(*) FROM crates_categories fc" \
	"                      JOIN categories fg ON fg.id = fc.category_id WHERE fc.crate_id = " id \
	"                       AND (fg.slug = ? OR fg.slug LIKE CONCAT(?, '::%'))) > 0)" \
	" AND (? = 0 OR (SELECT COUNT(*) FROM crate_owners fo WHERE fo.crate_id = " id \
	"                   AND fo.owner_kind = ? AND fo.owner_id = ? AND fo.deleted = 0) > 0)" \
	" AND (? = 0 OR (SELECT COUNT(*) FROM follows ff WHERE ff.user_id = ? AND ff.crate_id = " id ") > 0)" \
	" AND (? IS NULL OR (SELECT COUNT(*) FROM crates fn WHERE fn.id = " id " AND fn.canon_name LIKE ?) > 0)" \
	" AND (? = 0 OR (SELECT COUNT(*) FROM yanked_crates fy WHERE fy.crate_id = " id ") = 0)"
#define FILTER_IN \
	DB_U64, DB_U64, DB_U64, DB_U64, DB_U64, DB_U64, DB_U64, \
	DB_TEXT, DB_TEXT, DB_TEXT, \
	DB_U64, DB_U64, DB_U64, \
	DB_U64, DB_U64, \
	DB_TEXT, DB_TEXT, \
	DB_BOOL

/* What a sort order reads: the columns of a key, the tables, the column that is the crate's id. */
#define NO_NAME "CAST(NULL AS BINARY) AS name"
#define NAME_KEY "c.id, c.name, CAST(NULL AS SIGNED) AS number FROM crates c"
#define DOWNLOADS_KEY "d.crate_id AS id, " NO_NAME ", CAST(d.downloads AS SIGNED) AS number FROM crate_downloads d"
#define RECENT_KEY "r.crate_id AS id, " NO_NAME ", CAST(r.downloads AS SIGNED) AS number FROM recent_crate_downloads r"
#define UPDATED_KEY "c.id, " NO_NAME ", c.updated_us AS number FROM crates c"
#define DEPENDENTS_KEY "d.crate_id AS id, " NO_NAME ", CAST(d.n AS SIGNED) AS number FROM dependents d"
#define CREATED_KEY "c.id, " NO_NAME ", c.created_us AS number FROM crates c"
#define KEY_OUT { DB_COL(struct crate_key, id), DB_COL(struct crate_key, name), DB_COL(struct crate_key, number) }

/* The same of crates whose ids are given as a JSON array: one parameter for however many. */
#define GIVEN " FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) x STRAIGHT_JOIN "
#define NARROW GIVEN "crates c FORCE INDEX (crates_narrow) ON c.id = x.id"
#define NUMBER_OF(table) \
	"k.crate_id AS id, " NO_NAME ", CAST(k.downloads AS SIGNED) AS number" GIVEN table " k ON k.crate_id = x.id"

#define KEYS(n, key) \
	{ \
		.name = "crate_keys_" n, .sql = "SELECT " key " WHERE 1 = 1" FILTER("x.id") " LIMIT 32768", \
		.in = { DB_TEXT, FILTER_IN }, .out = KEY_OUT, \
	}

static const struct db_stmt keys_stmts[CRATE_SORTS] = {
	[CRATE_BY_NAME] = KEYS("by_name", "c.id, c.name, CAST(NULL AS SIGNED) AS number" NARROW),
	[CRATE_BY_DOWNLOADS] = KEYS("by_downloads", NUMBER_OF("crate_downloads")),
	[CRATE_BY_RECENT_DOWNLOADS] = KEYS("by_recent_downloads", NUMBER_OF("recent_crate_downloads")),
	[CRATE_BY_UPDATE] = KEYS("by_update", "c.id, " NO_NAME ", c.updated_us AS number" NARROW),
	[CRATE_BY_CREATION] = KEYS("by_creation", "c.id, " NO_NAME ", c.created_us AS number" NARROW),
	[CRATE_BY_DEPENDENTS] = KEYS("by_dependents", "k.crate_id AS id, " NO_NAME ", CAST(k.n AS SIGNED) AS number"
		GIVEN "dependents k ON k.crate_id = x.id"),
	[CRATE_BY_RELEVANCE] = KEYS("by_relevance", "c.id, c.name, CAST(r.downloads AS SIGNED) AS number" NARROW
		" LEFT JOIN recent_crate_downloads r ON r.crate_id = c.id"),
};

/* Along an index of the sort order; what is asked of the key comes first. */
#define WALK(n, key, index, where, crate_id, order, ...) \
	{ \
		.name = "crate_walk_" n, \
		.sql = "SELECT " key " FORCE INDEX (" index ") WHERE " where FILTER(crate_id) \
		       " ORDER BY " order " LIMIT ? OFFSET ?", \
		.in = { __VA_ARGS__ FILTER_IN, DB_U64, DB_U64 }, .out = KEY_OUT, .scan_ok = true, \
	}
#define BEHIND(column, id) "(" column " < ? OR (" column " = ? AND " id " < ?))"
#define BEHIND_IN DB_I64, DB_I64, DB_U64,
/* Both spellings of a first letter, or twice everything: two ranges of the index of names. */
#define LETTER "(c.name LIKE ? OR c.name LIKE ?)"
#define LETTER_IN DB_TEXT, DB_TEXT,

enum walk_from { FROM_START, FROM_KEY, FROM_NULL, WALK_FROMS };

static const struct db_stmt walk_stmts[CRATE_BY_RELEVANCE][WALK_FROMS] = {
	[CRATE_BY_NAME] = {
		WALK("by_name", NAME_KEY, "crates_name", LETTER, "c.id", "c.name", LETTER_IN),
		WALK("by_name_after", NAME_KEY, "crates_name", LETTER " AND c.name > ?", "c.id", "c.name",
		     LETTER_IN DB_TEXT,),
	},
	[CRATE_BY_DOWNLOADS] = {
		WALK("by_downloads", DOWNLOADS_KEY, "crate_downloads_downloads", "1 = 1", "d.crate_id",
		     "d.downloads DESC, d.crate_id DESC",),
		WALK("by_downloads_after", DOWNLOADS_KEY, "crate_downloads_downloads",
		     BEHIND("d.downloads", "d.crate_id"), "d.crate_id", "d.downloads DESC, d.crate_id DESC", BEHIND_IN),
	},
	[CRATE_BY_RECENT_DOWNLOADS] = {
		WALK("by_recent_downloads", RECENT_KEY, "recent_crate_downloads_downloads", "1 = 1", "r.crate_id",
		     "r.downloads DESC, r.crate_id DESC",),
		WALK("by_recent_downloads_after", RECENT_KEY, "recent_crate_downloads_downloads",
		     "(" BEHIND("r.downloads", "r.crate_id") " OR r.downloads IS NULL)", "r.crate_id",
		     "r.downloads DESC, r.crate_id DESC", BEHIND_IN),
		WALK("by_recent_downloads_null", RECENT_KEY, "recent_crate_downloads_downloads",
		     "r.downloads IS NULL AND r.crate_id < ?", "r.crate_id", "r.downloads DESC, r.crate_id DESC", DB_U64,),
	},
	[CRATE_BY_UPDATE] = {
		WALK("by_update", UPDATED_KEY, "crates_updated", "1 = 1", "c.id", "c.updated_us DESC, c.id DESC",),
		WALK("by_update_after", UPDATED_KEY, "crates_updated", BEHIND("c.updated_us", "c.id"), "c.id",
		     "c.updated_us DESC, c.id DESC", BEHIND_IN),
	},
	[CRATE_BY_CREATION] = {
		WALK("by_creation", CREATED_KEY, "crates_created", "1 = 1", "c.id", "c.created_us DESC, c.id DESC",),
		WALK("by_creation_after", CREATED_KEY, "crates_created", BEHIND("c.created_us", "c.id"), "c.id",
		     "c.created_us DESC, c.id DESC", BEHIND_IN),
	},
	[CRATE_BY_DEPENDENTS] = {
		WALK("by_dependents", DEPENDENTS_KEY, "dependents_n", "1 = 1", "d.crate_id", "d.n DESC, d.crate_id DESC",),
		WALK("by_dependents_after", DEPENDENTS_KEY, "dependents_n", BEHIND("d.n", "d.crate_id"), "d.crate_id",
		     "d.n DESC, d.crate_id DESC", BEHIND_IN),
	},
};

/* The parts of a filter that can be read by themselves. */
#define OF_KEYWORD "FROM crates_keywords x WHERE x.keyword_id = ?"
#define OF_CATEGORY \
	"FROM categories g JOIN crates_categories x ON x.category_id = g.id" \
	" WHERE (g.slug = ? OR g.slug LIKE CONCAT(?, '::%'))"
#define OF_OWNER "FROM crate_owners x WHERE x.owner_kind = ? AND x.owner_id = ? AND x.deleted = 0"
#define OF_FOLLOWER "FROM follows x WHERE x.user_id = ?"
#define OF_LETTER "FROM crates x FORCE INDEX (crates_canon_name) WHERE x.canon_name LIKE ?"

enum part { PART_KEYWORD, PART_CATEGORY, PART_OWNER, PART_FOLLOWER, PART_LETTER, PARTS };

struct id_row {
	uint64_t id;
};

struct count_row {
	uint64_t n;
};

#define COUNT(n, crate, counted, part, ...) \
	{ \
		.name = "crate_count_" n, \
		.sql = "SELECT CAST(COUNT(" counted ") AS UNSIGNED) AS n " part FILTER(crate), \
		.in = { __VA_ARGS__, FILTER_IN }, .out = { { "n", 0, DB_U64 } }, \
	}

static const struct db_stmt count_stmts[PARTS] = {
	[PART_KEYWORD] = COUNT("of_keyword", "x.crate_id", "*", OF_KEYWORD, DB_U64),
	[PART_CATEGORY] = COUNT("of_category", "x.crate_id", "DISTINCT x.crate_id", OF_CATEGORY, DB_TEXT, DB_TEXT),
	[PART_OWNER] = COUNT("of_owner", "x.crate_id", "*", OF_OWNER, DB_U64, DB_U64),
	[PART_FOLLOWER] = COUNT("of_follower", "x.crate_id", "*", OF_FOLLOWER, DB_U64),
	[PART_LETTER] = COUNT("of_letter", "x.id", "*", OF_LETTER, DB_TEXT),
};

/* clang-format on */

/* Where nothing else is asked, as it is kept; a category with others below it is counted, since a crate may be in several. */
static const struct db_stmt kept_of_keyword = {
	.name = "crate_kept_of_keyword",
	.sql = "SELECT crates_cnt AS n FROM keywords WHERE id = ?",
	.in = { DB_U64 },
	.out = { DB_COL(struct count_row, n) },
};

#define ITS_CATEGORIES "categories g WHERE g.slug = ? OR g.slug LIKE CONCAT(?, '::%')"
static const struct db_stmt kept_of_category = {
	.name = "crate_kept_of_category",
	.sql = "SELECT CAST(COALESCE(IF((SELECT COUNT(*) FROM " ITS_CATEGORIES ") = 1,"
	       "  (SELECT MAX(g.crates_cnt) FROM " ITS_CATEGORIES "),"
	       "  (SELECT COUNT(DISTINCT x.crate_id) " OF_CATEGORY ")), 0) AS UNSIGNED) AS n",
	.in = { DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT },
	.out = { DB_COL(struct count_row, n) },
};

/* The kept counter; less those that are yanked, of which there are few. */
static const struct db_stmt count_all = {
	.name = "crate_count_all",
	.sql = "SELECT CAST(COALESCE(GREATEST(0, CAST(num_crates AS SIGNED) -"
	       "         IF(?, (SELECT COUNT(*) FROM yanked_crates), 0)), 0) AS UNSIGNED) AS n"
	       "  FROM metadata WHERE id = 1",
	.in = { DB_BOOL },
	.out = { DB_COL(struct count_row, n) },
};

static const struct db_stmt ids_of_names = {
	.name = "crate_ids_of_names",
	.sql = "SELECT id FROM crates WHERE name IN (" DB_ROWS_128("?") ") LIMIT 128",
	.in = { DB_TEXT },
	.in_repeat = 128,
	.out = { DB_COL(struct id_row, id) },
};

static const struct db_stmt ids_of_keywords = {
	.name = "keyword_ids",
	.sql = "SELECT id FROM keywords WHERE keyword IN (?, ?, ?, ?, ?)",
	.in = { DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT },
	.out = { DB_COL(struct id_row, id) },
};

struct name_row {
	struct text name;
};

static const struct db_stmt name_of_id = {
	.name = "crate_name_of_id",
	.sql = "SELECT name FROM crates WHERE id = ?",
	.in = { DB_U64 },
	.out = { DB_COL(struct name_row, name) },
};

/* "a%"; absent for a filter without a letter. */
static struct text letter_pattern(struct db *db, char letter)
{
	return letter ? text_fmt(db_arena(db), "%c%%", letter) : TEXT_NONE;
}

/* The FILTER_PARAMS values of a filter, and where to go on. */
static struct db_val *put_filter(struct db *db, struct db_val *v, const struct crate_filter *f)
{
	struct text letter = letter_pattern(db, f->letter);

	*v++ = db_u64(f->nkeywords);
	for (size_t i = 0; i < CRATE_FILTER_KEYWORDS; i++)
		*v++ = db_u64(f->keywords[i]);
	*v++ = db_u64(f->nkeywords);
	for (size_t i = 0; i < 3; i++)
		*v++ = db_text(f->category);
	*v++ = db_u64(f->owner_id);
	*v++ = db_u64(f->owner_kind);
	*v++ = db_u64(f->owner_id);
	*v++ = db_u64(f->follower);
	*v++ = db_u64(f->follower);
	*v++ = db_text(letter);
	*v++ = db_text(letter);
	*v++ = db_bool(f->not_yanked);
	return v;
}

static bool has_part(const struct crate_filter *f, enum part part)
{
	switch (part) {
	case PART_KEYWORD:
		return f->nkeywords > 0;
	case PART_CATEGORY:
		return f->category.p != NULL;
	case PART_OWNER:
		return f->owner_id > 0;
	case PART_FOLLOWER:
		return f->follower > 0;
	case PART_LETTER:
		return f->letter != 0;
	default:
		return false;
	}
}

/* The values by which a part is read, and where to go on. */
static struct db_val *put_part(struct db *db, struct db_val *v, const struct crate_filter *f,
			       enum part part)
{
	switch (part) {
	case PART_KEYWORD:
		*v++ = db_u64(f->keywords[0]);
		break;
	case PART_CATEGORY:
		*v++ = db_text(f->category);
		*v++ = db_text(f->category);
		break;
	case PART_OWNER:
		*v++ = db_u64(f->owner_kind);
		*v++ = db_u64(f->owner_id);
		break;
	case PART_FOLLOWER:
		*v++ = db_u64(f->follower);
		break;
	default:
		*v++ = db_text(letter_pattern(db, f->letter));
		break;
	}
	return v;
}

/* The filter less a part that the statement sees to by itself. */
static struct crate_filter without(const struct crate_filter *f, enum part part)
{
	struct crate_filter rest = *f;

	if (part == PART_KEYWORD && f->nkeywords == 1)
		rest.nkeywords = 0;
	else if (part == PART_CATEGORY)
		rest.category = TEXT_NONE;
	else if (part == PART_OWNER)
		rest.owner_id = 0;
	else if (part == PART_FOLLOWER)
		rest.follower = 0;
	else if (part == PART_LETTER)
		rest.letter = 0;
	return rest;
}

bool crate_filter_is_empty(const struct crate_filter *f)
{
	for (enum part part = 0; part < PARTS; part++)
		if (has_part(f, part))
			return false;
	return !f->not_yanked;
}

const struct err *db_crate_ids(struct db *db, const struct text *names, size_t n,
			       uint64_t ids[CRATE_SET_MAX], size_t *ret_n)
{
	struct db_val v[128];
	const struct err *e = NULL;

	BUG_ON(n > CRATE_SET_MAX);
	*ret_n = 0;
	for (size_t from = 0; !e && from < n; from += ARRAY_SIZE(v)) {
		struct id_row *rows;
		size_t nrows;

		for (size_t i = 0; i < ARRAY_SIZE(v); i++)
			v[i] = db_text(from + i < n ? names[from + i] : TEXT(""));
		e = db_all(db, &ids_of_names, (struct db_vals){ v, ARRAY_SIZE(v) }, sizeof(*rows),
			   &rows, &nrows);
		for (size_t i = 0; !e && i < nrows && *ret_n < CRATE_SET_MAX; i++)
			ids[(*ret_n)++] = rows[i].id;
	}
	return e;
}

static struct text json_of(struct arena *a, const uint64_t *ids, size_t n)
{
	struct buf b = buf_init(a, IDS_MAX_BYTES);

	buf_byte(&b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_byte(&b, ',');
		buf_u64(&b, ids[i]);
	}
	buf_byte(&b, ']');
	BUG_ON(!buf_ok(&b));
	return buf_text(&b);
}

const struct err *db_crate_keys(struct db *db, enum crate_sort sort, const struct crate_filter *f,
				const uint64_t *ids, size_t n, struct crate_key **ret,
				size_t *ret_n)
{
	struct db_val v[1 + FILTER_PARAMS];

	BUG_ON(n > CRATE_PART_MAX);
	*ret_n = 0;
	if (!n)
		return NULL;
	v[0] = db_text(json_of(db_arena(db), ids, n));
	(void)put_filter(db, v + 1, f);
	return db_all(db, &keys_stmts[sort], (struct db_vals){ v, ARRAY_SIZE(v) }, sizeof(**ret),
		      ret, ret_n);
}

/* What a walk asks of the key: the letter where it goes by name, and from where. */
static struct db_val *put_from(struct db *db, struct db_val *v, enum crate_sort sort, char letter,
			       const struct crate_key *after)
{
	if (sort == CRATE_BY_NAME) {
		char upper = letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;

		*v++ = db_text(letter ? letter_pattern(db, letter) : TEXT("%"));
		*v++ = db_text(letter ? letter_pattern(db, upper) : TEXT("%"));
		if (after)
			*v++ = db_text(after->name);
	} else if (after && !after->number.set) {
		*v++ = db_u64(after->id);
	} else if (after) {
		*v++ = db_i64(after->number.v);
		*v++ = db_i64(after->number.v);
		*v++ = db_u64(after->id);
	}
	return v;
}

const struct err *db_crate_walk(struct db *db, enum crate_sort sort, const struct crate_filter *f,
				const struct crate_key *after, uint64_t limit, uint64_t offset,
				struct crate_key **ret, size_t *ret_n)
{
	struct db_val v[WALK_PARAMS + FILTER_PARAMS], *end;
	struct crate_filter rest = sort == CRATE_BY_NAME ? without(f, PART_LETTER) : *f;
	enum walk_from from = after ? FROM_KEY : FROM_START;

	BUG_ON(sort >= CRATE_BY_RELEVANCE);
	if (sort == CRATE_BY_RECENT_DOWNLOADS && after && !after->number.set)
		from = FROM_NULL;
	end = put_filter(db, put_from(db, v, sort, f->letter, after), &rest);
	*end++ = db_u64(limit);
	*end++ = db_u64(offset);
	return db_all(db, &walk_stmts[sort][from], (struct db_vals){ v, (size_t)(end - v) },
		      sizeof(**ret), ret, ret_n);
}

/* 0 for a keyword that was deleted meanwhile. */
static const struct err *count_kept_keyword(struct db *db, uint64_t id, uint64_t *ret)
{
	bool found;

	*ret = 0;
	return db_maybe(db, &kept_of_keyword, DB_ARGS(db_u64(id)), ret, &found);
}

const struct err *db_crate_count(struct db *db, const struct crate_filter *f, uint64_t *ret)
{
	struct db_val v[2 + FILTER_PARAMS], *end;
	struct crate_filter rest;
	enum part part = 0;

	while (part < PARTS && !has_part(f, part))
		part++;
	if (part == PARTS)
		return db_one(db, &count_all, DB_ARGS(db_bool(f->not_yanked)), ret);
	rest = without(f, part);
	if (part == PART_KEYWORD && crate_filter_is_empty(&rest))
		return count_kept_keyword(db, f->keywords[0], ret);
	if (part == PART_CATEGORY && crate_filter_is_empty(&rest)) {
		struct db_val c = db_text(f->category);

		return db_one(db, &kept_of_category, DB_ARGS(c, c, c, c, c, c), ret);
	}
	end = put_part(db, v, f, part);
	end = put_filter(db, end, &rest);
	return db_one(db, &count_stmts[part], (struct db_vals){ v, (size_t)(end - v) }, ret);
}

const struct err *db_crate_name(struct db *db, uint64_t id, struct text *ret)
{
	struct name_row row = { TEXT_NONE };
	bool found;
	const struct err *e = db_maybe(db, &name_of_id, DB_ARGS(db_u64(id)), &row, &found);

	if (!e)
		*ret = found ? row.name : TEXT_NONE;
	return e;
}

const struct err *db_keyword_ids(struct db *db, const struct text *words, size_t n,
				 uint64_t ids[CRATE_FILTER_KEYWORDS], uint64_t *ret_n)
{
	struct db_val v[CRATE_FILTER_KEYWORDS];
	struct id_row *rows;
	const struct err *e;
	size_t nrows;

	BUG_ON(!n || n > ARRAY_SIZE(v));
	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		v[i] = db_text(words[i < n ? i : 0]);
	e = db_all(db, &ids_of_keywords, (struct db_vals){ v, ARRAY_SIZE(v) }, sizeof(*rows), &rows,
		   &nrows);
	for (size_t i = 0; !e && i < nrows; i++)
		ids[i] = rows[i].id;
	if (!e)
		*ret_n = nrows;
	return e;
}

/* clang-format off */
const struct db_stmt *const db_crate_list_stmts[] = {
	&keys_stmts[CRATE_BY_NAME], &keys_stmts[CRATE_BY_DOWNLOADS], &keys_stmts[CRATE_BY_RECENT_DOWNLOADS],
	&keys_stmts[CRATE_BY_UPDATE], &keys_stmts[CRATE_BY_CREATION], &keys_stmts[CRATE_BY_DEPENDENTS], &keys_stmts[CRATE_BY_RELEVANCE],
	&walk_stmts[CRATE_BY_NAME][FROM_START], &walk_stmts[CRATE_BY_NAME][FROM_KEY],
	&walk_stmts[CRATE_BY_DOWNLOADS][FROM_START], &walk_stmts[CRATE_BY_DOWNLOADS][FROM_KEY],
	&walk_stmts[CRATE_BY_RECENT_DOWNLOADS][FROM_START], &walk_stmts[CRATE_BY_RECENT_DOWNLOADS][FROM_KEY],
	&walk_stmts[CRATE_BY_RECENT_DOWNLOADS][FROM_NULL],
	&walk_stmts[CRATE_BY_UPDATE][FROM_START], &walk_stmts[CRATE_BY_UPDATE][FROM_KEY],
	&walk_stmts[CRATE_BY_CREATION][FROM_START], &walk_stmts[CRATE_BY_CREATION][FROM_KEY],
	&walk_stmts[CRATE_BY_DEPENDENTS][FROM_START], &walk_stmts[CRATE_BY_DEPENDENTS][FROM_KEY],
	&count_stmts[PART_KEYWORD], &count_stmts[PART_CATEGORY], &count_stmts[PART_OWNER], &count_stmts[PART_FOLLOWER],
	&count_stmts[PART_LETTER],
	&count_all, &kept_of_keyword, &kept_of_category, &ids_of_names, &ids_of_keywords, &name_of_id, NULL
};
/* clang-format on */
