/*
 * Versions as their JSON object shows them (contract/api.md 7.2): the row with its publisher, and
 * the actions of owners on it, which come in one further query for a whole list.
 */
#pragma once

#include "db/user_view.h"

struct version_view {
	uint64_t id;
	struct text crate, num, semver_ord; /* crate: stored name */
	bool prerelease;
	int64_t created_us, updated_us;
	uint64_t downloads;
	struct text features; /* JSON object, keys sorted */
	bool yanked;
	struct text yank_message, links, license;
	uint64_t crate_size;
	struct sha256 tar_sha256;
	struct text rust_version;
	struct opt_u64 has_lib, marks; /* marks: app/registry/marks.h; not set: nobody has looked */
	struct text bin_names, edition, description, homepage, documentation, repository;
	struct text trustpub_data, linecounts; /* JSON */
	struct user_view publisher;
	struct version_action *actions; /* by db_version_actions */
	size_t nactions;
};

struct version_action {
	uint64_t version_id;
	uint64_t action; /* 0 publish, 1 yank, 2 unyank */
	int64_t time_us;
	struct user_view user;
};

/* How many versions of a crate one answer can hold; the most that any crate has had is below 3,000.
 */
enum { VERSION_LIST_MAX = 20000 };

/* num exactly as stored. ERR_NOT_FOUND in the reference's words, with crate and num as given. No
 * actions yet. */
const struct err *must_use db_version_view(struct db *db, uint64_t crate_id, struct text crate,
					   struct text num, struct version_view *ret);

/* By id; ERR_NOT_FOUND for none. */
const struct err *must_use db_version_view_by_id(struct db *db, uint64_t version_id,
						 struct version_view *ret);

/* All versions of a crate, id descending; at most VERSION_LIST_MAX. */
const struct err *must_use db_version_views(struct db *db, uint64_t crate_id,
					    struct version_view **ret, size_t *ret_n);

/* What sorting, seeking and filtering of a crate's versions needs; semver_ord descending, at most
 * VERSION_LIST_MAX. */
struct version_key {
	uint64_t id;
	struct text num, semver_ord;
	int64_t created_us;
	bool yanked, prerelease;
};

const struct err *must_use db_version_keys(struct db *db, uint64_t crate_id,
					   struct version_key **ret, size_t *ret_n);

/* Those of these ids, in no order; n is at most VERSION_IDS_MAX. */
enum { VERSION_IDS_MAX = 100 };
const struct err *must_use db_version_views_by_ids(struct db *db, const uint64_t *ids, size_t n,
						   struct version_view **ret, size_t *ret_n);

/* Fills actions of versions of one crate, in the order of their ids; one query. crate_id is theirs.
 */
const struct err *must_use db_version_actions_of_crate(struct db *db, uint64_t crate_id,
						       struct version_view *v, size_t n);

/* The same for a single version. */
const struct err *must_use db_version_actions(struct db *db, struct version_view *v);

/* The same for versions of any crates, at most VERSION_IDS_MAX. */
const struct err *must_use db_version_actions_by_ids(struct db *db, struct version_view *v,
						     size_t n);

/* Gives each action of a list sorted by (version_id, id) to its version; both are the caller's
 * arrays. */
void version_actions_share_out(struct version_action *actions, size_t nactions,
			       struct version_view *v, size_t n);

/* Columns and joins for other queries that bring versions along: FROM versions v JOIN crates c ...
 * VERSION_VIEW_JOIN. */
#define VERSION_VIEW_SQL                                                                           \
	"v.id, c.name AS crate, v.num, v.semver_ord, v.prerelease, v.created_us, v.updated_us, "   \
	"v.downloads,"                                                                             \
	" v.features, v.yanked, v.yank_message, v.links, v.license, v.crate_size, v.tar_sha256, "  \
	"v.rust_version,"                                                                          \
	" v.has_lib, v.bin_names, v.edition, v.description, v.homepage, v.documentation, "         \
	"v.repository,"                                                                            \
	" v.trustpub_data, v.linecounts, v.marks, " USER_VIEW_SQL("u", "pub_")
#define VERSION_VIEW_JOIN " LEFT JOIN users u ON u.id = v.published_by"
#define VERSION_VIEW_COLS                                                                          \
	DB_COL(struct version_view, id), DB_COL(struct version_view, crate),                       \
		DB_COL(struct version_view, num), DB_COL(struct version_view, semver_ord),         \
		DB_COL(struct version_view, prerelease), DB_COL(struct version_view, created_us),  \
		DB_COL(struct version_view, updated_us), DB_COL(struct version_view, downloads),   \
		DB_COL(struct version_view, features), DB_COL(struct version_view, yanked),        \
		DB_COL(struct version_view, yank_message), DB_COL(struct version_view, links),     \
		DB_COL(struct version_view, license), DB_COL(struct version_view, crate_size),     \
		DB_COL(struct version_view, tar_sha256),                                           \
		DB_COL(struct version_view, rust_version), DB_COL(struct version_view, has_lib),   \
		DB_COL(struct version_view, bin_names), DB_COL(struct version_view, edition),      \
		DB_COL(struct version_view, description), DB_COL(struct version_view, homepage),   \
		DB_COL(struct version_view, documentation),                                        \
		DB_COL(struct version_view, repository),                                           \
		DB_COL(struct version_view, trustpub_data),                                        \
		DB_COL(struct version_view, linecounts), DB_COL(struct version_view, marks),       \
		USER_VIEW_COLS(struct version_view, publisher, "pub_")

/* The same for the actions: FROM version_owner_actions a JOIN users u. */
#define VERSION_ACTION_SQL "a.version_id, a.action, a.time_us, " USER_VIEW_SQL("u", "user_")
#define VERSION_ACTION_COLS                                                                        \
	DB_COL(struct version_action, version_id), DB_COL(struct version_action, action),          \
		DB_COL(struct version_action, time_us),                                            \
		USER_VIEW_COLS(struct version_action, user, "user_")

extern const struct db_stmt *const db_version_view_stmts[];
