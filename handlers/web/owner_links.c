#include "handlers/web/owner_links.h"

#include "app/base/arena.h"
#include "handlers/web/page.h"

struct owner_link owner_link(struct req *r, const struct owner_view *o)
{
	bool team = o->kind == OWNER_TEAM;
	struct owner_link l = { .login = o->login, .picture = page_picture(r, o->picture) };
	struct text rest = o->login, part;

	l.href = text_fmt(r->arena, "%s%.*s", team ? "/teams/" : "/users/", TEXT_F(o->login));
	l.label = o->name.n ? o->name : o->login;
	if (!team)
		return l;
	(void)text_cut(&rest, ':', &part); /* github:org:team */
	if (rest.p && text_cut(&rest, ':', &part) && rest.p) {
		l.label = text_fmt(r->arena, "%.*s/%.*s", TEXT_F(part),
				   TEXT_F(o->name.n ? o->name : rest));
		l.login = part;
	}
	return l;
}

struct owner_view *owners_in_order(struct req *r, const struct owner_view *o, size_t n)
{
	struct owner_view *v = arena_array(r->arena, n + 1, sizeof(*v));
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		if (o[i].kind == OWNER_TEAM)
			v[m++] = o[i];
	for (size_t i = 0; i < n; i++)
		if (o[i].kind != OWNER_TEAM)
			v[m++] = o[i];
	return v;
}
