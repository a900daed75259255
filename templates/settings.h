/* The settings of an account: templates/settings.html */
#pragma once

#include "app/registry/manifest.h" /* struct texts */
#include "db/db.h"                 /* struct opt_i64 */
#include "templates/page.h"

/* Profile, API tokens, security: the tabs of all of them. current: "profile", "tokens", "security". */
void settings_tabs(struct tmpl *t, const char *current);

struct profile_page {
	struct head head;
	struct text login, name, picture,
		github;          /* github: its login; absent: no account there is linked */
	struct text github_href; /* with it: the account there */
	struct text address;     /* as it is stored; absent: none */
	bool verified;
	struct field email;
	bool notifications;
	struct form_errors errors;
};
void profile_page(struct tmpl *t, const struct profile_page *v);

struct token_view {
	uint64_t id;
	struct text name;
	struct text scopes, crates; /* in words; absent: all */
	int64_t created_us;
	struct opt_i64 last_used_us, expires_us;
	bool expired;
};

struct tokens_page {
	struct head head;
	const struct token_view *v; /* those that work first */
	size_t n;
	/* Of the one that was just made: shown this once. */
	struct text plaintext, made;
	struct text login_line; /* what to type with it */
};
void tokens_page(struct tmpl *t, const struct tokens_page *v);

enum { TOKEN_PATTERNS_MIN = 5, TOKEN_PATTERNS_MAX = 100 };

struct token_choice {
	const char *value, *label, *help;
	bool chosen;
};

struct token_form {
	struct head head;
	struct field name, date;
	struct token_choice expiry[7], scopes[5];
	struct text
		until; /* the day that the choice leads to, in words; absent: never, or a day of one's own */
	struct text patterns[TOKEN_PATTERNS_MAX];
	size_t npatterns; /* fields that are shown */
	struct form_errors errors;
};
void token_form_page(struct tmpl *t, const struct token_form *v);

/* What a pattern of crates means, in a sentence. arena */
struct text pattern_words(const struct tmpl *t, struct text pattern);
