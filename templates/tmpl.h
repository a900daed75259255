/*
 * What compiled templates call (templates/tmplc.h is the language). A page writes into a buf with a cap; what a value
 * becomes there depends on where it stands, and the compiler of the templates has chosen that from the HTML around it.
 * Nothing here fails: an overflow of the buf is seen by whoever made it.
 */
#pragma once

#include "app/base/buf.h"
#include "app/base/time.h"

struct page; /* templates/page.h */

struct tmpl {
	struct buf *b;
	struct text base;        /* server.base_path: before each URL of this site */
	int64_t now_us;          /* what relative times count from */
	const struct page *page; /* of HTML pages: what their head and foot show; NULL in mails */
};

/*
 * HTML that is written as it is: made by the sanitizer of READMEs and by the drawers of charts, and by nobody else.
 * Templates take it in text only.
 */
struct safe_html {
	struct text html;
};

/* A path of several segments ("src/lib.rs"): its slashes stay. Within the path of a URL only. */
struct path_text {
	struct text path;
};

/* A short text by value, NUL-terminated: what the functions below return. */
struct small_text {
	char s[48];
};

/* ---- functions for use in {{ }} */

struct small_text num(uint64_t v);       /* "1,234,567" */
struct small_text num_short(uint64_t v); /* "999", "1.2K", "51K", "1.0M": contract/web.md 7 */
struct small_text size(uint64_t bytes);  /* "512 B", "1.2 KiB", "34 MiB" */
struct small_text ago(const struct tmpl *t, int64_t us); /* "3 days ago", "in about 1 month" */
struct small_text day(int64_t us);                       /* "August 1, 2026" */
struct time_text iso(int64_t us);                        /* for datetime=: RFC 3339 in seconds */
const char *plural(uint64_t n, const char *one, const char *many);
struct path_text path(struct text t);

/* At most max characters, the last words replaced by an ellipsis. arena */
struct text cut(const struct tmpl *t, struct text from, size_t max);

/* "Firefox on Linux"; else the beginning of what it says of itself, or that it says nothing. arena */
struct text browser(const struct tmpl *t, struct text user_agent);

/* ---- what the compiler writes */

enum tmpl_mode {
	TMPL_PLAIN,     /* a mail: as it is */
	TMPL_HTML,      /* text, and between quotes */
	TMPL_SEGMENT,   /* a segment of a URL's path */
	TMPL_PARAM,     /* a value in a URL's query or fragment */
	TMPL_URL,       /* a whole URL: see tmpl_put_text */
	TMPL_JSON_VALUE /* in a data block: with quotes of its own */
};

void tmpl_raw(struct tmpl *t, const char *p, size_t n);
void tmpl_base(struct tmpl *t); /* t->base between quotes */

/*
 * TMPL_URL: http, https and mailto stay, and what begins with one '/', '?' or '#'; a path of this site gets t->base before
 * it. Anything else becomes "#". Controls, blanks, quotes and backslashes are percent-encoded.
 */
void tmpl_put_text(struct tmpl *t, enum tmpl_mode m, struct text v);
void tmpl_put_z(struct tmpl *t, enum tmpl_mode m, const char *v);
void tmpl_put_small(struct tmpl *t, enum tmpl_mode m, struct small_text v);
void tmpl_put_time(struct tmpl *t, enum tmpl_mode m, struct time_text v);
void tmpl_put_u64(struct tmpl *t, enum tmpl_mode m, uint64_t v);
void tmpl_put_i64(struct tmpl *t, enum tmpl_mode m, int64_t v);
void tmpl_put_uint(struct tmpl *t, enum tmpl_mode m, unsigned v);
void tmpl_put_int(struct tmpl *t, enum tmpl_mode m, int v);
void tmpl_put_safe(struct tmpl *t, enum tmpl_mode m, struct safe_html v);
void tmpl_put_path(struct tmpl *t, enum tmpl_mode m, struct path_text v);
void tmpl_put_bool(struct tmpl *t, enum tmpl_mode m, bool v);

/* A type that is not listed (a bool in text, safe_html in an attribute) does not compile. */
#define TMPL_TYPES                                                                                 \
	struct text : tmpl_put_text,                                                               \
		      const char * : tmpl_put_z,                                                   \
				     char * : tmpl_put_z,                                          \
					      struct small_text : tmpl_put_small,                  \
								  struct time_text                 \
	    : tmpl_put_time,                                                                       \
	      uint64_t : tmpl_put_u64,                                                             \
			 int64_t : tmpl_put_i64,                                                   \
				   unsigned : tmpl_put_uint,                                       \
					      int : tmpl_put_int
#define TMPL_PUT(t, m, v) _Generic((v), TMPL_TYPES)((t), (m), (v))
#define TMPL_PUT_IN_TEXT(t, v)                                                                     \
	_Generic((v), TMPL_TYPES, struct safe_html : tmpl_put_safe)((t), TMPL_HTML, (v))
#define TMPL_PUT_IN_PATH(t, v)                                                                     \
	_Generic((v), TMPL_TYPES, struct path_text : tmpl_put_path)((t), TMPL_SEGMENT, (v))
#define TMPL_PUT_IN_JSON(t, v)                                                                     \
	_Generic((v), TMPL_TYPES, bool : tmpl_put_bool)((t), TMPL_JSON_VALUE, (v))
