/* Whether a text is well-formed XML, as far as our own writers go: one element, tags that match, attributes between
 * quotes, known references only, no character that XML cannot hold. Real parsers read the same in tests/http. */
#pragma once

#include "tests/unit/check.h"

enum { WELL_FORMED_DEPTH = 32 };

struct well_formed {
	struct text in;
	size_t at;
	struct text open[WELL_FORMED_DEPTH];
	size_t depth, elements;
};

static inline bool wf_starts(const struct well_formed *w, const char *z)
{
	return text_starts(text_sub(w->in, w->at, w->in.n), text_from(z));
}

static inline bool wf_skip_past(struct well_formed *w, const char *z)
{
	struct text rest = text_sub(w->in, w->at, w->in.n);
	size_t to = text_find(rest, text_from(z));

	w->at += to + text_from(z).n;
	return to < rest.n;
}

static inline bool wf_name_char(char c)
{
	return char_is_alnum(c) || c == ':' || c == '-' || c == '_';
}

static inline struct text wf_name(struct well_formed *w)
{
	size_t from = w->at;

	while (w->at < w->in.n && wf_name_char(w->in.p[w->at]))
		w->at++;
	return text_sub(w->in, from, w->at);
}

static inline bool wf_reference(struct well_formed *w)
{
	static const char *const known[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (wf_starts(w, known[i])) {
			w->at += text_from(known[i]).n;
			return true;
		}
	return false;
}

/* One character of content or of a value. */
static inline bool wf_char(struct well_formed *w)
{
	unsigned char c = (unsigned char)w->in.p[w->at];

	if (c == '&')
		return wf_reference(w);
	w->at++;
	return c != '<' && (c >= 0x20 || c == '\t' || c == '\n' || c == '\r');
}

static inline bool wf_attributes(struct well_formed *w)
{
	while (wf_starts(w, " ")) {
		w->at++;
		if (!wf_name(w).n || !wf_starts(w, "=\""))
			return false;
		for (w->at += 2; w->at < w->in.n && w->in.p[w->at] != '"';)
			if (!wf_char(w))
				return false;
		w->at++;
	}
	return true;
}

static inline bool wf_tag(struct well_formed *w)
{
	struct text name;

	if (wf_starts(w, "</")) {
		w->at += 2;
		name = wf_name(w);
		return w->depth && text_eq(w->open[--w->depth], name) && wf_skip_past(w, ">");
	}
	w->at++;
	name = wf_name(w);
	if (!name.n || !wf_attributes(w) || w->depth == WELL_FORMED_DEPTH)
		return false;
	w->elements++;
	if (wf_starts(w, "/>")) {
		w->at += 2;
		return true;
	}
	w->open[w->depth++] = name;
	return wf_starts(w, ">") && ++w->at;
}

static inline bool well_formed(struct text in)
{
	struct well_formed w = { .in = in };
	bool ok = text_is_utf8(in);

	if (wf_starts(&w, "<?xml "))
		ok = ok && wf_skip_past(&w, "?>");
	while (ok && w.at < in.n)
		ok = wf_starts(&w, "<![CDATA[") ? w.depth && wf_skip_past(&w, "]]>")
		     : in.p[w.at] == '<'        ? (w.depth || !w.elements) && wf_tag(&w)
						: wf_char(&w);
	if (!ok)
		print_message("not well-formed before: %.60s\n",
			      w.at < in.n ? in.p + w.at : "(the end)");
	return ok && !w.depth && w.elements;
}
