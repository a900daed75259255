#include "handlers/api/crate_wanted.h"

#include "app/server/auth.h"
#include "db/owner.h"

enum { REACH = 1000 }; /* by relevance no page begins behind so many results */

struct params {
	struct text q, sort, include_yanked, category, all_keywords, keyword, letter, user_id,
		team_id, following;
	struct texts ids;
	int64_t user, team;
};

/* A number in the sense of the reference's i32. */
static const struct err *number(struct req *r, const char *name, struct text t, int64_t *ret)
{
	bool negative = t.n > 1 && t.p[0] == '-';
	struct text digits = t.n > 1 && (negative || t.p[0] == '+') ? text_sub(t, 1, t.n) : t;
	const char *why = "invalid digit found in string";
	uint64_t v = 0;
	bool ok = true;

	if (!t.p)
		return NULL;
	for (size_t i = 0; i < digits.n; i++)
		ok = ok && char_is_digit(digits.p[i]);
	if (ok && text_u64(digits, 0, (uint64_t)INT32_MAX + negative, &v)) {
		*ret = negative ? -(int64_t)v : (int64_t)v;
		return NULL;
	}
	if (ok)
		why = negative ? "number too small to fit in target type"
			       : "number too large to fit in target type";
	return err_new(r->arena, ERR_INVALID, "Failed to deserialize query string: %s: %s", name,
		       why);
}

static const struct err *read_params(struct req *r, struct params *p)
{
	const struct {
		const char *name;
		struct text *to;
		bool word; /* or a number */
	} texts[] = {
		{ "q", &p->q, false },
		{ "sort", &p->sort, true },
		{ "include_yanked", &p->include_yanked, true },
		{ "category", &p->category, false },
		{ "all_keywords", &p->all_keywords, false },
		{ "keyword", &p->keyword, false },
		{ "letter", &p->letter, false },
		{ "user_id", &p->user_id, true },
		{ "team_id", &p->team_id, true },
		{ "following", &p->following, true },
	};
	const struct err *e = NULL;

	for (size_t i = 0; !e && i < ARRAY_SIZE(texts); i++)
		e = texts[i].word ? req_query_form_word(r, texts[i].name, texts[i].to)
				  : req_query_form(r, texts[i].name, texts[i].to);
	if (!e)
		e = req_query_list(r, "ids[]", CRATE_SET_MAX, &p->ids);
	if (!e)
		e = number(r, "user_id", p->user_id, &p->user);
	if (!e)
		e = number(r, "team_id", p->team_id, &p->team);
	return e;
}

static struct crate_order order_of(const struct params *p)
{
	static const struct {
		struct text name;
		enum crate_sort by;
	} sorts[] = {
		{ TEXT_INIT("relevance"), CRATE_BY_RELEVANCE },
		{ TEXT_INIT("downloads"), CRATE_BY_DOWNLOADS },
		{ TEXT_INIT("recent-downloads"), CRATE_BY_RECENT_DOWNLOADS },
		{ TEXT_INIT("recent-updates"), CRATE_BY_UPDATE },
		{ TEXT_INIT("new"), CRATE_BY_CREATION },
	};
	enum crate_sort by = p->sort.p ? CRATE_BY_NAME : CRATE_BY_RELEVANCE;

	for (size_t i = 0; i < ARRAY_SIZE(sorts); i++)
		if (text_eq(p->sort, sorts[i].name))
			by = sorts[i].by;
	if (by == CRATE_BY_RELEVANCE && !p->q.p)
		by = CRATE_BY_NAME;
	return (struct crate_order){ by,
				     p->q.p && (by == CRATE_BY_NAME || by == CRATE_BY_RELEVANCE) };
}

const struct err *crates_wanted_keywords(struct req *r, struct text words, struct crates_wanted *w)
{
	struct text list[CRATE_FILTER_KEYWORDS];
	struct text rest = text_lower(r->arena, words);
	const struct err *e;
	size_t n = 0, known = 0;

	for (rest = text_trim(rest); rest.n; rest = text_trim(rest)) {
		size_t len = 0;
		bool again = false;

		while (len < rest.n && !char_is_space(rest.p[len]))
			len++;
		for (size_t i = 0; i < n; i++)
			again = again || text_eq(list[i], text_sub(rest, 0, len));
		if (!again && n == ARRAY_SIZE(list)) {
			w->nothing = true;
			return NULL;
		}
		if (!again)
			list[n++] = text_sub(rest, 0, len);
		rest = text_sub(rest, len, rest.n);
	}
	if (!n)
		return NULL;
	e = db_keyword_ids(r->db, list, n, w->filter.keywords, &w->filter.nkeywords);
	known = (size_t)w->filter.nkeywords;
	w->nothing = !e && known < n;
	return e;
}

/* upstream: the letter stands in a pattern, where '_' and '%' match every name. */
static void filter_letter(struct text letter, struct crates_wanted *w)
{
	char c = char_lower(letter.p[0]);

	if (c >= 'a' && c <= 'z')
		w->filter.letter = c;
	else if (c != '_' && c != '%')
		w->nothing = true;
}

static void filter_owner(uint64_t kind, int64_t id, struct crates_wanted *w)
{
	w->nothing = id <= 0;
	w->filter.owner_kind = kind;
	w->filter.owner_id = id > 0 ? (uint64_t)id : 0;
}

/* Of this group only the first that is given counts. */
static const struct err *read_group(struct req *r, const struct params *p, struct crates_wanted *w)
{
	if (p->all_keywords.p)
		return crates_wanted_keywords(r, p->all_keywords, w);
	if (p->keyword.p) {
		const struct err *e =
			db_keyword_ids(r->db, (struct text[]){ text_lower(r->arena, p->keyword) },
				       1, w->filter.keywords, &w->filter.nkeywords);

		w->nothing = !w->filter.nkeywords;
		return e;
	}
	if (p->letter.p)
		filter_letter(p->letter, w);
	else if (p->user_id.p)
		filter_owner(OWNER_USER, p->user, w);
	else if (p->team_id.p)
		filter_owner(OWNER_TEAM, p->team, w);
	else if (p->following.p)
		w->filter.follower = r->user.id;
	else if (p->ids.n)
		w->by_names = true;
	return NULL;
}

static const struct err *read_seek(struct req *r, struct crates_wanted *w)
{
	w->has_after = w->paging.seek.p != NULL;
	if (!w->has_after || crate_order_unseek(r->arena, &w->order, w->paging.seek, &w->after))
		return NULL;
	return err_new(r->arena, ERR_INVALID, "invalid seek parameter");
}

static const struct err *read_page(struct req *r, struct crates_wanted *w)
{
	const struct err *e = req_paging(r, PAGING_PAGE | PAGING_SEEK | PAGING_LIMITED, &w->paging);

	if (!e)
		e = read_seek(r, w);
	if (e)
		return e;
	if (w->order.by == CRATE_BY_RELEVANCE && w->paging.has_page &&
	    (w->paging.page - 1) * w->paging.per_page >= REACH)
		return err_new(r->arena, ERR_INVALID,
			       "Cannot page beyond the first 1000 results when sorting by "
			       "relevance. Please take a look at "
			       "https://crates.io/data-access for alternatives.");
	return NULL;
}

/* The name that a seek stands on; of a deleted crate one that stands behind all. */
static const struct err *complete_after(struct req *r, struct crates_wanted *w)
{
	const struct err *e;

	if (!w->has_after || !crate_order_has_name(&w->order))
		return NULL;
	e = db_crate_name(r->db, w->after.id, &w->after.name);
	if (!e && !w->after.name.p)
		w->after.name = TEXT("\xff");
	return e;
}

const struct err *crates_wanted_seek(struct req *r, struct crates_wanted *w)
{
	const struct err *e = read_seek(r, w);

	return e ? e : complete_after(r, w);
}

const struct err *crates_wanted_read(struct req *r, struct crates_wanted *ret)
{
	struct crates_wanted w = { 0 };
	struct params p = { 0 };
	const struct err *e = read_params(r, &p);

	w.q = p.q;
	w.order = order_of(&p);
	w.filter.category = p.category;
	w.filter.not_yanked = p.include_yanked.p && !text_eq(p.include_yanked, TEXT("yes"));
	w.names = p.ids;
	w.personal = p.following.p != NULL;
	if (!e && w.personal)
		e = auth_require(r, AUTH_USER);
	if (!e)
		e = read_page(r, &w);
	if (!e)
		e = read_group(r, &p, &w);
	if (!e)
		e = complete_after(r, &w);
	if (!e)
		*ret = w;
	return e;
}
