#include "db/export.h"

#define COL(column) DB_COL(struct export_row, column)

/* Who owns a crate or has published a version: all others are nobody's business, nor is their account at GitHub. */
#define IS_PUBLIC(id)                                                                              \
	"(EXISTS (SELECT 1 FROM crate_owners c"                                                    \
	"          WHERE c.owner_kind = 0 AND c.owner_id = " id " AND c.deleted = 0)"              \
	" OR EXISTS (SELECT 1 FROM versions v WHERE v.published_by = " id "))"

static const struct db_stmt categories = {
	.name = "export_categories",
	.sql = "SELECT category, crates_cnt, created_us AS created_at, description, id, "
	       "       path, slug "
	       "  FROM categories ORDER BY id",
	.out = { COL(category), COL(crates_cnt), COL(created_at), COL(description), COL(id),
		 COL(path), COL(slug) },
	.scan_ok = true,
};

static const struct db_stmt crate_downloads = {
	.name = "export_crate_downloads",
	.sql = "SELECT crate_id, downloads "
	       "  FROM crate_downloads ORDER BY crate_id",
	.out = { COL(crate_id), COL(downloads) },
	.scan_ok = true,
};

static const struct db_stmt crates = {
	.name = "export_crates",
	.sql = "SELECT created_us AS created_at, description, documentation, homepage, id, "
	       "       max_features, max_upload_size, name, readme, repository, "
	       "       trustpub_only, updated_us AS updated_at "
	       "  FROM crates ORDER BY id",
	.out = { COL(created_at), COL(description), COL(documentation), COL(homepage), COL(id),
		 COL(max_features), COL(max_upload_size), COL(name), COL(readme), COL(repository),
		 COL(trustpub_only), COL(updated_at) },
	.scan_ok = true,
};

static const struct db_stmt keywords = {
	.name = "export_keywords",
	.sql = "SELECT crates_cnt, created_us AS created_at, id, keyword "
	       "  FROM keywords ORDER BY id",
	.out = { COL(crates_cnt), COL(created_at), COL(id), COL(keyword) },
	.scan_ok = true,
};

static const struct db_stmt metadata = {
	.name = "export_metadata",
	.sql = "SELECT total_downloads "
	       "  FROM metadata ORDER BY id",
	.out = { COL(total_downloads) },
	.scan_ok = true,
};

static const struct db_stmt oauth_github = {
	.name = "export_oauth_github",
	.sql = "SELECT g.account_id, g.avatar, g.login, g.user_id "
	       "  FROM oauth_github g WHERE " IS_PUBLIC("g.user_id") " ORDER BY g.account_id",
	.out = { COL(account_id), COL(avatar), COL(login), COL(user_id) },
	.scan_ok = true,
};

static const struct db_stmt reserved_crate_names = {
	.name = "export_reserved_crate_names",
	.sql = "SELECT name "
	       "  FROM reserved_crate_names ORDER BY name",
	.out = { COL(name) },
	.scan_ok = true,
};

static const struct db_stmt reserved_usernames = {
	.name = "export_reserved_usernames",
	.sql = "SELECT username "
	       "  FROM reserved_usernames ORDER BY username",
	.out = { COL(username) },
	.scan_ok = true,
};

static const struct db_stmt teams = {
	.name = "export_teams",
	.sql = "SELECT avatar, github_id, id, login, name, org_id "
	       "  FROM teams ORDER BY id",
	.out = { COL(avatar), COL(github_id), COL(id), COL(login), COL(name), COL(org_id) },
	.scan_ok = true,
};

static const struct db_stmt users = {
	.name = "export_users",
	.sql = "SELECT u.created_us AS created_at, u.gh_id, u.gh_login, u.id, u.name, "
	       "       u.username "
	       "  FROM users u WHERE " IS_PUBLIC("u.id") " ORDER BY u.id",
	.out = { COL(created_at), COL(gh_id), COL(gh_login), COL(id), COL(name), COL(username) },
	.scan_ok = true,
};

static const struct db_stmt crates_categories = {
	.name = "export_crates_categories",
	.sql = "SELECT category_id, crate_id "
	       "  FROM crates_categories ORDER BY crate_id, category_id",
	.out = { COL(category_id), COL(crate_id) },
	.scan_ok = true,
};

static const struct db_stmt crates_keywords = {
	.name = "export_crates_keywords",
	.sql = "SELECT crate_id, keyword_id "
	       "  FROM crates_keywords ORDER BY crate_id, keyword_id",
	.out = { COL(crate_id), COL(keyword_id) },
	.scan_ok = true,
};

static const struct db_stmt crate_owners = {
	.name = "export_crate_owners",
	.sql = "SELECT crate_id, created_us AS created_at, created_by, owner_id, owner_kind "
	       "  FROM crate_owners WHERE deleted = 0 ORDER BY crate_id, owner_kind, owner_id",
	.out = { COL(crate_id), COL(created_at), COL(created_by), COL(owner_id), COL(owner_kind) },
	.scan_ok = true,
};

static const struct db_stmt deleted_crates = {
	.name = "export_deleted_crates",
	.sql = "SELECT available_us AS available_at, created_us AS created_at, "
	       "       deleted_us AS deleted_at, deleted_by, id, message, name "
	       "  FROM deleted_crates ORDER BY id",
	.out = { COL(available_at), COL(created_at), COL(deleted_at), COL(deleted_by), COL(id),
		 COL(message), COL(name) },
	.scan_ok = true,
};

static const struct db_stmt versions = {
	.name = "export_versions",
	.sql = "SELECT bin_names, categories, crate_id, crate_size, "
	       "       created_us AS created_at, description, documentation, downloads, "
	       "       edition, features, "
	       "       CASE has_lib WHEN 1 THEN 't' WHEN 0 THEN 'f' END AS has_lib, "
	       "       homepage, id, keywords, license, links, num, num_no_build, "
	       "       published_by, repository, rust_version, tar_sha256, "
	       "       updated_us AS updated_at, yanked, zip_json_sha256, zip_sha256 "
	       "  FROM versions ORDER BY id",
	.out = { COL(bin_names),
		 COL(categories),
		 COL(crate_id),
		 COL(crate_size),
		 COL(created_at),
		 COL(description),
		 COL(documentation),
		 COL(downloads),
		 COL(edition),
		 COL(features),
		 COL(has_lib),
		 COL(homepage),
		 COL(id),
		 COL(keywords),
		 COL(license),
		 COL(links),
		 COL(num),
		 COL(num_no_build),
		 COL(published_by),
		 COL(repository),
		 COL(rust_version),
		 COL(tar_sha256),
		 COL(updated_at),
		 COL(yanked),
		 COL(zip_json_sha256),
		 COL(zip_sha256) },
	.scan_ok = true,
};

static const struct db_stmt default_versions = {
	.name = "export_default_versions",
	.sql = "SELECT crate_id, num_versions, version_id "
	       "  FROM default_versions ORDER BY crate_id",
	.out = { COL(crate_id), COL(num_versions), COL(version_id) },
	.scan_ok = true,
};

/* What an import has left without a crate is nothing that a reader could refer to. */
static const struct db_stmt dependencies = {
	.name = "export_dependencies",
	.sql = "SELECT crate_id, default_features, explicit_name, features, id, kind, "
	       "       optional, req, target, version_id "
	       "  FROM dependencies FORCE INDEX (PRIMARY) WHERE crate_id IS NOT NULL ORDER BY id",
	.out = { COL(crate_id), COL(default_features), COL(explicit_name), COL(features), COL(id),
		 COL(kind), COL(optional), COL(req), COL(target), COL(version_id) },
	.scan_ok = true,
};

static const struct db_stmt version_downloads = {
	.name = "export_version_downloads",
	.sql = "SELECT CAST(d.date AS CHAR) AS date, d.downloads, d.version_id "
	       "  FROM version_downloads d ORDER BY d.version_id, d.date",
	.out = { COL(date), COL(downloads), COL(version_id) },
	.scan_ok = true,
};

const struct export_table export_tables[EXPORT_TABLES] = {
	{ "categories", &categories },
	{ "crate_downloads", &crate_downloads },
	{ "crates", &crates },
	{ "keywords", &keywords },
	{ "metadata", &metadata },
	{ "oauth_github", &oauth_github },
	{ "reserved_crate_names", &reserved_crate_names },
	{ "reserved_usernames", &reserved_usernames },
	{ "teams", &teams },
	{ "users", &users },
	{ "crates_categories", &crates_categories },
	{ "crates_keywords", &crates_keywords },
	{ "crate_owners", &crate_owners },
	{ "deleted_crates", &deleted_crates },
	{ "versions", &versions },
	{ "default_versions", &default_versions },
	{ "dependencies", &dependencies },
	{ "version_downloads", &version_downloads },
};

enum export_form export_form(const struct export_table *t, const struct db_col *column)
{
	static const char *const lists[] = { "bin_names", "categories", "keywords" };
	struct text name = text_from(column->name);

	if (text_ends(name, TEXT("_at")))
		return EXPORT_TIME;
	if (text_eq(name, TEXT("features")))
		return t->rows == &versions ? EXPORT_FEATURES : EXPORT_LIST;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (text_eq(name, text_from(lists[i])))
			return EXPORT_LIST;
	return EXPORT_BY_TYPE;
}

const struct db_stmt *const db_export_stmts[] = {
	&categories,
	&crate_downloads,
	&crates,
	&keywords,
	&metadata,
	&oauth_github,
	&reserved_crate_names,
	&reserved_usernames,
	&teams,
	&users,
	&crates_categories,
	&crates_keywords,
	&crate_owners,
	&deleted_crates,
	&versions,
	&default_versions,
	&dependencies,
	&version_downloads,
	NULL,
};
