#include "db/elsewhere.h"

#include "app/registry/name.h"

static const struct db_stmt replacements_clear = {
	.name = "replacements_clear",
	.sql = "DELETE FROM std_replacements",
	.scan_ok = true, /* of some hundred rows */
};

static const struct db_stmt replacement_insert = {
	.name = "replacement_insert",
	.sql = "INSERT IGNORE INTO std_replacements (crate, description, url) VALUES (?, ?, ?)",
	.in = { DB_TEXT, DB_TEXT, DB_TEXT },
};

static const struct db_stmt playground_clear = {
	.name = "playground_clear",
	.sql = "DELETE FROM playground_crates",
	.scan_ok = true,
};

static const struct db_stmt playground_insert = {
	.name = "playground_insert",
	.sql = "INSERT IGNORE INTO playground_crates (crate, id) VALUES (?, ?)",
	.in = { DB_TEXT, DB_TEXT },
};

struct put {
	struct text mirror_name;
	const struct mirror_row *mirror;
	const struct said_row *v;
	size_t n;
	const struct db_stmt *clear, *insert;
};

static const struct err *put_all(struct db *db, void *ctx)
{
	const struct put *p = ctx;
	const struct err *e = db_mirror_put(db, p->mirror_name, p->mirror);

	if (!e)
		e = db_exec(db, p->clear, DB_NO_ARGS, NULL);
	for (size_t i = 0; !e && i < p->n; i++) {
		const struct said_row *r = &p->v[i];
		struct db_val crate = db_text(canon_name(db_arena(db), r->crate));

		if (p->insert == &replacement_insert)
			e = db_exec(db, p->insert,
				    DB_ARGS(crate, db_text(r->words), db_text(r->url)), NULL);
		else
			e = db_exec(db, p->insert, DB_ARGS(crate, db_text(r->words)), NULL);
	}
	return e;
}

const struct err *db_replacements_put(struct db *db, struct text mirror_name,
				      const struct mirror_row *mirror, const struct said_row *v,
				      size_t n)
{
	struct put p = { mirror_name, mirror, v, n, &replacements_clear, &replacement_insert };

	return db_tx(db, put_all, &p);
}

const struct err *db_playground_put(struct db *db, struct text mirror_name,
				    const struct mirror_row *mirror, const struct said_row *v,
				    size_t n)
{
	struct put p = { mirror_name, mirror, v, n, &playground_clear, &playground_insert };

	return db_tx(db, put_all, &p);
}

const struct db_stmt *const db_elsewhere_stmts[] = { &replacements_clear, &replacement_insert,
						     &playground_clear, &playground_insert, NULL };
