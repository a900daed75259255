/* Apart from search.c, which reads and writes postings: this makes them anew from the crates. */
#include "app/base/arena.h"
#include "db/crate_view.h"
#include "db/search.h"

#include <stddef.h>

struct source_row {
	uint64_t id;
	struct text name, description, readme;
	struct opt_u64 recent_downloads;
};

static const struct db_stmt source = {
	.name = "search_rebuild_source",
	.sql = "SELECT c.id, c.name, c.description, c.readme, r.downloads AS recent_downloads"
	       "  FROM crates c"
	       "  LEFT JOIN recent_crate_downloads r ON r.crate_id = c.id"
	       " WHERE c.canon_name = ?"
	       "   FOR UPDATE",
	.in = { DB_TEXT },
	.out = { DB_COL(struct source_row, id), DB_COL(struct source_row, name),
		 DB_COL(struct source_row, description), DB_COL(struct source_row, readme),
		 DB_COL(struct source_row, recent_downloads) },
};

static const struct err *rebuild(struct db *db, void *ctx)
{
	const struct text *canon = ctx;
	struct keyword_view *keywords;
	struct search_source in;
	struct source_row row;
	const struct err *e;
	bool found;

	e = db_maybe(db, &source, DB_ARGS(db_text(*canon)), &row, &found);
	if (e || !found)
		return e;
	in = (struct search_source){ .name = row.name,
				     .description = row.description,
				     .readme = row.readme };
	e = db_crate_keywords(db, row.id, &keywords, &in.keywords.n);
	if (e)
		return e;
	in.keywords.v = arena_array(db_arena(db), in.keywords.n, sizeof(*in.keywords.v));
	for (size_t i = 0; i < in.keywords.n; i++)
		in.keywords.v[i] = keywords[i].keyword;
	return db_search_put(db, row.id, *canon, &in, row.recent_downloads.v);
}

const struct err *db_search_rebuild(struct db *db, struct text canon_name)
{
	return db_tx(db, rebuild, &canon_name);
}

const struct db_stmt *const db_search_rebuild_stmts[] = { &source, NULL };
