/* handlers/web/crates.c - /crates: all of them (contract/web.md P2). Names of crates begin with a letter. */
#include "app/base/arena.h"
#include "handlers/routes.h"
#include "handlers/web/crate_list.h"
#include "handlers/web/letters.h"

enum { PER_PAGE = 50, MAX_PAGES = 20 };

static struct reply crates_get(struct req *r)
{
	static const struct crate_list_rules rules = { .sort = "recent-downloads",
						       .per_page = PER_PAGE,
						       .max_pages = MAX_PAGES };
	struct crates_wanted w = { 0 };
	struct crates_page v = { 0 };
	char letter;
	const struct err *e = letters_wanted(r, &letter);

	if (e)
		return reply_err(r, e);
	w.filter.letter = letter;
	w.nothing = letter && (letter < 'a' || letter > 'z');
	e = crate_list_find(r, &w, &rules, &v.list);
	if (e)
		return reply_err(r, e);
	v.head = (struct head){ .title = TEXT("Crates"),
				.canonical = TEXT("/crates"),
				.feed = TEXT("/rss/crates.xml"),
				.feed_title = TEXT("New crates"),
				.section = "crates",
				.noindex = crate_list_is_later(&v.list) || letter };
	v.heading = !letter     ? TEXT("All crates")
		    : w.nothing ? TEXT("Crates by their first letter")
				: text_fmt(r->arena, "Crates with %c", letter - 'a' + 'A');
	v.letters = letters_bar(r, "/crates", letter, false);
	return reply_page(r, 200, crates_page, &v);
}

const struct route crates_page_routes[] = {
	ROUTE(GET, "/crates", crates_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: all crates"),
	ROUTE_END,
};
