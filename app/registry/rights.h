/*
 * Who may do what to a crate: the one place that decides, for the API, the pages and the commands
 * (contract/api.md 3.5, publish.md row 42 and 14 to 16). The caller finds out who owns the crate
 * and what the teams say.
 */
#pragma once

#include "app/base/text.h"

struct arena;
struct err;

enum rights {
	RIGHTS_NONE,
	RIGHTS_PUBLISH, /* an active member of a team that owns it */
	RIGHTS_FULL,    /* an owner in person */
};

enum rights_action {
	RIGHTS_TO_PUBLISH,
	RIGHTS_TO_YANK,
	RIGHTS_TO_CHANGE_OWNERS,
	RIGHTS_TO_DELETE,
	RIGHTS_TO_CHANGE_SETTINGS,
	RIGHTS_TO_LIST_INVITATIONS,
	RIGHTS_TO_REBUILD_DOCS,
};

struct rights_actor {
	bool is_owner; /* among the individual owners */
	bool in_team;  /* an active member of an owning team */
	bool is_admin; /* of the site */
};

enum rights rights_of(const struct rights_actor *who);

/* Whether being in a team changes the answer to that action, be it only its words. */
bool rights_ask_teams(enum rights_action action);

/* NULL, or ERR_AUTH in the contract's words. An admin may yank, and nothing else. */
const struct err *must_use rights_require(struct arena *a, const struct rights_actor *who,
					  enum rights_action action);
