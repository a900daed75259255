/*
 * Feeds as public files: DATA/public/rss/, which is where {cdn_base}/rss/ of the clients of crates.io leads. The site's
 * own /rss/ and /atom/ answer from the database (handlers/web/feeds.c).
 */
#pragma once

#include "app/base/err.h"

struct app;

/* What is written is written in one step, and what is right already stays untouched. */
const struct err *must_use feeds_write_crates(const struct app *app, struct arena *a);
const struct err *must_use feeds_write_updates(const struct app *app, struct arena *a);

/* Of one crate, name as it is stored; of one that is not there any more the file goes. */
const struct err *must_use feeds_write_crate(const struct app *app, struct arena *a,
					     struct text name);
