/* handlers/web/tokens.c - /settings/tokens, /settings/tokens/new, /settings/tokens/{id}/revoke (contract/web.md P46, P47) */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/registry/name.h"
#include "db/stored.h"
#include "handlers/api/me_tokens.h"
#include "handlers/routes.h"
#include "handlers/web/page.h"
#include "templates/settings.h"

#include <inttypes.h>
#include <stdlib.h>

#define DAY_US ((int64_t)24 * 3600 * US_PER_S)
enum { EXPIRED_DAYS = 30 };

/* ---- the list */

/* "a", "a and b", "a, b, and c" */
static struct text in_words(struct arena *a, struct texts t)
{
	struct buf b = buf_init(a, 64 * 1024);

	for (size_t i = 0; i < t.n; i++) {
		if (i)
			buf_add(&b, i + 1 < t.n ? TEXT(", ")
				    : t.n == 2  ? TEXT(" and ")
						: TEXT(", and "));
		buf_add(&b, t.v[i]);
	}
	return buf_text(&b);
}

static struct token_view view_of(struct req *r, const struct token_row *t, int64_t now_us)
{
	struct token_view v = {
		.id = t->id,
		.name = t->name,
		.created_us = t->created_us,
		.last_used_us = t->last_used_us,
		.expires_us = t->expired_us,
		.expired = t->expired_us.set && t->expired_us.v <= now_us,
	};

	if (t->endpoint_scopes.p)
		v.scopes = in_words(r->arena, stored_list_read(r->arena, t->endpoint_scopes));
	if (t->crate_scopes.p)
		v.crates = in_words(r->arena, stored_list_read(r->arena, t->crate_scopes));
	return v;
}

static int working_first(const void *a, const void *b)
{
	const struct token_view *x = a, *y = b;

	if (x->expired != y->expired)
		return x->expired ? 1 : -1;
	return x->id < y->id ? 1 : x->id > y->id ? -1 : 0;
}

static const struct err *load(struct req *r, struct tokens_page *v)
{
	int64_t now = time_now_us();
	struct token_view *views;
	struct token_row *rows;
	size_t n;
	const struct err *e =
		db_token_list(r->db, r->user.id, now - EXPIRED_DAYS * DAY_US, &rows, &n);

	if (e)
		return e;
	views = arena_array(r->arena, n + 1, sizeof(*views));
	for (size_t i = 0; i < n; i++)
		views[i] = view_of(r, &rows[i], now);
	qsort(views, n, sizeof(*views), working_first);
	v->head = (struct head){ .title = TEXT("Settings"), .noindex = true };
	v->v = views;
	v->n = n;
	return NULL;
}

static struct reply tokens_get(struct req *r)
{
	struct tokens_page v = { .n = 0 };
	const struct err *e = load(r, &v);

	return e ? reply_err(r, e) : reply_page(r, 200, tokens_page, &v);
}

/* ---- the form */

static const struct token_choice expiries[] = {
	{ "none", "never", NULL, false },
	{ "7", "7 days", NULL, false },
	{ "30", "30 days", NULL, false },
	{ "60", "60 days", NULL, false },
	{ "90", "90 days", NULL, true },
	{ "365", "365 days", NULL, false },
	{ "custom", "a day of your own", NULL, false },
};

static const struct token_choice scopes[] = {
	{ "change-owners", "change-owners", "invite and remove owners of crates", false },
	{ "publish-new", "publish-new", "publish new crates", false },
	{ "publish-update", "publish-update", "publish versions of crates that are there", false },
	{ "trusted-publishing", "trusted-publishing", "say which workflows may publish", false },
	{ "yank", "yank", "yank versions, and take that back", false },
};

static struct token_form empty_form(void)
{
	struct token_form v = {
		.head = { .title = TEXT("Settings"), .noindex = true },
		.name = { .name = "name",
			  .label = "Name",
			  .help = "What it is for: the machine, the workflow.",
			  .required = true,
			  .max = TOKEN_NAME_MAX_BYTES },
		.date = { .name = "date",
			  .label = "Day of your own",
			  .type = "date",
			  .help = "Year-month-day, where \"a day of your own\" is chosen above." },
		.npatterns = TOKEN_PATTERNS_MIN,
	};

	for (size_t i = 0; i < ARRAY_SIZE(v.expiry); i++)
		v.expiry[i] = expiries[i];
	for (size_t i = 0; i < ARRAY_SIZE(v.scopes); i++)
		v.scopes[i] = scopes[i];
	return v;
}

static void choose(struct token_choice *v, size_t n, struct text value, bool alone)
{
	for (size_t i = 0; i < n; i++) {
		bool is = text_eq(value, text_from(v[i].value));

		v[i].chosen = is || (!alone && v[i].chosen);
	}
}

static void put_patterns(struct token_form *v, struct texts patterns)
{
	size_t n = 0;

	for (size_t i = 0; i < patterns.n && n < TOKEN_PATTERNS_MAX; i++)
		if (patterns.v[i].n)
			v->patterns[n++] = patterns.v[i];
	v->npatterns = n < TOKEN_PATTERNS_MIN ? TOKEN_PATTERNS_MIN : n;
}

static void put_scopes(struct token_form *v, struct texts wanted)
{
	for (size_t i = 0; i < wanted.n; i++)
		choose(v->scopes, ARRAY_SIZE(v->scopes), wanted.v[i], false);
}

/* The day that the chosen number of days leads to. */
static void say_until(struct req *r, struct token_form *v)
{
	uint64_t days;

	for (size_t i = 0; i < ARRAY_SIZE(v->expiry); i++)
		if (v->expiry[i].chosen && text_u64(text_from(v->expiry[i].value), 1, 1000, &days))
			v->until = text_fmt(r->arena, "%s",
					    day(time_now_us() + (int64_t)days * DAY_US).s);
}

/* ?from=ID: as that token is, but its end. */
static const struct err *prefill(struct req *r, struct token_form *v)
{
	struct token_row row;
	struct text from;
	uint64_t id = 0;
	const struct err *e = req_query(r, "from", &from);

	if (e || !from.p)
		return e;
	(void)text_u64(from, 1, INT64_MAX, &id);
	e = db_token_by_id(r->db, r->user.id, id, &row);
	if (err_is(e, ERR_NOT_FOUND))
		return err_new(r->arena, ERR_NOT_FOUND, "Token not found");
	if (e)
		return e;
	v->name.value = row.name;
	if (row.endpoint_scopes.p)
		put_scopes(v, stored_list_read(r->arena, row.endpoint_scopes));
	if (row.crate_scopes.p)
		put_patterns(v, stored_list_read(r->arena, row.crate_scopes));
	return NULL;
}

static struct reply new_get(struct req *r)
{
	struct token_form v = empty_form();
	const struct err *e = prefill(r, &v);

	if (e)
		return reply_err(r, e);
	say_until(r, &v);
	return reply_page(r, 200, token_form_page, &v);
}

/* ---- making one */

static void read_expiry(struct req *r, struct token_form *v, struct token_wish *w)
{
	struct text chosen = req_form(r, "expiry");
	uint64_t days;

	choose(v->expiry, ARRAY_SIZE(v->expiry), chosen, true);
	v->date.value = req_form(r, "date");
	w->expires_us.set = !text_eq(chosen, TEXT("none"));
	if (text_u64(chosen, 1, 1000, &days))
		w->expires_us.v = time_now_us() + (int64_t)days * DAY_US;
	else if (text_eq(chosen, TEXT("custom")) && !form_day(r, v->date.value, &w->expires_us.v))
		form_fault(r->arena, &v->errors, "date", "Enter a day, such as 2027-01-31");
	else if (text_eq(chosen, TEXT("custom")) && w->expires_us.v <= time_now_us())
		form_fault(r->arena, &v->errors, "date", "That day is over already");
	else if (w->expires_us.set && !text_eq(chosen, TEXT("custom")))
		form_fault(r->arena, &v->errors, "expiry", "Choose when the token expires");
}

static void read_patterns(struct req *r, struct token_form *v, struct token_wish *w)
{
	struct texts sent = req_form_list(r, "pattern");

	put_patterns(v, sent);
	w->crates = (struct texts){ .v = v->patterns };
	while (w->crates.n < v->npatterns && v->patterns[w->crates.n].n)
		w->crates.n++;
	w->limits_crates = w->crates.n > 0;
	for (size_t i = 0; i < w->crates.n; i++)
		if (!crate_scope_is_valid(w->crates.v[i]))
			form_fault(r->arena, &v->errors, "patterns",
				   "%.*s is no crate name pattern", TEXT_F(w->crates.v[i]));
}

static void read_form(struct req *r, struct token_form *v, struct token_wish *w)
{
	struct texts wanted = req_form_list(r, "scope");

	w->name = v->name.value = req_form(r, "name");
	if (!w->name.n)
		form_fault(r->arena, &v->errors, "name", "Enter a name for the token");
	else if (w->name.n > TOKEN_NAME_MAX_BYTES)
		form_fault(r->arena, &v->errors, "name", "The name is too long");
	read_expiry(r, v, w);
	put_scopes(v, wanted);
	w->limits_endpoints = true;
	w->endpoints.v = arena_array(r->arena, ARRAY_SIZE(v->scopes), sizeof(*w->endpoints.v));
	for (size_t i = 0; i < ARRAY_SIZE(v->scopes); i++)
		if (v->scopes[i].chosen)
			w->endpoints.v[w->endpoints.n++] = text_from(v->scopes[i].value);
	if (!w->endpoints.n)
		form_fault(r->arena, &v->errors, "scopes", "Choose at least one scope");
	read_patterns(r, v, w);
}

/* With its plaintext, this once: never in an address or a cookie. */
static struct reply made(struct req *r, const struct token_row *row, struct text plaintext)
{
	struct text registry = r->cfg->registry.name;
	struct tokens_page v = { .plaintext = plaintext, .made = row->name };
	const struct err *e = load(r, &v);

	if (e)
		return reply_err(r, e);
	v.login_line = registry.n
			       ? text_fmt(r->arena, "cargo login --registry %.*s", TEXT_F(registry))
			       : TEXT("cargo login");
	return reply_page(r, 200, tokens_page, &v);
}

static struct reply new_post(struct req *r)
{
	struct token_form v = empty_form();
	struct token_wish w = { .name = TEXT_NONE };
	struct text plaintext;
	struct token_row row;
	const struct err *e;

	read_form(r, &v, &w);
	say_until(r, &v);
	if (req_form_has(r, "more")) {
		v.errors.n = 0;
		if (v.npatterns + TOKEN_PATTERNS_MIN <= TOKEN_PATTERNS_MAX)
			v.npatterns += TOKEN_PATTERNS_MIN;
		return reply_page(r, 200, token_form_page, &v);
	}
	if (!v.errors.n) {
		e = token_make(r, &w, &plaintext, &row);
		if (!e)
			return made(r, &row, plaintext);
		if (!err_is(e, ERR_INVALID))
			return reply_err(r, e);
		form_fault(r->arena, &v.errors, "name", "%.*s", TEXT_F(e->detail));
	}
	return reply_page(r, 422, token_form_page, &v);
}

/* ---- revoking one */

static const struct err *find(struct req *r, struct token_row *ret)
{
	uint64_t id = 0;
	const struct err *e;

	(void)text_u64(req_path(r, "id"), 1, INT64_MAX, &id);
	e = db_token_by_id(r->db, r->user.id, id, ret);
	return err_is(e, ERR_NOT_FOUND) ? err_new(r->arena, ERR_NOT_FOUND, "Token not found") : e;
}

static struct reply revoke_get(struct req *r)
{
	struct confirm_page v = { .danger = true, .cancel = TEXT("/settings/tokens") };
	struct token_row row;
	const struct err *e = find(r, &row);

	if (e)
		return reply_err(r, e);
	v.head = (struct head){ .title = TEXT("Revoke a token"), .noindex = true };
	v.heading = text_fmt(r->arena, "Revoke the token %.*s?", TEXT_F(row.name));
	v.text = TEXT("Programs that use it are refused from then on. That cannot be taken back.");
	v.action = text_fmt(r->arena, "/settings/tokens/%" PRIu64 "/revoke", row.id);
	v.button = TEXT("Revoke it");
	return reply_page(r, 200, confirm_page, &v);
}

static struct reply revoke_post(struct req *r)
{
	struct token_row row;
	const struct err *e = find(r, &row);

	if (!e)
		e = db_token_revoke(r->db, r->user.id, row.id, req_event_source(r));
	if (e)
		return reply_err(r, e);
	return page_go_with(r, TEXT("/settings/tokens"), FLASH_SUCCESS,
			    "The token %.*s is revoked.", TEXT_F(row.name));
}

const struct route tokens_routes[] = {
	ROUTE(GET, "/settings/tokens", tokens_get, .auth = AUTH_COOKIE, .page = true,
	      .doc = "Page: API tokens"),
	ROUTE(GET, "/settings/tokens/new", new_get, .auth = AUTH_COOKIE, .page = true,
	      .doc = "Page: a new API token"),
	ROUTE(POST, "/settings/tokens/new", new_post, .auth = AUTH_COOKIE, .page = true,
	      .body = BODY_FORM, .doc = "Form: make an API token"),
	ROUTE(GET, "/settings/tokens/{id}/revoke", revoke_get, .auth = AUTH_COOKIE, .page = true,
	      .doc = "Page: revoke an API token?"),
	ROUTE(POST, "/settings/tokens/{id}/revoke", revoke_post, .auth = AUTH_COOKIE, .page = true,
	      .body = BODY_FORM, .body_max = 4096, .doc = "Form: revoke an API token"),
	ROUTE_END,
};
