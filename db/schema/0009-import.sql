-- Loading a database dump (app/cli/import_dump.c), and what came with one.

-- How far each step is, changed in the transaction that takes it further. name: a table of the dump, or what is derived
-- afterwards; `dump`: the whole, note says which one it is. position, line: of the file, behind what is here.
CREATE TABLE IF NOT EXISTS import_steps (
	name     VARBINARY(64)    NOT NULL,
	position BIGINT UNSIGNED  NOT NULL DEFAULT 0,
	line     BIGINT UNSIGNED  NOT NULL DEFAULT 0,
	n        BIGINT UNSIGNED  NOT NULL DEFAULT 0,
	wrong    BIGINT UNSIGNED  NOT NULL DEFAULT 0,
	done     TINYINT UNSIGNED NOT NULL DEFAULT 0,
	note     VARBINARY(255)   NULL,
	PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Users of the dump that have another id here, because somebody had it already. was_here: it is the same account.
CREATE TABLE IF NOT EXISTS import_users (
	dump_id  BIGINT UNSIGNED  NOT NULL,
	user_id  BIGINT UNSIGNED  NOT NULL,
	was_here TINYINT UNSIGNED NOT NULL,
	PRIMARY KEY (dump_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Came with a dump, which has no archives: that there are no bytes is no fault.
ALTER TABLE versions ADD COLUMN IF NOT EXISTS without_bytes TINYINT UNSIGNED NOT NULL DEFAULT 0;
