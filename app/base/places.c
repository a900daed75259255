#include "app/base/places.h"

#include "app/base/config.h"

static struct text github = TEXT_INIT("https://github.com");

void places_set(const struct config *cfg)
{
	github = cfg->github.base_url;
}

struct text place_github(void)
{
	return github;
}
