#include "app/server/app.h"

#include "app/inspect/client.h"
#include "app/storage/storage.h"
#include "db/db.h"

bool app_open(struct arena *a, const struct config *cfg, const char *inspect_socket,
	      struct app *ret, struct text *ret_why)
{
	struct app app = { .cfg = cfg };

	app.storage = storage_open(a, cfg, ret_why);
	if (!app.storage)
		return false;
	app.db = db_new(cfg);
	app.inspect = inspect_new(cfg, inspect_socket);
	*ret = app;
	return true;
}

void app_close(struct app *app)
{
	inspect_free(app->inspect);
	db_free(app->db);
	storage_free(app->storage);
	*app = (struct app){ 0 };
}
