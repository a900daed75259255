#include "db/crate_traits.h"

#include "app/base/arena.h"

#include <string.h>

enum { AT_ONCE = 128 };

/* Places that are not used hold 0, which no crate has. */
static const struct db_stmt traits = {
	.name = "crate_traits",
	.sql = "SELECT c.id, c.name, c.description, v.num, v.license, v.rust_version, v.bin_names,"
	       "       v.keywords, v.categories, COALESCE(v.has_lib, 0) = 1 AS has_lib,"
	       "       v.marks IS NOT NULL AS marked,"
	       "       CAST(COALESCE(v.marks, 0) AS UNSIGNED) AS marks"
	       "  FROM crates c"
	       "  JOIN default_versions d ON d.crate_id = c.id"
	       "  JOIN versions v ON v.id = d.version_id"
	       " WHERE c.id IN (" DB_ROWS_128("?") ") LIMIT 128",
	.in = { DB_U64 },
	.in_repeat = AT_ONCE,
	.out = { DB_COL(struct crate_traits, id), DB_COL(struct crate_traits, name),
		 DB_COL(struct crate_traits, description), DB_COL(struct crate_traits, num),
		 DB_COL(struct crate_traits, license), DB_COL(struct crate_traits, rust_version),
		 DB_COL(struct crate_traits, bin_names), DB_COL(struct crate_traits, keywords),
		 DB_COL(struct crate_traits, categories), DB_COL(struct crate_traits, has_lib),
		 DB_COL(struct crate_traits, marked), DB_COL(struct crate_traits, marks) },
};

const struct err *db_crate_traits(struct db *db, const uint64_t *ids, size_t n,
				  struct crate_traits **ret, size_t *ret_n)
{
	struct crate_traits *all = arena_array(db_arena(db), n ? n : 1, sizeof(*all));
	size_t m = 0;

	for (size_t from = 0; from < n; from += AT_ONCE) {
		struct db_val v[AT_ONCE];
		struct crate_traits *got;
		size_t ngot;
		const struct err *e;

		for (size_t i = 0; i < AT_ONCE; i++)
			v[i] = db_u64(from + i < n ? ids[from + i] : 0);
		e = db_all(db, &traits, (struct db_vals){ v, AT_ONCE }, sizeof(*got), &got, &ngot);
		if (e)
			return e;
		memcpy(all + m, got, ngot * sizeof(*got));
		m += ngot;
	}
	*ret = all;
	*ret_n = m;
	return NULL;
}

const struct db_stmt *const db_crate_traits_stmts[] = { &traits, NULL };
