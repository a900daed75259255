/* handlers/web/crate_features.c - /crates/{name}/{version}/features: what can be switched on, and what that switches on in
 * turn (contract/web.md P17). */
#include "app/base/arena.h"
#include "app/base/semver.h"
#include "db/dependency_view.h"
#include "db/stored.h"
#include "handlers/routes.h"
#include "handlers/web/archive.h"
#include "handlers/web/manifest_line.h"
#include "handlers/web/page.h"

#include <stdlib.h>

/* What is known of one version. Names are sorted in all three lists. */
struct known {
	struct arena *arena;
	struct manifest_feature *features;
	size_t nfeatures;
	struct optional_dependency *optional;
	size_t noptional;
	struct feature_row
		*rows; /* features, and optional dependencies that are features by themselves */
	size_t nrows;
};

/* ---- which rows there are */

static const struct optional_dependency *optional_by_name(const struct known *k, struct text name)
{
	for (size_t i = 0; i < k->noptional; i++)
		if (text_eq(k->optional[i].name, name))
			return &k->optional[i];
	return NULL;
}

/* cargo (the manual, "Optional dependencies"): an optional dependency is a feature of its name, unless some feature names
 * it with "dep:". */
static bool is_implied(const struct known *k, struct text name)
{
	for (size_t i = 0; i < k->nfeatures; i++) {
		if (text_eq(k->features[i].name, name))
			return false;
		for (size_t j = 0; j < k->features[i].values.n; j++) {
			struct text v = k->features[i].values.v[j];

			if (text_starts(v, TEXT("dep:")) && text_eq(text_sub(v, 4, v.n), name))
				return false;
		}
	}
	return true;
}

static int row_cmp(const void *x, const void *y)
{
	const struct feature_row *a = x, *b = y;
	bool first = text_eq(a->name, TEXT("default")), second = text_eq(b->name, TEXT("default"));

	return first || second ? second - first : text_cmp(a->name, b->name);
}

static struct feature_row *row_by_name(struct known *k, struct text name)
{
	struct feature_row key = { .name = name };

	return bsearch(&key, k->rows, k->nrows, sizeof(key), row_cmp);
}

/* ---- what their values mean */

/* "a" is a feature, "dep:a" a dependency; "a/b" and "a?/b" a feature of one, and "a/b" enables a where that is optional. */
static struct feature_value read_value(struct known *k, struct text value)
{
	struct feature_value v = { .value = value };
	const struct optional_dependency *dep;
	size_t slash = text_find_byte(value, '/');
	struct text name = text_sub(value, 0, slash);

	if (text_starts(value, TEXT("dep:")))
		name = text_sub(value, 4, value.n);
	else if (slash == value.n && row_by_name(k, value))
		v.feature = value;
	if (text_ends(name, TEXT("?")))
		name.n--;
	dep = optional_by_name(k, name);
	if (dep)
		v.crate = dep->crate;
	return v;
}

static void fill_rows(struct known *k)
{
	k->rows = arena_array(k->arena, k->nfeatures + k->noptional + 1, sizeof(*k->rows));
	for (size_t i = 0; i < k->nfeatures; i++)
		k->rows[k->nrows++] = (struct feature_row){ .name = k->features[i].name };
	for (size_t i = 0; i < k->noptional; i++)
		if ((i == 0 || !text_eq(k->optional[i].name, k->optional[i - 1].name)) &&
		    is_implied(k, k->optional[i].name))
			k->rows[k->nrows++] = (struct feature_row){ .name = k->optional[i].name,
								    .crate = k->optional[i].crate };
	if (k->nrows)
		qsort(k->rows, k->nrows, sizeof(*k->rows), row_cmp);
	for (size_t i = 0; i < k->nfeatures; i++) {
		struct feature_row *row = row_by_name(k, k->features[i].name);
		struct feature_value *values =
			arena_array(k->arena, k->features[i].values.n + 1, sizeof(*values));

		row->n = k->features[i].values.n;
		for (size_t j = 0; j < row->n; j++)
			values[j] = read_value(k, k->features[i].values.v[j]);
		row->values = values;
	}
}

/* "default" and all that it leads to. Each row is looked at once. */
static void mark_enabled(struct known *k)
{
	struct feature_row **todo =
		arena_array(k->arena, k->nrows + 1, sizeof(struct feature_row *));
	struct feature_row *first = row_by_name(k, TEXT("default"));
	size_t n = 0;

	if (first) {
		first->enabled = true;
		todo[n++] = first;
	}
	while (n > 0) {
		struct feature_row *row = todo[--n];

		for (size_t i = 0; i < row->n; i++) {
			struct text name = row->values[i].feature;
			struct feature_row *next;

			/* "a/b" switches the optional dependency a on too */
			if (!name.p && !text_starts(row->values[i].value, TEXT("dep:")))
				name = text_sub(row->values[i].value, 0,
						text_find_byte(row->values[i].value, '/'));
			next = row_by_name(k, name);
			if (next && !next->enabled) {
				next->enabled = true;
				todo[n++] = next;
			}
		}
	}
}

/* Adds the crate with one that is not on by default; absent where all are, and of a yanked version. */
static struct text command(struct req *r, const struct crate_frame *f, const struct known *k)
{
	const struct version_view *x = &f->version;
	bool newest = text_eq(x->num, f->crate.default_version);
	struct text exact = newest ? TEXT_NONE : semver_no_build(x->num);

	for (size_t i = 0; !x->yanked && i < k->nrows; i++)
		if (!k->rows[i].enabled)
			return text_fmt(r->arena, "%.*s --features %.*s",
					TEXT_F(cargo_line(r, "add", x->crate, "@=", exact)),
					TEXT_F(k->rows[i].name));
	return TEXT_NONE;
}

static struct reply features_get(struct req *r)
{
	struct known k = { .arena = r->arena };
	struct features_page v = { 0 };
	struct crate_frame f;
	const struct err *e = crate_frame(r, true, &f);

	if (!e)
		e = db_optional_dependencies(r->db, f.version.id, &k.optional, &k.noptional);
	if (e)
		return reply_err(r, e);
	k.nfeatures = stored_features_read(r->arena, f.version.features, &k.features);
	fill_rows(&k);
	mark_enabled(&k);
	v.about = page_version_head(r, &f, TAB_FEATURES, "/features", TEXT("features"));
	v.name = f.crate.name;
	v.version = f.version.num;
	v.rows = k.rows;
	v.n = k.nrows;
	v.implied = k.nrows - k.nfeatures;
	v.has_default = row_by_name(&k, TEXT("default")) != NULL;
	v.command = command(r, &f, &k);
	return reply_page(r, 200, features_page, &v);
}

static struct reply features_default_get(struct req *r)
{
	struct crate_view crate;
	const struct err *e = page_default_version(r, &crate);

	if (e)
		return reply_err(r, e);
	return page_redirect(
		r, 307, page_version_path(r, crate.name, crate.default_version, TEXT("features")));
}

const struct route crate_features_routes[] = {
	ROUTE(GET, "/crates/{name}/features", features_default_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: to the features of the default version"),
	ROUTE(GET, "/crates/{name}/{version}/features", features_get, .auth = AUTH_NONE,
	      .page = true, .doc = "Page: features of a version"),
	ROUTE_END,
};
