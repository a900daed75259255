-- Queues whose jobs run one at a time over all machines (db/job.h): whoever claims one holds its row meanwhile.

CREATE TABLE IF NOT EXISTS job_turns (
	queue VARBINARY(32) NOT NULL,
	PRIMARY KEY (queue)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

INSERT IGNORE INTO job_turns (queue) VALUES ('repository');
