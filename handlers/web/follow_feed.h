/* The feed of the crates that somebody follows (handlers/web/follow_feed.c). */
#pragma once

#include "app/server/req.h"

/* Its address for who is signed in: a secret, like a password for that feed alone. One query. arena */
const struct err *must_use follow_feed_path(struct req *r, struct text *ret);
