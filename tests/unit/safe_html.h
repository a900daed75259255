/*
 * A reader of sanitised HTML that knows nothing of how it was made: tags of a list, written in one way only, balanced;
 * attributes quoted, without a character that could end them; no scheme that runs anything. For test_sanitize.c and
 * the fuzz target.
 */
#pragma once

#include "app/base/text.h"

enum { SAFE_DEPTH_MAX = 300 };

static inline bool safe_word(const char *list, struct text word)
{
	struct text rest = text_from(list), part;

	while (text_cut(&rest, ' ', &part))
		if (text_eq(part, word))
			return true;
	return false;
}

static inline bool safe_url(struct text url)
{
	static const char *const schemes[] = {
		"http", "https",  "mailto",  "ftp",        "ftps", "irc",   "ircs",
		"tel",  "ssh",    "magnet",  "xmpp",       "sms",  "smsto", "sip",
		"news", "nntp",   "geo",     "im",         "mms",  "mx",    "url",
		"wtai", "webcal", "bitcoin", "openpgp4fpr"
	};
	struct text scheme = text_sub(url, 0, text_find_byte(url, ':'));

	if (url.n && url.p[0] == '#')
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
		if (text_eq_nocase(scheme, text_from(schemes[i])))
			return true;
	return false;
}

/* The attributes up to the '>'; NULL and *at behind it, or what is wrong. */
static inline const char *safe_attributes(struct text t, struct text tag, size_t *at)
{
	static const char names[] =
		"align alt aria-label char charoff checked cite class colspan datetime dir "
		"disabled "
		"headers height href hreflang id lang media rel rowspan scope size span src srcset "
		"start summary target title type width";

	while (*at < t.n && t.p[*at] == ' ') {
		struct text rest = text_sub(t, *at + 1, t.n),
			    name = text_sub(rest, 0, text_find_byte(rest, '=')), value;
		size_t end;

		if (!safe_word(names, name))
			return "an unknown attribute";
		if (!text_starts(text_sub(rest, name.n, rest.n), TEXT("=\"")))
			return "an attribute without quotes";
		value = text_sub(rest, name.n + 2, rest.n);
		end = text_find_byte(value, '"');
		if (end == value.n)
			return "an attribute without an end";
		value = text_sub(value, 0, end);
		if (text_has_byte(value, '<') || text_has_byte(value, '>'))
			return "an angle bracket in an attribute";
		if (safe_word("href src", name) && !safe_url(value))
			return "an unsafe URL";
		if (text_eq(name, TEXT("id")) && !text_starts(value, TEXT("user-content-")))
			return "an id without its prefix";
		if (text_eq(name, TEXT("class")) && !safe_word("code div p section", tag) &&
		    !(text_eq(tag, TEXT("span")) && safe_word("a c f k n s t", value)))
			return "a class";
		*at += 1 + name.n + 2 + end + 1;
	}
	if (*at == t.n || t.p[*at] != '>')
		return "a tag without an end";
	++*at;
	return NULL;
}

/* NULL, or what is wrong with it (a constant). */
static inline const char *safe_html_check(struct text t)
{
	static const char tags[] = "a abbr acronym area article aside b bdi bdo blockquote br "
				   "caption center cite code col "
				   "colgroup data dd del details dfn div dl dt em figcaption "
				   "figure footer h1 h2 h3 h4 h5 "
				   "h6 header hgroup hr i img input ins kbd li map mark nav ol p "
				   "picture pre q rp rt rtc "
				   "ruby s samp section small source span strike strong sub "
				   "summary sup table tbody td th "
				   "thead time tr tt u ul var wbr";
	struct text open[SAFE_DEPTH_MAX];
	size_t depth = 0, at = 0;

	if (!text_is_utf8(t))
		return "no UTF-8";
	while (at < t.n) {
		struct text name;
		const char *why;
		size_t from = at + 1;

		if (t.p[at] == '>')
			return "a loose bracket";
		if (t.p[at] != '<') {
			at++;
			continue;
		}
		at = from += from < t.n && t.p[from] == '/';
		while (at < t.n && char_is_alnum(t.p[at]))
			at++;
		name = text_sub(t, from, at);
		if (!safe_word(tags, name))
			return "an unknown tag";
		if (t.p[from - 1] == '/') {
			if (depth == 0 || !text_eq(open[--depth], name) || at == t.n ||
			    t.p[at++] != '>')
				return "an end tag that closes nothing";
			continue;
		}
		why = safe_attributes(t, name, &at);
		if (why)
			return why;
		if (safe_word("area br col hr img input source wbr", name))
			continue;
		if (depth == SAFE_DEPTH_MAX)
			return "too deep";
		open[depth++] = name;
	}
	return depth ? "an element without an end" : NULL;
}
