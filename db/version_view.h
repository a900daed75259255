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
	struct opt_u64 published_by;
	const struct user_view *publisher; /* NULL: nobody, or nobody is left */
	struct version_action *actions;    /* by db_version_actions */
	size_t nactions;
};

struct version_action {
	uint64_t id, version_id;
	uint64_t action; /* 0 publish, 1 yank, 2 unyank */
	int64_t time_us;
	uint64_t user_id;
	const struct user_view *user;
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

/*
 * All versions of a crate with their actions, id descending; at most VERSION_LIST_MAX. crate: its stored name. Three queries: each
 * of the few people that publish a crate is read once, and not with each version.
 */
const struct err *must_use db_version_views(struct db *db, uint64_t crate_id, struct text crate,
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

/* Those of these ids, in no order and without actions, and of their publishers id and login alone; n is at most VERSION_IDS_MAX. */
enum { VERSION_IDS_MAX = 100 };
const struct err *must_use db_version_views_by_ids(struct db *db, const uint64_t *ids, size_t n,
						   struct version_view **ret, size_t *ret_n);

/* The same with actions, in the order of their ids, and with all of the people; three queries. */
const struct err *must_use db_version_views_acted(struct db *db, const uint64_t *ids, size_t n,
						  struct version_view **ret, size_t *ret_n);

/* Fills the actions of one, in the order of their ids; one query. */
const struct err *must_use db_version_actions(struct db *db, struct version_view *v);

extern const struct db_stmt *const db_version_view_stmts[];
