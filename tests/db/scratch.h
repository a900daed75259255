/* A connection for the tests that tests/with-mariadb.sh runs. */
#pragma once

#include "db/db.h"

#include "app/base/arena.h"
#include "app/base/config.h"

#include <stdlib.h>

/* From the environment; every test of one process shares it. */
static inline const struct config *scratch_config(void)
{
	static struct config c;

	c.db.socket = text_from(getenv("CRATEHOUSE_DB_SOCKET"));
	c.db.user = text_from(getenv("CRATEHOUSE_DB_USER"));
	c.db.name = text_from(getenv("CRATEHOUSE_DB_NAME"));
	c.db.connect_timeout_s = 5;
	c.db.query_timeout_s = 20;
	c.site.domain = TEXT("crates.test");
	c.site.url = TEXT("http://crates.test");
	return &c;
}

static inline struct db *scratch_db(struct arena *a)
{
	struct db *db = db_new(scratch_config());

	db_use_arena(db, a);
	return db;
}
