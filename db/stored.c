#include "db/stored.h"

#include "app/base/arena.h"
#include "app/base/json.h"
#include "app/base/jw.h"

#include <json.h>

enum { STORED_DEPTH = 4 };

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

/* ---- reading */

static struct texts texts_of(struct arena *a, struct json_object *o)
{
	struct texts t = { 0 };
	size_t n = json_object_is_type(o, json_type_array) ? json_object_array_length(o) : 0;

	t.v = arena_array(a, n ? n : 1, sizeof(*t.v));
	for (size_t i = 0; i < n; i++) {
		struct text v = json_text(json_object_array_get_idx(o, i));

		if (v.p)
			t.v[t.n++] = v;
	}
	return t;
}

struct texts stored_list_read(struct arena *a, struct text json)
{
	struct text why;

	return texts_of(a, json.p ? json_parse(a, json, STORED_DEPTH, &why) : NULL);
}

size_t stored_features_read(struct arena *a, struct text json, struct manifest_feature **ret)
{
	struct text why;
	struct json_object *o = json.p ? json_parse(a, json, STORED_DEPTH, &why) : NULL;
	size_t n = 0;

	*ret = NULL;
	if (!json_object_is_type(o, json_type_object))
		return 0;
	*ret = arena_array(a, (size_t)json_object_object_length(o) + 1, sizeof(**ret));
	json_object_object_foreach(o, key, values)
	{
		(*ret)[n++] = (struct manifest_feature){ text_from(key), texts_of(a, values) };
	}
	return n;
}
