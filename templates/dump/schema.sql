-- The public tables of a Rust package registry, for PostgreSQL 12 or later. import.sql fills them.
-- Who created or deleted something (created_by, deleted_by) may be nobody of users: only owners and publishers are there.

BEGIN;

CREATE TABLE categories (
	id          bigint      PRIMARY KEY,
	category    text        NOT NULL UNIQUE,
	slug        text        NOT NULL UNIQUE,
	description text        NOT NULL,
	path        text        NOT NULL,
	crates_cnt  bigint      NOT NULL,
	created_at  timestamptz NOT NULL
);

CREATE TABLE crates (
	id              bigint      PRIMARY KEY,
	name            text        NOT NULL UNIQUE,
	description     text,
	homepage        text,
	documentation   text,
	repository      text,
	readme          text,
	max_features    bigint,
	max_upload_size bigint,
	trustpub_only   boolean     NOT NULL,
	created_at      timestamptz NOT NULL,
	updated_at      timestamptz NOT NULL
);

CREATE TABLE crate_downloads (
	crate_id  bigint PRIMARY KEY REFERENCES crates (id) ON DELETE CASCADE DEFERRABLE,
	downloads bigint NOT NULL
);

CREATE TABLE keywords (
	id         bigint      PRIMARY KEY,
	keyword    text        NOT NULL UNIQUE,
	crates_cnt bigint      NOT NULL,
	created_at timestamptz NOT NULL
);

CREATE TABLE metadata (
	total_downloads bigint PRIMARY KEY
);

CREATE TABLE users (
	id         bigint PRIMARY KEY,
	username   text   NOT NULL,
	gh_login   text   NOT NULL,
	gh_id      bigint NOT NULL,
	name       text,
	created_at timestamptz
);

CREATE TABLE oauth_github (
	account_id bigint PRIMARY KEY,
	user_id    bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE DEFERRABLE,
	login      text   NOT NULL,
	avatar     text
);

CREATE TABLE teams (
	id        bigint PRIMARY KEY,
	login     text   NOT NULL UNIQUE,
	github_id bigint NOT NULL UNIQUE,
	org_id    bigint,
	name      text,
	avatar    text
);

CREATE TABLE reserved_crate_names (
	name text PRIMARY KEY
);

CREATE TABLE reserved_usernames (
	username text PRIMARY KEY
);

CREATE TABLE crates_categories (
	crate_id    bigint REFERENCES crates (id) ON DELETE CASCADE DEFERRABLE,
	category_id bigint REFERENCES categories (id) ON DELETE CASCADE DEFERRABLE,
	PRIMARY KEY (crate_id, category_id)
);
CREATE INDEX ON crates_categories (category_id);

CREATE TABLE crates_keywords (
	crate_id   bigint REFERENCES crates (id) ON DELETE CASCADE DEFERRABLE,
	keyword_id bigint REFERENCES keywords (id) ON DELETE CASCADE DEFERRABLE,
	PRIMARY KEY (crate_id, keyword_id)
);
CREATE INDEX ON crates_keywords (keyword_id);

CREATE TABLE crate_owners (
	crate_id   bigint      REFERENCES crates (id) ON DELETE CASCADE DEFERRABLE,
	owner_id   bigint,
	owner_kind integer,
	created_at timestamptz NOT NULL,
	created_by bigint,
	PRIMARY KEY (crate_id, owner_id, owner_kind)
);
CREATE INDEX ON crate_owners (owner_kind, owner_id);

CREATE TABLE deleted_crates (
	id           bigint      PRIMARY KEY,
	name         text        NOT NULL,
	created_at   timestamptz NOT NULL,
	deleted_at   timestamptz NOT NULL,
	deleted_by   bigint,
	message      text,
	available_at timestamptz NOT NULL
);
CREATE INDEX ON deleted_crates (name);

CREATE TABLE versions (
	id              bigint      PRIMARY KEY,
	crate_id        bigint      NOT NULL REFERENCES crates (id) ON DELETE CASCADE DEFERRABLE,
	num             text        NOT NULL,
	num_no_build    text        NOT NULL,
	created_at      timestamptz NOT NULL,
	updated_at      timestamptz NOT NULL,
	downloads       bigint      NOT NULL,
	features        jsonb       NOT NULL,
	yanked          boolean     NOT NULL,
	license         text,
	crate_size      bigint      NOT NULL,
	published_by    bigint      REFERENCES users (id) DEFERRABLE,
	tar_sha256      bytea       NOT NULL,
	links           text,
	rust_version    text,
	has_lib         boolean,
	bin_names       text[],
	edition         text,
	description     text,
	homepage        text,
	documentation   text,
	repository      text,
	categories      text[],
	keywords        text[],
	zip_sha256      bytea,
	zip_json_sha256 bytea,
	UNIQUE (crate_id, num)
);
CREATE INDEX ON versions (published_by);
CREATE INDEX ON versions (created_at);

CREATE TABLE default_versions (
	crate_id     bigint PRIMARY KEY REFERENCES crates (id) ON DELETE CASCADE DEFERRABLE,
	version_id   bigint NOT NULL UNIQUE REFERENCES versions (id) ON DELETE CASCADE DEFERRABLE,
	num_versions bigint NOT NULL
);

CREATE TABLE dependencies (
	id               bigint  PRIMARY KEY,
	version_id       bigint  NOT NULL REFERENCES versions (id) ON DELETE CASCADE DEFERRABLE,
	crate_id         bigint  NOT NULL REFERENCES crates (id) ON DELETE CASCADE DEFERRABLE,
	req              text    NOT NULL,
	optional         boolean NOT NULL,
	default_features boolean NOT NULL,
	features         text[]  NOT NULL,
	target           text,
	kind             integer NOT NULL,
	explicit_name    text
);
CREATE INDEX ON dependencies (version_id);
CREATE INDEX ON dependencies (crate_id);

CREATE TABLE version_downloads (
	version_id bigint REFERENCES versions (id) ON DELETE CASCADE DEFERRABLE,
	date       date,
	downloads  bigint NOT NULL,
	PRIMARY KEY (version_id, date)
);
CREATE INDEX ON version_downloads (date);

COMMIT;
