#include "app/registry/metadata.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/err.h"
#include "app/base/semver.h"
#include "app/base/spdx.h"
#include "app/base/url.h"
#include "app/registry/feature.h"
#include "app/registry/name.h"

#include <inttypes.h>

#define MANIFEST_HELP "https://doc.rust-lang.org/cargo/reference/manifest.html"
#define ASK_FOR_MORE                                                                               \
	"\n\nIf you have a use case that requires an increase of this limit, please send us an "   \
	"email to help@%.*s to discuss the details."
#define WHY_FEATURES_ARE_LIMITED                                                                   \
	"\n\nTake a look at "                                                                      \
	"https://blog.rust-lang.org/2023/10/26/broken-badges-and-23k-keywords.html to understand " \
	"why this restriction was introduced."

static const struct err *check_required(struct arena *a, const struct manifest *m)
{
	struct buf missing = buf_init(a, 64);

	if (!m->description.n)
		buf_add(&missing, TEXT("description"));
	if (!m->license.n && !m->has_license_file)
		buf_add(&missing, missing.n ? TEXT(", license") : TEXT("license"));
	if (!missing.n)
		return NULL;
	return err_new(a, ERR_INVALID,
		       "missing or empty metadata fields: %.*s. Please see " MANIFEST_HELP
		       " for more information on configuring these fields",
		       TEXT_F(buf_text(&missing)));
}

static const struct err *check_description(struct arena *a, const struct manifest *m)
{
	if (m->description.n <= DESCRIPTION_MAX_BYTES)
		return NULL;
	return err_new(
		a, ERR_INVALID,
		"The `description` is too long. A maximum of %d characters are currently allowed.",
		DESCRIPTION_MAX_BYTES);
}

static const struct err *check_license(struct arena *a, const struct manifest *m)
{
	struct text why;

	if (!m->license.p)
		return NULL;
	why = spdx_error(a, m->license);
	if (!why.p)
		return NULL;
	return err_new(a, ERR_INVALID,
		       "unknown or invalid license expression; see http://opensource.org/licenses "
		       "for options, and http://spdx.org/licenses/ for their identifiers\n"
		       "Note: If you have a non-standard license that is not listed by SPDX, use "
		       "the license-file field to specify the path to a file containing the text "
		       "of the license.\n"
		       "See " MANIFEST_HELP
		       "#the-license-and-license-file-fields for more information.\n%.*s",
		       TEXT_F(why));
}

static const struct err *check_url(struct arena *a, const char *field, struct text url)
{
	if (!url.p)
		return NULL;
	if (!text_starts(url, TEXT("http://")) && !text_starts(url, TEXT("https://")))
		return err_new(a, ERR_INVALID,
			       "URL for field `%s` must begin with http:// or https:// (url: %.*s)",
			       field, TEXT_F(url));
	if (!url_is_http(url))
		return err_new(a, ERR_INVALID, "`%s` is not a valid url: `%.*s`", field,
			       TEXT_F(url));
	if (url.n > URL_MAX_BYTES)
		return err_new(a, ERR_INVALID,
			       "The URL for field `%s` is too long. A maximum of %d characters are "
			       "currently allowed.",
			       field, URL_MAX_BYTES);
	return NULL;
}

static const struct err *check_urls(struct arena *a, const struct manifest *m)
{
	const struct err *e = check_url(a, "homepage", m->homepage);

	if (!e)
		e = check_url(a, "documentation", m->documentation);
	return e ? e : check_url(a, "repository", m->repository);
}

/* A requirement of digits and dots: "1", "1.56", "1.56.1". */
static const struct err *check_rust_version(struct arena *a, const struct manifest *m)
{
	struct text v = m->rust_version;
	struct semver_req req;
	bool plain = true;

	if (!v.p)
		return NULL;
	for (size_t i = 0; i < v.n; i++)
		plain = plain && (char_is_digit(v.p[i]) || v.p[i] == '.');
	if (plain && semver_req_parse(v, &req))
		return NULL;
	return err_new(
		a, ERR_INVALID,
		"failed to parse `Cargo.toml` manifest file\n\ninvalid `rust-version` value");
}

bool keyword_is_valid(struct text keyword)
{
	for (size_t i = 0; i < keyword.n; i++) {
		char c = keyword.p[i];

		if (!char_is_alnum(c) && (!i || (c != '_' && c != '-' && c != '+')))
			return false;
	}
	return keyword.n != 0;
}

static const struct err *check_keywords(struct arena *a, const struct manifest *m, uint64_t max)
{
	if (m->keywords.n > max)
		return err_new(a, ERR_INVALID, "expected at most %" PRIu64 " keywords per crate",
			       max);
	for (size_t i = 0; i < m->keywords.n; i++) {
		struct text k = m->keywords.v[i];

		if (k.n > KEYWORD_MAX_BYTES)
			return err_new(a, ERR_INVALID,
				       "\"%.*s\" is an invalid keyword (keywords must have less "
				       "than %d characters)",
				       TEXT_F(k), KEYWORD_MAX_BYTES);
		if (!keyword_is_valid(k))
			return err_new(a, ERR_INVALID, "\"%.*s\" is an invalid keyword", TEXT_F(k));
	}
	return NULL;
}

static const struct err *check_categories(struct arena *a, const struct manifest *m, uint64_t max)
{
	if (m->categories.n <= max)
		return NULL;
	return err_new(a, ERR_INVALID, "expected at most %" PRIu64 " categories per crate", max);
}

static const struct err *check_feature(struct arena *a, const struct manifest_feature *f,
				       const struct metadata_limits *l)
{
	const struct err *e = feature_check_name(a, f->name);

	if (e)
		return e;
	if (f->values.n > l->features)
		return err_new(a, ERR_INVALID,
			       "%.*s only allows a maximum number of %" PRIu64
			       " features or dependencies that another feature can enable, but the "
			       "\"%.*s\" feature of your crate is enabling %zu features or "
			       "dependencies." WHY_FEATURES_ARE_LIMITED ASK_FOR_MORE,
			       TEXT_F(l->site), l->features, TEXT_F(f->name), f->values.n,
			       TEXT_F(l->site));
	for (size_t i = 0; i < f->values.n; i++) {
		e = feature_check_value(a, f->values.v[i]);
		if (e)
			return e;
	}
	return NULL;
}

static const struct err *check_features(struct arena *a, const struct manifest *m,
					const struct metadata_limits *l)
{
	if (m->nfeatures > l->features)
		return err_new(a, ERR_INVALID,
			       "%.*s only allows a maximum number of %" PRIu64
			       " features, but your crate is declaring %zu "
			       "features." WHY_FEATURES_ARE_LIMITED ASK_FOR_MORE,
			       TEXT_F(l->site), l->features, m->nfeatures, TEXT_F(l->site));
	for (size_t i = 0; i < m->nfeatures; i++) {
		const struct err *e = check_feature(a, &m->features[i], l);

		if (e)
			return e;
	}
	return NULL;
}

/* An index URL without what cargo may or may not write. */
static struct text bare_index_url(struct text url)
{
	if (text_starts(url, TEXT("sparse+")))
		url = text_sub(url, 7, url.n);
	while (text_ends(url, TEXT("/")))
		url = text_sub(url, 0, url.n - 1);
	return url;
}

/*
 * Cargo writes `registry-index` for every dependency that is not of crates.io; crates.io itself
 * does not look at it. Ours may be named; without one the name is looked up here, as upstream does.
 */
static bool is_elsewhere(const struct manifest_dep *d, struct texts index_urls)
{
	if (d->registry.n)
		return true;
	if (!d->registry_index.n)
		return false;
	for (size_t i = 0; i < index_urls.n; i++)
		if (text_eq(bare_index_url(d->registry_index), bare_index_url(index_urls.v[i])))
			return false;
	return true;
}

static const struct err *check_req(struct arena *a, const struct manifest_dep *d,
				   const struct metadata_limits *l)
{
	struct semver_req req;

	if (!semver_req_parse(d->req, &req))
		return err_new(a, ERR_INVALID, "\"%.*s\" is an invalid version requirement",
			       TEXT_F(d->req));
	if (semver_req_is_any(&req))
		return err_new(a, ERR_INVALID,
			       "wildcard (`*`) dependency constraints are not allowed on %.*s. "
			       "Crate with this problem: `%.*s` See "
			       "https://doc.rust-lang.org/cargo/"
			       "faq.html#can-libraries-use--as-a-version-for-their-dependencies "
			       "for more information",
			       TEXT_F(l->site), TEXT_F(d->name));
	return NULL;
}

static const struct err *check_dep(struct arena *a, const struct manifest_dep *d,
				   const struct metadata_limits *l)
{
	const struct err *e = name_check(a, NAME_DEPENDENCY, d->name);

	for (size_t i = 0; !e && i < d->features.n; i++)
		e = feature_check_value(a, d->features.v[i]);
	if (e)
		return e;
	if (is_elsewhere(d, l->index_urls))
		return err_new(a, ERR_INVALID,
			       "Dependency `%.*s` is hosted on another registry. Cross-registry "
			       "dependencies are not permitted on %.*s.",
			       TEXT_F(d->name), TEXT_F(l->site));
	e = check_req(a, d, l);
	if (e || !d->explicit_name.p)
		return e;
	return name_check(a, NAME_RENAMED, d->explicit_name);
}

static const struct err *check_deps(struct arena *a, const struct manifest *m,
				    const struct metadata_limits *l)
{
	if (m->ndeps > l->dependencies)
		return err_new(a, ERR_INVALID,
			       "%.*s only allows a maximum number of %" PRIu64
			       " dependencies." ASK_FOR_MORE,
			       TEXT_F(l->site), l->dependencies, TEXT_F(l->site));
	for (size_t i = 0; i < m->ndeps; i++) {
		const struct err *e = check_dep(a, &m->deps[i], l);

		if (e)
			return e;
	}
	return NULL;
}

static size_t bytes_of(struct texts t)
{
	size_t n = 0;

	for (size_t i = 0; i < t.n; i++)
		n += t.v[i].n;
	return n;
}

/* No answer about a version can be made larger than a worker can hold. */
static const struct err *check_size(struct arena *a, const struct manifest *m,
				    const struct metadata_limits *l)
{
	uint64_t max = l->features < UINT32_MAX ? l->features : UINT32_MAX;
	size_t n = m->license.n + m->links.n + m->rust_version.n + m->edition.n + m->lib_name.n +
		   bytes_of(m->bin_names);

	max = MANIFEST_MAX_BYTES + max * FEATURE_BYTES;
	for (size_t i = 0; i < m->nfeatures; i++)
		n += m->features[i].name.n + bytes_of(m->features[i].values);
	for (size_t i = 0; i < m->ndeps; i++)
		n += m->deps[i].name.n + m->deps[i].explicit_name.n + m->deps[i].req.n +
		     m->deps[i].target.n + bytes_of(m->deps[i].features);
	if (n <= max)
		return NULL;
	return err_new(
		a, ERR_INVALID,
		"The features, dependencies and other fields of your crate's manifest take %zu "
		"bytes. A maximum of %" PRIu64 " bytes are currently allowed.",
		n, max);
}

const struct err *metadata_check(struct arena *a, const struct manifest *m,
				 const struct metadata_limits *limits)
{
	const struct err *e = check_required(a, m);

	if (!e)
		e = check_description(a, m);
	if (!e)
		e = check_license(a, m);
	if (!e)
		e = check_urls(a, m);
	if (!e)
		e = check_rust_version(a, m);
	if (!e)
		e = check_keywords(a, m, limits->keywords);
	if (!e)
		e = check_categories(a, m, limits->categories);
	if (!e)
		e = check_features(a, m, limits);
	if (!e)
		e = check_deps(a, m, limits);
	return e ? e : check_size(a, m, limits);
}

struct text metadata_license(const struct manifest *m)
{
	if (m->license.p)
		return m->license;
	return m->has_license_file ? TEXT("non-standard") : TEXT_NONE;
}
