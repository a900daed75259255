/* /settings/security: where somebody is signed in, and what happened to the account (templates/account_security.html) */
#pragma once

#include "templates/page.h"

struct session_view {
	uint64_t id;
	struct text address, agent; /* absent: not known */
	int64_t created_us, last_used_us;
	bool current;
};

struct account_event_view {
	int64_t time_us;
	const char *what; /* "Token used for the first time" */
	struct text
		subject; /* of a token its name, of a sign-in by what means; absent: not known */
	struct text address, agent; /* absent: not known */
	bool bad;                   /* something that nobody wanted */
};

struct account_security_page {
	struct head head;
	const struct session_view *sessions;
	size_t nsessions;
	const struct account_event_view *events; /* newest first */
	size_t nevents;
	struct text older; /* href of older events; absent: there are none */
	bool later;        /* these are not the newest */
};
void account_security_page(struct tmpl *t, const struct account_security_page *v);
