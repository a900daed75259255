-- Parts of the order by name hold names of one first byte each, so that those of a letter are found in it (db/crate_letter.h).
-- letter: that byte; empty in other orders. kept_us: crate_orders.kept_us of the keeping that wrote the part; a program that does not
-- know these columns leaves another value, and the letters are then not used.

ALTER TABLE crate_order_parts
	ADD COLUMN IF NOT EXISTS letter  VARBINARY(1) NOT NULL DEFAULT '',
	ADD COLUMN IF NOT EXISTS kept_us BIGINT       NOT NULL DEFAULT -1;

ALTER TABLE crate_order_parts
	ADD INDEX IF NOT EXISTS crate_order_parts_letter (sort, letter, part);

-- Kept anew with their letters.
UPDATE crate_orders SET changes = changes + 1 WHERE sort = 0;
