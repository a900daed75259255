/* What a letter needs to know when it is sent: people and their addresses, and what the ids in its job stand for. */
#pragma once

#include "db/db.h"

struct mail_person {
	uint64_t id;
	struct text login;
	bool publish_notifications;
	struct text email;       /* absent: none */
	struct opt_u64 verified; /* 1, 0; not set: no address */
	struct text token;       /* that verifies the address */
};

/* ERR_NOT_FOUND ("Not Found"), as from all of these: what the letter was for is gone. */
const struct err *must_use db_mail_person(struct db *db, uint64_t user_id, struct mail_person *ret);

struct mail_token {
	uint64_t id, user_id;
	struct text name;
	bool revoked;
	struct opt_i64 expired_us;
};
const struct err *must_use db_mail_token(struct db *db, uint64_t token_id, struct mail_token *ret);

struct mail_invitation {
	struct text crate, inviter, token;
	int64_t expires_us;
};
const struct err *must_use db_mail_invitation(struct db *db, uint64_t crate_id, uint64_t invitee_id,
					      struct mail_invitation *ret);

struct mail_version {
	struct text crate, num;
	int64_t created_us;
	struct opt_u64 publisher_id; /* not set: trusted publishing, or not known */
	struct text publisher;       /* login */
	struct text trustpub_data;   /* JSON object; absent for none */
};
const struct err *must_use db_mail_version(struct db *db, uint64_t version_id,
					   struct mail_version *ret);

/* Individual owners of a crate with a verified address. */
struct mail_owner {
	uint64_t user_id;
	struct text email, crate;
};

/* By id, at most 1,000 (OWNERS_MAX). A crate that is not there has none. */
const struct err *must_use db_mail_owners(struct db *db, uint64_t crate_id, struct mail_owner **ret,
					  size_t *ret_n);

/* The same of a version's crate, without those who have switched publish notifications off. */
const struct err *must_use db_mail_subscribers(struct db *db, uint64_t version_id,
					       struct mail_owner **ret, size_t *ret_n);

/*
 * API tokens that run out within three days and whose users were not told yet: marks up to 500 of them, with a letter each,
 * in one transaction. *ret_n: how many there were; 500: there may be more.
 */
enum { MAIL_EXPIRING_MAX = 500 };
const struct err *must_use db_mail_expiring(struct db *db, uint64_t *ret_n);

extern const struct db_stmt *const db_mail_view_stmts[];
