/*
 * handlers/api/files.c - GET /index/{*path}, /static/{*path}: the files of a private registry
 *
 * A public registry's web server sends these by itself. Of a private one it hands the request to a worker, which is past the gate
 * when it comes here (app/server/gate.h), and names the file: the web server sends it (X-Accel-Redirect, X-Sendfile), else the
 * worker does. So what is judged and what is sent is one path, read once. The headers are those that the samples of
 * deploy/ set for a public one, but for the caches.
 */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/server/req.h"
#include "handlers/routes.h"

enum { PATH_MAX_BYTES = 1024 };

struct file_kind {
	const char *ending, *type;
};

/* As deploy/nginx/cratehouse.conf has them for /static/. */
static const struct file_kind kinds[] = {
	{ ".crate", "application/gzip" },
	{ ".csv", "text/csv" },
	{ ".gif", "image/gif" },
	{ ".gz", "application/gzip" },
	{ ".html", "text/html; charset=utf-8" },
	{ ".jpg", "image/jpeg" },
	{ ".json", "application/json" },
	{ ".png", "image/png" },
	{ ".tgz", "application/gzip" },
	{ ".txt", "text/plain; charset=utf-8" },
	{ ".webp", "image/webp" },
	{ ".xml", "text/xml; charset=utf-8" },
	{ ".zip", "application/zip" },
	{ "", "application/octet-stream" },
};

/* How long a browser may use its copy unasked. */
static const struct {
	const char *folder, *cache;
} lives[] = {
	{ "crates/", "private, max-age=31536000, immutable" },
	{ "avatars/", "private, max-age=31536000, immutable" },
	{ "readmes/", "private, max-age=604800" },
	{ "og/", "private, max-age=86400" },
	{ "", "private, max-age=0, must-revalidate" },
};

static const char *type_of(struct text path)
{
	size_t i = 0;

	while (!text_ends(path, text_from(kinds[i].ending)))
		i++;
	return kinds[i].type;
}

static const char *cache_of(struct text path)
{
	size_t i = 0;

	while (!text_starts(path, text_from(lives[i].folder)))
		i++;
	return lives[i].cache;
}

/* Names of ours: letters, digits and ._+-, none empty, none beginning with a dot (files that are being written do). */
static bool path_ok(struct text path)
{
	struct text rest = path, part;

	if (!path.n || path.n > PATH_MAX_BYTES)
		return false;
	while (text_cut(&rest, '/', &part)) {
		if (!part.n || part.p[0] == '.')
			return false;
		for (size_t i = 0; i < part.n; i++)
			if (!char_is_alnum(part.p[i]) && part.p[i] != '-' && part.p[i] != '_' &&
			    part.p[i] != '.' && part.p[i] != '+')
				return false;
	}
	return true;
}

static struct reply send(struct req *r, const char *folder, const char *type, const char *cache)
{
	struct text path = req_path(r, "path");
	struct reply rp;

	if (!r->cfg->registry.auth_required || !path_ok(path))
		return reply_err(r, err_new(r->arena, ERR_NOT_FOUND, "Not Found"));
	rp = reply_file(
		r, type,
		text_fmt(r->arena, "%s%s%.*s", config_served(r->cfg), folder, TEXT_F(path)));
	if (rp.status < 400)
		reply_header(&rp, "Cache-Control", text_from(cache));
	return rp;
}

static struct reply index_get(struct req *r)
{
	/* A publish is visible at once: copies are kept, but asked about each time. */
	return send(r, "index/", "text/plain", "private, max-age=0, must-revalidate");
}

static struct reply static_get(struct req *r)
{
	struct text path = req_path(r, "path");
	struct reply rp = send(r, "public/", type_of(path), cache_of(path));

	/* Whatever is in there, it runs no script and is no page of this site. */
	if (rp.status < 400)
		reply_header(&rp, "Content-Security-Policy", TEXT("sandbox; default-src 'none'"));
	return rp;
}

const struct route files_routes[] = {
	ROUTE(GET, "/index/{*path}", index_get, .auth = AUTH_NONE, .no_db = true,
	      .no_user_agent = true, .doc = "The sparse index of a private registry"),
	ROUTE(GET, "/static/{*path}", static_get, .auth = AUTH_NONE, .no_db = true,
	      .no_user_agent = true, .doc = "Archives, READMEs, feeds of a private registry"),
	ROUTE_END,
};
