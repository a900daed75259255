#include "db/derived.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/jw.h"
#include "app/base/time.h"
#include "db/dependency_count.h"
#include "db/job.h"
#include "db/reverse.h"
#include "db/tops.h"

enum { TARGETS_MAX = 20000, SETTLE_JOB_WAITS_US = 2 * US_PER_S };

/* ---- the index */

static const struct db_stmt changed = {
	.name = "index_changed",
	.sql = "INSERT INTO crate_index (canon_name, name, index_gen, index_stamp) VALUES (?, ?, "
	       "1, ?)"
	       " ON DUPLICATE KEY UPDATE index_gen = index_gen + 1,"
	       "                         index_stamp = GREATEST(VALUES(index_stamp), index_stamp + "
	       "1)",
	.in = { DB_TEXT, DB_TEXT, DB_I64 },
};

static const struct db_stmt respell = {
	.name = "index_respell",
	.sql = "UPDATE crate_index SET name = ? WHERE canon_name = ?",
	.in = { DB_TEXT, DB_TEXT },
};

const struct err *db_index_changed(struct db *db, struct text canon, struct text name,
				   int64_t now_us)
{
	return db_exec(db, &changed,
		       DB_ARGS(db_text(canon), db_text(name), db_i64(now_us / US_PER_S)), NULL);
}

const struct err *db_index_respell(struct db *db, struct text canon, struct text name)
{
	return db_exec(db, &respell, DB_ARGS(db_text(name), db_text(canon)), NULL);
}

const struct err *db_index_settle_job(struct db *db, struct text canon, int64_t now_us,
				      uint64_t *ret_id)
{
	return db_job_add_later(db, &job_settle,
				text_fmt(db_arena(db), "{\"name\":\"%.*s\"}", TEXT_F(canon)),
				job_settle.priority, now_us + SETTLE_JOB_WAITS_US, ret_id);
}

struct text db_index_git_data(struct arena *a, struct text name)
{
	return text_fmt(a, "{\"krate\":\"%.*s\"}", TEXT_F(name));
}

const struct err *db_index_git_job(struct db *db, struct text name)
{
	if (!db_config(db)->git_index.enabled)
		return NULL;
	return db_job_add(db, &job_sync_to_git_index, db_index_git_data(db_arena(db), name), NULL);
}

/* ---- the default version */

struct best_row {
	uint64_t id;
	bool yanked;
};

/* Each part is one look at the end of a range of versions_default; the first that has one wins. */
#define BEST(place, yanked, prerelease)                                                            \
	"(SELECT id, yanked, " place " AS place FROM versions"                                     \
	"  WHERE crate_id = ? AND yanked = " yanked " AND prerelease = " prerelease                \
	"  ORDER BY semver_ord DESC, id DESC LIMIT 1)"

static const struct db_stmt best = {
	.name = "derived_best_version",
	.sql = "SELECT b.id, b.yanked FROM (" BEST("1", "0", "0") " UNION ALL " BEST(
		"2", "0",
		"1") " UNION ALL " BEST("3", "1",
					"0") " UNION ALL " BEST("4", "1",
								"1") ") b ORDER BY b.place LIMIT 1",
	.in = { DB_U64, DB_U64, DB_U64, DB_U64 },
	.out = { DB_COL(struct best_row, id), DB_COL(struct best_row, yanked) },
};

struct default_row {
	uint64_t version_id, num_versions;
};

static const struct db_stmt default_of = {
	.name = "derived_default_of",
	.sql = "SELECT version_id, num_versions FROM default_versions WHERE crate_id = ? FOR "
	       "UPDATE",
	.in = { DB_U64 },
	.out = { DB_COL(struct default_row, version_id), DB_COL(struct default_row, num_versions) },
};

static const struct db_stmt default_insert = {
	.name = "derived_default_insert",
	.sql = "INSERT INTO default_versions (crate_id, version_id, num_versions, " TOPS_COLS ")"
	       " SELECT v.crate_id, v.id,"
	       "        (SELECT COUNT(*) FROM versions n WHERE n.crate_id = v.crate_id),"
	       "        " TOPS_FACTS " FROM versions v WHERE v.id = ?",
	.in = { DB_U64 },
};

static const struct db_stmt default_update = {
	.name = "derived_default_update",
	.sql = "UPDATE default_versions d JOIN versions v ON v.id = ?"
	       "   SET d.version_id = v.id, d.num_versions = ?, d.num = v.num, d.yanked = "
	       "v.yanked,"
	       "       d.max_num = " TOPS_MAX ", d.max_stable_num = " TOPS_MAX_STABLE
	       ",       d.newest_num = " TOPS_NEWEST " WHERE d.crate_id = v.crate_id",
	.in = { DB_U64, DB_U64 },
};

static const struct db_stmt yanked_put = {
	.name = "derived_yanked_put",
	.sql = "INSERT IGNORE INTO yanked_crates (crate_id) VALUES (?)",
	.in = { DB_U64 },
};

static const struct db_stmt yanked_drop = {
	.name = "derived_yanked_drop",
	.sql = "DELETE FROM yanked_crates WHERE crate_id = ?",
	.in = { DB_U64 },
};

/* ---- reverse dependencies */

struct target_row {
	uint64_t target_crate_id;
};

static const struct db_stmt targets = {
	.name = "derived_targets",
	.sql = "SELECT target_crate_id FROM reverse_dependencies"
	       " WHERE dependent_crate_id = ? ORDER BY target_crate_id LIMIT 20000",
	.in = { DB_U64 },
	.out = { DB_COL(struct target_row, target_crate_id) },
};

static const struct db_stmt wanted = {
	.name = "derived_wanted_targets",
	.sql = "SELECT DISTINCT CAST(COALESCE(crate_id, 0) AS UNSIGNED) AS target_crate_id FROM "
	       "dependencies"
	       " WHERE version_id = ? AND crate_id IS NOT NULL ORDER BY target_crate_id LIMIT "
	       "20000",
	.in = { DB_U64 },
	.out = { DB_COL_AS(struct target_row, target_crate_id, "target_crate_id") },
};

static const struct db_stmt drop_dependent = {
	.name = "derived_drop_dependent",
	.sql = "DELETE FROM reverse_dependencies WHERE dependent_crate_id = ?",
	.in = { DB_U64 },
};

static const struct db_stmt add_dependent = {
	.name = "derived_add_dependent",
	.sql = "INSERT INTO reverse_dependencies (" REVERSE_COLS ")"
	       " SELECT d.crate_id, ?, d.version_id, " REVERSE_FACTS ","
	       "        COALESCE((SELECT c.canon_name FROM crates c WHERE c.id = ?), ''),"
	       "        COALESCE((SELECT c.downloads FROM crate_downloads c WHERE c.crate_id = ?), "
	       "0)"
	       "   FROM dependencies d"
	       "  WHERE d.version_id = ? AND d.crate_id IS NOT NULL"
	       "  GROUP BY d.crate_id, d.version_id"
	       "  ORDER BY d.crate_id",
	.in = { DB_U64, DB_U64, DB_U64, DB_U64 },
};

static const struct db_stmt recount = {
	.name = "derived_recount",
	.sql = "INSERT INTO dependents (crate_id, n)"
	       " SELECT c.id, (SELECT COUNT(*) FROM reverse_dependencies r WHERE r.target_crate_id "
	       "= c.id)"
	       "   FROM crates c WHERE c.id = ?"
	       " ON DUPLICATE KEY UPDATE n = VALUES(n)",
	.in = { DB_U64 },
};

static const struct db_stmt resolve = {
	.name = "derived_resolve",
	.sql = "UPDATE dependencies SET crate_id = ? WHERE crate_name = ? AND crate_id IS NULL",
	.in = { DB_U64, DB_TEXT },
};

static const struct db_stmt add_target = {
	.name = "derived_add_target",
	.sql = "INSERT INTO reverse_dependencies (" REVERSE_COLS ")"
	       " SELECT d.crate_id, dv.crate_id, dv.version_id, " REVERSE_FACTS
	       ",        MIN(n.canon_name), COALESCE(MAX(c.downloads), 0)"
	       "   FROM dependencies d"
	       "   JOIN default_versions dv ON dv.version_id = d.version_id AND dv.yanked = 0"
	       "   JOIN crates n ON n.id = dv.crate_id"
	       "   LEFT JOIN crate_downloads c ON c.crate_id = dv.crate_id"
	       /* its own dependency on itself was there when its row was derived */
	       "  WHERE d.crate_id = ? AND dv.crate_id <> d.crate_id"
	       "  GROUP BY d.crate_id, dv.crate_id, dv.version_id",
	.in = { DB_U64 },
};

static const struct err *enqueue_recount(struct db *db, const uint64_t *ids, size_t n)
{
	struct buf b = buf_init(db_arena(db), 32 + n * 21);
	struct jw j = jw_init(&b);
	struct text data;
	const struct err *e;

	jw_object(&j, NULL);
	jw_array(&j, "crate_ids");
	for (size_t i = 0; i < n; i++)
		jw_u64(&j, NULL, ids[i]);
	jw_end(&j);
	jw_end(&j);
	e = buf_done(&b, &data);
	return e ? e : db_job_add(db, &job_dependents, data, NULL);
}

/* Those in one of the two sorted lists and not in both: their counts change. */
static size_t differ(struct arena *a, const struct target_row *x, size_t nx,
		     const struct target_row *y, size_t ny, uint64_t **ret)
{
	size_t i = 0, j = 0, n = 0;

	*ret = arena_array(a, nx + ny, sizeof(**ret));
	while (i < nx || j < ny) {
		if (j == ny || (i < nx && x[i].target_crate_id < y[j].target_crate_id))
			(*ret)[n++] = x[i++].target_crate_id;
		else if (i == nx || y[j].target_crate_id < x[i].target_crate_id)
			(*ret)[n++] = y[j++].target_crate_id;
		else
			i++, j++;
	}
	return n;
}

/* version_id 0: no rows (the default version is yanked, or there is none). */
static const struct err *rebuild_reverse(struct db *db, uint64_t crate_id, uint64_t version_id)
{
	struct target_row *before, *after = NULL;
	size_t nbefore, nafter = 0, n;
	uint64_t *ids;
	const struct err *e =
		db_all(db, &targets, DB_ARGS(db_u64(crate_id)), sizeof(*before), &before, &nbefore);

	if (!e && version_id)
		e = db_all(db, &wanted, DB_ARGS(db_u64(version_id)), sizeof(*after), &after,
			   &nafter);
	if (!e && nbefore)
		e = db_exec(db, &drop_dependent, DB_ARGS(db_u64(crate_id)), NULL);
	if (!e && nafter)
		e = db_exec(db, &add_dependent,
			    DB_ARGS(db_u64(crate_id), db_u64(crate_id), db_u64(crate_id),
				    db_u64(version_id)),
			    NULL);
	if (e)
		return e;
	n = differ(db_arena(db), before, nbefore, after, nafter, &ids);
	return n ? enqueue_recount(db, ids, n) : NULL;
}

/* Before: was there a row, and which version was it? */
static const struct err *write_default(struct db *db, const struct derived *d,
				       const struct default_row *was, bool had,
				       uint64_t now_default)
{
	if (!had)
		return db_exec(db, &default_insert, DB_ARGS(db_u64(now_default)), NULL);
	return db_exec(db, &default_update,
		       DB_ARGS(db_u64(now_default),
			       db_u64((uint64_t)((int64_t)was->num_versions + d->added))),
		       NULL);
}

const struct err *db_derive(struct db *db, struct derived *d)
{
	struct db_val id = db_u64(d->crate_id);
	struct best_row top = { 0 };
	struct default_row was = { 0 };
	bool had, found;
	const struct err *e = db_maybe(db, &default_of, DB_ARGS(id), &was, &had);

	if (!e)
		e = db_maybe(db, &best, DB_ARGS(id, id, id, id), &top, &found);
	if (e)
		return e;
	if (!found) { /* the row of a crate whose last version went has gone with that version */
		d->ret_changed = had;
		return rebuild_reverse(db, d->crate_id, 0);
	}
	e = write_default(db, d, &was, had, top.id);
	d->ret_changed = !had || was.version_id != top.id;
	if (!e && (had || d->added <= 0)) /* else its first version came just now: not there */
		e = db_exec(db, top.yanked ? &yanked_put : &yanked_drop, DB_ARGS(id), NULL);
	if (e)
		return e;
	return rebuild_reverse(db, d->crate_id, top.yanked ? 0 : top.id);
}

const struct err *db_derive_gone(struct db *db, uint64_t crate_id)
{
	return rebuild_reverse(db, crate_id, 0);
}

const struct err *db_dependents_recount(struct db *db, uint64_t crate_id)
{
	return db_exec(db, &recount, DB_ARGS(db_u64(crate_id)), NULL);
}

const struct err *db_resolve_dependencies(struct db *db, uint64_t crate_id, struct text name)
{
	uint64_t n = 0;
	const struct err *e = db_exec(db, &resolve, DB_ARGS(db_u64(crate_id), db_text(name)), &n);

	if (e || !n)
		return e;
	e = db_dependencies_found(db, crate_id, n);
	if (!e)
		e = db_exec(db, &add_target, DB_ARGS(db_u64(crate_id)), NULL);
	return e ? e : enqueue_recount(db, &crate_id, 1);
}

const struct db_stmt *const db_derived_stmts[] = {
	&changed,    &respell,    &best,           &default_of,    &default_insert, &default_update,
	&targets,    &wanted,     &drop_dependent, &add_dependent, &recount,        &resolve,
	&add_target, &yanked_put, &yanked_drop,    NULL,
};
