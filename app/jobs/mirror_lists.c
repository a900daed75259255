/*
 * mirror_replacements, mirror_playground: short lists of crates that other sites publish as JSON (contract/web.md W066, W067, 15.4).
 * What of a list is not of its form is passed over; a list of another form changes nothing.
 */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/json.h"
#include "app/base/url.h"
#include "app/jobs/mirror.h"
#include "app/registry/name.h"
#include "app/server/app.h"
#include "db/elsewhere.h"

#include <json-c/json.h>

enum {
	MAX_BYTES = 4 * 1024 * 1024,
	TOTAL_S = 30,
	READER = 1,
	JSON_DEPTH = 8,
	WORDS_MAX_BYTES = 4096,
	ID_MAX_BYTES = 128,
};

static const struct err *odd(struct job_run *r, const char *what)
{
	return err_new(r->arena, ERR_INVALID, "%s is not of the form of such a list", what);
}

static bool is_crate(struct text name)
{
	return name.p && name_is_valid(NAME_CRATE, name);
}

/* ---- {"lazy_static": {"description": "...", "url": "https://..."}}: rust-lang/std-replacement-data */

static size_t read_replacements(struct json_object *o, struct said_row *rows)
{
	size_t n = 0;

	json_object_object_foreach(o, key, v)
	{
		struct said_row row = { .crate = text_from(key),
					.words = json_text(json_member(v, "description")),
					.url = json_text(json_member(v, "url")) };

		if (is_crate(row.crate) && row.words.n && row.words.n <= WORDS_MAX_BYTES &&
		    url_is_http(row.url) && row.url.n <= WORDS_MAX_BYTES)
			rows[n++] = row;
	}
	return n;
}

static const struct err *fetch(struct job_run *r, struct text name, struct text url,
			       struct mirror_got *ret, struct json_object **ret_json)
{
	const struct mirror m = { .name = name,
				  .url = url,
				  .max_bytes = MAX_BYTES,
				  .total_s = TOTAL_S,
				  .reader = READER };
	const struct err *e = mirror_fetch(r, &m, ret);
	struct text why;

	if (!e && !ret->unchanged)
		*ret_json = json_parse(r->arena, ret->body, JSON_DEPTH, &why);
	return e;
}

const struct err *job_mirror_replacements_run(struct job_run *r)
{
	const struct text name = TEXT("std_replacements"), url = r->app->cfg->replacements.url;
	struct json_object *o = NULL;
	struct mirror_got got;
	struct said_row *rows;
	const struct err *e;

	if (!url.n)
		return NULL;
	e = fetch(r, name, url, &got, &o);
	if (e || got.unchanged)
		return e;
	if (!json_object_is_type(o, json_type_object) || json_object_object_length(o) > SAID_MAX)
		return odd(r, "replacements.url");
	rows = arena_array(r->arena, (size_t)json_object_object_length(o), sizeof(*rows));
	return db_replacements_put(r->app->db, name, &got.row, rows, read_replacements(o, rows));
}

/* ---- {"crates": [{"name": "aho-corasick", "version": "...", "id": "aho_corasick"}]}: of the Rust playground */

static bool is_rust_name(struct text t)
{
	for (size_t i = 0; i < t.n; i++)
		if (!char_is_alnum(t.p[i]) && t.p[i] != '_')
			return false;
	return t.n > 0 && t.n <= ID_MAX_BYTES;
}

static size_t read_playground(struct json_object *list, struct said_row *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *v = json_object_array_get_idx(list, i);
		struct said_row row = { .crate = json_text(json_member(v, "name")),
					.words = json_text(json_member(v, "id")) };

		if (is_crate(row.crate) && is_rust_name(row.words))
			rows[n++] = row;
	}
	return n;
}

const struct err *job_mirror_playground_run(struct job_run *r)
{
	const struct text name = TEXT("playground"), site = r->app->cfg->playground.url;
	struct json_object *o = NULL, *list;
	struct mirror_got got;
	struct said_row *rows;
	const struct err *e;

	if (!site.n)
		return NULL;
	e = fetch(r, name, text_fmt(r->arena, "%.*s/meta/crates", TEXT_F(site)), &got, &o);
	if (e || got.unchanged)
		return e;
	list = json_member(o, "crates");
	if (!json_object_is_type(list, json_type_array) ||
	    json_object_array_length(list) > SAID_MAX)
		return odd(r, "the playground's list");
	rows = arena_array(r->arena, json_object_array_length(list), sizeof(*rows));
	return db_playground_put(r->app->db, name, &got.row, rows, read_playground(list, rows));
}
