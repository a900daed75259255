/* Apart from sparse.c, which is pure: this half needs the database. */
#include "app/index/sparse.h"

const struct err *sparse_read(struct db *db, const struct db_index_state *state, bool pubtime,
			      struct sparse *ret)
{
	struct db_index_version *versions;
	struct db_index_dep *deps;
	size_t nversions, ndeps;
	const struct err *e;

	e = db_index_versions(db, state->canon_name, &versions, &nversions);
	if (e)
		return e;
	e = db_index_deps(db, state->canon_name, &deps, &ndeps);
	if (e)
		return e;
	return sparse_build(db_arena(db), state, versions, nversions, deps, ndeps, pubtime, ret);
}
