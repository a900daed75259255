/*
 * What somebody may do to a crate: who owns it is asked of the database, and where that does not decide, of GitHub whether
 * he is in a team that owns it (contract/api.md 3.5). The verdict is app/registry/rights.h's. One way for the API, the pages,
 * and whatever else acts for a signed-in user; the command line is the operator's and asks nobody.
 *
 * GitHub is asked only of somebody who is no individual owner, about a crate that teams own, when being in one of them would
 * change the answer; so an owner is never locked out by GitHub. Never inside a transaction.
 */
#pragma once

#include "app/registry/rights.h"
#include "app/server/req.h"

struct secret;

struct may {
	struct rights_actor who;
	uint64_t team_id; /* through which he is in_team; else 0 */
	struct text gh_login;
	struct text encrypted_token; /* absent or empty: GitHub cannot be asked for him */
};

/*
 * Of r->user. crate is how the crate is called in a 404, where it has gone since crate_id was read. Other errors are those of
 * app/outside/github.h, with a 403 in the words that name the organisation; a stored token of GitHub that cannot be decrypted
 * is a 500, for individual owners too. One query, and one more where teams own it.
 */
const struct err *must_use may_look(struct req *r, struct text crate, uint64_t crate_id,
				    enum rights_action action, struct may *ret);

/* The same and the verdict: ERR_AUTH in the contract's words. r->user.as_admin is set where he may as an administrator alone. */
const struct err *must_use may_do(struct req *r, struct text crate, uint64_t crate_id,
				  enum rights_action action);

/*
 * Whether r->user seems to be in a team that owns the crate, for links alone: what they lead to asks anew. For somebody who is no
 * individual owner, of a crate that teams own. One query; that GitHub does not answer soon is a no. Errors are the database's.
 */
const struct err *must_use may_seem_in_team(struct req *r, uint64_t crate_id, bool *ret);

/* ---- tokens of GitHub at rest: AES-256-GCM under auth.key */

/* As stored. arena. BUG without auth.key: [github] needs it. */
struct text may_seal_token(const struct config *cfg, struct arena *a, const struct secret *token);

/*
 * As GitHub takes it; *ret_found false where none is stored, or nobody signs in by GitHub here. ERR_INTERNAL where it was
 * stored under another key.
 */
const struct err *must_use may_open_token(const struct config *cfg, struct arena *a,
					  struct text encrypted, struct secret *ret,
					  bool *ret_found);
