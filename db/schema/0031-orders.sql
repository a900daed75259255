-- The order of all crates, kept as lists of ids for late pages (db/crate_order.h).

-- sort: enum crate_sort. changes grows with each change of the order that is no new crate and no new version; kept is what it
-- was when the order was kept last, NULL for never.
CREATE TABLE IF NOT EXISTS crate_orders (
	sort        TINYINT UNSIGNED NOT NULL,
	changes     BIGINT UNSIGNED  NOT NULL DEFAULT 0,
	kept        BIGINT UNSIGNED  NULL,
	kept_us     BIGINT           NOT NULL DEFAULT 0,
	last_id     BIGINT UNSIGNED  NOT NULL DEFAULT 0,
	until_us    BIGINT           NOT NULL DEFAULT 0,
	newer_after BIGINT UNSIGNED  NOT NULL DEFAULT 0,
	PRIMARY KEY (sort)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

INSERT IGNORE INTO crate_orders (sort) VALUES (0), (1), (2), (3), (4);

-- ids: 4,000 of them, 4 bytes each, the lowest first: what fits into one page of InnoDB.
CREATE TABLE IF NOT EXISTS crate_order_parts (
	sort TINYINT UNSIGNED NOT NULL,
	part BIGINT UNSIGNED  NOT NULL,
	ids  BLOB             NOT NULL,
	PRIMARY KEY (sort, part),
	CONSTRAINT crate_order_parts_sort FOREIGN KEY (sort) REFERENCES crate_orders (sort) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
