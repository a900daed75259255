/*
 * What stands around the content of every page (templates/page.html): a page begins with {% call page_head(&v->head) %} and
 * ends with {% call page_foot() %}. struct page is filled for each request by handlers/web/page.c and reached as t->page;
 * struct head is the page's own.
 */
#pragma once

#include "db/banner.h"
#include "templates/tmpl.h"

enum theme { THEME_SYSTEM, THEME_LIGHT, THEME_DARK };

enum flash_kind { FLASH_NONE, FLASH_SUCCESS, FLASH_INFO, FLASH_WARNING, FLASH_ERROR };

struct flash {
	enum flash_kind kind;
	struct text text; /* UTF-8, never HTML */
};

/* At the top of a page: templates/page.html. */
struct banner_view {
	enum banner_kind kind;
	struct text message;
	struct text id; /* for the button that puts it away; absent: there is none */
};
void banner_box(struct tmpl *t, const struct banner_view *v);

struct page {
	struct text site_title;
	struct text site_url; /* site.url: before canonical paths */
	struct text
		here; /* path and query of this page: where forms and the sign-in come back to */
	struct text request_id;
	struct text login, name, picture; /* who is signed in; login.p NULL: nobody */
	bool is_admin;
	struct text form_token; /* absent: nobody is signed in */
	enum theme theme;
	bool no_shortcuts; /* single keys do nothing */
	struct flash flash;
	const struct banner_view *banners; /* in force and not put away */
	size_t nbanners;
	bool read_only; /* and no banner is in force: that wins */
};

/* All members may be left out but title. Paths begin with '/', without server.base_path. */
struct head {
	struct text title; /* TEXT("") on the front page: the site's own */
	struct text description;
	struct text canonical;  /* a path, with its query where that belongs to it */
	struct text feed;       /* path of an RSS feed */
	struct text feed_title; /* with feed */
	struct text image;      /* path or whole URL of the picture for links to this page */
	struct text search;     /* what the search field holds */
	bool noindex;
	bool search_focus; /* the front page */
	const char *
		section; /* the entry of the menu that this page belongs to: "crates", "keywords", "categories" */
};

/* site.url and a path behind it. arena */
struct text site_link(const struct tmpl *t, struct text path);

void page_head(struct tmpl *t, const struct head *v);
void page_foot(struct tmpl *t);

/* ---- parts (templates/parts.html) */

void icon(struct tmpl *t,
	  const char *name);     /* of assets/icons.svg; says nothing to screen readers */
void form_token(struct tmpl *t); /* the hidden field: in every POST form */
void time_ago(struct tmpl *t,
	      int64_t us); /* <time>: relative, with the date in datetime and title */
void avatar(struct tmpl *t, struct text picture, struct text login,
	    int px); /* db/picture.h, absent: a letter. Decorative: the name stands beside it */
void empty_state(struct tmpl *t, const char *words);

/* Text in a box with a button that copies it (the button is there with JavaScript alone). what: "command", for the button. */
void copy_box(struct tmpl *t, struct text text, const char *what);

/* One bread-crumb or tab or entry of a sort menu. */
struct link {
	struct text href; /* a path or "?query" */
	struct text label;
	struct text note; /* behind the label, smaller: a count; absent: none */
	bool current;
};
struct links {
	const struct link *v;
	size_t n;
};
void tabs(struct tmpl *t, struct links v, const char *label);
void sort_links(struct tmpl *t, struct links v);
void letter_bar(struct tmpl *t, struct links v);
void older_link(struct tmpl *t, struct text href, const char *words);
void breadcrumb(struct tmpl *t, struct links v);

/* Pages of a list: contract/web.md 7 has the window. href of a page is prefix and its number. */
struct paging_view {
	uint64_t page, pages;        /* from 1; pages 0: nothing there */
	uint64_t first, last, total; /* "Displaying 11-20 of 54" */
	struct text prefix; /* "?sort=new&page=": page_prefix of handlers/web/page.h makes it */
	struct text next;   /* whole href of what follows beyond the numbered pages; absent: none */
};
void result_count(struct tmpl *t, const struct paging_view *v, const char *what);
void pagination(struct tmpl *t, const struct paging_view *v);

/* Which page numbers are shown around this one: at most 9. */
struct page_window {
	uint64_t first, last;
};
struct page_window page_window(uint64_t page, uint64_t pages);

/* ---- forms (templates/parts.html) */

struct field_error {
	const char *field; /* name and id of the input */
	struct text what;
};
struct form_errors {
	struct field_error v[16];
	size_t n;
};

/* Adds one; more than fit are dropped. what is printf's. */
void form_fault(struct arena *a, struct form_errors *e, const char *field, const char *fmt, ...)
	printf_like(4, 5);
/* What is wrong with that field; absent: nothing. */
struct text form_fault_of(const struct form_errors *e, const char *field);

/* The list at the top of a form that came back, each linked to its field; nothing where there are none. */
void error_summary(struct tmpl *t, const struct form_errors *e);

struct field {
	const char *name; /* and id */
	const char *label;
	const char *type;         /* "text", "email", "password", "date", ...; NULL: text */
	const char *autocomplete; /* NULL: off */
	const char *help;         /* a sentence below the label; NULL: none */
	struct text value;
	bool required;
	int max; /* maxlength; 0: none */
};
void form_field(struct tmpl *t, const struct field *f, const struct form_errors *e);

/* A page that asks once more before something is done: contract/web.md 14.1. */
struct confirm_page {
	struct head head;
	struct text heading, text; /* what will happen, in a sentence or two */
	struct text action;        /* path that the form is sent to */
	struct text button;        /* "Yank serde 1.0.0" */
	struct text cancel;        /* path of the link beside it */
	bool danger;
	struct links hidden; /* fields that the form carries: href is the name, label the value */
};
void confirm_page(struct tmpl *t, const struct confirm_page *v);

/* ---- handlers/web/error.c */

struct error_page {
	struct head head;
	unsigned status;
	struct text title, detail;
	struct text sign_in; /* path of the sign-in, where that would help */
	bool again;          /* who is signed in is to do so once more */
	bool retry;          /* a link to the same page; with resend a button */
	struct text resend_path;
	struct links resend; /* fields of a form that failed: name and value are href and label */
	struct text back;    /* path of the page before, "/" for none */
	struct links near;   /* names that look alike */
};
void error_page(struct tmpl *t, const struct error_page *v);
