/* app/registry/typosquat.c: each row of the table in contract/jobs.md 10. */
#include "app/registry/typosquat.h"
#include "tests/unit/check.h"

#include <string.h>

static bool nobody(void *ctx, uint64_t crate_id)
{
	(void)ctx;
	(void)crate_id;
	return false;
}

/* A list of names with blanks between, with ids from 1. */
static size_t corpus_of(struct arena *a, const char *names, struct typosquat_crate **ret)
{
	struct text rest = text_from(names), name;
	size_t n = 0;

	*ret = arena_array(a, strlen(names) + 1, sizeof(**ret));
	while (text_cut(&rest, ' ', &name))
		if (name.n) {
			(*ret)[n] = (struct typosquat_crate){ n + 1, name };
			n++;
		}
	typosquat_sort(*ret, n);
	return n;
}

/* What is said of a name, "; " between. */
static struct text said(struct arena *a, const char *name, const char *names)
{
	struct typosquat_crate *corpus;
	struct typosquat_hit *hits;
	struct text all = TEXT("");
	size_t n = corpus_of(a, names, &corpus);

	n = typosquat_find(a, text_from(name), corpus, n, nobody, NULL, &hits);
	for (size_t i = 0; i < n; i++)
		all = text_fmt(a, "%.*s%s%.*s", TEXT_F(all), i ? "; " : "", TEXT_F(hits[i].what));
	return all;
}

static void rows(void **state)
{
	static const struct {
		const char *name, *corpus, *said;
	} t[] = {
		{ "serrde", "serde", "repeats characters in serde" },
		{ "seerrde", "serrde seerde",
		  "repeats characters in serrde; repeats characters in seerde" },
		{ "aaab", "aab", "repeats characters in aab" },
		{ "sedre", "serde", "swaps characters in serde" },
		{ "serde2", "serde", "only changes the version from serde" },
		{ "serde-20", "serde", "only changes the version from serde" },
		{ "serde--", "serde", "only changes the version from serde" },
		{ "serde_2", "serde", "" }, /* upstream: a line below is no part of a version */
		{ "2", "serde", "" },
		{ "rerde", "serde", "may be a bitflip of serde" }, /* 0x72, 0x73 */
		{ "Serde", "serde", "may be a bitflip of serde" },
		{ "srde", "serde", "omits characters in serde" },
		{ "serd", "serde", "omits characters in serde" },
		{ "erde", "serde", "omits characters in serde" },
		{ "serdejson", "serde-json serde_json",
		  "omits characters in serde-json; omits characters in serde_json" },
		{ "json-serde", "serde-json", "swaps words in serde-json" },
		{ "json_serde", "serde-json", "swaps words in serde-json" },
		{ "a-b-c", "c_a_b c-b-a c-a_b a-b a-b-z",
		  "swaps words in c-b-a; swaps words in c_a_b" },
		{ "one-two-three-four-five-six", "six_five_four_three_two six-five-four-three",
		  "swaps words in six_five_four_three_two" },
		{ "a-a-b", "a-b-b", "" },
		{ "serde", "aerde", "uses a common typo for aerde" },
		{ "swnde", "svvnde", "uses a common typo for svvnde" },
		{ "api-serde", "serde", "adds the api- prefix for serde" },
		{ "rust_serde", "serde", "adds the rust_ prefix for serde" },
		{ "serde", "cargo-serde lib_serde",
		  "removes the cargo- prefix for cargo-serde; removes the lib_ prefix for "
		  "lib_serde" },
		{ "serde-rs", "serde", "adds the -rs suffix for serde" },
		{ "serde_core", "serde", "adds the _core suffix for serde" },
		{ "serde", "serde-cli serde_sys",
		  "removes the -cli suffix for serde-cli; removes the _sys suffix for serde_sys" },
		{ "serde-derive", "serde", "" },
		{ "tokio", "serde", "" },
		{ "serde", "", "" },
		{ "serrde", "serde serrde", "" }, /* is well known itself */
		{ "SERRDE", "serde", "" },
		/* more than one thing at once; each is said, and none twice */
		{ "aab", "ab", "repeats characters in ab" },
		{ "ab", "aab", "omits characters in aab" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i].name, said(a, t[i].name, t[i].corpus), t[i].said);
}

/* Each of the 64 characters at each place. */
static void any_character_may_be_missing(void **state)
{
	static const char alphabet[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	struct arena *a = check_arena(state);

	assert_int_equal(strlen(alphabet), 64);
	for (size_t i = 0; i < 64; i++)
		for (size_t at = 0; at <= 3; at++) {
			char longer[] = { 'f', 'o', 'o', '\0', '\0' };
			char want[64] = "omits characters in ";

			memmove(longer + at + 1, longer + at, 3 - at);
			longer[at] = alphabet[i];
			memcpy(want + strlen(want), longer, sizeof(longer));
			check_text_of(longer, text_sub(said(a, "foo", longer), 0, strlen(want)),
				      want);
		}
}

/* The contract's own line of what is typed instead; a dot is "no character". */
static const char contract[] = "1:2 q i l;2:1 q w 3;3:2 w e 4;4:3 e r 5;5:4 r t 6 s;6:5 t y 7;7:6 "
			       "y u 8;8:7 u i 9;9:8 i o 0;"
			       "0:9 o p -;-:_ 0 p .;_:- 0 p .;"
			       "q:1 2 w a s z;w:2 3 e s a q vv x;e:3 4 r d s w z;r:4 5 t f d e;t:5 "
			       "6 y g f r;y:6 7 u h t i a s x;"
			       "u:7 8 i j y v;i:1 8 9 o l k j u y;o:9 0 p l i;p:0 - o;"
			       "a:q w s z 1 2;s:w d x z a 5 q;d:e r f c x s;f:r g v c d;g:t h b v "
			       "f;h:y j n b g;j:u i k m n h;"
			       "k:i o l m j;l:i o p k 1;"
			       "z:a s x 6 7 u h t i e 2 3;x:z s d c w;c:x d f v;v:c f g b u;b:v g "
			       "h n;n:b h j m;m:n j k rn";

/* Whether "uses a common typo" is said of the name with c at its end, where the corpus has instead at that place. */
static bool is_typo(struct arena *a, char c, struct text instead)
{
	struct text name = text_fmt(a, "QQQ%cQ", c);
	struct text other = text_fmt(a, "QQQ%.*sQ", TEXT_F(instead));
	struct text all = said(a, text_z(a, name), text_z(a, other));

	return text_find(all, TEXT("uses a common typo for ")) < all.n;
}

static void typo_table(void **state)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	struct arena *a = check_arena(state);
	struct text rest = text_from(contract), row;
	size_t rows = 0;

	while (text_cut(&rest, ';', &row)) {
		struct text others = text_sub(row, 2, row.n), with;
		bool listed[sizeof(alphabet)] = { false };

		rows++;
		while (text_cut(&others, ' ', &with)) {
			struct text as = text_eq(with, TEXT(".")) ? TEXT("") : with;

			if (with.n == 1 && strchr(alphabet, with.p[0]))
				listed[strchr(alphabet, with.p[0]) - alphabet] = true;
			if (!is_typo(a, row.p[0], as))
				fail_msg("%c for %.*s is no typo", row.p[0], TEXT_F(with));
		}
		for (size_t i = 0; i + 1 < sizeof(alphabet); i++)
			if (!listed[i] &&
			    is_typo(a, row.p[0], text_sub(text_from(alphabet), i, i + 1)))
				fail_msg("%c for %c is a typo", row.p[0], alphabet[i]);
		if (row.p[0] != '-' && row.p[0] != '_' && is_typo(a, row.p[0], TEXT("")))
			fail_msg("%c for nothing is a typo", row.p[0]);
	}
	assert_int_equal(rows, 38);
}

struct kin {
	uint64_t id; /* whose owner has the new one too */
	size_t asked;
};

static bool is_kin(void *ctx, uint64_t crate_id)
{
	struct kin *k = ctx;

	k->asked++;
	return crate_id == k->id;
}

static void an_owner_in_common(void **state)
{
	struct arena *a = check_arena(state);
	struct typosquat_crate *corpus;
	struct typosquat_hit *hits;
	size_t n = corpus_of(a, "serrde serde tokio", &corpus);
	struct kin kin = { .id = 2 };

	assert_int_equal(typosquat_find(a, TEXT("serde2"), corpus, n, is_kin, &kin, &hits), 0);
	assert_int_equal(kin.asked, 1); /* not about tokio */
	kin.id = 1;
	assert_int_equal(typosquat_find(a, TEXT("serde2"), corpus, n, is_kin, &kin, &hits), 1);
	check_text_of("similar", hits[0].similar, "serde");
}

/* What a stranger can choose is bounded: long names, many words, a corpus in which all is alike. */
static void bounds(void **state)
{
	static const char longest[] =
		"a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-aa";
	struct arena *a = check_arena(state);
	struct typosquat_crate *corpus;
	struct typosquat_hit *hits;
	struct text names = TEXT("");
	size_t n;

	assert_int_equal(strlen(longest), 64);
	check_text_of(longest, said(a, longest, "a-a-a-a-a a_a_a_a_aa b"),
		      "swaps words in a-a-a-a-a; swaps words in a_a_a_a_aa");
	check_text_of("too long",
		      said(a, "a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-b",
			   "a-a-a-a-a"),
		      "");
	check_text_of("empty", said(a, "", "a"), "");
	for (char x = 'a'; x <= 'z'; x++)
		for (size_t i = 0; i < 6; i++)
			names = text_fmt(a, "%.*s %.*s%c%.*s", TEXT_F(names), (int)i, "xxxxx", x,
					 (int)(5 - i), "xxxxx");
	n = corpus_of(a, text_z(a, names), &corpus);
	n = typosquat_find(a, TEXT("xxxxx"), corpus, n, nobody, NULL, &hits);
	assert_int_equal(n, TYPOSQUAT_HITS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),       cmocka_unit_test(any_character_may_be_missing),
		cmocka_unit_test(typo_table), cmocka_unit_test(an_owner_in_common),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
