/*
 * What happened to an account: sign-ins and its API tokens, for the page that shows it to who has the account
 * (contract/web.md P48). Rows are only added, in the transaction of what they tell of, and go after a year (db/expired.h).
 */
#pragma once

#include "db/db.h"

/* Stored: only new ones at the end. */
enum account_event_kind {
	EVENT_SIGN_IN,       /* subject: by what means, "GitHub" */
	EVENT_TOKEN_CREATED, /* subject of these four: the token's name */
	EVENT_TOKEN_USED,    /* for the first time */
	EVENT_TOKEN_REVOKED,
	EVENT_TOKEN_EXPOSED, /* found in public, and revoked */
};

/* Where something came from; both absent for the command line and for jobs. */
struct event_source {
	struct text address;    /* of the client */
	struct text user_agent; /* cut to 255 characters */
};

const struct err *must_use db_account_event(struct db *db, uint64_t user_id,
					    enum account_event_kind kind, struct text subject,
					    struct event_source from);

/* The same about an API token, by its id: whose it is and what it is called. Nothing where there is none. */
const struct err *must_use db_account_event_token(struct db *db, uint64_t token_id,
						  enum account_event_kind kind,
						  struct event_source from);

/* So much of a User-Agent as columns hold, as UTF-8. arena; absent stays absent. */
struct text event_user_agent(struct db *db, struct text t);

struct account_event_row {
	uint64_t id;
	int64_t time_us;
	uint64_t kind;                            /* enum account_event_kind */
	struct text subject, address, user_agent; /* absent: not known */
};

enum { ACCOUNT_EVENTS_MAX = 50 };

/* Newest first, those with an id below before_id (INT64_MAX: the newest), at most ACCOUNT_EVENTS_MAX + 1: one more says that there are older ones. */
const struct err *must_use db_account_events(struct db *db, uint64_t user_id, int64_t before_id,
					     struct account_event_row **ret, size_t *ret_n);

extern const struct db_stmt *const db_account_event_stmts[];
