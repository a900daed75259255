-- Counting downloads (contract/jobs.md 7).

-- head is of so many bytes: fewer than 256 where the file had no more when it was read first.
ALTER TABLE log_positions ADD COLUMN IF NOT EXISTS head_bytes BIGINT UNSIGNED NOT NULL DEFAULT 256;
CREATE INDEX IF NOT EXISTS log_positions_path ON log_positions (path, id);
