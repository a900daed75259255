#include "app/registry/index_line.h"

#include "app/base/arena.h"
#include "app/base/jw.h"
#include "app/base/time.h"
#include "app/registry/feature.h"

#include <stdlib.h>
#include <string.h>

/* Absent first. */
static int cmp_maybe(struct text a, struct text b)
{
	if (!a.p || !b.p)
		return (a.p ? 1 : 0) - (b.p ? 1 : 0);
	return text_cmp(a, b);
}

static int cmp_texts(const struct texts *a, const struct texts *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++) {
		int c = text_cmp(a->v[i], b->v[i]);

		if (c)
			return c;
	}
	return (a->n > b->n) - (a->n < b->n);
}

/* contract/index.md 5; the values of enum dep_kind are in the order wanted. */
static int cmp_deps(const void *pa, const void *pb)
{
	const struct index_dep *a = pa, *b = pb;
	int c = text_cmp(a->name, b->name);

	if (!c)
		c = (a->kind > b->kind) - (a->kind < b->kind);
	if (!c)
		c = text_cmp(a->req, b->req);
	if (!c)
		c = a->optional - b->optional;
	if (!c)
		c = a->default_features - b->default_features;
	if (!c)
		c = cmp_maybe(a->target, b->target);
	if (!c)
		c = cmp_maybe(a->package, b->package);
	return c ? c : cmp_texts(&a->features, &b->features);
}

static int cmp_features(const void *a, const void *b)
{
	const struct manifest_feature *x = a, *y = b;

	return text_cmp(x->name, y->name);
}

/* A sorted copy; arena. */
static void *sorted(struct arena *a, const void *v, size_t n, size_t size,
		    int (*cmp)(const void *, const void *))
{
	void *copy = arena_array(a, n, size);

	if (n) {
		memcpy(copy, v, n * size);
		qsort(copy, n, size, cmp);
	}
	return copy;
}

static void add_list(struct jw *j, struct texts list)
{
	for (size_t i = 0; i < list.n; i++)
		jw_text(j, NULL, list.v[i]);
	jw_end(j);
}

static void add_dep(struct jw *j, const struct index_dep *d)
{
	static const char *const kind[] = {
		[DEP_NORMAL] = "normal", [DEP_BUILD] = "build", [DEP_DEV] = "dev"
	};

	BUG_ON((size_t)d->kind >= ARRAY_SIZE(kind));
	jw_object(j, NULL);
	jw_text(j, "name", d->name);
	jw_text(j, "req", d->req);
	jw_array(j, "features");
	add_list(j, d->features);
	jw_bool(j, "optional", d->optional);
	jw_bool(j, "default_features", d->default_features);
	jw_text_or_null(j, "target", d->target);
	jw_text(j, "kind", text_from(kind[d->kind]));
	if (d->package.p)
		jw_text(j, "package", d->package);
	jw_end(j);
}

static void add_features(struct jw *j, const char *key, const struct manifest_feature *f, size_t n)
{
	jw_object(j, key);
	for (size_t i = 0; i < n; i++) {
		jw_array_key(j, f[i].name);
		add_list(j, f[i].values);
	}
	jw_end(j);
}

void index_line(struct buf *b, const struct index_version *v)
{
	struct arena *a = b->arena;
	const struct index_dep *deps = sorted(a, v->deps, v->ndeps, sizeof(*deps), cmp_deps);
	struct feature_split split;
	struct jw j = jw_init(b);

	split = feature_split(
		a, sorted(a, v->features, v->nfeatures, sizeof(*v->features), cmp_features),
		v->nfeatures);
	jw_object(&j, NULL);
	jw_text(&j, "name", v->name);
	jw_text(&j, "vers", v->num);
	jw_array(&j, "deps");
	for (size_t i = 0; i < v->ndeps; i++)
		add_dep(&j, &deps[i]);
	jw_end(&j);
	jw_hex(&j, "cksum", v->cksum.b, sizeof(v->cksum.b));
	add_features(&j, "features", split.v1, split.n1);
	if (split.n2)
		add_features(&j, "features2", split.v2, split.n2);
	jw_bool(&j, "yanked", v->yanked);
	if (v->links.p)
		jw_text(&j, "links", v->links);
	if (v->rust_version.p)
		jw_text(&j, "rust_version", v->rust_version);
	if (v->pubtime)
		jw_text(&j, "pubtime", text_from(time_rfc3339_s(v->created_us).s));
	if (split.n2)
		jw_u64(&j, "v", 2);
	jw_end(&j);
	buf_byte(b, '\n');
}

struct index_dep index_dep_of(const struct manifest_dep *d, struct text req)
{
	bool renamed = d->explicit_name.p != NULL;

	return (struct index_dep){
		.name = renamed ? d->explicit_name : d->name,
		.package = renamed ? d->name : TEXT_NONE,
		.req = req,
		.target = d->target,
		.features = d->features,
		.kind = d->kind,
		.optional = d->optional,
		.default_features = d->default_features,
	};
}
