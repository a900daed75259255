/* handlers/web/admin_banner.c - /admin/banner (contract/web.md P82) */
#include "templates/admin_banner.h"
#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/jw.h"
#include "app/base/time.h"
#include "app/server/banner.h"
#include "handlers/routes.h"
#include "handlers/web/admin.h"

enum { DETAIL_MAX_BYTES = 16 * 1024 };

/* False for a word that is none. */
static bool read_kind(struct text word, enum banner_kind *ret)
{
	for (size_t i = 0; i < BANNER_KINDS; i++)
		if (text_eq(word, text_from(banner_names[i].word))) {
			*ret = (enum banner_kind)i;
			return true;
		}
	return false;
}

static struct admin_banner_page empty_page(void)
{
	return (struct admin_banner_page){
		.head = { .title = TEXT("Banner"), .noindex = true },
		.kind = BANNER_INFO,
		.message = { .name = "message",
			     .label = "Text",
			     .help = "One line, without markup.",
			     .required = true,
			     .max = BANNER_MAX_CHARS },
		.until = { .name = "until",
			   .label = "End",
			   .type = "datetime-local",
			   .help = "Year-month-dayThour:minute, in UTC. Without one it stays until "
				   "it "
				   "is taken down." },
	};
}

static struct reply show(struct req *r, unsigned status, struct admin_banner_page *v)
{
	struct banner_row *rows;
	const struct err *e = db_banners(r->db, &rows, &v->n);

	if (e)
		return reply_err(r, e);
	v->v = rows;
	v->configured = r->cfg->server.banner;
	return reply_page(r, status, admin_banner_page, v);
}

/* "2027-01-31T12:30", as browsers send it. */
static struct text minute(struct req *r, int64_t us)
{
	struct time_text t = time_rfc3339_s(us);

	return text_dup(r->arena, text_sub(text_from(t.s), 0, 16));
}

/* ?kind=: the form has what is shown of that kind. */
static struct reply banner_get(struct req *r)
{
	struct admin_banner_page v = empty_page();
	struct banner_row *rows;
	struct text kind;
	size_t n;
	const struct err *e = req_query(r, "kind", &kind);

	if (!e && kind.p && !read_kind(kind, &v.kind))
		e = err_new(r->arena, ERR_INVALID, "There is no banner of that kind");
	if (!e && kind.p)
		e = db_banners(r->db, &rows, &n);
	if (e)
		return reply_err(r, e);
	for (size_t i = 0; kind.p && i < n; i++)
		if (rows[i].kind == v.kind) {
			v.message.value = rows[i].message;
			if (rows[i].until_us.set)
				v.until.value = minute(r, rows[i].until_us.v);
		}
	return show(r, 200, &v);
}

static bool is_one_line(struct text t)
{
	for (size_t i = 0; i < t.n; i++)
		if ((unsigned char)t.p[i] < ' ' || t.p[i] == 0x7f)
			return false;
	return true;
}

static size_t chars_of(struct text t)
{
	size_t at = 0, n = 0;
	uint32_t c;

	while (text_next_char(t, &at, &c))
		n++;
	return n;
}

/* What is in the form, into v and b; what is wrong about it, into v->errors. */
static void read_banner(struct req *r, struct admin_banner_page *v, struct banner_row *b)
{
	struct text until = req_form(r, "until");

	v->message.value = req_form(r, "message");
	v->until.value = until;
	if (!read_kind(req_form(r, "kind"), &v->kind))
		form_fault(r->arena, &v->errors, "kind", "Choose a kind");
	if (!v->message.value.n)
		form_fault(r->arena, &v->errors, "message", "Enter the text");
	else if (!is_one_line(v->message.value))
		form_fault(r->arena, &v->errors, "message", "The text must be one line");
	else if (chars_of(v->message.value) > BANNER_MAX_CHARS)
		form_fault(r->arena, &v->errors, "message", "The text is too long");
	b->until_us.set = until.n > 0;
	if (until.n &&
	    (until.n != 16 ||
	     !time_parse_rfc3339(text_fmt(r->arena, "%.*s:00Z", TEXT_F(until)), &b->until_us.v)))
		form_fault(r->arena, &v->errors, "until", "Enter a time, such as 2027-01-31T12:30");
	else if (until.n && b->until_us.v <= time_now_us())
		form_fault(r->arena, &v->errors, "until", "That time is over already");
	b->kind = v->kind;
	b->message = v->message.value;
}

static struct text detail(struct req *r, const struct banner_row *b)
{
	struct buf out = buf_init(r->arena, DETAIL_MAX_BYTES);
	struct jw j = jw_init(&out);

	jw_object(&j, NULL);
	jw_text(&j, "kind", text_from(banner_names[b->kind].word));
	if (b->message.p)
		jw_text(&j, "message", b->message);
	if (b->until_us.set)
		jw_time(&j, "until", b->until_us.v);
	jw_end(&j);
	return buf_text(&out);
}

/* The button "preview" shows what would be shown; the other one sets it. */
static struct reply banner_post(struct req *r)
{
	struct audit_entry note = admin_note(r, "banner_set");
	struct admin_banner_page v = empty_page();
	struct banner_row b = { 0 };
	const struct err *e;

	read_banner(r, &v, &b);
	if (v.errors.n)
		return show(r, 422, &v);
	if (req_form_has(r, "preview")) {
		v.preview = true;
		return show(r, 200, &v);
	}
	note.detail = detail(r, &b);
	e = db_banner_put(r->db, &b, &note);
	if (e)
		return reply_err(r, e);
	banners_changed(r);
	return page_go_with(r, TEXT("/admin/banner"), FLASH_SUCCESS,
			    "The banner is set. It is on every page within %d seconds.",
			    BANNER_FRESH_S);
}

static struct reply remove_post(struct req *r)
{
	struct audit_entry note = admin_note(r, "banner_remove");
	struct banner_row b = { 0 };
	enum banner_kind kind = BANNER_INFO;
	bool was = false;
	const struct err *e = NULL;

	if (!read_kind(req_form(r, "kind"), &kind))
		e = err_new(r->arena, ERR_INVALID, "There is no banner of that kind");
	if (!e) {
		b.kind = kind;
		note.detail = detail(r, &b);
		e = db_banner_remove(r->db, kind, &note, &was);
	}
	if (e)
		return reply_err(r, e);
	banners_changed(r);
	return page_go_with(r, TEXT("/admin/banner"), was ? FLASH_SUCCESS : FLASH_INFO,
			    was ? "The banner is taken down." : "There was no such banner.");
}

const struct route admin_banner_routes[] = {
	ROUTE(GET, "/admin/banner", banner_get, .auth = AUTH_ADMIN, .page = true,
	      .doc = "Page: what stands at the top of every page"),
	ROUTE(POST, "/admin/banner", banner_post, .auth = AUTH_ADMIN, .page = true,
	      .body = BODY_FORM, .body_max = 16384,
	      .doc = "Form: set a banner, or look at it first"),
	ROUTE(POST, "/admin/banner/remove", remove_post, .auth = AUTH_ADMIN, .page = true,
	      .body = BODY_FORM, .body_max = 4096, .doc = "Form: take a banner down"),
	ROUTE_END,
};
