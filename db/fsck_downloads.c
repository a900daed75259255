/* The sums of downloads, for fsck: apart from db/fsck.c because they are asked for where downloads are counted alone. */
#include "db/fsck_parts.h"

#define DAYS_OF(version)                                                                           \
	"COALESCE((SELECT SUM(d.counted) FROM version_downloads d"                                 \
	"           WHERE d.version_id = " version "), 0)"

const struct db_stmt fsck_find_version_sums = FIND(
	"version_sums", "SELECT c.id, c.name, v.downloads AS kept,"
			"       CAST(" DAYS_OF("v.id") " AS UNSIGNED) AS counted"
						       "  FROM versions v JOIN crates c ON c.id = "
						       "v.crate_id HAVING kept < counted");

const struct db_stmt fsck_find_crate_sums = FIND(
	"crate_sums", "SELECT c.id, c.name, d.downloads AS kept,"
		      "       CAST(COALESCE((SELECT SUM(v.downloads) FROM versions v"
		      "                       WHERE v.crate_id = c.id), 0) AS UNSIGNED) AS counted"
		      "  FROM crates c JOIN crate_downloads d ON d.crate_id = c.id"
		      " HAVING kept < counted");

#define RECENT_OF(crate)                                                                           \
	"(SELECT SUM(d.counted) FROM versions v JOIN version_downloads d ON d.version_id = v.id"   \
	"   AND d.date > (SELECT recent_date - INTERVAL 90 DAY FROM metadata WHERE id = 1)"        \
	"  WHERE v.crate_id = " crate ")"

/* Where the days are not known, update_downloads has not run yet. */
const struct db_stmt fsck_find_recent_sums =
	FIND("recent_sums",
	     "SELECT c.id, c.name, CAST(COALESCE(r.downloads, 0) AS UNSIGNED) AS kept,"
	     "       CAST(COALESCE(" RECENT_OF(
		     "c.id") ", 0) AS UNSIGNED) AS counted"
			     "  FROM crates c JOIN recent_crate_downloads r ON r.crate_id = c.id"
			     " WHERE EXISTS (SELECT 1 FROM metadata WHERE recent_date IS NOT NULL)"
			     " HAVING kept <> counted");

const struct db_stmt fsck_find_dependent_sums = FIND(
	"dependent_sums",
	"SELECT c.id, c.name, CAST(COALESCE(MAX(r.dependent_downloads), 0) AS UNSIGNED) AS kept,"
	"       CAST(COALESCE(MAX(d.downloads), 0) AS UNSIGNED) AS counted"
	"  FROM reverse_dependencies r"
	"  JOIN crates c ON c.id = r.dependent_crate_id"
	"  JOIN crate_downloads d ON d.crate_id = c.id"
	" WHERE r.dependent_downloads <> d.downloads GROUP BY c.id, c.name");

const struct db_stmt fsck_find_site_sum =
	FIND("site_sum", "SELECT CAST(m.id AS UNSIGNED) AS id, 'all' AS name,"
			 "       m.total_downloads AS kept,"
			 "       CAST(COALESCE((SELECT SUM(downloads) FROM crate_downloads),"
			 "                     0) AS UNSIGNED) AS counted"
			 "  FROM metadata m HAVING kept < counted");

const struct db_stmt fsck_mend_version_sums = {
	.name = "fsck_mend_version_sums",
	.sql = "UPDATE versions v"
	       "   SET v.downloads = GREATEST(v.downloads, " DAYS_OF(
		       "v.id") ")"
			       " WHERE v.crate_id = ?",
	.in = { DB_U64 },
};

const struct db_stmt fsck_mend_crate_sum = {
	.name = "fsck_mend_crate_sum",
	.sql = "UPDATE crate_downloads SET downloads = GREATEST(downloads,"
	       "       COALESCE((SELECT SUM(v.downloads) FROM versions v"
	       "                  WHERE v.crate_id = crate_downloads.crate_id), 0))"
	       " WHERE crate_id = ?",
	.in = { DB_U64 },
};

const struct db_stmt fsck_mend_recent_sum = {
	.name = "fsck_mend_recent_sum",
	.sql = "UPDATE recent_crate_downloads r SET r.downloads = " RECENT_OF(
		"r.crate_id") " WHERE r.crate_id = ?",
	.in = { DB_U64 },
};

const struct db_stmt fsck_mend_dependent_sums = {
	.name = "fsck_mend_dependent_sums",
	.sql = "UPDATE reverse_dependencies r"
	       "  JOIN crate_downloads d ON d.crate_id = r.dependent_crate_id"
	       "   SET r.dependent_downloads = d.downloads WHERE r.dependent_crate_id = ?",
	.in = { DB_U64 },
};

const struct db_stmt fsck_mend_site_sum = {
	.name = "fsck_mend_site_sum",
	.sql = "UPDATE metadata SET total_downloads = GREATEST(total_downloads,"
	       "       COALESCE((SELECT SUM(downloads) FROM crate_downloads), 0)) WHERE id = 1",
	.scan_ok = true,
};
