/* handlers/web/keyword.c - /keywords, /keywords/{keyword} (contract/web.md P3, P4) */
#include "app/base/arena.h"
#include "handlers/routes.h"
#include "handlers/web/crate_list.h"
#include "handlers/web/letters.h"
#include "handlers/web/page_list.h"
#include "templates/feed.h"
#include "templates/keywords.h"

enum { KEYWORDS_PER_PAGE = 100, KEYWORD_PAGES = 1000, PER_PAGE = 10, MAX_PAGES = 20 };

static const struct sort_choice sorts[] = { { "crates", "Number of crates" },
					    { "alpha", "Alphabetical" } };

static struct reply keywords_get(struct req *r)
{
	struct keywords_page v = { 0 };
	struct keyword_view *rows = NULL;
	struct text sort;
	uint64_t page = 1, total = 0;
	bool by_name = false;
	char letter;
	const struct err *e = req_query(r, "sort", &sort);

	if (!e)
		e = letters_wanted(r, &letter);
	if (!e)
		e = page_number(r, KEYWORD_PAGES, &page);
	if (!e && letter) {
		e = db_keywords_letter(r->db, letter, KEYWORDS_PER_PAGE,
				       (page - 1) * KEYWORDS_PER_PAGE, &total, &rows, &v.n);
	} else if (!e) {
		by_name = text_eq(sort, TEXT("alpha"));
		e = db_keywords_page(r->db, !by_name, KEYWORDS_PER_PAGE,
				     (page - 1) * KEYWORDS_PER_PAGE, &rows, &v.n);
		if (!e)
			e = db_keywords_count(r->db, &total);
	}
	if (e)
		return reply_err(r, e);
	v.head = (struct head){ .title = TEXT("Keywords"),
				.canonical = TEXT("/keywords"),
				.section = "keywords",
				.noindex = page > 1 || letter };
	v.heading = !letter || letter == '?' ? TEXT("All keywords")
		    : letter == '0'          ? TEXT("Keywords that begin with a figure")
				    : text_fmt(r->arena, "Keywords with %c", letter - 'a' + 'A');
	v.letters = letters_bar(r, "/keywords", letter, true);
	if (!letter)
		v.sorts = page_sorts(r, sorts, ARRAY_SIZE(sorts), by_name);
	v.paging = page_paging(r, page, KEYWORDS_PER_PAGE, total, KEYWORD_PAGES);
	v.keywords = rows;
	return reply_page(r, 200, keywords_page, &v);
}

/* A keyword that no crate has is an empty list, as one that none has any more. */
static struct reply keyword_get(struct req *r)
{
	static const struct crate_list_rules rules = { .sort = "recent-downloads",
						       .per_page = PER_PAGE,
						       .max_pages = MAX_PAGES };
	struct text keyword = text_lower(r->arena, req_path(r, "keyword"));
	struct crates_wanted w = { 0 };
	struct crates_page v = { 0 };
	struct link *crumb = arena_array(r->arena, 2, sizeof(*crumb));
	const struct err *e = crates_wanted_keywords(r, keyword, &w);

	w.nothing = w.nothing || text_has_byte(keyword, ' '); /* that would be two */
	if (!e)
		e = crate_list_find(r, &w, &rules, &v.list);
	if (e)
		return reply_err(r, e);
	v.heading = text_fmt(r->arena, "Crates with the keyword \xe2\x80\x9c%.*s\xe2\x80\x9d",
			     TEXT_F(keyword));
	v.head = (struct head){
		.title = text_fmt(r->arena, "%.*s - Keywords", TEXT_F(keyword)),
		.canonical = r->path,
		.feed = text_fmt(r->arena, "/rss/%.*s",
				 TEXT_F(feed_path(r->arena, FEED_KEYWORD, keyword))),
		.feed_title = text_fmt(r->arena, "New versions of crates with the keyword %.*s",
				       TEXT_F(keyword)),
		.section = "keywords",
		.noindex = crate_list_is_later(&v.list) || !v.list.paging.total,
	};
	crumb[0] = (struct link){ .href = TEXT("/keywords"), .label = TEXT("Keywords") };
	crumb[1] = (struct link){ .href = r->path, .label = keyword, .current = true };
	v.crumbs = (struct links){ crumb, 2 };
	return reply_page(r, 200, crates_page, &v);
}

const struct route keyword_page_routes[] = {
	ROUTE(GET, "/keywords", keywords_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: all keywords"),
	ROUTE(GET, "/keywords/{keyword}", keyword_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: crates with a keyword"),
	ROUTE_END,
};
