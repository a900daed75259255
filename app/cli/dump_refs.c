#include "app/base/arena.h"
#include "app/base/ids.h"
#include "app/cli/dump.h"
#include "app/server/app.h"

#include <stdlib.h>
#include <string.h>

/* ---- ids and names of the database */

static void *grown(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n, size);
	BUG_ON(!p);
	return p;
}

static void add_name(struct dump_ids *s, struct text name)
{
	if (s->names_n + name.n + 1 > s->names_room) {
		s->names_room = 2 * s->names_room + name.n + 4096;
		s->names = grown(s->names, s->names_room, 1);
	}
	memcpy(s->names + s->names_n, name.p, name.n);
	s->names[s->names_n + name.n] = '\0';
	s->names_n += name.n + 1;
}

struct gathering {
	struct dump_ids *s;
	struct arena *a;
};

static const struct err *add(void *ctx, const void *row)
{
	struct gathering *g = ctx;
	struct dump_ids *s = g->s;
	const struct import_name *r = row;

	if (s->n == DUMP_IDS_MAX || s->names_n > UINT32_MAX / 2)
		return err_new(g->a, ERR_INVALID, "more rows than can be loaded");
	if (s->n == s->room) {
		s->room = 2 * s->room + 1024;
		s->v = grown(s->v, s->room, sizeof(*s->v));
		if (r->name.p)
			s->name_at = grown(s->name_at, s->room, sizeof(*s->name_at));
	}
	if (r->name.p) {
		s->name_at[s->n] = (uint32_t)s->names_n;
		add_name(s, r->name);
	}
	s->v[s->n++] = r->id;
	return NULL;
}

const struct err *dump_refs(struct dump *d, enum import_names which)
{
	struct gathering g = { &d->ids[which], d->a };
	const struct err *e;

	if (g.s->loaded)
		return NULL;
	e = db_import_names(d->app->db, which, add, &g);
	g.s->loaded = !e;
	return e;
}

void dump_refs_free(struct dump *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(d->ids); i++) {
		free(d->ids[i].v);
		free(d->ids[i].name_at);
		free(d->ids[i].names);
		d->ids[i] = (struct dump_ids){ 0 };
	}
}

static const uint64_t *find(const struct dump_ids *s, uint64_t id)
{
	return s->n ? bsearch(&id, s->v, s->n, sizeof(*s->v), ids_cmp) : NULL;
}

bool dump_has(const struct dump *d, enum import_names which, uint64_t id)
{
	return find(&d->ids[which], id) != NULL;
}

struct text dump_name(const struct dump *d, enum import_names which, uint64_t id)
{
	const struct dump_ids *s = &d->ids[which];
	const uint64_t *at = find(s, id);

	return at && s->name_at ? text_from(s->names + s->name_at[at - s->v]) : TEXT_NONE;
}

/* ---- what has another id here than in the dump */

const struct import_user *dump_user(const struct dump *d, uint64_t dump_id)
{
	struct import_user key = { .dump_id = dump_id };

	if (!d->nusers)
		return NULL;
	return bsearch(&key.dump_id, d->users, d->nusers, sizeof(*d->users), ids_cmp);
}

bool dump_category(const struct dump *d, uint64_t dump_id, uint64_t *ret)
{
	const struct dump_ids *s = &d->ids[IMPORT_IDS_OF_CATEGORIES];

	for (size_t i = 0; i < d->ncategories; i++) {
		if (d->categories[i].id != dump_id)
			continue;
		for (size_t k = 0; k < s->n; k++)
			if (text_eq(text_from(s->names + s->name_at[k]), d->categories[i].name)) {
				*ret = s->v[k];
				return true;
			}
	}
	return false;
}
