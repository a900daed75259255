-- How many rows of dependencies name a crate, kept beside how many crates depend on it (db/dependency_count.h).

ALTER TABLE dependents ADD COLUMN IF NOT EXISTS declared BIGINT NOT NULL DEFAULT 0;

CREATE TABLE IF NOT EXISTS dependency_changes (
	id       BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	crate_id BIGINT UNSIGNED NOT NULL, -- no foreign key: a crate that is gone has no counter either
	n        BIGINT          NOT NULL, -- how many rows have come; below 0: gone
	PRIMARY KEY (id),
	KEY dependency_changes_crate (crate_id, n)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

UPDATE dependents t
   SET t.declared = (SELECT COUNT(*) FROM dependencies d WHERE d.crate_id = t.crate_id)
                    - COALESCE((SELECT SUM(x.n) FROM dependency_changes x WHERE x.crate_id = t.crate_id), 0);
