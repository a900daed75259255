#include "templates/json_me.h"

#include "app/base/places.h"

static void user(struct jw *j, const struct user_row *u)
{
	bool verified = u->email_verified.set && u->email_verified.v;

	jw_object(j, "user");
	jw_u64(j, "id", u->id);
	jw_text(j, "login", u->login);
	jw_bool(j, "email_verified", verified);
	jw_bool(j, "email_verification_sent", verified || u->token_generated_us.set);
	jw_text_or_null(j, "name", u->name);
	jw_text_or_null(j, "email", u->email);
	jw_text_or_null(j, "avatar", u->avatar);
	jw_joined(j, "url", place_github(), TEXT("/"), u->gh_login);
	jw_bool(j, "is_admin", u->is_admin);
	jw_bool(j, "publish_notifications", u->publish_notifications);
	if (u->created_us.set)
		jw_time(j, "created_at", u->created_us.v);
	else
		jw_null(j, "created_at");
	jw_end(j);
}

void json_me(struct jw *j, const struct user_row *u, const struct owned_crate *owned, size_t n)
{
	user(j, u);
	jw_array(j, "owned_crates");
	for (size_t i = 0; i < n; i++) {
		jw_object(j, NULL);
		jw_u64(j, "id", owned[i].id);
		jw_text(j, "name", owned[i].name);
		jw_bool(j, "email_notifications", owned[i].email_notifications);
		jw_end(j);
	}
	jw_end(j);
}
