/* Signing in and signing up: templates/session.html */
#pragma once

#include "templates/page.h"

struct login_page {
	struct head head;
	struct text login;     /* who is signed in already; absent: nobody */
	bool again;            /* he is asked to sign in once more */
	struct text return_to; /* a path of this site */
	struct text problem;   /* what went wrong before; absent: nothing */
	bool github;           /* it is set up */
};
void login_page(struct tmpl *t, const struct login_page *v);

struct signup_page {
	struct head head;
	struct text login; /* at GitHub */
	struct field email;
	bool agreed;
	struct form_errors errors;
};
void signup_page(struct tmpl *t, const struct signup_page *v);
