/* count_words: how many crates have the words that very many have, counted once a day. */
#include "app/jobs/kinds.h"
#include "app/server/app.h"
#include "db/search.h"

const struct err *job_count_words_run(struct job_run *r)
{
	return db_search_count_words(r->app->db);
}
