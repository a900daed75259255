/*
 * handlers/web/crate_raw.c - one file of a version as it is: /crates/{name}/{version}/raw/{path}, and where the whole archive
 * is: /crates/{name}/{version}/download (contract/web.md P20, 14.4).
 *
 * The bytes are a stranger's, on the host of the site: whatever they are, a browser gets them as plain text, as one of four
 * kinds of pictures, or to be stored; never as HTML, SVG or script.
 */
#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/hash.h"
#include "app/registry/public_url.h"
#include "handlers/routes.h"
#include "handlers/web/archive.h"
#include "handlers/web/page.h"

enum { TAG_BYTES = 16, NAME_HEADER_MAX = 8192 };

static const char *const types[SOURCE_KINDS] = {
	[SOURCE_TEXT] = "text/plain; charset=utf-8",
	[SOURCE_PNG] = "image/png",
	[SOURCE_JPEG] = "image/jpeg",
	[SOURCE_GIF] = "image/gif",
	[SOURCE_WEBP] = "image/webp",
	[SOURCE_BINARY] = "application/octet-stream",
};

/* RFC 6266: for old clients in ASCII, for all others as it is. */
static struct text disposition(struct req *r, struct text path, bool store)
{
	struct buf b = buf_init(r->arena, NAME_HEADER_MAX);
	struct text name = path;
	size_t slash;

	while ((slash = text_find_byte(name, '/')) < name.n)
		name = text_sub(name, slash + 1, name.n);
	buf_add(&b, store ? TEXT("attachment; filename=\"") : TEXT("inline; filename=\""));
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		buf_byte(&b, char_is_alnum(c) || text_has_byte(TEXT("._- "), c) ? c : '_');
	}
	buf_add(&b, TEXT("\"; filename*=UTF-8''"));
	buf_url(&b, name);
	return buf_text(&b);
}

/* The same bytes for ever: of the archive's hash, and all that the answer depends on beside it. */
static struct text tag_of(struct req *r, const struct version_view *v, struct text path, bool store)
{
	struct buf hex = buf_init(r->arena, 2 * TAG_BYTES);
	struct sha256_ctx *c = sha256_new();
	struct sha256 sha;

	sha256_add(c, store ? TEXT("raw 1 store\n") : TEXT("raw 1 show\n"));
	sha256_add(c, (struct text){ (const char *)v->tar_sha256.b, sizeof(v->tar_sha256.b) });
	sha256_add(c, v->crate); /* and version: they name the root folder */
	sha256_add(c, TEXT("-"));
	sha256_add(c, v->num);
	sha256_add(c, TEXT("/"));
	sha256_add(c, path);
	sha = sha256_end(c);
	buf_hex(&hex, sha.b, TAG_BYTES);
	return buf_text(&hex);
}

static void add_headers(struct req *r, struct reply *rp, const struct version_view *v)
{
	struct buf hex = buf_init(r->arena, 2 * sizeof(v->tar_sha256.b));

	buf_hex(&hex, v->tar_sha256.b, sizeof(v->tar_sha256.b));
	reply_header(rp, "Content-Security-Policy", TEXT("sandbox; default-src 'none'"));
	reply_header(rp, "X-Robots-Tag", TEXT("noindex"));
	reply_header(rp, "X-Crate-Checksum", buf_text(&hex));
	reply_header(rp, "Cache-Control",
		     r->cfg->registry.auth_required ? TEXT("private, max-age=86400")
						    : TEXT("public, max-age=86400"));
}

static struct reply raw_get(struct req *r)
{
	struct text path = req_path(r, "path"), store;
	struct crate_view crate;
	struct version_view version;
	struct inspect_bytes file;
	const struct err *e = page_crate_version(r, &crate, &version);
	struct reply rp = reply_empty(r, 200);
	struct text tag;
	bool as_file;

	if (!e)
		e = req_query(r, "download", &store);
	if (e)
		return reply_err(r, e);
	tag = tag_of(r, &version, path, store.p != NULL);
	add_headers(r, &rp, &version);
	reply_validator(r, &rp, tag);
	if (rp.status == 304)
		return rp; /* the inspector need not be asked */
	e = page_bytes(r, &version, path, &file);
	if (!e && file.kind == SOURCE_LARGE)
		e = err_new(r->arena, ERR_NOT_FOUND,
			    "This file is too large to be sent by itself; the archive has it");
	if (e)
		return reply_err(r, e);
	as_file = store.p || file.kind == SOURCE_BINARY;
	rp.type = types[file.kind];
	rp.body = file.bytes.n ? file.bytes : TEXT("");
	reply_header(&rp, "Content-Disposition", disposition(r, path, as_file));
	return rp;
}

static struct reply download_get(struct req *r)
{
	struct crate_view crate;
	struct version_view version;
	const struct err *e = page_crate_version(r, &crate, &version);

	if (e)
		return reply_err(r, e);
	return reply_redirect(r, 302,
			      public_url(r->arena, r->cfg->site.url, "crates", crate.name,
					 version.num, ".crate"));
}

const struct route crate_raw_routes[] = {
	ROUTE(GET, "/crates/{name}/{version}/raw/{*path}", raw_get, .auth = AUTH_NONE, .page = true,
	      .doc = "A file of a version as it is"),
	ROUTE(GET, "/crates/{name}/{version}/download", download_get, .auth = AUTH_NONE,
	      .page = true, .no_user_agent = true, .doc = "Where the archive of a version is"),
	ROUTE_END,
};
