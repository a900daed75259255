#include "app/registry/advisory_file.h"

#include "app/base/arena.h"
#include "app/base/time.h"
#include "app/base/toml.h"
#include "app/base/url.h"
#include "app/registry/name.h"

/* ---- the path */

static bool is_id(struct text t)
{
	for (size_t i = 0; i < t.n; i++)
		if (!char_is_alnum(t.p[i]) && !text_has_byte(TEXT("-_."), t.p[i]))
			return false;
	return t.n > 0 && t.n <= ADVISORY_ID_MAX && char_is_alnum(t.p[0]);
}

bool advisory_file_path(struct text path, struct text *ret_package, struct text *ret_id)
{
	struct text parts[4], part;
	size_t n = 0;

	while (text_cut(&path, '/', &part)) {
		if (!part.n || text_eq(part, TEXT(".")))
			continue;
		if (n == ARRAY_SIZE(parts))
			return false;
		parts[n++] = part;
	}
	if (n < 3 || !text_eq(parts[n - 3], TEXT("crates")) ||
	    !text_ends(parts[n - 1], TEXT(".md")))
		return false;
	part = parts[n - 1];
	part.n -= sizeof(".md") - 1;
	if (!is_id(part) || text_ends(part, TEXT("-0000-0000")) ||
	    !name_is_valid(NAME_CRATE, parts[n - 2]))
		return false;
	*ret_package = parts[n - 2];
	*ret_id = part;
	return true;
}

/* ---- its parts */

struct parts {
	struct text front, title, description;
};

/* The front matter ends with a line that begins with "```". */
static const char *cut_parts(struct text t, struct parts *ret)
{
	const struct text begin = TEXT("```toml"), end = TEXT("\n```");
	struct text rest, title;
	size_t at;

	if (!text_starts(t, begin))
		return "it does not begin with TOML";
	rest = text_sub(t, begin.n, t.n);
	at = text_find(rest, end);
	if (at == rest.n)
		return "its TOML has no end";
	ret->front = text_trim(text_sub(rest, 0, at));
	rest = text_trim(text_sub(rest, at + end.n, rest.n));
	if (!text_starts(rest, TEXT("# ")))
		return "no title follows its TOML";
	rest = text_sub(rest, 2, rest.n);
	(void)text_cut(&rest, '\n', &title);
	ret->title = text_trim(title);
	ret->description = rest.p ? text_trim(rest) : TEXT("");
	if (!ret->title.n || ret->title.n > ADVISORY_WORDS_MAX)
		return "its title is empty or too long";
	return NULL;
}

/* ---- the front matter; the last thing that is wrong is kept */

/* TOML can write a NUL as an escape. */
static bool is_short_text(const struct toml *v, size_t max)
{
	return v->type == TOML_STRING && v->v.string.n <= max && !text_has_byte(v->v.string, '\0');
}

struct reader {
	struct arena *arena;
	const struct toml *table;
	const char *why;
};

static struct text get_text(struct reader *r, const char *key, size_t max)
{
	const struct toml *v = toml_get(r->table, text_from(key));

	if (!v)
		return TEXT_NONE;
	if (!is_short_text(v, max)) {
		r->why = "a key of it is no short text";
		return TEXT_NONE;
	}
	return v->v.string;
}

static struct texts get_list(struct reader *r, const char *key)
{
	const struct toml *v = toml_get(r->table, text_from(key));
	struct texts ret = { 0 };

	if (!v)
		return ret;
	if (v->type != TOML_ARRAY || v->n > ADVISORY_LIST_MAX) {
		r->why = "a key of it is no short list";
		return ret;
	}
	ret.v = arena_array(r->arena, v->n, sizeof(*ret.v));
	for (const struct toml *m = v->first; m; m = m->next) {
		if (is_short_text(m, ADVISORY_WORDS_MAX))
			ret.v[ret.n++] = m->v.string;
		else
			r->why = "a list of it has what is no short text";
	}
	return ret;
}

/* "2021-01-31", in quotes or bare; false where there is none. */
static bool get_date(struct reader *r, const char *key, int64_t *ret_us)
{
	const struct toml *v = toml_get(r->table, text_from(key));

	if (!v)
		return false;
	if ((v->type != TOML_STRING && v->type != TOML_DATE_LOCAL) ||
	    !time_parse_date(v->v.string, ret_us)) {
		r->why = "a date of it is none";
		return false;
	}
	return true;
}

/* RustSec has one vector; of a list, and so of several editions, the newest one counts. */
static struct text get_cvss(struct reader *r)
{
	const struct toml *v = toml_get(r->table, TEXT("cvss"));
	struct text best = TEXT_NONE;
	struct texts all;

	if (!v || v->type != TOML_ARRAY)
		return get_text(r, "cvss", ADVISORY_CVSS_MAX);
	all = get_list(r, "cvss");
	for (size_t i = 0; i < all.n; i++)
		if (!best.p || text_cmp(all.v[i], best) > 0) /* "CVSS:3.1/..." < "CVSS:4.0/..." */
			best = all.v[i];
	if (best.n > ADVISORY_CVSS_MAX)
		r->why = "a key of it is no short text";
	return best;
}

static void read_advisory(struct reader *r, struct advisory_file *f)
{
	f->id = get_text(r, "id", ADVISORY_ID_MAX);
	f->package = get_text(r, "package", ADVISORY_WORDS_MAX);
	f->informational = get_text(r, "informational", ADVISORY_INFORMATIONAL_MAX);
	f->url = get_text(r, "url", ADVISORY_WORDS_MAX);
	f->aliases = get_list(r, "aliases");
	f->cvss = get_cvss(r);
	f->withdrawn = get_date(r, "withdrawn", &f->withdrawn_us);
	if (!get_date(r, "date", &f->date_us) && !r->why)
		r->why = "it has no date";
	if (!r->why && (!f->id.p || !is_id(f->id)))
		r->why = "its id is none";
	if (!r->why && (!f->package.p || !name_is_valid(NAME_CRATE, f->package)))
		r->why = "its package is no name of a crate";
	if (!url_is_http(f->url))
		f->url = TEXT_NONE;
	if (!f->informational.n)
		f->informational = TEXT_NONE;
	if (!text_starts(f->cvss, TEXT("CVSS:")))
		f->cvss = TEXT_NONE;
}

static const char *read_front(struct arena *a, const struct toml *root, struct advisory_file *f)
{
	const struct toml *advisory = toml_get(root, TEXT("advisory"));
	/* in files of the fourth edition its keys stand at the top */
	struct reader r = { .arena = a, .table = advisory ? advisory : root };

	read_advisory(&r, f);
	r.table = toml_get(root, TEXT("versions"));
	if (!r.table)
		return r.why ? r.why : "it does not say which versions are patched";
	f->patched = get_list(&r, "patched");
	f->unaffected = get_list(&r, "unaffected");
	return r.why;
}

const char *advisory_file_read(struct arena *a, struct text t, struct advisory_file *ret)
{
	struct advisory_file f = { .id = TEXT_NONE };
	struct toml_error error;
	struct parts p;
	const struct toml *root;
	const char *why;

	if (t.n > ADVISORY_FILE_MAX)
		return "it is too long";
	if (!text_is_utf8(t) || text_has_byte(t, '\0'))
		return "it is no text";
	why = cut_parts(t, &p);
	if (why)
		return why;
	root = toml_parse(a, p.front, &error);
	if (!root)
		return "its TOML cannot be read";
	f.title = p.title;
	f.description = p.description;
	why = read_front(a, root, &f);
	if (!why)
		*ret = f;
	return why;
}
