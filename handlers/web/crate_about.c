#include "handlers/web/crate_about.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/json.h"
#include "app/base/semver.h"
#include "app/base/spdx.h"
#include "app/base/url.h"
#include "app/registry/trustpub_link.h"
#include "db/advisory.h"
#include "handlers/web/elsewhere.h"
#include "handlers/web/manifest_line.h"

#include <json-c/json.h>
#include <stdlib.h>

enum { FEATURES_SHOWN = 12, JSON_DEPTH = 8 };

/* ---- links */

struct text url_shown(struct text url)
{
	static const char *const begins[] = { "https://", "http://", "www." };
	struct text t = url;

	for (size_t i = 0; i < ARRAY_SIZE(begins); i++)
		if (text_starts(t, text_from(begins[i])))
			t = text_sub(t, text_from(begins[i]).n, t.n);
	if (text_ends(t, TEXT("/")))
		t.n--;
	if (text_starts(t, TEXT("github.com/")) && text_ends(t, TEXT(".git")))
		t.n -= 4;
	return t;
}

static void add_link(struct crate_page *v, const char *label, struct text url)
{
	if (url_is_http(url) && v->nlinks < ARRAY_SIZE(v->links))
		v->links[v->nlinks++] = (struct link){ .href = url,
						       .label = text_from(label),
						       .note = url_shown(url) };
}

static void add_links(struct req *r, const struct crate_frame *f, struct crate_page *v)
{
	const struct version_view *x = &f->version;

	if (!text_eq(url_shown(x->homepage), url_shown(x->repository)))
		add_link(v, "Homepage", x->homepage);
	add_link(v, "Documentation", docs_href(r, f));
	add_link(v, "Repository", x->repository);
}

/* ---- licence */

static bool is_operator(struct text t)
{
	static const char *const words[] = { "OR", "AND", "WITH", "(", ")", "/" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (text_eq_nocase(t, text_from(words[i])))
			return true;
	return false;
}

/* A word, a parenthesis or a slash off *rest. */
static struct text take_part(struct text *rest)
{
	size_t n = 0;

	*rest = text_trim(*rest);
	while (n < rest->n && !char_is_space(rest->p[n]) && !text_has_byte(TEXT("()/"), rest->p[n]))
		n++;
	n = n ? n : rest->n > 0;
	*rest = text_sub(*rest, n, rest->n);
	return (struct text){ rest->p - n, n };
}

const struct licence_part *licence_parts(struct arena *a, struct text expr, size_t *ret_n)
{
	struct licence_part *v = arena_array(a, expr.n + 1, sizeof(*v));
	size_t n = 0;

	while (text_trim(expr).n) {
		struct text part = take_part(&expr), id = part;

		if (text_ends(id, TEXT("+")))
			id.n--;
		v[n].glued = !n || text_eq(part, TEXT(")")) || text_eq(v[n - 1].text, TEXT("("));
		v[n].text = text_eq(part, TEXT("/")) ? TEXT("OR") : part;
		if (!is_operator(part) && spdx_is_license(id))
			v[n].href = text_fmt(a, "https://spdx.org/licenses/%.*s.html", TEXT_F(id));
		n++;
	}
	*ret_n = n;
	return v;
}

/* ---- features */

static int by_name(const void *a, const void *b)
{
	const struct feature_brief *x = a, *y = b;

	if (text_eq(x->name, TEXT("default")) != text_eq(y->name, TEXT("default")))
		return text_eq(x->name, TEXT("default")) ? -1 : 1;
	return text_cmp(x->name, y->name);
}

static struct texts members_of(struct arena *a, struct json_object *list)
{
	size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
	struct texts t = { .v = arena_array(a, n ? n : 1, sizeof(*t.v)) };

	for (size_t i = 0; i < n; i++)
		t.v[t.n++] = json_text(json_object_array_get_idx(list, i));
	return t;
}

static void mark_defaults(struct feature_brief *v, size_t n)
{
	for (size_t i = 1; i < n && text_eq(v[0].name, TEXT("default")); i++)
		for (size_t k = 0; k < v[0].members.n; k++)
			v[i].is_default |= text_eq(v[i].name, v[0].members.v[k]);
}

const struct feature_brief *feature_briefs(struct arena *a, struct text json, size_t *ret_n)
{
	struct text why;
	struct json_object *o = json_parse(a, json, JSON_DEPTH, &why);
	struct feature_brief *v;
	size_t n = 0;

	*ret_n = 0;
	if (!json_object_is_type(o, json_type_object))
		return NULL;
	v = arena_array(a, (size_t)json_object_object_length(o) + 1, sizeof(*v));
	json_object_object_foreach(o, key, list) v[n++] =
		(struct feature_brief){ .name = text_from(key), .members = members_of(a, list) };
	qsort(v, n, sizeof(*v), by_name);
	mark_defaults(v, n);
	*ret_n = n;
	return v;
}

static void add_features(struct req *r, const struct version_view *x, struct crate_page *v)
{
	size_t n;

	v->features = feature_briefs(r->arena, x->features, &n);
	v->all_features = n;
	v->nfeatures = n;
	if (n <= FEATURES_SHOWN)
		return;
	v->nfeatures = FEATURES_SHOWN;
	v->features_href = crate_url(r->arena, x->crate, x->num, "/features");
}

/* ---- lines to copy */

static struct texts texts_of_json(struct req *r, struct text json)
{
	return json.p ? advisory_list(r->arena, json) : (struct texts){ 0 };
}

/* A crate that has a library, and one of before that was known, can be depended on. */
static void add_install(struct req *r, const struct crate_frame *f, struct crate_page *v)
{
	const struct version_view *x = &f->version;
	struct text name = x->crate, num = semver_no_build(x->num);
	struct text exact = f->versioned ? num : TEXT_NONE;
	bool library = !x->has_lib.set || x->has_lib.v;

	v->binaries = texts_of_json(r, x->bin_names);
	if (x->yanked)
		return;
	if (v->binaries.n)
		v->install = cargo_line(r, "install", name, "@", exact);
	if (!library)
		return;
	v->add = cargo_line(r, "add", name, "@=", exact);
	v->toml = manifest_line(r, name, f->versioned ? "=" : "", num);
}

/* ---- the rest of the sidebar */

struct text msrv_shown(struct arena *a, struct text msrv)
{
	size_t dots = 0;

	for (size_t i = 0; i < msrv.n; i++)
		dots += msrv.p[i] == '.';
	if (!msrv.n)
		return msrv;
	return text_fmt(a, "v%.*s%s", TEXT_F(msrv), dots == 1 ? ".0" : dots ? "" : ".0.0");
}

static int by_code(const void *a, const void *b)
{
	const struct language_row *x = a, *y = b;

	return x->code != y->code ? (x->code < y->code ? 1 : -1) : text_cmp(x->name, y->name);
}

static uint64_t count_of(struct json_object *o, const char *key)
{
	int64_t v = json_object_get_int64(json_member(o, key));

	return v > 0 ? (uint64_t)v : 0;
}

static void add_lines(struct req *r, struct text json, struct crate_page *v)
{
	struct text why;
	struct json_object *o = json.p ? json_parse(r->arena, json, JSON_DEPTH, &why) : NULL;
	struct json_object *languages = json_member(o, "languages");
	struct language_row *rows;
	size_t n = 0;

	v->sloc = count_of(o, "total_code_lines");
	if (!json_object_is_type(languages, json_type_object))
		return;
	rows = arena_array(r->arena, (size_t)json_object_object_length(languages) + 1,
			   sizeof(*rows));
	json_object_object_foreach(languages, key, counts) rows[n++] =
		(struct language_row){ .name = text_from(key),
				       .code = count_of(counts, "code_lines"),
				       .comments = count_of(counts, "comment_lines"),
				       .files = count_of(counts, "files") };
	qsort(rows, n, sizeof(*rows), by_code);
	v->languages = rows;
	v->nlanguages = n;
}

struct publisher_shown publisher_shown(struct req *r, const struct version_view *x)
{
	struct publisher_shown p = { .login = TEXT_NONE };
	struct trustpub_run run;

	if (x->publisher) {
		p.login = x->publisher->login;
		p.href = text_fmt(r->arena, "/users/%.*s", TEXT_F(x->publisher->login));
	}
	if (x->trustpub_data.p && trustpub_run_read(r->arena, x->trustpub_data, &run)) {
		p.run = run.forge;
		p.run_href = run.url;
	}
	return p;
}

static void add_publisher(struct req *r, const struct version_view *x, struct crate_page *v)
{
	struct publisher_shown p = publisher_shown(r, x);

	v->publisher = p.login;
	v->publisher_href = p.href;
	v->published_by_run = p.run;
	v->run_href = p.run_href;
}

struct text sha_shown(struct req *r, const struct sha256 *sha)
{
	struct buf b = buf_init(r->arena, 2 * sizeof(sha->b));

	buf_hex(&b, sha->b, sizeof(sha->b));
	return buf_text(&b);
}

static struct text purl_of(struct req *r, const struct version_view *x)
{
	struct buf b = buf_init(r->arena, 4096);

	buf_add(&b, TEXT("pkg:cargo/"));
	buf_url(&b, x->crate);
	buf_byte(&b, '@');
	buf_url(&b, x->num);
	buf_add(&b, TEXT("?repository_url="));
	buf_url(&b, r->cfg->site.url);
	return buf_text(&b);
}

void crate_about(struct req *r, const struct crate_frame *f, struct crate_page *v)
{
	const struct version_view *x = &f->version;

	if (!f->has_version)
		return;
	v->has_version = true;
	v->num = x->num;
	v->created_us = x->created_us;
	v->msrv = msrv_shown(r->arena, x->rust_version);
	v->edition = x->edition;
	v->licence_text = x->license;
	v->licence = licence_parts(r->arena, x->license, &v->nlicence);
	v->bytes = x->crate_size;
	v->purl = purl_of(r, x);
	v->sha256 = sha_shown(r, &x->tar_sha256);
	v->lib_links = x->links;
	v->download = crate_url(r->arena, x->crate, x->num, "/download");
	v->repository = url_is_http(x->repository) ? x->repository : TEXT_NONE;
	v->ld_language = "Rust";
	add_links(r, f, v);
	v->playground = playground_href(r, f);
	add_install(r, f, v);
	add_features(r, x, v);
	add_lines(r, x->linecounts, v);
	add_publisher(r, x, v);
}
