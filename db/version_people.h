/*
 * Who published versions, and what was done with them by whom. A crate has few publishers and many versions, so each of them is read
 * once and not joined to each row.
 */
#pragma once

#include "db/version_view.h"

/*
 * Gives the versions their publishers and their actions: these are sorted by (version_id, id), each with its user_id, and belong to the
 * versions from then on. Whoever is gone is nobody's publisher, and his actions are gone with him. One query for each
 * USER_IDS_MAX people, none for nobody.
 */
const struct err *must_use version_people_add(struct db *db, struct version_view *v, size_t n,
					      struct version_action *actions, size_t nactions);
