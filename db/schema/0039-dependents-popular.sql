-- A crate's dependents, most downloaded first, in the order in which they are read: along an index backwards InnoDB takes two to three times
-- as long for each entry. (MariaDB before 10.8 keeps it ascending: no harm.) reverse_dependencies_downloads is needless with it
-- and goes a release later.

ALTER TABLE reverse_dependencies
	ADD INDEX IF NOT EXISTS reverse_dependencies_popular (target_crate_id, dependent_downloads DESC, dependent_crate_id DESC);
