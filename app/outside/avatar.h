/* Pictures of accounts, fetched from where people sign in: a stranger's bytes, within limits. */
#pragma once

#include "app/base/err.h"

struct config;
struct http;

enum {
	AVATAR_MAX_BYTES = 1024 * 1024,
	AVATAR_MAX_PIXELS = 2048, /* of each side */
	AVATAR_SIDE = 128,        /* what is asked for, where the host can */
};

/*
 * Whether it may be fetched: https from one of site.avatar_hosts, or whatever github.base_url and github.api_url begin with
 * (scheme, host and port). Nothing but host and port may stand before its path.
 */
bool avatar_is_allowed(const struct config *cfg, struct text url);

/*
 * Its bytes, in which image_kind() and image_size() find a picture within limits; absent where there is none to be had: not allowed,
 * not there, too large, or something else. ERR_BUSY where asking again later may help. Redirects are followed within the same host.
 * Never inside a transaction. arena
 */
const struct err *must_use avatar_fetch(struct http *h, struct arena *a, const struct config *cfg,
					struct text url, struct text *ret);
