#include "templates/tmplc.h"

#include <string.h>

static const char *const url_attrs[] = { "href", "src", "action", "formaction", "poster" };
static const char *const no_tags[] = { "style",  "iframe", "object",   "embed",   "base",
				       "applet", "frame",  "frameset", "noembed", "xmp" };

static bool listed(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(word, list[i]))
			return true;
	return false;
}

static bool tag_is(const struct html_scan *s, const char *tag)
{
	return !strcmp(s->tag, tag);
}

static void push_tail(struct html_scan *s, char c)
{
	memmove(s->tail, s->tail + 1, sizeof(s->tail) - 2);
	s->tail[sizeof(s->tail) - 2] = char_lower(c);
}

static bool tail_is(const struct html_scan *s, const char *end)
{
	size_t n = strlen(end), have = sizeof(s->tail) - 1;

	return n <= have && !memcmp(s->tail + have - n, end, n);
}

static void begin_attr(struct html_scan *s)
{
	s->nattr = 0;
	memset(s->attr, 0, sizeof(s->attr));
	s->nvalue = 0;
	memset(s->value, 0, sizeof(s->value));
	s->url = URL_NONE;
	s->state = HTML_ATTR_NAME;
}

static const char *add_name(char *name, size_t *n, char c)
{
	if (*n + 1 >= HTML_NAME_MAX)
		return "a name longer than any of HTML";
	name[(*n)++] = char_lower(c);
	return NULL;
}

static const char *end_attr_name(struct html_scan *s)
{
	if (!strncmp(s->attr, "on", 2))
		return "on... attributes: the Content-Security-Policy forbids script in the page";
	if (!strcmp(s->attr, "style"))
		return "style attributes: the Content-Security-Policy forbids them";
	if (tag_is(s, "script") && !strcmp(s->attr, "src"))
		s->has_src = true;
	if (listed(s->attr, url_attrs, ARRAY_SIZE(url_attrs)))
		s->url = URL_START;
	return NULL;
}

static const char *end_value(struct html_scan *s)
{
	if (tag_is(s, "script") && !strcmp(s->attr, "type"))
		s->type_is_json = !strcmp(s->value, "application/json") ||
				  !strcmp(s->value, "application/ld+json");
	s->state = HTML_TAG;
	s->need_space = true;
	s->url = URL_NONE;
	return NULL;
}

static const char *end_tag(struct html_scan *s)
{
	bool open = !s->closing;

	s->state = HTML_TEXT;
	if (tag_is(s, "pre"))
		s->pre = open;
	if (open && (tag_is(s, "title") || tag_is(s, "textarea")))
		s->state = HTML_RCDATA;
	if (open && tag_is(s, "script")) {
		s->state = HTML_SCRIPT;
		s->json = s->type_is_json;
	}
	memset(s->tail, 0, sizeof(s->tail));
	return NULL;
}

static const char *in_tag(struct html_scan *s, char c)
{
	const char *why;

	if (char_is_space(c)) {
		s->need_space = false;
		return NULL;
	}
	if (c == '>')
		return end_tag(s);
	if (c == '/')
		return NULL;
	if (s->need_space)
		return "white space is missing before an attribute";
	begin_attr(s);
	why = add_name(s->attr, &s->nattr, c);
	return why                                             ? why
	       : c == '=' || c == '"' || c == '\'' || c == '<' ? "an attribute without a name"
							       : NULL;
}

static const char *in_tag_name(struct html_scan *s, char c)
{
	if (char_is_alnum(c) || c == '-')
		return add_name(s->tag, &s->ntag, c);
	if (listed(s->tag, no_tags, ARRAY_SIZE(no_tags)))
		return "an element that the Content-Security-Policy or these pages have no use for";
	s->state = HTML_TAG;
	s->need_space = false;
	s->type_is_json = s->has_src = false;
	return in_tag(s, c);
}

static const char *in_tag_open(struct html_scan *s, char c)
{
	if (c == '!') {
		s->state = HTML_MARKUP;
		memset(s->tail, 0, sizeof(s->tail));
		return NULL;
	}
	if (c == '/' && !s->closing) {
		s->closing = true;
		return NULL;
	}
	if (!char_is_alpha(c))
		return "a bare '<' (write &lt;)";
	s->ntag = 0;
	memset(s->tag, 0, sizeof(s->tag));
	s->state = HTML_TAG_NAME;
	return add_name(s->tag, &s->ntag, c);
}

static const char *in_attr_name(struct html_scan *s, char c)
{
	const char *why;

	if (c != '=' && c != '>' && c != '/' && !char_is_space(c)) {
		if (c == '"' || c == '\'' || c == '<')
			return "a quote within a tag";
		return add_name(s->attr, &s->nattr, c);
	}
	why = end_attr_name(s);
	if (why)
		return why;
	s->state = c == '=' ? HTML_BEFORE_VALUE : HTML_TAG;
	s->need_space = false;
	return c == '=' ? NULL : in_tag(s, c);
}

static const char *in_before_value(struct html_scan *s, char c)
{
	if (c == '"' || c == '\'') {
		s->quote = c;
		s->state = HTML_VALUE;
		return NULL;
	}
	if (char_is_space(c) || c == '>')
		return "an attribute without a value behind its '='";
	s->state = HTML_UNQUOTED;
	return s->url == URL_START ? "a URL without quotes" : NULL;
}

/* The static beginning of a URL: of this site, of another, or of what never is one. */
static const char *url_begins(struct html_scan *s, bool *ret_base)
{
	size_t colon = strcspn(s->value, ":");

	if (s->nvalue == 1 && s->value[0] == '/')
		*ret_base = true;
	if (!strncmp(s->value, "//", 2) || !strncmp(s->value, "/\\", 2))
		return "a URL of whatever host: write its scheme";
	if (s->value[colon] == ':' && colon == s->nvalue - 1 && strcspn(s->value, "/?#") > colon &&
	    strcmp(s->value, "http:") != 0 && strcmp(s->value, "https:") != 0 &&
	    strcmp(s->value, "mailto:") != 0)
		return "a URL scheme other than http, https and mailto";
	return NULL;
}

static const char *in_value(struct html_scan *s, char c, bool *ret_base)
{
	if (c == s->quote)
		return end_value(s);
	if (s->nvalue + 1 < HTML_NAME_MAX)
		s->value[s->nvalue++] = char_lower(c);
	if (s->url == URL_NONE)
		return NULL;
	if (s->url == URL_UNSURE_START)
		return "a URL whose beginning depends on a branch";
	if (s->url == URL_START)
		s->url = URL_PATH;
	if (c == '?' || c == '#')
		s->url = URL_QUERY;
	return s->nvalue + 1 < HTML_NAME_MAX ? url_begins(s, ret_base) : NULL;
}

static const char *in_script(struct html_scan *s, char c)
{
	push_tail(s, c);
	if (tail_is(s, "</script>")) {
		s->state = HTML_TEXT;
		s->json = false;
		return NULL;
	}
	if (s->json || char_is_space(c))
		return NULL;
	for (size_t n = 1; n < sizeof("</script>"); n++)
		if (!memcmp(s->tail + sizeof(s->tail) - 1 - n, "</script>", n))
			return NULL;
	return "script in the page: the Content-Security-Policy forbids it";
}

const char *html_step(struct html_scan *s, char c, bool *ret_base)
{
	*ret_base = false;
	switch (s->state) {
	case HTML_TEXT:
		if (c == '<') {
			s->state = HTML_TAG_OPEN;
			s->closing = false;
		}
		return NULL;
	case HTML_TAG_OPEN:
		return in_tag_open(s, c);
	case HTML_TAG_NAME:
		return in_tag_name(s, c);
	case HTML_TAG:
	case HTML_AFTER_NAME:
		return in_tag(s, c);
	case HTML_ATTR_NAME:
		return in_attr_name(s, c);
	case HTML_BEFORE_VALUE:
		return in_before_value(s, c);
	case HTML_UNQUOTED:
		if (char_is_space(c) || c == '>') {
			(void)end_value(s);
			s->need_space = false;
			return in_tag(s, c);
		}
		return strchr("\"'<=`", c) ? "a quote within an attribute without quotes" : NULL;
	case HTML_VALUE:
		return in_value(s, c, ret_base);
	case HTML_MARKUP:
		push_tail(s, c);
		if (tail_is(s, "--"))
			s->state = HTML_COMMENT;
		else if (c == '>')
			s->state = HTML_TEXT;
		return NULL;
	case HTML_COMMENT:
		push_tail(s, c);
		if (tail_is(s, "-->"))
			s->state = HTML_TEXT;
		return NULL;
	case HTML_RCDATA:
		push_tail(s, c);
		if (tail_is(s, "</title>") || tail_is(s, "</textarea>"))
			s->state = HTML_TEXT;
		return NULL;
	case HTML_SCRIPT:
		return in_script(s, c);
	}
	return NULL;
}

const char *html_directive(struct html_scan *s)
{
	const char *why = NULL;

	switch (s->state) {
	case HTML_TEXT:
	case HTML_TAG:
	case HTML_VALUE:
	case HTML_RCDATA:
		return NULL;
	case HTML_TAG_NAME:
		s->state = HTML_TAG;
		s->need_space = true;
		s->type_is_json = s->has_src = false;
		return listed(s->tag, no_tags, ARRAY_SIZE(no_tags))
			       ? "an element that has no use here"
			       : NULL;
	case HTML_ATTR_NAME: /* a directive right behind one without a value */
		why = end_attr_name(s);
		s->state = HTML_TAG;
		s->need_space = true;
		return why;
	case HTML_SCRIPT:
		return s->json ? NULL : "a directive within <script>";
	case HTML_TAG_OPEN:
	case HTML_AFTER_NAME:
	case HTML_BEFORE_VALUE:
	case HTML_UNQUOTED:
	case HTML_MARKUP:
	case HTML_COMMENT:
		break;
	}
	return "a directive cannot stand here";
}

static const char *url_value(struct html_scan *s, const char **ret_why)
{
	switch (s->url) {
	case URL_NONE:
		return "TMPL_PUT(t, TMPL_HTML, ";
	case URL_START:
		s->url = URL_PATH;
		s->value[0] = 'x'; /* what follows is no beginning */
		s->nvalue = HTML_NAME_MAX - 1;
		return "TMPL_PUT(t, TMPL_URL, ";
	case URL_PATH:
		return "TMPL_PUT_IN_PATH(t, ";
	case URL_QUERY:
		return "TMPL_PUT(t, TMPL_PARAM, ";
	case URL_UNSURE:
	case URL_UNSURE_START:
		break;
	}
	*ret_why = "a value in a URL whose form depends on a branch";
	return NULL;
}

const char *html_value(struct html_scan *s, const char **ret_why)
{
	switch (s->state) {
	case HTML_TEXT:
		return "TMPL_PUT_IN_TEXT(t, ";
	case HTML_RCDATA:
		return "TMPL_PUT(t, TMPL_HTML, ";
	case HTML_SCRIPT:
		if (s->json)
			return "TMPL_PUT_IN_JSON(t, ";
		*ret_why = "a value within <script>";
		return NULL;
	case HTML_VALUE:
		if (!strcmp(s->attr, "srcset")) {
			*ret_why = "a value in srcset";
			return NULL;
		}
		return url_value(s, ret_why);
	case HTML_UNQUOTED:
	case HTML_BEFORE_VALUE:
		*ret_why = "a value in an attribute without quotes";
		return NULL;
	case HTML_TAG_OPEN:
	case HTML_TAG_NAME:
		*ret_why = "a value in the name of an element";
		return NULL;
	case HTML_TAG:
	case HTML_ATTR_NAME:
	case HTML_AFTER_NAME:
		*ret_why = "a value in the name of an attribute";
		return NULL;
	case HTML_MARKUP:
	case HTML_COMMENT:
		break;
	}
	*ret_why = "a value in a comment";
	return NULL;
}

bool html_same_place(const struct html_scan *a, const struct html_scan *b)
{
	if (a->state != b->state || a->pre != b->pre || a->json != b->json)
		return false;
	if (a->state != HTML_VALUE && a->state != HTML_TAG)
		return true;
	if (strcmp(a->tag, b->tag) != 0)
		return false;
	return a->state == HTML_TAG || (!strcmp(a->attr, b->attr) && a->quote == b->quote);
}

void html_join(const struct html_scan *other, struct html_scan *s)
{
	s->need_space |= other->need_space;
	if (s->url == other->url)
		return;
	s->url = s->url == URL_START || other->url == URL_START || s->url == URL_UNSURE_START ||
				 other->url == URL_UNSURE_START
			 ? URL_UNSURE_START
			 : URL_UNSURE;
}
