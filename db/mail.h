/*
 * Letters that wait to be sent (contract/jobs.md 15, contract/api.md appendix B).
 *
 * A letter is a job of the queue (db/job.h) whose data names facts: which letter, whom it goes to, ids. What it says, and the
 * address, are looked up when it is sent (app/jobs/send_mail.c); so no address and no token is in the queue, and whoever has
 * changed his address meanwhile gets it at the new one. The functions below belong into the transaction of the change that
 * causes the letter: it is then written with the change or not at all, and is not lost by a crash. They only write jobs: one
 * query each (db_mail_user_confirm: two), however many owners there are.
 *
 * Nobody can be told of a letter that does not go out; a user without a (verified) address gets none, and that is no error.
 */
#pragma once

#include "app/base/json.h"
#include "db/db.h"

/* In the order of contract/jobs.md 15. */
enum letter {
	LETTER_USER_CONFIRM,
	LETTER_UNSUBSCRIBE_NOTIFICATIONS,
	LETTER_OWNER_INVITE,
	LETTER_NEW_TOKEN,
	LETTER_EXPIRY_NOTIFICATION,
	LETTER_TOKEN_EXPOSED,
	LETTER_TRUSTPUB_TOKEN_EXPOSED,
	LETTER_TRUSTPUB_CONFIG_CREATED,
	LETTER_TRUSTPUB_CONFIG_DELETED,
	LETTER_TRUSTPUB_ONLY_CHANGED,
	LETTER_PUBLISH_NOTIFICATION,
	LETTER_CRATE_DELETION,
	LETTER_POSSIBLE_TYPOSQUAT,
	LETTER_ADMIN_ACCOUNT,
	LETTER_ADMIN_ACTION, /* ours: what an administrator did, to all of them (db/audit.h) */
	LETTER_COUNT
};

/* ---- for whoever causes a letter */

/* To the user's address, with the token that verifies it, both as they are when it is sent. */
const struct err *must_use db_mail_user_confirm(struct db *db, uint64_t user_id);

/* Publish notifications were switched off: to the verified address. */
const struct err *must_use db_mail_unsubscribed(struct db *db, uint64_t user_id);

/* To the invitee's verified address, if the invitation is still there when it is sent. */
const struct err *must_use db_mail_owner_invite(struct db *db, uint64_t crate_id,
						uint64_t invitee_id);

/* To the address of the token's user, verified or not. */
const struct err *must_use db_mail_new_token(struct db *db, uint64_t token_id);
const struct err *must_use db_mail_token_expires(struct db *db, uint64_t token_id);

/* To the user's address, verified or not. crate: the name that was deleted. */
const struct err *must_use db_mail_crate_deletion(struct db *db, uint64_t user_id,
						  struct text crate);

/* To every individual owner with a verified address. actor_id: who changed it, one of them or not. */
const struct err *must_use db_mail_trustpub_only_changed(struct db *db, uint64_t crate_id,
							 uint64_t actor_id, bool on);

/* A trusted-publishing configuration, as it was made or is taken away. */
struct mail_trustpub_config {
	uint64_t crate_id, actor_id;
	struct text provider;     /* "GitHub Actions" or "GitLab CI/CD" */
	struct text repository;   /* owner/name or namespace/project */
	struct text workflow;     /* the file's name or path */
	struct text workflow_url; /* where it can be read: https://... */
	struct text environment;  /* absent: any */
};

/* To every individual owner with a verified address. */
const struct err *must_use db_mail_trustpub_config(struct db *db, bool created,
						   const struct mail_trustpub_config *c);

/* What the one who found a token in public says of it (contract/api.md 30). */
struct mail_exposure {
	struct text reporter; /* "GitHub" */
	struct text source;   /* where: "commit", "issue_title"... */
	struct text url;      /* empty or absent: not given */
};

/* An API token was revoked because it was found: to its user's address, verified or not. */
const struct err *must_use db_mail_token_exposed(struct db *db, uint64_t token_id,
						 const struct mail_exposure *x);

/*
 * A trusted-publishing token was revoked because it was found: one letter to each verified address of individual owners of the
 * token's crates, which names that person's. crate_ids: the JSON list of numbers as trustpub_tokens has it.
 */
const struct err *must_use db_mail_trustpub_token_exposed(struct db *db, struct text crate_ids,
							  const struct mail_exposure *x);

/* The name of a new crate is like others (db/typosquat.h): to an address of mail.typosquat_to, if that still has it when it is
 * sent. */
const struct err *must_use db_mail_possible_typosquat(struct db *db, uint64_t crate_id,
						      struct text to);

/* Who administers the site has changed: to the address, verified or not, of somebody who did before. Lists of logins. */
const struct err *must_use db_mail_admin_account(struct db *db, uint64_t user_id,
						 const struct texts *granted,
						 const struct texts *revoked);

/* A version was published: to individual owners with a verified address who have not switched it off. */
const struct err *must_use db_mail_published(struct db *db, uint64_t version_id);

/* ---- for the jobs that send them */

/* The data of the jobs. Which members are set depends on the letter. */
struct mail {
	struct text letter; /* its name: mail_letter_name */
	struct json_i64 at; /* when it was caused, µs; also what makes two letters two */
	struct json_u64 user_id, crate_id, version_id, token_id, actor_id, audit_id;
	struct text crate;
	struct json_texts crates, granted, revoked;
	struct json_object *crate_ids; /* a list of numbers; arena of the reader */
	struct json_bool on;
	struct text provider, repository, workflow, workflow_url, environment;
	struct text reporter, source, url;
	struct text to; /* of the configuration's, where the letter is to nobody's account */
};

const char *mail_letter_name(enum letter l); /* "user_confirm", as the contract calls it */

/* ERR_INVALID for data that is none. arena of db */
const struct err *must_use db_mail_read(struct db *db, struct text data, struct mail *ret,
					enum letter *ret_letter);

/*
 * A letter to many instead of the job that stands for it: one job each for those n, and the end of j, in one transaction.
 * ERR_BUSY where the lease of j has run out.
 */
struct job;
const struct err *must_use db_mail_fan_out(struct db *db, const struct job *j,
					   const struct mail *mails, size_t n);
