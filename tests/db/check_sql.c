/* Every statement against the schema, on the empty database that tests/with-mariadb.sh makes. */
#include "db/check.h"

#include "app/base/arena.h"
#include "app/base/err.h"
#include "db/migrate.h"
#include "tests/db/scratch.h"

#include <stdio.h>

int main(void)
{
	struct arena *a = arena_new(0);
	struct db *db = scratch_db(a);
	struct db_check c = { 0 };
	uint64_t applied;
	const struct err *e = db_migrate(db, &applied);
	int status = 0;

	if (!e)
		e = db_check_all(db, true, &c);
	if (e) {
		fprintf(stderr, "%.*s %.*s\n", TEXT_F(e->detail), TEXT_F(e->cause));
		status = 1;
	} else {
		printf("%.*s%llu statements, %llu complaints\n", TEXT_F(c.report),
		       (unsigned long long)c.statements, (unsigned long long)c.complaints);
		status = c.complaints > 0;
	}
	db_free(db);
	arena_free(a);
	return status;
}
