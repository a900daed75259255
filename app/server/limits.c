#include "app/server/limits.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/hash.h"
#include "app/base/time.h"
#include "db/bucket.h"

#include <arpa/inet.h>

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

static struct limit limit_of_address(const struct config *cfg, enum address_action action)
{
	switch (action) {
	case LIMIT_SIGN_IN:
		return (struct limit){ cfg->limits.sign_in_rate_s, cfg->limits.sign_in_burst };
	case LIMIT_LETTER:
		return (struct limit){ cfg->limits.letter_rate_s, cfg->limits.letter_burst };
	case LIMIT_REPORT:
		return (struct limit){ cfg->limits.report_rate_s, cfg->limits.report_burst };
	case LIMIT_CHECK:
		return (struct limit){ cfg->limits.check_rate_s, cfg->limits.check_burst };
	case LIMIT_TOKEN_EXCHANGE:
		break;
	}
	return (struct limit){ cfg->limits.token_exchange_rate_s,
			       cfg->limits.token_exchange_burst };
}

/* Whose address it is, as far as can be told: who has one of IPv6 has the other 2^64 of its network too. */
static struct text owner_of_address(struct req *r)
{
	struct text address = r->remote_ip.p ? r->remote_ip : TEXT("?");
	struct in6_addr six;
	struct buf b = buf_init(r->arena, 64);

	if (inet_pton(AF_INET6, text_z(r->arena, address), &six) != 1 || IN6_IS_ADDR_V4MAPPED(&six))
		return address;
	buf_hex(&b, six.s6_addr, 8);
	buf_add(&b, TEXT("/64"));
	return buf_text(&b);
}

static const struct err *take_of(struct req *r, struct text subject, enum address_action action)
{
	static const char *const what[] = {
		[LIMIT_SIGN_IN] = "You have tried to sign in too often in a short period of time",
		[LIMIT_TOKEN_EXCHANGE] =
			"You have exchanged too many JSON Web Tokens in a short period of time",
		[LIMIT_LETTER] = "You have asked for too many letters in a short period of time",
		[LIMIT_REPORT] = "You have sent too many reports in a short period of time",
		[LIMIT_CHECK] = "You have had too many files checked in a short period of time",
	};
	struct limit l = limit_of_address(r->cfg, action);
	const struct err *e;
	int64_t at;
	bool passed;

	if (!r->cfg->limits.enabled)
		return NULL;
	e = db_bucket_take_for(r->db, subject, action, &l, &passed, &at);
	if (e || passed)
		return e;
	return limit_refusal(r->arena, what[action], at, time_now_us(), r->cfg->site.url);
}

const struct err *limit_take_address(struct req *r, enum address_action action)
{
	return take_of(r, owner_of_address(r), action);
}

static struct text myself(struct req *r)
{
	return text_fmt(r->arena, "user %llu", (unsigned long long)r->user.id);
}

const struct err *limit_take_letter(struct req *r, struct text to)
{
	/* Not in the clear: what is only asked for is nobody's address yet. */
	struct sha256 hash = sha256_of(text_lower(r->arena, to));
	struct buf hex = buf_init(r->arena, 2 * sizeof(hash.b) + 1);
	const struct err *e = take_of(r, myself(r), LIMIT_LETTER);

	buf_hex(&hex, hash.b, sizeof(hash.b));
	return e ? e : take_of(r, buf_text(&hex), LIMIT_LETTER);
}

const struct err *limit_take_check(struct req *r)
{
	return take_of(r, myself(r), LIMIT_CHECK);
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
