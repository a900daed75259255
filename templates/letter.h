/*
 * The letters that people get (contract/jobs.md 15): subject, text and HTML of each are made from one struct of facts.
 * letters.txt and letters.html have a page a letter, called after it; a letter says the same in both.
 */
#pragma once

#include "app/base/text.h"
#include "db/mail.h"

struct tmpl;

/* A well-known crate that a new one is like. */
struct letter_hit {
	struct text what; /* "swaps characters in serde" */
	struct text url;
};

/* What a letter can name; which members are set depends on the letter. Everything is one line of text. */
struct letter_view {
	struct text site; /* what the site is called: site.domain */
	struct text url;  /* where it is: site.url */
	struct text user; /* whom it greets; absent: nobody by name */
	struct text subject;
	struct text link; /* where the letter leads to; absolute */
	struct text more; /* a second link */
	struct text crate, version;
	struct texts crates;
	struct text token;  /* name of an API token */
	struct text when;   /* RFC 3339 */
	struct text actor;  /* who did it; absent: the one who is greeted */
	struct text by_url; /* where one sees who or what published; absent: not known */
	struct text provider, repository, workflow, workflow_url, environment;
	struct text reporter, source, found_at; /* found_at absent: not given */
	struct text unsubscribe_url;
	const struct letter_hit *hits;
	size_t nhits;
	struct texts granted, revoked;       /* logins */
	struct text action, address, detail; /* of the audit; the last two may be absent */
	bool on;
};

struct letter_text {
	struct text subject, text, html;
};

/* arena. v->subject is filled in here. ERR_INTERNAL above 1 MiB. */
const struct err *must_use letter_write(struct arena *a, enum letter l, struct letter_view *v,
					struct letter_text *ret);

/* At most max characters of what a person chose, in one line: controls are blanks. arena */
struct text letter_line(struct arena *a, struct text t, size_t max);

#define LETTER_PAGES(X)                                                                            \
	X(USER_CONFIRM, user_confirm)                                                              \
	X(UNSUBSCRIBE_NOTIFICATIONS, unsubscribe_notifications)                                    \
	X(OWNER_INVITE, owner_invite)                                                              \
	X(NEW_TOKEN, new_token)                                                                    \
	X(EXPIRY_NOTIFICATION, expiry_notification)                                                \
	X(TOKEN_EXPOSED, token_exposed)                                                            \
	X(TRUSTPUB_TOKEN_EXPOSED, trustpub_token_exposed)                                          \
	X(TRUSTPUB_CONFIG_CREATED, trustpub_config_created)                                        \
	X(TRUSTPUB_CONFIG_DELETED, trustpub_config_deleted)                                        \
	X(TRUSTPUB_ONLY_CHANGED, trustpub_only_changed)                                            \
	X(PUBLISH_NOTIFICATION, publish_notification)                                              \
	X(CRATE_DELETION, crate_deletion)                                                          \
	X(POSSIBLE_TYPOSQUAT, possible_typosquat)                                                  \
	X(ADMIN_ACCOUNT, admin_account)                                                            \
	X(ADMIN_ACTION, admin_action)

/* letter_new_token_txt and letter_new_token_html, and so on */
#define LETTER_DECLARE(id, name)                                                                   \
	void letter_##name##_txt(struct tmpl *t, const struct letter_view *v);                     \
	void letter_##name##_html(struct tmpl *t, const struct letter_view *v);
LETTER_PAGES(LETTER_DECLARE)
#undef LETTER_DECLARE
