#include "db/owned.h"

#include <stdlib.h>

/* Two narrow indexes and no row: owners of thousands of crates ask with each page of their front end. */
static const struct db_stmt crates = {
	.name = "owned_crates",
	.sql = "SELECT c.id, c.name, o.email_notifications"
	       "  FROM crate_owners o FORCE INDEX (crate_owners_owned)"
	       "  JOIN crates c FORCE INDEX (crates_narrow) ON c.id = o.crate_id"
	       " WHERE o.owner_kind = 0 AND o.owner_id = ? AND o.deleted = 0"
	       " ORDER BY c.name"
	       " LIMIT 20000",
	.in = { DB_U64 },
	.out = { DB_COL(struct owned_crate, id), DB_COL(struct owned_crate, name),
		 DB_COL(struct owned_crate, email_notifications) },
};

static const struct db_stmt notify = {
	.name = "owned_notify",
	.sql = "UPDATE crate_owners SET email_notifications = ?"
	       " WHERE crate_id = ? AND owner_kind = 0 AND owner_id = ? AND deleted = 0",
	.in = { DB_BOOL, DB_U64, DB_U64 },
};

/* clang-format off */

#define OF_OWNER "crate_owners o FORCE INDEX (crate_owners_owned)"
#define IS_OWNER " WHERE o.owner_kind = 0 AND o.owner_id = ? AND o.deleted = 0"

/*
 * Not sorted, which with such wide rows costs as much as half of the look-ups. What a job has not added up of the dependencies is
 * of few crates if of any: it is read once and not for each (db/dependency_count.h).
 */
static const struct db_stmt admin = {
	.name = "owned_admin",
	.sql = "SELECT c.name, c.description, c.updated_us, d.downloads,"
	       "       CAST(COALESCE(r.downloads, 0) AS UNSIGNED) AS recent_downloads,"
	       "       CAST(GREATEST(COALESCE(k.declared, 0) + COALESCE(x.n, 0), 0) AS UNSIGNED) AS dependents,"
	       "       n.num_versions, n.yanked, n.num AS default_version, v.crate_size, v.bin_names"
	       "  FROM " OF_OWNER
	       "  JOIN crates c ON c.id = o.crate_id"
	       "  JOIN crate_downloads d ON d.crate_id = c.id"
	       "  LEFT JOIN recent_crate_downloads r ON r.crate_id = c.id"
	       "  JOIN default_versions n ON n.crate_id = c.id"
	       "  JOIN versions v ON v.id = n.version_id"
	       "  LEFT JOIN dependents k ON k.crate_id = c.id"
	       "  LEFT JOIN (SELECT y.crate_id, SUM(y.n) AS n FROM " OF_OWNER " JOIN dependency_changes y ON y.crate_id = o.crate_id"
	       IS_OWNER " GROUP BY y.crate_id) x ON x.crate_id = c.id" IS_OWNER " LIMIT 20000",
	.in = { DB_U64, DB_U64 },
	.out = { DB_COL(struct owned_admin, name), DB_COL(struct owned_admin, description), DB_COL(struct owned_admin, updated_us),
		 DB_COL(struct owned_admin, downloads), DB_COL(struct owned_admin, recent_downloads),
		 DB_COL(struct owned_admin, dependents), DB_COL(struct owned_admin, num_versions),
		 DB_COL(struct owned_admin, yanked), DB_COL(struct owned_admin, default_version),
		 DB_COL(struct owned_admin, crate_size), DB_COL(struct owned_admin, bin_names) },
};
/* clang-format on */

const struct err *db_owned_crates(struct db *db, uint64_t user_id, struct owned_crate **ret,
				  size_t *ret_n)
{
	return db_all(db, &crates, DB_ARGS(db_u64(user_id)), sizeof(**ret), ret, ret_n);
}

struct notifying {
	uint64_t user_id;
	const struct owned_notify *v;
	size_t n;
};

static const struct err *notify_tx(struct db *db, void *ctx)
{
	const struct notifying *in = ctx;
	const struct err *e = NULL;

	for (size_t i = 0; i < in->n && !e; i++)
		e = db_exec(db, &notify,
			    DB_ARGS(db_bool(in->v[i].on), db_u64(in->v[i].crate_id),
				    db_u64(in->user_id)),
			    NULL);
	return e;
}

const struct err *db_owned_notify(struct db *db, uint64_t user_id, const struct owned_notify *v,
				  size_t n)
{
	struct notifying in = { user_id, v, n };

	return n ? db_tx(db, notify_tx, &in) : NULL;
}

static int name_cmp(const void *a, const void *b)
{
	const struct owned_admin *x = a, *y = b;

	return text_cmp(x->name, y->name);
}

const struct err *db_owned_admin(struct db *db, uint64_t user_id, struct owned_admin **ret,
				 size_t *ret_n)
{
	struct db_val user = db_u64(user_id);
	const struct err *e = db_all(db, &admin, DB_ARGS(user, user), sizeof(**ret), ret, ret_n);

	if (!e && *ret_n)
		qsort(*ret, *ret_n, sizeof(**ret), name_cmp);
	return e;
}

const struct db_stmt *const db_owned_stmts[] = { &crates, &notify, &admin, NULL };
