/* handlers/web/account_security.c - /settings/security: sessions, and what happened to the account (contract/web.md P48) */
#include "templates/account_security.h"
#include "app/base/arena.h"
#include "db/session.h"
#include "handlers/routes.h"
#include "handlers/web/page.h"
#include "handlers/web/page_list.h"

#include <inttypes.h>

static const struct err *load_sessions(struct req *r, struct account_security_page *v)
{
	struct session_row *rows;
	struct session_view *out;
	size_t n;
	const struct err *e = db_session_list(r->db, r->user.id, &rows, &n);

	if (e)
		return e;
	out = arena_array(r->arena, n + 1, sizeof(*out));
	for (size_t i = 0; i < n; i++)
		out[i] = (struct session_view){ .id = rows[i].id,
						.address = rows[i].address,
						.agent = rows[i].user_agent,
						.created_us = rows[i].created_us,
						.last_used_us = rows[i].last_used_us,
						.current = rows[i].id == r->user.session_id };
	v->sessions = out;
	v->nsessions = n;
	return NULL;
}

static struct account_event_view view_of(const struct account_event_row *row)
{
	static const char *const words[] = {
		[EVENT_SIGN_IN] = "Signed in by",
		[EVENT_TOKEN_CREATED] = "Token made:",
		[EVENT_TOKEN_USED] = "Token used for the first time:",
		[EVENT_TOKEN_REVOKED] = "Token revoked:",
		[EVENT_TOKEN_EXPOSED] = "Token found in public, and revoked:",
	};

	return (struct account_event_view){
		.time_us = row->time_us,
		.what = row->kind < ARRAY_SIZE(words) ? words[row->kind] : "Something else:",
		.subject = row->subject,
		.address = row->address,
		.agent = row->user_agent,
		.bad = row->kind == EVENT_TOKEN_EXPOSED,
	};
}

static const struct err *load_events(struct req *r, struct account_security_page *v)
{
	struct account_event_view *out;
	struct account_event_row *rows;
	int64_t before;
	size_t n;
	const struct err *e = page_older_than(r, &before);

	if (!e)
		e = db_account_events(r->db, r->user.id, before, &rows, &n);
	if (e)
		return e;
	if (n > ACCOUNT_EVENTS_MAX) {
		n = ACCOUNT_EVENTS_MAX;
		v->older = text_fmt(r->arena, "?before=%" PRIu64, rows[n - 1].id);
	}
	out = arena_array(r->arena, n + 1, sizeof(*out));
	for (size_t i = 0; i < n; i++)
		out[i] = view_of(&rows[i]);
	v->events = out;
	v->nevents = n;
	v->later = before != INT64_MAX;
	return NULL;
}

static struct reply security_get(struct req *r)
{
	struct account_security_page v = { .head = { .title = TEXT("Settings"), .noindex = true } };
	const struct err *e = load_sessions(r, &v);

	if (!e)
		e = load_events(r, &v);
	return e ? reply_err(r, e) : reply_page(r, 200, account_security_page, &v);
}

static struct reply end_post(struct req *r)
{
	const struct err *e;
	uint64_t id = 0;
	bool found = true;

	(void)text_u64(req_form(r, "session"), 1, INT64_MAX, &id);
	if (req_form_has(r, "all"))
		e = db_session_end_others(r->db, r->user.id, r->user.session_id);
	else
		e = db_session_end_by_id(r->db, r->user.id, id, &found);
	if (e)
		return reply_err(r, e);
	return page_go_with(r, TEXT("/settings/security"), found ? FLASH_SUCCESS : FLASH_ERROR,
			    found ? "Signed out there." : "That session is not there any more.");
}

const struct route account_security_routes[] = {
	ROUTE(GET, "/settings/security", security_get, .auth = AUTH_COOKIE, .page = true,
	      .doc = "Page: sessions, sign-ins, events of API tokens"),
	ROUTE(POST, "/settings/security/end", end_post, .auth = AUTH_COOKIE, .page = true,
	      .body = BODY_FORM, .body_max = 4096, .doc = "Form: end sessions"),
	ROUTE_END,
};
