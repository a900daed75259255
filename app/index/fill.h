/*
 * The index files of very many crates at once, after an import: written without being synced one by one. What is there and
 * right is written all the same; for that there is `rebuild index`.
 */
#pragma once

#include "app/base/err.h"
#include "app/server/app.h"

/*
 * Writes the files of the next crates after that canonical name (the empty text to begin), some 500, and syncs all of
 * them. *ret_last is of a's memory, and absent at the end; *ret_n: how many there were. A crate that changed meanwhile is
 * settled.
 */
const struct err *must_use index_fill(const struct app *app, struct arena *a, struct text after,
				      struct text *ret_last, uint64_t *ret_n);
