/*
 * handlers/web/support.c - GET, POST /support (contract/web.md 4.9, 8.6 and 13.5, P75)
 *
 * A report is kept and told to the operator by letter; nothing is sent anywhere else. One field is for programs that fill
 * in every form: who fills it gets the same answer, and nothing is kept.
 */
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/email.h"
#include "app/registry/name.h"
#include "app/server/limits.h"
#include "db/crate.h"
#include "db/report.h"
#include "handlers/routes.h"
#include "handlers/web/page.h"
#include "templates/report.h"

enum { DETAIL_MAX_BYTES = 10000, EMAIL_MAX_BYTES = 254 };

static struct reply show(struct req *r, unsigned status, struct support_page *v)
{
	v->contact = r->cfg->site.contact;
	v->form = v->form && v->contact.n;
	v->head.title = v->form ? TEXT("Report a crate") : TEXT("Support");
	v->head.canonical = TEXT("/support");
	v->head.noindex = v->form;
	v->crate.name = "crate";
	v->crate.label = "Crate";
	v->crate.required = true;
	v->crate.max = NAME_MAX_CHARS;
	v->email.name = "email";
	v->email.label = "Your address, for an answer";
	v->email.type = "email";
	v->email.autocomplete = "email";
	v->email.max = EMAIL_MAX_BYTES;
	return reply_page(r, status, support_page, v);
}

static struct reply support_get(struct req *r)
{
	struct support_page v = { .form = false };
	struct text inquire, crate;
	const struct err *e = req_query(r, "inquire", &inquire);

	if (!e)
		e = req_query(r, "crate", &crate);
	if (e)
		return reply_err(r, e);
	v.form = text_eq(inquire, TEXT("crate-violation"));
	v.crate.value = text_sub(crate, 0, NAME_MAX_CHARS);
	return show(r, 200, &v);
}

/* ---- a report */

static void read_reasons(struct req *r, struct support_page *v, struct buf *ret)
{
	struct texts sent = req_form_list(r, "reason");

	for (size_t i = 0; i < REPORT_REASONS; i++)
		for (size_t k = 0; k < sent.n && !v->ticked[i]; k++)
			v->ticked[i] = text_eq(sent.v[k], text_from(report_reasons[i].name));
	for (size_t i = 0; i < REPORT_REASONS; i++) {
		if (!v->ticked[i])
			continue;
		if (ret->n)
			buf_byte(ret, ',');
		buf_add(ret, text_from(report_reasons[i].name));
	}
}

static bool has_ticked(const struct support_page *v, const char *name)
{
	for (size_t i = 0; i < REPORT_REASONS; i++)
		if (text_eq(text_from(report_reasons[i].name), text_from(name)))
			return v->ticked[i];
	return false;
}

static const struct err *check_crate(struct req *r, struct support_page *v, struct report_in *ret)
{
	struct crate_row crate;
	bool found = false;
	const struct err *e = NULL;

	if (!v->crate.value.n) {
		form_fault(r->arena, &v->errors, "crate", "Say which crate it is");
		return NULL;
	}
	if (name_is_valid(NAME_CRATE, v->crate.value))
		e = db_crate_find(r->db, v->crate.value, &crate, &found);
	if (!e && !found)
		form_fault(r->arena, &v->errors, "crate", "There is no crate called %.*s",
			   TEXT_F(text_sub(v->crate.value, 0, NAME_MAX_CHARS)));
	else if (!e)
		ret->crate = crate.name;
	return e;
}

static const struct err *check(struct req *r, struct support_page *v, struct report_in *ret)
{
	const struct err *e = check_crate(r, v, ret);

	if (!ret->reasons.n)
		form_fault(r->arena, &v->errors, "reasons", "Tick at least one reason");
	if (has_ticked(v, "other") && !text_trim(v->detail).n)
		form_fault(r->arena, &v->errors, "detail", "Say what it is");
	if (v->detail.n > DETAIL_MAX_BYTES)
		form_fault(r->arena, &v->errors, "detail", "At most %d bytes, please",
			   DETAIL_MAX_BYTES);
	if (v->email.value.n &&
	    (v->email.value.n > EMAIL_MAX_BYTES || !email_is_valid(v->email.value)))
		form_fault(r->arena, &v->errors, "email", "That is not an e-mail address");
	return e;
}

static struct reply thanks(struct req *r, struct text crate)
{
	return page_go_with(r, TEXT("/support"), FLASH_SUCCESS,
			    "Thank you. The report about %.*s is on its way.", TEXT_F(crate));
}

static struct reply support_post(struct req *r)
{
	struct buf reasons = buf_init(r->arena, 256);
	struct support_page v = { .form = true };
	struct report_in in = { .user_id = r->user.id };
	const struct err *e;

	if (!r->cfg->site.contact.n)
		return reply_err(r, err_new(r->arena, ERR_NOT_FOUND, "Not Found"));
	v.crate.value = req_form(r, "crate");
	v.email.value = req_form(r, "email");
	v.detail = req_form_lines(r, "detail");
	read_reasons(r, &v, &reasons);
	if (req_form(r, "website").n)
		return thanks(r, text_sub(v.crate.value, 0, NAME_MAX_CHARS));
	in.reasons = buf_text(&reasons);
	in.detail = v.detail.p ? v.detail : TEXT("");
	in.reply_to = v.email.value.n ? v.email.value : TEXT_NONE;
	in.security = has_ticked(&v, "malicious-code");
	e = check(r, &v, &in);
	if (!e && v.errors.n)
		return show(r, 422, &v);
	if (!e)
		e = limit_take_address(r, LIMIT_REPORT);
	if (!e)
		e = db_report_add(r->db, &in);
	return e ? reply_err(r, e) : thanks(r, in.crate);
}

const struct route support_routes[] = {
	ROUTE(GET, "/support", support_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: whom to ask, and the form for reports"),
	ROUTE(POST, "/support", support_post, .auth = AUTH_NONE, .page = true, .body = BODY_FORM,
	      .doc = "A report about a crate"),
	ROUTE_END,
};
