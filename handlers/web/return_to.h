/*
 * Where somebody goes who has signed in: named by ?return_to=, it travels in a signed cookie for half an hour, by way of GitHub or of
 * a link from the command line. Always a path of this site (page_local).
 */
#pragma once

#include "handlers/web/page.h"

/* What ?return_to= names; "/" where it names nothing that is here. */
struct text return_asked(struct req *r);

/* The cookie, with the answer that sends somebody to sign in. One that is too long is not kept. */
void return_keep(struct req *r, struct reply *rp, struct text path);

/* What the cookie says; "/" without one. */
struct text return_kept(struct req *r);

/* He is there: the cookie goes. */
void return_done(struct req *r, struct reply *rp);
