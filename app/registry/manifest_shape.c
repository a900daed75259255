#include "app/registry/manifest_shape.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/toml.h"

enum shape_kind {
	SHAPE_STRING,
	SHAPE_BOOL,
	SHAPE_TRUE,    /* the boolean true */
	SHAPE_EDITION, /* a string, one of four */
	SHAPE_LIST,    /* of .of */
	SHAPE_MAP,     /* any keys, values .of */
	SHAPE_STRUCT,  /* .fields */
	SHAPE_ANY_OF,  /* the first of .choices that fits */
};

struct shape {
	enum shape_kind kind;
	const char *name; /* Rust's, for messages about SHAPE_STRUCT and SHAPE_ANY_OF */
	const struct shape *of;
	const struct field *fields;         /* up to one without key */
	const struct shape *const *choices; /* up to NULL */
};

struct field {
	const char *key, *alias;
	const struct shape *shape;
	bool required;
};

static const struct shape string_shape = { .kind = SHAPE_STRING };
static const struct shape bool_shape = { .kind = SHAPE_BOOL };
static const struct shape true_shape = { .kind = SHAPE_TRUE };
static const struct shape edition_shape = { .kind = SHAPE_EDITION };
static const struct shape strings_shape = { .kind = SHAPE_LIST, .of = &string_shape };

static const struct shape string_or_bool = {
	.kind = SHAPE_ANY_OF,
	.name = "StringOrBool",
	.choices = (const struct shape *const[]){ &string_shape, &bool_shape, NULL },
};
static const struct shape inherited = {
	.kind = SHAPE_STRUCT,
	.fields = (const struct field[]){ { "workspace", NULL, &true_shape, true }, { 0 } },
};

/* A value of that shape, or taken from the workspace. */
#define MAYBE_INHERITED(local)                                                                     \
	{                                                                                          \
		.kind = SHAPE_ANY_OF, .name = "MaybeInherited",                                    \
		.choices = (const struct shape *const[])                                           \
		{                                                                                  \
			&inherited, &(local), NULL                                                 \
		}                                                                                  \
	}
static const struct shape own_string = MAYBE_INHERITED(string_shape);
static const struct shape own_strings = MAYBE_INHERITED(strings_shape);
static const struct shape own_edition = MAYBE_INHERITED(edition_shape);
static const struct shape own_readme = MAYBE_INHERITED(string_or_bool);

static const struct shape package_shape = {
	.kind = SHAPE_STRUCT,
	.name = "Package",
	.fields =
		(const struct field[]){
			{ "name", NULL, &string_shape, true },
			{ "edition", NULL, &own_edition, false },
			{ "version", NULL, &own_string, false },
			{ "build", NULL, &string_or_bool, false },
			{ "authors", NULL, &own_strings, false },
			{ "links", NULL, &string_shape, false },
			{ "description", NULL, &own_string, false },
			{ "homepage", NULL, &own_string, false },
			{ "documentation", NULL, &own_string, false },
			{ "readme", NULL, &own_readme, false },
			{ "keywords", NULL, &own_strings, false },
			{ "categories", NULL, &own_strings, false },
			{ "license", NULL, &own_string, false },
			{ "license-file", NULL, &own_string, false },
			{ "repository", NULL, &own_string, false },
			{ "rust-version", NULL, &own_string, false },
			{ "autolib", NULL, &bool_shape, false },
			{ "autobins", NULL, &bool_shape, false },
			{ "autoexamples", NULL, &bool_shape, false },
			{ "autotests", NULL, &bool_shape, false },
			{ "autobenches", NULL, &bool_shape, false },
			{ 0 },
		},
};

static const struct shape inherited_dep = {
	.kind = SHAPE_STRUCT,
	.fields =
		(const struct field[]){
			{ "workspace", NULL, &true_shape, true },
			{ "features", NULL, &strings_shape, false },
			{ "optional", NULL, &bool_shape, false },
			{ 0 },
		},
};
static const struct shape detailed_dep = {
	.kind = SHAPE_STRUCT,
	.fields =
		(const struct field[]){
			{ "version", NULL, &string_shape, false },
			{ "registry", NULL, &string_shape, false },
			{ "registry-index", "registry_index", &string_shape, false },
			{ "path", NULL, &string_shape, false },
			{ "git", NULL, &string_shape, false },
			{ "branch", NULL, &string_shape, false },
			{ "tag", NULL, &string_shape, false },
			{ "rev", NULL, &string_shape, false },
			{ "features", NULL, &strings_shape, false },
			{ "optional", NULL, &bool_shape, false },
			{ "default-features", "default_features", &bool_shape, false },
			{ "package", NULL, &string_shape, false },
			{ 0 },
		},
};
static const struct shape dep_shape = {
	.kind = SHAPE_ANY_OF,
	.name = "Dependency",
	.choices =
		(const struct shape *const[]){ &string_shape, &inherited_dep, &detailed_dep, NULL },
};
static const struct shape deps_shape = { .kind = SHAPE_MAP, .of = &dep_shape };
static const struct shape patch_shape = { .kind = SHAPE_MAP, .of = &deps_shape };
static const struct shape target_shape = {
	.kind = SHAPE_STRUCT,
	.name = "Target",
	.fields =
		(const struct field[]){
			{ "dependencies", NULL, &deps_shape, false },
			{ "dev-dependencies", "dev_dependencies", &deps_shape, false },
			{ "build-dependencies", "build_dependencies", &deps_shape, false },
			{ 0 },
		},
};
static const struct shape targets_shape = { .kind = SHAPE_MAP, .of = &target_shape };
static const struct shape features_shape = { .kind = SHAPE_MAP, .of = &strings_shape };

static const struct shape product_shape = {
	.kind = SHAPE_STRUCT,
	.name = "Product",
	.fields =
		(const struct field[]){
			{ "path", NULL, &string_shape, false },
			{ "name", NULL, &string_shape, false },
			{ "test", NULL, &bool_shape, false },
			{ "doctest", NULL, &bool_shape, false },
			{ "bench", NULL, &bool_shape, false },
			{ "doc", NULL, &bool_shape, false },
			{ "plugin", NULL, &bool_shape, false },
			{ "proc-macro", "proc_macro", &bool_shape, false },
			{ "harness", NULL, &bool_shape, false },
			{ "edition", NULL, &edition_shape, false },
			{ "required-features", "required_features", &strings_shape, false },
			{ "crate-type", "crate_type", &strings_shape, false },
			{ 0 },
		},
};
static const struct shape products_shape = { .kind = SHAPE_LIST, .of = &product_shape };

static const struct shape manifest_shape = {
	.kind = SHAPE_STRUCT,
	.name = "Manifest",
	.fields =
		(const struct field[]){
			{ "package", NULL, &package_shape, false },
			{ "dependencies", NULL, &deps_shape, false },
			{ "dev-dependencies", "dev_dependencies", &deps_shape, false },
			{ "build-dependencies", "build_dependencies", &deps_shape, false },
			{ "target", NULL, &targets_shape, false },
			{ "features", NULL, &features_shape, false },
			{ "bin", NULL, &products_shape, false },
			{ "bench", NULL, &products_shape, false },
			{ "test", NULL, &products_shape, false },
			{ "example", NULL, &products_shape, false },
			{ "patch", NULL, &patch_shape, false },
			{ "lib", NULL, &product_shape, false },
			{ 0 },
		},
};

/* The first thing that does not fit. */
struct misfit {
	struct arena *arena;
	const struct toml *at;
	struct text why;
};

/* What serde calls a value that it did not want ("invalid type: integer `1`, ..."). */
static struct text unexpected(struct arena *a, const struct toml *v)
{
	switch (v->type) {
	case TOML_STRING: {
		struct buf b = buf_init(a, 64 + v->v.string.n * 2);

		buf_add(&b, TEXT("string \""));
		for (size_t i = 0; i < v->v.string.n; i++) {
			char c = v->v.string.p[i];

			if (c == '"' || c == '\\')
				buf_byte(&b, '\\');
			if (c == '\n' || c == '\t' || c == '\r')
				buf_fmt(&b, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
			else
				buf_byte(&b, c);
		}
		buf_byte(&b, '"');
		return buf_text(&b);
	}
	case TOML_INTEGER:
		return text_fmt(a, "integer `%lld`", (long long)v->v.integer);
	case TOML_FLOAT: {
		struct text digits = text_fmt(a, "%.15g", v->v.real);
		bool whole = !text_has_byte(digits, '.') && !text_has_byte(digits, 'e') &&
			     !text_has_byte(digits, 'n');

		return text_fmt(a, "floating point `%.*s%s`", TEXT_F(digits), whole ? ".0" : "");
	}
	case TOML_BOOL:
		return text_fmt(a, "boolean `%s`", v->v.boolean ? "true" : "false");
	case TOML_ARRAY:
		return TEXT("sequence");
	case TOML_DATETIME:
	case TOML_DATETIME_LOCAL:
	case TOML_DATE_LOCAL:
	case TOML_TIME_LOCAL:
	case TOML_TABLE:
		break;
	}
	return TEXT("map"); /* upstream: a date is a map with one odd key */
}

static bool wrong_type(struct misfit *m, const struct toml *v, const char *expected)
{
	struct text got = unexpected(m->arena, v);

	m->at = v;
	m->why = text_fmt(m->arena, "invalid type: %.*s, expected %s", TEXT_F(got), expected);
	return false;
}

static bool fits(struct misfit *m, const struct toml *v, const struct shape *s);

static bool fits_edition(struct misfit *m, const struct toml *v)
{
	static const char *const known[] = { "2015", "2018", "2021", "2024" };

	m->at = v;
	m->why = TEXT("wanted string or table");
	if (v->type != TOML_STRING)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (text_eq(v->v.string, text_from(known[i])))
			return true;
	m->why = text_fmt(m->arena,
			  "unknown variant `%.*s`, expected one of `2015`, `2018`, `2021`, `2024`",
			  TEXT_F(v->v.string));
	return false;
}

static bool fits_members(struct misfit *m, const struct toml *v, const struct shape *of)
{
	for (const struct toml *member = v->first; member; member = member->next)
		if (!fits(m, member, of))
			return false;
	return true;
}

static const struct field *field_of(const struct shape *s, struct text key)
{
	for (const struct field *f = s->fields; f->key; f++)
		if (text_eq(key, text_from(f->key)) ||
		    (f->alias && text_eq(key, text_from(f->alias))))
			return f;
	return NULL;
}

/* serde goes through a table in the order of its text, then asks for what is missing. */
static bool fits_struct(struct misfit *m, const struct toml *v, const struct shape *s)
{
	if (v->type != TOML_TABLE)
		return wrong_type(m, v,
				  text_fmt(m->arena, "struct %s", s->name ? s->name : "variant").p);
	for (const struct toml *member = v->first; member; member = member->next) {
		const struct field *f = field_of(s, member->key);

		if (!f)
			continue;
		if (f->alias && text_eq(member->key, text_from(f->alias)) &&
		    toml_get(v, text_from(f->key))) {
			m->at = v;
			m->why = text_fmt(m->arena, "duplicate field `%s`", f->key);
			return false;
		}
		if (!fits(m, member, f->shape))
			return false;
	}
	for (const struct field *f = s->fields; f->key; f++) {
		if (f->required && !toml_get(v, text_from(f->key))) {
			m->at = v;
			m->why = text_fmt(m->arena, "missing field `%s`", f->key);
			return false;
		}
	}
	return true;
}

static bool fits_any(struct misfit *m, const struct toml *v, const struct shape *s)
{
	for (size_t i = 0; s->choices[i]; i++) {
		struct misfit ignored = { .arena = m->arena };

		if (fits(&ignored, v, s->choices[i]))
			return true;
	}
	m->at = v;
	m->why = text_fmt(m->arena, "data did not match any variant of untagged enum %s", s->name);
	return false;
}

static bool fits(struct misfit *m, const struct toml *v, const struct shape *s)
{
	switch (s->kind) {
	case SHAPE_STRING:
		return v->type == TOML_STRING || wrong_type(m, v, "a string");
	case SHAPE_BOOL:
		return v->type == TOML_BOOL || wrong_type(m, v, "a boolean");
	case SHAPE_TRUE:
		return (v->type == TOML_BOOL && v->v.boolean) ||
		       wrong_type(m, v, "a `true` boolean value");
	case SHAPE_EDITION:
		return fits_edition(m, v);
	case SHAPE_LIST:
		return v->type == TOML_ARRAY ? fits_members(m, v, s->of)
					     : wrong_type(m, v, "a sequence");
	case SHAPE_MAP:
		return v->type == TOML_TABLE ? fits_members(m, v, s->of)
					     : wrong_type(m, v, "a map");
	case SHAPE_STRUCT:
		return fits_struct(m, v, s);
	case SHAPE_ANY_OF:
		return fits_any(m, v, s);
	}
	return false;
}

static const struct text *kept(struct arena *a, struct text t)
{
	struct text *p = arena_alloc(a, sizeof(*p));

	*p = t;
	return p;
}

const struct text *manifest_check(struct arena *a, struct text source, const struct toml *root)
{
	struct misfit m = { .arena = a };
	struct toml_error e;

	if (fits(&m, root, &manifest_shape))
		return NULL;
	e = (struct toml_error){ .line = m.at->line,
				 .column = m.at->column,
				 .width = m.at == root ? 1 : m.at->width };
	e.why = text_z(a, m.why);
	return kept(a, toml_error_text(a, source, &e));
}

const struct text *manifest_check_package(struct arena *a, const struct toml *table)
{
	struct misfit m = { .arena = a };

	if (fits(&m, table, &package_shape))
		return NULL;
	/* upstream: a value read from a value knows no place; the key is named behind the sentence.
	 */
	if (m.at == table)
		return kept(a, text_fmt(a, "%.*s\n", TEXT_F(m.why)));
	return kept(a, text_fmt(a, "%.*s\nin `%.*s`\n", TEXT_F(m.why), TEXT_F(m.at->key)));
}

bool manifest_is_inherited(const struct toml *v)
{
	const struct toml *w = toml_get(v, TEXT("workspace"));

	return w && w->type == TOML_BOOL && w->v.boolean;
}

bool manifest_is_inherited_dep(struct arena *a, const struct toml *v)
{
	struct misfit ignored = { .arena = a };

	return fits(&ignored, v, &inherited_dep);
}
