-- What a user owns, without a look at each owner's row (db/owned.c); the index it makes needless goes a release later.

ALTER TABLE crate_owners
	ADD INDEX IF NOT EXISTS crate_owners_owned (owner_kind, owner_id, deleted, crate_id, email_notifications);
