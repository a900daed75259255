-- Where an advisory is from ('': put in by hand), and its description rendered; NULL: it is shown as it is.
ALTER TABLE advisories ADD COLUMN IF NOT EXISTS source VARBINARY(32) NOT NULL DEFAULT '';
ALTER TABLE advisories ADD COLUMN IF NOT EXISTS html MEDIUMTEXT NULL;
ALTER TABLE advisories ADD KEY IF NOT EXISTS advisories_source (source, id);

-- What is fetched from other machines again and again: from where, and what they said of it, for the next conditional request.
-- reader: edition of who took it in, since another one may read more of the same bytes.
CREATE TABLE IF NOT EXISTS mirrors (
	name          VARBINARY(64)   NOT NULL,
	url           TEXT            NOT NULL,
	etag          TEXT            NULL,
	last_modified TEXT            NULL,
	reader        BIGINT UNSIGNED NOT NULL,
	changed_us    BIGINT          NOT NULL,
	PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
