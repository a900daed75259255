/* Invitations to become an owner of a crate: contract/api.md 17. They run out after 30 days. */
#pragma once

#include "db/owner.h"

/* What was invited until then has run out by now. */
int64_t db_invitations_since(void);

struct invitation_view {
	uint64_t crate_id, invitee_id, inviter_id;
	struct text crate, inviter, invitee; /* these two: the logins that are shown */
	int64_t created_us, expires_us;
};

/*
 * Pending invitations of a user, by crate id; of those with a crate id above after_crate_id, at
 * most n (101 or less). Invitations older than 30 days are not shown.
 */
const struct err *must_use db_invitations_of_user(struct db *db, uint64_t user_id,
						  uint64_t after_crate_id, uint64_t n,
						  struct invitation_view **ret, size_t *ret_n);

/* The same of a crate, by the invitee's id; of those above after_user_id, at most n (101 or less). */
const struct err *must_use db_invitations_of_crate(struct db *db, uint64_t crate_id,
						   uint64_t after_user_id, uint64_t n,
						   struct invitation_view **ret, size_t *ret_n);

/* Everybody who invites or is invited in them, by id, each once; n is at most 101. */
const struct err *must_use db_invitation_people(struct db *db, const struct invitation_view *v,
						size_t n, struct user_view **ret, size_t *ret_n);

/*
 * The invitee becomes an owner, and the invitation goes. ERR_NOT_FOUND ("Not Found") without one,
 * status 410 for one that has run out, ERR_AUTH without a verified address.
 */
const struct err *must_use db_invitation_accept(struct db *db, uint64_t user_id, uint64_t crate_id);

/* That of a letter. ERR_NOT_FOUND ("Not Found") without one, status 410 for one that has run out. */
const struct err *must_use db_invitation_by_token(struct db *db, struct text token,
						  struct invitation_view *ret);

/* db_invitation_accept for whoever has the token of the mail; says which crate it was. */
const struct err *must_use db_invitation_accept_token(struct db *db, struct text token,
						      uint64_t *ret_crate_id);

/* Also one that has run out. ERR_NOT_FOUND without one. */
const struct err *must_use db_invitation_decline(struct db *db, uint64_t user_id,
						 uint64_t crate_id);

extern const struct db_stmt *const db_invitation_stmts[];
