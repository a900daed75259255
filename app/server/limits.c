#include "app/server/limits.h"

#include "app/base/config.h"
#include "db/bucket.h"

static struct limit limit_of(const struct config *cfg, enum limit_action action)
{
	switch (action) {
	case LIMIT_PUBLISH_NEW:
		return (struct limit){ cfg->limits.publish_new_rate_s,
				       cfg->limits.publish_new_burst };
	case LIMIT_PUBLISH_UPDATE:
		return (struct limit){ cfg->limits.publish_update_rate_s,
				       cfg->limits.publish_update_burst };
	case LIMIT_YANK:
		break;
	}
	return (struct limit){ cfg->limits.yank_rate_s, cfg->limits.yank_burst };
}

const struct err *limit_take(struct req *r, enum limit_action action)
{
	struct limit l = limit_of(r->cfg, action);

	if (!r->cfg->limits.enabled || r->user.how == AUTH_BY_TRUSTPUB)
		return NULL;
	return db_bucket_take(r->db, r->user.id, action, &l, r->cfg->site.url);
}
