#include "app/inspect/vcs_info.h"

#include "app/base/arena.h"
#include "app/base/json.h"

/* upstream: crates_io_tarball/src/vcs_info.rs */
struct vcs_info {
	struct text path_in_vcs;
};

struct text vcs_info_path(struct arena *a, struct text json)
{
	static const struct json_shape shape = {
		.name = "CargoVcsInfo",
		.size = sizeof(struct vcs_info),
		.fields = { JSON_FIELD(struct vcs_info, path_in_vcs) },
	};
	struct vcs_info v = { 0 };
	struct json_error ignored;

	if (!json_read(a, json, &shape, &v, &ignored) || !v.path_in_vcs.p)
		return TEXT("");
	return text_dup(a, v.path_in_vcs);
}
