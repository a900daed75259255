-- Background jobs, their schedule, and where reading the download logs stands.

-- `rank` = -priority, so that the next job of a queue is at the front of its range. A job runs while lease_until_us is in
-- the future; it waits while run_after_us is. dedup: SHA-256 of job_type and data where equal waiting jobs are one.
CREATE TABLE IF NOT EXISTS background_jobs (
	id             BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	queue          VARBINARY(32)   NOT NULL,
	`rank`         BIGINT          NOT NULL,
	job_type       VARBINARY(64)   NOT NULL,
	data           MEDIUMTEXT      NOT NULL,
	dedup          BINARY(32)      NULL,
	retries        BIGINT UNSIGNED NOT NULL DEFAULT 0,
	created_us     BIGINT          NOT NULL,
	run_after_us   BIGINT          NOT NULL,
	lease_owner    VARBINARY(64)   NULL,
	lease_until_us BIGINT          NULL,
	last_error     TEXT            NULL,
	PRIMARY KEY (queue, `rank`, id),
	UNIQUE KEY background_jobs_id (id),
	KEY background_jobs_dedup (dedup)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Whoever moves next_us forward enqueues: once across all machines.
CREATE TABLE IF NOT EXISTS job_schedule (
	name    VARBINARY(64) NOT NULL,
	next_us BIGINT        NOT NULL,
	PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS processed_log_files (
	path    VARCHAR(700) NOT NULL,
	time_us BIGINT       NOT NULL,
	PRIMARY KEY (path),
	KEY processed_log_files_time (time_us)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- How far a log was read. head: SHA-256 of its first 256 bytes; position: offset after the last newline that was
-- counted; finished_us: when it was renamed away and read to its end.
CREATE TABLE IF NOT EXISTS log_positions (
	id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	machine     VARBINARY(64)   NOT NULL,
	path        VARCHAR(700)    NOT NULL,
	device      BIGINT UNSIGNED NOT NULL,
	inode       BIGINT UNSIGNED NOT NULL,
	head        BINARY(32)      NOT NULL,
	position    BIGINT UNSIGNED NOT NULL,
	updated_us  BIGINT          NOT NULL,
	finished_us BIGINT          NULL,
	PRIMARY KEY (id),
	UNIQUE KEY log_positions_file (machine, device, inode, head),
	KEY log_positions_updated (updated_us)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
