-- Search in a registry of a hundred thousand crates.

-- Half as many bytes a posting: a score is at most 850 * 68.
ALTER TABLE search_postings MODIFY score SMALLINT UNSIGNED NOT NULL, MODIFY weight SMALLINT UNSIGNED NOT NULL;
ALTER TABLE search_grams MODIFY score SMALLINT UNSIGNED NOT NULL;

-- Whether a crate has a word: all looks of one search are at few pages, those of the word.
CREATE INDEX IF NOT EXISTS search_postings_word ON search_postings (term, crate_id);

-- search_terms.crates, and here the same of three letters: only of those that more crates have than a search looks at, as
-- many as there were when they were counted last.
CREATE TABLE IF NOT EXISTS search_gram_counts (
	gram   VARBINARY(3)    NOT NULL,
	crates BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (gram)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- What lists are sorted and searched by, without the descriptions and READMEs between.
CREATE INDEX IF NOT EXISTS crates_narrow ON crates (id, canon_name, name, created_us, updated_us);
