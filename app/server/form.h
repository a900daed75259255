/*
 * What a form sends (application/x-www-form-urlencoded), for routes with BODY_FORM. The dispatcher calls form_read before
 * the handler: a request that another site's page may have sent does not reach it.
 */
#pragma once

#include "app/server/req.h"

/* The field that carries the session's form token; the part form_token of templates/page.h writes it. */
#define FORM_TOKEN_FIELD "form_token"

/*
 * Reads the body into r->form: 415 for another type, 413 over route->body_max (64 KiB where that is 0), 400 for NUL and
 * for more than 1,000 fields. Then the same-origin check (Sec-Fetch-Site, else Origin) and, where somebody is signed in,
 * the form token: 403.
 */
const struct err *must_use form_read(struct req *r);

/* The first value of that field, white space at its ends cut; absent when not sent. Valid UTF-8. */
struct text req_form(const struct req *r, const char *name);

/* As it was sent, line ends as "\n": for texts of several lines. arena */
struct text req_form_lines(const struct req *r, const char *name);

/* All values of the field, trimmed, in order; arena. */
struct texts req_form_list(const struct req *r, const char *name);

/* Whether it was sent: a box that is ticked, the button that was pressed. */
bool req_form_has(const struct req *r, const char *name);
