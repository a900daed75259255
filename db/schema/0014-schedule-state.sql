-- How fresh each periodic job is: its interval, its kind, and when one of that kind was done last.
ALTER TABLE job_schedule ADD COLUMN IF NOT EXISTS every_s BIGINT NOT NULL DEFAULT 0;
ALTER TABLE job_schedule ADD COLUMN IF NOT EXISTS job_type VARBINARY(64) NOT NULL DEFAULT '';
ALTER TABLE job_schedule ADD COLUMN IF NOT EXISTS done_us BIGINT NULL;
