#include "templates/json_dependency.h"

void json_dependencies(struct jw *j, const char *key, const struct dependency_view *d, size_t n)
{
	static const struct text kind[] = { TEXT_INIT("normal"), TEXT_INIT("build"),
					    TEXT_INIT("dev") };

	jw_array(j, key);
	for (size_t i = 0; i < n; i++) {
		BUG_ON(d[i].kind >= ARRAY_SIZE(kind));
		jw_object(j, NULL);
		jw_u64(j, "id", d[i].id);
		jw_u64(j, "version_id", d[i].version_id);
		jw_text(j, "crate_id", d[i].crate);
		jw_text(j, "req", d[i].req);
		jw_bool(j, "optional", d[i].optional);
		jw_bool(j, "default_features", d[i].default_features);
		jw_raw(j, "features", d[i].features);
		jw_text_or_null(j, "target", d[i].target);
		jw_text(j, "kind", kind[d[i].kind]);
		jw_u64(j, "downloads", d[i].downloads);
		jw_end(j);
	}
	jw_end(j);
}
