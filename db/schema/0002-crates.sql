-- Crates, their versions and everything that hangs on them.

-- canon_name: ASCII lower case, - as _.
CREATE TABLE IF NOT EXISTS crates (
	id              BIGINT UNSIGNED  NOT NULL AUTO_INCREMENT,
	name            VARBINARY(64)    NOT NULL,
	canon_name      VARBINARY(64)    NOT NULL,
	created_us      BIGINT           NOT NULL,
	updated_us      BIGINT           NOT NULL,
	description     MEDIUMTEXT       NULL,
	homepage        MEDIUMTEXT       NULL,
	documentation   MEDIUMTEXT       NULL,
	repository      MEDIUMTEXT       NULL,
	readme          MEDIUMTEXT       NULL,
	max_upload_size BIGINT UNSIGNED  NULL,
	max_features    BIGINT UNSIGNED  NULL,
	trustpub_only   TINYINT UNSIGNED NOT NULL DEFAULT 0,
	PRIMARY KEY (id),
	UNIQUE KEY crates_canon_name (canon_name),
	UNIQUE KEY crates_name (name),
	KEY crates_created (created_us, id),
	KEY crates_updated (updated_us, id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- What the index file of a name must be. Changing it is the first statement of each transaction that changes what the
-- index says of a crate, so the row is that crate's lock, and is there before the crate is and after it is deleted.
-- index_gen grows by one with each change; index_stamp (whole seconds, the file's mtime) is new with each change.
CREATE TABLE IF NOT EXISTS crate_index (
	canon_name  VARBINARY(64)   NOT NULL,
	name        VARBINARY(64)   NOT NULL,
	index_gen   BIGINT UNSIGNED NOT NULL,
	index_stamp BIGINT          NOT NULL,
	PRIMARY KEY (canon_name)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS crate_downloads (
	crate_id  BIGINT UNSIGNED NOT NULL,
	downloads BIGINT UNSIGNED NOT NULL DEFAULT 0,
	PRIMARY KEY (crate_id),
	KEY crate_downloads_downloads (downloads, crate_id),
	CONSTRAINT crate_downloads_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Of the last 90 days. A row with every crate; NULL until there is a figure, and last in descending order.
CREATE TABLE IF NOT EXISTS recent_crate_downloads (
	crate_id  BIGINT UNSIGNED NOT NULL,
	downloads BIGINT UNSIGNED NULL,
	PRIMARY KEY (crate_id),
	KEY recent_crate_downloads_downloads (downloads, crate_id),
	CONSTRAINT recent_crate_downloads_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- semver_ord: bytes whose memcmp order is SemVer precedence (contract/publish.md 17.2). prerelease: num has one.
-- features: JSON object, unsplit; categories, keywords, bin_names: JSON lists.
CREATE TABLE IF NOT EXISTS versions (
	id              BIGINT UNSIGNED  NOT NULL AUTO_INCREMENT,
	crate_id        BIGINT UNSIGNED  NOT NULL,
	num             VARBINARY(150)   NOT NULL,
	num_no_build    VARBINARY(150)   NOT NULL,
	semver_ord      VARBINARY(400)   NOT NULL,
	prerelease      TINYINT UNSIGNED NOT NULL,
	created_us      BIGINT           NOT NULL,
	updated_us      BIGINT           NOT NULL,
	downloads       BIGINT UNSIGNED  NOT NULL DEFAULT 0,
	features        MEDIUMTEXT       NOT NULL,
	yanked          TINYINT UNSIGNED NOT NULL DEFAULT 0,
	yank_message    MEDIUMTEXT       NULL,
	license         MEDIUMTEXT       NULL,
	crate_size      BIGINT UNSIGNED  NOT NULL,
	published_by    BIGINT UNSIGNED  NULL,
	tar_sha256      BINARY(32)       NOT NULL,
	links           MEDIUMTEXT       NULL,
	rust_version    VARCHAR(255)     NULL,
	has_lib         TINYINT UNSIGNED NULL,
	lib_name        MEDIUMTEXT       NULL,
	bin_names       MEDIUMTEXT       NULL,
	edition         VARCHAR(255)     NULL,
	description     MEDIUMTEXT       NULL,
	homepage        MEDIUMTEXT       NULL,
	documentation   MEDIUMTEXT       NULL,
	repository      MEDIUMTEXT       NULL,
	categories      MEDIUMTEXT       NULL,
	keywords        MEDIUMTEXT       NULL,
	trustpub_data   MEDIUMTEXT       NULL,
	linecounts      MEDIUMTEXT       NULL,
	zip_sha256      BINARY(32)       NULL,
	zip_json_sha256 BINARY(32)       NULL,
	PRIMARY KEY (id),
	UNIQUE KEY versions_num_no_build (crate_id, num_no_build),
	UNIQUE KEY versions_num (crate_id, num),
	KEY versions_semver (crate_id, semver_ord, id),
	KEY versions_default (crate_id, yanked, prerelease, semver_ord, id),
	KEY versions_crate_created (crate_id, created_us, id),
	KEY versions_created (created_us, id),
	KEY versions_published_by (published_by),
	KEY versions_tar_sha256 (tar_sha256),
	CONSTRAINT versions_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE,
	CONSTRAINT versions_published_by FOREIGN KEY (published_by) REFERENCES users (id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- num_versions counts all of the crate's versions, yanked ones too.
CREATE TABLE IF NOT EXISTS default_versions (
	crate_id     BIGINT UNSIGNED NOT NULL,
	version_id   BIGINT UNSIGNED NOT NULL,
	num_versions BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (crate_id),
	UNIQUE KEY default_versions_version (version_id),
	CONSTRAINT default_versions_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE,
	CONSTRAINT default_versions_version FOREIGN KEY (version_id) REFERENCES versions (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS version_downloads (
	version_id BIGINT UNSIGNED  NOT NULL,
	date       DATE             NOT NULL,
	downloads  BIGINT UNSIGNED  NOT NULL DEFAULT 1,
	counted    BIGINT UNSIGNED  NOT NULL DEFAULT 0,
	processed  TINYINT UNSIGNED NOT NULL DEFAULT 0,
	PRIMARY KEY (version_id, date),
	KEY version_downloads_processed (processed, version_id, date),
	KEY version_downloads_date (date),
	CONSTRAINT version_downloads_version FOREIGN KEY (version_id) REFERENCES versions (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- kind: 0 normal, 1 build, 2 dev. crate_name is the spelling the index line shows. crate_id is NULL while no crate of
-- that name is here: only an import may leave it so, and the publish of that name fills it in.
CREATE TABLE IF NOT EXISTS dependencies (
	id               BIGINT UNSIGNED  NOT NULL AUTO_INCREMENT,
	version_id       BIGINT UNSIGNED  NOT NULL,
	crate_id         BIGINT UNSIGNED  NULL,
	crate_name       VARBINARY(64)    NOT NULL,
	req              MEDIUMTEXT       NOT NULL,
	optional         TINYINT UNSIGNED NOT NULL,
	default_features TINYINT UNSIGNED NOT NULL,
	features         MEDIUMTEXT       NOT NULL,
	target           MEDIUMTEXT       NULL,
	kind             TINYINT UNSIGNED NOT NULL,
	explicit_name    VARBINARY(64)    NULL,
	PRIMARY KEY (id),
	KEY dependencies_version (version_id, id),
	KEY dependencies_crate (crate_id, version_id, id),
	KEY dependencies_crate_name (crate_name, crate_id),
	CONSTRAINT dependencies_version FOREIGN KEY (version_id) REFERENCES versions (id) ON DELETE CASCADE,
	CONSTRAINT dependencies_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- One row a dependent crate whose default version, not yanked, depends on the target; dependency_id is the smallest.
CREATE TABLE IF NOT EXISTS reverse_dependencies (
	target_crate_id     BIGINT UNSIGNED NOT NULL,
	dependent_crate_id  BIGINT UNSIGNED NOT NULL,
	version_id          BIGINT UNSIGNED NOT NULL,
	dependency_id       BIGINT UNSIGNED NOT NULL,
	dependent_downloads BIGINT UNSIGNED NOT NULL DEFAULT 0,
	PRIMARY KEY (target_crate_id, dependent_crate_id),
	KEY reverse_dependencies_downloads (target_crate_id, dependent_downloads, dependent_crate_id),
	KEY reverse_dependencies_dependent (dependent_crate_id),
	KEY reverse_dependencies_version (version_id),
	KEY reverse_dependencies_dependency (dependency_id),
	CONSTRAINT reverse_dependencies_target FOREIGN KEY (target_crate_id) REFERENCES crates (id) ON DELETE CASCADE,
	CONSTRAINT reverse_dependencies_dependent FOREIGN KEY (dependent_crate_id) REFERENCES crates (id) ON DELETE CASCADE,
	CONSTRAINT reverse_dependencies_version FOREIGN KEY (version_id) REFERENCES versions (id) ON DELETE CASCADE,
	CONSTRAINT reverse_dependencies_dependency FOREIGN KEY (dependency_id) REFERENCES dependencies (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- How many rows reverse_dependencies has for a target; kept by a job, because it is a counter of another crate.
CREATE TABLE IF NOT EXISTS dependents (
	crate_id BIGINT UNSIGNED NOT NULL,
	n        BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (crate_id),
	CONSTRAINT dependents_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS keywords (
	id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	keyword    VARCHAR(255)    NOT NULL,
	crates_cnt BIGINT UNSIGNED NOT NULL DEFAULT 0,
	created_us BIGINT          NOT NULL,
	PRIMARY KEY (id),
	UNIQUE KEY keywords_keyword (keyword),
	KEY keywords_crates_cnt (crates_cnt, keyword)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS crates_keywords (
	crate_id   BIGINT UNSIGNED NOT NULL,
	keyword_id BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (crate_id, keyword_id),
	KEY crates_keywords_keyword (keyword_id, crate_id),
	CONSTRAINT crates_keywords_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE,
	CONSTRAINT crates_keywords_keyword FOREIGN KEY (keyword_id) REFERENCES keywords (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- category: the whole name, "Science::Bioinformatics"; path: "root.science.bioinformatics", - as _.
CREATE TABLE IF NOT EXISTS categories (
	id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	category    VARCHAR(255)    NOT NULL,
	slug        VARCHAR(255)    NOT NULL,
	description TEXT            NOT NULL,
	path        VARCHAR(255)    NOT NULL,
	crates_cnt  BIGINT UNSIGNED NOT NULL DEFAULT 0,
	created_us  BIGINT          NOT NULL,
	PRIMARY KEY (id),
	UNIQUE KEY categories_slug (slug),
	UNIQUE KEY categories_category (category)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS crates_categories (
	crate_id    BIGINT UNSIGNED NOT NULL,
	category_id BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (crate_id, category_id),
	KEY crates_categories_category (category_id, crate_id),
	CONSTRAINT crates_categories_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE,
	CONSTRAINT crates_categories_category FOREIGN KEY (category_id) REFERENCES categories (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- owner_kind: 0 user, 1 team; owner_id is of users or teams accordingly (so no foreign key: fsck proves it).
CREATE TABLE IF NOT EXISTS crate_owners (
	crate_id            BIGINT UNSIGNED  NOT NULL,
	owner_id            BIGINT UNSIGNED  NOT NULL,
	owner_kind          TINYINT UNSIGNED NOT NULL,
	created_us          BIGINT           NOT NULL,
	created_by          BIGINT UNSIGNED  NULL,
	updated_us          BIGINT           NOT NULL,
	deleted             TINYINT UNSIGNED NOT NULL DEFAULT 0,
	email_notifications TINYINT UNSIGNED NOT NULL DEFAULT 1,
	PRIMARY KEY (crate_id, owner_kind, owner_id),
	KEY crate_owners_owner (owner_kind, owner_id, deleted, crate_id),
	KEY crate_owners_created_by (created_by),
	CONSTRAINT crate_owners_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE,
	CONSTRAINT crate_owners_created_by FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS crate_owner_invitations (
	crate_id           BIGINT UNSIGNED NOT NULL,
	invited_user_id    BIGINT UNSIGNED NOT NULL,
	invited_by_user_id BIGINT UNSIGNED NOT NULL,
	created_us         BIGINT          NOT NULL,
	expires_us         BIGINT          NOT NULL,
	token              VARBINARY(26)   NOT NULL,
	PRIMARY KEY (crate_id, invited_user_id),
	UNIQUE KEY crate_owner_invitations_token (token),
	KEY crate_owner_invitations_user (invited_user_id, crate_id),
	KEY crate_owner_invitations_by (invited_by_user_id),
	CONSTRAINT crate_owner_invitations_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE,
	CONSTRAINT crate_owner_invitations_user FOREIGN KEY (invited_user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT crate_owner_invitations_by FOREIGN KEY (invited_by_user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS follows (
	user_id  BIGINT UNSIGNED NOT NULL,
	crate_id BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (user_id, crate_id),
	KEY follows_crate (crate_id),
	CONSTRAINT follows_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT follows_crate FOREIGN KEY (crate_id) REFERENCES crates (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- action: 0 publish, 1 yank, 2 unyank.
CREATE TABLE IF NOT EXISTS version_owner_actions (
	id           BIGINT UNSIGNED  NOT NULL AUTO_INCREMENT,
	version_id   BIGINT UNSIGNED  NOT NULL,
	user_id      BIGINT UNSIGNED  NOT NULL,
	api_token_id BIGINT UNSIGNED  NULL,
	action       TINYINT UNSIGNED NOT NULL,
	time_us      BIGINT           NOT NULL,
	PRIMARY KEY (id),
	KEY version_owner_actions_version (version_id, id),
	KEY version_owner_actions_user (user_id),
	KEY version_owner_actions_token (api_token_id),
	CONSTRAINT version_owner_actions_version FOREIGN KEY (version_id) REFERENCES versions (id) ON DELETE CASCADE,
	CONSTRAINT version_owner_actions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT version_owner_actions_token FOREIGN KEY (api_token_id) REFERENCES api_tokens (id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- The publisher's address at that time.
CREATE TABLE IF NOT EXISTS versions_published_by (
	version_id BIGINT UNSIGNED NOT NULL,
	email      VARCHAR(1024)   NOT NULL,
	PRIMARY KEY (version_id),
	CONSTRAINT versions_published_by_version FOREIGN KEY (version_id) REFERENCES versions (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- renderer: which edition of the renderer made it; plain: a limit was passed, so it is shown as escaped text.
CREATE TABLE IF NOT EXISTS readme_renderings (
	version_id  BIGINT UNSIGNED  NOT NULL,
	rendered_us BIGINT           NOT NULL,
	renderer    BIGINT UNSIGNED  NOT NULL DEFAULT 0,
	plain       TINYINT UNSIGNED NOT NULL DEFAULT 0,
	PRIMARY KEY (version_id),
	CONSTRAINT readme_renderings_version FOREIGN KEY (version_id) REFERENCES versions (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS deleted_crates (
	id           BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	name         VARBINARY(64)   NOT NULL,
	canon_name   VARBINARY(64)   NOT NULL,
	created_us   BIGINT          NOT NULL,
	deleted_us   BIGINT          NOT NULL,
	deleted_by   BIGINT UNSIGNED NULL,
	message      MEDIUMTEXT      NULL,
	available_us BIGINT          NOT NULL,
	PRIMARY KEY (id),
	KEY deleted_crates_canon_name (canon_name, available_us),
	KEY deleted_crates_deleted_by (deleted_by),
	CONSTRAINT deleted_crates_deleted_by FOREIGN KEY (deleted_by) REFERENCES users (id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS reserved_crate_names (
	name       VARBINARY(64) NOT NULL,
	canon_name VARBINARY(64) NOT NULL,
	PRIMARY KEY (name),
	UNIQUE KEY reserved_crate_names_canon (canon_name)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- contract/publish.md 3.2
INSERT IGNORE INTO reserved_crate_names (name, canon_name) VALUES
	('alloc', 'alloc'), ('arena', 'arena'), ('ast', 'ast'), ('builtins', 'builtins'),
	('collections', 'collections'), ('compiler-builtins', 'compiler_builtins'), ('compiler-rt', 'compiler_rt'),
	('compiletest', 'compiletest'), ('core', 'core'), ('coretest', 'coretest'), ('debug', 'debug'),
	('driver', 'driver'), ('flate', 'flate'), ('fmt_macros', 'fmt_macros'), ('grammar', 'grammar'),
	('graphviz', 'graphviz'), ('macro', 'macro'), ('macros', 'macros'), ('proc_macro', 'proc_macro'),
	('rbml', 'rbml'), ('rust-installer', 'rust_installer'), ('rustbook', 'rustbook'), ('rustc', 'rustc'),
	('rustc_back', 'rustc_back'), ('rustc_borrowck', 'rustc_borrowck'), ('rustc_driver', 'rustc_driver'),
	('rustc_llvm', 'rustc_llvm'), ('rustc_resolve', 'rustc_resolve'), ('rustc_trans', 'rustc_trans'),
	('rustc_typeck', 'rustc_typeck'), ('rustdoc', 'rustdoc'), ('rustllvm', 'rustllvm'), ('rustuv', 'rustuv'),
	('serialize', 'serialize'), ('std', 'std'), ('syntax', 'syntax'), ('test', 'test'), ('unicode', 'unicode'),
	('nul', 'nul'), ('con', 'con'), ('prn', 'prn'), ('aux', 'aux'), ('com0', 'com0'), ('com1', 'com1'),
	('com2', 'com2'), ('com3', 'com3'), ('com4', 'com4'), ('com5', 'com5'), ('com6', 'com6'), ('com7', 'com7'),
	('com8', 'com8'), ('com9', 'com9'), ('lpt0', 'lpt0'), ('lpt1', 'lpt1'), ('lpt2', 'lpt2'), ('lpt3', 'lpt3'),
	('lpt4', 'lpt4'), ('lpt5', 'lpt5'), ('lpt6', 'lpt6'), ('lpt7', 'lpt7'), ('lpt8', 'lpt8'), ('lpt9', 'lpt9');
