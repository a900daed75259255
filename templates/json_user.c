#include "templates/json_user.h"

#include "app/base/places.h"

void json_user(struct jw *j, const char *key, const struct user_view *u)
{
	if (!u || !u->id.set) {
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

void json_user_again(struct jw *j, const char *key, const struct user_view *u,
		     struct json_people *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->u[i] == u) {
			jw_raw(j, key, p->json[i]);
			return;
		}
	if (p->n < JSON_PEOPLE_MAX) {
		struct buf b = buf_init(j->b->arena, j->b->cap);
		struct jw own = jw_init(&b);

		json_user(&own, NULL, u);
		if (buf_ok(&b)) {
			p->u[p->n] = u;
			p->json[p->n++] = buf_text(&b);
		}
	}
	json_user(j, key, u);
}
