#include "app/server/app.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/log.h"
#include "app/base/places.h"
#include "app/index/sparse.h"
#include "app/inspect/client.h"
#include "app/outside/github.h"
#include "app/outside/http.h"
#include "app/storage/storage.h"
#include "db/db.h"

/*
 * config.json follows site.url and registry.auth_required, and every process that may be the first after a change of them
 * comes by here. A full disk is no reason not to answer: the old file stays.
 */
static void keep_config_json(struct storage *s, const struct config *cfg)
{
	struct arena *scratch = arena_new(0);
	const struct err *e = sparse_put_config(s, scratch, cfg);

	if (e)
		log_err(LOG_LEVEL_WARN, "config.json of the index could not be written", e);
	arena_free(scratch);
}

/* app/inspect knows no storage. */
static struct text cache_get(void *ctx, struct arena *a, const struct sha256 *key,
			     int64_t *ret_age_us)
{
	return storage_cache_get(ctx, a, key, ret_age_us);
}

static void cache_put(void *ctx, struct arena *a, const struct sha256 *key, struct text bytes)
{
	storage_cache_put(ctx, a, key, bytes);
}

bool app_open(struct arena *a, const struct config *cfg, const char *inspect_socket,
	      struct app *ret, struct text *ret_why)
{
	struct app app = { .cfg = cfg };

	places_set(cfg);
	app.storage = storage_open(a, cfg, ret_why);
	if (!app.storage)
		return false;
	keep_config_json(app.storage, cfg);
	app.db = db_new(cfg);
	app.inspect = inspect_new(cfg, inspect_socket);
	if (cfg->cache.mb > 0)
		inspect_use_cache(app.inspect,
				  &(struct inspect_cache){ cache_get, cache_put, app.storage });
	app.http = http_new(cfg);
	app.github = github_new(cfg, app.http);
	*ret = app;
	return true;
}

void app_close(struct app *app)
{
	github_free(app->github);
	http_free(app->http);
	inspect_free(app->inspect);
	db_free(app->db);
	storage_free(app->storage);
	*app = (struct app){ 0 };
}
