/* Request bodies as JSON: contract/api.md 2.3. */
#include "app/base/arena.h"
#include "app/server/req.h"
#include "app/server/transport.h"

#include <json-c/json.h>
#include <limits.h>

enum { JSON_DEPTH_MAX = 64 };

/* application/json, or application/ANYTHING+json; parameters are passed over. */
static bool is_json(struct arena *a, struct text type)
{
	struct text rest = text_lower(a, type), media;

	if (!text_cut(&rest, ';', &media))
		return false;
	media = text_trim(media);
	return text_eq(media, TEXT("application/json")) ||
	       (text_starts(media, TEXT("application/")) && text_ends(media, TEXT("+json")));
}

static void put_json(void *p)
{
	(void)json_object_put(p);
}

const struct err *req_json(struct req *r, struct json_object **ret)
{
	struct json_tokener *tok;
	struct json_object *o;
	bool whole;

	if (r->server->json) {
		*ret = r->server->json;
		return NULL;
	}
	if (!is_json(r->arena, req_header(r, "Content-Type")))
		return err_new_status(r->arena, ERR_INVALID, 415,
				      "Expected request with `Content-Type: application/json`");
	tok = json_tokener_new_ex(JSON_DEPTH_MAX);
	BUG_ON(!tok);
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = r->body.n < INT_MAX ? json_tokener_parse_ex(tok, r->body.p, (int)r->body.n) : NULL;
	whole = o && json_tokener_get_error(tok) == json_tokener_success &&
		json_tokener_get_parse_end(tok) == r->body.n;
	json_tokener_free(tok);
	if (o)
		arena_defer(r->arena, put_json, o);
	if (!whole)
		return err_new(r->arena, ERR_INVALID, "Failed to parse the request body as JSON");
	r->server->json = o;
	*ret = o;
	return NULL;
}
