#include "app/registry/ratelimit.h"

#include "app/base/arena.h"
#include "app/base/err.h"
#include "app/base/time.h"

struct bucket bucket_new(const struct limit *l, int64_t now_us)
{
	return (struct bucket){ .tokens = (int64_t)l->burst, .refilled_us = now_us };
}

bool bucket_take(struct bucket *b, const struct limit *l, int64_t now_us)
{
	int64_t rate_us = (int64_t)l->rate_s * US_PER_S;
	int64_t added = now_us > b->refilled_us ? (now_us - b->refilled_us) / rate_us : 0;
	int64_t tokens = (b->tokens > 0 ? b->tokens - 1 : 0) + added;

	b->tokens = tokens < (int64_t)l->burst ? tokens : (int64_t)l->burst;
	b->refilled_us += added * rate_us;
	return b->tokens >= 1;
}

int64_t bucket_retry_us(const struct bucket *b, const struct limit *l)
{
	return b->refilled_us + (int64_t)l->rate_s * US_PER_S;
}

const struct err *limit_refusal(struct arena *a, const char *what, int64_t at_us, int64_t now_us,
				struct text site_url)
{
	int64_t wait_us = at_us > now_us ? at_us - now_us : 0;
	struct err *e = arena_alloc(a, sizeof(*e));

	*e = *err_new(
		a, ERR_LIMIT,
		"%s. Please try again after %s and see %.*s/docs/rate-limits for more details.",
		what, time_http(at_us).s, TEXT_F(site_url));
	e->retry_after_s = wait_us / US_PER_S + 1;
	e->retry_at_us = at_us;
	return e;
}

const struct err *bucket_refusal(struct arena *a, enum limit_action action, const struct bucket *b,
				 const struct limit *l, int64_t now_us, struct text site_url)
{
	static const char *const what[] = {
		[LIMIT_PUBLISH_NEW] =
			"You have published too many new crates in a short period of time",
		[LIMIT_PUBLISH_UPDATE] = "You have published too many updates to existing crates "
					 "in a short period of time",
		[LIMIT_YANK] =
			"You have yanked or unyanked too many versions in a short period of time",
	};

	BUG_ON((size_t)action >= ARRAY_SIZE(what));
	return limit_refusal(a, what[action], bucket_retry_us(b, l), now_us, site_url);
}
