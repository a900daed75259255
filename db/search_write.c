/* db/search_write.c - the postings of a crate */
#include "db/search.h"

#include "app/base/arena.h"
#include "app/base/time.h"

static const struct db_stmt search_drop_postings = {
	.name = "search_drop_postings",
	.sql = "DELETE FROM search_postings WHERE crate_id = ?",
	.in = { DB_U64 },
};

static const struct db_stmt search_drop_grams = {
	.name = "search_drop_grams",
	.sql = "DELETE FROM search_grams WHERE crate_id = ?",
	.in = { DB_U64 },
};

#define PUT_POSTINGS(rows)                                                                         \
	"INSERT INTO search_postings (term, score, crate_id, weight) VALUES " rows
#define POSTING "(?, ?, ?, ?)"
#define POSTING_IN                                                                                 \
	{                                                                                          \
		DB_TEXT, DB_U64, DB_U64, DB_U64                                                    \
	}

static const struct db_stmt search_put_postings_64 = {
	.name = "search_put_postings_64",
	.sql = PUT_POSTINGS(DB_ROWS_64(POSTING)),
	.in = POSTING_IN,
	.in_repeat = 64,
};

static const struct db_stmt search_put_postings_8 = {
	.name = "search_put_postings_8",
	.sql = PUT_POSTINGS(DB_ROWS_8(POSTING)),
	.in = POSTING_IN,
	.in_repeat = 8,
};

static const struct db_stmt search_put_posting = {
	.name = "search_put_posting",
	.sql = PUT_POSTINGS(POSTING),
	.in = POSTING_IN,
};

static const struct db_stmt *const put_postings[] = { &search_put_postings_64,
						      &search_put_postings_8, &search_put_posting,
						      NULL };

#define PUT_GRAMS(rows) "INSERT INTO search_grams (gram, score, crate_id) VALUES " rows

static const struct db_stmt search_put_grams_8 = {
	.name = "search_put_grams_8",
	.sql = PUT_GRAMS(DB_ROWS_8("(?, ?, ?)")),
	.in = { DB_TEXT, DB_U64, DB_U64 },
	.in_repeat = 8,
};

static const struct db_stmt search_put_gram = {
	.name = "search_put_gram",
	.sql = PUT_GRAMS("(?, ?, ?)"),
	.in = { DB_TEXT, DB_U64, DB_U64 },
};

static const struct db_stmt *const put_grams[] = { &search_put_grams_8, &search_put_gram, NULL };

static const struct db_stmt search_put_crate = {
	.name = "search_put_crate",
	.sql = "INSERT INTO search_crates (crate_id, step, indexed_us) VALUES (?, ?, ?)"
	       " ON DUPLICATE KEY UPDATE step = VALUES(step), indexed_us = VALUES(indexed_us)",
	.in = { DB_U64, DB_U64, DB_I64 },
};

static const struct err *put_all_postings(struct db *db, uint64_t crate_id,
					  const struct search_term *terms, size_t n, uint64_t step)
{
	struct db_val *v = arena_array(db_arena(db), n, 4 * sizeof(*v));

	for (size_t i = 0; i < n; i++) {
		v[i * 4] = db_text(terms[i].term);
		v[i * 4 + 1] = db_u64(search_score(terms[i].weight, step));
		v[i * 4 + 2] = db_u64(crate_id);
		v[i * 4 + 3] = db_u64(terms[i].weight);
	}
	return db_exec_rows(db, put_postings, (struct db_vals){ v, n * 4 });
}

static const struct err *put_all_grams(struct db *db, uint64_t crate_id, const struct text *grams,
				       size_t n, uint64_t step)
{
	struct db_val *v = arena_array(db_arena(db), n, 3 * sizeof(*v));

	for (size_t i = 0; i < n; i++) {
		v[i * 3] = db_text(grams[i]);
		v[i * 3 + 1] = db_u64(search_score(1, step));
		v[i * 3 + 2] = db_u64(crate_id);
	}
	return db_exec_rows(db, put_grams, (struct db_vals){ v, n * 3 });
}

const struct err *db_search_put(struct db *db, uint64_t crate_id, struct text canon,
				const struct search_source *source, uint64_t recent_downloads)
{
	uint64_t step = search_popularity_step(recent_downloads);
	struct search_term *terms;
	struct text *grams;
	const struct err *e;
	size_t nterms, ngrams;

	search_terms_of_crate(db_arena(db), source, &terms, &nterms);
	search_grams_of_name(db_arena(db), canon, &grams, &ngrams);
	e = db_exec(db, &search_drop_postings, DB_ARGS(db_u64(crate_id)), NULL);
	if (!e)
		e = put_all_postings(db, crate_id, terms, nterms, step);
	if (!e)
		e = db_exec(db, &search_drop_grams, DB_ARGS(db_u64(crate_id)), NULL);
	if (!e)
		e = put_all_grams(db, crate_id, grams, ngrams, step);
	if (!e)
		e = db_exec(db, &search_put_crate,
			    DB_ARGS(db_u64(crate_id), db_u64(step), db_i64(time_now_us())), NULL);
	return e;
}

const struct db_stmt *const db_search_write_stmts[] = {
	&search_drop_postings,  &search_drop_grams,  &search_put_postings_64,
	&search_put_postings_8, &search_put_posting, &search_put_grams_8,
	&search_put_gram,       &search_put_crate,   NULL
};
