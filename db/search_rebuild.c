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
	.sql = "SELECT c.id, c.name, c.description, c.readme,"
	       "       COALESCE(r.downloads, d.downloads DIV 16) AS recent_downloads"
	       "  FROM crates c"
	       "  LEFT JOIN crate_downloads d ON d.crate_id = c.id"
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

struct one_row {
	uint64_t crate_id;
};

static const struct db_stmt first = {
	.name = "search_rebuild_first",
	.sql = "SELECT crate_id FROM search_crates LIMIT 1",
	.out = { DB_COL(struct one_row, crate_id) },
	.scan_ok = true,
};

static const struct db_stmt changed = {
	.name = "search_rebuild_changed",
	.sql = "SELECT canon_name FROM crates WHERE updated_us >= ? LIMIT 10000",
	.in = { DB_I64 },
	.out = { { "canon_name", 0, DB_TEXT } },
};

const struct err *db_search_is_empty(struct db *db, bool *ret)
{
	struct one_row row;
	bool found;
	const struct err *e = db_maybe(db, &first, DB_NO_ARGS, &row, &found);

	if (!e)
		*ret = !found;
	return e;
}

const struct err *db_search_changed(struct db *db, int64_t since_us, struct text **ret,
				    size_t *ret_n)
{
	return db_all(db, &changed, DB_ARGS(db_i64(since_us)), sizeof(**ret), ret, ret_n);
}

static const struct db_stmt popularity = {
	.name = "search_popularity",
	.sql = "SELECT s.crate_id, s.step, c.canon_name,"
	       "       COALESCE(r.downloads, d.downloads DIV 16) AS recent_downloads"
	       "  FROM search_crates s"
	       "  JOIN crates c ON c.id = s.crate_id"
	       "  LEFT JOIN crate_downloads d ON d.crate_id = s.crate_id"
	       "  LEFT JOIN recent_crate_downloads r ON r.crate_id = s.crate_id"
	       " WHERE s.crate_id > ? ORDER BY s.crate_id LIMIT 10000",
	.in = { DB_U64 },
	.out = { DB_COL(struct search_popularity, crate_id), DB_COL(struct search_popularity, step),
		 DB_COL(struct search_popularity, canon_name),
		 DB_COL(struct search_popularity, recent_downloads) },
};

const struct err *db_search_popularity(struct db *db, uint64_t after,
				       struct search_popularity **ret, size_t *ret_n)
{
	return db_all(db, &popularity, DB_ARGS(db_u64(after)), sizeof(**ret), ret, ret_n);
}

static const struct db_stmt drop_word_counts = {
	.name = "search_drop_word_counts",
	.sql = "DELETE FROM search_terms",
	.scan_ok = true,
};

static const struct db_stmt word_counts = {
	.name = "search_word_counts",
	.sql = "INSERT INTO search_terms (term, crates)"
	       " SELECT p.term, COUNT(*) AS n FROM search_postings p FORCE INDEX "
	       "(search_postings_word)"
	       "  GROUP BY p.term HAVING n > 1000",
	.scan_ok = true,
};

static const struct db_stmt drop_gram_counts = {
	.name = "search_drop_gram_counts",
	.sql = "DELETE FROM search_gram_counts",
	.scan_ok = true,
};

static const struct db_stmt gram_counts = {
	.name = "search_gram_counts",
	.sql = "INSERT INTO search_gram_counts (gram, crates)"
	       " SELECT g.gram, COUNT(*) AS n FROM search_grams g FORCE INDEX (PRIMARY)"
	       "  GROUP BY g.gram HAVING n > 1000",
	.scan_ok = true,
};

static const struct err *count_words(struct db *db, void *ctx)
{
	const struct db_stmt *const steps[] = { &drop_word_counts, &word_counts, &drop_gram_counts,
						&gram_counts };
	const struct err *e = NULL;

	(void)ctx;
	for (size_t i = 0; !e && i < ARRAY_SIZE(steps); i++)
		e = db_exec(db, steps[i], DB_NO_ARGS, NULL);
	return e;
}

const struct err *db_search_count_words(struct db *db)
{
	return db_tx(db, count_words, NULL);
}

const struct db_stmt *const db_search_rebuild_stmts[] = {
	&source,      &first,      &changed, &drop_word_counts, &word_counts, &drop_gram_counts,
	&gram_counts, &popularity, NULL
};
