-- What people reported about crates by /support. reasons: words with commas; crate: its name at that time.
CREATE TABLE IF NOT EXISTS reports (
	id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	created_us BIGINT          NOT NULL,
	user_id    BIGINT UNSIGNED NULL,
	crate      VARBINARY(64)   NOT NULL,
	reasons    VARBINARY(200)  NOT NULL,
	detail     MEDIUMTEXT      NOT NULL,
	reply_to   VARBINARY(254)  NULL,
	PRIMARY KEY (id),
	KEY reports_created (created_us),
	CONSTRAINT reports_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
