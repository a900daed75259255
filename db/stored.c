#include "db/stored.h"

#include "app/base/arena.h"
#include "app/base/jw.h"

/* A control character becomes six bytes, and each text has quotes and a comma. */
static size_t room_for(struct texts list)
{
	size_t n = 16;

	for (size_t i = 0; i < list.n; i++)
		n += 6 * list.v[i].n + 4;
	return n;
}

static void put_texts(struct jw *j, struct texts list)
{
	for (size_t i = 0; i < list.n; i++)
		jw_text(j, NULL, list.v[i]);
	jw_end(j);
}

struct text stored_list(struct arena *a, struct texts list)
{
	struct buf b = buf_init(a, room_for(list));
	struct jw j = jw_init(&b);

	jw_array(&j, NULL);
	put_texts(&j, list);
	BUG_ON(!buf_ok(&b));
	return buf_text(&b);
}

struct text stored_features(struct arena *a, const struct manifest *m)
{
	size_t cap = 16;
	struct buf b;
	struct jw j;

	for (size_t i = 0; i < m->nfeatures; i++)
		cap += 6 * m->features[i].name.n + 8 + room_for(m->features[i].values);
	b = buf_init(a, cap);
	j = jw_init(&b);
	jw_object(&j, NULL);
	for (size_t i = 0; i < m->nfeatures; i++) {
		jw_array_key(&j, m->features[i].name);
		put_texts(&j, m->features[i].values);
	}
	jw_end(&j);
	BUG_ON(!buf_ok(&b));
	return buf_text(&b);
}
