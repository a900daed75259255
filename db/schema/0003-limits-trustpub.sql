-- Token buckets, and trusted publishing.

-- action: 0 publish new, 1 publish update, 2 yank or unyank (contract/publish.md 4.4).
CREATE TABLE IF NOT EXISTS publish_limit_buckets (
	user_id        BIGINT UNSIGNED  NOT NULL,
	action         TINYINT UNSIGNED NOT NULL,
	tokens         BIGINT           NOT NULL,
	last_refill_us BIGINT           NOT NULL,
	PRIMARY KEY (user_id, action),
	CONSTRAINT publish_limit_buckets_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- burst instead of the configured one, until then (NULL: for ever).
CREATE TABLE IF NOT EXISTS publish_rate_overrides (
	user_id    BIGINT UNSIGNED  NOT NULL,
	action     TINYINT UNSIGNED NOT NULL,
	burst      BIGINT           NOT NULL,
	expires_us BIGINT           NULL,
	PRIMARY KEY (user_id, action),
	CONSTRAINT publish_rate_overrides_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- The same for what nobody is signed in for: sign-in, mail, token exchange. subject: an address, or a name with one.
CREATE TABLE IF NOT EXISTS address_limit_buckets (
	subject        VARBINARY(200)   NOT NULL,
	action         TINYINT UNSIGNED NOT NULL,
	tokens         BIGINT           NOT NULL,
	last_refill_us BIGINT           NOT NULL,
	PRIMARY KEY (subject, action),
	KEY address_limit_buckets_refill (last_refill_us)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- ..._lower: ASCII lower case, for the look-up.
CREATE TABLE IF NOT EXISTS trustpub_configs_github (
	id                     BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	created_us             BIGINT          NOT NULL,
	crate_id               BIGINT UNSIGNED NOT NULL,
	repository_owner       VARCHAR(255)    NOT NULL,
	repository_owner_lower VARCHAR(255)    NOT NULL,
	repository_owner_id    BIGINT          NOT NULL,
	repository_name        VARCHAR(255)    NOT NULL,
	repository_name_lower  VARCHAR(255)    NOT NULL,
	workflow_filename      VARCHAR(255)    NOT NULL,
	environment            VARCHAR(255)    NULL,
	PRIMARY KEY (id),
	KEY trustpub_configs_github_crate (crate_id, id),
	KEY trustpub_configs_github_repository (repository_owner_lower, repository_name_lower),
	CONSTRAINT trustpub_configs_github_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS trustpub_configs_gitlab (
	id                BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	created_us        BIGINT          NOT NULL,
	crate_id          BIGINT UNSIGNED NOT NULL,
	namespace         VARCHAR(255)    NOT NULL,
	namespace_lower   VARCHAR(255)    NOT NULL,
	namespace_id      VARCHAR(255)    NULL,
	project           VARCHAR(255)    NOT NULL,
	project_lower     VARCHAR(255)    NOT NULL,
	workflow_filepath VARCHAR(255)    NOT NULL,
	environment       VARCHAR(255)    NULL,
	PRIMARY KEY (id),
	KEY trustpub_configs_gitlab_crate (crate_id, id),
	KEY trustpub_configs_gitlab_project (namespace_lower, project_lower),
	CONSTRAINT trustpub_configs_gitlab_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- crate_ids: JSON list of numbers; trustpub_data: JSON object.
CREATE TABLE IF NOT EXISTS trustpub_tokens (
	id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	created_us    BIGINT          NOT NULL,
	expires_us    BIGINT          NOT NULL,
	hashed_token  BINARY(32)      NOT NULL,
	crate_ids     MEDIUMTEXT      NOT NULL,
	trustpub_data MEDIUMTEXT      NULL,
	PRIMARY KEY (id),
	UNIQUE KEY trustpub_tokens_hashed_token (hashed_token),
	KEY trustpub_tokens_expires (expires_us)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- jti: SHA-256 of the claim, which may be of any length.
CREATE TABLE IF NOT EXISTS trustpub_used_jtis (
	jti        BINARY(32) NOT NULL,
	expires_us BIGINT     NOT NULL,
	PRIMARY KEY (jti),
	KEY trustpub_used_jtis_expires (expires_us)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
