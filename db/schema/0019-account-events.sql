-- What happened to an account, for who has it: sign-ins, and its API tokens (db/account_event.h). Kept for a year.
CREATE TABLE IF NOT EXISTS account_events (
	id         BIGINT UNSIGNED  NOT NULL AUTO_INCREMENT,
	user_id    BIGINT UNSIGNED  NOT NULL,
	time_us    BIGINT           NOT NULL,
	kind       TINYINT UNSIGNED NOT NULL,
	subject    MEDIUMTEXT       NULL,
	address    VARBINARY(45)    NULL,
	user_agent VARCHAR(255)     NULL,
	PRIMARY KEY (id),
	KEY account_events_user (user_id, id),
	KEY account_events_time (time_us),
	CONSTRAINT account_events_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
