#include "app/outside/github.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/hash.h"
#include "app/base/json.h"
#include "app/base/time.h"
#include "app/base/url.h"
#include "app/outside/http.h"

enum { LOGIN_BYTES = 255, NAME_BYTES = 1000 };
enum { MEMBERS = 64, AWAY_S = 5, KEYS_MAX = 64, KEYS_BYTES = 256 * 1024, PATH_BYTES = 4096 };
#define KEYS_LIFE_US ((int64_t)24 * 3600 * US_PER_S)

struct member {
	uint64_t user_id; /* 0: free */
	int64_t org_id, team_id, until_us;
	bool is_member;
};

struct github {
	const struct config *cfg;
	struct http *http;
	int64_t away_until_us;
	struct member *members; /* MEMBERS of them; NULL before the first */
	size_t next_member;
	struct arena *keys_arena; /* NULL: none fetched */
	struct json_list keys;
	int64_t keys_until_us, keys_retry_us;
};

struct github *github_new(const struct config *cfg, struct http *http)
{
	struct github *g = calloc(1, sizeof(*g));

	BUG_ON(!g);
	g->cfg = cfg;
	g->http = http;
	return g;
}

void github_free(struct github *g)
{
	if (!g)
		return;
	arena_free(g->keys_arena);
	free(g->members);
	free(g);
}

bool github_on(const struct config *cfg)
{
	return cfg->github.client_id.n != 0;
}

/* ---- one call */

static const struct err *failed(struct arena *a, struct text cause)
{
	return err_because(a, ERR_INTERNAL, cause, "GitHub did not answer as it should");
}

static const struct err *send(struct github *g, struct arena *a, const struct http_request *q,
			      struct http_answer *ret)
{
	const struct err *e;
	enum http_failure f;

	if (time_now_us() < g->away_until_us)
		return failed(a, TEXT("GitHub could not be reached a moment ago"));
	e = http_send(g->http, a, q, ret);
	if (!e)
		return NULL;
	f = http_failure(g->http);
	if (f == HTTP_NO_CONNECT || f == HTTP_TIMED_OUT)
		g->away_until_us = time_now_us() + AWAY_S * US_PER_S;
	return failed(a, e->cause);
}

static const struct err *refused(struct github *g, struct arena *a, const struct http_request *q,
				 unsigned status)
{
	switch (status) {
	case 401:
		return err_new_status(
			a, ERR_AUTH, 401,
			"It looks like your GitHub session has expired or the token was revoked. "
			"Please try logging out and logging back in to re-authenticate.");
	case 403:
		return err_new(a, ERR_AUTH,
			       "It looks like you don't have permission to query a necessary "
			       "property from GitHub to complete this request. You may need to "
			       "re-authenticate on %.*s to grant permission to read GitHub org "
			       "memberships.",
			       TEXT_F(g->cfg->site.domain));
	case 404:
		return err_new(a, ERR_NOT_FOUND, "Not Found");
	default:
		return failed(a,
			      text_fmt(a, "%s %.*s: status %u", q->method, TEXT_F(q->url), status));
	}
}

struct question {
	const char *method;
	const struct secret
		*token; /* NULL: as the OAuth application, or as nobody where there is none */
	struct text path;
	uint64_t total_ms; /* 0: as always */
};

/* 200 and its answer. */
static const struct err *call(struct github *g, struct arena *a, const struct question *w,
			      struct http_answer *ret)
{
	static const struct http_header headers[] = {
		{ TEXT_INIT("Accept"), TEXT_INIT("application/vnd.github+json") },
		{ TEXT_INIT("X-GitHub-Api-Version"), TEXT_INIT("2022-11-28") },
	};
	struct http_request q = {
		.method = w->method,
		.url = text_fmt(a, "%.*s%.*s", TEXT_F(g->cfg->github.api_url), TEXT_F(w->path)),
		.headers = headers,
		.nheaders = ARRAY_SIZE(headers),
		.bearer = w->token,
		.user = w->token || !github_on(g->cfg) ? TEXT_NONE : g->cfg->github.client_id,
		.password = &g->cfg->github.client_secret,
		.max_bytes = KEYS_BYTES,
		.total_ms = w->total_ms,
		.same_host_hops = 2, /* a renamed team, organisation or repository */
	};
	const struct err *e = send(g, a, &q, ret);

	return e || ret->status == 200 ? e : refused(g, a, &q, ret->status);
}

/* The answer read into the shape's struct. */
static const struct err *read_answer(struct github *g, struct arena *a, const struct question *w,
				     const struct json_shape *shape, void *ret)
{
	struct http_answer got;
	struct json_error why;
	const struct err *e = call(g, a, w, &got);

	if (!e && !json_read(a, got.body, shape, ret, &why))
		return failed(a, text_fmt(a, "%s %.*s: %.*s", w->method, TEXT_F(w->path),
					  TEXT_F(json_error_text(a, &why))));
	return e;
}

static const struct err *ask(struct github *g, struct arena *a, const struct secret *token,
			     struct text path, const struct json_shape *shape, void *ret)
{
	struct question w = { .method = "GET", .token = token, .path = path };

	return read_answer(g, a, &w, shape, ret);
}

/* The same where GitHub is asked by its application and its users alone. */
static const struct err *get(struct github *g, struct arena *a, const struct secret *token,
			     struct text path, const struct json_shape *shape, void *ret)
{
	if (!github_on(g->cfg))
		return failed(a, TEXT("github.client_id is not set"));
	return ask(g, a, token, path, shape, ret);
}

/* "/orgs/%/teams/%" with each % replaced by the next of parts, percent-encoded. */
static struct text path_of(struct arena *a, const char *pattern, const struct text *parts)
{
	struct buf b = buf_init(a, PATH_BYTES);

	for (; *pattern; pattern++)
		if (*pattern == '%')
			buf_url(&b, *parts++);
		else
			buf_byte(&b, *pattern);
	return buf_ok(&b) ? buf_text(&b) : TEXT("/");
}

static struct text number(struct arena *a, int64_t n)
{
	return text_fmt(a, "%lld", (long long)n);
}

/* ---- signing in */

struct text github_authorize_url(struct arena *a, const struct config *cfg, struct text state,
				 struct text challenge)
{
	struct buf b = buf_init(a, PATH_BYTES);

	http_form(&b, TEXT("response_type"), TEXT("code"));
	http_form(&b, TEXT("client_id"), cfg->github.client_id);
	http_form(&b, TEXT("state"), state);
	http_form(&b, TEXT("scope"), TEXT("read:org"));
	http_form(&b, TEXT("code_challenge"), challenge);
	http_form(&b, TEXT("code_challenge_method"), TEXT("S256"));
	return text_fmt(a, "%.*s/login/oauth/authorize?%.*s", TEXT_F(cfg->github.base_url),
			TEXT_F(buf_text(&b)));
}

static void wipe_buf(void *p)
{
	const struct buf *b = p;

	secret_wipe(b->p, b->n);
}

static void wipe_later(struct arena *a, struct text t)
{
	struct buf *b = arena_alloc(a, sizeof(*b));

	memcpy(&b->p, &t.p, sizeof(b->p)); /* the arena's own, and nobody else's */
	b->n = t.n;
	arena_defer(a, wipe_buf, b);
}

static const struct err *no_token(struct arena *a, struct text cause)
{
	struct err *e = arena_alloc(a, sizeof(*e));

	/* of the kind that is shown: the words are the contract's */
	*e = *err_new_status(a, ERR_BUSY, 500, "Error obtaining token");
	e->cause = cause;
	return e;
}

/* A refusal is a 200 too: {"error": "bad_verification_code", ...}. */
static const struct err *read_token(struct arena *a, const struct http_answer *got,
				    struct secret *ret)
{
	struct token {
		struct text access_token, error;
	} t = { 0 };
	static const struct json_shape shape = {
		.name = "AccessToken",
		.size = sizeof(t),
		.fields = { JSON_FIELD(struct token, access_token),
			    JSON_FIELD(struct token, error) },
	};
	struct json_error why;

	if (got->status != 200)
		return no_token(a, text_fmt(a, "access_token: status %u", got->status));
	if (!json_read(a, got->body, &shape, &t, &why))
		return no_token(a, TEXT("access_token: the answer is not what was asked for"));
	if (!t.access_token.n)
		return no_token(a, text_fmt(a, "access_token: %.*s", TEXT_F(t.error)));
	ret->value = t.access_token;
	return NULL;
}

const struct err *github_exchange(struct github *g, struct arena *a, struct text code,
				  struct text verifier, struct secret *ret_token)
{
	static const struct http_header headers[] = {
		{ TEXT_INIT("Accept"), TEXT_INIT("application/json") },
		{ TEXT_INIT("Content-Type"), TEXT_INIT("application/x-www-form-urlencoded") },
	};
	struct buf *form = arena_alloc(a, sizeof(*form));
	struct http_request q = {
		.method = "POST",
		.url = text_fmt(a, "%.*s/login/oauth/access_token",
				TEXT_F(g->cfg->github.base_url)),
		.headers = headers,
		.nheaders = ARRAY_SIZE(headers),
		.max_bytes = KEYS_BYTES,
	};
	struct http_answer got;
	const struct err *e;

	*form = buf_init(a, 16 * 1024);
	arena_defer(a, wipe_buf, form);
	http_form(form, TEXT("grant_type"), TEXT("authorization_code"));
	http_form(form, TEXT("code"), code);
	http_form(form, TEXT("code_verifier"), verifier);
	http_form(form, TEXT("client_id"), g->cfg->github.client_id);
	http_form(form, TEXT("client_secret"), g->cfg->github.client_secret.value);
	if (!buf_ok(form))
		return no_token(a, TEXT("the code is too long"));
	q.body = buf_text(form);
	e = github_on(g->cfg) ? send(g, a, &q, &got)
			      : failed(a, TEXT("github.client_id is not set"));
	if (e)
		return no_token(a, e->cause);
	wipe_later(a, got.body);
	return read_token(a, &got, ret_token);
}

struct user_json {
	struct json_i64 id;
	struct text login, name, email, avatar_url;
};

static const struct json_shape user_shape = {
	.name = "GitHubUser",
	.size = sizeof(struct user_json),
	.fields = {
		JSON_FIELD(struct user_json, avatar_url),
		JSON_FIELD(struct user_json, email),
		JSON_FIELD_WITH(struct user_json, id, .required = true),
		JSON_FIELD_WITH(struct user_json, login, .required = true),
		JSON_FIELD(struct user_json, name),
	},
};

/* Letters, digits and hyphens; of companies also an underline. It becomes part of paths and pages. */
static bool login_ok(struct text t)
{
	for (size_t i = 0; i < t.n; i++)
		if (!char_is_alnum(t.p[i]) && t.p[i] != '-' && t.p[i] != '_')
			return false;
	return t.n && t.n <= LOGIN_BYTES;
}

static const struct err *get_user(struct github *g, struct arena *a, const struct secret *token,
				  struct text path, struct github_user *ret)
{
	struct user_json u = { 0 };
	const struct err *e = ask(g, a, token, path, &user_shape, &u);

	if (e)
		return e;
	if (u.id.v <= 0 || !login_ok(u.login))
		return failed(a, TEXT("a user without number or login"));
	if (u.name.n > NAME_BYTES)
		u.name = TEXT_NONE;
	if (u.avatar_url.n > NAME_BYTES || !url_is_http(u.avatar_url))
		u.avatar_url = TEXT_NONE;
	*ret = (struct github_user){ u.id.v, u.login, u.name, u.email, u.avatar_url };
	return NULL;
}

const struct err *github_user(struct github *g, struct arena *a, const struct secret *token,
			      struct github_user *ret)
{
	return get_user(g, a, token, TEXT("/user"), ret);
}

const struct err *github_user_named(struct github *g, struct arena *a, const struct secret *token,
				    struct text login, struct github_user *ret)
{
	return get_user(g, a, token, path_of(a, "/users/%", &login), ret);
}

const struct err *github_user_by_id(struct github *g, struct arena *a, int64_t id,
				    struct github_user *ret)
{
	const struct text part = number(a, id);

	return get_user(g, a, NULL, path_of(a, "/user/%", &part), ret);
}

/* ---- repositories */

const struct err *github_has_workflow(struct github *g, struct arena *a, struct text owner,
				      struct text repository, struct text file, bool *ret)
{
	const struct text parts[] = { owner, repository, file };
	uint64_t always_ms = g->cfg->outside.timeout_s * 1000;
	struct http_answer got;
	struct question w = {
		.method = "HEAD",
		.path = path_of(a, "/repos/%/%/contents/.github/workflows/%", parts),
		.total_ms = always_ms < GITHUB_LOOK_MS ? always_ms : GITHUB_LOOK_MS,
	};
	const struct err *e = call(g, a, &w, &got);

	*ret = !e;
	return err_is(e, ERR_NOT_FOUND) ? NULL : e;
}

/* ---- organisations and teams */

struct org_json {
	struct json_i64 id;
	struct text avatar_url;
};

static const struct json_shape org_shape = {
	.name = "GitHubOrganization",
	.size = sizeof(struct org_json),
	.fields = {
		JSON_FIELD_WITH(struct org_json, id, .required = true),
		JSON_FIELD(struct org_json, avatar_url),
	},
};

const struct err *github_org(struct github *g, struct arena *a, const struct secret *token,
			     struct text org, struct github_org *ret)
{
	struct org_json o = { 0 };
	const struct err *e = get(g, a, token, path_of(a, "/orgs/%", &org), &org_shape, &o);

	if (!e)
		*ret = (struct github_org){ o.id.v, o.avatar_url };
	return e;
}

const struct err *github_team(struct github *g, struct arena *a, const struct secret *token,
			      struct text org, struct text team, struct github_team *ret)
{
	struct team_json {
		struct json_i64 id;
		struct text name;
		struct org_json *organization;
	} t = { 0 };
	static const struct json_shape shape = {
		.name = "GitHubTeam",
		.size = sizeof(t),
		.fields = {
			JSON_FIELD_WITH(struct team_json, id, .required = true),
			JSON_FIELD(struct team_json, name),
			JSON_FIELD_WITH(struct team_json, organization, .required = true,
					.shape = &org_shape),
		},
	};
	const struct text parts[] = { org, team };
	const struct err *e = get(g, a, token, path_of(a, "/orgs/%/teams/%", parts), &shape, &t);

	if (!e)
		*ret = (struct github_team){ t.id.v, t.organization->id.v, t.name };
	return e;
}

struct membership_json {
	struct text state, role;
};

/* Not found is not active. total_ms 0: as always. */
static const struct err *get_membership(struct github *g, struct arena *a,
					const struct secret *token, struct text path,
					uint64_t total_ms, bool *ret_active, struct text *ret_role)
{
	static const struct json_shape shape = {
		.name = "GitHubMembership",
		.size = sizeof(struct membership_json),
		.fields = {
			JSON_FIELD_WITH(struct membership_json, state, .required = true),
			JSON_FIELD(struct membership_json, role),
		},
	};
	struct membership_json m = { 0 };
	struct question w = { .method = "GET", .token = token, .path = path, .total_ms = total_ms };
	const struct err *e = github_on(g->cfg) ? read_answer(g, a, &w, &shape, &m)
						: failed(a, TEXT("github.client_id is not set"));

	*ret_active = !e && text_eq(m.state, TEXT("active"));
	*ret_role = m.role;
	return err_is(e, ERR_NOT_FOUND) ? NULL : e;
}

static const struct member *remembered(const struct github *g, const struct github_member *m)
{
	int64_t now = time_now_us();

	for (size_t i = 0; g->members && i < MEMBERS; i++) {
		const struct member *k = &g->members[i];

		if (k->user_id == m->user_id && k->team_id == m->team_id &&
		    k->org_id == m->org_id && k->until_us > now)
			return k;
	}
	return NULL;
}

static void remember(struct github *g, const struct github_member *m, bool is_member)
{
	int64_t until_us = time_now_us() + (int64_t)g->cfg->github.membership_cache_s * US_PER_S;
	const struct member *old = remembered(g, m);

	if (!g->cfg->github.membership_cache_s)
		return;
	if (old) { /* a no of before */
		g->members[old - g->members].is_member = is_member;
		g->members[old - g->members].until_us = until_us;
		return;
	}
	if (!g->members)
		g->members = calloc(MEMBERS, sizeof(*g->members));
	BUG_ON(!g->members);
	g->members[g->next_member++ % MEMBERS] =
		(struct member){ m->user_id, m->org_id, m->team_id, until_us, is_member };
}

static const struct err *find_membership(struct github *g, struct arena *a,
					 const struct secret *token, const struct github_member *m,
					 uint64_t total_ms, bool *ret)
{
	const struct text parts[] = { number(a, m->org_id), number(a, m->team_id), m->login };
	struct text role;
	const struct err *e = get_membership(
		g, a, token, path_of(a, "/organizations/%/team/%/memberships/%", parts), total_ms,
		ret, &role);

	if (!e)
		remember(g, m, *ret);
	return e;
}

const struct err *github_is_member(struct github *g, struct arena *a, const struct secret *token,
				   const struct github_member *m, bool *ret)
{
	const struct member *known = remembered(g, m);

	*ret = known && known->is_member;
	return *ret ? NULL : find_membership(g, a, token, m, 0, ret);
}

const struct err *github_seems_member(struct github *g, struct arena *a, const struct secret *token,
				      const struct github_member *m, bool *ret)
{
	const struct member *known = remembered(g, m);

	*ret = known && known->is_member;
	return known ? NULL : find_membership(g, a, token, m, GITHUB_GLANCE_MS, ret);
}

const struct err *github_is_org_admin(struct github *g, struct arena *a, const struct secret *token,
				      int64_t org_id, struct text login, bool *ret)
{
	const struct text parts[] = { number(a, org_id), login };
	struct text role;
	bool active;
	const struct err *e =
		get_membership(g, a, token, path_of(a, "/organizations/%/memberships/%", parts), 0,
			       &active, &role);

	*ret = !e && active && text_eq(role, TEXT("admin"));
	return e;
}

/* ---- keys that sign reports */

struct key_json {
	struct text key_identifier, key;
	struct json_bool is_current;
};

static const struct err *fetch_keys(struct github *g, struct arena *a)
{
	static const struct json_shape key_shape = {
		.name = "GitHubPublicKey",
		.size = sizeof(struct key_json),
		.fields = {
			JSON_FIELD_WITH(struct key_json, key_identifier, .required = true),
			JSON_FIELD_WITH(struct key_json, key, .required = true),
			JSON_FIELD_WITH(struct key_json, is_current, .required = true),
		},
	};
	struct keys {
		struct json_list public_keys;
	} keys = { 0 };
	static const struct json_shape shape = {
		.name = "GitHubPublicKeyList",
		.size = sizeof(keys),
		.fields = { JSON_FIELD_WITH(struct keys, public_keys, .required = true,
					    .shape = &key_shape) },
	};
	struct arena *own = arena_new(4 * KEYS_BYTES);
	const struct err *e =
		get(g, own, NULL, TEXT("/meta/public_keys/secret_scanning"), &shape, &keys);

	if (!e && keys.public_keys.n > KEYS_MAX)
		e = failed(own, TEXT("too many keys"));
	if (e) {
		e = err_move(a, e);
		arena_free(own);
		g->keys_retry_us = time_now_us() + AWAY_S * US_PER_S;
		return e;
	}
	arena_free(g->keys_arena);
	g->keys_arena = own;
	g->keys = keys.public_keys;
	g->keys_until_us = time_now_us() + KEYS_LIFE_US;
	return NULL;
}

const struct err *github_public_key(struct github *g, struct arena *a, struct text id,
				    struct github_key *ret, bool *ret_found)
{
	const struct key_json *v;
	const struct err *e = NULL;

	if (!github_on(g->cfg))
		return failed(a, TEXT("github.client_id is not set"));
	if (time_now_us() < g->keys_retry_us)
		return failed(a, TEXT("the keys could not be fetched a moment ago"));
	if (time_now_us() >= g->keys_until_us)
		e = fetch_keys(g, a);
	if (e)
		return e;
	*ret_found = false;
	v = g->keys.v;
	for (size_t i = 0; i < g->keys.n && !*ret_found; i++)
		if (text_eq(v[i].key_identifier, id)) {
			*ret = (struct github_key){ text_dup(a, v[i].key_identifier),
						    text_dup(a, v[i].key), v[i].is_current.v };
			*ret_found = true;
		}
	return NULL;
}
