#include "app/inspect/answer.h"

#include "app/base/arena.h"
#include "app/base/jw.h"
#include "app/inspect/answer_parts.h"

#include <json.h>

enum { ANSWER_MAX_ITEMS = 512 * 1024 }; /* a Cargo.toml of 1 MiB has no more of anything */

/* ---- writing */

static void write_dep(struct jw *j, const struct manifest_dep *d)
{
	jw_object(j, NULL);
	jw_text(j, "name", d->name);
	jw_text_or_null(j, "explicit_name", d->explicit_name);
	jw_text(j, "req", d->req);
	jw_text_or_null(j, "target", d->target);
	jw_text_or_null(j, "registry", d->registry);
	jw_text_or_null(j, "registry_index", d->registry_index);
	answer_write_texts(j, "features", &d->features);
	jw_u64(j, "kind", d->kind);
	jw_bool(j, "optional", d->optional);
	jw_bool(j, "default_features", d->default_features);
	jw_end(j);
}

void answer_write_manifest(struct jw *j, const char *key, const struct manifest *m)
{
	jw_object(j, key);
	jw_text(j, "name", m->name);
	jw_text(j, "version", m->version);
	jw_text_or_null(j, "description", m->description);
	jw_text_or_null(j, "homepage", m->homepage);
	jw_text_or_null(j, "documentation", m->documentation);
	jw_text_or_null(j, "repository", m->repository);
	jw_text_or_null(j, "license", m->license);
	jw_bool(j, "has_license_file", m->has_license_file);
	jw_text_or_null(j, "readme", m->readme);
	jw_text_or_null(j, "edition", m->edition);
	jw_text_or_null(j, "rust_version", m->rust_version);
	jw_text_or_null(j, "links", m->links);
	answer_write_texts(j, "keywords", &m->keywords);
	answer_write_texts(j, "categories", &m->categories);
	jw_array(j, "features");
	for (size_t i = 0; i < m->nfeatures; i++) {
		jw_object(j, NULL);
		jw_text(j, "name", m->features[i].name);
		answer_write_texts(j, "values", &m->features[i].values);
		jw_end(j);
	}
	jw_end(j);
	jw_array(j, "deps");
	for (size_t i = 0; i < m->ndeps; i++)
		write_dep(j, &m->deps[i]);
	jw_end(j);
	jw_bool(j, "has_lib", m->has_lib);
	jw_text_or_null(j, "lib_name", m->lib_name);
	jw_bool(j, "proc_macro", m->proc_macro);
	jw_bool(j, "build_script", m->build_script);
	answer_write_texts(j, "bin_names", &m->bin_names);
	jw_text(j, "path_in_vcs", m->path_in_vcs);
	jw_end(j);
}

/* ---- reading */

static struct text get_text(struct answer_reader *r, struct json_object *o, const char *key)
{
	return answer_get_text(r, o, key, SIZE_MAX);
}

static struct text get_text_or_null(struct answer_reader *r, struct json_object *o, const char *key)
{
	return answer_get_text_or_null(r, o, key, SIZE_MAX);
}

static struct texts get_texts(struct answer_reader *r, struct json_object *o, const char *key)
{
	return answer_get_texts(r, o, key, ANSWER_MAX_ITEMS, SIZE_MAX);
}

static enum dep_kind get_kind(struct answer_reader *r, struct json_object *o)
{
	int64_t kind = answer_get_i64(r, o, "kind");

	if (kind < DEP_NORMAL || kind > DEP_DEV) {
		r->bad = true;
		return DEP_NORMAL;
	}
	return (enum dep_kind)kind;
}

static struct manifest_dep get_dep(struct answer_reader *r, struct json_object *o)
{
	return (struct manifest_dep){
		.name = get_text(r, o, "name"),
		.explicit_name = get_text_or_null(r, o, "explicit_name"),
		.req = get_text(r, o, "req"),
		.target = get_text_or_null(r, o, "target"),
		.registry = get_text_or_null(r, o, "registry"),
		.registry_index = get_text_or_null(r, o, "registry_index"),
		.features = get_texts(r, o, "features"),
		.kind = get_kind(r, o),
		.optional = answer_get_bool(r, o, "optional"),
		.default_features = answer_get_bool(r, o, "default_features"),
	};
}

static void get_features(struct answer_reader *r, struct json_object *o, struct manifest *m)
{
	struct json_object *v = answer_get_array(r, o, "features", ANSWER_MAX_ITEMS, &m->nfeatures);

	m->features = arena_array(r->arena, m->nfeatures, sizeof(*m->features));
	for (size_t i = 0; i < m->nfeatures && !r->bad; i++) {
		struct json_object *f = json_object_array_get_idx(v, i);

		m->features[i] = (struct manifest_feature){ get_text(r, f, "name"),
							    get_texts(r, f, "values") };
	}
}

static void get_deps(struct answer_reader *r, struct json_object *o, struct manifest *m)
{
	struct json_object *v = answer_get_array(r, o, "deps", ANSWER_MAX_ITEMS, &m->ndeps);

	m->deps = arena_array(r->arena, m->ndeps, sizeof(*m->deps));
	for (size_t i = 0; i < m->ndeps && !r->bad; i++)
		m->deps[i] = get_dep(r, json_object_array_get_idx(v, i));
}

bool answer_read_manifest(struct arena *a, struct json_object *o, struct manifest *ret)
{
	struct answer_reader r = { .arena = a };
	struct manifest m = { 0 };

	m.name = get_text(&r, o, "name");
	m.version = get_text(&r, o, "version");
	m.description = get_text_or_null(&r, o, "description");
	m.homepage = get_text_or_null(&r, o, "homepage");
	m.documentation = get_text_or_null(&r, o, "documentation");
	m.repository = get_text_or_null(&r, o, "repository");
	m.license = get_text_or_null(&r, o, "license");
	m.has_license_file = answer_get_bool(&r, o, "has_license_file");
	m.readme = get_text_or_null(&r, o, "readme");
	m.edition = get_text_or_null(&r, o, "edition");
	m.rust_version = get_text_or_null(&r, o, "rust_version");
	m.links = get_text_or_null(&r, o, "links");
	m.keywords = get_texts(&r, o, "keywords");
	m.categories = get_texts(&r, o, "categories");
	get_features(&r, o, &m);
	get_deps(&r, o, &m);
	m.has_lib = answer_get_bool(&r, o, "has_lib");
	m.lib_name = get_text_or_null(&r, o, "lib_name");
	m.proc_macro = answer_get_bool(&r, o, "proc_macro");
	m.build_script = answer_get_bool(&r, o, "build_script");
	m.bin_names = get_texts(&r, o, "bin_names");
	m.path_in_vcs = get_text(&r, o, "path_in_vcs");
	if (r.bad)
		return false;
	*ret = m;
	return true;
}
