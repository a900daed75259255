/* db/search.c - what a query finds */
#include "db/search.h"

#include "app/base/arena.h"
#include "app/registry/name.h"

#include <stdlib.h>

enum { TERMS = SEARCH_QUERY_TERMS_MAX, ENOUGH = 10, WITHIN_AT_ONCE = 512 };

struct one {
	uint64_t id;
};

static const struct db_stmt search_exact = {
	.name = "search_exact",
	.sql = "SELECT id FROM crates WHERE canon_name = ?",
	.in = { DB_TEXT },
	.out = { DB_COL(struct one, id) },
};

/* clang-format off */
#define EIGHT_TEXTS DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT
#define HIT_OUT { DB_COL(struct search_hit, crate_id), DB_COL(struct search_hit, score) }

struct frequency {
	int64_t place, n;
};

/* As it was counted last where many have it, else counted now, no further than the bound. */
#define FREQUENCY(place, counts, table, column) \
	"SELECT " place " AS place, CAST(COALESCE((SELECT c.crates FROM " counts " c WHERE c." column " = ?)," \
	" (SELECT COUNT(*) FROM (SELECT 1 FROM " table " WHERE " column " = ? LIMIT 1001) f), 0) AS SIGNED) AS n"
#define FREQUENCIES(counts, table, column) \
	FREQUENCY("0", counts, table, column) " UNION ALL " FREQUENCY("1", counts, table, column) " UNION ALL " \
	FREQUENCY("2", counts, table, column) " UNION ALL " FREQUENCY("3", counts, table, column) " UNION ALL " \
	FREQUENCY("4", counts, table, column) " UNION ALL " FREQUENCY("5", counts, table, column) " UNION ALL " \
	FREQUENCY("6", counts, table, column) " UNION ALL " FREQUENCY("7", counts, table, column)

/* How many crates have each of eight words, or groups of letters in the name. Places that are not used hold the empty
 * text, which none has. */
static const struct db_stmt search_frequencies = {
	.name = "search_frequencies",
	.sql = FREQUENCIES("search_terms", "search_postings", "term"),
	.in = { EIGHT_TEXTS, EIGHT_TEXTS },
	.out = { DB_COL(struct frequency, place), DB_COL(struct frequency, n) },
};

static const struct db_stmt search_gram_frequencies = {
	.name = "search_gram_frequencies",
	.sql = FREQUENCIES("search_gram_counts", "search_grams", "gram"),
	.in = { EIGHT_TEXTS, EIGHT_TEXTS },
	.out = { DB_COL(struct frequency, place), DB_COL(struct frequency, n) },
};

/* How many crates have a word that many have; one that was not counted yet as far as it takes a few milliseconds. */
static const struct db_stmt search_count = {
	.name = "search_count",
	.sql = "SELECT CAST(COALESCE((SELECT c.crates FROM search_terms c WHERE c.term = ?),"
	       " (SELECT COUNT(*) FROM (SELECT 1 FROM search_postings WHERE term = ? LIMIT 20000) f), 0) AS UNSIGNED) AS id",
	.in = { DB_TEXT, DB_TEXT },
	.out = { DB_COL(struct one, id) },
};

#define ALSO(n) \
	" STRAIGHT_JOIN search_postings t" n " FORCE INDEX (search_postings_word)" \
	" ON t" n ".term = ? AND t" n ".crate_id = p.crate_id"
#define ALSO_THREE ALSO("1") ALSO("2") ALSO("3")
#define ALSO_SEVEN ALSO_THREE ALSO("4") ALSO("5") ALSO("6") ALSO("7")
#define THREE_SCORES "t1.score + t2.score + t3.score"
#define SEVEN_SCORES THREE_SCORES " + t4.score + t5.score + t6.score + t7.score"

/* The best of the rarest word that have the others too; places that are not used hold the rarest again. */
#define WORDS(n, scores, also, ...) \
	{ \
		.name = "search_words_" n, \
		.sql = "SELECT p.crate_id, p.score + " scores " AS score" \
		       "  FROM (SELECT crate_id, score FROM search_postings FORCE INDEX (PRIMARY) WHERE term = ?" \
		       "         ORDER BY score DESC LIMIT 1000) p" also " LIMIT 1000", \
		.in = { __VA_ARGS__ }, .out = HIT_OUT, \
	}

static const struct db_stmt search_words_2 = WORDS("2", "t1.score", ALSO("1"), DB_TEXT, DB_TEXT);
static const struct db_stmt search_words_4 =
	WORDS("4", THREE_SCORES, ALSO_THREE, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT);
static const struct db_stmt search_words_8 = WORDS("8", SEVEN_SCORES, ALSO_SEVEN, EIGHT_TEXTS);

/* The best of one word. */
static const struct db_stmt search_word = {
	.name = "search_word",
	.sql = "SELECT crate_id, score FROM search_postings FORCE INDEX (PRIMARY) WHERE term = ? ORDER BY score DESC LIMIT 1000",
	.in = { DB_TEXT },
	.out = HIT_OUT,
};

/* The next word behind the first that lies before the second: one step in the index, however many crates have either. */
struct term_row {
	struct text term;
};

static const struct db_stmt search_next_word = {
	.name = "search_next_word",
	.sql = "SELECT term FROM search_postings WHERE term > ? AND term < ? ORDER BY term LIMIT 1",
	.in = { DB_TEXT, DB_TEXT },
	.out = { DB_COL(struct term_row, term) },
};

/* The best of four words, any of which will do; a quarter of the score of a word that was written out. */
#define ANY "(SELECT crate_id, score FROM search_postings FORCE INDEX (PRIMARY) WHERE term = ? ORDER BY score DESC LIMIT 100)"
#define ANY_OF_FOUR "(" ANY " UNION ALL " ANY " UNION ALL " ANY " UNION ALL " ANY ") p"

static const struct db_stmt search_begun_word = {
	.name = "search_begun_word",
	.sql = "SELECT p.crate_id, p.score >> 2 AS score FROM " ANY_OF_FOUR " LIMIT 400",
	.in = { DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT },
	.out = HIT_OUT,
};

#define BEGUN_WORDS(n, scores, also, ...) \
	{ \
		.name = "search_begun_words_" n, \
		.sql = "SELECT p.crate_id, (p.score + " scores ") >> 2 AS score FROM " ANY_OF_FOUR also " LIMIT 400", \
		.in = { DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, __VA_ARGS__ }, .out = HIT_OUT, \
	}

static const struct db_stmt search_begun_words_2 = BEGUN_WORDS("2", "t1.score", ALSO("1"), DB_TEXT);
static const struct db_stmt search_begun_words_8 =
	BEGUN_WORDS("8", SEVEN_SCORES, ALSO_SEVEN, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT);

/* Names that hold the text somewhere, among the most popular that hold its rarest three bytes. */
static const struct db_stmt search_inside_names = {
	.name = "search_inside_names",
	.sql = "SELECT g.crate_id, g.score"
	       "  FROM (SELECT crate_id, score FROM search_grams WHERE gram = ? ORDER BY score DESC LIMIT 1000) g"
	       " STRAIGHT_JOIN crates c FORCE INDEX (crates_narrow) ON c.id = g.crate_id"
	       " WHERE LOCATE(?, c.canon_name) > 0 LIMIT 1000",
	.in = { DB_TEXT, DB_TEXT },
	.out = HIT_OUT,
};

/* Three bytes that are all that is asked for. */
static const struct db_stmt search_gram = {
	.name = "search_gram",
	.sql = "SELECT crate_id, score FROM search_grams WHERE gram = ? ORDER BY score DESC LIMIT 1000",
	.in = { DB_TEXT },
	.out = HIT_OUT,
};

#define PLACES_512 DB_ROWS_128("?") ", " DB_ROWS_128("?") ", " DB_ROWS_128("?") ", " DB_ROWS_128("?")

/* Those of a few crates that have all words; places that are not used hold 0, which no crate has. */
static const struct db_stmt search_words_within = {
	.name = "search_words_within",
	.sql = "SELECT p.crate_id, CAST(COALESCE(SUM(p.score), 0) AS UNSIGNED) AS score"
	       "  FROM search_postings p FORCE INDEX (search_postings_crate)"
	       " WHERE p.term IN (?, ?, ?, ?, ?, ?, ?, ?) AND p.crate_id IN (" PLACES_512 ")"
	       " GROUP BY p.crate_id HAVING COUNT(*) = ? LIMIT 512",
	.in = { EIGHT_TEXTS, DB_U64 },
	.in_once = TERMS,
	.in_repeat = WITHIN_AT_ONCE + 1, /* and how many words there are */
	.out = HIT_OUT,
};

/* Those of a few crates whose name holds the text; '_' before and behind the name where it is a beginning. */
static const struct db_stmt search_names_within = {
	.name = "search_names_within",
	.sql = "SELECT s.crate_id, CAST(COALESCE((s.step + 6) * (s.step + 6) DIV 16, 0) AS UNSIGNED) AS score FROM search_crates s"
	       "  JOIN crates c FORCE INDEX (crates_narrow) ON c.id = s.crate_id"
	       " WHERE LOCATE(?, CONCAT(?, c.canon_name, ?)) > 0 AND s.crate_id IN (" PLACES_512 ") LIMIT 512",
	.in = { DB_TEXT, DB_TEXT, DB_TEXT, DB_U64 },
	.in_once = 3,
	.in_repeat = WITHIN_AT_ONCE,
	.out = HIT_OUT,
};
/* clang-format on */

/* ---- a query taken apart */

struct asked {
	struct text q, canon; /* canon: its spelling as a name */
	struct text *terms;   /* stems */
	size_t n;
	struct text part; /* what a name must hold, absent: no name can */
	bool begins;      /* part is the beginning of a word of a name, with '_' around the name */
};

/* Of one or two letters a word of the name begins with them, or is that letter (contract/api.md 9.2). */
static void take_apart(struct db *db, struct text q, struct asked *ret)
{
	struct arena *a = db_arena(db);
	struct asked s = { .q = q, .canon = canon_name(a, text_trim(q)) };

	search_terms_of_query(a, q, &s.terms, &s.n);
	s.begins = s.canon.n < 3;
	if (s.canon.n == 1)
		s.part = text_fmt(a, "_%.*s_", TEXT_F(s.canon));
	else if (s.canon.n == 2)
		s.part = text_fmt(a, "_%.*s", TEXT_F(s.canon));
	else if (s.canon.n >= 3 && s.canon.n <= NAME_MAX_CHARS)
		s.part = s.canon;
	*ret = s;
}

/* So many places for n texts, the first again where there are fewer. */
static struct db_vals places(struct db_val *v, size_t nplaces, const struct text *t, size_t n)
{
	for (size_t i = 0; i < nplaces; i++)
		v[i] = db_text(t[i < n ? i : 0]);
	return (struct db_vals){ v, nplaces };
}

/* Puts the one that the fewest crates have first; n is at most eight. *ret_many: more have it than are looked at. */
static const struct err *rarest_first(struct db *db, const struct db_stmt *frequencies,
				      struct text *t, size_t n, bool *ret_many)
{
	struct db_val v[2 * TERMS];
	struct frequency *f;
	const struct err *e;
	size_t nf, rarest = 0;
	struct text first;

	*ret_many = false;
	if (n < 2)
		return NULL;
	for (size_t i = 0; i < TERMS; i++)
		v[2 * i] = v[2 * i + 1] = db_text(i < n ? t[i] : TEXT(""));
	e = db_all(db, frequencies, (struct db_vals){ v, ARRAY_SIZE(v) }, sizeof(*f), &f, &nf);
	if (e)
		return e;
	for (size_t i = 1; i < nf && i < n; i++)
		if (f[i].n < f[rarest].n)
			rarest = i;
	first = t[0];
	t[0] = t[rarest];
	t[rarest] = first;
	*ret_many = nf && f[rarest].n > SEARCH_CANDIDATES;
	return NULL;
}

/* ---- lists of hits */

struct hits {
	struct search_hit *v;
	size_t n;
};

static const struct err *ask(struct db *db, const struct db_stmt *s, struct db_vals args,
			     struct hits *ret)
{
	return db_all(db, s, args, sizeof(*ret->v), &ret->v, &ret->n);
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

/* Both as one: each crate once with its better score, without the exact one, best first. */
static struct hits merge(struct arena *a, struct hits x, struct hits y, struct opt_u64 exact)
{
	struct hits r = { arena_array(a, x.n + y.n, sizeof(*r.v)), 0 };
	size_t out = 0;

	for (size_t i = 0; i < x.n; i++)
		r.v[r.n++] = x.v[i];
	for (size_t i = 0; i < y.n; i++)
		r.v[r.n++] = y.v[i];
	if (r.n)
		qsort(r.v, r.n, sizeof(*r.v), by_id_best_first);
	for (size_t i = 0; i < r.n; i++) {
		if (exact.set && r.v[i].crate_id == exact.v)
			continue;
		if (!out || r.v[out - 1].crate_id != r.v[i].crate_id)
			r.v[out++] = r.v[i];
	}
	r.n = out;
	if (r.n)
		qsort(r.v, r.n, sizeof(*r.v), best_first);
	return r;
}

/* ---- the four ways to be found */

static const struct err *exact(struct db *db, const struct asked *s, struct opt_u64 *ret)
{
	struct one row;
	bool found;
	const struct err *e = db_maybe(db, &search_exact, DB_ARGS(db_text(s->canon)), &row, &found);

	if (!e)
		*ret = found ? (struct opt_u64){ true, row.id } : (struct opt_u64){ 0 };
	return e;
}

/*
 * By all words. Where the rarest has more crates than are looked at, *ret_total is what there would be if the rest were
 * like these.
 */
static const struct err *by_words(struct db *db, const struct asked *s, struct hits *ret,
				  uint64_t *ret_total)
{
	struct db_val v[TERMS], rarest;
	struct one count;
	const struct err *e;
	bool many;

	*ret = (struct hits){ 0 };
	*ret_total = 0;
	if (!s->n)
		return NULL;
	e = rarest_first(db, &search_frequencies, s->terms, s->n, &many);
	if (!e && s->n == 1)
		e = ask(db, &search_word, DB_ARGS(db_text(s->terms[0])), ret);
	else if (!e && s->n == 2)
		e = ask(db, &search_words_2, places(v, 2, s->terms, s->n), ret);
	else if (!e && s->n <= 4)
		e = ask(db, &search_words_4, places(v, 4, s->terms, s->n), ret);
	else if (!e)
		e = ask(db, &search_words_8, places(v, 8, s->terms, s->n), ret);
	*ret_total = ret->n;
	if (e || (!many && ret->n < SEARCH_CANDIDATES))
		return e;
	rarest = db_text(s->terms[0]);
	e = db_one(db, &search_count, DB_ARGS(rarest, rarest), &count);
	if (!e && count.id > SEARCH_CANDIDATES)
		*ret_total = ret->n * count.id / SEARCH_CANDIDATES;
	return e;
}

static const struct err *by_name(struct db *db, const struct asked *s, struct hits *ret)
{
	struct text *grams;
	const struct err *e;
	bool many;
	size_t n;

	*ret = (struct hits){ 0 };
	if (!s->part.p)
		return NULL;
	if (s->part.n == 3)
		return ask(db, &search_gram, DB_ARGS(db_text(s->part)), ret);
	search_grams(db_arena(db), s->part, &grams, &n);
	/* of a long one every so many, from its beginning to its end */
	for (size_t i = 0; n > TERMS && i < TERMS; i++)
		grams[i] = grams[i * (n - 1) / (TERMS - 1)];
	e = rarest_first(db, &search_gram_frequencies, grams, n < TERMS ? n : TERMS, &many);
	if (e)
		return e;
	return ask(db, &search_inside_names, DB_ARGS(db_text(grams[0]), db_text(s->part)), ret);
}

/* Words that begin with what was typed last, at most four; *ret_n is 0 where the last word is complete. */
static const struct err *begun(struct db *db, const struct asked *s, struct text words[4],
			       size_t *ret_n)
{
	struct arena *a = db_arena(db);
	struct text last = search_last_word(a, s->q), at = last, end;

	*ret_n = 0;
	if (last.n < 3)
		return NULL;
	end = text_fmt(a, "%.*s\xff", TEXT_F(last));
	while (*ret_n < 4) {
		struct term_row row;
		bool found;
		const struct err *e = db_maybe(db, &search_next_word,
					       DB_ARGS(db_text(at), db_text(end)), &row, &found);

		if (e || !found)
			return e;
		words[(*ret_n)++] = at = row.term;
	}
	return NULL;
}

/* By the words before the last, and any that begins with the last: for what is still being typed. */
static const struct err *by_beginning(struct db *db, const struct asked *s, struct hits *ret)
{
	struct text words[4], stem = search_last_word(db_arena(db), s->q), others[TERMS];
	struct db_val v[4 + TERMS];
	const struct err *e;
	size_t n, nothers = 0;

	*ret = (struct hits){ 0 };
	e = begun(db, s, words, &n);
	if (e || !n)
		return e;
	for (size_t i = 0; i < 4; i++)
		v[i] = db_text(words[i < n ? i : 0]);
	stem = search_stem(db_arena(db), stem);
	for (size_t i = 0; i < s->n; i++)
		if (!text_eq(s->terms[i], stem))
			others[nothers++] = s->terms[i];
	if (!nothers)
		return ask(db, &search_begun_word, (struct db_vals){ v, 4 }, ret);
	(void)places(v + 4, TERMS - 1, others, nothers);
	if (nothers == 1)
		return ask(db, &search_begun_words_2, (struct db_vals){ v, 4 + 1 }, ret);
	return ask(db, &search_begun_words_8, (struct db_vals){ v, 4 + 7 }, ret);
}

const struct err *db_search(struct db *db, struct text q, struct search_result *ret)
{
	struct search_result r = { 0 };
	struct hits words, names, all, more;
	struct asked s;
	const struct err *e;
	uint64_t total = 0;

	take_apart(db, q, &s);
	e = exact(db, &s, &r.exact);
	if (!e)
		e = by_words(db, &s, &words, &total);
	if (!e)
		e = by_name(db, &s, &names);
	if (e)
		return e;
	all = merge(db_arena(db), words, names, r.exact);
	if (all.n < ENOUGH) {
		e = by_beginning(db, &s, &more);
		if (e)
			return e;
		all = merge(db_arena(db), all, more, r.exact);
	}
	r.hits = all.v;
	r.n = all.n;
	r.total = all.n + r.exact.set + (total - words.n);
	*ret = r;
	return NULL;
}

/* ---- among a few crates */

static const struct err *within(struct db *db, const struct asked *s, const uint64_t *ids, size_t n,
				struct hits *words, struct hits *names)
{
	struct db_val v[TERMS + WITHIN_AT_ONCE + 1], w[3 + WITHIN_AT_ONCE];
	struct text around = s->begins ? TEXT("_") : TEXT("");
	const struct err *e = NULL;

	for (size_t i = 0; i < WITHIN_AT_ONCE; i++)
		v[TERMS + i] = w[3 + i] = db_u64(i < n ? ids[i] : 0);
	v[TERMS + WITHIN_AT_ONCE] = db_u64(s->n);
	w[0] = db_text(s->part);
	w[1] = w[2] = db_text(around);
	*words = *names = (struct hits){ 0 };
	if (s->n) {
		(void)places(v, TERMS, s->terms, s->n);
		e = ask(db, &search_words_within, (struct db_vals){ v, ARRAY_SIZE(v) }, words);
	}
	if (!e && s->part.p)
		e = ask(db, &search_names_within, (struct db_vals){ w, ARRAY_SIZE(w) }, names);
	return e;
}

const struct err *db_search_within(struct db *db, struct text q, const uint64_t *ids, size_t n,
				   struct search_result *ret)
{
	struct search_result r = { 0 };
	struct hits all = { 0 }, words, names;
	struct opt_u64 same;
	struct asked s;
	const struct err *e;

	take_apart(db, q, &s);
	e = exact(db, &s, &same);
	for (size_t from = 0; !e && from < n; from += WITHIN_AT_ONCE) {
		size_t some = n - from < WITHIN_AT_ONCE ? n - from : WITHIN_AT_ONCE;

		e = within(db, &s, ids + from, some, &words, &names);
		if (!e)
			all = merge(db_arena(db), all, merge(db_arena(db), words, names, same),
				    same);
	}
	if (e)
		return e;
	for (size_t i = 0; i < n; i++)
		if (same.set && ids[i] == same.v)
			r.exact = same;
	r.hits = all.v;
	r.n = all.n;
	r.total = all.n + r.exact.set;
	*ret = r;
	return NULL;
}

const struct db_stmt *const db_search_stmts[] = { &search_exact,
						  &search_frequencies,
						  &search_gram_frequencies,
						  &search_count,
						  &search_words_2,
						  &search_words_4,
						  &search_words_8,
						  &search_word,
						  &search_next_word,
						  &search_begun_word,
						  &search_begun_words_2,
						  &search_begun_words_8,
						  &search_inside_names,
						  &search_gram,
						  &search_words_within,
						  &search_names_within,
						  NULL };
