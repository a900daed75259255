/* Making an API token, for the API and for the page: what is judged once it is known who asks (contract/api.md 23). */
#pragma once

#include "app/registry/manifest.h" /* struct texts */
#include "app/server/req.h"
#include "db/token.h"

/* So that a list of all 500 tokens stays an answer; upstream has no such limits. */
enum { TOKEN_NAME_MAX_BYTES = 255, TOKEN_CRATES_MAX = 100, TOKEN_ENDPOINTS_MAX = 20 };

struct token_wish {
	struct text name;                     /* not empty */
	bool limits_crates, limits_endpoints; /* false: null, which allows all */
	struct texts crates, endpoints;       /* patterns and scopes */
	struct opt_i64 expires_us;
};

/*
 * For r->user. ERR_BUSY where auth.no_new_tokens is set, ERR_INVALID in the contract's words for too many tokens and for a
 * scope that is none, in ours for what is over the limits above. *ret_plaintext is shown once and is nowhere else.
 */
const struct err *must_use token_make(struct req *r, const struct token_wish *w,
				      struct text *ret_plaintext, struct token_row *ret);
