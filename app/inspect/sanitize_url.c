/* The URLs of a README: which schemes stay, and where relative ones lead (contract/jobs.md 9,
 * second table). */
#include "app/inspect/sanitize.h"

#include "app/base/arena.h"
#include "app/base/buf.h"

enum { URL_MAX = 64 * 1024 };

/* Those that ammonia 4 allows (its documentation of `url_schemes`). Anything else goes: javascript,
 * data, vbscript, file. */
static const struct text schemes[] = {
	TEXT_INIT("bitcoin"), TEXT_INIT("ftp"),    TEXT_INIT("ftps"),   TEXT_INIT("geo"),
	TEXT_INIT("http"),    TEXT_INIT("https"),  TEXT_INIT("im"),     TEXT_INIT("irc"),
	TEXT_INIT("ircs"),    TEXT_INIT("magnet"), TEXT_INIT("mailto"), TEXT_INIT("mms"),
	TEXT_INIT("mx"),      TEXT_INIT("news"),   TEXT_INIT("nntp"),   TEXT_INIT("openpgp4fpr"),
	TEXT_INIT("sip"),     TEXT_INIT("sms"),    TEXT_INIT("smsto"),  TEXT_INIT("ssh"),
	TEXT_INIT("tel"),     TEXT_INIT("url"),    TEXT_INIT("webcal"), TEXT_INIT("wtai"),
	TEXT_INIT("xmpp"),
};

static const struct text hosts[] = {
	TEXT_INIT("github.com"),
	TEXT_INIT("gitlab.com"),
	TEXT_INIT("bitbucket.org"),
};

static const struct text media[] = {
	TEXT_INIT("svg"), TEXT_INIT("png"),  TEXT_INIT("jpg"), TEXT_INIT("jpeg"), TEXT_INIT("gif"),
	TEXT_INIT("mp4"), TEXT_INIT("webm"), TEXT_INIT("ogg"), TEXT_INIT("webp"),
};

static bool is_one_of(const struct text *list, size_t n, struct text t)
{
	for (size_t i = 0; i < n; i++)
		if (text_eq_nocase(list[i], t))
			return true;
	return false;
}

/* The bytes before the first ':' where they are a scheme (WHATWG URL, scheme start and scheme
 * state); else absent. */
static struct text url_scheme(struct text url)
{
	if (url.n == 0 || !char_is_alpha(url.p[0]))
		return TEXT_NONE;
	for (size_t i = 1; i < url.n; i++) {
		char c = url.p[i];

		if (c == ':')
			return text_sub(url, 0, i);
		if (!char_is_alnum(c) && c != '+' && c != '-' && c != '.')
			return TEXT_NONE;
	}
	return TEXT_NONE;
}

/* What stands for the host in an http, https or ftp URL; absent when there is none or it cannot be
 * one. */
static struct text url_host(struct text url, struct text scheme)
{
	size_t from = scheme.n + 1, to, at, colon;
	struct text host;

	while (from < url.n && (url.p[from] == '/' || url.p[from] == '\\'))
		from++;
	for (to = from; to < url.n; to++)
		if (text_has_byte(TEXT("/\\?#"), url.p[to]))
			break;
	host = text_sub(url, from, to);
	while ((at = text_find_byte(host, '@')) < host.n)
		host = text_sub(host, at + 1, host.n);
	if (host.n && host.p[0] == '[')
		return text_find_byte(host, ']') < host.n ? host : TEXT_NONE;
	colon = text_find_byte(host, ':');
	if (colon < host.n) {
		struct text port = text_sub(host, colon + 1, host.n);
		uint64_t v;

		if (port.n && !text_u64(port, 0, 65535, &v))
			return TEXT_NONE;
		host = text_sub(host, 0, colon);
	}
	for (size_t i = 0; i < host.n; i++)
		if ((unsigned char)host.p[i] <= ' ' ||
		    text_has_byte(TEXT("<>[]^`{|}\x7f"), host.p[i]))
			return TEXT_NONE;
	return host.n ? host : TEXT_NONE;
}

static bool has_host(struct text scheme)
{
	static const struct text special[] = { TEXT_INIT("http"), TEXT_INIT("https"),
					       TEXT_INIT("ftp") };

	return is_one_of(special, ARRAY_SIZE(special), scheme);
}

/* As a browser reads it before anything else: no control characters and spaces around, no tab and
 * line end inside. */
static struct text url_clean(struct arena *a, struct text v)
{
	char *p;
	size_t n = 0;

	while (v.n && (unsigned char)v.p[0] <= ' ')
		v = text_sub(v, 1, v.n);
	while (v.n && (unsigned char)v.p[v.n - 1] <= ' ')
		v = text_sub(v, 0, v.n - 1);
	if (!text_has_byte(v, '\t') && !text_has_byte(v, '\n') && !text_has_byte(v, '\r'))
		return v;
	p = arena_alloc(a, v.n);
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] != '\t' && v.p[i] != '\n' && v.p[i] != '\r')
			p[n++] = v.p[i];
	return (struct text){ p, n };
}

/* What Rust's Path::extension says of it: behind the last dot of the last component, unless that
 * dot is its first byte. */
static struct text path_extension(struct text path)
{
	size_t from, dot;

	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	for (from = path.n; from > 0 && path.p[from - 1] != '/'; from--)
		;
	for (dot = path.n; dot > from && path.p[dot - 1] != '.'; dot--)
		;
	if (dot <= from + 1 || text_eq(text_sub(path, from, path.n), TEXT("..")))
		return TEXT_NONE;
	return text_sub(path, dot, path.n);
}

static bool is_media(struct text extension)
{
	for (size_t i = 0; i < ARRAY_SIZE(media); i++)
		if (text_eq(media[i], extension))
			return true; /* upstream: by case, so `PNG` is none */
	return false;
}

static void add_sanitize(struct buf *b, struct text url)
{
	size_t hash = text_find_byte(url, '#');

	buf_add(b, text_sub(url, 0, hash));
	buf_add(b,
		text_find_byte(url, '?') < hash ? TEXT("&sanitize=true") : TEXT("?sanitize=true"));
	buf_add(b, text_sub(url, hash, url.n));
}

static bool rewrite_relative(const struct links *l, struct arena *a, struct text url,
			     struct text *ret)
{
	struct text extension = path_extension(url);
	struct buf b;

	if (text_starts(url, TEXT("#fn-")) || text_starts(url, TEXT("#fnref-"))) {
		*ret = text_fmt(a, "#user-content-%.*s", TEXT_F(text_sub(url, 1, url.n)));
		return true;
	}
	if (url.n && url.p[0] == '#') {
		*ret = url;
		return true;
	}
	if (text_starts(url, TEXT("::")) || !l->base.p)
		return false;

	b = buf_init(a, URL_MAX);
	buf_add(&b, l->base);
	buf_add(&b, is_media(extension) ? TEXT("raw/HEAD") : TEXT("blob/HEAD"));
	if (l->dir.n) {
		buf_byte(&b, '/');
		buf_add(&b, l->dir);
	}
	if (!text_starts(url, TEXT("/")))
		buf_byte(&b, '/');
	if (text_eq(extension, TEXT("svg")))
		add_sanitize(&b, url);
	else
		buf_add(&b, url);
	*ret = buf_text(&b);
	return buf_ok(&b);
}

bool links_rewrite(const struct links *l, struct arena *a, struct text value, struct text *ret)
{
	struct text url = url_clean(a, value), scheme = url_scheme(url);

	if (!scheme.p)
		return rewrite_relative(l, a, url, ret);
	if (!is_one_of(schemes, ARRAY_SIZE(schemes), scheme))
		return false;
	if (has_host(scheme) && !url_host(url, scheme).p)
		return false;
	*ret = url;
	return true;
}

/* ".git" off, a slash at the end; the scheme and host in lower case. Absent where the host is none
 * of the three. */
static struct text base_of(struct arena *a, struct text repository)
{
	struct text url = url_clean(a, repository), scheme = url_scheme(url), host;
	struct text rest;

	/* The host alone would let `javascript://github.com/%0a...` through. */
	if (!text_eq_nocase(scheme, TEXT("http")) && !text_eq_nocase(scheme, TEXT("https")))
		return TEXT_NONE;
	host = url_host(url, scheme);
	if (!is_one_of(hosts, ARRAY_SIZE(hosts), host))
		return TEXT_NONE;
	rest = text_sub(url, (size_t)(host.p - url.p) + host.n, url.n);
	if (text_ends(rest, TEXT("/")))
		rest = text_sub(rest, 0, rest.n - 1);
	if (text_ends(rest, TEXT(".git")))
		rest = text_sub(rest, 0, rest.n - 4);
	return text_fmt(a, "%.*s://%.*s%.*s/", TEXT_F(text_lower(a, scheme)),
			TEXT_F(text_lower(a, host)), TEXT_F(rest));
}

struct links links_new(struct arena *a, struct text repository, struct text readme_path)
{
	struct links l = { .base = base_of(a, repository), .dir = TEXT("") };
	size_t slash;

	for (slash = readme_path.n; slash > 0 && readme_path.p[slash - 1] != '/'; slash--)
		;
	while (slash > 1 && readme_path.p[slash - 1] == '/')
		slash--;
	if (slash)
		l.dir = text_sub(readme_path, 0, slash);
	return l;
}
