#include "db/import.h"

#include "app/base/arena.h"
#include "app/base/time.h"
#include "db/dependency_count.h"
#include "db/reverse.h"
#include "db/tops.h"

#include <stddef.h>

/* ---- rows of the dump */

/* clang-format off */

/* An INSERT for many rows (as many as make a text that every compiler takes), for eight and for one. */
#define PUT(table, many, head, group, tail, ...) \
	static const struct db_stmt table##_many = { \
		.name = "import_" #table "_" #many, .sql = head " VALUES " DB_ROWS_##many(group) tail, \
		.in = { __VA_ARGS__ }, .in_repeat = many \
	}; \
	static const struct db_stmt table##_8 = { \
		.name = "import_" #table "_8", .sql = head " VALUES " DB_ROWS_8(group) tail, \
		.in = { __VA_ARGS__ }, .in_repeat = 8 \
	}; \
	static const struct db_stmt table##_1 = { \
		.name = "import_" #table "_1", .sql = head " VALUES " group tail, .in = { __VA_ARGS__ } \
	}; \
	static const struct db_stmt *const put_##table[] = { &table##_many, &table##_8, &table##_1, NULL }
#define PUT_STMTS(table) &table##_many, &table##_8, &table##_1

PUT(reserved_crate_names, 128, "INSERT IGNORE INTO reserved_crate_names (name, canon_name)", "(?,?)", "", DB_TEXT, DB_TEXT);
PUT(reserved_usernames, 128, "INSERT IGNORE INTO reserved_usernames (username, canon_username)", "(?,?)", "",
    DB_TEXT, DB_TEXT);
PUT(users, 128, "INSERT INTO users (id, username, canon_username, gh_login, gh_login_lower, gh_id, name, created_us)",
    "(?,?,?,?,?,?,?,?)", "", DB_U64, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_I64, DB_TEXT, DB_OPT_I64);
PUT(oauth_github, 128,
    "INSERT IGNORE INTO oauth_github (account_id, user_id, login, avatar, encrypted_token, last_sync_us)",
    "(?,?,?,?,'',0)", "", DB_I64, DB_U64, DB_TEXT, DB_TEXT);
PUT(teams, 128, "INSERT INTO teams (id, login, github_id, org_id, name, avatar)", "(?,?,?,?,?,?)", "",
    DB_U64, DB_TEXT, DB_I64, DB_OPT_I64, DB_TEXT, DB_TEXT);
/* What the program itself knows of a category, its place, stays. */
PUT(categories, 128, "INSERT INTO categories (slug, category, description, path, created_us)", "(?,?,?,?,?)",
    " ON DUPLICATE KEY UPDATE description = VALUES(description), created_us = VALUES(created_us)",
    DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_I64);
PUT(keywords, 128, "INSERT INTO keywords (id, keyword, created_us)", "(?,?,?)", "", DB_U64, DB_TEXT, DB_I64);
PUT(crates, 64,
    "INSERT INTO crates (id, name, canon_name, created_us, updated_us, description, homepage, documentation, repository,"
    " readme, max_upload_size, max_features, trustpub_only)",
    "(?,?,?,?,?,?,?,?,?,?,?,?,?)", "",
    DB_U64, DB_TEXT, DB_TEXT, DB_I64, DB_I64, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_OPT_U64, DB_OPT_U64,
    DB_BOOL);
PUT(crate_downloads, 128, "INSERT INTO crate_downloads (crate_id, downloads)", "(?,?)", "", DB_U64, DB_U64);
PUT(crates_categories, 128, "INSERT INTO crates_categories (crate_id, category_id)", "(?,?)", "", DB_U64, DB_U64);
PUT(crates_keywords, 128, "INSERT INTO crates_keywords (crate_id, keyword_id)", "(?,?)", "", DB_U64, DB_U64);
PUT(crate_owners, 128,
    "INSERT INTO crate_owners (crate_id, owner_kind, owner_id, created_us, updated_us, created_by)",
    "(?,?,?,?,?,?)", "", DB_U64, DB_U64, DB_U64, DB_I64, DB_I64, DB_OPT_U64);
PUT(deleted_crates, 128,
    "INSERT INTO deleted_crates (name, canon_name, created_us, deleted_us, deleted_by, message, available_us)",
    "(?,?,?,?,?,?,?)", "", DB_TEXT, DB_TEXT, DB_I64, DB_I64, DB_OPT_U64, DB_TEXT, DB_I64);
PUT(versions, 32,
    "INSERT INTO versions (id, crate_id, num, num_no_build, semver_ord, prerelease, created_us, updated_us, downloads,"
    " features, yanked, license, crate_size, published_by, tar_sha256, links, rust_version, has_lib, bin_names, edition,"
    " description, homepage, documentation, repository, categories, keywords, zip_sha256, zip_json_sha256, without_bytes)",
    "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,1)", "",
    DB_U64, DB_U64, DB_TEXT, DB_TEXT, DB_TEXT, DB_BOOL, DB_I64, DB_I64, DB_U64,
    DB_TEXT, DB_BOOL, DB_TEXT, DB_U64, DB_OPT_U64, DB_SHA256, DB_TEXT, DB_TEXT, DB_BOOL, DB_TEXT, DB_TEXT,
    DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_OPT_SHA256, DB_OPT_SHA256);
PUT(dependencies, 128,
    "INSERT INTO dependencies (id, version_id, crate_id, crate_name, req, optional, default_features, features, target,"
    " kind, explicit_name)",
    "(?,?,?,?,?,?,?,?,?,?,?)", "",
    DB_U64, DB_U64, DB_U64, DB_TEXT, DB_TEXT, DB_BOOL, DB_BOOL, DB_TEXT, DB_TEXT, DB_U64, DB_TEXT);
/* All of it is in the sums that the dump has. */
PUT(version_downloads, 128,
    "INSERT INTO version_downloads (version_id, date, downloads, counted, processed)",
    "(?,?,?,?,1)", "", DB_U64, DB_TEXT, DB_U64, DB_U64);
PUT(metadata, 128, "INSERT INTO metadata (id, total_downloads)", "(1, ?)",
    " ON DUPLICATE KEY UPDATE total_downloads = VALUES(total_downloads)", DB_U64);

static const struct db_stmt *const *const tables[IMPORT_TABLES] = {
	[IMPORT_RESERVED_CRATE_NAMES] = put_reserved_crate_names,
	[IMPORT_RESERVED_USERNAMES] = put_reserved_usernames,
	[IMPORT_USERS] = put_users,
	[IMPORT_OAUTH_GITHUB] = put_oauth_github,
	[IMPORT_TEAMS] = put_teams,
	[IMPORT_CATEGORIES] = put_categories,
	[IMPORT_KEYWORDS] = put_keywords,
	[IMPORT_CRATES] = put_crates,
	[IMPORT_CRATE_DOWNLOADS] = put_crate_downloads,
	[IMPORT_CRATES_CATEGORIES] = put_crates_categories,
	[IMPORT_CRATES_KEYWORDS] = put_crates_keywords,
	[IMPORT_CRATE_OWNERS] = put_crate_owners,
	[IMPORT_DELETED_CRATES] = put_deleted_crates,
	[IMPORT_VERSIONS] = put_versions,
	[IMPORT_DEPENDENCIES] = put_dependencies,
	[IMPORT_VERSION_DOWNLOADS] = put_version_downloads,
	[IMPORT_METADATA] = put_metadata,
};
/* clang-format on */

size_t db_import_width(enum import_table t)
{
	size_t n = 0;

	BUG_ON((size_t)t >= ARRAY_SIZE(tables));
	while (tables[t][n + 1])
		n++;
	return db_stmt_params(tables[t][n]);
}

const struct err *db_import_put(struct db *db, enum import_table t, struct db_vals rows)
{
	BUG_ON((size_t)t >= ARRAY_SIZE(tables));
	return db_exec_rows(db, tables[t], rows);
}

/* ---- how far it is */

static const struct db_stmt step = {
	.name = "import_step",
	.sql = "SELECT position, line, n, wrong, done, note FROM import_steps WHERE name = ?",
	.in = { DB_TEXT },
	.out = { DB_COL(struct import_step, position), DB_COL(struct import_step, line),
		 DB_COL(struct import_step, n), DB_COL(struct import_step, wrong),
		 DB_COL(struct import_step, done), DB_COL(struct import_step, note) },
};

static const struct db_stmt step_put = {
	.name = "import_step_put",
	.sql = "INSERT INTO import_steps (name, position, line, n, wrong, done, note)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?)"
	       " ON DUPLICATE KEY UPDATE position = VALUES(position), line = VALUES(line),"
	       "  n = VALUES(n), wrong = VALUES(wrong), done = VALUES(done), note = VALUES(note)",
	.in = { DB_TEXT, DB_U64, DB_U64, DB_U64, DB_U64, DB_BOOL, DB_TEXT },
};

const struct err *db_import_step(struct db *db, struct text name, struct import_step *ret)
{
	struct import_step s = { 0 };
	bool found;
	const struct err *e = db_maybe(db, &step, DB_ARGS(db_text(name)), &s, &found);

	if (!e)
		*ret = s;
	return e;
}

const struct err *db_import_step_put(struct db *db, struct text name, const struct import_step *s)
{
	return db_exec(db, &step_put,
		       DB_ARGS(db_text(name), db_u64(s->position), db_u64(s->line), db_u64(s->n),
			       db_u64(s->wrong), db_bool(s->done), db_text(s->note)),
		       NULL);
}

/* ---- the registry it is loaded into */

struct number_row {
	uint64_t n;
};

static const struct db_stmt others = {
	.name = "import_others",
	.sql = "SELECT CAST(COALESCE((SELECT COUNT(*) FROM (SELECT 1 FROM crates LIMIT 2) c)"
	       "          + (SELECT COUNT(*) FROM (SELECT 1 FROM teams LIMIT 2) t), 0) AS "
	       "UNSIGNED) AS n",
	.out = { DB_COL(struct number_row, n) },
	.scan_ok = true,
};

static const struct db_stmt drop_keywords = {
	.name = "import_drop_keywords",
	.sql = "DELETE FROM keywords",
	.scan_ok = true,
};

const struct err *db_import_session(struct db *db)
{
	db_be_patient(db);
	return db_raw(db, TEXT("SET SESSION foreign_key_checks = 0"));
}

const struct err *db_import_others(struct db *db, uint64_t *ret)
{
	struct number_row row;
	const struct err *e = db_one(db, &others, DB_NO_ARGS, &row);

	if (!e)
		*ret = row.n;
	return e;
}

const struct err *db_import_clean(struct db *db)
{
	return db_exec(db, &drop_keywords, DB_NO_ARGS, NULL);
}

/* ---- what rows refer to */

#define NAMES(n, from, name_column)                                                                \
	{                                                                                          \
		.name = "import_names_of_" n,                                                      \
		.sql = "SELECT id, " name_column " AS name FROM " from " ORDER BY id",             \
		.out = { DB_COL(struct import_name, id), DB_COL(struct import_name, name) },       \
		.scan_ok = true,                                                                   \
	}
#define NO_NAME "CAST(NULL AS BINARY)"

static const struct db_stmt names[IMPORT_NAMES] = {
	[IMPORT_IDS_OF_CRATES] = NAMES("crates", "crates", "name"),
	[IMPORT_IDS_OF_VERSIONS] = NAMES("versions", "versions", NO_NAME),
	[IMPORT_IDS_OF_USERS] = NAMES("users", "users", NO_NAME),
	[IMPORT_IDS_OF_TEAMS] = NAMES("teams", "teams", NO_NAME),
	[IMPORT_IDS_OF_KEYWORDS] = NAMES("keywords", "keywords", NO_NAME),
	[IMPORT_IDS_OF_CATEGORIES] = NAMES("categories", "categories", "slug"),
};

const struct err *db_import_names(struct db *db, enum import_names which,
				  const struct err *(*fn)(void *ctx, const void *row), void *ctx)
{
	struct import_name row;

	BUG_ON((size_t)which >= ARRAY_SIZE(names));
	return db_each(db, &names[which], DB_NO_ARGS, &row, fn, ctx);
}

static const struct db_stmt local_users = {
	.name = "import_local_users",
	.sql = "SELECT id, gh_id FROM users ORDER BY id LIMIT 10001",
	.out = { DB_COL(struct import_local_user, id), DB_COL(struct import_local_user, gh_id) },
	.scan_ok = true,
};

static const struct db_stmt user_put = {
	.name = "import_user_put",
	.sql = "INSERT INTO import_users (dump_id, user_id, was_here) VALUES (?, ?, ?)",
	.in = { DB_U64, DB_U64, DB_BOOL },
};

static const struct db_stmt mapped_users = {
	.name = "import_users",
	.sql = "SELECT dump_id, user_id, was_here FROM import_users ORDER BY dump_id LIMIT 20000",
	.out = { DB_COL(struct import_user, dump_id), DB_COL(struct import_user, user_id),
		 DB_COL(struct import_user, was_here) },
	.scan_ok = true,
};

const struct err *db_import_local_users(struct db *db, struct import_local_user **ret,
					size_t *ret_n)
{
	return db_all(db, &local_users, DB_NO_ARGS, sizeof(**ret), ret, ret_n);
}

const struct err *db_import_user_put(struct db *db, const struct import_user *u)
{
	return db_exec(db, &user_put,
		       DB_ARGS(db_u64(u->dump_id), db_u64(u->user_id), db_bool(u->was_here)), NULL);
}

const struct err *db_import_users(struct db *db, struct import_user **ret, size_t *ret_n)
{
	return db_all(db, &mapped_users, DB_NO_ARGS, sizeof(**ret), ret, ret_n);
}

/* ---- what is derived */

static const struct db_stmt index_rows = {
	.name = "import_index_rows",
	.sql = "INSERT INTO crate_index (canon_name, name, index_gen, index_stamp)"
	       " SELECT c.canon_name, c.name, 1, ? FROM crates c WHERE c.id BETWEEN ? AND ?"
	       " ON DUPLICATE KEY UPDATE name = VALUES(name), index_gen = index_gen + 1,"
	       "                         index_stamp = GREATEST(VALUES(index_stamp), index_stamp + "
	       "1)",
	.in = { DB_I64, DB_U64, DB_U64 },
};

static const struct db_stmt downloads = {
	.name = "import_downloads",
	.sql = "INSERT IGNORE INTO crate_downloads (crate_id, downloads)"
	       " SELECT c.id, 0 FROM crates c WHERE c.id BETWEEN ? AND ?",
	.in = { DB_U64, DB_U64 },
};

/* NULL where no version was downloaded on any of these days. */
static const struct db_stmt recent = {
	.name = "import_recent",
	.sql = "INSERT INTO recent_crate_downloads (crate_id, downloads)"
	       " SELECT c.id, (SELECT SUM(d.downloads) FROM versions v"
	       "                 JOIN version_downloads d ON d.version_id = v.id AND d.date > ?"
	       "                WHERE v.crate_id = c.id)"
	       "   FROM crates c WHERE c.id BETWEEN ? AND ?",
	.in = { DB_TEXT, DB_U64, DB_U64 },
};

static const struct db_stmt no_dependents = {
	.name = "import_no_dependents",
	.sql = "INSERT INTO dependents (crate_id, n)"
	       " SELECT c.id, 0 FROM crates c WHERE c.id BETWEEN ? AND ?",
	.in = { DB_U64, DB_U64 },
};

/* Highest by (not yanked, release, precedence): contract/publish.md 17.1. */
static const struct db_stmt defaults = {
	.name = "import_default_versions",
	.sql = "INSERT INTO default_versions (crate_id, version_id, num_versions, " TOPS_COLS ")"
	       " SELECT d.crate_id, d.id, d.n, " TOPS_FACTS
	       "   FROM (SELECT v.crate_id, v.id, COUNT(*) OVER (PARTITION BY v.crate_id) AS n,"
	       "                ROW_NUMBER() OVER (PARTITION BY v.crate_id"
	       "                     ORDER BY v.yanked, v.prerelease, v.semver_ord DESC, v.id "
	       "DESC) AS place"
	       "           FROM versions v FORCE INDEX (versions_default)"
	       "          WHERE v.crate_id BETWEEN ? AND ?) d"
	       "   JOIN versions v ON v.id = d.id"
	       "  WHERE d.place = 1",
	.in = { DB_U64, DB_U64 },
};

static const struct db_stmt yanked = {
	.name = "import_yanked",
	.sql = "INSERT INTO yanked_crates (crate_id)"
	       " SELECT crate_id FROM default_versions WHERE yanked = 1 AND crate_id BETWEEN ? AND "
	       "?",
	.in = { DB_U64, DB_U64 },
};

static const struct db_stmt reverse = {
	.name = "import_reverse_dependencies",
	.sql = "INSERT INTO reverse_dependencies (" REVERSE_COLS ")"
	       " SELECT d.crate_id, dv.crate_id, dv.version_id, " REVERSE_FACTS ","
	       "        MIN(n.canon_name), COALESCE(MAX(c.downloads), 0)"
	       "   FROM default_versions dv"
	       "   JOIN crates n ON n.id = dv.crate_id"
	       "   JOIN dependencies d ON d.version_id = dv.version_id AND d.crate_id IS NOT NULL"
	       "   LEFT JOIN crate_downloads c ON c.crate_id = dv.crate_id"
	       "  WHERE dv.crate_id BETWEEN ? AND ? AND dv.yanked = 0"
	       "  GROUP BY d.crate_id, dv.crate_id, dv.version_id",
	.in = { DB_U64, DB_U64 },
};

static const struct db_stmt dependents = {
	.name = "import_dependents",
	.sql = "INSERT INTO dependents (crate_id, n)"
	       " SELECT r.target_crate_id, COUNT(*) FROM reverse_dependencies r"
	       "  WHERE r.target_crate_id BETWEEN ? AND ? GROUP BY r.target_crate_id"
	       " ON DUPLICATE KEY UPDATE n = VALUES(n)",
	.in = { DB_U64, DB_U64 },
};

static const struct db_stmt declared = {
	.name = "import_declared",
	.sql = "UPDATE dependents t SET t.declared = " DECLARED_WANTED_SQL(
		"t.crate_id") " WHERE t.crate_id BETWEEN ? AND ?",
	.in = { DB_U64, DB_U64 },
};

static const struct db_stmt keyword_counts = {
	.name = "import_keyword_counts",
	.sql = "UPDATE keywords k SET k.crates_cnt ="
	       "  (SELECT COUNT(*) FROM crates_keywords x WHERE x.keyword_id = k.id)",
	.scan_ok = true,
};

static const struct db_stmt category_counts = {
	.name = "import_category_counts",
	.sql = "UPDATE categories g SET g.crates_cnt ="
	       "  (SELECT COUNT(*) FROM crates_categories x WHERE x.category_id = g.id)",
	.scan_ok = true,
};

static const struct db_stmt totals = {
	.name = "import_totals",
	.sql = "UPDATE metadata SET num_crates = (SELECT COUNT(*) FROM crates),"
	       "                    num_keywords = (SELECT COUNT(*) FROM keywords),"
	       "                    recent_date = NULL WHERE id = 1",
	.scan_ok = true,
};

static const struct db_stmt range = {
	.name = "import_range",
	.sql = "SELECT CAST(COALESCE(MAX(id), 0) AS UNSIGNED) AS n"
	       "  FROM (SELECT id FROM crates WHERE id > ? ORDER BY id LIMIT 500) c",
	.in = { DB_U64 },
	.out = { DB_COL(struct number_row, n) },
};

static const struct err *counters(struct db *db, struct db_val from, struct db_val to,
				  int64_t now_us)
{
	struct time_text first = time_date(now_us - (int64_t)90 * 24 * 3600 * US_PER_S);
	const struct err *e = db_exec(db, &downloads, DB_ARGS(from, to), NULL);

	if (!e)
		e = db_exec(db, &recent, DB_ARGS(db_text(text_from(first.s)), from, to), NULL);
	return e ? e : db_exec(db, &no_dependents, DB_ARGS(from, to), NULL);
}

const struct err *db_import_derive(struct db *db, enum import_derived what, uint64_t from_id,
				   uint64_t to_id, int64_t now_us)
{
	struct db_val from = db_u64(from_id), to = db_u64(to_id);
	const struct err *e;

	switch (what) {
	case IMPORT_INDEX_ROWS:
		return db_exec(db, &index_rows, DB_ARGS(db_i64(now_us / US_PER_S), from, to), NULL);
	case IMPORT_COUNTERS:
		return counters(db, from, to, now_us);
	case IMPORT_DEFAULT_VERSIONS:
		e = db_exec(db, &defaults, DB_ARGS(from, to), NULL);
		return e ? e : db_exec(db, &yanked, DB_ARGS(from, to), NULL);
	case IMPORT_REVERSE_DEPENDENCIES:
		return db_exec(db, &reverse, DB_ARGS(from, to), NULL);
	default:
		e = db_exec(db, &dependents, DB_ARGS(from, to), NULL);
		return e ? e : db_exec(db, &declared, DB_ARGS(from, to), NULL);
	}
}

const struct err *db_import_totals(struct db *db)
{
	const struct err *e = db_exec(db, &keyword_counts, DB_NO_ARGS, NULL);

	if (!e)
		e = db_exec(db, &category_counts, DB_NO_ARGS, NULL);
	return e ? e : db_exec(db, &totals, DB_NO_ARGS, NULL);
}

const struct err *db_import_range(struct db *db, uint64_t after, uint64_t *ret_last)
{
	struct number_row row;
	const struct err *e = db_one(db, &range, DB_ARGS(db_u64(after)), &row);

	if (!e)
		*ret_last = row.n > after ? row.n : after;
	return e;
}

/* clang-format off */
const struct db_stmt *const db_import_stmts[] = {
	PUT_STMTS(reserved_crate_names), PUT_STMTS(reserved_usernames), PUT_STMTS(users), PUT_STMTS(oauth_github),
	PUT_STMTS(teams), PUT_STMTS(categories), PUT_STMTS(keywords), PUT_STMTS(crates), PUT_STMTS(crate_downloads),
	PUT_STMTS(crates_categories), PUT_STMTS(crates_keywords), PUT_STMTS(crate_owners), PUT_STMTS(deleted_crates),
	PUT_STMTS(versions), PUT_STMTS(dependencies), PUT_STMTS(version_downloads), PUT_STMTS(metadata),
	&step, &step_put, &others, &drop_keywords,
	&names[IMPORT_IDS_OF_CRATES], &names[IMPORT_IDS_OF_VERSIONS], &names[IMPORT_IDS_OF_USERS],
	&names[IMPORT_IDS_OF_TEAMS], &names[IMPORT_IDS_OF_KEYWORDS], &names[IMPORT_IDS_OF_CATEGORIES],
	&local_users, &user_put, &mapped_users,
	&index_rows, &downloads, &recent, &no_dependents, &defaults, &yanked, &reverse, &dependents,
	&declared,
	&keyword_counts, &category_counts, &totals, &range, NULL
};
/* clang-format on */
