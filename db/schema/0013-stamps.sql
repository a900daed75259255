-- By what an answer is known to be as it was, without making it (db_crate_stamped): what changes and leaves no other trace.

-- Counted up with each change of what is shown of a crate that neither its row nor its index line shows: line counts.
ALTER TABLE crates ADD COLUMN IF NOT EXISTS data_gen BIGINT UNSIGNED NOT NULL DEFAULT 0;

-- With each change of a name, a login or a picture of anybody.
ALTER TABLE metadata ADD COLUMN IF NOT EXISTS people_gen BIGINT UNSIGNED NOT NULL DEFAULT 0;
