/*
 * Apart from search_write.c, which puts one crate: many crates into tables where they are not yet. Postings are clustered
 * by term, so those of a crate lie all over the table; here those of some ten thousand crates are gathered and sorted, and
 * each page of the table is touched once for all of them.
 */
#include "app/base/arena.h"
#include "app/base/time.h"
#include "db/search.h"

#include <stdlib.h>
#include <string.h>

enum {
	GATHER_POSTINGS = 1000 * 1000, /* and those of one page of crates: 24 bytes each */
	ROWS_A_TX = 8192,
	SLOTS_FIRST = 1 << 15,
};

/* ---- where it comes from */

struct source_row {
	uint64_t id;
	struct text name, canon_name, description, readme;
	struct opt_u64 recent_downloads;
};

/* Of a README no more than is read for words. */
static const struct db_stmt sources = {
	.name = "search_bulk_sources",
	.sql = "SELECT c.id, c.name, c.canon_name, c.description, LEFT(c.readme, 65536) AS readme,"
	       "       COALESCE(r.downloads, d.downloads DIV 16) AS recent_downloads"
	       "  FROM crates c"
	       "  LEFT JOIN crate_downloads d ON d.crate_id = c.id"
	       "  LEFT JOIN recent_crate_downloads r ON r.crate_id = c.id"
	       " WHERE c.id > ? ORDER BY c.id LIMIT 100",
	.in = { DB_U64 },
	.out = { DB_COL(struct source_row, id), DB_COL(struct source_row, name),
		 DB_COL(struct source_row, canon_name), DB_COL(struct source_row, description),
		 DB_COL(struct source_row, readme), DB_COL(struct source_row, recent_downloads) },
};

struct keyword_row {
	uint64_t crate_id;
	struct text keyword;
};

static const struct db_stmt keywords = {
	.name = "search_bulk_keywords",
	.sql = "SELECT x.crate_id, k.keyword FROM crates_keywords x"
	       "  JOIN keywords k ON k.id = x.keyword_id"
	       " WHERE x.crate_id BETWEEN ? AND ? ORDER BY x.crate_id LIMIT 100000",
	.in = { DB_U64, DB_U64 },
	.out = { DB_COL(struct keyword_row, crate_id), DB_COL(struct keyword_row, keyword) },
};

/* ---- where it goes: what is there already stays, and a crate that is deleted meanwhile gets nothing */

/* clang-format off */
#define ROWS_256(g) DB_ROWS_128(g) ", " DB_ROWS_128(g)
#define BULK(n, head, group, rows, many, ...) \
	{ .name = "search_bulk_" n, .sql = head " VALUES " rows(group), .in = { __VA_ARGS__ }, .in_repeat = many }
#define ONE(g) g

#define POSTINGS "INSERT IGNORE INTO search_postings (term, score, crate_id, weight)"
#define POSTING_IN DB_TEXT, DB_U64, DB_U64, DB_U64
static const struct db_stmt postings[] = {
	BULK("postings_256", POSTINGS, "(?,?,?,?)", ROWS_256, 256, POSTING_IN),
	BULK("postings_32", POSTINGS, "(?,?,?,?)", DB_ROWS_32, 32, POSTING_IN),
	BULK("postings_1", POSTINGS, "(?,?,?,?)", ONE, 1, POSTING_IN),
};

#define GRAMS "INSERT IGNORE INTO search_grams (gram, score, crate_id)"
#define GRAM_IN DB_TEXT, DB_U64, DB_U64
static const struct db_stmt grams[] = {
	BULK("grams_256", GRAMS, "(?,?,?)", ROWS_256, 256, GRAM_IN),
	BULK("grams_32", GRAMS, "(?,?,?)", DB_ROWS_32, 32, GRAM_IN),
	BULK("grams_1", GRAMS, "(?,?,?)", ONE, 1, GRAM_IN),
};

#define CRATES "INSERT IGNORE INTO search_crates (crate_id, step, indexed_us)"
#define CRATE_IN DB_U64, DB_U64, DB_I64
static const struct db_stmt indexed[] = {
	BULK("crates_256", CRATES, "(?,?,?)", ROWS_256, 256, CRATE_IN),
	BULK("crates_32", CRATES, "(?,?,?)", DB_ROWS_32, 32, CRATE_IN),
	BULK("crates_1", CRATES, "(?,?,?)", ONE, 1, CRATE_IN),
};
/* clang-format on */

#define GROUPS(v)                                                                                  \
	(const struct db_stmt *const[])                                                            \
	{                                                                                          \
		&(v)[0], &(v)[1], &(v)[2], NULL                                                    \
	}

/* ---- words, each once */

struct words {
	struct arena *a;
	struct text *v; /* by number */
	uint32_t *rank; /* of each in the order of bytes; after words_sort */
	size_t n, room;
	uint32_t *slots; /* number + 1; 0 is free */
	size_t nslots;   /* a power of two */
};

static size_t hash_of(struct text t)
{
	uint64_t h = 0xcbf29ce484222325; /* FNV-1a: what comes in is our own crates' words */

	for (size_t i = 0; i < t.n; i++)
		h = (h ^ (unsigned char)t.p[i]) * 0x100000001b3;
	return (size_t)(h ^ h >> 32);
}

static uint32_t *slot_of(const struct words *w, struct text t)
{
	size_t i = hash_of(t) & (w->nslots - 1);

	while (w->slots[i] && !text_eq(w->v[w->slots[i] - 1], t))
		i = (i + 1) & (w->nslots - 1);
	return &w->slots[i];
}

static void *grown(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n, size);
	BUG_ON(!p);
	return p;
}

static void more_slots(struct words *w)
{
	w->nslots = w->nslots ? 2 * w->nslots : SLOTS_FIRST;
	free(w->slots);
	w->slots = calloc(w->nslots, sizeof(*w->slots));
	BUG_ON(!w->slots);
	for (size_t i = 0; i < w->n; i++)
		*slot_of(w, w->v[i]) = (uint32_t)i + 1;
}

static uint32_t word_number(struct words *w, struct text t)
{
	uint32_t *slot;

	if (2 * w->n >= w->nslots)
		more_slots(w);
	slot = slot_of(w, t);
	if (*slot)
		return *slot - 1;
	if (w->n == w->room) {
		w->room = 2 * w->room + 1024;
		w->v = grown(w->v, w->room, sizeof(*w->v));
	}
	w->v[w->n++] = text_dup(w->a, t);
	*slot = (uint32_t)w->n;
	return *slot - 1;
}

static int by_word(const void *a, const void *b, void *words)
{
	const struct text *v = words;

	return text_cmp(v[*(const uint32_t *)a], v[*(const uint32_t *)b]);
}

static void words_sort(struct words *w)
{
	uint32_t *order = grown(NULL, w->n + 1, sizeof(*order));

	w->rank = grown(w->rank, w->n + 1, sizeof(*w->rank));
	for (size_t i = 0; i < w->n; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, w->n, sizeof(*order), by_word, w->v);
	for (size_t i = 0; i < w->n; i++)
		w->rank[order[i]] = (uint32_t)i;
	free(order);
}

static void words_release(struct words *w)
{
	free(w->v);
	free(w->rank);
	free(w->slots);
}

/* ---- postings of many crates */

struct posting {
	uint32_t word, score, weight;
	uint64_t crate_id;
};

struct gathered {
	struct words words;
	struct posting *v;
	size_t n, room;
};

static void gather(struct gathered *g, uint64_t crate_id, struct text word, uint64_t weight,
		   uint64_t step)
{
	if (g->n == g->room) {
		g->room = 2 * g->room + 4096;
		g->v = grown(g->v, g->room, sizeof(*g->v));
	}
	g->v[g->n++] = (struct posting){ .word = word_number(&g->words, word),
					 .score = (uint32_t)search_score(weight, step),
					 .weight = (uint32_t)weight,
					 .crate_id = crate_id };
}

static int by_key(const void *a, const void *b, void *ranks)
{
	const struct posting *x = a, *y = b;
	const uint32_t *rank = ranks;

	if (x->word != y->word)
		return rank[x->word] < rank[y->word] ? -1 : 1;
	if (x->score != y->score)
		return x->score < y->score ? -1 : 1;
	return (x->crate_id > y->crate_id) - (x->crate_id < y->crate_id);
}

static void gathered_sort(struct gathered *g)
{
	words_sort(&g->words);
	qsort_r(g->v, g->n, sizeof(*g->v), by_key, g->words.rank);
}

/* ---- putting them, some at a time */

struct putting {
	const struct db_stmt *const *groups;
	struct db_vals rows;
};

static const struct err *put(struct db *db, void *ctx)
{
	const struct putting *p = ctx;

	return db_exec_rows(db, p->groups, p->rows);
}

static const struct err *put_rows(struct db *db, const struct db_stmt *const *groups,
				  const struct db_val *v, size_t n)
{
	struct putting p = { groups, { v, n } };

	return n ? db_tx(db, put, &p) : NULL;
}

/* width: 4 with the weight, 3 without. */
static const struct err *put_gathered(struct db *db, const struct db_stmt *const *groups,
				      size_t width, struct gathered *g)
{
	struct db_val *v = grown(NULL, ROWS_A_TX * width, sizeof(*v));
	const struct err *e = NULL;
	size_t n = 0;

	gathered_sort(g);
	for (size_t i = 0; !e && i < g->n; i++) {
		const struct posting *p = &g->v[i];

		v[n++] = db_text(g->words.v[p->word]);
		v[n++] = db_u64(p->score);
		v[n++] = db_u64(p->crate_id);
		if (width == 4)
			v[n++] = db_u64(p->weight);
		if (n == ROWS_A_TX * width || i + 1 == g->n) {
			e = put_rows(db, groups, v, n);
			n = 0;
		}
	}
	free(v);
	return e;
}

/* ---- a chunk */

struct chunk {
	struct arena *a; /* of one page of crates */
	struct gathered terms, grams;
	struct db_val *crates;
	size_t ncrates, room;
	uint64_t last;
};

static void add_crate(struct chunk *c, const struct source_row *row, struct texts of_crate)
{
	struct search_source in = { row->name, row->description, row->readme, of_crate };
	uint64_t step = search_popularity_step(row->recent_downloads.v);
	struct search_term *terms;
	struct text *of_name;
	size_t n;

	search_terms_of_crate(c->a, &in, &terms, &n);
	for (size_t i = 0; i < n; i++)
		gather(&c->terms, row->id, terms[i].term, terms[i].weight, step);
	search_grams_of_name(c->a, row->canon_name, &of_name, &n);
	for (size_t i = 0; i < n; i++)
		gather(&c->grams, row->id, of_name[i], 1, step);
	if (c->ncrates + 3 > c->room) {
		c->room = 2 * c->room + 3 * 1024;
		c->crates = grown(c->crates, c->room, sizeof(*c->crates));
	}
	c->crates[c->ncrates++] = db_u64(row->id);
	c->crates[c->ncrates++] = db_u64(step);
	c->crates[c->ncrates++] = db_i64(time_now_us());
	c->last = row->id;
}

/* The next page of crates, with their keywords; *ret_n is 0 at the end. */
static const struct err *add_page(struct db *db, struct chunk *c, size_t *ret_n)
{
	struct source_row *rows;
	struct keyword_row *words;
	const struct err *e;
	size_t nwords, at = 0;

	e = db_all(db, &sources, DB_ARGS(db_u64(c->last)), sizeof(*rows), &rows, ret_n);
	if (e || !*ret_n)
		return e;
	e = db_all(db, &keywords, DB_ARGS(db_u64(rows[0].id), db_u64(rows[*ret_n - 1].id)),
		   sizeof(*words), &words, &nwords);
	for (size_t i = 0; !e && i < *ret_n; i++) {
		struct texts of_crate = { arena_array(c->a, nwords + 1, sizeof(*of_crate.v)), 0 };

		while (at < nwords && words[at].crate_id < rows[i].id)
			at++;
		for (; at < nwords && words[at].crate_id == rows[i].id; at++)
			of_crate.v[of_crate.n++] = words[at].keyword;
		add_crate(c, &rows[i], of_crate);
	}
	return e;
}

static const struct err *gather_chunk(struct db *db, struct arena *outer, struct chunk *c)
{
	const struct err *e = NULL;
	size_t n = 1;

	db_use_arena(db, c->a);
	while (!e && n && c->terms.n < GATHER_POSTINGS) {
		arena_reset(c->a);
		e = add_page(db, c, &n);
	}
	e = err_move(outer, e);
	db_use_arena(db, outer);
	return e;
}

const struct err *db_search_bulk(struct db *db, uint64_t after, uint64_t *ret_last,
				 uint64_t *ret_crates)
{
	struct arena *outer = db_arena(db), *texts = arena_new(0);
	struct chunk c = { .a = arena_new(0), .last = after };
	const struct err *e;

	c.terms.words.a = c.grams.words.a = texts;
	e = gather_chunk(db, outer, &c);
	if (!e)
		e = put_gathered(db, GROUPS(postings), 4, &c.terms);
	if (!e)
		e = put_gathered(db, GROUPS(grams), 3, &c.grams);
	if (!e)
		e = put_rows(db, GROUPS(indexed), c.crates, c.ncrates);
	*ret_last = c.last;
	*ret_crates = c.ncrates / 3;
	words_release(&c.terms.words);
	words_release(&c.grams.words);
	free(c.terms.v);
	free(c.grams.v);
	free(c.crates);
	arena_free(c.a);
	arena_free(texts);
	return e;
}

/* clang-format off */
const struct db_stmt *const db_search_bulk_stmts[] = {
	&sources, &keywords, &postings[0], &postings[1], &postings[2], &grams[0], &grams[1], &grams[2],
	&indexed[0], &indexed[1], &indexed[2], NULL
};
/* clang-format on */
