/* render_and_upload_readme: the README of a version as safe HTML in DATA/public/readmes (contract/jobs.md 9). */
#include "app/inspect/client.h"
#include "app/jobs/kinds.h"
#include "app/server/app.h"
#include "app/storage/storage.h"
#include "db/rendering.h"

static const struct err *read_input(struct job_run *r, uint64_t *ret_version_id,
				    struct inspect_readme_in *ret)
{
	const struct err *e = job_u64(r, "version_id", ret_version_id);

	if (!e)
		e = job_text(r, "text", &ret->text);
	if (!e)
		e = job_text(r, "readme_path", &ret->path);
	if (!e)
		e = job_text(r, "base_url", &ret->repository);
	if (!e)
		e = job_text(r, "pkg_path_in_vcs", &ret->path_in_vcs);
	return e;
}

const struct err *job_render_readme_run(struct job_run *r)
{
	struct inspect_readme_in in = { 0 };
	struct published_bytes v;
	struct text html;
	const struct err *e;
	uint64_t version_id;
	bool plain;

	e = read_input(r, &version_id, &in);
	if (!e)
		e = db_published_bytes(r->app->db, version_id, &v);
	if (e || !in.text.n)
		return e;
	e = inspect_readme(r->app->inspect, r->arena, &in, &html, &plain);
	if (e || !html.n)
		return e;
	e = storage_put_public(r->app->storage, r->arena,
			       text_fmt(r->arena, "readmes/%.*s/%.*s-%.*s.html", TEXT_F(v.crate),
					TEXT_F(v.crate), TEXT_F(v.num)),
			       html);
	return e ? e : db_rendering_put(r->app->db, version_id, plain);
}
