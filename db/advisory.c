#include "db/advisory.h"

#include "app/base/arena.h"
#include "app/base/json.h"
#include "app/registry/name.h"

#include <json-c/json.h>

#define ADVISORY_SQL                                                                               \
	"id, title, informational, patched, unaffected, aliases, cvss, url, published_us, "        \
	"withdrawn_us"
#define ADVISORY_COLS                                                                              \
	DB_COL(struct advisory, id), DB_COL(struct advisory, title),                               \
		DB_COL(struct advisory, informational), DB_COL(struct advisory, patched),          \
		DB_COL(struct advisory, unaffected), DB_COL(struct advisory, aliases),             \
		DB_COL(struct advisory, cvss), DB_COL(struct advisory, url),                       \
		DB_COL(struct advisory, published_us), DB_COL(struct advisory, withdrawn_us)

static const struct db_stmt list = {
	.name = "advisory_list",
	.sql = "SELECT " ADVISORY_SQL " FROM advisories WHERE crate = ? ORDER BY id DESC LIMIT 200",
	.in = { DB_TEXT },
	.out = { ADVISORY_COLS },
};

static const struct db_stmt whole = {
	.name = "advisory_whole",
	.sql = "SELECT " ADVISORY_SQL
	       ", description, html FROM advisories WHERE crate = ? ORDER BY id DESC LIMIT 200",
	.in = { DB_TEXT },
	.out = { ADVISORY_COLS, DB_COL(struct advisory, description),
		 DB_COL(struct advisory, html) },
};

static const struct err *read(struct db *db, const struct db_stmt *stmt, struct text crate,
			      struct advisory **ret, size_t *ret_n)
{
	struct arena *a = db_arena(db);
	const struct err *e =
		db_all(db, stmt, DB_ARGS(db_text(canon_name(a, crate))), sizeof(**ret), ret, ret_n);

	for (size_t i = 0; !e && i < *ret_n; i++)
		(*ret)[i].affected = affected_of(a, advisory_list(a, (*ret)[i].patched),
						 advisory_list(a, (*ret)[i].unaffected));
	return e;
}

const struct err *db_advisories(struct db *db, struct text crate, struct advisory **ret,
				size_t *ret_n)
{
	return read(db, &list, crate, ret, ret_n);
}

const struct err *db_advisories_whole(struct db *db, struct text crate, struct advisory **ret,
				      size_t *ret_n)
{
	return read(db, &whole, crate, ret, ret_n);
}

struct texts advisory_list(struct arena *a, struct text json)
{
	struct text why;
	struct json_object *o = json_parse(a, json, 4, &why);
	size_t n = json_object_is_type(o, json_type_array) ? json_object_array_length(o) : 0;
	struct texts t = { .v = arena_array(a, n ? n : 1, sizeof(*t.v)) };

	for (size_t i = 0; i < n; i++) {
		struct text one = json_text(json_object_array_get_idx(o, i));

		if (one.p)
			t.v[t.n++] = one;
	}
	return t;
}

bool advisory_affects(const struct advisory *v, struct text num)
{
	struct semver version;

	if (v->withdrawn_us.set)
		return false;
	return !semver_parse(num, &version) || affected_has(&v->affected, &version);
}

bool advisory_is_unmaintained(const struct advisory *v)
{
	return v->informational.p && text_eq(v->informational, TEXT("unmaintained"));
}

const struct db_stmt *const db_advisory_stmts[] = { &list, &whole, NULL };
