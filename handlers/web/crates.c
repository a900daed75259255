/* handlers/web/crates.c - /crates: all of them (contract/web.md P2) */
#include "app/base/arena.h"
#include "handlers/routes.h"
#include "handlers/web/crate_list.h"

enum { LETTERS = 26, PER_PAGE = 50, MAX_PAGES = 20 };

/* Names of crates begin with a letter; "All" comes first. */
static struct links letter_bar(struct req *r, char chosen)
{
	struct link *v = arena_array(r->arena, LETTERS + 1, sizeof(*v));
	struct text prefix = page_prefix(r, "letter");

	v[0] = (struct link){ .href = TEXT("/crates"), .label = TEXT("All"), .current = !chosen };
	for (int i = 0; i < LETTERS; i++) {
		char c = (char)('a' + i);

		v[i + 1] = (struct link){
			.href = text_fmt(r->arena, "%.*s%c", TEXT_F(prefix), c),
			.label = text_fmt(r->arena, "%c", 'A' + i),
			.current = c == chosen,
		};
	}
	return (struct links){ v, LETTERS + 1 };
}

static struct reply crates_get(struct req *r)
{
	static const struct crate_list_rules rules = { .sort = "recent-downloads",
						       .per_page = PER_PAGE,
						       .max_pages = MAX_PAGES };
	struct crates_wanted w = { 0 };
	struct crates_page v = { 0 };
	struct text letter;
	const struct err *e = req_query(r, "letter", &letter);

	if (e)
		return reply_err(r, e);
	if (letter.n) {
		w.filter.letter = char_lower(letter.p[0]);
		w.nothing = w.filter.letter < 'a' || w.filter.letter > 'z';
	}
	e = crate_list_find(r, &w, &rules, &v.list);
	if (e)
		return reply_err(r, e);
	v.head = (struct head){ .title = TEXT("Crates"),
				.canonical = TEXT("/crates"),
				.feed = TEXT("/rss/crates.xml"),
				.feed_title = TEXT("New crates"),
				.section = "crates",
				.noindex = crate_list_is_later(&v.list) || letter.n };
	v.heading = !letter.n   ? TEXT("All crates")
		    : w.nothing ? TEXT("Crates by their first letter")
				: text_fmt(r->arena, "Crates with %c", w.filter.letter - 'a' + 'A');
	v.letters = letter_bar(r, w.filter.letter);
	return reply_page(r, 200, crates_page, &v);
}

const struct route crates_page_routes[] = {
	ROUTE(GET, "/crates", crates_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: all crates"),
	ROUTE_END,
};
