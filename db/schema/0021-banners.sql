-- What stands at the top of every page: at most one of each kind (app/server/banner.h).
CREATE TABLE IF NOT EXISTS banners (
	kind     TINYINT UNSIGNED NOT NULL,
	message  VARCHAR(500)     NOT NULL,
	until_us BIGINT           NULL,
	set_us   BIGINT           NOT NULL,
	set_by   VARCHAR(255)     NOT NULL,
	PRIMARY KEY (kind)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
