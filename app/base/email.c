#include "app/base/email.h"

#include <arpa/inet.h>
#include <string.h>

enum { LOCAL_MAX = 64, DOMAIN_MAX = 254, LABEL_MAX = 63, IP_MAX = 64 };

/* atext of RFC 5322 3.2.3, and what RFC 6531 adds. */
static bool atom_char(char c)
{
	return (unsigned char)c >= 0x80 || char_is_alnum(c) ||
	       (c && strchr("!#$%&'*+/=?^_`{|}~-", c));
}

static bool dot_atom(struct text t)
{
	struct text part;

	if (!t.n)
		return false;
	while (text_cut(&t, '.', &part)) {
		if (!part.n)
			return false;
		for (size_t i = 0; i < part.n; i++)
			if (!atom_char(part.p[i]))
				return false;
	}
	return true;
}

/* What stands between the quotes: printable, with `"` and `\` behind a `\`. */
static bool quoted(struct text t)
{
	bool escaped = false;

	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];

		if (c < ' ' || c == 0x7f || (c == '"' && !escaped))
			return false;
		escaped = c == '\\' && !escaped;
	}
	return !escaped;
}

static bool local_part(struct text t)
{
	if (t.n > LOCAL_MAX)
		return false;
	if (t.n >= 2 && t.p[0] == '"' && t.p[t.n - 1] == '"')
		return quoted(text_sub(t, 1, t.n - 1));
	return dot_atom(t);
}

static bool label(struct text t)
{
	if (!t.n || t.n > LABEL_MAX || t.p[0] == '-' || t.p[t.n - 1] == '-')
		return false;
	for (size_t i = 0; i < t.n; i++)
		if ((unsigned char)t.p[i] < 0x80 && !char_is_alnum(t.p[i]) && t.p[i] != '-')
			return false;
	return true;
}

/* What stands between the brackets: IPv4, or IPv6 with or without its tag. */
static bool literal(struct text t)
{
	struct text tag = TEXT("IPv6:");
	unsigned char to[sizeof(struct in6_addr)];
	char z[IP_MAX];

	if (t.n > tag.n && text_eq_nocase(text_sub(t, 0, tag.n), tag))
		t = text_sub(t, tag.n, t.n);
	if (!t.n || t.n >= sizeof(z) || text_has_byte(t, '\0'))
		return false;
	memcpy(z, t.p, t.n);
	z[t.n] = '\0';
	return inet_pton(AF_INET, z, to) == 1 || inet_pton(AF_INET6, z, to) == 1;
}

static bool domain(struct text t)
{
	struct text part;

	if (!t.n || t.n > DOMAIN_MAX)
		return false;
	if (t.n >= 2 && t.p[0] == '[' && t.p[t.n - 1] == ']')
		return literal(text_sub(t, 1, t.n - 1));
	while (text_cut(&t, '.', &part))
		if (!label(part))
			return false;
	return true;
}

const char *email_wrong(struct text address)
{
	size_t at = address.n;

	/* The last one: a quoted local part may hold others. */
	while (at > 0 && address.p[at - 1] != '@')
		at--;
	if (!at)
		return "Missing domain or user";
	if (!text_is_utf8(address) || !local_part(text_sub(address, 0, at - 1)))
		return "Invalid email user";
	return domain(text_sub(address, at, address.n)) ? NULL : "Invalid email domain";
}

bool email_is_valid(struct text address)
{
	return !email_wrong(address);
}
