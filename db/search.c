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

struct known_row {
	int64_t place, n;
};
enum { PLACE_GRAMS = TERMS, PLACE_EXACT = 2 * TERMS };

/* As it was counted last where many have it, else counted now, no further than the bound. */
#define FREQUENCY(place, counts, table, column) \
	" UNION ALL SELECT " place ", CAST(COALESCE((SELECT c.crates FROM " counts " c WHERE c." column " = ?)," \
	" (SELECT COUNT(*) FROM (SELECT 1 FROM " table " WHERE " column " = ? LIMIT 1001) f), 0) AS SIGNED)"
#define OF_WORD(place) FREQUENCY(place, "search_terms", "search_postings", "term")
#define OF_GRAM(place) FREQUENCY(place, "search_gram_counts", "search_grams", "gram")

/* The crate that is called so, and how many have each of eight words, and of eight groups of letters in the name. Places that are not
 * used hold the empty text, which none has. */
static const struct db_stmt search_known = {
	.name = "search_known",
	.sql = "SELECT 16 AS place, CAST(COALESCE(id, 0) AS SIGNED) AS n FROM crates WHERE canon_name = ?"
	       OF_WORD("0") OF_WORD("1") OF_WORD("2") OF_WORD("3") OF_WORD("4") OF_WORD("5") OF_WORD("6") OF_WORD("7")
	       OF_GRAM("8") OF_GRAM("9") OF_GRAM("10") OF_GRAM("11") OF_GRAM("12") OF_GRAM("13") OF_GRAM("14") OF_GRAM("15"),
	.in = { DB_TEXT, EIGHT_TEXTS, EIGHT_TEXTS, EIGHT_TEXTS, EIGHT_TEXTS },
	.out = { DB_COL(struct known_row, place), DB_COL(struct known_row, n) },
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

/* ---- what is known of a query before it is answered */

struct known {
	struct opt_u64 exact;
	struct text
		grams[TERMS]; /* of what a name must hold, where that is longer than three bytes */
	size_t ngrams;
	uint64_t have
		[2 *
		 TERMS]; /* crates with each word, then with each gram; no more than one beyond the bound where it was counted now */
};

/* Of a long one every so many, from its beginning to its end. */
static void take_grams(struct db *db, const struct asked *s, struct known *k)
{
	struct text *all;
	size_t n;

	if (!s->part.p || s->part.n == 3)
		return;
	search_grams(db_arena(db), s->part, &all, &n);
	k->ngrams = n < TERMS ? n : TERMS;
	for (size_t i = 0; i < k->ngrams; i++)
		k->grams[i] = n > TERMS ? all[i * (n - 1) / (TERMS - 1)] : all[i];
}

/* Of one word or gram alone nothing is counted: it is what is asked for, however many have it. */
static void add_places(struct db_val *v, const struct text *t, size_t n)
{
	for (size_t i = 0; i < TERMS; i++) {
		v[2 * i] = db_text(i < n ? t[i] : TEXT(""));
		v[2 * i + 1] = db_text(i < n && n > 1 ? t[i] : TEXT(""));
	}
}

static const struct err *exact(struct db *db, const struct asked *s, struct opt_u64 *ret)
{
	struct one row;
	bool found;
	const struct err *e = db_maybe(db, &search_exact, DB_ARGS(db_text(s->canon)), &row, &found);

	if (!e)
		*ret = found ? (struct opt_u64){ true, row.id } : (struct opt_u64){ 0 };
	return e;
}

static const struct err *look_up(struct db *db, const struct asked *s, struct known *ret)
{
	struct db_val v[1 + 4 * TERMS];
	struct known_row *rows;
	const struct err *e;
	size_t n;

	*ret = (struct known){ .ngrams = 0 };
	take_grams(db, s, ret);
	if (s->n < 2 && ret->ngrams < 2) /* there is nothing to choose from */
		return exact(db, s, &ret->exact);
	v[0] = db_text(s->canon);
	add_places(v + 1, s->terms, s->n);
	add_places(v + 1 + 2 * TERMS, ret->grams, ret->ngrams);
	e = db_all(db, &search_known, (struct db_vals){ v, ARRAY_SIZE(v) }, sizeof(*rows), &rows,
		   &n);
	for (size_t i = 0; !e && i < n; i++) {
		BUG_ON(rows[i].place < 0 || rows[i].place > PLACE_EXACT || rows[i].n < 0);
		if (rows[i].place == PLACE_EXACT)
			ret->exact = (struct opt_u64){ true, (uint64_t)rows[i].n };
		else
			ret->have[rows[i].place] = (uint64_t)rows[i].n;
	}
	return e;
}

/* Puts the one that the fewest crates have first. */
static void rarest_first(struct text *t, uint64_t *have, size_t n)
{
	size_t rarest = 0;
	struct text first = t[0];
	uint64_t of_first = have[0];

	for (size_t i = 1; i < n; i++)
		if (have[i] < have[rarest])
			rarest = i;
	t[0] = t[rarest];
	have[0] = have[rarest];
	t[rarest] = first;
	have[rarest] = of_first;
}

/* How many crates have the word that is looked at first, of which there are more than the bound. */
static const struct err *count_rarest(struct db *db, const struct asked *s, const struct known *k,
				      uint64_t *ret)
{
	struct db_val word = db_text(s->terms[0]);
	struct one count;
	const struct err *e;

	*ret = k->have[0];
	if (*ret > SEARCH_CANDIDATES + 1) /* as it is kept */
		return NULL;
	e = db_one(db, &search_count, DB_ARGS(word, word), &count);
	if (!e)
		*ret = count.id;
	return e;
}

/* ---- the four ways to be found */

/*
 * By all words. Where the rarest has more crates than are looked at, *ret_total is what there would be if the rest were
 * like these.
 */
static const struct err *by_words(struct db *db, const struct asked *s, struct known *k,
				  struct hits *ret, uint64_t *ret_total)
{
	struct db_val v[TERMS];
	const struct err *e;
	uint64_t count;

	*ret = (struct hits){ 0 };
	*ret_total = 0;
	if (!s->n)
		return NULL;
	rarest_first(s->terms, k->have, s->n);
	if (s->n == 1)
		e = ask(db, &search_word, DB_ARGS(db_text(s->terms[0])), ret);
	else if (s->n == 2)
		e = ask(db, &search_words_2, places(v, 2, s->terms, s->n), ret);
	else if (s->n <= 4)
		e = ask(db, &search_words_4, places(v, 4, s->terms, s->n), ret);
	else
		e = ask(db, &search_words_8, places(v, 8, s->terms, s->n), ret);
	*ret_total = ret->n;
	if (e || (ret->n < SEARCH_CANDIDATES && (s->n == 1 || k->have[0] <= SEARCH_CANDIDATES)))
		return e;
	e = count_rarest(db, s, k, &count);
	if (!e && count > SEARCH_CANDIDATES)
		*ret_total = ret->n * count / SEARCH_CANDIDATES;
	return e;
}

static const struct err *by_name(struct db *db, const struct asked *s, struct known *k,
				 struct hits *ret)
{
	*ret = (struct hits){ 0 };
	if (!s->part.p)
		return NULL;
	if (s->part.n == 3)
		return ask(db, &search_gram, DB_ARGS(db_text(s->part)), ret);
	rarest_first(k->grams, k->have + PLACE_GRAMS, k->ngrams);
	return ask(db, &search_inside_names, DB_ARGS(db_text(k->grams[0]), db_text(s->part)), ret);
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
	struct known known;
	struct asked s;
	const struct err *e;
	uint64_t total = 0;

	take_apart(db, q, &s);
	e = look_up(db, &s, &known);
	if (!e)
		e = by_words(db, &s, &known, &words, &total);
	if (!e)
		e = by_name(db, &s, &known, &names);
	if (e)
		return e;
	r.exact = known.exact;
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

const struct db_stmt *const db_search_stmts[] = {
	&search_exact,      &search_known,         &search_count,         &search_words_2,
	&search_words_4,    &search_words_8,       &search_word,          &search_next_word,
	&search_begun_word, &search_begun_words_2, &search_begun_words_8, &search_inside_names,
	&search_gram,       &search_words_within,  &search_names_within,  NULL
};
