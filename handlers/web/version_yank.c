/* handlers/web/version_yank.c - /crates/{name}/{version}/yank and unyank (contract/web.md P24) */
#include "app/base/arena.h"
#include "app/index/publish.h"
#include "app/server/admin_note.h"
#include "app/server/fresh.h"
#include "app/server/limits.h"
#include "app/server/may.h"
#include "handlers/routes.h"
#include "handlers/web/crate_frame.h"
#include "templates/yank.h"

/* The version, and that whoever asks may yank it. */
static const struct err *find(struct req *r, struct crate_frame *f)
{
	const struct err *e = crate_frame(r, true, f);

	if (!e)
		e = may_do(r, f->crate.name, f->crate.id, RIGHTS_TO_YANK);
	return e || !r->user.as_admin ? e : fresh_require(r, FRESH_ADMIN_S);
}

static struct reply show(struct req *r, unsigned status, struct crate_frame *f, bool unyank,
			 struct yank_page *v)
{
	const char *verb = unyank ? "Unyank" : "Yank";

	v->head.title = text_fmt(r->arena, "%s %.*s %.*s", verb, TEXT_F(f->crate.name),
				 TEXT_F(f->version.num));
	crate_frame_head(r, f, TAB_VERSIONS, unyank ? "/unyank" : "/yank", &v->head);
	v->head.noindex = true;
	v->crate = &f->head;
	v->name = f->crate.name;
	v->num = f->version.num;
	v->unyank = unyank;
	v->yanked = f->version.yanked;
	v->dependents = f->facts.dependents;
	v->message.name = "message";
	v->message.label = "Reason";
	v->message.help = "Everybody reads it beside the version.";
	v->message.max = YANK_MESSAGE_MAX_BYTES;
	return reply_page(r, status, yank_page, v);
}

static struct reply yank_get(struct req *r)
{
	struct yank_page v = { 0 };
	struct crate_frame f;
	const struct err *e = find(r, &f);

	if (e)
		return reply_err(r, e);
	v.message.value = f.version.yank_message;
	return show(r, 200, &f, false, &v);
}

static struct reply unyank_get(struct req *r)
{
	struct yank_page v = { 0 };
	struct crate_frame f;
	const struct err *e = find(r, &f);

	return e ? reply_err(r, e) : show(r, 200, &f, true, &v);
}

/* Back to the versions, with what was done. */
static struct reply set_yanked(struct req *r, const struct crate_frame *f, bool yanked,
			       struct text message)
{
	struct yank_in in = {
		.crate_id = f->crate.id,
		.version_id = f->version.id,
		.user_id = r->user.id,
		.yanked = { true, yanked },
		.message = message,
		.note = admin_yank_note(r, yanked, f->version.num, message),
	};
	struct yank_out out;
	const struct err *e = yank_commit(r->app, r->arena, &in, &out);
	const char *what = !yanked             ? "was unyanked"
			   : f->version.yanked ? "stays yanked"
					       : "was yanked";

	if (e)
		return reply_err(r, e);
	return page_go_with(r, crate_url(r->arena, f->crate.name, TEXT_NONE, "/versions"),
			    FLASH_SUCCESS, "%.*s %.*s %s.", TEXT_F(f->crate.name),
			    TEXT_F(f->version.num), what);
}

static struct reply yank_post(struct req *r)
{
	struct text message = req_form(r, "message");
	struct yank_page v = { 0 };
	struct crate_frame f;
	const struct err *e = limit_take(r, LIMIT_YANK);

	if (!e)
		e = find(r, &f);
	if (e)
		return reply_err(r, e);
	if (message.n > YANK_MESSAGE_MAX_BYTES) {
		form_fault(r->arena, &v.errors, "message", "The reason has at most %d bytes",
			   YANK_MESSAGE_MAX_BYTES);
		v.message.value = message;
		return show(r, 422, &f, false, &v);
	}
	return set_yanked(r, &f, true, message.n ? message : TEXT_NONE);
}

static struct reply unyank_post(struct req *r)
{
	struct crate_frame f;
	const struct err *e = limit_take(r, LIMIT_YANK);

	if (!e)
		e = find(r, &f);
	return e ? reply_err(r, e) : set_yanked(r, &f, false, TEXT_NONE);
}

const struct route version_yank_page_routes[] = {
	ROUTE(GET, "/crates/{name}/{version}/yank", yank_get, .auth = AUTH_COOKIE, .page = true,
	      .no_store = true, .doc = "Page: yank a version, with the reason"),
	ROUTE(POST, "/crates/{name}/{version}/yank", yank_post, .auth = AUTH_COOKIE, .page = true,
	      .body = BODY_FORM, .body_max = 16384, .doc = "Form: yank a version"),
	ROUTE(GET, "/crates/{name}/{version}/unyank", unyank_get, .auth = AUTH_COOKIE, .page = true,
	      .no_store = true, .doc = "Page: unyank a version"),
	ROUTE(POST, "/crates/{name}/{version}/unyank", unyank_post, .auth = AUTH_COOKIE,
	      .page = true, .body = BODY_FORM, .body_max = 4096, .doc = "Form: unyank a version"),
	ROUTE_END,
};
