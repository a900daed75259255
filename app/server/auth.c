#include "app/server/auth.h"

const struct err *auth_require(struct req *r, enum route_auth auth)
{
	(void)auth;
	return err_new(r->arena, ERR_AUTH, "this action requires authentication");
}

const struct err *auth_scope(struct req *r, const char *scope, struct text crate)
{
	(void)scope;
	(void)crate;
	return err_new(r->arena, ERR_AUTH, "this action requires authentication");
}

const struct err *auth_require_publish(struct req *r, struct sha256 *ret_trustpub_hash)
{
	(void)ret_trustpub_hash;
	return auth_require(r, AUTH_SCOPE);
}
