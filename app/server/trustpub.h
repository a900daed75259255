/*
 * Making and taking back what an owner trusts to publish a crate (contract/api.md 26): one way for the API and the pages. Who asks
 * has been found out already (r->user); the errors are in the reference's words and order.
 */
#pragma once

#include "app/registry/trustpub.h"
#include "app/server/req.h"

struct crate_view;

/*
 * An individual owner with an e-mail address, verified or not: ERR_INVALID "You are not an owner of this crate" for everybody
 * else, members of owning teams too.
 */
const struct err *must_use trustpub_require_owner(struct req *r, uint64_t crate_id);
const struct err *trustpub_not_owner(struct req *r); /* the same refusal; arena, never NULL */

/*
 * From the caller's `crate` on, for fields that trustpub_check has let pass: the crate is there and has room, the caller owns it
 * and has a verified address, the issuer (absent: the first of its kind) is listed, GitHub knows the owner of the repository;
 * then it is stored, with a line in the audit and letters to the owners. *c becomes what is stored. Asks GitHub once.
 */
const struct err *must_use trustpub_create(struct req *r, enum trustpub_provider p,
					   struct text crate, struct trustpub_config *c);

/* Who may say whether new versions need trusted publishing: an individual owner with an address, ERR_AUTH for everybody else. */
const struct err *must_use trustpub_only_may(struct req *r, uint64_t crate_id);

/* Says so, for somebody who may, with a line in the audit and letters to the owners; nothing where it is so already. */
const struct err *must_use trustpub_only_set(struct req *r, const struct crate_view *crate,
					     bool on);

/* Owner, then gone: with a line in the audit and letters to the owners. c as db_trustpub_config gave it. */
const struct err *must_use trustpub_remove(struct req *r, enum trustpub_provider p,
					   const struct trustpub_config *c);
