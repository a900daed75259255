#include "templates/shown_url.h"

#include "app/base/url.h"

/* Hosts that are not linked to any more (contract/api.md 4.5). */
static bool host_is_blocked(struct text host)
{
	static const struct text blocked[] = {
		TEXT_INIT("rust-ci.org"),  TEXT_INIT("rustless.org"), TEXT_INIT("ironframework.io"),
		TEXT_INIT("nebulanet.cc"), TEXT_INIT("esp-rs.org"),   TEXT_INIT("ncollide.org")
	};

	for (size_t i = 0; i < ARRAY_SIZE(blocked); i++) {
		struct text b = blocked[i];

		if (text_eq_nocase(host, b))
			return true;
		if (host.n > b.n && host.p[host.n - b.n - 1] == '.' &&
		    text_eq_nocase(text_sub(host, host.n - b.n, host.n), b))
			return true;
	}
	return false;
}

/* Absent where there is none. */
static struct text host_of(struct text url)
{
	struct text host = url_authority(url);
	size_t at = text_find_byte(host, '@');

	if (at < host.n)
		host = text_sub(host, at + 1, host.n);
	host = text_sub(host, 0, text_find_byte(host, ':'));
	return host.n ? host : TEXT_NONE;
}

struct text shown_url(struct text url)
{
	struct text host = host_of(url);

	return host.p && !host_is_blocked(host) ? url : TEXT_NONE;
}
