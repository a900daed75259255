#include "templates/track.h"

#include "app/base/semver.h"

enum { NO_X_FROM = 100 };

struct track track_of(struct text num)
{
	struct semver v;

	if (!semver_parse(num, &v))
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
