#include "db/version_people.h"

#include "app/base/arena.h"
#include "app/base/ids.h"

/* Gives each action of a list sorted by (version_id, id) to its version. */
static void share_out(struct version_action *actions, size_t nactions, struct version_view *v,
		      size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t from = ids_first(actions, nactions, sizeof(*actions),
					offsetof(struct version_action, version_id), v[i].id);
		size_t to = from;

		while (to < nactions && actions[to].version_id == v[i].id)
			to++;
		v[i].actions = actions + from;
		v[i].nactions = to - from;
	}
}

/* Who published these versions and who did these things to them: each once, ascending. */
static uint64_t *people_of(struct arena *a, const struct version_view *v, size_t n,
			   const struct version_action *actions, size_t nactions, size_t *ret_n)
{
	uint64_t *ids = arena_array(a, n + nactions, sizeof(*ids));
	size_t k = 0;

	for (size_t i = 0; i < n; i++) /* few people publish a crate: most follow themselves */
		if (v[i].published_by.set && (!k || ids[k - 1] != v[i].published_by.v))
			ids[k++] = v[i].published_by.v;
	for (size_t i = 0; i < nactions; i++)
		if (!k || ids[k - 1] != actions[i].user_id)
			ids[k++] = actions[i].user_id;
	*ret_n = ids_sort_once(ids, k);
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
	size_t at;

	if (last && last->id.v == id)
		return last;
	at = ids_first(p->v, p->n, sizeof(*p->v), offsetof(struct user_view, id.v), id);
	return at < p->n && p->v[at].id.v == id ? &p->v[at] : NULL;
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
