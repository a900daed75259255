-- Who administers the site is found without reading all accounts.
ALTER TABLE users ADD KEY IF NOT EXISTS users_admin (is_admin, id);
