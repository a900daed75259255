#include "handlers/web/return_to.h"

#include "app/server/sign.h"

enum { RETURN_S = 30 * 60, RETURN_MAX_BYTES = 2000 };

static const char cookie_of_return[] = "cratehouse-return";

struct text return_asked(struct req *r)
{
	struct text t;

	return req_query(r, "return_to", &t) ? TEXT("/") : page_local(t);
}

void return_keep(struct req *r, struct reply *rp, struct text path)
{
	if (path.n < RETURN_MAX_BYTES)
		reply_cookie(r, rp, text_from(cookie_of_return), sign_value(r, "return", path),
			     RETURN_S);
}

struct text return_kept(struct req *r)
{
	return page_local(sign_check(r, "return", req_cookie(r, cookie_of_return)));
}

void return_done(struct req *r, struct reply *rp)
{
	if (req_cookie(r, cookie_of_return).p)
		reply_cookie(r, rp, text_from(cookie_of_return), TEXT(""), 0);
}
