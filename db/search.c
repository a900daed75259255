#include "db/search.h"

#include "app/base/arena.h"
#include "app/base/time.h"
#include "app/registry/name.h"

#include <stdlib.h>

/* ---- writing */

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
	search_grams(db_arena(db), canon, &grams, &ngrams);
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

/* ---- asking */

struct one {
	uint64_t id;
};

static const struct db_stmt search_exact = {
	.name = "search_exact",
	.sql = "SELECT id FROM crates WHERE canon_name = ?",
	.in = { DB_TEXT },
	.out = { DB_COL(struct one, id) },
};

struct frequency {
	int64_t place, n;
};

#define FREQUENCY(place, table, column)                                                            \
	"SELECT " place " AS place, COUNT(*) AS n FROM (SELECT 1 FROM " table " WHERE " column     \
	" = ? LIMIT 1001) f" place

/* How many crates have each of eight words, counted no further than the bound. Places that are not
 * used hold the first. */
static const struct db_stmt search_frequencies = {
	.name = "search_frequencies",
	.sql = FREQUENCY("0", "search_postings", "term") " UNION ALL " FREQUENCY("1", "search_postings", "term") " UNION ALL " FREQUENCY(
		"2", "search_postings",
		"term") " UNION ALL " FREQUENCY("3", "search_postings",
						"term") " UNION ALL " FREQUENCY("4",
										"search_postings",
										"term") " UNION "
											"ALL"
											" " FREQUENCY(
												"5",
												"se"
												"ar"
												"ch"
												"_p"
												"os"
												"ti"
												"ng"
												"s",
												"te"
												"r"
												"m") " UNION "
												     "ALL"
												     " " FREQUENCY("6", "search_postings", "term") " UNION ALL " FREQUENCY(
													     "7",
													     "search_postings",
													     "term"),
	.in = { DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT },
	.out = { DB_COL(struct frequency, place), DB_COL(struct frequency, n) },
};

#define ALSO(n) " JOIN search_postings t" n " ON t" n ".crate_id = p.crate_id AND t" n ".term = ?"

/* The best of the rarest word that have the other seven too; places that are not used hold the
 * rarest again. */
static const struct db_stmt search_words = {
	.name = "search_words",
	.sql = "SELECT p.crate_id, p.score + t1.score + t2.score + t3.score + t4.score + t5.score "
	       "+ t6.score + t7.score AS score"
	       "  FROM (SELECT crate_id, score FROM search_postings WHERE term = ? ORDER BY score "
	       "DESC LIMIT 1000) p" ALSO("1") ALSO("2") ALSO("3") ALSO("4") ALSO("5") ALSO("6")
		       ALSO("7") " LIMIT 1000",
	.in = { DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT },
	.out = { DB_COL(struct search_hit, crate_id), DB_COL(struct search_hit, score) },
};

/* The best of one word. */
static const struct db_stmt search_word = {
	.name = "search_word",
	.sql = "SELECT crate_id, score FROM search_postings WHERE term = ? ORDER BY score DESC "
	       "LIMIT 1000",
	.in = { DB_TEXT },
	.out = { DB_COL(struct search_hit, crate_id), DB_COL(struct search_hit, score) },
};

/* Names that hold the text somewhere, among the most popular that hold its rarest three bytes. */
static const struct db_stmt search_inside_names = {
	.name = "search_inside_names",
	.sql = "SELECT g.crate_id, g.score FROM"
	       " (SELECT crate_id, score FROM search_grams WHERE gram = ? ORDER BY score DESC "
	       "LIMIT 1000) g"
	       "  JOIN crates c ON c.id = g.crate_id"
	       " WHERE LOCATE(?, c.canon_name) > 0 LIMIT 1000",
	.in = { DB_TEXT, DB_TEXT },
	.out = { DB_COL(struct search_hit, crate_id), DB_COL(struct search_hit, score) },
};

static const struct err *rarest_first(struct db *db, struct text *terms, size_t n)
{
	struct db_val v[SEARCH_QUERY_TERMS_MAX];
	struct frequency *f;
	const struct err *e;
	size_t nf, rarest = 0;
	struct text t;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		v[i] = db_text(terms[i < n ? i : 0]);
	e = db_all(db, &search_frequencies, (struct db_vals){ v, ARRAY_SIZE(v) }, sizeof(*f), &f,
		   &nf);
	if (e)
		return e;
	for (size_t i = 1; i < nf && i < n; i++)
		if (f[i].n < f[rarest].n)
			rarest = i;
	t = terms[0];
	terms[0] = terms[rarest];
	terms[rarest] = t;
	return NULL;
}

static const struct err *by_words(struct db *db, struct text q, struct search_hit **ret,
				  size_t *ret_n)
{
	struct db_val v[SEARCH_QUERY_TERMS_MAX];
	struct text *terms;
	const struct err *e;
	size_t n;

	search_terms_of_query(db_arena(db), q, &terms, &n);
	*ret_n = 0;
	if (!n)
		return NULL;
	if (n == 1)
		return db_all(db, &search_word, DB_ARGS(db_text(terms[0])), sizeof(**ret), ret,
			      ret_n);
	e = rarest_first(db, terms, n);
	if (e)
		return e;
	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		v[i] = db_text(terms[i < n ? i : 0]);
	return db_all(db, &search_words, (struct db_vals){ v, ARRAY_SIZE(v) }, sizeof(**ret), ret,
		      ret_n);
}

static const struct err *by_name(struct db *db, struct text canon, struct search_hit **ret,
				 size_t *ret_n)
{
	struct text *grams;
	size_t n;

	search_grams(db_arena(db), canon, &grams, &n);
	*ret_n = 0;
	if (!n || canon.n > NAME_MAX_CHARS)
		return NULL;
	/* the one in the middle: beginnings such as "rus" and ends such as "-rs" are in too many
	 * names */
	return db_all(db, &search_inside_names, DB_ARGS(db_text(grams[n / 2]), db_text(canon)),
		      sizeof(**ret), ret, ret_n);
}

static int by_id_best_first(const void *a, const void *b)
{
	const struct search_hit *x = a, *y = b;

	if (x->crate_id != y->crate_id)
		return (x->crate_id > y->crate_id) - (x->crate_id < y->crate_id);
	return (x->score < y->score) - (x->score > y->score);
}

static int best_first(const void *a, const void *b)
{
	const struct search_hit *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return (x->crate_id > y->crate_id) - (x->crate_id < y->crate_id);
}

/* Both lists as one: each crate once with its best score, without the exact one, best first. */
static void merge(struct arena *a, const struct search_hit *x, size_t nx,
		  const struct search_hit *y, size_t ny, struct search_result *r)
{
	struct search_hit *v = arena_array(a, nx + ny + 1, sizeof(*v));
	size_t n = 0, out = 0;

	for (size_t i = 0; i < nx; i++)
		v[n++] = x[i];
	for (size_t i = 0; i < ny; i++)
		v[n++] = y[i];
	if (n)
		qsort(v, n, sizeof(*v), by_id_best_first);
	for (size_t i = 0; i < n; i++) {
		if (r->exact.set && v[i].crate_id == r->exact.v)
			continue;
		if (!out || v[out - 1].crate_id != v[i].crate_id)
			v[out++] = v[i];
	}
	if (out)
		qsort(v, out, sizeof(*v), best_first);
	r->hits = v;
	r->n = out;
	r->total = out + r->exact.set;
}

const struct err *db_search(struct db *db, struct text q, struct search_result *ret)
{
	struct text canon = canon_name(db_arena(db), text_trim(q));
	struct search_result r = { 0 };
	struct search_hit *words, *names;
	const struct err *e;
	size_t nwords, nnames;
	struct one row;
	bool found;

	e = db_maybe(db, &search_exact, DB_ARGS(db_text(canon)), &row, &found);
	if (!e)
		e = by_words(db, q, &words, &nwords);
	if (!e)
		e = by_name(db, canon, &names, &nnames);
	if (e)
		return e;
	if (found)
		r.exact = (struct opt_u64){ true, row.id };
	merge(db_arena(db), words, nwords, names, nnames, &r);
	*ret = r;
	return NULL;
}

const struct db_stmt *const db_search_stmts[] = { &search_drop_postings,   &search_drop_grams,
						  &search_put_postings_64, &search_put_postings_8,
						  &search_put_posting,     &search_put_grams_8,
						  &search_put_gram,        &search_put_crate,
						  &search_exact,           &search_frequencies,
						  &search_words,           &search_word,
						  &search_inside_names,    NULL };
