#include "app/registry/manifest.h"

#include "app/base/arena.h"
#include "app/base/toml.h"
#include "app/registry/manifest_shape.h"
#include "app/registry/manifest_targets.h"

#include <stdlib.h>

struct manifest_draft {
	const struct toml *root;
	const struct toml *package; /* [package], [project], or the whole file */
	struct manifest m;
};

static const struct text no_version = TEXT_INIT("missing field `version`");
static const struct text has_patch = TEXT_INIT("crates cannot be published with `[patch]` tables");
static const struct text not_set = TEXT_INIT("value from workspace hasn't been set");

/* All readers below may trust the types: manifest_check has seen them. */

static struct text get_text(const struct toml *table, const char *key)
{
	const struct toml *v = toml_get(table, text_from(key));

	return v && v->type == TOML_STRING ? v->v.string : TEXT_NONE;
}

static bool get_bool(const struct toml *table, const char *key, bool otherwise)
{
	const struct toml *v = toml_get(table, text_from(key));

	return v && v->type == TOML_BOOL ? v->v.boolean : otherwise;
}

static struct texts to_texts(struct arena *a, const struct toml *list)
{
	struct texts ret = { 0 };

	if (!list || list->type != TOML_ARRAY)
		return ret;
	ret.v = arena_array(a, list->n, sizeof(*ret.v));
	for (const struct toml *v = list->first; v; v = v->next)
		ret.v[ret.n++] = v->v.string;
	return ret;
}

static int by_key(const void *a, const void *b)
{
	const struct toml *const *x = a, *const *y = b;

	return text_cmp((*x)->key, (*y)->key);
}

/* The members of a table in the order of their keys' bytes, as a BTreeMap has them. arena; NULL
 * table: none. */
static const struct toml **by_keys(struct arena *a, const struct toml *table, size_t *ret_n)
{
	const struct toml **v = arena_array(a, table ? table->n : 0, sizeof(const struct toml *));

	*ret_n = 0;
	if (!table)
		return v;
	for (const struct toml *m = table->first; m; m = m->next)
		v[(*ret_n)++] = m;
	qsort(v, *ret_n, sizeof(const struct toml *), by_key);
	return v;
}

/* ---- what must have been filled in by cargo before publishing */

static bool package_is_inherited(const struct toml *package)
{
	static const char *const keys[] = { "version",       "edition",     "rust-version",
					    "authors",       "description", "homepage",
					    "documentation", "readme",      "keywords",
					    "categories",    "license",     "license-file",
					    "repository" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (manifest_is_inherited(toml_get(package, text_from(keys[i]))))
			return true;
	return false;
}

static bool deps_are_inherited(struct arena *a, const struct toml *deps)
{
	for (const struct toml *d = deps ? deps->first : NULL; d; d = d->next)
		if (manifest_is_inherited_dep(a, d))
			return true;
	return false;
}

/* crates_io_tarball/src/manifest.rs, validate_manifest */
static const struct text *check_filled_in(struct arena *a, const struct toml *root,
					  const struct toml *package)
{
	const struct toml *patch = toml_get(root, TEXT("patch"));

	if (patch && patch->n > 0)
		return &has_patch;
	if (!toml_get(package, TEXT("version")))
		return &no_version;
	if (package_is_inherited(package) ||
	    deps_are_inherited(a, toml_get(root, TEXT("dependencies"))) ||
	    deps_are_inherited(a, toml_get_either(root, "dev-dependencies", "dev_dependencies")) ||
	    deps_are_inherited(a,
			       toml_get_either(root, "build-dependencies", "build_dependencies")))
		return &not_set;
	return NULL;
}

/* ---- features and dependencies */

static void read_features(struct arena *a, const struct toml *features, struct manifest *m)
{
	const struct toml **v = by_keys(a, features, &m->nfeatures);

	m->features = arena_array(a, m->nfeatures, sizeof(*m->features));
	for (size_t i = 0; i < m->nfeatures; i++)
		m->features[i] = (struct manifest_feature){ v[i]->key, to_texts(a, v[i]) };
}

/* One entry of a dependency table. One that the workspace should have filled in counts as `*` with
 * nothing set. */
static struct manifest_dep read_dep(struct arena *a, const struct toml *v, enum dep_kind kind,
				    struct text target)
{
	struct manifest_dep d = { .name = v->key,
				  .req = TEXT("*"),
				  .target = target,
				  .kind = kind,
				  .default_features = true };
	const struct toml *default_features, *registry_index;

	if (v->type == TOML_STRING) {
		d.req = v->v.string;
		return d;
	}
	if (manifest_is_inherited_dep(a, v))
		return d;
	if (toml_get(v, TEXT("version")))
		d.req = get_text(v, "version");
	if (toml_get(v, TEXT("package"))) {
		d.explicit_name = v->key;
		d.name = get_text(v, "package");
	}
	registry_index = toml_get_either(v, "registry-index", "registry_index");
	default_features = toml_get_either(v, "default-features", "default_features");
	d.registry = get_text(v, "registry");
	d.registry_index = registry_index ? registry_index->v.string : TEXT_NONE;
	d.features = to_texts(a, toml_get(v, TEXT("features")));
	d.optional = get_bool(v, "optional", false);
	d.default_features = !default_features || default_features->v.boolean;
	return d;
}

struct deps_sink {
	struct arena *arena;
	struct manifest *m;
	size_t room;
};

static void add_deps(struct deps_sink *s, const struct toml *table, enum dep_kind kind,
		     struct text target)
{
	size_t n;
	const struct toml **v = by_keys(s->arena, table, &n);

	for (size_t i = 0; i < n; i++) {
		if (s->m->ndeps == s->room) {
			struct manifest_dep *old = s->m->deps;

			s->room = s->room ? s->room * 2 : 16;
			s->m->deps = arena_array(s->arena, s->room, sizeof(*old));
			for (size_t k = 0; k < s->m->ndeps; k++)
				s->m->deps[k] = old[k];
		}
		s->m->deps[s->m->ndeps++] = read_dep(s->arena, v[i], kind, target);
	}
}

/* The three tables in the order of contract/publish.md 9. */
static void add_three(struct deps_sink *s, const struct toml *table, struct text target)
{
	add_deps(s, toml_get(table, TEXT("dependencies")), DEP_NORMAL, target);
	add_deps(s, toml_get_either(table, "dev-dependencies", "dev_dependencies"), DEP_DEV,
		 target);
	add_deps(s, toml_get_either(table, "build-dependencies", "build_dependencies"), DEP_BUILD,
		 target);
}

static void read_deps(struct arena *a, const struct toml *root, struct manifest *m)
{
	struct deps_sink s = { .arena = a, .m = m };
	size_t n;
	const struct toml **targets = by_keys(a, toml_get(root, TEXT("target")), &n);

	add_three(&s, root, TEXT_NONE);
	for (size_t i = 0; i < n; i++)
		add_three(&s, targets[i], targets[i]->key);
}

static void read_package(struct arena *a, const struct toml *p, struct manifest *m)
{
	m->name = get_text(p, "name");
	m->version = get_text(p, "version");
	m->description = get_text(p, "description");
	m->homepage = get_text(p, "homepage");
	m->documentation = get_text(p, "documentation");
	m->repository = get_text(p, "repository");
	m->license = get_text(p, "license");
	m->has_license_file = get_text(p, "license-file").n > 0;
	m->readme = get_text(p, "readme");
	m->edition = get_text(p, "edition");
	m->rust_version = get_text(p, "rust-version");
	m->links = get_text(p, "links");
	m->keywords = to_texts(a, toml_get(p, TEXT("keywords")));
	m->categories = to_texts(a, toml_get(p, TEXT("categories")));
}

/* ---- the whole */

static const struct text *kept(struct arena *a, struct text t)
{
	struct text *p = arena_alloc(a, sizeof(*p));

	*p = t;
	return p;
}

const struct text *manifest_read(struct arena *a, struct text toml, struct manifest_draft **ret)
{
	struct toml_error syntax;
	struct manifest_draft *d = arena_alloc(a, sizeof(*d));
	const struct text *why;

	d->root = toml_parse(a, toml, &syntax);
	if (!d->root)
		return kept(a, toml_error_text(a, toml, &syntax));
	why = manifest_check(a, toml, d->root);
	if (why)
		return why;
	d->package = toml_get(d->root, TEXT("package"));
	if (!d->package) {
		/* upstream: old manifests have [project], and older ones neither */
		d->package = toml_get(d->root, TEXT("project"));
		if (!d->package)
			d->package = d->root;
		why = manifest_check_package(a, d->package);
	}
	if (!why)
		why = check_filled_in(a, d->root, d->package);
	if (why)
		return why;
	read_package(a, d->package, &d->m);
	read_features(a, toml_get(d->root, TEXT("features")), &d->m);
	read_deps(a, d->root, &d->m);
	*ret = d;
	return NULL;
}

const struct text *manifest_complete(struct arena *a, const struct manifest_draft *draft,
				     struct texts paths, struct manifest *ret)
{
	struct manifest m = draft->m;
	const struct text *why = manifest_targets(a, draft->root, draft->package, paths, &m);

	if (why)
		return why;
	m.path_in_vcs = TEXT("");
	*ret = m;
	return NULL;
}

const struct text *manifest_parse(struct arena *a, struct text toml, struct texts paths,
				  struct manifest *ret)
{
	struct manifest_draft *draft;
	const struct text *why = manifest_read(a, toml, &draft);

	return why ? why : manifest_complete(a, draft, paths, ret);
}
