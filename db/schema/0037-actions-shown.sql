-- What was done with the versions of a crate, from an index alone (db/version_view.c): its row has nothing else but the token.
-- version_owner_actions_version is needless with it and goes a release later.

ALTER TABLE version_owner_actions
	ADD INDEX IF NOT EXISTS version_owner_actions_shown (version_id, id, action, user_id, time_us);
