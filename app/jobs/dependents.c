/* update_dependents: how many crates depend on some, counted anew: it is a counter of other crates (design.md 5). */
#include "app/jobs/kinds.h"
#include "app/server/app.h"
#include "db/derived.h"

#include <json-c/json.h>

const struct err *job_dependents_run(struct job_run *r)
{
	struct json_object *ids = NULL;
	const struct err *e = NULL;

	if (!json_object_object_get_ex(r->data, "crate_ids", &ids) ||
	    !json_object_is_type(ids, json_type_array))
		return err_new(r->arena, ERR_INVALID, "the job has no list crate_ids");
	for (size_t i = 0; !e && i < json_object_array_length(ids); i++)
		e = db_dependents_recount(
			r->app->db, json_object_get_uint64(json_object_array_get_idx(ids, i)));
	return e;
}
