-- What lists show of a crate's versions, beside its default version: no list looks at the versions themselves (db/tops.h).

ALTER TABLE default_versions
	ADD COLUMN IF NOT EXISTS num            VARBINARY(150)   NOT NULL DEFAULT '',
	ADD COLUMN IF NOT EXISTS yanked         TINYINT UNSIGNED NOT NULL DEFAULT 0,
	ADD COLUMN IF NOT EXISTS max_num        VARBINARY(150)   NULL,
	ADD COLUMN IF NOT EXISTS max_stable_num VARBINARY(150)   NULL,
	ADD COLUMN IF NOT EXISTS newest_num     VARBINARY(150)   NULL;

UPDATE default_versions d
  JOIN versions v ON v.id = d.version_id
   SET d.num = v.num, d.yanked = v.yanked,
       d.max_num = (SELECT t.num FROM versions t WHERE t.crate_id = v.crate_id AND t.yanked = 0
                     ORDER BY t.semver_ord DESC LIMIT 1),
       d.max_stable_num = (SELECT t.num FROM versions t
                            WHERE t.crate_id = v.crate_id AND t.yanked = 0 AND t.prerelease = 0
                            ORDER BY t.semver_ord DESC LIMIT 1),
       d.newest_num = (SELECT t.num FROM versions t FORCE INDEX (versions_crate_created)
                        WHERE t.crate_id = v.crate_id AND t.yanked = 0
                          AND t.created_us = (SELECT l.created_us FROM versions l FORCE INDEX (versions_crate_created)
                                               WHERE l.crate_id = v.crate_id AND l.yanked = 0
                                               ORDER BY l.created_us DESC LIMIT 1)
                        ORDER BY t.semver_ord DESC LIMIT 1)
 WHERE d.num = '';
