/*
 * handlers/api/version_files.c - GET /api/v1/crates/{name}/{version}/download, .../readme,
 * .../authors
 *
 * Where the files of a version are. Nothing is looked up: whether there is such a file is for the
 * web server to say.
 */
#include "app/base/config.h"
#include "app/registry/name.h"
#include "app/registry/public_url.h"
#include "app/registry/publish_meta.h"
#include "app/server/app.h"
#include "app/server/download_note.h"
#include "app/storage/storage.h"
#include "handlers/api/common.h"

#include <unistd.h>

/* As public_url has it, without a look whether there is such a file. */
static const struct err *file_url(struct req *r, const char *folder, const char *ending,
				  struct text *ret)
{
	struct text name = req_path(r, "name"), version;
	const struct err *e = req_version(r, &version);

	if (e)
		return e;
	if (version.n > VERSION_MAX_BYTES)
		return err_new(r->arena, ERR_NOT_FOUND,
			       "crate `%.*s` does not have a version `%.*s`", TEXT_F(name),
			       TEXT_F(version));
	if (!name_is_valid(NAME_CRATE, name))
		return err_new(r->arena, ERR_NOT_FOUND, "crate `%.*s` does not exist",
			       TEXT_F(name));
	*ret = public_url(r->arena, r->cfg->site.url, folder, name, version, ending);
	return NULL;
}

static struct reply redirect_or_json(struct req *r, const char *folder, const char *ending)
{
	struct text url, accept = req_header(r, "Accept");
	const struct err *e;
	struct reply rp;

	e = file_url(r, folder, ending, &url);
	if (e)
		return reply_err(r, e);
	if (text_find(accept, TEXT("json")) < accept.n) {
		struct buf b = reply_buf(r);
		struct jw j = jw_init(&b);

		jw_object(&j, NULL);
		jw_text(&j, "url", url);
		jw_end(&j);
		rp = reply_jw(r, 200, &j);
	} else {
		rp = reply_redirect(r, 302, url);
	}
	reply_header(&rp, "Vary", TEXT("accept"));
	return rp;
}

/* The file itself, by the web server where it takes names of files from workers, else from where it is. */
static struct reply send_crate(struct req *r, struct text name, struct text version)
{
	struct reply rp;

	if (r->cfg->server.sendfile == SENDFILE_NONE)
		return redirect_or_json(r, "crates", ".crate");
	rp = reply_file(r, "application/gzip",
			text_fmt(r->arena, "%spublic/crates/%.*s/%.*s-%.*s.crate",
				 config_served(r->cfg), TEXT_F(name), TEXT_F(name),
				 TEXT_F(version)));
	/* As the samples say it of /static/crates/; nginx says it of what X-Accel-Redirect names, too. */
	if (rp.status == 200 && r->cfg->server.sendfile == SENDFILE_X_SENDFILE) {
		reply_header(&rp, "Cache-Control", TEXT("public, max-age=31536000, immutable"));
		reply_header(&rp, "Content-Security-Policy", TEXT("sandbox; default-src 'none'"));
		reply_header(&rp, "X-Content-Type-Options", TEXT("nosniff"));
	}
	reply_header(&rp, "Vary", TEXT("accept"));
	return rp;
}

/* downloads.count = "request": config.json of the index leads cargo here. What is not there is the web server's to say. */
static struct reply download(struct req *r)
{
	struct text name = req_path(r, "name"), version = req_path(r, "version"),
		    accept = req_header(r, "Accept");
	struct text url;
	int fd;

	if (!text_eq(r->cfg->downloads.count, TEXT("request")) ||
	    text_find(accept, TEXT("json")) < accept.n || file_url(r, "crates", ".crate", &url) ||
	    storage_open_crate(r->app->storage, r->arena, name, version, &fd))
		return redirect_or_json(r, "crates", ".crate");
	(void)close(fd);
	if (download_counts(r))
		download_note(r, name, version);
	return send_crate(r, name, version);
}

static struct reply readme(struct req *r)
{
	return redirect_or_json(r, "readmes", ".html");
}

/* upstream: the same for any path, valid or not. */
static struct reply authors(struct req *r)
{
	return reply_json(r, 200, TEXT("{\"meta\":{\"names\":[]},\"users\":[]}"));
}

const struct route version_files_routes[] = {
	ROUTE(GET, "/api/v1/crates/{name}/{version}/readme", readme, .no_db = true,
	      .doc = "Where the rendered README is"),
	ROUTE(GET, "/api/v1/crates/{name}/{version}/authors", authors, .no_db = true,
	      .doc = "Always empty (deprecated)"),
	ROUTE(GET, "/api/v1/crates/{name}/{version}/download", download, .no_db = true,
	      .no_user_agent = true, .doc = "Where the .crate file is"),
	ROUTE_END,
};
