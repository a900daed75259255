/*
 * The compiler of templates: NAME.html or NAME.txt becomes C, one function a page, part or local part. It runs while the
 * program is built (templates/tmplc IN OUT NAME); a mistake in a template is an error of the build, in its own line.
 *
 *     {% include "templates/crate.h" %}                    a header, before the first function
 *     {% page crate_page(const struct crate_page *v) %}    void crate_page(struct tmpl *t, const struct crate_page *v)
 *     {% part crate_row(const struct crate_row *v) %}      the same; both are declared in a header, as other C is
 *     {% local badge(const char *what) %}                  a static one
 *     {% end %}                                            of any of these, and of if and for
 *     {% if COND %} {% else if COND %} {% else %}
 *     {% for (size_t i = 0; i < v->n; i++) %}
 *     {% call crate_row(&v->rows[i]) %}                    a part, in text
 *     {{ EXPR }}                                           a value; templates/tmpl.h has the types and functions
 *     {# for readers of the template #}
 *
 * In NAME.html the value is escaped by where it stands: text, an attribute between quotes, a segment of a URL's path
 * (behind other characters of href, src, action, formaction, poster), a value of its query (behind '?' or '#'), the whole
 * URL (first in such an attribute), and in <script type="application/json"> or "application/ld+json" a JSON value with quotes
 * of its own. A URL that begins with one '/' gets server.base_path before it. Everywhere else a value is an error: in tag
 * and attribute names, attributes without quotes, comments, srcset. Errors are, with or without a value, what our
 * Content-Security-Policy forbids: style and on... attributes, <style>, script in the page, javascript: URLs.
 *
 * A branch of if or for ends where it began: in text, between attributes, or within the same attribute. White space at the
 * beginning of lines goes, but in <pre> and <textarea>. In NAME.txt nothing is escaped, white space stays, and a line with
 * nothing but {% %} on it leaves none.
 */
#pragma once

#include "app/base/buf.h"

struct arena;

struct tmplc_error {
	unsigned line;
	struct text why; /* arena */
};

/*
 * in is the template, name what #line says; html: NAME.html. The C text is added to out. False with *ret, whose line is of
 * the template.
 */
bool tmplc_compile(struct arena *a, struct text name, struct text in, bool html, struct buf *out,
		   struct tmplc_error *ret);

/* ---- tmplc_html.c: where in the HTML we are */

enum html_state {
	HTML_TEXT,
	HTML_TAG_OPEN, /* behind '<' */
	HTML_TAG_NAME,
	HTML_TAG, /* between attributes */
	HTML_ATTR_NAME,
	HTML_AFTER_NAME,
	HTML_BEFORE_VALUE,
	HTML_UNQUOTED,
	HTML_VALUE,  /* between quotes */
	HTML_MARKUP, /* behind "<!" */
	HTML_COMMENT,
	HTML_RCDATA, /* in title and textarea */
	HTML_SCRIPT,
};

enum html_url { URL_NONE, URL_START, URL_PATH, URL_QUERY, URL_UNSURE, URL_UNSURE_START };

enum { HTML_NAME_MAX = 32 };

struct html_scan {
	enum html_state state;
	char tag[HTML_NAME_MAX], attr[HTML_NAME_MAX]; /* lower case, NUL at the end */
	size_t ntag, nattr;
	char quote;
	bool closing;    /* </tag */
	bool need_space; /* between attributes: before the next one */
	bool pre;        /* white space stays */
	bool json, type_is_json, has_src;
	enum html_url url;
	char value[HTML_NAME_MAX]; /* the beginning of the attribute's value */
	size_t nvalue;
	char tail[12]; /* the last bytes, for the ends of comments, scripts and titles */
};

/* Takes one byte. NULL, or what is wrong. *ret_base: this byte begins a URL of this site. */
const char *html_step(struct html_scan *s, char c, bool *ret_base);

/* Before {% %}: a tag name or attribute that it ends is over. NULL, or why none can stand here. */
const char *html_directive(struct html_scan *s);

/* How a value is written here ("TMPL_PUT_IN_TEXT(t, ", ...); NULL with *ret_why. */
const char *html_value(struct html_scan *s, const char **ret_why);

/* Whether a branch that began at one may end at the other. */
bool html_same_place(const struct html_scan *a, const struct html_scan *b);

/* *s becomes what is true where two branches of the same place meet. */
void html_join(const struct html_scan *other, struct html_scan *s);
