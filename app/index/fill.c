#include "app/index/fill.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/index/settle.h"
#include "app/index/sparse.h"
#include "app/storage/storage.h"
#include "db/index.h"

static const struct err *write_one(const struct app *app, struct arena *step,
				   const struct db_index_state *state)
{
	struct sparse s;
	const struct err *e = sparse_read(app->db, state, app->cfg->registry.pubtime, &s);

	return e ? e : storage_put_index(app->storage, step, s.path, s.bytes, state->index_stamp);
}

/* Rows of a crate have memory of their own: how many they are is not bounded. */
static const struct err *write_all(const struct app *app, struct arena *a,
				   const struct db_index_state *v, size_t n)
{
	struct arena *step = arena_new(0);
	const struct err *e = NULL;

	db_use_arena(app->db, step);
	for (size_t i = 0; !e && i < n; i++) {
		arena_reset(step);
		e = write_one(app, step, &v[i]);
	}
	e = err_move(a, e);
	db_use_arena(app->db, a);
	arena_free(step);
	return e;
}

/* Who changed a crate settled it; perhaps before an older file came in its place. */
static const struct err *settle_changed(const struct app *app, struct arena *a, struct text after,
					const struct db_index_state *before, size_t nbefore)
{
	struct db_index_state *now;
	const struct err *e;
	size_t n, k = 0;

	e = db_index_list(app->db, after, &now, &n);
	for (size_t i = 0; !e && i < nbefore; i++) {
		while (k < n && text_cmp(now[k].canon_name, before[i].canon_name) < 0)
			k++;
		if (k < n && text_eq(now[k].canon_name, before[i].canon_name) &&
		    now[k].index_gen != before[i].index_gen)
			e = settle_crate(app, a, before[i].canon_name);
	}
	return e;
}

const struct err *index_fill(const struct app *app, struct arena *a, struct text after,
			     struct text *ret_last, uint64_t *ret_n)
{
	struct arena *outer = db_arena(app->db);
	struct db_index_state *v;
	const struct err *e, *e2;
	size_t n;

	db_use_arena(app->db, a);
	e = db_index_list(app->db, after, &v, &n);
	if (!e && n) {
		storage_sync_later(app->storage, true);
		e = write_all(app, a, v, n);
		storage_sync_later(app->storage, false);
		e2 = storage_sync_index(app->storage, a);
		e = e ? e : e2;
	}
	if (!e && n)
		e = settle_changed(app, a, after, v, n);
	db_use_arena(app->db, outer);
	if (e)
		return e;
	*ret_last = n ? v[n - 1].canon_name : TEXT_NONE;
	*ret_n = n;
	return NULL;
}
