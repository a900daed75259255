/* handlers/web/crate_activity.c - /crates/{name}/activity (contract/web.md P25) */
#include "app/base/arena.h"
#include "db/activity.h"
#include "db/owner.h"
#include "handlers/routes.h"
#include "handlers/web/crate_frame.h"
#include "handlers/web/page_list.h"
#include "templates/activity.h"

#include <inttypes.h>

static const struct {
	const char *action, *words;
} settings[] = {
	{ "trustpub_only_change", "changed whether tokens may publish" },
	{ "trustpub_config_create", "added a trusted publisher" },
	{ "trustpub_config_delete", "removed a trusted publisher" },
};

/* What an administrator or a later program noted is said in general. */
static struct text setting_words(struct text action)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		if (text_eq(action, text_from(settings[i].action)))
			return text_from(settings[i].words);
	return TEXT("changed a setting");
}

static struct activity_row row_of(struct req *r, const struct crate_frame *f,
				  const struct activity *a, bool owner)
{
	static const char *const verbs[] = { "published", "yanked", "unyanked", "added the owner",
					     "removed the owner" };
	struct activity_row row = {
		.time_us = a->time_us, .who = a->who, .how = a->how, .subject = a->subject
	};

	if (a->kind >= ACTIVITY_SETTING) {
		row.verb = setting_words(a->subject);
		row.subject = TEXT_NONE;
		row.detail = owner ? a->detail : TEXT_NONE;
		return row;
	}
	row.verb = text_from(verbs[a->kind]);
	if (a->kind <= ACTIVITY_UNYANK)
		row.href = crate_url(r->arena, f->crate.name, a->subject, "");
	return row;
}

/* Owners, and administrators. */
static const struct err *sees_more(struct req *r, const struct crate_frame *f, bool *ret)
{
	*ret = r->user.id && r->user.is_admin;
	if (!r->user.id || *ret)
		return NULL;
	return db_owner_is_user(r->db, f->crate.id, r->user.id, ret);
}

static struct reply activity_get(struct req *r)
{
	struct activity_page v = { .n = 0 };
	struct activity_row *rows;
	struct activity *found;
	struct crate_frame f;
	int64_t before_us;
	bool more;
	const struct err *e = page_older_than(r, &before_us);

	if (!e)
		e = crate_frame(r, false, &f);
	if (!e)
		e = sees_more(r, &f, &v.owner);
	if (!e)
		e = db_activity(r->db, f.crate.id, f.crate.name, before_us, &found, &v.n, &more);
	if (e)
		return reply_err(r, e);
	rows = arena_array(r->arena, v.n + 1, sizeof(*rows));
	for (size_t i = 0; i < v.n; i++)
		rows[i] = row_of(r, &f, &found[i], v.owner);
	v.v = rows;
	if (more)
		v.older = text_fmt(r->arena, "?before=%" PRId64, found[v.n - 1].time_us);
	v.head.title = text_fmt(r->arena, "Activity of %.*s", TEXT_F(f.crate.name));
	crate_frame_head(r, &f, TAB_VERSIONS, "/activity", &v.head);
	v.head.noindex = true;
	v.crate = &f.head;
	return reply_page(r, 200, activity_page, &v);
}

const struct route crate_activity_routes[] = {
	ROUTE(GET, "/crates/{name}/activity", activity_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: what happened to a crate"),
	ROUTE_END,
};
