/* What belongs to whoever is signed in: templates/dashboard.html */
#pragma once

#include "templates/crate_list.h"

struct update_row {
	struct text crate, num;
	struct text publisher; /* absent: not known */
	int64_t created_us;
	bool yanked;
};

struct dashboard_page {
	struct head head;
	struct text login;
	uint64_t downloads, invites; /* invites: at most 100 are counted */
	struct crate_list mine, followed;
	const struct update_row *updates;
	size_t nupdates;
	struct text older; /* href of older updates; absent: there are none */
};
void dashboard_page(struct tmpl *t, const struct dashboard_page *v);

struct following_page {
	struct head head;
	struct crate_list list;
};
void following_page(struct tmpl *t, const struct following_page *v);

struct invite_row {
	uint64_t crate_id;
	struct text crate, inviter;
	int64_t created_us, expires_us;
};

struct invites_page {
	struct head head;
	const struct invite_row *v;
	size_t n;
};
void invites_page(struct tmpl *t, const struct invites_page *v);
