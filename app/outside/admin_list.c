#include "app/outside/admin_list.h"

#include "app/base/arena.h"
#include "app/base/json.h"
#include "app/outside/http.h"

enum { LIST_MAX_BYTES = 256 * 1024 };

struct person {
	struct json_i64 github_id;
};

struct people {
	struct json_list people;
};

static const struct json_shape person_shape = {
	.name = "Person",
	.size = sizeof(struct person),
	.fields = { JSON_FIELD_WITH(struct person, github_id, .required = true) },
};

static const struct json_shape people_shape = {
	.name = "Permission",
	.size = sizeof(struct people),
	.fields = { JSON_FIELD_WITH(struct people, people, .required = true,
				    .shape = &person_shape) },
};

static const struct err *no_list(struct arena *a, struct text cause)
{
	return err_because(a, ERR_BUSY, cause, "The list of administrators could not be had");
}

bool admin_list_read(struct arena *a, struct text body, const int64_t **ret, size_t *ret_n,
		     struct text *ret_why)
{
	struct people list = { 0 };
	struct json_error why;
	const struct person *p;
	int64_t *ids;

	if (!json_read(a, body, &people_shape, &list, &why)) {
		*ret_why = json_error_text(a, &why);
		return false;
	}
	*ret_why = text_fmt(a, "it names %zu people", list.people.n);
	if (!list.people.n || list.people.n > ADMIN_LIST_MAX)
		return false;
	p = list.people.v;
	ids = arena_array(a, list.people.n, sizeof(*ids));
	*ret_why = TEXT("an id that is none");
	for (size_t i = 0; i < list.people.n; i++) {
		if (p[i].github_id.v < 1)
			return false;
		ids[i] = p[i].github_id.v;
	}
	*ret = ids;
	*ret_n = list.people.n;
	return true;
}

const struct err *admin_list_fetch(struct http *h, struct arena *a, struct text url,
				   const int64_t **ret, size_t *ret_n)
{
	struct http_request q = { .url = url, .max_bytes = LIST_MAX_BYTES };
	struct text body, why;
	const struct err *e = http_get_json(h, a, &q, &body);

	if (e)
		return no_list(a, e->cause.p ? e->cause : e->detail);
	if (!admin_list_read(a, body, ret, ret_n, &why))
		return no_list(a, text_fmt(a, "%.*s: %.*s", TEXT_F(url), TEXT_F(why)));
	return NULL;
}
