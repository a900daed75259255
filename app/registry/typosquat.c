#include "app/registry/typosquat.h"

#include "app/base/arena.h"
#include "app/registry/name.h"

#include <stdlib.h>
#include <string.h>

/* What replaces, or is put beside, at most eight bytes of a name. */
enum { CANDIDATE_MAX = NAME_MAX_CHARS + 8, WORDS_MAX = NAME_MAX_CHARS + 1, SWAPPED_MAX = 5 };

struct search {
	struct arena *arena;
	struct text name;
	const struct typosquat_crate *corpus;
	size_t ncorpus;
	typosquat_kin *kin;
	void *ctx;
	struct typosquat_hit *hits;
	size_t nhits;
};

static int by_name(const void *a, const void *b)
{
	const struct typosquat_crate *x = a, *y = b;

	return text_cmp(x->name, y->name);
}

void typosquat_sort(struct typosquat_crate *corpus, size_t n)
{
	qsort(corpus, n, sizeof(*corpus), by_name);
}

static const struct typosquat_crate *known(const struct search *s, struct text name)
{
	const struct typosquat_crate key = { .name = name };

	return s->ncorpus ? bsearch(&key, s->corpus, s->ncorpus, sizeof(key), by_name) : NULL;
}

/* "{before}{affix}{after}{the crate's name}" is a hit, unless the two crates are kin. */
static void hit(struct search *s, const struct typosquat_crate *c, const char *before,
		struct text affix, const char *after)
{
	struct text what;

	if (!c || text_eq(c->name, s->name) || s->nhits == TYPOSQUAT_HITS_MAX)
		return;
	what = text_fmt(s->arena, "%s%.*s%s%.*s", before, TEXT_F(affix), after, TEXT_F(c->name));
	for (size_t i = 0; i < s->nhits; i++)
		if (text_eq(s->hits[i].what, what))
			return;
	if (!s->kin(s->ctx, c->id))
		s->hits[s->nhits++] = (struct typosquat_hit){ c->name, what };
}

/* The name with n bytes at that place replaced. */
struct candidate {
	char b[CANDIDATE_MAX];
	struct text t; /* of b */
};

static void splice(struct candidate *ret, struct text name, size_t at, size_t n, struct text with)
{
	BUG_ON(name.n - n + with.n > sizeof(ret->b));
	memcpy(ret->b, name.p, at);
	memcpy(ret->b + at, with.p, with.n);
	memcpy(ret->b + at + with.n, name.p + at + n, name.n - at - n);
	ret->t = (struct text){ ret->b, name.n - n + with.n };
}

static void look_up(struct search *s, size_t at, size_t n, struct text with, const char *what)
{
	struct candidate c;

	splice(&c, s->name, at, n, with);
	hit(s, known(s, c.t), what, TEXT_NONE, "");
}

/* ---- one check each, in the order of the table */

static void repeated(struct search *s)
{
	for (size_t i = 0; i + 1 < s->name.n; i++)
		if (s->name.p[i] == s->name.p[i + 1])
			look_up(s, i, 1, TEXT(""), "repeats characters in ");
}

static void swapped_characters(struct search *s)
{
	for (size_t i = 0; i + 1 < s->name.n; i++) {
		char pair[2] = { s->name.p[i + 1], s->name.p[i] };

		if (pair[0] != pair[1])
			look_up(s, i, 2, (struct text){ pair, 2 }, "swaps characters in ");
	}
}

static void version(struct search *s)
{
	struct text t = s->name;

	while (t.n && char_is_digit(t.p[t.n - 1]))
		t.n--;
	while (t.n && t.p[t.n - 1] == '-')
		t.n--;
	hit(s, known(s, t), "only changes the version from ", TEXT_NONE, "");
}

/* One bit of a known name is flipped where one bit of the new name, flipped, makes a known one. */
static void bitflips(struct search *s)
{
	for (size_t i = 0; i < s->name.n; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			char c = (char)((unsigned char)s->name.p[i] ^ 1u << bit);

			look_up(s, i, 1, (struct text){ &c, 1 }, "may be a bitflip of ");
		}
}

static void omitted(struct search *s)
{
	struct text alphabet =
		TEXT("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	for (size_t i = 0; i <= s->name.n; i++)
		for (size_t k = 0; k < alphabet.n; k++)
			look_up(s, i, 0, text_sub(alphabet, k, k + 1), "omits characters in ");
}

static bool next_word(struct text *rest, struct text *ret)
{
	size_t dash = text_find_byte(*rest, '-'), line = text_find_byte(*rest, '_');

	return text_cut(rest, dash < line ? '-' : '_', ret);
}

/* The words of a name; how many, or 0 for more than max. */
static size_t words_of(struct text name, struct text *ret, size_t max)
{
	struct text word;
	size_t n = 0;

	while (next_word(&name, &word)) {
		if (n == max)
			return 0;
		ret[n++] = word;
	}
	return n;
}

static bool are_among(const struct text *words, size_t n, const struct text *of, size_t nof)
{
	bool taken[WORDS_MAX] = { false };

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < nof && (taken[k] || !text_eq(of[k], words[i])))
			k++;
		if (k == nof)
			return false;
		taken[k] = true;
	}
	return true;
}

/*
 * The reference joins every arrangement of five of the words; twenty words have 1,860,480. The other way round, a known name
 * is such an arrangement when it has as many words, one kind of line between them, and each is a word of the new name.
 */
static void swapped_words(struct search *s)
{
	struct text words[WORDS_MAX], other[SWAPPED_MAX];
	size_t n = words_of(s->name, words, WORDS_MAX);
	size_t want = n < SWAPPED_MAX ? n : SWAPPED_MAX;

	for (size_t i = 0; n > 1 && i < s->ncorpus; i++) {
		const struct typosquat_crate *c = &s->corpus[i];

		if (text_has_byte(c->name, '-') != text_has_byte(c->name, '_') &&
		    words_of(c->name, other, SWAPPED_MAX) == want &&
		    are_among(other, want, words, n))
			hit(s, c, "swaps words in ", TEXT_NONE, "");
	}
}

/* contract/jobs.md 10: what people type in a character's place; none: nothing at all, too. */
static const struct typo {
	char c;
	bool none;
	const char *instead; /* with blanks between */
} typos[] = {
	{ '1', false, "2 q i l" },
	{ '2', false, "1 q w 3" },
	{ '3', false, "2 w e 4" },
	{ '4', false, "3 e r 5" },
	{ '5', false, "4 r t 6 s" },
	{ '6', false, "5 t y 7" },
	{ '7', false, "6 y u 8" },
	{ '8', false, "7 u i 9" },
	{ '9', false, "8 i o 0" },
	{ '0', false, "9 o p -" },
	{ '-', true, "_ 0 p ." },
	{ '_', true, "- 0 p ." },
	{ '.', true, "- _" },
	{ 'q', false, "1 2 w a s z" },
	{ 'w', false, "2 3 e s a q vv x" },
	{ 'e', false, "3 4 r d s w z" },
	{ 'r', false, "4 5 t f d e" },
	{ 't', false, "5 6 y g f r" },
	{ 'y', false, "6 7 u h t i a s x" },
	{ 'u', false, "7 8 i j y v" },
	{ 'i', false, "1 8 9 o l k j u y" },
	{ 'o', false, "9 0 p l i" },
	{ 'p', false, "0 - o" },
	{ 'a', false, "q w s z 1 2" },
	{ 's', false, "w d x z a 5 q" },
	{ 'd', false, "e r f c x s" },
	{ 'f', false, "r g v c d" },
	{ 'g', false, "t h b v f" },
	{ 'h', false, "y j n b g" },
	{ 'j', false, "u i k m n h" },
	{ 'k', false, "i o l m j" },
	{ 'l', false, "i o p k 1" },
	{ 'z', false, "a s x 6 7 u h t i e 2 3" },
	{ 'x', false, "z s d c w" },
	{ 'c', false, "x d f v" },
	{ 'v', false, "c f g b u" },
	{ 'b', false, "v g h n" },
	{ 'n', false, "b h j m" },
	{ 'm', false, "n j k rn" },
};

static void typo_at(struct search *s, size_t at, const struct typo *typo)
{
	struct text rest = text_from(typo->instead), with;

	while (text_cut(&rest, ' ', &with))
		look_up(s, at, 1, with, "uses a common typo for ");
	if (typo->none)
		look_up(s, at, 1, TEXT(""), "uses a common typo for ");
}

static void common_typos(struct search *s)
{
	for (size_t i = 0; i < s->name.n; i++)
		for (size_t k = 0; k < ARRAY_SIZE(typos); k++)
			if (typos[k].c == s->name.p[i])
				typo_at(s, i, &typos[k]);
}

static void prefix(struct search *s, struct text affix)
{
	struct candidate c;

	if (text_starts(s->name, affix))
		hit(s, known(s, text_sub(s->name, affix.n, s->name.n)), "adds the ", affix,
		    " prefix for ");
	splice(&c, s->name, 0, 0, affix);
	hit(s, known(s, c.t), "removes the ", affix, " prefix for ");
}

static void suffix(struct search *s, struct text affix)
{
	struct candidate c;

	if (text_ends(s->name, affix))
		hit(s, known(s, text_sub(s->name, 0, s->name.n - affix.n)), "adds the ", affix,
		    " suffix for ");
	splice(&c, s->name, s->name.n, 0, affix);
	hit(s, known(s, c.t), "removes the ", affix, " suffix for ");
}

static void affixes(struct search *s)
{
	static const char *const words[] = { "api", "cargo", "cli",  "core",
					     "lib", "rs",    "rust", "sys" };
	static const char lines[] = { '-', '_' };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		for (size_t k = 0; k < ARRAY_SIZE(lines); k++) {
			prefix(s, text_fmt(s->arena, "%s%c", words[i], lines[k]));
			suffix(s, text_fmt(s->arena, "%c%s", lines[k], words[i]));
		}
}

size_t typosquat_find(struct arena *a, struct text name, const struct typosquat_crate *corpus,
		      size_t n, typosquat_kin *kin, void *ctx, struct typosquat_hit **ret)
{
	struct search s = { a, name, corpus, n, kin, ctx, NULL, 0 };

	s.hits = arena_array(a, TYPOSQUAT_HITS_MAX, sizeof(*s.hits));
	*ret = s.hits;
	if (!name.n || name.n > NAME_MAX_CHARS || known(&s, name))
		return 0;
	repeated(&s);
	swapped_characters(&s);
	version(&s);
	bitflips(&s);
	omitted(&s);
	swapped_words(&s);
	common_typos(&s);
	affixes(&s);
	return s.nhits;
}
