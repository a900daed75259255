#include "app/registry/manifest_targets.h"

#include "app/base/arena.h"
#include "app/base/toml.h"

#include <stdlib.h>

static const struct text no_library =
	TEXT_INIT("can't find library, rename file to `src/lib.rs` or specify lib.path");

/* The first of sorted texts that is not below t; v.n for none. */
static size_t lower_bound(struct texts v, struct text t)
{
	size_t from = 0, to = v.n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (text_cmp(v.v[mid], t) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static bool is_one_of(struct texts sorted, struct text t)
{
	size_t i = lower_bound(sorted, t);

	return i < sorted.n && text_eq(sorted.v[i], t);
}

/* Whether the archive has that path, or something below it: an entry of its folder either way.
 * paths are sorted. */
static bool is_there(struct arena *a, struct texts paths, struct text path)
{
	struct text below = text_fmt(a, "%.*s/", TEXT_F(path));
	size_t i = lower_bound(paths, below);

	return is_one_of(paths, path) || (i < paths.n && text_starts(paths.v[i], below));
}

static struct texts sorted_copy(struct arena *a, struct texts t)
{
	struct texts ret = { arena_array(a, t.n, sizeof(*ret.v)), t.n };

	for (size_t i = 0; i < t.n; i++)
		ret.v[i] = t.v[i];
	qsort(ret.v, ret.n, sizeof(*ret.v), text_cmp_qsort);
	return ret;
}

static struct text text_at(const struct toml *table, const char *key)
{
	const struct toml *v = toml_get(table, text_from(key));

	return v && v->type == TOML_STRING ? v->v.string : TEXT_NONE;
}

static bool is_true_unless_said(const struct toml *package, const char *key, bool otherwise)
{
	const struct toml *v = toml_get(package, text_from(key));

	return v ? v->v.boolean : otherwise;
}

/* Rust's name for a package: with `_` for `-`. */
static struct text crate_name(struct arena *a, struct text name)
{
	char *p = arena_copy(a, name.p, name.n);

	for (size_t i = 0; i < name.n; i++)
		if (p[i] == '-')
			p[i] = '_';
	return (struct text){ p, name.n };
}

static const struct text *find_lib(struct arena *a, const struct toml *lib,
				   const struct toml *package, struct texts paths,
				   bool edition_2015, struct manifest *m)
{
	struct text name = text_at(lib, "name"), old = name.p ? name : m->name;
	bool lib_rs = is_there(a, paths, TEXT("src/lib.rs"));

	if (!lib) {
		m->has_lib = lib_rs && is_true_unless_said(package, "autolib", true);
	} else {
		old = text_fmt(a, "src/%.*s.rs", TEXT_F(old));
		m->has_lib = text_at(lib, "path").p || lib_rs ||
			     (edition_2015 && is_there(a, paths, old));
		if (!m->has_lib)
			return &no_library;
	}
	if (m->has_lib)
		m->lib_name = name.p ? name : crate_name(a, m->name);
	return NULL;
}

static bool is_proc_macro(const struct toml *lib)
{
	const struct toml *v = toml_get_either(lib, "proc-macro", "proc_macro");
	const struct toml *types = toml_get_either(lib, "crate-type", "crate_type");

	if (v && v->type == TOML_BOOL && v->v.boolean)
		return true;
	for (const struct toml *t = types && types->type == TOML_ARRAY ? types->first : NULL; t;
	     t = t->next)
		if (t->type == TOML_STRING && text_eq(t->v.string, TEXT("proc-macro")))
			return true;
	return false;
}

/* A manifest of before cargo 1.80 says nothing of a build.rs that is there. */
static bool has_build_script(struct arena *a, const struct toml *package, struct texts paths)
{
	const struct toml *build = toml_get(package, TEXT("build"));

	if (build && build->type == TOML_STRING)
		return build->v.string.n > 0;
	if (build && build->type == TOML_BOOL && !build->v.boolean)
		return false;
	return is_there(a, paths, TEXT("build.rs"));
}

/* ---- programs */

struct found {
	struct text name, path;
	size_t rank; /* in the order of finding */
};

struct finds {
	struct found *v;
	size_t n;
};

/* The names directly in src/bin, sorted, each once. */
static struct texts names_in_src_bin(struct arena *a, struct texts paths)
{
	struct texts all = { arena_array(a, paths.n, sizeof(*all.v)), 0 };
	size_t n = 0;

	for (size_t i = 0; i < paths.n; i++) {
		struct text rest = paths.v[i];

		if (!text_starts(rest, TEXT("src/bin/")))
			continue;
		rest = text_sub(rest, 8, rest.n);
		all.v[all.n++] = text_sub(rest, 0, text_find_byte(rest, '/'));
	}
	qsort(all.v, all.n, sizeof(*all.v), text_cmp_qsort);
	for (size_t i = 0; i < all.n; i++)
		if (i == 0 || !text_eq(all.v[i], all.v[i - 1]))
			all.v[n++] = all.v[i];
	all.n = n;
	return all;
}

static void add_found(struct finds *f, struct text name, struct text path)
{
	f->v[f->n] = (struct found){ name, path, f->n };
	f->n++;
}

static struct finds find_programs(struct arena *a, struct texts paths, struct text package_name)
{
	struct texts names = names_in_src_bin(a, paths);
	struct finds f = { arena_array(a, names.n * 2 + 1, sizeof(*f.v)), 0 };

	for (size_t i = 0; i < names.n; i++) {
		struct text name = names.v[i];
		struct text path = text_fmt(a, "src/bin/%.*s", TEXT_F(name));
		struct text main_rs = text_fmt(a, "src/bin/%.*s/main.rs", TEXT_F(name));

		if (text_ends(name, TEXT(".rs")))
			add_found(&f, text_sub(name, 0, name.n - 3), path);
		if (is_there(a, paths, main_rs))
			add_found(&f, name, main_rs);
	}
	if (is_there(a, paths, TEXT("src/main.rs")))
		add_found(&f, package_name, TEXT("src/main.rs"));
	return f;
}

static int by_name_and_rank(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int c = text_cmp(x->name, y->name);

	return c ? c : (x->rank > y->rank) - (x->rank < y->rank);
}

static struct finds sorted_by_name(struct arena *a, struct finds f)
{
	struct finds ret = { arena_array(a, f.n, sizeof(*f.v)), f.n };

	for (size_t i = 0; i < f.n; i++)
		ret.v[i] = f.v[i];
	qsort(ret.v, ret.n, sizeof(*ret.v), by_name_and_rank);
	return ret;
}

/* The path of a [[bin]]: its own, else that of the first found program with its name; absent for
 * neither. */
static struct text path_of_bin(const struct toml *bin, struct finds by_name)
{
	struct text path = text_at(bin, "path"), name = text_at(bin, "name");
	size_t from = 0, to = by_name.n;

	if (path.p || !name.p)
		return path;
	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (text_cmp(by_name.v[mid].name, name) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from < by_name.n && text_eq(by_name.v[from].name, name) ? by_name.v[from].path
								       : TEXT_NONE;
}

static void name_bins(struct arena *a, const struct toml *bins, struct finds f, bool add,
		      struct manifest *m)
{
	size_t nbins = bins ? bins->n : 0;
	struct texts declared = { arena_array(a, nbins, sizeof(*declared.v)), 0 };
	struct finds by_name = sorted_by_name(a, f);

	m->bin_names = (struct texts){ arena_array(a, nbins + f.n, sizeof(struct text)), 0 };
	for (const struct toml *b = bins ? bins->first : NULL; b; b = b->next) {
		struct text name = text_at(b, "name"), path = path_of_bin(b, by_name);

		if (path.p)
			declared.v[declared.n++] = path;
		if (name.p)
			m->bin_names.v[m->bin_names.n++] = name;
	}
	declared = sorted_copy(a, declared);
	for (size_t i = 0; add && i < f.n; i++)
		if (!is_one_of(declared, f.v[i].path))
			m->bin_names.v[m->bin_names.n++] = f.v[i].name;
}

const struct text *manifest_targets(struct arena *a, const struct toml *root,
				    const struct toml *package, struct texts paths,
				    struct manifest *m)
{
	const struct toml *bins = toml_get(root, TEXT("bin"));
	bool edition_2015 = !m->edition.p || text_eq(m->edition, TEXT("2015"));
	bool no_bins = !bins || bins->n == 0;
	const struct text *why;

	paths = sorted_copy(a, paths);
	why = find_lib(a, toml_get(root, TEXT("lib")), package, paths, edition_2015, m);
	if (why)
		return why;
	m->proc_macro = m->has_lib && is_proc_macro(toml_get(root, TEXT("lib")));
	m->build_script = has_build_script(a, package, paths);
	name_bins(a, bins, find_programs(a, paths, m->name),
		  is_true_unless_said(package, "autobins", !edition_2015 || no_bins), m);
	return NULL;
}
