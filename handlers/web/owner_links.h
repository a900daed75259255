/* Owners as pages show them. */
#pragma once

#include "app/server/req.h"
#include "db/owner.h"
#include "templates/crate.h"

/* Address, label and picture of one. arena */
struct owner_link owner_link(struct req *r, const struct owner_view *o);

/* The same rows with teams first, as the original lists them. arena */
struct owner_view *owners_in_order(struct req *r, const struct owner_view *o, size_t n);
