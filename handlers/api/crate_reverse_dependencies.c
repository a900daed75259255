/* handlers/api/crate_reverse_dependencies.c - GET /api/v1/crates/{name}/reverse_dependencies */
#include "handlers/api/common.h"
#include "templates/json_dependency.h"
#include "templates/json_version.h"

/*
 * A page that is not full tells the number exactly; else the kept counter does, which a job brings
 * up to date a little later (design.md 5), but never less than what is shown.
 */
static const struct err *total_of(struct req *r, uint64_t crate_id, const struct paging *p,
				  size_t shown, uint64_t *ret)
{
	uint64_t seen = (p->page - 1) * p->per_page + shown;
	const struct err *e;

	if (shown && shown < p->per_page) {
		*ret = seen;
		return NULL;
	}
	e = db_dependents_count(r->db, crate_id, ret);
	if (!e && shown && *ret < seen)
		*ret = seen;
	return e;
}

static struct reply crate_reverse_dependencies(struct req *r)
{
	struct crate_view crate;
	struct dependents d;
	struct paging p;
	const struct err *e;
	uint64_t total;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	e = req_paging(r, PAGING_PAGE | PAGING_LIMITED, &p);
	if (!e)
		e = db_crate_view(r->db, req_path(r, "name"), &crate);
	if (!e)
		e = db_dependents_page(r->db, crate.id, p.per_page, (p.page - 1) * p.per_page, &d);
	if (!e)
		e = total_of(r, crate.id, &p, d.ndependencies, &total);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	json_dependencies(&j, "dependencies", d.dependencies, d.ndependencies);
	json_versions(&j, "versions", d.versions, d.nversions, TEXT_NONE);
	json_total(&j, total);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

const struct route crate_reverse_dependencies_routes[] = {
	ROUTE(GET, "/api/v1/crates/{name}/reverse_dependencies", crate_reverse_dependencies,
	      .auth = AUTH_NONE, .doc = "Crates that depend on this one"),
	ROUTE_END,
};
