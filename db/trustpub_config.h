/*
 * Configurations of trusted publishing (contract/api.md 26). Each provider has a table of its own; a row of either is a struct
 * trustpub_config (app/registry/trustpub.h).
 */
#pragma once

#include "app/registry/trustpub.h"
#include "db/db.h"

/* TRUSTPUB_CONFIGS_MAX: of one crate and provider. */
enum { TRUSTPUB_CONFIGS_MAX = 5, TRUSTPUB_PAGE_MAX = 100 };

/* Who does it, for the audit. */
struct trustpub_actor {
	uint64_t user_id;
	struct text login, address;
};

/* ERR_EXISTS in the reference's words where the crate has as many as it may have. */
const struct err *must_use db_trustpub_config_room(struct db *db, enum trustpub_provider p,
						   uint64_t crate_id);

/*
 * One transaction, with its line of the audit and the letters to the owners; it asks once more whether there is room. c->id and c->created_us become what
 * is stored. ERR_NOT_FOUND where the crate went meanwhile.
 */
const struct err *must_use db_trustpub_config_add(struct db *db, enum trustpub_provider p,
						  const struct trustpub_actor *who,
						  struct trustpub_config *c);

/* ERR_NOT_FOUND ("Not Found"). */
const struct err *must_use db_trustpub_config(struct db *db, enum trustpub_provider p, uint64_t id,
					      struct trustpub_config *ret);

/* One transaction, with its line of the audit and the letters to the owners. ERR_NOT_FOUND where another was first. */
const struct err *must_use db_trustpub_config_delete(struct db *db, enum trustpub_provider p,
						     const struct trustpub_actor *who,
						     const struct trustpub_config *c);

struct trustpub_query {
	enum trustpub_provider provider;
	uint64_t crate_id;                            /* of this crate, */
	uint64_t user_id;                             /* or of all that this user owns in person */
	bool (*wanted)(void *ctx, struct text crate); /* NULL: all */
	void *ctx;
	uint64_t after_id, max; /* the page: at most TRUSTPUB_PAGE_MAX, by id */
};

/* One page, and how many there are on all of them (among the first 50,000 of a user); one query. arena */
const struct err *must_use db_trustpub_configs(struct db *db, const struct trustpub_query *q,
					       struct trustpub_config **ret, size_t *ret_n,
					       uint64_t *ret_total);

/* A configuration and which table it is of. */
struct trustpub_of_crate {
	uint64_t provider; /* 0: TRUSTPUB_GITHUB, 1: TRUSTPUB_GITLAB */
	struct trustpub_config config;
};

/* All of a crate, those of GitHub first, each by id: as many as TRUSTPUB_CONFIGS_MAX lets it have. One query. arena */
const struct err *must_use db_trustpub_configs_of_crate(struct db *db, uint64_t crate_id,
							struct trustpub_of_crate **ret,
							size_t *ret_n);

/* ---- inside the transaction of an exchange (db/trustpub_exchange.h) */

/* Of a repository, whatever the case of its letters, by id: the first 5,000. */
const struct err *must_use db_trustpub_configs_of_repository(
	struct db *db, enum trustpub_provider p, struct text issuer, struct text owner,
	struct text project, struct trustpub_config **ret, size_t *ret_n);

/* Those of them that have no owner_id yet get this one. */
const struct err *must_use db_trustpub_configs_learn(struct db *db, enum trustpub_provider p,
						     struct text issuer, struct text owner,
						     struct text project, struct text owner_id);

extern const struct db_stmt *const db_trustpub_config_stmts[];
