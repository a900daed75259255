#include "app/server/fresh.h"

#include "app/base/arena.h"
#include "app/base/time.h"

#include <inttypes.h>

bool fresh_is(const struct req *r, int64_t max_s)
{
	return r->user.how == AUTH_BY_COOKIE &&
	       time_now_us() - r->user.signed_in_us < max_s * (int64_t)US_PER_S;
}

const struct err *fresh_require(struct req *r, int64_t max_s)
{
	if (fresh_is(r, max_s))
		return NULL;
	return err_new_status(r->arena, ERR_AUTH, 401,
			      "This needs a sign-in of the last %" PRId64
			      " minutes, and yours is older.",
			      max_s / 60);
}
