-- What a new crate's name resembles: a row for each sentence (contract/jobs.md 10), until an administrator has settled it.
CREATE TABLE IF NOT EXISTS typosquat_hits (
	id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	crate_id   BIGINT UNSIGNED NOT NULL,
	similar    VARBINARY(64)   NOT NULL,
	what       VARBINARY(128)  NOT NULL,
	found_us   BIGINT          NOT NULL,
	settled_us BIGINT          NULL,
	settled_by VARCHAR(255)    NULL,
	PRIMARY KEY (id),
	UNIQUE KEY typosquat_hits_what (crate_id, what),
	KEY typosquat_hits_open (settled_us, crate_id, id),
	CONSTRAINT typosquat_hits_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
