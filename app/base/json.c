#include "app/base/json.h"

#include "app/base/arena.h"
#include "app/base/json_scan.h"

#include <json-c/json.h>
#include <limits.h>

static void put(void *p)
{
	(void)json_object_put(p);
}

/* What scan_skip has found right. */
static bool build(struct arena *a, struct text in, struct json_object **ret, const char **ret_why)
{
	struct json_tokener *t = json_tokener_new_ex(JSON_MAX_DEPTH + 2);
	enum json_tokener_error e;

	BUG_ON(!t);
	*ret = json_tokener_parse_ex(t, text_z(a, in), (int)in.n + 1); /* the NUL ends a number */
	e = json_tokener_get_error(t);
	json_tokener_free(t);
	if (e != json_tokener_success) {
		*ret_why = json_tokener_error_desc(e);
		return false;
	}
	if (*ret)
		arena_defer(a, put, *ret);
	return true;
}

bool scan_tree(struct json_scan *s, struct json_object **ret)
{
	bool nul = s->nul_in_keys;
	const char *why;
	size_t start;

	(void)scan_peek(s);
	start = s->at;
	s->nul_in_keys = false;
	if (!scan_skip(s))
		return false;
	s->nul_in_keys = nul;
	return build(s->a, text_sub(s->in, start, s->at), ret, &why) || scan_fail(s, why);
}

struct json_object *json_parse(struct arena *a, struct text in, unsigned depth,
			       struct text *ret_why)
{
	struct json_error error = { .shape = false };
	struct json_scan s = { .a = a, .in = in, .depth_max = depth, .error = &error };
	struct json_object *o;

	BUG_ON(depth > JSON_MAX_DEPTH || in.n > INT_MAX / 2);
	*ret_why = TEXT_NONE;
	if (scan_tree(&s, &o) && scan_end(&s))
		return o;
	*ret_why = error.why;
	return NULL;
}

struct text json_text(struct json_object *o)
{
	if (!json_object_is_type(o, json_type_string))
		return TEXT_NONE;
	return (struct text){ json_object_get_string(o), (size_t)json_object_get_string_len(o) };
}

struct json_object *json_member(struct json_object *o, const char *key)
{
	struct json_object *member;

	if (!json_object_is_type(o, json_type_object) ||
	    !json_object_object_get_ex(o, key, &member))
		return NULL;
	return member;
}

struct text json_error_text(struct arena *a, const struct json_error *e)
{
	if (!e->path.n)
		return e->why;
	return text_fmt(a, "%.*s: %.*s", TEXT_F(e->path), TEXT_F(e->why));
}
