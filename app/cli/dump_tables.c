#include "app/base/arena.h"
#include "app/base/json.h"
#include "app/base/pgvalue.h"
#include "app/base/semver.h"
#include "app/cli/dump.h"
#include "app/registry/name.h"
#include "db/owner.h"
#include "db/stored.h"

#include <json-c/json.h>
#include <stdlib.h>

const char dump_pass_over[] = "passed over";

/* What columns hold: bytes or characters of db/schema. */
enum {
	VARCHAR_MAX = 255,
	VERSION_MAX = 150,
	LOGIN_MAX = 512,
	SHORT_TEXT_MAX = 65535,
	TEXT_MAX = 16 * 1024 * 1024 - 1
};

#define CONVERT(name)                                                                              \
	static const char *name(const struct dump *d, struct arena *a, struct text t,              \
				struct db_val *ret)

/* ---- numbers, times, bits */

CONVERT(as_id)
{
	uint64_t v;

	(void)d;
	(void)a;
	if (!text_u64(t, 1, INT64_MAX, &v))
		return "no id";
	*ret = db_u64(v);
	return NULL;
}

CONVERT(as_u64)
{
	uint64_t v;

	(void)d;
	(void)a;
	if (!text_u64(t, 0, INT64_MAX, &v))
		return "no number";
	*ret = db_u64(v);
	return NULL;
}

CONVERT(as_u64_or_0)
{
	if (t.p)
		return as_u64(d, a, t, ret);
	*ret = db_u64(0);
	return NULL;
}

CONVERT(as_u64_or_null)
{
	if (t.p)
		return as_u64(d, a, t, ret);
	*ret = db_opt_u64((struct opt_u64){ 0 });
	return NULL;
}

CONVERT(as_i64)
{
	int64_t v;

	(void)d;
	(void)a;
	if (!text_i64(t, INT64_MIN, INT64_MAX, &v))
		return "no number";
	*ret = db_i64(v);
	return NULL;
}

CONVERT(as_i64_or_null)
{
	if (t.p)
		return as_i64(d, a, t, ret);
	*ret = db_opt_i64((struct opt_i64){ 0 });
	return NULL;
}

CONVERT(as_time)
{
	int64_t us;

	(void)d;
	(void)a;
	if (!pg_time(t, &us))
		return "no time";
	*ret = db_i64(us);
	return NULL;
}

CONVERT(as_time_or_null)
{
	if (t.p)
		return as_time(d, a, t, ret);
	*ret = db_opt_i64((struct opt_i64){ 0 });
	return NULL;
}

CONVERT(as_date)
{
	(void)d;
	if (!pg_date(t))
		return "no date";
	*ret = db_text(text_dup(a, t));
	return NULL;
}

CONVERT(as_bool)
{
	bool b;

	(void)d;
	(void)a;
	if (!pg_bool(t, &b))
		return "neither t nor f";
	*ret = db_bool(b);
	return NULL;
}

CONVERT(as_bool_or_null)
{
	if (t.p)
		return as_bool(d, a, t, ret);
	*ret = (struct db_val){ .type = DB_BOOL, .null = true };
	return NULL;
}

CONVERT(as_sha256)
{
	struct sha256 *sha = arena_alloc(a, sizeof(*sha));

	(void)d;
	if (!pg_sha256(t, sha))
		return "no SHA-256";
	*ret = db_sha(sha);
	return NULL;
}

CONVERT(as_sha256_or_null)
{
	if (t.p)
		return as_sha256(d, a, t, ret);
	*ret = db_sha(NULL);
	return NULL;
}

/* ---- texts */

static const char *text_of(struct arena *a, struct text t, size_t max, struct db_val *ret)
{
	if (!text_is_utf8(t))
		return "no UTF-8";
	if (t.n > max)
		return "too long";
	*ret = db_text(text_dup(a, t));
	return NULL;
}

/* NULL stays NULL. */
CONVERT(as_text)
{
	(void)d;
	return text_of(a, t, TEXT_MAX, ret);
}

CONVERT(as_short_text)
{
	(void)d;
	return text_of(a, t, SHORT_TEXT_MAX, ret);
}

CONVERT(as_varchar_or_null)
{
	(void)d;
	return text_of(a, t, VARCHAR_MAX, ret);
}

CONVERT(as_varchar)
{
	return t.n ? as_varchar_or_null(d, a, t, ret) : "empty";
}

CONVERT(as_text_or_empty)
{
	return as_short_text(d, a, t.p ? t : TEXT(""), ret);
}

CONVERT(as_team_login)
{
	(void)d;
	return t.n ? text_of(a, text_lower(a, t), LOGIN_MAX, ret) : "empty";
}

CONVERT(as_canon)
{
	(void)d;
	*ret = db_text(canon_name(a, t));
	return NULL;
}

CONVERT(as_lower)
{
	(void)d;
	*ret = db_text(text_lower(a, t));
	return NULL;
}

CONVERT(as_crate_name)
{
	(void)d;
	if (!name_is_valid(NAME_CRATE, t))
		return "no name of a crate";
	*ret = db_text(text_dup(a, t));
	return NULL;
}

/* Reserved ones need not be names that a crate could have. */
CONVERT(as_reserved_name)
{
	(void)d;
	return t.n ? text_of(a, t, NAME_MAX_CHARS, ret) : "empty";
}

CONVERT(as_renamed)
{
	(void)d;
	if (t.p && !name_is_valid(NAME_RENAMED, t))
		return "no name of a dependency";
	*ret = db_text(text_dup(a, t));
	return NULL;
}

CONVERT(as_requirement)
{
	struct semver_req r;

	(void)d;
	if (!semver_req_parse(t, &r))
		return "no version requirement";
	*ret = db_text(text_dup(a, t));
	return NULL;
}

/* ---- versions */

CONVERT(as_version)
{
	struct semver v;

	(void)d;
	if (t.n > VERSION_MAX || !semver_parse(t, &v))
		return "no version";
	*ret = db_text(text_dup(a, t));
	return NULL;
}

CONVERT(as_no_build)
{
	(void)d;
	*ret = db_text(text_dup(a, semver_no_build(t)));
	return NULL;
}

CONVERT(as_order_key)
{
	struct semver v;

	(void)d;
	if (!semver_parse(t, &v))
		return "no version";
	*ret = db_text(semver_order_key(a, &v));
	return NULL;
}

CONVERT(as_prerelease)
{
	struct semver v;

	(void)d;
	(void)a;
	if (!semver_parse(t, &v))
		return "no version";
	*ret = db_bool(semver_is_prerelease(&v));
	return NULL;
}

/* ---- lists */

CONVERT(as_list_or_null)
{
	struct texts list;

	(void)d;
	if (!t.p) {
		*ret = db_text(TEXT_NONE);
		return NULL;
	}
	if (!text_is_utf8(t) || !pg_array(a, t, &list))
		return "no array";
	for (size_t i = 0; i < list.n; i++)
		if (!list.v[i].p)
			list.v[i] = TEXT("");
	*ret = db_text(list.n ? stored_list(a, list) : TEXT("[]"));
	return NULL;
}

CONVERT(as_list)
{
	return as_list_or_null(d, a, t.p ? t : TEXT("{}"), ret);
}

static int by_name(const void *a, const void *b)
{
	const struct manifest_feature *x = a, *y = b;

	return text_cmp(x->name, y->name);
}

static const char not_features[] = "no object of lists of texts";

static const char *texts_of(struct arena *a, struct json_object *list, struct texts *ret)
{
	size_t n;

	if (!json_object_is_type(list, json_type_array))
		return not_features;
	n = json_object_array_length(list);
	*ret = (struct texts){ arena_array(a, n, sizeof(*ret->v)), n };
	for (size_t i = 0; i < n; i++) {
		ret->v[i] = json_text(json_object_array_get_idx(list, i));
		if (!ret->v[i].p)
			return not_features;
	}
	return NULL;
}

/* PostgreSQL prints blanks between, and sorts keys by their length first. */
CONVERT(as_features)
{
	struct json_object *o;
	struct manifest m = { 0 };
	const char *wrong = NULL;
	struct text why;

	(void)d;
	if (!t.p || text_eq(t, TEXT("{}"))) {
		*ret = db_text(TEXT("{}"));
		return NULL;
	}
	t = text_dup(a, t); /* what is read of it may point into it */
	o = json_parse(a, t, 4, &why);
	if (why.p || !json_object_is_type(o, json_type_object))
		return not_features;
	m.features = arena_array(a, (size_t)json_object_object_length(o), sizeof(*m.features));
	json_object_object_foreach(o, key, values)
	{
		if (!wrong)
			wrong = texts_of(a, values, &m.features[m.nfeatures].values);
		m.features[m.nfeatures++].name = text_from(key);
	}
	if (m.nfeatures)
		qsort(m.features, m.nfeatures, sizeof(*m.features), by_name);
	*ret = db_text(stored_features(a, &m));
	return wrong;
}

/* ---- what is referred to */

static const char *ref(const struct dump *d, enum import_names which, struct text t,
		       const char *none, struct db_val *ret)
{
	uint64_t id;

	if (!text_u64(t, 1, INT64_MAX, &id) || !dump_has(d, which, id))
		return none;
	*ret = db_u64(id);
	return NULL;
}

CONVERT(as_crate)
{
	(void)a;
	return ref(d, IMPORT_IDS_OF_CRATES, t, "there is no such crate", ret);
}

CONVERT(as_name_of_crate)
{
	uint64_t id;

	(void)a;
	if (!text_u64(t, 1, INT64_MAX, &id))
		return "no id";
	*ret = db_text(dump_name(d, IMPORT_IDS_OF_CRATES, id));
	return NULL;
}

CONVERT(as_version_id)
{
	(void)a;
	return ref(d, IMPORT_IDS_OF_VERSIONS, t, "there is no such version", ret);
}

CONVERT(as_keyword)
{
	(void)a;
	return ref(d, IMPORT_IDS_OF_KEYWORDS, t, "there is no such keyword", ret);
}

CONVERT(as_category)
{
	uint64_t id, here;

	(void)a;
	if (!text_u64(t, 1, INT64_MAX, &id) || !dump_category(d, id, &here))
		return "there is no such category";
	*ret = db_u64(here);
	return NULL;
}

/* The id that a user of the dump gets here. */
CONVERT(as_new_user)
{
	const struct import_user *u;
	uint64_t id;

	(void)a;
	if (!text_u64(t, 1, INT64_MAX, &id))
		return "no id";
	u = dump_user(d, id);
	if (u && u->was_here)
		return dump_pass_over;
	*ret = db_u64(u ? u->user_id : id);
	return NULL;
}

static bool user_here(const struct dump *d, uint64_t dump_id, uint64_t *ret)
{
	const struct import_user *u = dump_user(d, dump_id);

	*ret = u ? u->user_id : dump_id;
	return dump_has(d, IMPORT_IDS_OF_USERS, *ret);
}

CONVERT(as_user)
{
	uint64_t id, here;

	(void)a;
	if (!text_u64(t, 1, INT64_MAX, &id) || !user_here(d, id, &here))
		return "there is no such user";
	*ret = db_u64(here);
	return NULL;
}

/* The dump leaves out users who own nothing and published nothing, whoever mentions them. */
CONVERT(as_user_or_null)
{
	uint64_t id, here;

	(void)a;
	if (t.p && !text_u64(t, 1, INT64_MAX, &id))
		return "no id";
	*ret = db_opt_u64((struct opt_u64){ 0 });
	if (t.p && user_here(d, id, &here))
		*ret = db_u64(here);
	return NULL;
}

CONVERT(as_owner_kind)
{
	const char *wrong = as_u64(d, a, t, ret);

	return wrong || ret->v.u64 > OWNER_TEAM ? "no kind of owner" : NULL;
}

CONVERT(as_dependency_kind)
{
	const char *wrong = as_u64(d, a, t, ret);

	return wrong || ret->v.u64 > 2 ? "no kind of dependency" : NULL;
}

/* crate, kind, owner */
static const char *check_owner(const struct dump *d, struct db_val *row)
{
	uint64_t here;

	if (row[1].v.u64 == OWNER_TEAM)
		return dump_has(d, IMPORT_IDS_OF_TEAMS, row[2].v.u64) ? NULL
								      : "there is no such team";
	if (!user_here(d, row[2].v.u64, &here))
		return "there is no such user";
	row[2] = db_u64(here);
	return NULL;
}

#define REF(what) (1U << IMPORT_IDS_OF_##what)

/* The values of each in the order of db/import.c. */
const struct dump_table dump_tables[IMPORT_TABLES] = {
	[IMPORT_RESERVED_CRATE_NAMES] = { "reserved_crate_names",
					  { { "name", as_reserved_name }, { "name", as_canon } },
					  .keys = 1 },
	[IMPORT_RESERVED_USERNAMES] = { "reserved_usernames",
					{ { "username", as_varchar }, { "username", as_canon } },
					.keys = 1,
					.may_be_missing = true },
	[IMPORT_USERS] = { "users",
			   { { "id", as_new_user },
			     { "username", as_varchar },
			     { "username", as_canon },
			     { "gh_login", as_varchar },
			     { "gh_login", as_lower },
			     { "gh_id", as_i64 },
			     { "name", as_short_text },
			     { "created_at", as_time_or_null } },
			   .keys = 1,
			   .no_longer = "gh_login",
			   .instead = "username" },
	[IMPORT_OAUTH_GITHUB] = { "oauth_github",
				  { { "account_id", as_i64 },
				    { "user_id", as_user },
				    { "login", as_varchar },
				    { "avatar", as_short_text } },
				  .keys = 1,
				  .refs = REF(USERS),
				  .may_be_missing = true },
	[IMPORT_TEAMS] = { "teams",
			   { { "id", as_id },
			     { "login", as_team_login },
			     { "github_id", as_i64 },
			     { "org_id", as_i64_or_null },
			     { "name", as_short_text },
			     { "avatar", as_short_text } },
			   .keys = 1 },
	[IMPORT_CATEGORIES] = { "categories",
				{ { "slug", as_varchar },
				  { "category", as_varchar },
				  { "description", as_text_or_empty },
				  { "path", as_varchar },
				  { "created_at", as_time } },
				.keys = 1 },
	[IMPORT_KEYWORDS] = { "keywords",
			      { { "id", as_id },
				{ "keyword", as_varchar },
				{ "created_at", as_time } },
			      .keys = 1 },
	[IMPORT_CRATES] = { "crates",
			    { { "id", as_id },
			      { "name", as_crate_name },
			      { "name", as_canon },
			      { "created_at", as_time },
			      { "updated_at", as_time },
			      { "description", as_text },
			      { "homepage", as_text },
			      { "documentation", as_text },
			      { "repository", as_text },
			      { "readme", as_text },
			      { "max_upload_size", as_u64_or_null },
			      { "max_features", as_u64_or_null },
			      { "trustpub_only", as_bool } },
			    .keys = 1 },
	[IMPORT_CRATE_DOWNLOADS] = { "crate_downloads",
				     { { "crate_id", as_crate }, { "downloads", as_u64 } },
				     .keys = 1,
				     .refs = REF(CRATES) },
	[IMPORT_CRATES_CATEGORIES] = { "crates_categories",
				       { { "crate_id", as_crate }, { "category_id", as_category } },
				       .keys = 2,
				       .refs = REF(CRATES) | REF(CATEGORIES) },
	[IMPORT_CRATES_KEYWORDS] = { "crates_keywords",
				     { { "crate_id", as_crate }, { "keyword_id", as_keyword } },
				     .keys = 2,
				     .refs = REF(CRATES) | REF(KEYWORDS) },
	[IMPORT_CRATE_OWNERS] = { "crate_owners",
				  { { "crate_id", as_crate },
				    { "owner_kind", as_owner_kind },
				    { "owner_id", as_id },
				    { "created_at", as_time },
				    { "created_at", as_time },
				    { "created_by", as_user_or_null } },
				  .keys = 3,
				  .refs = REF(CRATES) | REF(USERS) | REF(TEAMS),
				  .check = check_owner },
	[IMPORT_DELETED_CRATES] = { "deleted_crates",
				    { { "name", as_crate_name },
				      { "name", as_canon },
				      { "created_at", as_time },
				      { "deleted_at", as_time },
				      { "deleted_by", as_user_or_null },
				      { "message", as_text },
				      { "available_at", as_time } },
				    .keys = 0,
				    .refs = REF(USERS),
				    .may_be_missing = true },
	[IMPORT_VERSIONS] = { "versions",
			      { { "id", as_id },
				{ "crate_id", as_crate },
				{ "num", as_version },
				{ "num", as_no_build },
				{ "num", as_order_key },
				{ "num", as_prerelease },
				{ "created_at", as_time },
				{ "updated_at", as_time },
				{ "downloads", as_u64 },
				{ "features", as_features },
				{ "yanked", as_bool },
				{ "license", as_text },
				{ "crate_size", as_u64_or_0 },
				{ "published_by", as_user_or_null },
				{ "tar_sha256", as_sha256 },
				{ "links", as_text },
				{ "rust_version", as_varchar_or_null },
				{ "has_lib", as_bool_or_null },
				{ "bin_names", as_list_or_null },
				{ "edition", as_varchar_or_null },
				{ "description", as_text },
				{ "homepage", as_text },
				{ "documentation", as_text },
				{ "repository", as_text },
				{ "categories", as_list },
				{ "keywords", as_list },
				{ "zip_sha256", as_sha256_or_null },
				{ "zip_json_sha256", as_sha256_or_null } },
			      .keys = 1,
			      .refs = REF(CRATES) | REF(USERS) },
	[IMPORT_DEPENDENCIES] = { "dependencies",
				  { { "id", as_id },
				    { "version_id", as_version_id },
				    { "crate_id", as_crate },
				    { "crate_id", as_name_of_crate },
				    { "req", as_requirement },
				    { "optional", as_bool },
				    { "default_features", as_bool },
				    { "features", as_list },
				    { "target", as_text },
				    { "kind", as_dependency_kind },
				    { "explicit_name", as_renamed } },
				  .keys = 1,
				  .refs = REF(CRATES) | REF(VERSIONS) },
	[IMPORT_VERSION_DOWNLOADS] = { "version_downloads",
				       { { "version_id", as_version_id },
					 { "date", as_date },
					 { "downloads", as_u64 },
					 { "downloads", as_u64 } },
				       .keys = 2,
				       .refs = REF(VERSIONS) },
	[IMPORT_METADATA] = { "metadata", { { "total_downloads", as_u64 } }, .keys = 0 },
};
