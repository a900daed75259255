#include "handlers/web/page.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/fmt.h"
#include "app/base/url.h"
#include "app/server/banner.h"
#include "app/server/sign.h"

#include <stdarg.h>
#include <string.h>

enum { PAGE_MAX_BYTES = 2 * 1024 * 1024, FLASH_MAX_BYTES = 1000, LINK_MAX_BYTES = 256 * 1024 };

static const char *cookie_name(struct req *r, const char *what)
{
	bool https = text_starts(r->cfg->site.url, TEXT("https://"));

	return text_z(r->arena,
		      text_fmt(r->arena, "%scratehouse-%s", https ? "__Host-" : "", what));
}

/* ---- notices */

static struct flash read_flash(struct req *r)
{
	struct text v = sign_check(r, "flash", req_cookie(r, cookie_name(r, "flash")));

	if (v.n < 2 || v.p[0] < '0' + FLASH_SUCCESS || v.p[0] > '0' + FLASH_ERROR)
		return (struct flash){ .kind = FLASH_NONE };
	return (struct flash){ (enum flash_kind)(v.p[0] - '0'),
			       text_lossy(r->arena, text_sub(v, 1, v.n)) };
}

void page_flash(struct req *r, struct reply *rp, enum flash_kind kind, struct text text)
{
	struct text v = text_fmt(r->arena, "%c%.*s", '0' + (int)kind,
				 TEXT_F(text_sub(text, 0, FLASH_MAX_BYTES)));

	reply_cookie(r, rp, text_from(cookie_name(r, "flash")), sign_value(r, "flash", v), 300);
}

/* ---- pages */

static enum theme read_theme(struct req *r)
{
	struct text v = req_cookie(r, cookie_name(r, "theme"));

	return text_eq(v, TEXT("dark"))    ? THEME_DARK
	       : text_eq(v, TEXT("light")) ? THEME_LIGHT
					   : THEME_SYSTEM;
}

void page_theme(struct req *r, struct reply *rp, struct text theme)
{
	reply_cookie(r, rp, text_from(cookie_name(r, "theme")), theme.p ? theme : TEXT(""),
		     theme.p ? 365 * 86400 : 0);
}

void page_shortcuts(struct req *r, struct reply *rp, bool on)
{
	reply_cookie(r, rp, text_from(cookie_name(r, "keys")), on ? TEXT("") : TEXT("off"),
		     on ? 0 : 365 * 86400);
}

static bool no_shortcuts(struct req *r)
{
	return r->user.id ? r->user.no_shortcuts
			  : text_eq(req_cookie(r, cookie_name(r, "keys")), TEXT("off"));
}

/* What cannot stand in a header or in a page (a browser may send any byte), percent-encoded. */
static void put_ascii(struct buf *b, struct text t)
{
	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];

		if (c <= 0x20 || c >= 0x7f)
			buf_fmt(b, "%%%02X", (unsigned)c);
		else
			buf_byte(b, t.p[i]);
	}
}

struct text page_before(struct req *r)
{
	struct text referer = req_header(r, "Referer"), url = r->cfg->site.url;

	if (!text_starts(referer, url))
		return TEXT("/");
	return page_local(text_sub(referer, url.n, referer.n));
}

/* An answer to a form has no address that could be opened again: what leads back leads to the page that had the form. */
static struct text here(struct req *r)
{
	struct buf b = buf_init(r->arena, LINK_MAX_BYTES);

	if (!text_eq(r->method, TEXT("GET"))) {
		put_ascii(&b, page_before(r));
		return buf_ok(&b) ? buf_text(&b) : TEXT("/");
	}
	put_ascii(&b, r->path);
	if (r->query.p) {
		buf_byte(&b, '?');
		put_ascii(&b, r->query);
	}
	return buf_ok(&b) ? buf_text(&b) : TEXT("/");
}

/* ---- banners */

enum { DISMISSED_MAX = 8 }; /* in one cookie; the oldest go */

static bool is_dismissed(struct text ids, struct text id)
{
	struct text part;

	while (text_cut(&ids, '.', &part))
		if (text_eq(part, id))
			return true;
	return false;
}

static bool is_banner_id(struct text id)
{
	for (size_t i = 0; i < id.n; i++)
		if (char_hex(id.p[i]) < 0)
			return false;
	return id.n == BANNER_ID_CHARS;
}

void page_dismiss(struct req *r, struct reply *rp, struct text id)
{
	struct text rest = req_cookie(r, cookie_name(r, "banner")), part;
	struct buf b = buf_init(r->arena, DISMISSED_MAX * (BANNER_ID_CHARS + 1));
	size_t n = 1;

	if (!is_banner_id(id))
		return;
	buf_add(&b, id);
	while (n < DISMISSED_MAX && text_cut(&rest, '.', &part)) {
		if (!is_banner_id(part) || text_eq(part, id))
			continue;
		buf_byte(&b, '.');
		buf_add(&b, part);
		n++;
	}
	reply_cookie(r, rp, text_from(cookie_name(r, "banner")), buf_text(&b), 365 * 86400);
}

static void put_banners(struct req *r, struct page *p)
{
	struct text dismissed = req_cookie(r, cookie_name(r, "banner"));
	struct banner_view *v = arena_array(r->arena, BANNER_KINDS, sizeof(*v));
	struct banner in_force[BANNER_KINDS];
	size_t n = banners_in_force(r, false, in_force);

	for (size_t i = 0; i < n; i++)
		if (!is_dismissed(dismissed, in_force[i].id))
			v[p->nbanners++] =
				(struct banner_view){ in_force[i].kind, in_force[i].message,
						      in_force[i].id };
	p->banners = v;
	p->read_only = r->cfg->server.read_only && !n;
}

enum readme_images page_images(const struct req *r)
{
	return text_eq(r->cfg->site.readme_images, TEXT("off")) ? README_IMAGES_OFF
								: README_IMAGES_DIRECT;
}

struct reply page_allow_images(struct reply rp, bool images)
{
	if (images)
		reply_header(&rp, "Content-Security-Policy", TEXT(PAGE_POLICY(" https:")));
	return rp;
}

struct text page_picture(struct req *r, struct text picture)
{
	return r->cfg->site.avatars ? picture : TEXT_NONE;
}

void page_begin(struct req *r)
{
	struct tmpl *t = arena_alloc(r->arena, sizeof(*t));
	struct page *p = arena_alloc(r->arena, sizeof(*p));
	struct buf *b = arena_alloc(r->arena, sizeof(*b));

	*b = buf_init(r->arena, PAGE_MAX_BYTES);
	*p = (struct page){
		.site_title = r->cfg->site.title,
		.site_url = r->cfg->site.url,
		.here = here(r),
		.request_id = r->id,
		.theme = read_theme(r),
		.no_shortcuts = no_shortcuts(r),
		.flash = read_flash(r),
	};
	put_banners(r, p);
	if (r->user.id) {
		p->login = r->user.login;
		p->name = r->user.name;
		p->picture = page_picture(r, r->user.picture);
		p->is_admin = r->user.is_admin;
		p->form_token = r->user.form_token;
	}
	*t = (struct tmpl){
		.b = b, .base = r->cfg->server.base_path, .now_us = time_now_us(), .page = p
	};
	r->tmpl = t;
}

struct reply page_end(struct req *r, unsigned status)
{
	const struct page *p = r->tmpl->page;
	bool shared = !p->login.p && p->flash.kind == FLASH_NONE && status == 200 &&
		      text_eq(r->method, TEXT("GET")) && !(r->route && r->route->no_store);
	struct reply rp;
	struct text html;
	const struct err *e = buf_done(r->tmpl->b, &html);

	if (e)
		return reply_err(r, e);
	rp = reply_text(r, status, "text/html; charset=utf-8", html);
	rp.page = true;
	rp.no_validator = !shared;
	if (!(r->route && r->route->no_store && status < 300)) /* the dispatcher says it then */
		reply_header(&rp, "Cache-Control",
			     shared ? TEXT("public, max-age=60, stale-while-revalidate=300")
				    : TEXT("private, no-store"));
	reply_header(&rp, "Vary", TEXT("Cookie"));
	if (p->flash.kind != FLASH_NONE)
		reply_cookie(r, &rp, text_from(cookie_name(r, "flash")), TEXT(""), 0);
	return rp;
}

void page_not_kept(struct reply *rp, const struct err *e)
{
	rp->err = e;
	rp->no_validator = true;
	for (size_t i = 0; i < rp->nheaders; i++)
		if (!strcmp(rp->headers[i].name, "Cache-Control"))
			rp->headers[i].value = TEXT("private, no-store");
}

/* ---- going elsewhere */

/* What may stand in a header: text that came from a form or a query is percent-encoded where it must. */
static struct text location(struct req *r, struct text path)
{
	struct buf b = buf_init(r->arena, LINK_MAX_BYTES);

	/* Without a host: whoever came by another name of this machine stays there. */
	buf_add(&b, r->cfg->server.base_path);
	put_ascii(&b, path);
	return buf_text(&b);
}

struct reply page_redirect(struct req *r, unsigned status, struct text path)
{
	struct reply rp = reply_redirect(r, status, location(r, path));

	reply_header(&rp, "Vary", TEXT("Cookie"));
	return rp;
}

struct reply page_redirect_away(struct req *r, unsigned status, struct text url)
{
	struct reply rp;

	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] <= 0x20 || url.p[i] == 0x7f)
			url.n = 0;
	if (!url.n || !url_is_http(url))
		return reply_err(r, err_new(r->arena, ERR_NOT_FOUND, "There is no such address"));
	rp = reply_redirect(r, status, url);
	return rp;
}

struct reply page_go(struct req *r, struct text path)
{
	struct reply rp = page_redirect(r, 303, path);

	reply_header(&rp, "Cache-Control", TEXT("no-store"));
	return rp;
}

struct reply page_go_with(struct req *r, struct text path, enum flash_kind kind, const char *fmt,
			  ...)
{
	char *p = arena_alloc(r->arena, FLASH_MAX_BYTES);
	struct reply rp = page_go(r, path);
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	n = fmt_v(p, FLASH_MAX_BYTES, fmt, ap);
	va_end(ap);
	page_flash(r, &rp, kind, (struct text){ p, n < FLASH_MAX_BYTES ? n : FLASH_MAX_BYTES - 1 });
	return rp;
}

bool form_day(struct req *r, struct text t, int64_t *ret_us)
{
	return t.n == 10 &&
	       time_parse_rfc3339(text_fmt(r->arena, "%.*sT23:59:59Z", TEXT_F(t)), ret_us);
}

struct text page_local(struct text path)
{
	bool ok = path.n && path.n < 4096 && path.p[0] == '/' &&
		  !(path.n > 1 && (path.p[1] == '/' || path.p[1] == '\\'));

	for (size_t i = 0; i < path.n; i++)
		ok = ok && (unsigned char)path.p[i] >= 0x20 && path.p[i] != 0x7f &&
		     path.p[i] != '\\';
	return ok ? path : TEXT("/");
}
