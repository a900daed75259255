#include "templates/track.h"

#include "app/base/semver.h"

enum { NO_X_FROM = 100 };

/* "0.4.0-alpha.01": no SemVer, but of before anybody looked. Its first three numbers say which track it is of. */
static bool loosely(struct text num, struct semver *v)
{
	struct text part = TEXT_NONE;
	uint64_t *const to[] = { &v->major, &v->minor, &v->patch };

	for (size_t i = 0; i < ARRAY_SIZE(to); i++)
		if (!text_cut(&num, i + 1 < ARRAY_SIZE(to) ? '.' : '-', &part) ||
		    !text_u64(part, 0, UINT64_MAX, to[i]))
			return false;
	return true;
}

struct track track_of(struct text num)
{
	struct semver v;

	if (!semver_parse(num, &v) && !loosely(num, &v))
		return (struct track){ .known = false };
	return (struct track){ true, v.major, v.major ? 0 : v.minor };
}

bool track_eq(struct track a, struct track b)
{
	return a.known == b.known && a.major == b.major && a.minor == b.minor;
}

struct text track_name(struct arena *a, struct track t)
{
	if (!t.known)
		return TEXT("?");
	if (!t.major)
		return text_fmt(a, "0.%llu", (unsigned long long)t.minor);
	return text_fmt(a, t.major < NO_X_FROM ? "%llu.x" : "%llu", (unsigned long long)t.major);
}
