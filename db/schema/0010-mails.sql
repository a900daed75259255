-- Letters: what lets their readers switch them off without signing in.

-- In the clear: each letter carries it, and all it opens is that switch.
CREATE TABLE IF NOT EXISTS unsubscribe_tokens (
	user_id BIGINT UNSIGNED NOT NULL,
	token   VARBINARY(32)   NOT NULL,
	PRIMARY KEY (user_id),
	UNIQUE KEY unsubscribe_tokens_token (token),
	CONSTRAINT unsubscribe_tokens_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
