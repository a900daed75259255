/* handlers/web/search.c - /search (contract/web.md P5) */
#include "templates/search.h"
#include "app/base/arena.h"
#include "app/registry/search_query.h"
#include "db/owner.h"
#include "db/team_view.h"
#include "handlers/routes.h"
#include "handlers/web/crate_frame.h"
#include "handlers/web/crate_list.h"

enum { QUERY_MAX_BYTES = 1000, WARNINGS_MAX = 4, JOINED_MAX_BYTES = 64 * 1024 };

static const struct crate_list_rules rules = {
	.sort = "relevance", .relevance = true, .per_page = 10, .max_pages = 20
};

/* ---- the form of filters: its fields become words of one query, and the browser is sent there */

static const struct {
	const char *name;
	enum search_filter filter;
	bool each_word; /* every word of the field is one */
} fields[] = {
	{ "keyword", FILTER_KEYWORD, true }, { "category", FILTER_CATEGORY, false },
	{ "owner", FILTER_OWNER, false },    { "license", FILTER_LICENSE, false },
	{ "msrv", FILTER_MSRV, false },      { "without", FILTER_WITHOUT, true },
	{ "has", FILTER_HAS, false },        { "is", FILTER_IS, false },
	{ "yanked", FILTER_YANKED, false },
};

static void add_token(struct req *r, struct buf *b, enum search_filter f, struct text value)
{
	if (!value.n)
		return;
	if (b->n)
		buf_byte(b, ' ');
	buf_add(b, search_query_token(r->arena, f, value));
}

static void add_field(struct req *r, struct buf *b, size_t field, struct text value)
{
	struct text rest = value;

	if (!fields[field].each_word) {
		add_token(r, b, fields[field].filter, value);
		return;
	}
	for (rest = text_trim(rest); rest.n; rest = text_trim(rest)) {
		size_t n = 0;

		while (n < rest.n && !char_is_space(rest.p[n]))
			n++;
		add_token(r, b, fields[field].filter, text_sub(rest, 0, n));
		rest = text_sub(rest, n, rest.n);
	}
}

/* *ret is the query that the form's fields mean; absent where none was sent. */
static const struct err *joined(struct req *r, struct text q, struct text *ret)
{
	struct buf b = buf_init(r->arena, JOINED_MAX_BYTES);
	struct text value, stable;
	bool any = false;
	const struct err *e = req_query(r, "stable", &stable);

	buf_add(&b, text_trim(q));
	for (size_t i = 0; !e && i < ARRAY_SIZE(fields); i++) {
		e = req_query(r, fields[i].name, &value);
		any = any || (!e && value.p);
		if (!e && value.p)
			add_field(r, &b, i, text_trim(value));
	}
	if (!e && stable.n)
		add_token(r, &b, FILTER_IS, TEXT("stable"));
	*ret = !e && (any || stable.p) && buf_ok(&b) ? b.n ? buf_text(&b) : TEXT("") : TEXT_NONE;
	return e;
}

static struct reply go_to(struct req *r, struct text q, struct text sort)
{
	struct buf b = buf_init(r->arena, JOINED_MAX_BYTES);

	buf_add(&b, TEXT("/search?q="));
	buf_url(&b, q);
	if (sort.n) {
		buf_add(&b, TEXT("&sort="));
		buf_url(&b, sort);
	}
	return page_go(r, buf_text(&b));
}

/* ---- what the query asks for */

struct asked {
	struct search_query query;
	struct crates_wanted w;
	struct link warnings[WARNINGS_MAX];
	size_t nwarnings;
};

static void warn(struct asked *q, struct text what)
{
	if (q->nwarnings < WARNINGS_MAX)
		q->warnings[q->nwarnings++] = (struct link){ .label = what };
}

static size_t count_of(const struct search_query *s, enum search_filter f)
{
	size_t n = 0;

	for (size_t i = 0; i < s->ntokens; i++)
		n += s->tokens[i].filter == f;
	return n;
}

/* A user by login, a team by "github:org:team"; nobody owns nothing. */
static const struct err *filter_owner(struct req *r, struct asked *q, struct text login)
{
	struct user_view u = { .id = { false, 0 } };
	struct team_view team = { 0 };
	bool is_team = text_has_byte(login, ':');
	const struct err *e = is_team ? db_team_view(r->db, login, &team)
				      : db_user_view_by_login(r->db, login, &u);

	if (err_is(e, ERR_NOT_FOUND)) {
		warn(q, text_fmt(r->arena, "There is nobody called %.*s here.", TEXT_F(login)));
		q->w.nothing = true;
		return NULL;
	}
	q->w.filter.owner_kind = is_team ? OWNER_TEAM : OWNER_USER;
	q->w.filter.owner_id = is_team ? team.id : u.id.v;
	return e;
}

static const struct err *filter_keywords(struct req *r, struct asked *q)
{
	struct buf b = buf_init(r->arena, JOINED_MAX_BYTES);

	for (size_t i = 0; i < q->query.ntokens; i++) {
		if (q->query.tokens[i].filter != FILTER_KEYWORD)
			continue;
		if (b.n)
			buf_byte(&b, ' ');
		buf_add(&b, q->query.tokens[i].value);
	}
	return b.n ? crates_wanted_keywords(r, buf_text(&b), &q->w) : NULL;
}

/* The filters of a query into what is wanted. */
static const struct err *read_filters(struct req *r, struct asked *q)
{
	struct text owner = search_query_last(&q->query, FILTER_OWNER);
	const struct err *e = filter_keywords(r, q);

	q->w.filter.category = search_query_last(&q->query, FILTER_CATEGORY);
	if (count_of(&q->query, FILTER_CATEGORY) > 1)
		warn(q, text_fmt(r->arena, "Only one category can be searched; it is %.*s.",
				 TEXT_F(q->w.filter.category)));
	q->w.filter.not_yanked =
		!search_query_last(&q->query, FILTER_YANKED).p && q->query.ntokens > 0;
	if (!e && owner.p)
		e = filter_owner(r, q, owner);
	if (search_query_is_choosy(&q->query))
		q->w.choosy = &q->query;
	if (q->w.choosy && !q->w.q.p && !q->w.filter.nkeywords && !q->w.filter.category.p &&
	    !owner.p && !q->w.nothing)
		warn(q, TEXT("Filters by licence, Rust version, kind or missing words narrow a "
			     "search down: add a word, a keyword, a category or an owner."));
	return e;
}

/* ?all_keywords= is of older links: the text is then no more than words. */
static const struct err *read_query(struct req *r, struct text q, struct asked *ret)
{
	struct text all;
	const struct err *e = req_query(r, "all_keywords", &all);

	if (e)
		return e;
	if (all.p) {
		ret->query.words = q.n ? q : TEXT_NONE;
		ret->w.q = ret->query.words;
		return crates_wanted_keywords(r, all, &ret->w);
	}
	search_query_parse(r->arena, q, &ret->query);
	ret->w.q = ret->query.words;
	return read_filters(r, ret);
}

/* ---- the page */

static struct links active(struct req *r, const struct search_query *s)
{
	struct link *v = arena_array(r->arena, SEARCH_TOKENS_MAX, sizeof(*v));

	for (size_t i = 0; i < s->ntokens; i++) {
		struct buf b = buf_init(r->arena, JOINED_MAX_BYTES);

		buf_add(&b, TEXT("/search?q="));
		buf_url(&b, search_query_without(r->arena, s, i));
		v[i] = (struct link){ .href = buf_text(&b), .label = s->tokens[i].as_typed };
	}
	return (struct links){ v, s->ntokens };
}

/* All words of one filter in the field of the form. */
static struct text words_of(struct req *r, const struct search_query *s, enum search_filter f)
{
	struct buf b = buf_init(r->arena, JOINED_MAX_BYTES);

	for (size_t i = 0; i < s->ntokens; i++) {
		if (s->tokens[i].filter != f)
			continue;
		if (b.n)
			buf_byte(&b, ' ');
		buf_add(&b, s->tokens[i].value);
	}
	return buf_text(&b);
}

static void fill_form(struct req *r, const struct search_query *s, struct search_page *v)
{
	v->form.words = s->words;
	v->form.keyword = words_of(r, s, FILTER_KEYWORD);
	v->form.category = search_query_last(s, FILTER_CATEGORY);
	v->form.owner = search_query_last(s, FILTER_OWNER);
	v->form.license = search_query_last(s, FILTER_LICENSE);
	v->form.msrv = search_query_last(s, FILTER_MSRV);
	v->form.has = search_query_last(s, FILTER_HAS);
	v->form.is = search_query_last(s, FILTER_IS);
	v->form.without = words_of(r, s, FILTER_WITHOUT);
	v->form.yanked = search_query_last(s, FILTER_YANKED).p != NULL;
}

static struct reply search_get(struct req *r)
{
	struct search_page v = { 0 };
	struct asked asked = { 0 };
	struct text q, sort, all;
	const struct err *e = req_query(r, "q", &q);

	if (!e)
		e = req_query(r, "sort", &sort);
	if (!e)
		e = joined(r, q, &all);
	if (e)
		return reply_err(r, e);
	if (all.p)
		return go_to(r, all, sort);
	q = text_trim(q);
	if (q.n > QUERY_MAX_BYTES)
		return reply_err(r, err_new(r->arena, ERR_INVALID, "A search has at most %d bytes",
					    QUERY_MAX_BYTES));
	e = read_query(r, q, &asked);
	if (!e)
		e = crate_list_find(r, &asked.w, &rules, &v.list);
	if (e)
		return reply_err(r, e);
	v.q = q;
	v.active = active(r, &asked.query);
	v.warnings = (struct links){ asked.warnings, asked.nwarnings };
	if (!v.list.paging.total &&
	    !asked.query.ntokens) /* no filter keeps away what is called so */
		v.near = crate_near_names(r, asked.w.q);
	fill_form(r, &asked.query, &v);
	v.head = (struct head){
		.title = q.n ? text_fmt(r->arena, "Search results for '%.*s'", TEXT_F(q))
			     : TEXT("Search results"),
		.search = q,
		.noindex = true,
	};
	return reply_page(r, 200, search_page, &v);
}

const struct route search_page_routes[] = {
	ROUTE(GET, "/search", search_get, .auth = AUTH_NONE, .page = true, .doc = "Page: search"),
	ROUTE_END,
};
