#include "app/base/url.h"

#include "app/base/arena.h"

#include <string.h>

enum { HOST_MAX = 4096 }; /* bytes of a host, decoded; a longer one is none */

struct host {
	size_t n;
	char p[HOST_MAX];
};

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* Without C0 controls and blanks at the ends. */
static struct text trimmed(struct text t)
{
	while (t.n && (unsigned char)t.p[0] <= ' ')
		t = text_sub(t, 1, t.n);
	while (t.n && (unsigned char)t.p[t.n - 1] <= ' ')
		t.n--;
	return t;
}

/* Takes the next byte that is not tab or newline, which the standard drops wherever they stand. */
static bool next_byte(struct text *rest, char *ret)
{
	while (rest->n) {
		char c = rest->p[0];

		*rest = text_sub(*rest, 1, rest->n);
		if (c != '\t' && c != '\n' && c != '\r') {
			*ret = c;
			return true;
		}
	}
	return false;
}

static bool take_scheme(struct text *rest)
{
	char scheme[6];
	struct text got;
	size_t n = 0;
	char c;

	while (n < sizeof(scheme) && next_byte(rest, &c) && c != ':')
		scheme[n++] = c;
	if (n == sizeof(scheme) || c != ':')
		return false;
	got = (struct text){ scheme, n };
	return text_eq_nocase(got, TEXT("http")) || text_eq_nocase(got, TEXT("https"));
}

/* The authority less user and password: host and port, as written. False when it is too long. */
static bool take_authority(struct text rest, struct host *ret)
{
	bool started = false;
	char c;

	ret->n = 0;
	while (next_byte(&rest, &c)) {
		if (!started && is_slash(c))
			continue;
		started = true;
		if (is_slash(c) || c == '?' || c == '#')
			break;
		if (c == '@') {
			ret->n = 0;
			continue;
		}
		if (ret->n == HOST_MAX)
			return false;
		ret->p[ret->n++] = c;
	}
	return true;
}

/* Cuts ":80" off; false where that is no port. A colon inside of "[...]" is none of it. */
static bool cut_port(struct host *h)
{
	struct text port;
	size_t at = h->n;
	uint64_t v;

	while (at > 0 && h->p[at - 1] != ':' && h->p[at - 1] != ']')
		at--;
	if (at == 0 || h->p[at - 1] == ']')
		return at == h->n || at == 0;
	port = (struct text){ h->p + at, h->n - at };
	h->n = at - 1;
	return !port.n || text_u64(port, 0, 65535, &v);
}

/* Up to four hex digits. */
static bool take_piece(struct text *rest)
{
	size_t n = 0;

	while (n < 4 && n < rest->n && char_hex(rest->p[n]) >= 0)
		n++;
	*rest = text_sub(*rest, n, rest->n);
	return n != 0;
}

/* "1.2.3.4" in decimal without leading zeros, at the end of an IPv6 address. */
static bool is_dotted(struct text t)
{
	struct text part;
	uint64_t v;
	unsigned n = 0;

	while (text_cut(&t, '.', &part)) {
		if (!text_u64(part, 0, 255, &v) || (part.n > 1 && part.p[0] == '0'))
			return false;
		n++;
	}
	return n == 4;
}

/* What is between the brackets: RFC 4291 2.2, eight pieces or fewer and one "::". */
static bool is_ipv6(struct text t)
{
	unsigned pieces = 0;
	bool gap = false;

	if (text_starts(t, TEXT("::"))) {
		gap = true;
		t = text_sub(t, 2, t.n);
	}
	while (t.n) {
		struct text before = t;

		if (pieces == 8 || !take_piece(&t))
			return false;
		if (t.n && t.p[0] == '.')
			return is_dotted(before) && (gap ? pieces < 6 : pieces == 6);
		pieces++;
		if (!t.n)
			break;
		if (t.p[0] != ':' || t.n == 1)
			return false;
		t = text_sub(t, 1, t.n);
		if (t.p[0] == ':') {
			if (gap)
				return false;
			gap = true;
			t = text_sub(t, 1, t.n);
		}
	}
	return gap ? pieces < 8 : pieces == 8;
}

/* "%41" as the byte it stands for; anything else after '%' stays as it is, and is refused later. */
static void percent_decode(struct host *h)
{
	size_t to = 0;

	for (size_t i = 0; i < h->n; i++) {
		char c = h->p[i];

		if (c == '%' && h->n - i > 2) {
			int hi = char_hex(h->p[i + 1]), lo = char_hex(h->p[i + 2]);

			if (hi >= 0 && lo >= 0) {
				c = (char)(hi * 16 + lo);
				i += 2;
			}
		}
		h->p[to++] = c;
	}
	h->n = to;
}

/* What no name may hold, above ASCII: controls, joiners, blanks, private use, noncharacters, the
 * replacement character. */
static bool is_refused_char(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} t[] = {
		{ 0x80, 0xa0 },        { 0x1680, 0x1680 }, { 0x2000, 0x200a }, { 0x200c, 0x200f },
		{ 0x2028, 0x202f },    { 0x205f, 0x205f }, { 0x2061, 0x206f }, { 0x3000, 0x3000 },
		{ 0xd800, 0xf8ff },    { 0xfdd0, 0xfdef }, { 0xfff9, 0xffff }, { 0xe0000, 0xe00ff },
		{ 0xf0000, 0x10ffff },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		if (c >= t[i].from && c <= t[i].to)
			return true;
	return (c & 0xfffe) == 0xfffe;
}

/* Forbidden domain code points of the standard. */
static bool is_forbidden_ascii(uint32_t c)
{
	return c <= ' ' || c == 0x7f || memchr("#%/:<>?@[\\]^|", (int)c, 13) != NULL;
}

/* Lower case, full-width forms as ASCII, soft hyphens and their like gone. False for a host that is
 * none. */
static bool map_domain(struct host *h)
{
	struct text in = { h->p, h->n };
	size_t to = 0;
	uint32_t c;

	if (!text_is_utf8(in))
		return false;
	for (size_t at = 0, from = 0; text_next_char(in, &at, &c); from = at) {
		if (c == 0xad || c == 0x200b || c == 0x2060 || c == 0xfeff ||
		    (c >= 0xfe00 && c <= 0xfe0f))
			continue;
		if (c >= 0xff01 && c <= 0xff5e)
			c -= 0xff01 - '!';
		else if (c == 0x3002 || c == 0xff61)
			c = '.';
		if (c < 0x80 ? is_forbidden_ascii(c) : is_refused_char(c))
			return false;
		if (c < 0x80) {
			h->p[to++] = char_lower((char)c);
			continue;
		}
		memmove(h->p + to, in.p + from, at - from);
		to += at - from;
	}
	h->n = to;
	return to != 0;
}

/* A number of an IPv4 address: decimal, octal after "0", hexadecimal after "0x"; "0x" alone is 0.
 */
static bool ipv4_number(struct text t, uint64_t *ret)
{
	unsigned base = 10;
	uint64_t v = 0;

	if (!t.n)
		return false;
	if (text_starts(t, TEXT("0x"))) {
		base = 16;
		t = text_sub(t, 2, t.n);
	} else if (t.n > 1 && t.p[0] == '0') {
		base = 8;
		t = text_sub(t, 1, t.n);
	}
	for (size_t i = 0; i < t.n; i++) {
		int digit = char_hex(t.p[i]);

		if (digit < 0 || (unsigned)digit >= base)
			return false;
		v = v * base + (unsigned)digit;
		if (v > UINT32_MAX)
			v = (uint64_t)UINT32_MAX + 1; /* too big is all that counts */
	}
	*ret = v;
	return true;
}

static bool all_digits(struct text t)
{
	for (size_t i = 0; i < t.n; i++)
		if (!char_is_digit(t.p[i]))
			return false;
	return t.n != 0;
}

/* A host whose last label is a number has to be an IPv4 address as a whole. */
static bool is_name_or_ipv4(struct text host)
{
	struct text rest = host, part, last = TEXT("");
	uint64_t v, before = 0;
	unsigned n = 0;

	if (host.n > 1 && host.p[host.n - 1] == '.')
		rest.n--;
	for (struct text scan = rest; text_cut(&scan, '.', &part);)
		last = part;
	if (!all_digits(last) && !(text_starts(last, TEXT("0x")) && ipv4_number(last, &v)))
		return true;
	while (text_cut(&rest, '.', &part)) {
		if (n++ == 4 || before > 255 || !ipv4_number(part, &v))
			return false;
		before = v;
	}
	return before < (uint64_t)1 << (8 * (5 - n));
}

static bool read_host(struct text url, struct host *ret)
{
	struct text rest = trimmed(url);

	if (!take_scheme(&rest) || !take_authority(rest, ret) || !cut_port(ret) || !ret->n)
		return false;
	if (ret->p[0] == '[')
		return ret->p[ret->n - 1] == ']' &&
		       is_ipv6((struct text){ ret->p + 1, ret->n - 2 });
	percent_decode(ret);
	return map_domain(ret) && is_name_or_ipv4((struct text){ ret->p, ret->n });
}

bool url_is_http(struct text url)
{
	struct host h;

	return read_host(url, &h);
}

struct text url_host(struct arena *a, struct text url)
{
	struct host h;

	if (!read_host(url, &h))
		return TEXT_NONE;
	return text_lower(a, (struct text){ h.p, h.n });
}

struct text url_authority(struct text url)
{
	size_t scheme = text_find(url, TEXT("://")), from = scheme + 3, end = from;

	if (scheme == url.n)
		return TEXT_NONE;
	while (end < url.n && !text_has_byte(TEXT("/?#"), url.p[end]))
		end++;
	return text_sub(url, from, end);
}

struct text url_origin(struct text url)
{
	struct text authority = url_authority(url);

	if (!authority.p)
		return TEXT_NONE;
	return text_sub(url, 0, (size_t)(authority.p - url.p) + authority.n);
}
