#include "app/registry/search_query.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/semver.h"
#include "app/registry/marks.h"

enum { QUERY_MAX_BYTES = 64 * 1024 };

static const struct {
	struct text begins;
	enum search_filter filter;
} prefixes[] = {
	{ TEXT_INIT("keyword:"), FILTER_KEYWORD }, { TEXT_INIT("category:"), FILTER_CATEGORY },
	{ TEXT_INIT("owner:"), FILTER_OWNER },     { TEXT_INIT("user:"), FILTER_OWNER },
	{ TEXT_INIT("license:"), FILTER_LICENSE }, { TEXT_INIT("licence:"), FILTER_LICENSE },
	{ TEXT_INIT("msrv<="), FILTER_MSRV },      { TEXT_INIT("msrv:"), FILTER_MSRV },
	{ TEXT_INIT("has:"), FILTER_HAS },         { TEXT_INIT("is:"), FILTER_IS },
	{ TEXT_INIT("yanked:"), FILTER_YANKED },   { TEXT_INIT("-"), FILTER_WITHOUT },
};

/* How each is written back. */
static const char *const written[SEARCH_FILTERS] = {
	[FILTER_KEYWORD] = "keyword:", [FILTER_CATEGORY] = "category:", [FILTER_OWNER] = "owner:",
	[FILTER_LICENSE] = "license:", [FILTER_MSRV] = "msrv<=",        [FILTER_HAS] = "has:",
	[FILTER_IS] = "is:",           [FILTER_WITHOUT] = "-",          [FILTER_YANKED] = "yanked:",
};

/* Cuts one word off the front: to the next blank that does not stand between quotes. */
static bool next_word(struct text *rest, struct text *ret)
{
	bool quoted = false;
	size_t n = 0;

	*rest = text_trim(*rest);
	if (!rest->n)
		return false;
	for (; n < rest->n && (quoted || !char_is_space(rest->p[n])); n++)
		if (rest->p[n] == '"')
			quoted = !quoted;
	if (quoted) /* a quote that nobody closed is a character like others */
		for (n = 0; n < rest->n && !char_is_space(rest->p[n]); n++)
			;
	*ret = text_sub(*rest, 0, n);
	*rest = text_sub(*rest, n, rest->n);
	return true;
}

static struct text unquoted(struct text v)
{
	if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
		return text_trim(text_sub(v, 1, v.n - 1));
	return v;
}

static bool as_token(struct text word, struct search_token *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		struct text head = text_sub(word, 0, prefixes[i].begins.n), value;

		if (!text_eq_nocase(head, prefixes[i].begins))
			continue;
		value = unquoted(text_sub(word, head.n, word.n));
		if (!value.n)
			return false;
		*ret = (struct search_token){ prefixes[i].filter, value, word };
		return true;
	}
	return false;
}

void search_query_parse(struct arena *a, struct text q, struct search_query *ret)
{
	struct buf b = buf_init(a, QUERY_MAX_BYTES);
	struct search_query s = { .words = TEXT_NONE };
	struct text rest = q, word;

	while (next_word(&rest, &word)) {
		struct search_token token;

		if (as_token(word, &token)) {
			if (s.ntokens < SEARCH_TOKENS_MAX)
				s.tokens[s.ntokens++] = token;
			continue;
		}
		if (b.n)
			buf_byte(&b, ' ');
		buf_add(&b, word);
	}
	if (b.n && buf_ok(&b))
		s.words = buf_text(&b);
	*ret = s;
}

struct text search_query_last(const struct search_query *s, enum search_filter f)
{
	for (size_t i = s->ntokens; i > 0; i--)
		if (s->tokens[i - 1].filter == f)
			return s->tokens[i - 1].value;
	return TEXT_NONE;
}

struct text search_query_without(struct arena *a, const struct search_query *s, size_t token)
{
	struct buf b = buf_init(a, QUERY_MAX_BYTES);

	buf_add(&b, s->words);
	for (size_t i = 0; i < s->ntokens; i++) {
		if (i == token)
			continue;
		if (b.n)
			buf_byte(&b, ' ');
		buf_add(&b, s->tokens[i].as_typed);
	}
	return b.n && buf_ok(&b) ? buf_text(&b) : TEXT("");
}

struct text search_query_token(struct arena *a, enum search_filter f, struct text value)
{
	const char *quote = "";

	for (size_t i = 0; i < value.n; i++)
		if (char_is_space(value.p[i]))
			quote = "\"";
	return text_fmt(a, "%s%s%.*s%s", written[f], quote, TEXT_F(value), quote);
}

/* ---- looking at one crate */

static bool is_choosy(enum search_filter f)
{
	return f == FILTER_LICENSE || f == FILTER_MSRV || f == FILTER_HAS || f == FILTER_IS ||
	       f == FILTER_WITHOUT;
}

bool search_query_is_choosy(const struct search_query *s)
{
	for (size_t i = 0; i < s->ntokens; i++)
		if (is_choosy(s->tokens[i].filter))
			return true;
	return false;
}

/* Whether word stands in t, case ignored. */
static bool contains(struct text t, struct text word)
{
	for (size_t i = 0; word.n && i + word.n <= t.n; i++)
		if (text_eq_nocase(text_sub(t, i, i + word.n), word))
			return true;
	return false;
}

static bool ends_id(char c)
{
	return char_is_space(c) || c == '/' || c == '(' || c == ')';
}

/* The whole expression, or one of its ids. */
static bool has_licence(struct text expr, struct text want)
{
	size_t from = 0;

	if (text_eq_nocase(expr, want))
		return true;
	for (size_t i = 0; i <= expr.n; i++) {
		if (i < expr.n && !ends_id(expr.p[i]))
			continue;
		if (text_eq_nocase(text_sub(expr, from, i), want))
			return true;
		from = i + 1;
	}
	return false;
}

/* "1.70" or "1.70.0" as a version: what is left out is zero. */
static bool rust_of(struct text t, struct semver *ret)
{
	uint64_t *const parts[] = { &ret->major, &ret->minor, &ret->patch };
	struct text rest = t, part;
	size_t n = 0;

	*ret = (struct semver){ 0 };
	while (n < ARRAY_SIZE(parts) && text_cut(&rest, '.', &part))
		if (!text_u64(part, 0, UINT64_MAX, parts[n++]))
			return false;
	return n > 0 && !rest.n;
}

/* One that says nothing of Rust is taken to build with any. */
static bool builds_with(struct text rust_version, struct text want)
{
	struct semver has, with;

	if (!rust_of(want, &with))
		return false;
	return !rust_version.n || !rust_of(rust_version, &has) || semver_cmp(&has, &with) <= 0;
}

static bool has_part(const struct crate_traits *c, struct text part)
{
	if (text_eq_nocase(part, TEXT("lib")))
		return c->has_lib;
	return text_eq_nocase(part, TEXT("bin")) && c->bin_names.n > 2;
}

static bool is_such(const struct crate_traits *c, struct text what)
{
	struct semver v;

	if (text_eq_nocase(what, TEXT("stable")))
		return semver_parse(c->num, &v) && v.major > 0 && !v.pre.n;
	if (!text_eq_nocase(what, TEXT("no-std")) && !text_eq_nocase(what, TEXT("no_std")))
		return false;
	if (c->marked)
		return (c->marks & MARK_NO_STD) != 0;
	return contains(c->keywords, TEXT("\"no_std\"")) ||
	       contains(c->keywords, TEXT("\"no-std\"")) ||
	       contains(c->categories, TEXT("\"no-std")); /* and what is below it */
}

static bool passes(const struct search_token *t, const struct crate_traits *c)
{
	switch (t->filter) {
	case FILTER_LICENSE:
		return has_licence(c->license, t->value);
	case FILTER_MSRV:
		return builds_with(c->rust_version, t->value);
	case FILTER_HAS:
		return has_part(c, t->value);
	case FILTER_IS:
		return is_such(c, t->value);
	case FILTER_WITHOUT:
		return !contains(c->name, t->value) && !contains(c->description, t->value);
	case FILTER_KEYWORD:
	case FILTER_CATEGORY:
	case FILTER_OWNER:
	case FILTER_YANKED:
	case SEARCH_FILTERS:
		break;
	}
	return true;
}

bool search_query_fits(const struct search_query *s, const struct crate_traits *c)
{
	for (size_t i = 0; i < s->ntokens; i++)
		if (!passes(&s->tokens[i], c))
			return false;
	return true;
}
