-- Security advisories (RustSec and the like), as last read by a job or put in by the operator; derived data. `crate` is the
-- canonical name: an advisory may be about a crate that is not here (yet).
-- informational: "unmaintained", "unsound", "notice"; NULL for a vulnerability. patched and unaffected: JSON lists of
-- version requirements; aliases: JSON list (CVE-..., GHSA-...).
CREATE TABLE IF NOT EXISTS advisories (
	id            VARBINARY(64)   NOT NULL,
	crate         VARBINARY(64)   NOT NULL,
	title         TEXT            NOT NULL,
	description   MEDIUMTEXT      NOT NULL,
	informational VARBINARY(32)   NULL,
	patched       MEDIUMTEXT      NOT NULL,
	unaffected    MEDIUMTEXT      NOT NULL,
	aliases       MEDIUMTEXT      NOT NULL,
	cvss          VARBINARY(255)  NULL,
	url           TEXT            NULL,
	published_us  BIGINT          NOT NULL,
	withdrawn_us  BIGINT          NULL,
	PRIMARY KEY (id),
	KEY advisories_crate (crate, id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
