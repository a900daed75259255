/* handlers/web/error.c - errors as pages: contract/web.md P90 */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "handlers/web/crate_frame.h"
#include "handlers/web/page.h"

static const struct {
	unsigned status;
	const char *title;
} titles[] = {
	{ 400, "This request makes no sense here" },
	{ 401, "This page requires authentication" },
	{ 403, "This is not allowed" },
	{ 404, "Page not found" },
	{ 405, "Nothing can be done here in that way" },
	{ 410, "This is gone" },
	{ 413, "That is too much at once" },
	{ 415, "That is no form" },
	{ 422, "The form is not complete" },
	{ 429, "Too many requests" },
	{ 501, "This is not set up here" },
	{ 503, "The registry cannot answer at the moment" },
};

static const char *title_of(unsigned status)
{
	for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
		if (titles[i].status == status)
			return titles[i].title;
	return "Something went wrong here";
}

/* What the log alone may say is not said; what the title says already is not said twice. */
static struct text detail_of(struct req *r, const struct err *e, struct text title)
{
	unsigned status = err_status(e);

	if (status == 500)
		return TEXT("The registry failed at this request, and wrote down why. Trying again "
			    "may help; "
			    "if it does not, tell us the number below.");
	if (text_eq(e->detail, title) || text_eq(e->detail, TEXT("Not Found")))
		return TEXT_NONE;
	return text_lossy(r->arena, e->detail);
}

static struct links near_names(struct req *r, const struct err *e)
{
	if (!text_starts(e->detail, TEXT("Crate \"")) || !err_is(e, ERR_NOT_FOUND))
		return (struct links){ NULL, 0 };
	return crate_near_names(r, req_path(r, "name"));
}

/* Leads back here, or to the page of the form that was sent: what it held is sent again by hand. */
static struct text sign_in_path(struct req *r, bool again)
{
	struct buf b = buf_init(r->arena, 16 * 1024);
	bool form = !text_eq(r->method, TEXT("GET"));
	struct text here = form ? page_before(r) : r->path;

	buf_add(&b, again ? TEXT("/login?again=1&return_to=") : TEXT("/login?return_to="));
	buf_url(&b, here);
	if (!form && r->query.n) {
		buf_url(&b, TEXT("?"));
		buf_url(&b, r->query);
	}
	return buf_ok(&b) ? buf_text(&b) : TEXT("/login");
}

struct reply route_sign_in(struct req *r)
{
	return page_go(r, sign_in_path(r, false));
}

/* The fields of a form that failed: nobody has to enter them anew. It was read, so it came from a page of this site. */
static struct links fields_of(struct req *r)
{
	struct link *v = arena_array(r->arena, r->nform + 1, sizeof(*v));

	for (size_t i = 0; i < r->nform; i++)
		v[i] = (struct link){ .href = r->form[i].name, .label = r->form[i].value };
	return (struct links){ v, r->nform };
}

struct reply route_error_page(struct req *r, const struct err *e)
{
	unsigned status = err_status(e);
	bool again = status == 401 && r->user.id; /* app/server/fresh.h */
	struct text title = again ? TEXT("Sign in again to go on") : text_from(title_of(status));
	struct error_page v = {
		.head = { .title = title, .noindex = true },
		.status = status,
		.title = title,
		.detail = detail_of(r, e, title),
		.sign_in = status == 401 ? sign_in_path(r, again) : TEXT_NONE,
		.again = again,
		.retry = status >= 500 || status == 429,
		.back = page_before(r),
		.near = near_names(r, e),
	};

	if (v.retry && r->nform) {
		v.resend_path = r->path;
		v.resend = fields_of(r);
	}
	return reply_page(r, status, error_page, &v);
}
