-- What an administrator settled, noted and keeps.
ALTER TABLE reports ADD COLUMN IF NOT EXISTS settled_us BIGINT NULL;
ALTER TABLE reports ADD COLUMN IF NOT EXISTS settled_by VARCHAR(255) NULL;
ALTER TABLE reports ADD KEY IF NOT EXISTS reports_open (settled_us, id);

-- About an account, for administrators alone.
CREATE TABLE IF NOT EXISTS user_notes (
	user_id    BIGINT UNSIGNED NOT NULL,
	note       MEDIUMTEXT      NOT NULL,
	changed_us BIGINT          NOT NULL,
	changed_by VARCHAR(255)    NOT NULL,
	PRIMARY KEY (user_id),
	CONSTRAINT user_notes_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Names that no new crate may take. Beside reserved_crate_names, because a crate that has such a name goes on.
CREATE TABLE IF NOT EXISTS kept_crate_names (
	canon_name VARBINARY(64) NOT NULL,
	name       VARBINARY(64) NOT NULL,
	reason     TEXT          NOT NULL,
	kept_us    BIGINT        NOT NULL,
	kept_by    VARCHAR(255)  NOT NULL,
	PRIMARY KEY (canon_name)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
