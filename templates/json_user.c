#include "templates/json_user.h"

#include "app/base/places.h"

void json_user(struct jw *j, const char *key, const struct user_view *u)
{
	if (!u->id.set) {
		jw_null(j, key);
		return;
	}
	jw_object(j, key);
	jw_u64(j, "id", u->id.v);
	jw_text(j, "login", u->login);
	jw_text_or_null(j, "name", u->name);
	jw_text_or_null(j, "avatar", u->avatar);
	jw_joined(j, "url", place_github(), TEXT("/"), u->gh_login);
	jw_bool(j, "github_username_matches", u->matches.set && u->matches.v > 0);
	if (u->created_us.set)
		jw_time(j, "created_at", u->created_us.v);
	else
		jw_null(j, "created_at");
	jw_end(j);
}
