#include "app/index/sparse.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/ids.h"
#include "app/base/jw.h"
#include "app/registry/index_line.h"
#include "app/registry/name.h"

#include <json-c/json.h>

enum { FILE_MAX = 1024 * 1024 * 1024, CONFIG_MAX = 64 * 1024 };

/* ---- stored JSON: lists of texts, and objects of such lists */

static void put_object(void *p)
{
	(void)json_object_put(p);
}

static const struct err *stored(struct arena *a, struct text json, enum json_type type,
				struct json_object **ret)
{
	struct json_tokener *t = json_tokener_new();
	struct json_object *o = NULL;

	BUG_ON(!t);
	if (json.n <= INT32_MAX)
		o = json_tokener_parse_ex(t, json.p, (int)json.n);
	/* A text that ends with its last bracket is complete without the NUL. */
	json_tokener_free(t);
	if (!o || !json_object_is_type(o, type)) {
		put_object(o);
		return err_new(a, ERR_INTERNAL, "stored JSON is broken: %.*s",
			       TEXT_F(text_sub(json, 0, 200)));
	}
	*ret = o;
	return NULL;
}

static struct texts texts_of(struct arena *a, struct json_object *list)
{
	size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
	struct texts r = { arena_array(a, n, sizeof(*r.v)), n };

	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		r.v[i] = text_dup(a, (struct text){ json_object_get_string(o),
						    (size_t)json_object_get_string_len(o) });
	}
	return r;
}

static const struct err *list_of(struct arena *a, struct text json, struct texts *ret)
{
	struct json_object *o;
	const struct err *e;

	if (text_eq(json, TEXT("[]"))) {
		*ret = (struct texts){ NULL, 0 };
		return NULL;
	}
	e = stored(a, json, json_type_array, &o);
	if (e)
		return e;
	*ret = texts_of(a, o);
	put_object(o);
	return NULL;
}

static const struct err *features_of(struct arena *a, struct text json,
				     struct manifest_feature **ret, size_t *ret_n)
{
	struct json_object *o;
	const struct err *e;
	size_t n = 0;

	*ret = NULL;
	*ret_n = 0;
	if (text_eq(json, TEXT("{}")))
		return NULL;
	e = stored(a, json, json_type_object, &o);
	if (e)
		return e;
	*ret = arena_array(a, (size_t)json_object_object_length(o), sizeof(**ret));
	json_object_object_foreach(o, key, values)
	{
		(*ret)[n].name = text_dup(a, text_from(key));
		(*ret)[n].values = texts_of(a, values);
		n++;
	}
	*ret_n = n;
	put_object(o);
	return NULL;
}

/* ---- the file */

static const struct err *dep_of(struct arena *a, const struct db_index_dep *d,
				struct index_dep *ret)
{
	*ret = (struct index_dep){
		.name = d->explicit_name.p ? d->explicit_name : d->crate_name,
		.package = d->explicit_name.p ? d->crate_name : TEXT_NONE,
		.req = d->req,
		.target = d->target,
		.kind = (enum dep_kind)d->kind,
		.optional = d->optional,
		.default_features = d->default_features,
	};
	return list_of(a, d->features, &ret->features);
}

static const struct err *add_line(struct buf *b, struct arena *a, const struct db_index_version *v,
				  const struct db_index_dep *deps, size_t ndeps, bool pubtime)
{
	struct index_version line = {
		.name = v->name,
		.num = v->num,
		.cksum = v->tar_sha256,
		.links = v->links,
		.rust_version = v->rust_version,
		.created_us = v->created_us,
		.yanked = v->yanked,
		.pubtime = pubtime,
	};
	size_t from = ids_first(deps, ndeps, sizeof(*deps),
				offsetof(struct db_index_dep, version_id), v->id);
	size_t to = from;
	struct manifest_feature *features;
	struct index_dep *of_line;
	const struct err *e;

	while (to < ndeps && deps[to].version_id == v->id)
		to++;
	of_line = arena_array(a, to - from, sizeof(*of_line));
	for (size_t i = from; i < to; i++) {
		e = dep_of(a, &deps[i], &of_line[i - from]);
		if (e)
			return e;
	}
	line.deps = of_line;
	line.ndeps = to - from;
	e = features_of(a, v->features, &features, &line.nfeatures);
	if (e)
		return e;
	line.features = features;
	index_line(b, &line);
	return NULL;
}

const struct err *sparse_build(struct arena *a, const struct db_index_state *state,
			       const struct db_index_version *versions, size_t nversions,
			       const struct db_index_dep *deps, size_t ndeps, bool pubtime,
			       struct sparse *ret)
{
	struct sparse r = { .path = index_path(a, state->name) };
	struct buf b = buf_init(a, FILE_MAX);
	const struct err *e;

	if (nversions == 0) {
		*ret = r;
		return NULL;
	}
	r.name = versions[0].name;
	r.path = index_path(a, r.name);
	r.links = arena_array(a, nversions, sizeof(*r.links));
	r.nlinks = nversions;
	for (size_t i = 0; i < nversions; i++) {
		r.links[i] = (struct storage_link){ versions[i].num, versions[i].tar_sha256 };
		e = add_line(&b, a, &versions[i], deps, ndeps, pubtime);
		if (e)
			return e;
	}
	e = buf_done(&b, &r.bytes);
	if (e)
		return e;
	*ret = r;
	return NULL;
}

/* ---- config.json */

struct text sparse_config_json(struct arena *a, const struct config *cfg)
{
	struct buf b = buf_init(a, CONFIG_MAX);
	struct jw j = jw_init(&b);
	struct text url = cfg->site.url;
	const char *dl = text_eq(cfg->downloads.count, TEXT("request"))
				 ? "/api/v1/crates/{crate}/{version}/download"
				 : "/static/crates/{crate}/{crate}-{version}.crate";

	jw_object(&j, NULL);
	jw_text(&j, "dl", text_fmt(a, "%.*s%s", TEXT_F(url), dl));
	jw_text(&j, "api", url);
	if (cfg->registry.auth_required)
		jw_bool(&j, "auth-required", true);
	jw_end(&j);
	buf_byte(&b, '\n');
	return buf_text(&b);
}

const struct err *sparse_put_config(struct storage *s, struct arena *a, const struct config *cfg)
{
	struct text want = sparse_config_json(a, cfg), have;
	const struct err *e = storage_get_index(s, a, TEXT("config.json"), &have, NULL);

	if (e || text_eq(have, want))
		return e;
	return storage_put_index(s, a, TEXT("config.json"), want, 0);
}
