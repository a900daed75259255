/*
 * A row of reverse_dependencies, as whoever derives one writes it (db/derived.c, db/fsck.c, db/import.c): a crate depends on
 * another in its default version, in one or several requirements. What lists are filtered by is kept beside it.
 */
#pragma once

#define REVERSE_COLS                                                                               \
	"target_crate_id, dependent_crate_id, version_id, dependency_id, kinds, optional, "        \
	"req_range, dependent_name, dependent_downloads"

/*
 * Which versions a requirement takes, as far as lists tell them apart: "1" (compatible with 1.x), "0.3", "*" for any, "" for
 * several bounds and for what is no requirement.
 */
#define REVERSE_RANGE                                                                              \
	"CASE WHEN d.req = '*' THEN '*' WHEN d.req REGEXP '[,<>]' THEN ''"                         \
	" WHEN d.req REGEXP '^[^0-9]*0[.][0-9]' THEN REGEXP_SUBSTR(d.req, '0[.][0-9]{1,20}')"      \
	" ELSE REGEXP_SUBSTR(d.req, '[0-9]{1,20}') END"

/*
 * dependency_id, kinds, optional and req_range out of dependencies d, grouped by dependent: kinds has bit 1 << enum dep_kind
 * for each; optional is 1 where all are; the range is that of the first one, normal before build before dev.
 */
#define REVERSE_FACTS                                                                              \
	"MIN(d.id) AS dependency_id, BIT_OR(1 << d.kind) AS kinds, MIN(d.optional) AS optional,"   \
	" SUBSTRING_INDEX(GROUP_CONCAT(" REVERSE_RANGE " ORDER BY d.kind, d.id SEPARATOR '\\n'),"  \
	" '\\n', 1) AS req_range"
