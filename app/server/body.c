/* Request bodies as JSON: contract/api.md 2.3. */
#include "app/base/arena.h"
#include "app/base/json.h"
#include "app/server/req.h"
#include "app/server/transport.h"

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

static const struct err *check_type(struct req *r)
{
	if (is_json(r->arena, req_header(r, "Content-Type")))
		return NULL;
	return err_new_status(r->arena, ERR_INVALID, 415,
			      "Expected request with `Content-Type: application/json`");
}

static const struct err *no_json(struct req *r, struct text why)
{
	return err_new(r->arena, ERR_INVALID, "Failed to parse the request body as JSON: %.*s",
		       TEXT_F(why));
}

const struct err *req_json(struct req *r, struct json_object **ret)
{
	const struct err *e;
	struct text why;

	if (!r->server->json_parsed) {
		e = check_type(r);
		if (e)
			return e;
		r->server->json = json_parse(r->arena, r->body, JSON_MAX_DEPTH, &why);
		if (why.p)
			return no_json(r, why);
		r->server->json_parsed = true;
	}
	*ret = r->server->json;
	return NULL;
}

static const struct err *wrong_json(struct req *r, const struct json_error *error)
{
	struct text why = json_error_text(r->arena, error);

	if (!error->shape)
		return no_json(r, why);
	return err_new_status(r->arena, ERR_INVALID, 422,
			      "Failed to deserialize the JSON body into the target type: %.*s",
			      TEXT_F(why));
}

const struct err *req_json_read(struct req *r, const struct json_shape *shape)
{
	const struct err *e = check_type(r);
	struct json_error error;
	void *to;

	if (e)
		return e;
	to = arena_alloc(r->arena, shape->size);
	if (!json_read(r->arena, r->body, shape, to, &error))
		return wrong_json(r, &error);
	r->server->json_struct = to;
	return NULL;
}

const struct err *req_json_read_list(struct req *r, const struct json_shape *item)
{
	struct json_list *to = arena_alloc(r->arena, sizeof(*to));
	const struct err *e = check_type(r);
	struct json_error error;

	if (e)
		return e;
	if (!json_read_list(r->arena, r->body, item, to, &error))
		return wrong_json(r, &error);
	r->server->json_struct = to;
	return NULL;
}

const void *req_json_struct(const struct req *r)
{
	BUG_ON(!r->server->json_struct);
	return r->server->json_struct;
}
