-- Days of downloads that went into files (contract/jobs.md 7.4): what such a file holds is no longer in version_downloads.
CREATE TABLE IF NOT EXISTS archived_downloads (
	date   DATE            NOT NULL,
	sha256 BINARY(32)      NOT NULL,
	bytes  BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (date)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
