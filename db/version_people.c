#include "db/version_people.h"

#include "app/base/arena.h"

#include <stdlib.h>

/* Where the actions of a version begin in a list sorted by version_id, or nactions. */
static size_t first_action(const struct version_action *actions, size_t nactions,
			   uint64_t version_id)
{
	size_t lo = 0, hi = nactions;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (actions[mid].version_id < version_id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Gives each action of a list sorted by (version_id, id) to its version. */
static void share_out(struct version_action *actions, size_t nactions, struct version_view *v,
		      size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t from = first_action(actions, nactions, v[i].id), to = from;

		while (to < nactions && actions[to].version_id == v[i].id)
			to++;
		v[i].actions = actions + from;
		v[i].nactions = to - from;
	}
}

static int id_order(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Who published these versions and who did these things to them: each once, ascending. */
static uint64_t *people_of(struct arena *a, const struct version_view *v, size_t n,
			   const struct version_action *actions, size_t nactions, size_t *ret_n)
{
	uint64_t *ids = arena_array(a, n + nactions, sizeof(*ids));
	size_t k = 0, kept = 0;

	for (size_t i = 0; i < n; i++) /* few people publish a crate: most follow themselves */
		if (v[i].published_by.set && (!k || ids[k - 1] != v[i].published_by.v))
			ids[k++] = v[i].published_by.v;
	for (size_t i = 0; i < nactions; i++)
		if (!k || ids[k - 1] != actions[i].user_id)
			ids[k++] = actions[i].user_id;
	if (k)
		qsort(ids, k, sizeof(*ids), id_order);
	for (size_t i = 0; i < k; i++)
		if (!kept || ids[kept - 1] != ids[i])
			ids[kept++] = ids[i];
	*ret_n = kept;
	return ids;
}

/* Ascending; fewer than ids where somebody is gone. */
struct people {
	struct user_view *v;
	size_t n;
};

static const struct err *read_people(struct db *db, const uint64_t *ids, size_t n,
				     struct people *ret)
{
	ret->v = arena_array(db_arena(db), n, sizeof(*ret->v));
	ret->n = 0;
	for (size_t from = 0; from < n; from += USER_IDS_MAX) {
		size_t some = n - from < USER_IDS_MAX ? n - from : USER_IDS_MAX, got;
		struct user_view *v;
		const struct err *e = db_user_views(db, ids + from, some, &v, &got);

		if (e)
			return e;
		for (size_t i = 0; i < got; i++)
			ret->v[ret->n++] = v[i];
	}
	return NULL;
}

/* last: who was found before, or NULL: mostly the same again. NULL for nobody. */
static const struct user_view *person(const struct people *p, const struct user_view *last,
				      uint64_t id)
{
	size_t lo = 0, hi = p->n;

	if (last && last->id.v == id)
		return last;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->v[mid].id.v < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < p->n && p->v[lo].id.v == id ? &p->v[lo] : NULL;
}

/* Actions of who is gone go with him (the two queries may stand on both sides of that). */
static size_t name_people(const struct people *p, struct version_view *v, size_t n,
			  struct version_action *actions, size_t nactions)
{
	const struct user_view *last = NULL;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (v[i].published_by.set)
			last = v[i].publisher = person(p, last, v[i].published_by.v);
	for (size_t i = 0; i < nactions; i++) {
		last = actions[i].user = person(p, last, actions[i].user_id);
		if (last)
			actions[kept++] = actions[i];
	}
	return kept;
}

const struct err *version_people_add(struct db *db, struct version_view *v, size_t n,
				     struct version_action *actions, size_t nactions)
{
	struct people people = { 0 };
	const struct err *e;
	size_t nids;
	uint64_t *ids = people_of(db_arena(db), v, n, actions, nactions, &nids);

	e = read_people(db, ids, nids, &people);
	if (e)
		return e;
	nactions = name_people(&people, v, n, actions, nactions);
	share_out(actions, nactions, v, n);
	return NULL;
}
