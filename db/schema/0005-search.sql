-- Search (design.md 5): stems, each with the crates it is found in, best first.

CREATE TABLE IF NOT EXISTS search_terms (
	term   VARBINARY(128)  NOT NULL,
	crates BIGINT UNSIGNED NOT NULL DEFAULT 0,
	PRIMARY KEY (term)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- score is fixed when the posting is written: weight of the fields it is in, and the step of popularity.
CREATE TABLE IF NOT EXISTS search_postings (
	term     VARBINARY(128)  NOT NULL,
	score    BIGINT UNSIGNED NOT NULL,
	crate_id BIGINT UNSIGNED NOT NULL,
	weight   BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (term, score, crate_id),
	UNIQUE KEY search_postings_crate (crate_id, term),
	CONSTRAINT search_postings_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Groups of three characters of canonical names, for words inside of names.
CREATE TABLE IF NOT EXISTS search_grams (
	gram     VARBINARY(3)    NOT NULL,
	score    BIGINT UNSIGNED NOT NULL,
	crate_id BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (gram, score, crate_id),
	UNIQUE KEY search_grams_crate (crate_id, gram),
	CONSTRAINT search_grams_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- What was indexed of a crate: step of popularity, and crates.updated_us at that time.
CREATE TABLE IF NOT EXISTS search_crates (
	crate_id   BIGINT UNSIGNED NOT NULL,
	step       BIGINT UNSIGNED NOT NULL,
	indexed_us BIGINT          NOT NULL,
	PRIMARY KEY (crate_id),
	CONSTRAINT search_crates_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
