#include "app/inspect/vcs_info.h"

#include "app/base/json.h"

enum { VCS_INFO_DEPTH = 32, VCS_INFO_MAX = 1024 * 1024 };

struct text vcs_info_path(struct arena *a, struct text json)
{
	struct text why, path;

	if (json.n > VCS_INFO_MAX)
		return TEXT("");
	path = json_text(json_member(json_parse(a, json, VCS_INFO_DEPTH, &why), "path_in_vcs"));
	return path.p ? path : TEXT("");
}
