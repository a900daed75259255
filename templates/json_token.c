#include "templates/json_token.h"

static void time_or_null(struct jw *j, const char *key, struct opt_i64 us)
{
	if (us.set)
		jw_time(j, key, us.v);
	else
		jw_null(j, key);
}

static void scopes_or_null(struct jw *j, const char *key, struct text json)
{
	if (json.p)
		jw_raw(j, key, json);
	else
		jw_null(j, key);
}

void json_token(struct jw *j, const char *key, const struct token_row *t, struct text plaintext)
{
	jw_object(j, key);
	jw_u64(j, "id", t->id);
	jw_text(j, "name", t->name);
	jw_time(j, "created_at", t->created_us);
	time_or_null(j, "last_used_at", t->last_used_us);
	scopes_or_null(j, "crate_scopes", t->crate_scopes);
	scopes_or_null(j, "endpoint_scopes", t->endpoint_scopes);
	time_or_null(j, "expired_at", t->expired_us);
	if (plaintext.p)
		jw_text(j, "token", plaintext);
	jw_end(j);
}
