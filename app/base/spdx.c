#include "app/base/spdx.h"

#include "app/base/arena.h"
#include "app/base/buf.h"

struct spdx_license {
	struct text id;
	bool gnu; /* of the families with -only and -or-later */
};

#include "app/base/spdx_ids.h"

#include <stdlib.h>

enum token {
	START, /* before the first one */
	LICENSE,
	LICENSE_REF,
	EXCEPTION,
	ADDITION_REF,
	PLUS,
	OPEN,
	CLOSE,
	WITH,
	AND,
	OR,
};

struct scanner {
	struct text expr;
	size_t at;              /* behind the token */
	size_t from;            /* where it starts */
	enum token last, token; /* the token before, and this one */
	bool gnu;               /* LICENSE: of a GNU family */
	/* The problem, once there is one. */
	size_t bad_from, bad_to;
	const char *reason;
};

static int cmp_license(const void *key, const void *entry)
{
	return text_cmp(*(const struct text *)key, ((const struct spdx_license *)entry)->id);
}

static const struct spdx_license *find_license(struct text id)
{
	return bsearch(&id, licenses, ARRAY_SIZE(licenses), sizeof(*licenses), cmp_license);
}

bool spdx_is_license(struct text id)
{
	return find_license(id) != NULL;
}

bool spdx_is_exception(struct text id)
{
	return bsearch(&id, exceptions, ARRAY_SIZE(exceptions), sizeof(*exceptions),
		       text_cmp_qsort) != NULL;
}

static bool fail(struct scanner *s, size_t from, size_t to, const char *reason)
{
	s->bad_from = from;
	s->bad_to = to;
	s->reason = reason;
	return false;
}

static const char *expected_after(enum token last)
{
	switch (last) {
	case START:
	case AND:
	case OR:
	case OPEN:
		return "expected one of `<license>`, `(` here";
	case CLOSE:
		return "expected one of `AND`, `OR` here";
	case EXCEPTION:
	case ADDITION_REF:
		return "expected one of `AND`, `OR`, `)` here";
	case LICENSE:
		return "expected one of `AND`, `OR`, `WITH`, `)`, `+` here";
	case LICENSE_REF:
	case PLUS:
		return "expected one of `AND`, `OR`, `WITH`, `)` here";
	case WITH:
		return "expected a `<addition>` here";
	}
	BUG_ON(true);
}

static bool fail_unexpected(struct scanner *s)
{
	return fail(s, s->from, s->at, expected_after(s->last));
}

/* ---- tokens */

/* Unicode's White_Space, which Rust's char::is_whitespace goes by. */
static bool is_white(uint32_t c)
{
	return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
	       c == 0x205f || c == 0x3000;
}

static size_t skip_white(struct text t, size_t at)
{
	uint32_t c;

	for (size_t next = at; text_next_char(t, &next, &c); at = next)
		if (!is_white(c))
			break;
	return at;
}

static bool is_ref_char(char c)
{
	return char_is_alnum(c) || c == '-' || c == '.';
}

/* "LicenseRef-x" with prefix "LicenseRef-": its length; 0 if t does not start so. x may be empty.
 */
static size_t ref_length(struct text t, struct text prefix)
{
	size_t n = prefix.n;

	if (!text_starts(t, prefix))
		return 0;
	while (n < t.n && is_ref_char(t.p[n]))
		n++;
	return n;
}

/* The same, or "DocumentRef-y:LicenseRef-x". */
static size_t doc_ref_length(struct text word, struct text prefix)
{
	size_t colon = text_find_byte(word, ':');
	size_t n;

	if (colon == word.n || !text_starts(word, TEXT("DocumentRef-")))
		return ref_length(word, prefix);
	n = ref_length(text_sub(word, colon + 1, word.n), prefix);
	return n ? colon + 1 + n : 0;
}

static bool is_word(struct text word, struct text upper, struct text lower)
{
	return text_eq(word, upper) || text_eq(word, lower);
}

/* Says what the word is, and moves s->at behind as much of it as that takes. */
static bool scan_word(struct scanner *s, struct text word)
{
	const struct spdx_license *license;
	size_t n = word.n;

	if (is_word(word, TEXT("AND"), TEXT("and"))) {
		s->token = AND;
	} else if (is_word(word, TEXT("OR"), TEXT("or"))) {
		s->token = OR;
	} else if (is_word(word, TEXT("WITH"), TEXT("with"))) {
		s->token = WITH;
	} else if ((license = find_license(word))) {
		s->token = LICENSE;
		s->gnu = license->gnu;
	} else if (spdx_is_exception(word)) {
		s->token = EXCEPTION;
	} else if ((n = doc_ref_length(word, TEXT("LicenseRef-")))) {
		s->token = LICENSE_REF;
	} else if ((n = doc_ref_length(word, TEXT("AdditionRef-")))) {
		s->token = ADDITION_REF;
	} else {
		return fail(s, s->from, s->from + word.n, "unknown term");
	}
	s->at = s->from + n;
	return true;
}

/* The next token; false at the end and on a problem. */
static bool scan(struct scanner *s)
{
	size_t before = s->at, to;

	s->last = s->token;
	s->from = skip_white(s->expr, before);
	if (s->from == s->expr.n)
		return false;
	s->at = s->from + 1;
	switch (s->expr.p[s->from]) {
	case '+':
		s->token = PLUS;
		return s->from == before
			       ? true
			       : fail(s, before, s->from, "`+` must not follow whitespace");
	case '(':
		s->token = OPEN;
		return true;
	case ')':
		s->token = CLOSE;
		return true;
	case '/':
		s->token = OR;
		return true;
	default:
		break;
	}
	for (to = s->from; to < s->expr.n; to++)
		if (!is_ref_char(s->expr.p[to]) && s->expr.p[to] != ':')
			break;
	if (to == s->from)
		return fail(s, s->from, s->expr.n, "invalid character(s)");
	return scan_word(s, text_sub(s->expr, s->from, to));
}

/* ---- grammar */

static bool ends_term(enum token t)
{
	return t == LICENSE || t == LICENSE_REF || t == EXCEPTION || t == ADDITION_REF ||
	       t == CLOSE || t == PLUS;
}

static bool starts_term(enum token last)
{
	return last == START || last == AND || last == OR || last == OPEN;
}

/* '+' behind the licence that *license is. GNU ids have "-or-later" for it, which has to exist. */
static bool check_plus(struct scanner *s, struct arena *a, struct text license)
{
	const struct text only = TEXT("-only");

	if (s->last != LICENSE)
		return fail_unexpected(s);
	if (!s->gnu)
		return true;
	if (text_ends(license, TEXT("-or-later")))
		return fail(s, s->from, s->at,
			    "a GNU license was followed by a `+` even though it ended in `-only` "
			    "or `-or-later`");
	/* upstream: "GPL-2.0-only+" is taken */
	if (text_ends(license, only))
		license = text_sub(license, 0, license.n - only.n);
	if (!find_license(text_fmt(a, "%.*s-or-later", TEXT_F(license))))
		return fail(s, s->from, s->at, "unknown license id");
	return true;
}

/* The '(' that the end of the expression leaves open: the last one without its ')'. */
static size_t last_open(struct text expr)
{
	size_t closed = 0;

	for (size_t i = expr.n; i-- > 0;) {
		if (expr.p[i] == ')')
			closed++;
		else if (expr.p[i] == '(' && closed-- == 0)
			return i;
	}
	return 0;
}

/* Whether the token in hand may follow the last one. */
static bool check_token(struct scanner *s, struct arena *a, size_t *depth, struct text *license)
{
	bool ok = true;

	switch (s->token) {
	case LICENSE:
	case LICENSE_REF:
	case OPEN:
		ok = starts_term(s->last);
		*license = text_sub(s->expr, s->from, s->at);
		*depth += s->token == OPEN;
		break;
	case PLUS:
		return check_plus(s, a, *license);
	case WITH:
		ok = s->last == LICENSE || s->last == LICENSE_REF || s->last == PLUS;
		break;
	case EXCEPTION:
	case ADDITION_REF:
		ok = s->last == WITH;
		break;
	case AND:
	case OR:
		ok = ends_term(s->last);
		break;
	case CLOSE:
		ok = ends_term(s->last);
		if (ok && !*depth)
			return fail(s, s->from, s->at, "unopened parens");
		*depth -= ok;
		break;
	case START:
		BUG_ON(true);
	}
	return ok ? true : fail_unexpected(s);
}

static void check(struct scanner *s, struct arena *a)
{
	struct text license = TEXT("");
	size_t depth = 0, n = s->expr.n;

	while (scan(s))
		if (!check_token(s, a, &depth, &license))
			return;
	if (s->reason)
		return;
	if (s->token == START) {
		(void)fail(s, 0, n, "empty expression");
	} else if (!ends_term(s->token)) {
		(void)fail(s, n, n, expected_after(s->token));
	} else if (depth) {
		(void)fail(s, last_open(s->expr), n, "unclosed parens");
		s->bad_to = s->bad_from; /* marked with '-' */
	}
}

struct text spdx_error(struct arena *a, struct text expr)
{
	struct scanner s = { .expr = expr, .token = START };
	bool parens;
	struct buf b;

	check(&s, a);
	if (!s.reason)
		return TEXT_NONE;
	b = buf_init(a, 256 + expr.n + s.bad_to);
	buf_add(&b, expr);
	buf_byte(&b, '\n');
	for (size_t i = 0; i < s.bad_from; i++)
		buf_byte(&b, ' ');
	parens = text_eq(text_from(s.reason), TEXT("unclosed parens"));
	if (parens)
		buf_byte(&b, '-');
	for (size_t i = s.bad_from; i < s.bad_to; i++)
		buf_byte(&b, '^');
	buf_fmt(&b, " %s", s.reason);
	BUG_ON(!buf_ok(&b));
	return buf_text(&b);
}
