#include "app/inspect/vcs_info.h"

#include "app/base/arena.h"

#include <json.h>
#include <limits.h>

enum { VCS_INFO_DEPTH = 32 };

struct text vcs_info_path(struct arena *a, struct text json)
{
	struct json_tokener *tok;
	struct json_object *o, *path;
	struct text ret = TEXT("");

	if (json.n == 0 || json.n > INT_MAX)
		return ret;
	tok = json_tokener_new_ex(VCS_INFO_DEPTH);
	if (!tok)
		return ret;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(tok, json.p, (int)json.n);
	if (json_tokener_get_error(tok) == json_tokener_success &&
	    json_object_is_type(o, json_type_object) &&
	    json_object_object_get_ex(o, "path_in_vcs", &path) &&
	    json_object_is_type(path, json_type_string))
		ret = text_dup(a, (struct text){ json_object_get_string(path),
						 (size_t)json_object_get_string_len(path) });
	(void)json_object_put(o);
	json_tokener_free(tok);
	return ret;
}
