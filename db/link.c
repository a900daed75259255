#include "db/link.h"

#include "app/base/arena.h"
#include "app/base/time.h"

#include <stdlib.h>

struct link_row {
	uint64_t id;
	struct text word; /* keyword or slug */
};

#define LINK_COLS                                                                                  \
	{                                                                                          \
		DB_COL(struct link_row, id), DB_COL(struct link_row, word)                         \
	}

static const struct db_stmt keywords_of = {
	.name = "link_keywords_of",
	.sql = "SELECT k.id, k.keyword AS word FROM crates_keywords l JOIN keywords k ON k.id = "
	       "l.keyword_id"
	       " WHERE l.crate_id = ? LIMIT 1000",
	.in = { DB_U64 },
	.out = LINK_COLS,
};

static const struct db_stmt keyword_more = {
	.name = "link_keyword_more",
	.sql = "INSERT INTO keywords (keyword, crates_cnt, created_us) VALUES (?, 1, ?)"
	       " ON DUPLICATE KEY UPDATE crates_cnt = crates_cnt + 1, id = LAST_INSERT_ID(id)",
	.in = { DB_TEXT, DB_I64 },
};

static const struct db_stmt keyword_less = {
	.name = "link_keyword_less",
	.sql = "UPDATE keywords SET crates_cnt = crates_cnt - 1 WHERE id = ? AND crates_cnt > 0",
	.in = { DB_U64 },
};

static const struct db_stmt keyword_link = {
	.name = "link_keyword_link",
	.sql = "INSERT INTO crates_keywords (crate_id, keyword_id) VALUES (?, ?)",
	.in = { DB_U64, DB_U64 },
};

static const struct db_stmt keyword_unlink = {
	.name = "link_keyword_unlink",
	.sql = "DELETE FROM crates_keywords WHERE crate_id = ? AND keyword_id = ?",
	.in = { DB_U64, DB_U64 },
};

static const struct db_stmt categories_of = {
	.name = "link_categories_of",
	.sql = "SELECT c.id, c.slug AS word FROM crates_categories l JOIN categories c ON c.id = "
	       "l.category_id"
	       " WHERE l.crate_id = ? ORDER BY c.id LIMIT 1000",
	.in = { DB_U64 },
	.out = LINK_COLS,
};

static const struct db_stmt category_by_slug = {
	.name = "link_category_by_slug",
	.sql = "SELECT id, slug AS word FROM categories WHERE slug = ?",
	.in = { DB_TEXT },
	.out = LINK_COLS,
};

static const struct db_stmt category_count = {
	.name = "link_category_count",
	.sql = "UPDATE categories SET crates_cnt = GREATEST(CAST(crates_cnt AS SIGNED) + ?, 0) "
	       "WHERE id = ?",
	.in = { DB_I64, DB_U64 },
};

static const struct db_stmt category_link = {
	.name = "link_category_link",
	.sql = "INSERT INTO crates_categories (crate_id, category_id) VALUES (?, ?)",
	.in = { DB_U64, DB_U64 },
};

static const struct db_stmt category_unlink = {
	.name = "link_category_unlink",
	.sql = "DELETE FROM crates_categories WHERE crate_id = ? AND category_id = ?",
	.in = { DB_U64, DB_U64 },
};

static int by_word(const void *a, const void *b)
{
	return text_cmp(((const struct link_row *)a)->word, ((const struct link_row *)b)->word);
}

static int by_id(const void *a, const void *b)
{
	uint64_t x = ((const struct link_row *)a)->id, y = ((const struct link_row *)b)->id;

	return (x > y) - (x < y);
}

/* Neighbours that are equal become one; v is sorted. */
static size_t uniq(struct link_row *v, size_t n, int (*cmp)(const void *, const void *))
{
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		if (!m || cmp(&v[m - 1], &v[i]))
			v[m++] = v[i];
	return m;
}

/*
 * Walks two sorted lists: what is only in `want` is added, what is only in `have` is removed, in the order of both
 * together.
 */
static const struct err *
walk(struct db *db, uint64_t crate_id, const struct link_row *have, size_t nhave,
     const struct link_row *want, size_t nwant, int (*cmp)(const void *, const void *),
     const struct err *(*change)(struct db *db, uint64_t crate_id, const struct link_row *l,
				 bool add, uint64_t *n),
     uint64_t *n)
{
	const struct err *e = NULL;
	size_t i = 0, j = 0;

	while (!e && (i < nhave || j < nwant)) {
		int c = i == nhave ? 1 : j == nwant ? -1 : cmp(&have[i], &want[j]);

		if (c < 0)
			e = change(db, crate_id, &have[i++], false, n);
		else if (c > 0)
			e = change(db, crate_id, &want[j++], true, n);
		else
			i++, j++;
	}
	return e;
}

static const struct err *change_keyword(struct db *db, uint64_t crate_id, const struct link_row *l,
					bool add, uint64_t *n)
{
	uint64_t affected = 0;
	const struct err *e;

	if (!add) {
		e = db_exec(db, &keyword_less, DB_ARGS(db_u64(l->id)), NULL);
		return e ? e
			 : db_exec(db, &keyword_unlink, DB_ARGS(db_u64(crate_id), db_u64(l->id)),
				   NULL);
	}
	e = db_exec(db, &keyword_more, DB_ARGS(db_text(l->word), db_i64(time_now_us())), &affected);
	if (e)
		return e;
	*n += affected == 1; /* 2: it was there */
	return db_exec(db, &keyword_link, DB_ARGS(db_u64(crate_id), db_u64(db_insert_id(db))),
		       NULL);
}

const struct err *db_link_keywords(struct db *db, uint64_t crate_id, struct texts keywords,
				   uint64_t *ret_new)
{
	struct link_row *have, *want = arena_array(db_arena(db), keywords.n, sizeof(*want));
	size_t nhave, nwant;
	const struct err *e =
		db_all(db, &keywords_of, DB_ARGS(db_u64(crate_id)), sizeof(*have), &have, &nhave);

	if (e)
		return e;
	for (size_t i = 0; i < keywords.n; i++)
		want[i].word = text_lower(db_arena(db), keywords.v[i]);
	qsort(want, keywords.n, sizeof(*want), by_word);
	nwant = uniq(want, keywords.n, by_word);
	qsort(have, nhave, sizeof(*have), by_word);
	*ret_new = 0;
	return walk(db, crate_id, have, nhave, want, nwant, by_word, change_keyword, ret_new);
}

static const struct err *change_category(struct db *db, uint64_t crate_id, const struct link_row *l,
					 bool add, uint64_t *n)
{
	const struct err *e =
		db_exec(db, &category_count, DB_ARGS(db_i64(add ? 1 : -1), db_u64(l->id)), NULL);

	(void)n;
	if (e)
		return e;
	return db_exec(db, add ? &category_link : &category_unlink,
		       DB_ARGS(db_u64(crate_id), db_u64(l->id)), NULL);
}

const struct err *db_link_categories(struct db *db, uint64_t crate_id, struct texts slugs,
				     struct texts *ret_unknown)
{
	struct link_row *have, *want = arena_array(db_arena(db), slugs.n, sizeof(*want));
	size_t nhave, nwant = 0;
	struct texts unknown = { arena_array(db_arena(db), slugs.n, sizeof(*unknown.v)), 0 };
	const struct err *e =
		db_all(db, &categories_of, DB_ARGS(db_u64(crate_id)), sizeof(*have), &have, &nhave);

	for (size_t i = 0; i < slugs.n && !e; i++) {
		bool found;

		e = db_maybe(db, &category_by_slug, DB_ARGS(db_text(slugs.v[i])), &want[nwant],
			     &found);
		if (!e && found)
			nwant++;
		else if (!e)
			unknown.v[unknown.n++] = slugs.v[i];
	}
	if (e)
		return e;
	*ret_unknown = unknown;
	qsort(want, nwant, sizeof(*want), by_id);
	nwant = uniq(want, nwant, by_id);
	return walk(db, crate_id, have, nhave, want, nwant, by_id, change_category, NULL);
}

const struct db_stmt *const db_link_stmts[] = {
	&keywords_of,   &keyword_more,     &keyword_less,   &keyword_link,  &keyword_unlink,
	&categories_of, &category_by_slug, &category_count, &category_link, &category_unlink,
	NULL,
};
