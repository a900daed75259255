-- Trusted publishing for workflows of any issuer of OpenID Connect, not of github.com and gitlab.com alone.

-- Whose JSON Web Tokens a configuration trusts.
ALTER TABLE trustpub_configs_github ADD COLUMN IF NOT EXISTS
	issuer VARCHAR(255) NOT NULL DEFAULT 'https://token.actions.githubusercontent.com';
ALTER TABLE trustpub_configs_gitlab ADD COLUMN IF NOT EXISTS
	issuer VARCHAR(255) NOT NULL DEFAULT 'https://gitlab.com';

-- Issuers of neither kind: which claims a workflow must show to publish a crate (`cratehouse trustpub grant`).
-- claims: JSON object of claim and pattern, all of which must fit.
CREATE TABLE IF NOT EXISTS trustpub_grants (
	id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	created_us BIGINT          NOT NULL,
	crate_id   BIGINT UNSIGNED NOT NULL,
	issuer     VARCHAR(255)    NOT NULL,
	claims     MEDIUMTEXT      NOT NULL,
	PRIMARY KEY (id),
	KEY trustpub_grants_crate (crate_id, id),
	KEY trustpub_grants_issuer (issuer, id),
	CONSTRAINT trustpub_grants_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- The keys of an issuer as all workers know them. key_set: JSON Web Key Set; fetched_us: when it came, both NULL until it
-- did; tried_us: when somebody last set out to fetch it.
CREATE TABLE IF NOT EXISTS trustpub_key_sets (
	issuer     VARCHAR(255) NOT NULL,
	key_set    MEDIUMTEXT   NULL,
	fetched_us BIGINT       NULL,
	tried_us   BIGINT       NOT NULL,
	PRIMARY KEY (issuer)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
