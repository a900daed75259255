#include "templates/json_crate.h"

#include "db/category.h"
#include "templates/shown_url.h"

void json_public_url(struct jw *j, const char *key, struct text url)
{
	jw_text_or_null(j, key, shown_url(url));
}

static void links(struct jw *j, struct text name, bool with_versions)
{
	static const char *const routes[][2] = {
		{ "version_downloads", "downloads" },
		{ "versions", "versions" },
		{ "owners", "owners" },
		{ "owner_team", "owner_team" },
		{ "owner_user", "owner_user" },
		{ "reverse_dependencies", "reverse_dependencies" },
	};

	jw_object(j, "links");
	for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
		if (i == 1 && with_versions)
			jw_null(j, routes[i][0]);
		else
			jw_joined(j, routes[i][0], TEXT("/api/v1/crates/"), name, TEXT("/"),
				  text_from(routes[i][1]));
	}
	jw_end(j);
}

static void lists(struct jw *j, const struct json_crate_with *w)
{
	if (w->with_versions) {
		jw_array(j, "versions");
		for (size_t i = 0; i < w->nversions; i++)
			jw_u64(j, NULL, w->versions[i].id);
		jw_end(j);
	} else {
		jw_null(j, "versions");
	}
	if (w->with_keywords) {
		jw_array(j, "keywords");
		for (size_t i = 0; i < w->nkeywords; i++)
			jw_text(j, NULL, w->keywords[i].keyword);
		jw_end(j);
	} else {
		jw_null(j, "keywords");
	}
	if (w->with_categories) {
		jw_array(j, "categories");
		for (size_t i = 0; i < w->ncategories; i++)
			jw_text(j, NULL, w->categories[i].slug);
		jw_end(j);
	} else {
		jw_null(j, "categories");
	}
	jw_array(j, "badges");
	jw_end(j);
}

static void figures(struct jw *j, const struct crate_view *c, const struct json_crate_with *w)
{
	struct opt_u64 recent =
		w->with_recent_downloads ? c->recent_downloads : (struct opt_u64){ 0 };

	if (!recent.set && w->zero_recent_downloads)
		recent.set = true;
	jw_u64(j, "downloads", recent.set && recent.v > c->downloads ? recent.v : c->downloads);
	if (recent.set)
		jw_u64(j, "recent_downloads", recent.v);
	else
		jw_null(j, "recent_downloads");
}

static void version_or_zero(struct jw *j, const char *key, struct text num)
{
	jw_text(j, key, num.p ? num : TEXT("0.0.0"));
}

void json_crate(struct jw *j, const char *key, const struct crate_view *c,
		const struct json_crate_with *w)
{
	static const struct crate_tops none;
	const struct crate_tops *tops = w->with_tops ? &c->tops : &none;

	jw_object(j, key);
	jw_text(j, "id", c->name);
	jw_text(j, "name", c->name);
	jw_time(j, "updated_at", c->updated_us);
	lists(j, w);
	jw_time(j, "created_at", c->created_us);
	figures(j, c, w);
	jw_text_or_null(j, "default_version", c->default_version);
	jw_u64(j, "num_versions", c->num_versions.v);
	jw_bool(j, "yanked", c->default_yanked.set && c->default_yanked.v);
	version_or_zero(j, "max_version", tops->max_version);
	version_or_zero(j, "newest_version", tops->newest_version);
	jw_text_or_null(j, "max_stable_version", tops->max_stable_version);
	jw_text_or_null(j, "description", c->description);
	json_public_url(j, "homepage", c->homepage);
	json_public_url(j, "documentation", c->documentation);
	json_public_url(j, "repository", c->repository);
	links(j, c->name, w->with_versions);
	jw_bool(j, "exact_match", w->exact_match);
	jw_bool(j, "trustpub_only", c->trustpub_only);
	jw_end(j);
}

void json_keyword(struct jw *j, const char *key, const struct keyword_view *k)
{
	jw_object(j, key);
	jw_text(j, "id", k->keyword);
	jw_text(j, "keyword", k->keyword);
	jw_time(j, "created_at", k->created_us);
	jw_u64(j, "crates_cnt", k->crates_cnt);
	jw_end(j);
}

static void category_members(struct jw *j, const struct category_view *c)
{
	jw_text(j, "id", c->slug);
	jw_text(j, "category", category_last_part(c->category));
	jw_text(j, "slug", c->slug);
	jw_text(j, "description", c->description);
	jw_time(j, "created_at", c->created_us);
	jw_u64(j, "crates_cnt", c->crates_cnt);
}

void json_category(struct jw *j, const struct category_view *c)
{
	jw_object(j, NULL);
	category_members(j, c);
	jw_end(j);
}

static void category_list(struct jw *j, const char *key, struct category_list list)
{
	jw_array(j, key);
	for (size_t i = 0; i < list.n; i++)
		json_category(j, &list.v[i]);
	jw_end(j);
}

void json_category_tree(struct jw *j, const char *key, const struct category_view *c,
			struct category_list subcategories, struct category_list parents)
{
	jw_object(j, key);
	category_members(j, c);
	category_list(j, "subcategories", subcategories);
	category_list(j, "parent_categories", parents);
	jw_end(j);
}
