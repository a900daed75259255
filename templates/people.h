/* /users/{login}, /teams/{login}: who it is, and the crates (templates/people.html) */
#pragma once

#include "templates/crate_list.h"

struct people_page {
	struct head head;
	struct text login, name, picture;
	struct text kind;        /* "github:org:team" of a team: what it is; absent for a user */
	struct text github;      /* whole URL; absent: none */
	struct text github_name; /* what the link says */
	int64_t since_us;        /* 0: unknown */
	bool with_downloads;
	uint64_t downloads;
	bool own; /* who asks is who is shown */
	struct crate_list list;
};
void people_page(struct tmpl *t, const struct people_page *v);
