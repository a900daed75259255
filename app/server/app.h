/* What a worker, a job runner or a command has for as long as it lives; handlers reach it as
 * r->app. */
#pragma once

#include "app/base/text.h"

struct arena;
struct config;
struct db;
struct github;
struct http;
struct storage;
struct inspect;
struct banners;
struct metrics;
struct router;

struct app {
	const struct config *cfg;
	struct db *db;
	struct storage *storage; /* app/storage/storage.h */
	struct inspect *inspect; /* app/inspect/client.h: the way to cratehouse-inspect */
	struct http *http;       /* app/outside/http.h: the way to other machines */
	struct github *github;   /* app/outside/github.h */
	struct router *router;   /* app/server/router.h: of workers alone */
	struct metrics *metrics; /* app/server/metrics.h: likewise */
	struct banners *banners; /* app/server/banner.h: likewise */
};

/*
 * Fills *ret: storage opened, database connection made ready (it connects at the first query), the
 * inspector at its socket (NULL: executed for each call). a outlives the process's work. False with
 * *ret_why (arena) where the data folder cannot be used. app_close gives it back; *ret may be zero.
 */
bool app_open(struct arena *a, const struct config *cfg, const char *inspect_socket,
	      struct app *ret, struct text *ret_why);
void app_close(struct app *app);
