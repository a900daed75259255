/* handlers/web/admin.c - /admin, /admin/users/{login} (contract/web.md P80) */
#include "handlers/web/admin.h"
#include "app/base/arena.h"
#include "app/base/jw.h"
#include "app/base/time.h"
#include "db/admin.h"
#include "db/crate.h"
#include "db/job.h"
#include "db/owned.h"
#include "db/session.h"
#include "db/user.h"
#include "handlers/routes.h"
#include "templates/admin.h"

enum { CRATES_SHOWN = 100, REASON_MAX = 1000, NOTE_MAX = 5000 };

/* ---- the overview */

static struct text user_path(struct req *r, struct text login)
{
	return text_fmt(r->arena, "/admin/users/%.*s", TEXT_F(login));
}

static struct reply overview(struct req *r, unsigned status, struct admin_page *v)
{
	struct audit_row *audit;
	struct user_locked *locked;
	const struct err *e = db_job_figures(r->db, &v->jobs);

	if (!e)
		e = db_user_locked(r->db, &locked, &v->nlocked);
	if (!e)
		e = db_admin_waiting(r->db, &v->waiting);
	if (!e)
		e = db_audit_newest(r->db, &audit, &v->audit.n);
	if (e)
		return reply_err(r, e);
	v->head = (struct head){ .title = TEXT("Administration"), .noindex = true };
	v->locked = locked;
	v->audit.v = audit;
	return reply_page(r, status, admin_page, v);
}

/* What was entered leads to an account or a crate; *ret_path absent where there is none of that name. */
static const struct err *look_up(struct req *r, struct admin_page *v, struct text *ret_path)
{
	const struct err *e = NULL;
	struct crate_row crate;
	struct user_row u;
	bool found = false;

	*ret_path = TEXT_NONE;
	if (v->login.value.p) {
		e = db_user_by_login(r->db, text_trim(v->login.value), &u);
		if (!e)
			*ret_path = user_path(r, u.login);
	} else {
		e = db_crate_find(r->db, text_trim(v->crate.value), &crate, &found);
		if (!e && found)
			*ret_path = text_fmt(r->arena, "/admin/crates/%.*s", TEXT_F(crate.name));
	}
	return err_is(e, ERR_NOT_FOUND) ? NULL : e;
}

/* ?login=, ?crate=: to that account or crate. */
static struct reply admin_get(struct req *r)
{
	struct admin_page v = {
		.login = { .name = "login",
			   .label = "User",
			   .help = "The user name, in any spelling.",
			   .required = true,
			   .max = 255 },
		.crate = { .name = "crate",
			   .label = "Crate",
			   .help = "Its name, in any spelling.",
			   .required = true,
			   .max = 64 },
	};
	struct text path;
	const struct err *e = req_query_form(r, "login", &v.login.value);

	if (!e)
		e = req_query_form(r, "crate", &v.crate.value);
	if (e)
		return reply_err(r, e);
	if (!v.login.value.p && !v.crate.value.p)
		return overview(r, 200, &v);
	e = look_up(r, &v, &path);
	if (e)
		return reply_err(r, e);
	if (path.p)
		return page_go(r, path);
	if (v.login.value.p)
		form_fault(r->arena, &v.errors, "login", "There is no user of that name");
	else
		form_fault(r->arena, &v.errors, "crate", "There is no crate of that name");
	return overview(r, 404, &v);
}

/* ---- an account */

static const struct err *find(struct req *r, struct user_row *ret)
{
	struct text login = req_path(r, "login");
	const struct err *e = db_user_by_login(r->db, login, ret);

	return err_is(e, ERR_NOT_FOUND)
		       ? err_new(r->arena, ERR_NOT_FOUND, "%.*s: User not found", TEXT_F(login))
		       : e;
}

static bool is_locked(const struct user_row *u)
{
	return u->lock_reason.p && !(u->lock_until_us.set && u->lock_until_us.v <= time_now_us());
}

static struct admin_user_page account_of(const struct user_row *u)
{
	return (struct admin_user_page){
		.user = *u,
		.verified = u->email_verified.set && u->email_verified.v,
		.locked = is_locked(u),
		.reason = { .name = "reason",
			    .label = "Reason",
			    .help = "What the user will read.",
			    .required = true,
			    .max = REASON_MAX },
		.until = { .name = "until",
			   .label = "Last day of the lock",
			   .type = "date",
			   .help = "Year-month-day, in UTC. Without one it is for ever." },
	};
}

static struct reply account(struct req *r, unsigned status, struct admin_user_page *v)
{
	struct owned_crate *crates;
	struct session_row *sessions;
	struct audit_row *audit;
	struct user_note note;
	bool found = false;
	const struct err *e = db_owned_crates(r->db, v->user.id, &crates, &v->crates_in_all);

	if (!e)
		e = db_session_list(r->db, v->user.id, &sessions, &v->nsessions);
	if (!e)
		e = db_audit_about(r->db, v->user.id, &audit, &v->audit.n);
	if (!e)
		e = db_user_note(r->db, v->user.id, &note, &found);
	if (e)
		return reply_err(r, e);
	if (found && !v->note.note.p) /* else what was entered stays */
		v->note = note;
	v->head = (struct head){
		.title = text_fmt(r->arena, "Account %.*s", TEXT_F(v->user.login)),
		.noindex = true,
	};
	v->crates = crates;
	v->ncrates = v->crates_in_all < CRATES_SHOWN ? v->crates_in_all : CRATES_SHOWN;
	v->sessions = sessions;
	v->audit.v = audit;
	return reply_page(r, status, admin_user_page, v);
}

static struct reply user_get(struct req *r)
{
	struct admin_user_page v;
	struct user_row u;
	const struct err *e = find(r, &u);

	if (e)
		return reply_err(r, e);
	v = account_of(&u);
	return account(r, 200, &v);
}

/* What is in the form, into v and until; what is wrong about it, into v->errors. */
static void read_lock(struct req *r, struct admin_user_page *v, struct opt_i64 *until)
{
	v->reason.value = req_form(r, "reason");
	v->until.value = req_form(r, "until");
	if (!v->reason.value.n)
		form_fault(r->arena, &v->errors, "reason", "Enter the reason");
	else if (v->reason.value.n > REASON_MAX)
		form_fault(r->arena, &v->errors, "reason", "The reason is too long");
	until->set = v->until.value.n > 0;
	if (until->set && !form_day(r, v->until.value, &until->v))
		form_fault(r->arena, &v->errors, "until", "Enter a day, such as 2027-01-31");
	else if (until->set && until->v <= time_now_us())
		form_fault(r->arena, &v->errors, "until", "That day is over already");
	if (v->user.id == r->user.id)
		form_fault(r->arena, &v->errors, "reason", "You cannot lock your own account");
}

static struct text lock_detail(struct req *r, const struct user_row *u, struct text reason,
			       struct opt_i64 until)
{
	struct buf b = buf_init(r->arena, 16 * 1024);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	jw_text(&j, "login", u->login);
	if (reason.p)
		jw_text(&j, "reason", reason);
	if (until.set)
		jw_time(&j, "until", until.v);
	jw_end(&j);
	return buf_text(&b);
}

static const struct err *set_lock(struct req *r, const struct user_row *u, const char *action,
				  struct text reason, struct opt_i64 until)
{
	struct audit_entry note = admin_note(r, action);

	note.about_user_id = u->id;
	note.detail = lock_detail(r, u, reason, until);
	return db_user_lock_noted(r->db, u->id, reason, until, &note);
}

static struct reply lock_post(struct req *r)
{
	struct opt_i64 until = { .set = false };
	struct admin_user_page v;
	struct user_row u;
	const struct err *e = find(r, &u);

	if (e)
		return reply_err(r, e);
	v = account_of(&u);
	read_lock(r, &v, &until);
	if (v.errors.n)
		return account(r, 422, &v);
	e = set_lock(r, &u, "user_lock", v.reason.value, until);
	if (e)
		return reply_err(r, e);
	return page_go_with(r, user_path(r, u.login), FLASH_SUCCESS, "%.*s is locked.",
			    TEXT_F(u.login));
}

static struct reply unlock_post(struct req *r)
{
	struct user_row u;
	const struct err *e = find(r, &u);

	if (!e && !u.lock_reason.p)
		return page_go_with(r, user_path(r, u.login), FLASH_INFO, "%.*s was not locked.",
				    TEXT_F(u.login));
	if (!e)
		e = set_lock(r, &u, "user_unlock", TEXT_NONE, (struct opt_i64){ .set = false });
	if (e)
		return reply_err(r, e);
	return page_go_with(r, user_path(r, u.login), FLASH_SUCCESS, "%.*s is not locked any more.",
			    TEXT_F(u.login));
}

/* ---- the note about it */

static struct text note_detail(struct req *r, const struct user_row *u, struct text note)
{
	struct buf b = buf_init(r->arena, 64 * 1024);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	jw_text(&j, "login", u->login);
	jw_text(&j, "note", note);
	jw_end(&j);
	return buf_text(&b);
}

static struct reply note_post(struct req *r)
{
	struct audit_entry audit = admin_note(r, "user_note");
	struct text note = req_form_lines(r, "note");
	struct admin_user_page v;
	struct user_row u;
	const struct err *e = find(r, &u);

	if (e)
		return reply_err(r, e);
	note = note.p ? text_trim(note) : TEXT("");
	if (note.n > NOTE_MAX) {
		v = account_of(&u);
		v.note.note = note;
		form_fault(r->arena, &v.errors, "note", "At most %d bytes, please", NOTE_MAX);
		return account(r, 422, &v);
	}
	audit.about_user_id = u.id;
	audit.detail = note_detail(r, &u, note);
	e = db_user_note_put(r->db, u.id, note, &audit);
	if (e)
		return reply_err(r, e);
	return page_go_with(r, user_path(r, u.login), FLASH_SUCCESS, "The note is %s.",
			    note.n ? "kept" : "taken away");
}

const struct route admin_routes[] = {
	ROUTE(GET, "/admin", admin_get, .auth = AUTH_ADMIN, .page = true,
	      .doc = "Page: what an administrator sees first"),
	ROUTE(GET, "/admin/users/{login}", user_get, .auth = AUTH_ADMIN, .page = true,
	      .doc = "Page: an account, for administrators"),
	ROUTE(POST, "/admin/users/{login}/lock", lock_post, .auth = AUTH_ADMIN, .page = true,
	      .body = BODY_FORM, .body_max = 16384, .doc = "Form: lock an account"),
	ROUTE(POST, "/admin/users/{login}/note", note_post, .auth = AUTH_ADMIN, .page = true,
	      .body = BODY_FORM, .body_max = 65536, .doc = "Form: a note about an account"),
	ROUTE(POST, "/admin/users/{login}/unlock", unlock_post, .auth = AUTH_ADMIN, .page = true,
	      .body = BODY_FORM, .body_max = 4096, .doc = "Form: unlock an account"),
	ROUTE_END,
};
