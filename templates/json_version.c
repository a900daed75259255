#include "templates/json_version.h"

#include "templates/json_crate.h"
#include "templates/json_user.h"

static void path(struct jw *j, const char *key, struct text crate, struct text num,
		 const char *what)
{
	jw_joined(j, key, TEXT("/api/v1/crates/"), crate, TEXT("/"), num, TEXT("/"),
		  text_from(what));
}

static void raw_or_null(struct jw *j, const char *key, struct text json)
{
	if (json.p)
		jw_raw(j, key, json);
	else
		jw_null(j, key);
}

static void actions(struct jw *j, const struct version_view *v, struct json_people *people)
{
	static const struct text name[] = { TEXT_INIT("publish"), TEXT_INIT("yank"),
					    TEXT_INIT("unyank") };

	jw_array(j, "audit_actions");
	for (size_t i = 0; i < v->nactions; i++) {
		BUG_ON(v->actions[i].action >= ARRAY_SIZE(name));
		jw_object(j, NULL);
		jw_text(j, "action", name[v->actions[i].action]);
		json_user_again(j, "user", v->actions[i].user, people);
		jw_time(j, "time", v->actions[i].time_us);
		jw_end(j);
	}
	jw_end(j);
}

static void write_version(struct jw *j, const char *key, const struct version_view *v,
			  struct text crate, struct json_people *people)
{
	jw_object(j, key);
	jw_u64(j, "id", v->id);
	jw_text(j, "crate", crate);
	jw_text(j, "num", v->num);
	path(j, "dl_path", crate, v->num, "download");
	path(j, "readme_path", crate, v->num, "readme");
	jw_time(j, "updated_at", v->updated_us);
	jw_time(j, "created_at", v->created_us);
	jw_u64(j, "downloads", v->downloads);
	jw_raw(j, "features", v->features);
	jw_bool(j, "yanked", v->yanked);
	jw_text_or_null(j, "yank_message", v->yank_message);
	jw_text_or_null(j, "lib_links", v->links);
	jw_text_or_null(j, "license", v->license);
	jw_object(j, "links");
	path(j, "dependencies", crate, v->num, "dependencies");
	path(j, "version_downloads", crate, v->num, "downloads");
	path(j, "authors", crate, v->num, "authors");
	jw_end(j);
	jw_u64(j, "crate_size", v->crate_size);
	json_user_again(j, "published_by", v->publisher, people);
	actions(j, v, people);
	jw_hex(j, "checksum", v->tar_sha256.b, sizeof(v->tar_sha256.b));
	jw_text_or_null(j, "rust_version", v->rust_version);
	if (v->has_lib.set)
		jw_bool(j, "has_lib", v->has_lib.v != 0);
	else
		jw_null(j, "has_lib");
	raw_or_null(j, "bin_names", v->bin_names);
	jw_text_or_null(j, "edition", v->edition);
	jw_text_or_null(j, "description", v->description);
	json_public_url(j, "homepage", v->homepage);
	json_public_url(j, "documentation", v->documentation);
	json_public_url(j, "repository", v->repository);
	raw_or_null(j, "trustpub_data", v->trustpub_data);
	raw_or_null(j, "linecounts", v->linecounts);
	jw_end(j);
}

void json_version(struct jw *j, const char *key, const struct version_view *v, struct text crate)
{
	struct json_people people = { 0 };

	write_version(j, key, v, crate, &people);
}

void json_versions(struct jw *j, const char *key, const struct version_view *v, size_t n,
		   struct text crate)
{
	struct json_people people = { 0 };

	jw_array(j, key);
	for (size_t i = 0; i < n; i++)
		write_version(j, NULL, &v[i], crate.p ? crate : v[i].crate, &people);
	jw_end(j);
}
