#include "app/base/user_agent.h"

#include "app/base/arena.h"

struct sign {
	struct text part; /* at the begin of a word */
	const char *name;
};

/* The first one counts: most name those that they descend from, too. */
static const struct sign programs[] = {
	{ TEXT_INIT("EdgiOS/"), "Edge" },
	{ TEXT_INIT("EdgA/"), "Edge" },
	{ TEXT_INIT("Edg/"), "Edge" },
	{ TEXT_INIT("Edge/"), "Edge" },
	{ TEXT_INIT("OPR/"), "Opera" },
	{ TEXT_INIT("Opera/"), "Opera" },
	{ TEXT_INIT("Vivaldi/"), "Vivaldi" },
	{ TEXT_INIT("SamsungBrowser/"), "Samsung Internet" },
	{ TEXT_INIT("YaBrowser/"), "Yandex Browser" },
	{ TEXT_INIT("DuckDuckGo/"), "DuckDuckGo" },
	{ TEXT_INIT("Ddg/"), "DuckDuckGo" },
	{ TEXT_INIT("HeadlessChrome/"), "Chrome without a window" },
	{ TEXT_INIT("FxiOS/"), "Firefox" },
	{ TEXT_INIT("Seamonkey/"), "SeaMonkey" },
	{ TEXT_INIT("SeaMonkey/"), "SeaMonkey" },
	{ TEXT_INIT("Firefox/"), "Firefox" },
	{ TEXT_INIT("CriOS/"), "Chrome" },
	{ TEXT_INIT("Chromium/"), "Chromium" },
	{ TEXT_INIT("Epiphany/"), "GNOME Web" },
	{ TEXT_INIT("Chrome/"), "Chrome" },
	{ TEXT_INIT("Konqueror/"), "Konqueror" },
	{ TEXT_INIT("Safari/"), "Safari" },
	{ TEXT_INIT("Lynx/"), "Lynx" },
	{ TEXT_INIT("w3m/"), "w3m" },
	{ TEXT_INIT("Links"), "Links" },
	{ TEXT_INIT("ELinks"), "ELinks" },
	{ TEXT_INIT("cargo/"), "cargo" },
	{ TEXT_INIT("cargo "), "cargo" },
	{ TEXT_INIT("curl/"), "curl" },
	{ TEXT_INIT("Wget/"), "Wget" },
	{ TEXT_INIT("python-requests/"), "Python" },
	{ TEXT_INIT("Python-urllib/"), "Python" },
};

static const struct sign systems[] = {
	{ TEXT_INIT("iPhone"), "iPhone" },   { TEXT_INIT("iPad"), "iPad" },
	{ TEXT_INIT("Android"), "Android" }, { TEXT_INIT("CrOS"), "ChromeOS" },
	{ TEXT_INIT("Windows"), "Windows" }, { TEXT_INIT("Macintosh"), "macOS" },
	{ TEXT_INIT("FreeBSD"), "FreeBSD" }, { TEXT_INIT("OpenBSD"), "OpenBSD" },
	{ TEXT_INIT("NetBSD"), "NetBSD" },   { TEXT_INIT("Linux"), "Linux" },
};

static bool begins_word(struct text t, size_t at)
{
	return at == 0 || t.p[at - 1] == ' ' || t.p[at - 1] == '(' || t.p[at - 1] == ';';
}

static bool has(struct text t, struct text part)
{
	for (size_t at = 0; at < t.n;) {
		size_t next = text_find(text_sub(t, at, t.n), part) + at;

		if (next < t.n && begins_word(t, next))
			return true;
		at = next + 1;
	}
	return false;
}

/* NULL: none of them. */
static const char *first_of(const struct sign *signs, size_t n, struct text t)
{
	for (size_t i = 0; i < n; i++)
		if (has(t, signs[i].part))
			return signs[i].name;
	return NULL;
}

struct text user_agent_words(struct arena *a, struct text agent)
{
	struct text t = text_sub(agent, 0, USER_AGENT_MAX_BYTES);
	const char *program = first_of(programs, ARRAY_SIZE(programs), t);
	const char *system = first_of(systems, ARRAY_SIZE(systems), t);

	if (program && system)
		return text_fmt(a, "%s on %s", program, system);
	if (system)
		return text_fmt(a, "A browser on %s", system);
	return text_from(program);
}
