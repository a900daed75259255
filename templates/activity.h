/* /crates/{name}/activity (templates/activity.html) */
#pragma once

#include "db/activity.h"
#include "templates/crate_head.h"

struct activity_row {
	int64_t time_us;
	struct text who;     /* a login; absent: not known */
	struct text verb;    /* "published", "added the owner" */
	struct text subject; /* a version or the login of an owner, behind the verb; absent: none */
	struct text href;    /* of the subject; absent: no link */
	struct text how;     /* "token", "session", "trusted publishing"; absent: not known */
	struct text detail;  /* for owners; absent: none */
};

struct activity_page {
	struct head head;
	const struct crate_head *crate;
	const struct activity_row *v;
	size_t n;
	struct text older; /* href; absent: these are the oldest */
	bool owner;        /* is shown more */
};
void activity_page(struct tmpl *t, const struct activity_page *v);
