/* What belongs to whoever is signed in: templates/dashboard.html */
#pragma once

#include "db/dashboard.h"
#include "db/todo.h"
#include "templates/crate_list.h"

/* The first of a list of crates, and how many there are in all. */
struct short_list {
	const struct dashboard_crate *v;
	size_t n;
	uint64_t total;
};

struct dashboard_page {
	struct head head;
	struct text login;
	uint64_t downloads, invites;
	struct short_list mine, followed;
	const struct todo *todos;
	size_t ntodos;
	const struct dashboard_update *updates;
	size_t nupdates;
	struct text older; /* href of older updates; absent: there are none */
};
void dashboard_page(struct tmpl *t, const struct dashboard_page *v);

struct following_page {
	struct head head;
	struct text feed; /* path of the feed, which is a secret */
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
