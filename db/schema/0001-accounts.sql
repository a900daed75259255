-- People and what speaks for them: users, addresses, linked accounts, sessions, one-time links, API tokens, teams.
--
-- Rules of all schema files (design.md 5): a statement ends with `;` at the end of a line. Times are µs since 1970 UTC
-- in a signed BIGINT named ..._us. What is ASCII by grammar and is looked up is VARBINARY; SHA-256 values are
-- BINARY(32); lists and objects are JSON text. Migrations only add, and each statement may run twice: a file that failed
-- half-way is applied again from its beginning.

CREATE TABLE IF NOT EXISTS schema_migrations (
	version     BIGINT UNSIGNED NOT NULL,
	name        VARBINARY(100)  NOT NULL,
	applied_us  BIGINT          NOT NULL,
	PRIMARY KEY (version)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- One row, id 1. Counters that pages show.
CREATE TABLE IF NOT EXISTS metadata (
	id              TINYINT UNSIGNED NOT NULL,
	total_downloads BIGINT UNSIGNED  NOT NULL DEFAULT 0,
	num_crates      BIGINT UNSIGNED  NOT NULL DEFAULT 0,
	num_keywords    BIGINT UNSIGNED  NOT NULL DEFAULT 0,
	PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

INSERT IGNORE INTO metadata (id) VALUES (1);

-- canon_username: ASCII lower case, - as _. Several users may share one; the highest id is meant.
-- gh_login_lower: ASCII lower case; owners are added by it. gh_id -1: no such account any more; 0: never had one.
CREATE TABLE IF NOT EXISTS users (
	id                    BIGINT UNSIGNED  NOT NULL AUTO_INCREMENT,
	username              VARCHAR(255)     NOT NULL,
	canon_username        VARCHAR(255)     NOT NULL,
	gh_login              VARCHAR(255)     NOT NULL,
	gh_login_lower        VARCHAR(255)     NOT NULL,
	gh_id                 BIGINT           NOT NULL,
	name                  TEXT             NULL,
	is_admin              TINYINT UNSIGNED NOT NULL DEFAULT 0,
	publish_notifications TINYINT UNSIGNED NOT NULL DEFAULT 1,
	account_lock_reason   TEXT             NULL,
	account_lock_until_us BIGINT           NULL,
	created_us            BIGINT           NULL,
	PRIMARY KEY (id),
	KEY users_canon_username (canon_username, id),
	KEY users_gh_login_lower (gh_login_lower, gh_id),
	KEY users_gh_id (gh_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- argon2id, in libsodium's own form.
CREATE TABLE IF NOT EXISTS user_passwords (
	user_id    BIGINT UNSIGNED NOT NULL,
	hash       VARBINARY(255)  NOT NULL,
	changed_us BIGINT          NOT NULL,
	PRIMARY KEY (user_id),
	CONSTRAINT user_passwords_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS emails (
	user_id            BIGINT UNSIGNED  NOT NULL,
	email              VARCHAR(1024)    NOT NULL,
	verified           TINYINT UNSIGNED NOT NULL DEFAULT 0,
	token              VARBINARY(26)    NOT NULL,
	token_generated_us BIGINT           NULL,
	PRIMARY KEY (user_id),
	UNIQUE KEY emails_token (token),
	CONSTRAINT emails_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- encrypted_token: AES-256-GCM, nonce (12 bytes), text and tag; empty where none is kept.
CREATE TABLE IF NOT EXISTS oauth_github (
	account_id      BIGINT          NOT NULL,
	user_id         BIGINT UNSIGNED NOT NULL,
	login           VARCHAR(255)    NOT NULL,
	avatar          TEXT            NULL,
	encrypted_token VARBINARY(1024) NOT NULL,
	last_sync_us    BIGINT          NOT NULL,
	PRIMARY KEY (account_id),
	KEY oauth_github_user (user_id, account_id),
	KEY oauth_github_last_sync (last_sync_us),
	CONSTRAINT oauth_github_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- user_id NULL: nobody has signed in yet (a sign-in is under way). token: SHA-256 of the cookie's value.
-- form_token is what forms carry; pending_signup the JSON between GitHub's answer and the chosen address.
CREATE TABLE IF NOT EXISTS sessions (
	id             BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	token          BINARY(32)      NOT NULL,
	user_id        BIGINT UNSIGNED NULL,
	form_token     VARBINARY(64)   NOT NULL,
	oauth_state    VARBINARY(64)   NULL,
	pending_signup MEDIUMTEXT      NULL,
	created_us     BIGINT          NOT NULL,
	last_used_us   BIGINT          NOT NULL,
	expires_us     BIGINT          NOT NULL,
	address        VARBINARY(45)   NULL,
	user_agent     VARCHAR(255)    NULL,
	PRIMARY KEY (id),
	UNIQUE KEY sessions_token (token),
	KEY sessions_user (user_id, id),
	KEY sessions_expires (expires_us),
	CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- A link that signs in, or proves something, once. token: SHA-256 of what the link carries.
CREATE TABLE IF NOT EXISTS one_time_links (
	token      BINARY(32)      NOT NULL,
	purpose    VARBINARY(32)   NOT NULL,
	user_id    BIGINT UNSIGNED NOT NULL,
	data       MEDIUMTEXT      NULL,
	created_us BIGINT          NOT NULL,
	expires_us BIGINT          NOT NULL,
	used_us    BIGINT          NULL,
	PRIMARY KEY (token),
	KEY one_time_links_user (user_id),
	KEY one_time_links_expires (expires_us),
	CONSTRAINT one_time_links_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Scopes are JSON lists; NULL is a token of the old kind (contract/api.md 3.3).
CREATE TABLE IF NOT EXISTS api_tokens (
	id                     BIGINT UNSIGNED  NOT NULL AUTO_INCREMENT,
	user_id                BIGINT UNSIGNED  NOT NULL,
	token                  BINARY(32)       NOT NULL,
	name                   MEDIUMTEXT       NOT NULL,
	created_us             BIGINT           NOT NULL,
	last_used_us           BIGINT           NULL,
	revoked                TINYINT UNSIGNED NOT NULL DEFAULT 0,
	crate_scopes           MEDIUMTEXT       NULL,
	endpoint_scopes        MEDIUMTEXT       NULL,
	expired_us             BIGINT           NULL,
	expiry_notification_us BIGINT           NULL,
	PRIMARY KEY (id),
	UNIQUE KEY api_tokens_token (token),
	KEY api_tokens_user (user_id, revoked, id),
	KEY api_tokens_expired (expired_us),
	CONSTRAINT api_tokens_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- login: lower case, github:org:team.
CREATE TABLE IF NOT EXISTS teams (
	id        BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	login     VARCHAR(512)    NOT NULL,
	github_id BIGINT          NOT NULL,
	org_id    BIGINT          NULL,
	name      TEXT            NULL,
	avatar    TEXT            NULL,
	PRIMARY KEY (id),
	UNIQUE KEY teams_github_id (github_id),
	UNIQUE KEY teams_login (login)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS reserved_usernames (
	username       VARCHAR(255) NOT NULL,
	canon_username VARCHAR(255) NOT NULL,
	PRIMARY KEY (username),
	UNIQUE KEY reserved_usernames_canon (canon_username)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Who did what beside publishing and yanking: for the operator.
CREATE TABLE IF NOT EXISTS audit (
	id       BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	time_us  BIGINT          NOT NULL,
	user_id  BIGINT UNSIGNED NULL,
	actor    VARCHAR(255)    NOT NULL,
	action   VARBINARY(64)   NOT NULL,
	crate    VARBINARY(64)   NULL,
	address  VARBINARY(45)   NULL,
	detail   MEDIUMTEXT      NULL,
	PRIMARY KEY (id),
	KEY audit_crate (crate, id),
	KEY audit_user (user_id, id),
	KEY audit_time (time_us),
	CONSTRAINT audit_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
