/*
 * Owners of a crate, individuals and teams: contract/api.md 16, contract/publish.md 14. Each change
 * is one transaction that locks the crate's row first, so that two removals at once cannot leave a
 * crate without an individual owner.
 */
#pragma once

#include "app/registry/manifest.h" /* struct texts */
#include "db/user_view.h"

enum { OWNERS_MAX = 1000, OWNER_CHANGES_MAX = 10 };

enum owner_kind { OWNER_USER = 0, OWNER_TEAM = 1 };

struct owner_view {
	uint64_t kind; /* enum owner_kind */
	uint64_t id;
	struct text login, gh_login; /* of a team: gh_login absent */
	struct text name, avatar;
	struct text picture;    /* db/picture.h; absent: none */
	struct opt_i64 matches; /* users only: a linked GitHub account has exactly this login */
};

/* Users by id, then teams by id; at most OWNERS_MAX. */
const struct err *must_use db_owners(struct db *db, uint64_t crate_id, struct owner_view **ret,
				     size_t *ret_n);

/* Whether this user is an individual owner. */
const struct err *must_use db_owner_is_user(struct db *db, uint64_t crate_id, uint64_t user_id,
					    bool *ret);

/* Whether this team is an owner. */
const struct err *must_use db_owner_is_team(struct db *db, uint64_t crate_id, uint64_t team_id,
					    bool *ret);

/* A team to add, as GitHub has it, looked up before the transaction; or why not. */
struct owner_new_team {
	const struct err *refusal; /* NULL: it may be added */
	int64_t github_id, org_id;
	struct text login; /* lower case */
	struct text name, avatar;
};

struct owner_change {
	uint64_t crate_id;
	struct text crate;   /* stored name, for the messages */
	uint64_t actor_id;   /* the user who asks; must be an individual owner */
	bool by_operator;    /* the command line: nobody's rights are asked */
	bool invite_at_once; /* the command line: owners at once, no invitation */
	struct texts logins; /* at most OWNER_CHANGES_MAX */
	/* As many as logins; what stands for a login with a colon counts. NULL: teams are refused (the command line). */
	const struct owner_new_team *teams;
	struct texts ret_said; /* one message a login, in order (adding) */
};

/*
 * All logins or none. ERR_AUTH and ERR_INVALID in the reference's words; which one fails first
 * depends on the order of the logins. Who is invited gets a letter (db/mail.h). A team is kept by its number at
 * GitHub: one that was renamed there is renamed here, and another that had its name before has the number behind it
 * from then on.
 */
const struct err *must_use db_owners_add(struct db *db, struct owner_change *c);
const struct err *must_use db_owners_remove(struct db *db, struct owner_change *c);

/* Makes, or revives, an individual owner; inside the caller's transaction or alone. */
const struct err *must_use db_owner_put(struct db *db, uint64_t crate_id, uint64_t user_id,
					struct opt_u64 created_by);

extern const struct db_stmt *const db_owner_stmts[];
