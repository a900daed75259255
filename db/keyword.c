#include "db/keyword.h"

#include "app/base/arena.h"

#define KEYWORD_COLS                                                                               \
	{                                                                                          \
		DB_COL(struct keyword_view, keyword), DB_COL(struct keyword_view, created_us),     \
			DB_COL(struct keyword_view, crates_cnt)                                    \
	}

static const struct db_stmt keyword_by_name = {
	.name = "keyword_by_name",
	.sql = "SELECT keyword, created_us, crates_cnt FROM keywords WHERE keyword = ?",
	.in = { DB_TEXT },
	.out = KEYWORD_COLS,
};

/* Only entries of the index are passed over; rows are read for what is shown. */
#define PAGE(order, k_order)                                                                       \
	"SELECT k.keyword, k.created_us, k.crates_cnt"                                             \
	"  FROM (SELECT id FROM keywords ORDER BY " order                                          \
	" LIMIT ? OFFSET ?) p JOIN keywords k ON k.id = p.id ORDER BY " k_order

static const struct db_stmt keywords_by_name = {
	.name = "keywords_by_name",
	.sql = PAGE("keyword", "k.keyword"),
	.in = { DB_U64, DB_U64 },
	.out = KEYWORD_COLS,
	.scan_ok = true, /* of an index, no further than the page */
};

static const struct db_stmt keywords_by_crates = {
	.name = "keywords_by_crates",
	.sql = PAGE("crates_cnt DESC, keyword", "k.crates_cnt DESC, k.keyword"),
	.in = { DB_U64, DB_U64 },
	.out = KEYWORD_COLS,
	.scan_ok = true, /* likewise */
};

struct number_row {
	uint64_t n;
};

static const struct db_stmt keywords_count = {
	.name = "keywords_count",
	.sql = "SELECT num_keywords AS n FROM metadata WHERE id = 1",
	.out = { DB_COL(struct number_row, n) },
};

const struct err *db_keyword(struct db *db, struct text keyword, struct keyword_view *ret)
{
	return db_one(db, &keyword_by_name, DB_ARGS(db_text(text_lower(db_arena(db), keyword))),
		      ret);
}

const struct err *db_keywords_page(struct db *db, bool by_crates, uint64_t per_page,
				   uint64_t offset, struct keyword_view **ret, size_t *ret_n)
{
	return db_all(db, by_crates ? &keywords_by_crates : &keywords_by_name,
		      DB_ARGS(db_u64(per_page), db_u64(offset)), sizeof(**ret), ret, ret_n);
}

const struct err *db_keywords_count(struct db *db, uint64_t *ret)
{
	struct number_row row;
	const struct err *e = db_one(db, &keywords_count, DB_NO_ARGS, &row);

	if (!e)
		*ret = row.n;
	return e;
}

const struct db_stmt *const db_keyword_stmts[] = { &keyword_by_name, &keywords_by_name,
						   &keywords_by_crates, &keywords_count, NULL };
