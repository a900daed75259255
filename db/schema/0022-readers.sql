-- What an account wants of pages, and where its old names lead.
ALTER TABLE users ADD COLUMN IF NOT EXISTS no_shortcuts TINYINT UNSIGNED NOT NULL DEFAULT 0 AFTER publish_notifications;

-- Counted up where the address of the feed of followed crates is to be another (handlers/web/follow_feed.c).
ALTER TABLE users ADD COLUMN IF NOT EXISTS feed_generation INT UNSIGNED NOT NULL DEFAULT 0 AFTER no_shortcuts;

-- Names that accounts had before they were called otherwise: their pages lead on.
CREATE TABLE IF NOT EXISTS former_logins (
	canon_username VARCHAR(255)    NOT NULL,
	user_id        BIGINT UNSIGNED NOT NULL,
	until_us       BIGINT          NOT NULL,
	PRIMARY KEY (canon_username, user_id),
	CONSTRAINT former_logins_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
