#include "app/server/limits.h"

#include "app/base/config.h"
#include "app/base/time.h"
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

const struct err *limit_take_address(struct req *r, enum address_action action)
{
	struct limit l = { r->cfg->limits.sign_in_rate_s, r->cfg->limits.sign_in_burst };
	const struct err *e;
	int64_t at;
	bool passed;

	if (!r->cfg->limits.enabled)
		return NULL;
	e = db_bucket_take_for(r->db, r->remote_ip.p ? r->remote_ip : TEXT("?"), action, &l,
			       &passed, &at);
	if (e || passed)
		return e;
	return limit_refusal(r->arena,
			     "You have tried to sign in too often in a short period of time", at,
			     time_now_us(), r->cfg->site.url);
}

const struct err *limit_read_only(struct req *r)
{
	if (!r->cfg->server.read_only)
		return NULL;
	return err_new(
		r->arena, ERR_BUSY,
		"%.*s is currently in read-only mode. Please check %.*s/status for details and "
		"try again later.",
		TEXT_F(r->cfg->site.domain), TEXT_F(r->cfg->site.url));
}
