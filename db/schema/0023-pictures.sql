-- Pictures of accounts and teams: `avatar` is where the original is, `picture` our copy (DATA/public/avatars/PICTURE), NULL for
-- none; `picture_us` when it was last looked for, 0 for never.
ALTER TABLE oauth_github
	ADD COLUMN IF NOT EXISTS picture VARBINARY(64) NULL,
	ADD COLUMN IF NOT EXISTS picture_us BIGINT NOT NULL DEFAULT 0,
	ADD INDEX IF NOT EXISTS oauth_github_picture (picture_us, account_id);

ALTER TABLE teams
	ADD COLUMN IF NOT EXISTS picture VARBINARY(64) NULL,
	ADD COLUMN IF NOT EXISTS picture_us BIGINT NOT NULL DEFAULT 0,
	ADD INDEX IF NOT EXISTS teams_picture (picture_us, id);
