/*
 * What a database dump holds (contract/jobs.md 8): for each of its tables one statement, whose columns are those of the CSV
 * file, by name and in their order. What is not named here is nobody's business: a new column or table must be taken in here,
 * or be named in tests/http/test_dump.py as one that stays in.
 */
#pragma once

#include "db/db.h"

/* A row of any of the tables: columns of the same name have the same type. */
struct export_row {
	struct text avatar, bin_names, categories, category, date, description, documentation,
		edition, explicit_name, features, gh_login, has_lib, homepage, keyword, keywords,
		license, links, login, message, name, num, num_no_build, path, readme, repository,
		req, rust_version, slug, target, username;
	uint64_t category_id, crate_size, crates_cnt, downloads, id, keyword_id, kind, num_versions,
		owner_id, owner_kind, total_downloads, user_id, version_id;
	int64_t account_id, gh_id, github_id;
	struct opt_u64 crate_id, created_by, deleted_by, max_features, max_upload_size,
		published_by;
	struct opt_i64 available_at, created_at, deleted_at, org_id, updated_at;
	bool default_features, optional, trustpub_only, yanked;
	struct sha256 tar_sha256;
	struct opt_sha256 zip_json_sha256, zip_sha256;
};

/* How a value is written where its type does not say it. */
enum export_form {
	EXPORT_BY_TYPE,
	EXPORT_TIME,     /* µs */
	EXPORT_LIST,     /* a JSON list of texts: an array */
	EXPORT_FEATURES, /* a JSON object of such lists: jsonb */
};

struct export_table {
	const char *name;
	const struct db_stmt *rows; /* into a struct export_row, for db_each */
};

/* In the order of the files. */
enum { EXPORT_TABLES = 18 };
extern const struct export_table export_tables[EXPORT_TABLES];

enum export_form export_form(const struct export_table *t, const struct db_col *column);

extern const struct db_stmt *const db_export_stmts[];
