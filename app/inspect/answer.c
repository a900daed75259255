#include "app/inspect/answer.h"

#include "app/base/arena.h"
#include "app/base/jw.h"

#include <json.h>
#include <string.h>

enum { ANSWER_MAX_ITEMS = 512 * 1024 }; /* a Cargo.toml of 1 MiB has no more of anything */

/* ---- writing */

static void write_texts(struct jw *j, const char *key, const struct texts *t)
{
	jw_array(j, key);
	for (size_t i = 0; i < t->n; i++)
		jw_text(j, NULL, t->v[i]);
	jw_end(j);
}

static void write_dep(struct jw *j, const struct manifest_dep *d)
{
	jw_object(j, NULL);
	jw_text(j, "name", d->name);
	jw_text_or_null(j, "explicit_name", d->explicit_name);
	jw_text(j, "req", d->req);
	jw_text_or_null(j, "target", d->target);
	jw_text_or_null(j, "registry", d->registry);
	jw_text_or_null(j, "registry_index", d->registry_index);
	write_texts(j, "features", &d->features);
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
	write_texts(j, "keywords", &m->keywords);
	write_texts(j, "categories", &m->categories);
	jw_array(j, "features");
	for (size_t i = 0; i < m->nfeatures; i++) {
		jw_object(j, NULL);
		jw_text(j, "name", m->features[i].name);
		write_texts(j, "values", &m->features[i].values);
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
	write_texts(j, "bin_names", &m->bin_names);
	jw_text(j, "path_in_vcs", m->path_in_vcs);
	jw_end(j);
}

/* ---- reading: one pass that remembers whether anything was wrong */

struct reader {
	struct arena *arena;
	bool bad;
};

bool answer_read_words(struct arena *a, struct json_object *v, struct text *ret)
{
	*ret = TEXT_NONE;
	if (!v)
		return true;
	if (!json_object_is_type(v, json_type_string))
		return false;
	*ret = text_dup(a, (struct text){ json_object_get_string(v),
					  (size_t)json_object_get_string_len(v) });
	return text_is_utf8(*ret);
}

bool answer_read_text(struct arena *a, struct json_object *v, struct text *ret)
{
	return answer_read_words(a, v, ret) && !text_has_byte(*ret, '\0');
}

static struct json_object *get(struct reader *r, struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v))
		r->bad = true;
	return v;
}

static struct text get_text_or_null(struct reader *r, struct json_object *o, const char *key)
{
	struct text t = TEXT_NONE;

	if (!answer_read_text(r->arena, get(r, o, key), &t))
		r->bad = true;
	return t;
}

static struct text get_text(struct reader *r, struct json_object *o, const char *key)
{
	struct text t = get_text_or_null(r, o, key);

	if (!t.p)
		r->bad = true;
	return t.p ? t : TEXT("");
}

static bool get_bool(struct reader *r, struct json_object *o, const char *key)
{
	struct json_object *v = get(r, o, key);

	if (!json_object_is_type(v, json_type_boolean))
		r->bad = true;
	return v && json_object_get_boolean(v);
}

/* The array at key; NULL with *ret_n 0 where there is none. */
static struct json_object *get_array(struct reader *r, struct json_object *o, const char *key,
				     size_t *ret_n)
{
	struct json_object *v = get(r, o, key);

	*ret_n = 0;
	if (!json_object_is_type(v, json_type_array) ||
	    json_object_array_length(v) > ANSWER_MAX_ITEMS) {
		r->bad = true;
		return NULL;
	}
	*ret_n = json_object_array_length(v);
	return v;
}

static struct texts get_texts(struct reader *r, struct json_object *o, const char *key)
{
	struct texts t = { 0 };
	struct json_object *v = get_array(r, o, key, &t.n);

	t.v = arena_array(r->arena, t.n, sizeof(*t.v));
	for (size_t i = 0; i < t.n; i++)
		if (!answer_read_text(r->arena, json_object_array_get_idx(v, i), &t.v[i]) ||
		    !t.v[i].p)
			r->bad = true;
	return t;
}

static enum dep_kind get_kind(struct reader *r, struct json_object *o)
{
	struct json_object *v = get(r, o, "kind");
	int64_t kind = json_object_is_type(v, json_type_int) ? json_object_get_int64(v) : -1;

	if (kind < DEP_NORMAL || kind > DEP_DEV) {
		r->bad = true;
		return DEP_NORMAL;
	}
	return (enum dep_kind)kind;
}

static struct manifest_dep get_dep(struct reader *r, struct json_object *o)
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
		.optional = get_bool(r, o, "optional"),
		.default_features = get_bool(r, o, "default_features"),
	};
}

static void get_features(struct reader *r, struct json_object *o, struct manifest *m)
{
	struct json_object *v = get_array(r, o, "features", &m->nfeatures);

	m->features = arena_array(r->arena, m->nfeatures, sizeof(*m->features));
	for (size_t i = 0; i < m->nfeatures && !r->bad; i++) {
		struct json_object *f = json_object_array_get_idx(v, i);

		m->features[i] = (struct manifest_feature){ get_text(r, f, "name"),
							    get_texts(r, f, "values") };
	}
}

static void get_deps(struct reader *r, struct json_object *o, struct manifest *m)
{
	struct json_object *v = get_array(r, o, "deps", &m->ndeps);

	m->deps = arena_array(r->arena, m->ndeps, sizeof(*m->deps));
	for (size_t i = 0; i < m->ndeps && !r->bad; i++)
		m->deps[i] = get_dep(r, json_object_array_get_idx(v, i));
}

bool answer_read_manifest(struct arena *a, struct json_object *o, struct manifest *ret)
{
	struct reader r = { .arena = a };
	struct manifest m = { 0 };

	m.name = get_text(&r, o, "name");
	m.version = get_text(&r, o, "version");
	m.description = get_text_or_null(&r, o, "description");
	m.homepage = get_text_or_null(&r, o, "homepage");
	m.documentation = get_text_or_null(&r, o, "documentation");
	m.repository = get_text_or_null(&r, o, "repository");
	m.license = get_text_or_null(&r, o, "license");
	m.has_license_file = get_bool(&r, o, "has_license_file");
	m.readme = get_text_or_null(&r, o, "readme");
	m.edition = get_text_or_null(&r, o, "edition");
	m.rust_version = get_text_or_null(&r, o, "rust_version");
	m.links = get_text_or_null(&r, o, "links");
	m.keywords = get_texts(&r, o, "keywords");
	m.categories = get_texts(&r, o, "categories");
	get_features(&r, o, &m);
	get_deps(&r, o, &m);
	m.has_lib = get_bool(&r, o, "has_lib");
	m.lib_name = get_text_or_null(&r, o, "lib_name");
	m.proc_macro = get_bool(&r, o, "proc_macro");
	m.build_script = get_bool(&r, o, "build_script");
	m.bin_names = get_texts(&r, o, "bin_names");
	m.path_in_vcs = get_text(&r, o, "path_in_vcs");
	if (r.bad)
		return false;
	*ret = m;
	return true;
}
