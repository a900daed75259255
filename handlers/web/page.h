/* What every page handler uses: writing a page, going elsewhere after a form, notices, links of lists. */
#pragma once

#include "app/server/form.h"
#include "app/server/req.h"
#include "templates/page.h"
#include "templates/readme_image.h"

/*
 * The reply of a page: fn is of a template (void fn(struct tmpl *t, const struct X *view)), view a const struct X *. It is
 * written into the request's arena, at most 2 MB (500 beyond that). Who is signed in, or is shown a notice, gets
 * `private, no-store`; everybody else a page that may be kept for a minute, with an ETag.
 */
#define reply_page(r, status, fn, view)                                                            \
	(page_begin(r), (fn)((r)->tmpl, (view)), page_end((r), (status)))

void page_begin(struct req *r);
struct reply page_end(struct req *r, unsigned status);

/* Of a page that lacks a part for this error: nobody keeps it, so that asking again shows what is there then. For the log too. */
void page_not_kept(struct reply *rp, const struct err *e);

/* 303 to a path of this site (with its query), after a form did what it was sent for. */
struct reply page_go(struct req *r, struct text path);

/* The same with a notice that the next page shows, once. printf's. */
struct reply page_go_with(struct req *r, struct text path, enum flash_kind kind, const char *fmt,
			  ...) printf_like(4, 5);

/* How pictures in READMEs and the like are shown: site.readme_images. */
enum readme_images page_images(const struct req *r);

/* reply_page for one that shows something of readme_html; images as it said. */
#define reply_page_with_images(r, images, status, fn, view)                                        \
	page_allow_images(reply_page(r, status, fn, view), images)
struct reply page_allow_images(struct reply rp, bool images);

/* A picture of an account or a team (db/picture.h) where site.avatars is on, else absent: then pages show a letter. */
struct text page_picture(struct req *r, struct text picture);

/* Lets the next page show a notice, in a signed cookie; text is cut at 1,000 bytes. */
void page_flash(struct req *r, struct reply *rp, enum flash_kind kind, struct text text);

/* Sets the cookie of the theme ("light" or "dark"); absent: as the system says. */
void page_theme(struct req *r, struct reply *rp, struct text theme);

/* Lets this browser not be shown a banner any more, by its id (app/server/banner.h); nothing for what is none. */
void page_dismiss(struct req *r, struct reply *rp, struct text id);

/* Sets or takes away the cookie that says that single keys do nothing, for readers without an account. */
void page_shortcuts(struct req *r, struct reply *rp, bool on);

/* A redirect to a path of this site: 301, 302, 307, 308. */
struct reply page_redirect(struct req *r, unsigned status, struct text path);

/* To another site: http and https alone, 404 for anything else. */
struct reply page_redirect_away(struct req *r, unsigned status, struct text url);

/*
 * A path of this site that a form or query names (return_to): what it is, or "/" for one that would lead elsewhere
 * (contract/web.md 14.4). Borrowed.
 */
struct text page_local(struct text path);

/* The path of the page that the reader comes from, with its query, where that is one of this site; else "/". Borrowed. */
struct text page_before(struct req *r);

/* "2027-01-31" of a field: the end of that day, in UTC; false for what is no day. */
bool form_day(struct req *r, struct text t, int64_t *ret_us);
