#include "app/inspect/answer_parts.h"

#include "app/base/arena.h"
#include "app/base/jw.h"

#include <json.h>

void answer_write_texts(struct jw *j, const char *key, const struct texts *t)
{
	jw_array(j, key);
	for (size_t i = 0; i < t->n; i++)
		jw_text(j, NULL, t->v[i]);
	jw_end(j);
}

bool answer_read_words(struct arena *a, struct json_object *v, struct text *ret)
{
	*ret = TEXT_NONE;
	if (!v)
		return true;
	if (!json_object_is_type(v, json_type_string))
		return false;
	*ret = text_dup(a, (struct text){ json_object_get_string(v),
					  (size_t)json_object_get_string_len(v) });
	return text_is_utf8(*ret);
}

bool answer_read_text(struct arena *a, struct json_object *v, struct text *ret)
{
	return answer_read_words(a, v, ret) && !text_has_byte(*ret, '\0');
}

struct json_object *answer_get(struct answer_reader *r, struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v))
		r->bad = true;
	return v;
}

struct text answer_get_text_or_null(struct answer_reader *r, struct json_object *o, const char *key,
				    size_t max_bytes)
{
	struct text t = TEXT_NONE;

	if (!answer_read_text(r->arena, answer_get(r, o, key), &t) || t.n > max_bytes)
		r->bad = true;
	return t;
}

struct text answer_get_text(struct answer_reader *r, struct json_object *o, const char *key,
			    size_t max_bytes)
{
	struct text t = answer_get_text_or_null(r, o, key, max_bytes);

	if (!t.p)
		r->bad = true;
	return t.p ? t : TEXT("");
}

bool answer_get_bool(struct answer_reader *r, struct json_object *o, const char *key)
{
	struct json_object *v = answer_get(r, o, key);

	if (!json_object_is_type(v, json_type_boolean))
		r->bad = true;
	return v && json_object_get_boolean(v);
}

int64_t answer_get_i64(struct answer_reader *r, struct json_object *o, const char *key)
{
	struct json_object *v = answer_get(r, o, key);

	if (!json_object_is_type(v, json_type_int)) {
		r->bad = true;
		return 0;
	}
	return json_object_get_int64(v);
}

struct json_object *answer_get_array(struct answer_reader *r, struct json_object *o,
				     const char *key, size_t max, size_t *ret_n)
{
	struct json_object *v = answer_get(r, o, key);

	*ret_n = 0;
	if (!json_object_is_type(v, json_type_array) || json_object_array_length(v) > max) {
		r->bad = true;
		return NULL;
	}
	*ret_n = json_object_array_length(v);
	return v;
}

struct texts answer_get_texts(struct answer_reader *r, struct json_object *o, const char *key,
			      size_t max, size_t max_bytes)
{
	struct texts t = { 0 };
	struct json_object *v = answer_get_array(r, o, key, max, &t.n);

	t.v = arena_array(r->arena, t.n, sizeof(*t.v));
	for (size_t i = 0; i < t.n; i++)
		if (!answer_read_text(r->arena, json_object_array_get_idx(v, i), &t.v[i]) ||
		    !t.v[i].p || t.v[i].n > max_bytes)
			r->bad = true;
	return t;
}
