/* handlers/api/crate_reverse_dependencies.c - GET /api/v1/crates/{name}/reverse_dependencies */
#include "db/dependency_view.h"
#include "handlers/api/common.h"
#include "templates/json_dependency.h"
#include "templates/json_version.h"

/*
 * A page that is not full tells the number exactly; else the kept counter does, which a job brings
 * up to date a little later (design.md 5), but never less than what is shown.
 */
static uint64_t total_of(const struct paging *p, const struct dependents *d)
{
	uint64_t seen = (p->page - 1) * p->per_page + d->ndependencies;

	if (d->ndependencies && (d->ndependencies < p->per_page || d->kept_total < seen))
		return seen;
	return d->kept_total;
}

static struct reply crate_reverse_dependencies(struct req *r)
{
	struct dependents d;
	struct paging p;
	struct text stamp;
	const struct err *e;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	e = req_paging(r, PAGING_PAGE | PAGING_LIMITED, &p);
	if (!e)
		e = db_dependents_stamped(r->db, req_path(r, "name"), p.per_page,
					  (p.page - 1) * p.per_page, &d, &stamp);
	if (!e && reply_stamp(r, stamp))
		return reply_unchanged(r);
	if (!e)
		e = db_dependents_versions(r->db, &d);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	json_dependencies(&j, "dependencies", d.dependencies, d.ndependencies);
	json_versions(&j, "versions", d.versions, d.nversions, TEXT_NONE);
	json_total(&j, total_of(&p, &d));
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

const struct route crate_reverse_dependencies_routes[] = {
	ROUTE(GET, "/api/v1/crates/{name}/reverse_dependencies", crate_reverse_dependencies,
	      .auth = AUTH_NONE, .doc = "Crates that depend on this one"),
	ROUTE_END,
};
