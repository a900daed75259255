/*
 * GitHub, or a GitHub Enterprise Server, as the configuration section [github] names it: who signs in, who is in a team,
 * which keys sign the reports of leaked tokens. Every call may take as long as outside.timeout_s, where nothing else is said: never
 * inside a transaction.
 *
 * Errors of its API are those of contract/api.md 2.4: 401 and 403 in the contract's words, ERR_NOT_FOUND ("Not Found") for 404,
 * ERR_INTERNAL for any other status, for an answer that is not what was asked for, and where there was no whole answer. When
 * GitHub could not be reached, this process does not try again for 5 s: its next callers fail at once instead of waiting.
 */
#pragma once

#include "app/base/config.h"
#include "app/base/err.h"

struct github;
struct http;

/* owned (free with github_free); one a process. Both arguments are borrowed for as long as it lives. */
struct github *github_new(const struct config *cfg, struct http *http);
void github_free(struct github *g); /* NULL is fine */

/* Whether signing in with GitHub is set up: github.client_id. */
bool github_on(const struct config *cfg);

/* ---- signing in (docs.github.com: authorizing OAuth apps; RFC 7636 for the challenge) */

/* Where the browser is sent. arena */
struct text github_authorize_url(struct arena *a, const struct config *cfg, struct text state,
				 struct text challenge);

/* The code that came back becomes a token. 500 "Error obtaining token" on every failure. arena */
const struct err *must_use github_exchange(struct github *g, struct arena *a, struct text code,
					   struct text verifier, struct secret *ret_token);

struct github_user {
	int64_t id;
	struct text login;
	struct text name, email, avatar_url; /* absent: null */
};

/* Whose token it is. */
const struct err *must_use github_user(struct github *g, struct arena *a,
				       const struct secret *token, struct github_user *ret);

/* Anybody, by name: asked as the OAuth application where token is NULL, and as nobody where there is no application either. */
const struct err *must_use github_user_named(struct github *g, struct arena *a,
					     const struct secret *token, struct text login,
					     struct github_user *ret);

/* By his number, asked as the OAuth application. */
const struct err *must_use github_user_by_id(struct github *g, struct arena *a, int64_t id,
					     struct github_user *ret);

/*
 * Whether a repository has that file among its workflows, in its default branch, as everybody can see; asked as the OAuth
 * application, and as nobody where there is none. A private repository is like one that is not there: false. Somebody waits for it
 * and can go on without: GitHub has GITHUB_LOOK_MS to answer, with all redirects, or outside.timeout_s where that is less.
 */
enum { GITHUB_LOOK_MS = 3000 };
const struct err *must_use github_has_workflow(struct github *g, struct arena *a, struct text owner,
					       struct text repository, struct text file, bool *ret);

/* ---- organisations and teams, as the token's user sees them */

struct github_org {
	int64_t id;
	struct text avatar_url; /* absent: null */
};
const struct err *must_use github_org(struct github *g, struct arena *a, const struct secret *token,
				      struct text org, struct github_org *ret);

struct github_team {
	int64_t id, org_id;
	struct text name; /* absent: null */
};
const struct err *must_use github_team(struct github *g, struct arena *a,
				       const struct secret *token, struct text org,
				       struct text team, struct github_team *ret);

struct github_member {
	int64_t org_id, team_id;
	struct text login; /* of GitHub */
	uint64_t user_id;  /* ours, for the memory below */
};

/*
 * Whether he is an active member of the team; not found is no. A yes is remembered by this process for
 * github.membership_cache_s, of the last 64 that were asked for.
 */
const struct err *must_use github_is_member(struct github *g, struct arena *a,
					    const struct secret *token,
					    const struct github_member *m, bool *ret);

/*
 * The same for what is only shown, such as a link that leads to where he is asked about again: a no is believed for as long as
 * a yes, and GitHub has GITHUB_GLANCE_MS to answer.
 */
enum { GITHUB_GLANCE_MS = 1500 };
const struct err *must_use github_seems_member(struct github *g, struct arena *a,
					       const struct secret *token,
					       const struct github_member *m, bool *ret);

/* Whether he is an active admin of the organisation; not remembered. */
const struct err *must_use github_is_org_admin(struct github *g, struct arena *a,
					       const struct secret *token, int64_t org_id,
					       struct text login, bool *ret);

/* ---- reports of leaked tokens */

struct github_key {
	struct text id, pem;
	bool is_current;
};

/* The key of that id; *ret_found. The list is fetched once in 24 hours. */
const struct err *must_use github_public_key(struct github *g, struct arena *a, struct text id,
					     struct github_key *ret, bool *ret_found);
