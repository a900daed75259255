-- What lists of dependents are filtered and sorted by (db/reverse.h), without a look at their requirements.

-- kinds: 1 normal, 2 build, 4 dev, added up; optional: all of them are; req_range: "1", "0.3", "*", "" for any other.
ALTER TABLE reverse_dependencies
	ADD COLUMN IF NOT EXISTS kinds TINYINT UNSIGNED NOT NULL DEFAULT 0,
	ADD COLUMN IF NOT EXISTS optional TINYINT UNSIGNED NOT NULL DEFAULT 0,
	ADD COLUMN IF NOT EXISTS req_range VARBINARY(24) NOT NULL DEFAULT '',
	ADD COLUMN IF NOT EXISTS dependent_name VARBINARY(64) NOT NULL DEFAULT '';

UPDATE reverse_dependencies r
  JOIN crates c ON c.id = r.dependent_crate_id
   SET r.dependent_name = c.canon_name,
       r.kinds = COALESCE((SELECT BIT_OR(1 << d.kind) FROM dependencies d
                            WHERE d.crate_id = r.target_crate_id AND d.version_id = r.version_id), 0),
       r.optional = COALESCE((SELECT MIN(d.optional) FROM dependencies d
                               WHERE d.crate_id = r.target_crate_id AND d.version_id = r.version_id), 0),
       r.req_range = COALESCE((SELECT CASE WHEN d.req = '*' THEN '*' WHEN d.req REGEXP '[,<>]' THEN ''
                                           WHEN d.req REGEXP '^[^0-9]*0[.][0-9]' THEN REGEXP_SUBSTR(d.req, '0[.][0-9]{1,20}')
                                           ELSE REGEXP_SUBSTR(d.req, '[0-9]{1,20}') END
                                 FROM dependencies d
                                WHERE d.crate_id = r.target_crate_id AND d.version_id = r.version_id
                                ORDER BY d.kind, d.id LIMIT 1), '')
 WHERE r.kinds = 0;

-- One for each order; a filter passes over entries of the index alone.
CREATE INDEX IF NOT EXISTS reverse_dependencies_by_downloads
	ON reverse_dependencies (target_crate_id, dependent_downloads, dependent_crate_id, kinds, optional, req_range);
CREATE INDEX IF NOT EXISTS reverse_dependencies_by_name
	ON reverse_dependencies (target_crate_id, dependent_name, dependent_crate_id, kinds, optional, req_range);
CREATE INDEX IF NOT EXISTS reverse_dependencies_by_version
	ON reverse_dependencies (target_crate_id, version_id, dependent_crate_id, kinds, optional, req_range);
