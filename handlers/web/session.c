/*
 * handlers/web/session.c - /login, /login/github, /github-redirect.html, /github-auth-loading.html, /signup, /logout
 * (contract/web.md P40 to P43). What they do is app/server/sign_in.h; where somebody goes behind it is return_to.h.
 */
#include "templates/session.h"
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/email.h"
#include "app/outside/github.h"
#include "app/server/sign_in.h"
#include "db/user.h"
#include "handlers/routes.h"
#include "handlers/web/return_to.h"

/* ---- sign in */

static struct reply show_login(struct req *r, unsigned status, struct text return_to,
			       struct text problem)
{
	struct text again;
	struct login_page v = {
		.head = { .title = TEXT("Sign in"), .noindex = true },
		.login = r->user.id ? r->user.login : TEXT_NONE,
		.again = !req_query(r, "again", &again) && again.p,
		.return_to = return_to,
		.problem = problem,
		.github = github_on(r->cfg),
	};
	struct reply rp = reply_page(r, status, login_page, &v);

	return_keep(r, &rp, return_to); /* for who has a link */
	return rp;
}

static struct reply login_get(struct req *r)
{
	return show_login(r, 200, return_asked(r), TEXT_NONE);
}

static struct reply github_get(struct req *r)
{
	struct sign_in_begun begun;
	struct reply rp;
	const struct err *e = sign_in_begin(r, &begun);

	if (e)
		return reply_err(r, e);
	rp = page_redirect_away(r, 303, begun.url);
	sign_in_cookie(r, &rp, &begun.cookie);
	return_keep(r, &rp, return_asked(r));
	reply_header(&rp, "Cache-Control", TEXT("no-store"));
	return rp;
}

static struct reply signed_in(struct req *r, const struct sign_in_done *done, struct text path)
{
	struct user_row user;
	const struct err *e = db_user_by_id(r->db, done->user_id, &user);
	struct reply rp;

	if (e)
		return reply_err(r, e);
	rp = page_go_with(r, path, FLASH_SUCCESS, "You are signed in as %.*s.", TEXT_F(user.login));
	sign_in_cookie(r, &rp, &done->cookie);
	return_done(r, &rp);
	return rp;
}

/* GitHub sends the browser here, with a code and the state, or with the reason why not. */
static struct reply github_back(struct req *r)
{
	struct text code, state, error;
	struct sign_in_done done;
	struct reply rp;
	const struct err *e = req_query(r, "code", &code);

	if (!e)
		e = req_query(r, "state", &state);
	if (!e)
		e = req_query(r, "error", &error);
	if (!e && error.p)
		return show_login(r, 400, return_kept(r),
				  text_eq(error, TEXT("access_denied"))
					  ? TEXT("Signing in was cancelled at GitHub.")
					  : TEXT("GitHub could not sign you in. Try it again."));
	if (!e && (!code.n || !state.n))
		return show_login(
			r, 400, return_kept(r),
			TEXT("This address is where GitHub sends who signs in. Begin here."));
	if (!e)
		e = sign_in_finish(r, code, state, &done);
	if (e && (err_status(e) == 400 || err_status(e) == 403)) {
		rp = show_login(r, err_status(e), return_kept(r),
				text_fmt(r->arena, "Failed to sign in: %.*s", TEXT_F(e->detail)));
		rp.err = e;
		return rp;
	}
	if (e)
		return reply_err(r, e);
	if (done.signed_in)
		return signed_in(r, &done, return_kept(r));
	rp = page_go(r, TEXT("/signup"));
	sign_in_cookie(r, &rp, &done.cookie);
	return rp;
}

/* The page of the original that waits beside GitHub's. */
static struct reply loading_get(struct req *r)
{
	return page_redirect(r, 302, TEXT("/login"));
}

/* ---- sign up */

static struct signup_page signup_view(const struct sign_up *waits, struct text email)
{
	return (struct signup_page){
		.head = { .title = TEXT("Make an account"), .noindex = true },
		.login = waits->login,
		.email = { .name = "email",
			   .label = "E-mail address",
			   .type = "email",
			   .autocomplete = "email",
			   .help = "A letter with a link goes there. Nobody else sees it; without "
				   "it nothing "
				   "can be published.",
			   .value = email,
			   .required = true,
			   .max = 320 },
	};
}

static struct reply signup_get(struct req *r)
{
	struct sign_up waits;
	struct signup_page v;
	const struct err *e = sign_up_waits(r, &waits);

	if (e)
		return reply_err(r, e);
	v = signup_view(&waits, waits.email);
	return reply_page(r, 200, signup_page, &v);
}

static struct reply signup_post(struct req *r)
{
	struct text email = req_form(r, "email");
	struct sign_in_done done;
	struct sign_up waits;
	struct signup_page v;
	const struct err *e = sign_up_waits(r, &waits);

	if (!e && req_form_has(r, "cancel")) {
		e = sign_up_drop(r);
		return e ? reply_err(r, e) : page_go(r, TEXT("/"));
	}
	if (e)
		return reply_err(r, e);
	v = signup_view(&waits, email);
	v.agreed = req_form_has(r, "agree");
	if (!email_is_valid(email))
		form_fault(r->arena, &v.errors, "email", "Enter an e-mail address");
	if (!v.agreed)
		form_fault(r->arena, &v.errors, "agree", "Tick the box about the policies");
	if (v.errors.n)
		return reply_page(r, 422, signup_page, &v);
	e = sign_up_finish(r, email, &done);
	return e ? reply_err(r, e) : signed_in(r, &done, return_kept(r));
}

/* ---- sign out */

static struct reply logout_post(struct req *r)
{
	bool everywhere = req_form_has(r, "everywhere");
	const struct err *e = sign_out(r, everywhere);
	struct reply rp;

	if (e)
		return reply_err(r, e);
	rp = page_go_with(r, TEXT("/"), FLASH_SUCCESS,
			  everywhere ? "You are signed out everywhere." : "You are signed out.");
	sign_out_cookie(r, &rp);
	return rp;
}

const struct route web_session_routes[] = {
	ROUTE(GET, "/login", login_get, .open = true, .auth = AUTH_NONE, .page = true,
	      .no_store = true, .doc = "Page: sign in"),
	ROUTE(GET, "/login/github", github_get, .open = true, .auth = AUTH_NONE, .page = true,
	      .signs_in = true, .doc = "To GitHub, to sign in there"),
	ROUTE(GET, "/github-redirect.html", github_back, .open = true, .auth = AUTH_NONE,
	      .page = true, .signs_in = true, .doc = "Page: back from GitHub"),
	ROUTE(GET, "/github-auth-loading.html", loading_get, .open = true, .auth = AUTH_NONE,
	      .page = true, .no_db = true, .doc = "To the sign-in"),
	ROUTE(GET, "/signup", signup_get, .open = true, .auth = AUTH_NONE, .page = true,
	      .no_store = true, .doc = "Page: make an account"),
	ROUTE(POST, "/signup", signup_post, .open = true, .auth = AUTH_NONE, .page = true,
	      .body = BODY_FORM, .body_max = 4096, .signs_in = true,
	      .doc = "Form: make an account"),
	ROUTE(POST, "/logout", logout_post, .open = true, .auth = AUTH_NONE, .page = true,
	      .body = BODY_FORM, .body_max = 4096, .signs_in = true, .doc = "Form: sign out"),
	ROUTE_END,
};
