/*
 * What default_versions keeps of a crate's versions, so that lists need not look at the versions themselves (a row of theirs is
 * a page of memory that nobody else wanted: a hundred of them take 5 ms, these take 0.1). Whoever writes a row of it writes
 * these columns (db/derived.c, db/fsck.c, db/import.c).
 */
#pragma once

/* num and yanked are those of the default version; of the others NULL where the crate has no such version. */
#define TOPS_COLS "num, yanked, max_num, max_stable_num, newest_num"

/* clang-format off */

/* Each is the last row of an index range; no two versions of a crate have the same precedence (num_no_build is unique). */
#define TOPS_OF_CRATE(index) "SELECT t.num FROM versions t" index " WHERE t.crate_id = v.crate_id AND t.yanked = 0"
#define TOPS_MAX "(" TOPS_OF_CRATE("") " ORDER BY t.semver_ord DESC LIMIT 1)"
#define TOPS_MAX_STABLE "(" TOPS_OF_CRATE("") " AND t.prerelease = 0 ORDER BY t.semver_ord DESC LIMIT 1)"
/* No index has both the time and the precedence, so those of the latest time are found first: one, as a rule. */
#define TOPS_BY_TIME " FORCE INDEX (versions_crate_created)"
#define TOPS_NEWEST \
	"(" TOPS_OF_CRATE(TOPS_BY_TIME) \
	"    AND t.created_us = (SELECT l.created_us FROM versions l" TOPS_BY_TIME \
	"                         WHERE l.crate_id = v.crate_id AND l.yanked = 0 ORDER BY l.created_us DESC LIMIT 1)" \
	"  ORDER BY t.semver_ord DESC LIMIT 1)"

/* TOPS_COLS out of versions, where v is the default version. */
#define TOPS_FACTS "v.num, v.yanked, " TOPS_MAX ", " TOPS_MAX_STABLE ", " TOPS_NEWEST

/* clang-format on */
