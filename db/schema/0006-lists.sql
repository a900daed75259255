-- What lists of crates and keywords are sorted and filtered by.

-- Crates whose default version, and so every version, is yanked.
CREATE TABLE IF NOT EXISTS yanked_crates (
	crate_id BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (crate_id),
	CONSTRAINT yanked_crates_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

INSERT IGNORE INTO yanked_crates (crate_id)
	SELECT d.crate_id FROM default_versions d JOIN versions v ON v.id = d.version_id WHERE v.yanked = 1;

-- The most crates first, equal ones by name.
CREATE INDEX IF NOT EXISTS keywords_popular ON keywords (crates_cnt DESC, keyword);
