#include "db/crate_set.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/ids.h"
#include "db/crate_letter.h"
#include "db/crate_order.h"

#include <stdlib.h>

/* To look a crate's key up costs as much as to pass so many of them on an index; rows of a walk more than one expects. */
enum { PASSED_FOR_A_KEY = 10, WALK_SPARE = 500, WALKS_MAX = 8 };

/* An order that is kept is asked from so many crates on that are to be passed. */
enum { KEPT_FROM = 500 };

struct ids_row {
	struct text ids; /* with blanks between; absent: none */
	uint64_t n;
	uint64_t crates; /* in the registry */
	uint64_t
		kept; /* as many as n, as others count them: more than CRATE_PART_MAX are not read */
};

/* clang-format off */

/*
 * The answer is one value, which the session's group_concat_max_len has room for: a row for each id would cost three times as much,
 * and a bound on how many there are (LIMIT in a derived table) twice. So what is counted elsewhere is not bounded here.
 */
#define SET(what, id, count, from, ...) \
	{ \
		.name = "crate_set_of_" what, \
		.sql = "SELECT GROUP_CONCAT(" id " SEPARATOR ' ') AS ids, CAST(COUNT(" id ") AS UNSIGNED) AS n," \
		       "       CAST(COALESCE((SELECT num_crates FROM metadata WHERE id = 1), 0) AS UNSIGNED) AS crates," \
		       "       CAST(COALESCE(MAX(" count "), 0) AS UNSIGNED) AS kept FROM " from, \
		.in = { __VA_ARGS__ }, \
		.out = { DB_COL(struct ids_row, ids), DB_COL(struct ids_row, n), DB_COL(struct ids_row, crates), \
			 DB_COL(struct ids_row, kept) }, \
	}
#define BOUNDED(part) "(" part " LIMIT 32769) x"

static const struct db_stmt of_keyword =
	SET("keyword", "x.crate_id", "k.crates_cnt",
	    "keywords k LEFT JOIN crates_keywords x ON x.keyword_id = k.id AND k.crates_cnt <= 32768 WHERE k.id = ?", DB_U64);
static const struct db_stmt of_category =
	SET("category", "x.crate_id", "g.crates_cnt",
	    "categories g LEFT JOIN crates_categories x ON x.category_id = g.id AND g.crates_cnt <= 32768"
	    " WHERE (g.slug = ? OR g.slug LIKE CONCAT(?, '::%'))", DB_TEXT, DB_TEXT);
static const struct db_stmt of_owner =
	SET("owner", "x.id", "0",
	    BOUNDED("SELECT crate_id AS id FROM crate_owners WHERE owner_kind = ? AND owner_id = ? AND deleted = 0"), DB_U64, DB_U64);
static const struct db_stmt of_follower =
	SET("follower", "x.id", "0", BOUNDED("SELECT crate_id AS id FROM follows WHERE user_id = ?"), DB_U64);
/* Of an eighth of all names it takes a registry of 262,144 crates to be too many. */
static const struct db_stmt of_letter =
	SET("letter", "x.id", "m.num_crates DIV 8",
	    "metadata m LEFT JOIN crates x FORCE INDEX (crates_canon_name) ON x.canon_name LIKE ? AND m.num_crates <= 262144"
	    " WHERE m.id = 1", DB_TEXT);
static const struct db_stmt of_yanked =
	SET("yanked", "x.id", "0", BOUNDED("SELECT crate_id AS id FROM yanked_crates WHERE crate_id > ?"), DB_U64);

struct id_row {
	uint64_t id;
};

/* Ids alone along an index, from its one end or from the other. */
#define WALK(what, crate, from, order) \
	{ \
		.name = "crate_set_walk_" what, .sql = "SELECT " crate " AS id FROM " from " ORDER BY " order " LIMIT ? OFFSET ?", \
		.in = { DB_U64, DB_U64 }, .out = { DB_COL(struct id_row, id) }, .scan_ok = true, \
	}
#define WALKS(what, crate, from, column) \
	{ \
		WALK(what, crate, from, column " DESC, " crate " DESC"), WALK(what "_back", crate, from, column ", " crate), \
	}
#define BY(table, index) table " FORCE INDEX (" index ")"

static const struct db_stmt walks[CRATE_BY_RELEVANCE][2] = {
	[CRATE_BY_NAME] = { WALK("by_name", "id", BY("crates", "crates_name"), "name"),
			    WALK("by_name_back", "id", BY("crates", "crates_name"), "name DESC") },
	[CRATE_BY_DOWNLOADS] = WALKS("by_downloads", "crate_id", BY("crate_downloads", "crate_downloads_downloads"),
				     "downloads"),
	[CRATE_BY_RECENT_DOWNLOADS] = WALKS("by_recent_downloads", "crate_id",
		BY("recent_crate_downloads", "recent_crate_downloads_downloads"), "downloads"),
	[CRATE_BY_UPDATE] = WALKS("by_update", "id", BY("crates", "crates_updated"), "updated_us"),
	[CRATE_BY_CREATION] = WALKS("by_creation", "id", BY("crates", "crates_created"), "created_us"),
	[CRATE_BY_DEPENDENTS] = WALKS("by_dependents", "crate_id", BY("dependents", "dependents_n"), "n"),
};
/* clang-format on */

/* ---- reading */

struct part {
	uint64_t *ids; /* ascending, each once */
	size_t n;
	uint64_t crates; /* in the registry */
	bool whole;      /* false: there are more than CRATE_PART_MAX */
};

static const struct err *read_part(struct db *db, const struct db_stmt *s, struct db_vals args,
				   struct part *ret)
{
	struct ids_row row = { 0 };
	struct part p = { 0 };
	struct text rest, word;
	const struct err *e = db_one(db, s, args, &row);

	if (e)
		return e;
	p.crates = row.crates;
	if (row.n <= CRATE_PART_MAX && row.kept <= CRATE_PART_MAX) {
		p.ids = arena_array(db_arena(db), (size_t)row.n + 1, sizeof(*p.ids));
		rest = row.n ? row.ids : TEXT_NONE;
		while (p.n < row.n && text_cut(&rest, ' ', &word) &&
		       text_u64(word, 1, UINT64_MAX, &p.ids[p.n]))
			p.n++;
		p.whole = p.n == row.n;
		p.n = ids_sort_once(p.ids, p.n);
	}
	*ret = p;
	return NULL;
}

/* Leaves in the set what is in the part too, or what is not; the first part makes the set. */
static void apply(struct crate_set *s, const struct part *p, bool wanted)
{
	size_t kept = 0, j = 0;

	if (!s->read && wanted) {
		s->ids = p->ids;
		s->n = p->n;
		s->crates = p->crates;
		s->read = true;
		return;
	}
	for (size_t i = 0; i < s->n; i++) {
		while (j < p->n && p->ids[j] < s->ids[i])
			j++;
		if ((j < p->n && p->ids[j] == s->ids[i]) == wanted)
			s->ids[kept++] = s->ids[i];
	}
	s->n = kept;
}

/* What is left is looked up in the further parts as quickly as they are read: they stay in the rest. */
static bool is_small(const struct crate_set *s)
{
	return s->read && s->n <= CRATE_SET_MAX;
}

/* Reads a part and applies it; *ret_whole tells whether that was possible. */
static const struct err *use_part(struct db *db, struct crate_set *s, const struct db_stmt *stmt,
				  struct db_vals args, bool wanted, bool *ret_whole)
{
	struct part p;
	const struct err *e = read_part(db, stmt, args, &p);

	*ret_whole = !e && p.whole;
	if (*ret_whole)
		apply(s, &p, wanted);
	return e;
}

/* They leave the rest together, when all of them have been applied. */
static const struct err *use_keywords(struct db *db, const struct crate_filter *f,
				      struct crate_set *s)
{
	const struct err *e = NULL;
	bool whole, all = f->nkeywords > 0;

	for (size_t i = 0; !e && i < f->nkeywords; i++) {
		if (is_small(s))
			return NULL;
		e = use_part(db, s, &of_keyword, DB_ARGS(db_u64(f->keywords[i])), true, &whole);
		all = all && whole;
	}
	if (!e && all)
		s->rest.nkeywords = 0;
	return e;
}

/* By the order that is kept; else, and of what is no letter, by the index. */
static const struct err *use_letter(struct db *db, char letter, struct crate_set *s,
				    bool *ret_whole)
{
	struct text like = text_fmt(db_arena(db), "%c%%", letter);
	struct crate_letter l;
	const struct err *e = NULL;
	bool kept = false;

	if (letter >= 'a' && letter <= 'z')
		e = db_crate_letter(db, letter, &l, &kept);
	if (e || !kept)
		return e ? e : use_part(db, s, &of_letter, DB_ARGS(db_text(like)), true, ret_whole);
	*ret_whole = l.n <= CRATE_PART_MAX;
	if (*ret_whole)
		apply(s, &(struct part){ l.ids, l.n, l.crates, true }, true);
	return NULL;
}

static const struct err *use_others(struct db *db, const struct crate_filter *f,
				    struct crate_set *s)
{
	const struct err *e = NULL;
	bool whole;

	if (f->category.p && !is_small(s)) {
		e = use_part(db, s, &of_category,
			     DB_ARGS(db_text(f->category), db_text(f->category)), true, &whole);
		s->rest.category = !e && whole ? TEXT_NONE : f->category;
	}
	if (!e && f->owner_id && !is_small(s)) {
		e = use_part(db, s, &of_owner, DB_ARGS(db_u64(f->owner_kind), db_u64(f->owner_id)),
			     true, &whole);
		s->rest.owner_id = !e && whole ? 0 : f->owner_id;
	}
	if (!e && f->follower && !is_small(s)) {
		e = use_part(db, s, &of_follower, DB_ARGS(db_u64(f->follower)), true, &whole);
		s->rest.follower = !e && whole ? 0 : f->follower;
	}
	if (!e && f->letter && !is_small(s)) {
		e = use_letter(db, f->letter, s, &whole);
		s->rest.letter = !e && whole ? '\0' : f->letter;
	}
	if (!e && f->not_yanked && s->read && !is_small(s)) {
		e = use_part(db, s, &of_yanked, DB_ARGS(db_u64(0)), false, &whole);
		s->rest.not_yanked = e || !whole;
	}
	return e;
}

static void fill_bits(struct arena *a, struct crate_set *s)
{
	if (!s->n || s->ids[s->n - 1] >= BITS_MAX)
		return;
	s->bits = bits_new(a, s->ids[s->n - 1] + 1);
	for (size_t i = 0; i < s->n; i++)
		bits_put(&s->bits, s->ids[i]);
}

const struct err *db_crate_set(struct db *db, const struct crate_filter *f, struct crate_set *ret)
{
	struct crate_set s = { .rest = *f };
	const struct err *e = use_keywords(db, f, &s);

	if (!e)
		e = use_others(db, f, &s);
	if (e)
		return e;
	if (!is_small(&s))
		fill_bits(db_arena(db), &s);
	*ret = s;
	return NULL;
}

struct crate_set crate_set_of_ids(struct arena *a, uint64_t *ids, size_t n)
{
	struct crate_set s = { .ids = ids, .n = ids_sort_once(ids, n), .read = true };

	fill_bits(a, &s);
	return s;
}

bool crate_set_has(const struct crate_set *s, uint64_t id)
{
	if (s->bits.v)
		return bits_has(&s->bits, id);
	return s->n && bsearch(&id, s->ids, s->n, sizeof(id), ids_cmp);
}

/* ---- a page */

struct walk {
	const struct crate_set *s;
	uint64_t passed, seen; /* crates of any kind; of the set */
	uint64_t from, to;     /* of the set, those from..to-1 are the page */
	uint64_t *ids;
	size_t n;
};

static const struct err *pass(void *ctx, const void *row)
{
	const struct id_row *r = row;
	struct walk *w = ctx;

	w->passed++;
	if (w->seen == w->to || !crate_set_has(w->s, r->id))
		return NULL;
	if (w->seen++ >= w->from)
		w->ids[w->n++] = r->id;
	return NULL;
}

/* From the nearer end; *ret_walked is false where the keys of the whole set cost less. */
static const struct err *walk(struct db *db, enum crate_sort sort, struct walk *w, uint64_t each,
			      bool *ret_walked)
{
	uint64_t n = w->s->n, more;
	bool back = n - w->from < w->to;
	struct id_row row;
	const struct err *e = NULL;

	if (back) {
		uint64_t to = n - w->from;

		w->from = n - w->to;
		w->to = to;
	}
	*ret_walked = w->to * each <= n * PASSED_FOR_A_KEY;
	for (int i = 0; !e && *ret_walked && w->seen < w->to && i < WALKS_MAX; i++) {
		uint64_t before = w->passed;

		more = (w->to - w->seen) * each;
		more += more / 8 + WALK_SPARE; /* they are not spread evenly */
		e = db_each(db, &walks[sort][back], DB_ARGS(db_u64(more), db_u64(before)), &row,
			    pass, w);
		if (w->passed - before < more)
			break;
	}
	for (size_t i = 0; back && i < w->n / 2; i++) {
		uint64_t id = w->ids[i];

		w->ids[i] = w->ids[w->n - 1 - i];
		w->ids[w->n - 1 - i] = id;
	}
	return e;
}

const struct err *db_crate_set_page(struct db *db, enum crate_sort sort, const struct crate_set *s,
				    uint64_t limit, uint64_t offset, uint64_t *ids, size_t *ret_n,
				    bool *ret_found)
{
	uint64_t from = offset < s->n ? offset : s->n;
	uint64_t to = s->n - from < limit ? s->n : from + limit;
	struct crate_set all = *s;
	struct walk w = { .s = &all, .from = from, .to = to, .ids = ids };
	struct crate_order_page p = { .sort = sort, .set = &all, .from = from, .to = to };
	const struct err *e = NULL;

	BUG_ON(sort >= CRATE_BY_RELEVANCE || !crate_filter_is_empty(&s->rest));
	*ret_n = 0;
	*ret_found = true;
	if (from == to)
		return NULL;
	if (!all.bits.v) /* a small one */
		fill_bits(db_arena(db), &all);
	p.each = s->crates / s->n + 1;
	*ret_found = false;
	if (to * p.each >= KEPT_FROM)
		e = db_crate_order_page(db, &p, ids, ret_n, ret_found);
	if (e || *ret_found)
		return e;
	e = walk(db, sort, &w, p.each, ret_found);
	*ret_n = w.n;
	return e;
}

/* clang-format off */
const struct db_stmt *const db_crate_set_stmts[] = {
	&of_keyword, &of_category, &of_owner, &of_follower, &of_letter, &of_yanked,
	&walks[CRATE_BY_NAME][0], &walks[CRATE_BY_NAME][1],
	&walks[CRATE_BY_DOWNLOADS][0], &walks[CRATE_BY_DOWNLOADS][1],
	&walks[CRATE_BY_RECENT_DOWNLOADS][0], &walks[CRATE_BY_RECENT_DOWNLOADS][1],
	&walks[CRATE_BY_UPDATE][0], &walks[CRATE_BY_UPDATE][1],
	&walks[CRATE_BY_CREATION][0], &walks[CRATE_BY_CREATION][1],
	&walks[CRATE_BY_DEPENDENTS][0], &walks[CRATE_BY_DEPENDENTS][1], NULL
};
/* clang-format on */
