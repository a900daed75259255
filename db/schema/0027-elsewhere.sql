-- Crates that the standard library replaces, and those that a playground has: canonical names, mirrored daily.
CREATE TABLE IF NOT EXISTS std_replacements (
	crate       VARBINARY(64) NOT NULL,
	description TEXT          NOT NULL,
	url         TEXT          NOT NULL,
	PRIMARY KEY (crate)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- id: what Rust calls it.
CREATE TABLE IF NOT EXISTS playground_crates (
	crate VARBINARY(64)  NOT NULL,
	id    VARBINARY(128) NOT NULL,
	PRIMARY KEY (crate)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- What a site of API documentation said of a version: built, NULL while it has not said. wanted_us: a page has asked since then.
CREATE TABLE IF NOT EXISTS docs_builds (
	version_id BIGINT UNSIGNED  NOT NULL,
	built      TINYINT UNSIGNED NULL,
	asked_us   BIGINT           NULL,
	wanted_us  BIGINT           NULL,
	PRIMARY KEY (version_id),
	KEY docs_builds_wanted (wanted_us),
	CONSTRAINT docs_builds_version FOREIGN KEY (version_id) REFERENCES versions (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
