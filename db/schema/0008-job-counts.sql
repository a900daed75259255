-- How many jobs of a kind there are, told without reading their data.
CREATE INDEX IF NOT EXISTS background_jobs_counts ON background_jobs (job_type, `rank`);
