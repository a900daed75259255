/*
 * What individual owners do about other owners, and deleting a crate. One way for the API and the pages; who asks has been found out already (r->user),
 * whether he may is asked here (app/server/may.h), in the reference's words and order. called is how the request names the crate,
 * for a 404 where it has gone meanwhile; crate is its stored name.
 */
#pragma once

#include "app/registry/manifest.h" /* struct texts */
#include "app/server/req.h"

/*
 * Invites users and adds teams, all or none (db_owners_add), at most OWNER_CHANGES_MAX; GitHub is asked about teams first. *ret_said
 * is one message a login, in order.
 */
const struct err *must_use owners_add(struct req *r, struct text called, uint64_t crate_id,
				      struct text crate, struct texts logins,
				      struct texts *ret_said);

/* All or none (db_owners_remove), at most OWNER_CHANGES_MAX: one individual owner has to stay. */
const struct err *must_use owners_remove(struct req *r, struct text called, uint64_t crate_id,
					 struct text crate, struct texts logins);

/* How long the name of a deleted crate rests. */
enum { OWNERS_QUARANTINE_S = 24 * 3600 };

/* Deletes the crate for ever where the rules of db/delete.h allow it. message: the reason; absent for none. */
const struct err *must_use owners_delete(struct req *r, struct text called, uint64_t crate_id,
					 struct text message);
