#include "app/registry/search_terms.h"

#include "app/base/arena.h"

#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>

/* Words that are in nearly every text and so tell nothing; sorted. */
static const struct text stop_words[] = {
	TEXT_INIT("a"),     TEXT_INIT("about"), TEXT_INIT("after"), TEXT_INIT("all"),
	TEXT_INIT("also"),  TEXT_INIT("am"),    TEXT_INIT("an"),    TEXT_INIT("and"),
	TEXT_INIT("any"),   TEXT_INIT("are"),   TEXT_INIT("as"),    TEXT_INIT("at"),
	TEXT_INIT("be"),    TEXT_INIT("been"),  TEXT_INIT("being"), TEXT_INIT("both"),
	TEXT_INIT("but"),   TEXT_INIT("by"),    TEXT_INIT("can"),   TEXT_INIT("did"),
	TEXT_INIT("do"),    TEXT_INIT("does"),  TEXT_INIT("each"),  TEXT_INIT("few"),
	TEXT_INIT("for"),   TEXT_INIT("from"),  TEXT_INIT("had"),   TEXT_INIT("has"),
	TEXT_INIT("have"),  TEXT_INIT("he"),    TEXT_INIT("her"),   TEXT_INIT("here"),
	TEXT_INIT("his"),   TEXT_INIT("how"),   TEXT_INIT("i"),     TEXT_INIT("if"),
	TEXT_INIT("in"),    TEXT_INIT("into"),  TEXT_INIT("is"),    TEXT_INIT("it"),
	TEXT_INIT("its"),   TEXT_INIT("just"),  TEXT_INIT("me"),    TEXT_INIT("more"),
	TEXT_INIT("most"),  TEXT_INIT("my"),    TEXT_INIT("no"),    TEXT_INIT("nor"),
	TEXT_INIT("not"),   TEXT_INIT("of"),    TEXT_INIT("off"),   TEXT_INIT("on"),
	TEXT_INIT("only"),  TEXT_INIT("or"),    TEXT_INIT("other"), TEXT_INIT("our"),
	TEXT_INIT("out"),   TEXT_INIT("own"),   TEXT_INIT("same"),  TEXT_INIT("she"),
	TEXT_INIT("so"),    TEXT_INIT("some"),  TEXT_INIT("such"),  TEXT_INIT("than"),
	TEXT_INIT("that"),  TEXT_INIT("the"),   TEXT_INIT("their"), TEXT_INIT("them"),
	TEXT_INIT("then"),  TEXT_INIT("there"), TEXT_INIT("these"), TEXT_INIT("they"),
	TEXT_INIT("this"),  TEXT_INIT("those"), TEXT_INIT("to"),    TEXT_INIT("too"),
	TEXT_INIT("up"),    TEXT_INIT("very"),  TEXT_INIT("was"),   TEXT_INIT("we"),
	TEXT_INIT("were"),  TEXT_INIT("what"),  TEXT_INIT("when"),  TEXT_INIT("where"),
	TEXT_INIT("which"), TEXT_INIT("while"), TEXT_INIT("who"),   TEXT_INIT("why"),
	TEXT_INIT("will"),  TEXT_INIT("with"),  TEXT_INIT("you"),   TEXT_INIT("your"),
};

static bool is_stop_word(struct text word)
{
	return bsearch(&word, stop_words, ARRAY_SIZE(stop_words), sizeof(*stop_words),
		       text_cmp_qsort) != NULL;
}

/* One stemmer a process, made at the first word; it holds nothing of what it stems. */
struct text search_stem(struct arena *a, struct text word)
{
	static struct sb_stemmer *stemmer;
	const sb_symbol *out;

	if (!stemmer)
		stemmer = sb_stemmer_new("english", "UTF_8");
	BUG_ON(!stemmer || word.n > INT32_MAX);
	out = sb_stemmer_stem(stemmer, (const sb_symbol *)word.p, (int)word.n);
	BUG_ON(!out);
	return text_dup(a, (struct text){ (const char *)out, (size_t)sb_stemmer_length(stemmer) });
}

/* A byte of a word: ASCII letters and digits, and whatever is beyond ASCII. */
static bool in_word(char c)
{
	return char_is_alnum(c) || (unsigned char)c >= 0x80;
}

/* Takes the next word off *rest, in lower case (arena); false at the end. */
static bool next_word(struct arena *a, struct text *rest, struct text *ret)
{
	size_t from = 0, to;

	while (from < rest->n && !in_word(rest->p[from]))
		from++;
	for (to = from; to < rest->n && in_word(rest->p[to]); to++)
		;
	if (from == to)
		return false;
	*ret = text_lower(a, text_sub(*rest, from, to));
	*rest = text_sub(*rest, to, rest->n);
	return true;
}

struct gathering {
	struct arena *arena;
	struct search_term *v;
	size_t n, room;
};

/* The words of one field; those of a name are kept even where they are stop words. */
static void gather(struct gathering *g, struct text field, uint64_t weight)
{
	struct text rest = field, word;

	while (g->n < g->room && next_word(g->arena, &rest, &word)) {
		if (word.n > SEARCH_TERM_MAX_BYTES || (weight != SEARCH_NAME && is_stop_word(word)))
			continue;
		g->v[g->n++] = (struct search_term){ search_stem(g->arena, word), weight };
	}
}

static int by_term(const void *a, const void *b)
{
	const struct search_term *x = a, *y = b;
	int c = text_cmp(x->term, y->term);

	return c ? c : (x->weight < y->weight) - (x->weight > y->weight);
}

/* Sums up occurrences; in one field (they have one weight) no more than count. */
static size_t sum_up(struct search_term *v, size_t n)
{
	size_t out = 0, run = 0;
	uint64_t field = 0;

	for (size_t i = 0; i < n; i++) {
		struct search_term t = v[i];

		if (out && text_eq(v[out - 1].term, t.term)) {
			run = t.weight == field ? run + 1 : 1;
			if (run <= SEARCH_OCCURRENCES_MAX)
				v[out - 1].weight += t.weight;
		} else {
			run = 1;
			v[out++] = t;
		}
		field = t.weight;
	}
	return out;
}

/* The term of a name of one word. */
static void whole_name(struct arena *a, struct text name, struct search_term *v, size_t n)
{
	struct text rest = name, word, stem, more;

	if (!next_word(a, &rest, &word) || next_word(a, &rest, &more))
		return;
	stem = search_stem(a, word);
	for (size_t i = 0; i < n; i++)
		if (text_eq(v[i].term, stem))
			v[i].weight += SEARCH_WHOLE_NAME;
}

void search_terms_of_crate(struct arena *a, const struct search_source *in,
			   struct search_term **ret, size_t *ret_n)
{
	struct gathering g = { .arena = a, .room = in->name.n + in->description.n };

	/* no two words without something between */
	for (size_t i = 0; i < in->keywords.n; i++)
		g.room += in->keywords.v[i].n + 1;
	g.room = (g.room + text_sub(in->readme, 0, SEARCH_README_BYTES).n) / 2 + 4;
	if (g.room > SEARCH_TERMS_MAX * (size_t)4)
		g.room = SEARCH_TERMS_MAX * (size_t)4;
	g.v = arena_array(a, g.room, sizeof(*g.v));
	gather(&g, in->name, SEARCH_NAME);
	for (size_t i = 0; i < in->keywords.n; i++)
		gather(&g, in->keywords.v[i], SEARCH_KEYWORD);
	gather(&g, in->description, SEARCH_DESCRIPTION);
	gather(&g, text_sub(in->readme, 0, SEARCH_README_BYTES), SEARCH_README);
	if (g.n)
		qsort(g.v, g.n, sizeof(*g.v), by_term);
	g.n = sum_up(g.v, g.n);
	whole_name(a, in->name, g.v, g.n);
	*ret = g.v;
	*ret_n = g.n < SEARCH_TERMS_MAX ? g.n : SEARCH_TERMS_MAX;
}

struct text search_last_word(struct arena *a, struct text q)
{
	size_t from = q.n;

	while (from > 0 && in_word(q.p[from - 1]))
		from--;
	if (from == q.n || q.n - from > SEARCH_TERM_MAX_BYTES)
		return TEXT_NONE;
	return text_lower(a, text_sub(q, from, q.n));
}

static bool has(const struct text *v, size_t n, struct text t)
{
	for (size_t i = 0; i < n; i++)
		if (text_eq(v[i], t))
			return true;
	return false;
}

void search_terms_of_query(struct arena *a, struct text q, struct text **ret, size_t *ret_n)
{
	struct text rest = q, word, *v = arena_array(a, SEARCH_QUERY_TERMS_MAX, sizeof(*v));
	size_t n = 0;

	while (n < SEARCH_QUERY_TERMS_MAX && next_word(a, &rest, &word)) {
		struct text t;

		if (word.n > SEARCH_TERM_MAX_BYTES || is_stop_word(word))
			continue;
		t = search_stem(a, word);
		if (!has(v, n, t))
			v[n++] = t;
	}
	*ret = v;
	*ret_n = n;
}

void search_grams(struct arena *a, struct text canon, struct text **ret, size_t *ret_n)
{
	struct text *v = arena_array(a, canon.n + 1, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i + 3 <= canon.n; i++) {
		struct text gram = text_sub(canon, i, i + 3);

		if (!has(v, n, gram))
			v[n++] = gram;
	}
	*ret = v;
	*ret_n = n;
}

void search_grams_of_name(struct arena *a, struct text canon, struct text **ret, size_t *ret_n)
{
	search_grams(a, text_fmt(a, "_%.*s_", TEXT_F(canon)), ret, ret_n);
}

uint64_t search_popularity_step(uint64_t recent_downloads)
{
	uint64_t step = 0;

	for (; recent_downloads; recent_downloads >>= 1)
		step++;
	return step;
}

uint64_t search_score(uint64_t weight, uint64_t popularity_step)
{
	uint64_t popular = (6 + popularity_step) * (6 + popularity_step);
	uint64_t score = weight * popular / 16;

	return score < SEARCH_SCORE_MAX ? score : SEARCH_SCORE_MAX;
}
