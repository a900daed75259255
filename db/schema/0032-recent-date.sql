-- The day up to which recent_crate_downloads holds 90 days; NULL: not known, all crates have to be summed up anew.
ALTER TABLE metadata ADD COLUMN IF NOT EXISTS recent_date DATE NULL;
