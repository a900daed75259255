-- Crates in the order of how many others depend on them.
ALTER TABLE dependents ADD KEY IF NOT EXISTS dependents_n (n, crate_id);
