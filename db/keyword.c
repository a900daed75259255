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

static const struct db_stmt keywords_letter = {
	.name = "keywords_letter",
	.sql = "SELECT k.keyword, k.created_us, k.crates_cnt"
	       "  FROM (SELECT id FROM keywords WHERE keyword >= ? AND keyword < ?"
	       "         ORDER BY keyword LIMIT ? OFFSET ?) p"
	       "  JOIN keywords k ON k.id = p.id ORDER BY k.keyword",
	.in = { DB_TEXT, DB_TEXT, DB_U64, DB_U64 },
	.out = KEYWORD_COLS,
};

struct number_row {
	uint64_t n;
};

static const struct db_stmt keywords_count = {
	.name = "keywords_count",
	.sql = "SELECT num_keywords AS n FROM metadata WHERE id = 1",
	.out = { DB_COL(struct number_row, n) },
};

/* Entries of one index, of one letter. */
static const struct db_stmt keywords_letter_count = {
	.name = "keywords_letter_count",
	.sql = "SELECT CAST(COUNT(*) AS UNSIGNED) AS n FROM keywords"
	       " WHERE keyword >= ? AND keyword < ?",
	.in = { DB_TEXT, DB_TEXT },
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

const struct err *db_keywords_letter(struct db *db, char letter, uint64_t per_page, uint64_t offset,
				     uint64_t *ret_total, struct keyword_view **ret, size_t *ret_n)
{
	char first[1] = { letter }, behind[1] = { letter == '0' ? '9' + 1 : (char)(letter + 1) };
	struct text from = { first, 1 }, to = { behind, 1 };
	struct number_row row;
	const struct err *e;

	*ret_total = 0;
	*ret_n = 0;
	if (letter != '0' && (letter < 'a' || letter > 'z'))
		return NULL;
	e = db_one(db, &keywords_letter_count, DB_ARGS(db_text(from), db_text(to)), &row);
	if (e)
		return e;
	*ret_total = row.n;
	return db_all(db, &keywords_letter,
		      DB_ARGS(db_text(from), db_text(to), db_u64(per_page), db_u64(offset)),
		      sizeof(**ret), ret, ret_n);
}

const struct err *db_keywords_count(struct db *db, uint64_t *ret)
{
	struct number_row row;
	const struct err *e = db_one(db, &keywords_count, DB_NO_ARGS, &row);

	if (!e)
		*ret = row.n;
	return e;
}

const struct db_stmt *const db_keyword_stmts[] = { &keyword_by_name,
						   &keywords_by_name,
						   &keywords_by_crates,
						   &keywords_letter,
						   &keywords_letter_count,
						   &keywords_count,
						   NULL };
