-- What administrators do to an account is found by it; and the accounts that are locked.
ALTER TABLE audit ADD COLUMN IF NOT EXISTS about_user_id BIGINT UNSIGNED NULL AFTER crate;
ALTER TABLE audit ADD KEY IF NOT EXISTS audit_about (about_user_id, id);
ALTER TABLE users ADD KEY IF NOT EXISTS users_locked (account_lock_reason(1));
