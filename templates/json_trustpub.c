#include "templates/json_trustpub.h"

static void github(struct jw *j, const struct trustpub_config *c)
{
	jw_text(j, "repository_owner", c->owner);
	if (c->owner_id.p)
		jw_raw(j, "repository_owner_id", c->owner_id);
	else
		jw_null(j, "repository_owner_id");
	jw_text(j, "repository_name", c->project);
	jw_text(j, "workflow_filename", c->workflow);
}

static void gitlab(struct jw *j, const struct trustpub_config *c)
{
	jw_text(j, "namespace", c->owner);
	jw_text_or_null(j, "namespace_id", c->owner_id);
	jw_text(j, "project", c->project);
	jw_text(j, "workflow_filepath", c->workflow);
}

void json_trustpub_config(struct jw *j, const char *key, enum trustpub_provider p,
			  const struct trustpub_config *c)
{
	jw_object(j, key);
	jw_u64(j, "id", c->id);
	jw_text(j, "crate", c->crate);
	if (p == TRUSTPUB_GITHUB)
		github(j, c);
	else
		gitlab(j, c);
	jw_text_or_null(j, "environment", c->environment);
	jw_time(j, "created_at", c->created_us);
	if (!text_eq(c->issuer, trustpub_home(p)))
		jw_text(j, "issuer", c->issuer);
	jw_end(j);
}
