/* send_report: what somebody reported by /support, to who runs this site (site.contact), or to who is told of holes in it. */
#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/log.h"
#include "app/base/mime.h"
#include "app/jobs/kinds.h"
#include "app/outside/mail.h"
#include "app/server/app.h"
#include "db/report.h"
#include "templates/report.h"

#include <json-c/json.h>

enum { LETTER_MAX_BYTES = 256 * 1024 };

/* Absent: nobody is to get it. */
static struct text recipient(const struct config *cfg, bool security)
{
	struct text to = cfg->site.contact, other = cfg->site.security_contact;
	struct text scheme = TEXT("mailto:");

	if (!security)
		return to.n ? to : TEXT_NONE;
	if (!text_starts(other, scheme))
		return TEXT_NONE; /* a page: the operator has his own letter */
	other = text_sub(other, scheme.n, other.n);
	return text_eq(other, to) ? TEXT_NONE : other;
}

static struct text body(struct job_run *r, const struct report *report)
{
	struct buf b = buf_init(r->arena, LETTER_MAX_BYTES);
	struct tmpl t = { .b = &b, .now_us = report->created_us };
	struct report_letter v = { .report = report,
				   .site_url = r->app->cfg->site.url,
				   .domain = r->app->cfg->site.domain };

	report_letter(&t, &v);
	return buf_text(&b);
}

static const struct err *send(struct job_run *r, const struct report *report, struct text to,
			      bool security)
{
	bool harm = report_has_reason(report, "malicious-code");
	struct mime_message m = {
		.to = to,
		.subject = text_fmt(r->arena, "%sReport about %.*s", harm ? "[SECURITY] " : "",
				    TEXT_F(report->crate)),
		.id = text_fmt(r->arena, "report%llu%s", (unsigned long long)report->id,
			       security ? "s" : ""),
		.date_us = report->created_us,
		.text = body(r, report),
	};
	const struct err *e = mail_hand_over(r->app->cfg, r->arena, &m);

	if (!err_is(e, ERR_INVALID))
		return e;
	log_err(LOG_LEVEL_WARN, "a report is given up, its row stays", e); /* refused each time */
	return NULL;
}

const struct err *job_send_report_run(struct job_run *r)
{
	struct json_object *o = NULL;
	struct report report;
	bool found = false, security;
	struct text to;
	uint64_t id;
	const struct err *e = job_u64(r, "report_id", &id);

	security = json_object_object_get_ex(r->data, "security", &o) && json_object_get_boolean(o);
	to = recipient(r->app->cfg, security);
	if (!e)
		e = db_report(r->app->db, id, &report, &found);
	return e || !found || !to.p ? e : send(r, &report, to, security);
}
