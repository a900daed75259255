/* handlers/api/summary.c - GET /api/v1/summary (contract/api.md 28): four queries, however large the registry is */
#include "handlers/api/summary.h"

#include "app/base/config.h"
#include "db/category.h"
#include "db/keyword.h"
#include "handlers/api/common.h"
#include "templates/json_crate.h"

/* The crates of all lists at once; one that is in several is asked for several times. */
static const struct err *load_crates(struct req *r, struct front *f)
{
	uint64_t ids[SUMMARY_LISTS * SUMMARY_LENGTH];
	size_t n = 0;

	for (size_t list = 0; list < SUMMARY_LISTS; list++)
		for (size_t i = 0; i < f->s.n[list]; i++)
			ids[n++] = f->s.ids[list][i];
	return n ? db_crate_views(r->db, ids, n, &f->crates, &f->ncrates) : NULL;
}

const struct err *front_load(struct req *r, struct front *f)
{
	struct category_view *all;
	size_t n;
	const struct err *e = db_summary(r->db, &f->s);

	if (!e)
		e = load_crates(r, f);
	if (!e)
		e = db_keywords_page(r->db, true, SUMMARY_LENGTH, 0, &f->keywords, &f->nkeywords);
	if (!e)
		e = db_categories(r->db, &all, &n);
	if (!e)
		f->categories = categories_top(r->arena, all, n, true, &f->ncategories);
	return e;
}

static void write_list(struct jw *j, const char *key, const struct front *f, enum summary_list list)
{
	jw_array(j, key);
	for (size_t i = 0; i < f->s.n[list]; i++) {
		const struct crate_view *c =
			crate_view_find(f->crates, f->ncrates, f->s.ids[list][i]);

		if (c) /* not deleted meanwhile */
			json_crate(j, NULL, c,
				   &(struct json_crate_with){ .with_tops = true,
							      .with_recent_downloads = true });
	}
	jw_end(j);
}

static struct reply summary_get(struct req *r)
{
	struct front f = { 0 };
	struct reply rp;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);
	const struct err *e = front_load(r, &f);

	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	jw_u64(&j, "num_downloads", f.s.num_downloads);
	jw_u64(&j, "num_crates", f.s.num_crates);
	write_list(&j, "new_crates", &f, SUMMARY_NEW);
	write_list(&j, "most_downloaded", &f, SUMMARY_DOWNLOADED);
	write_list(&j, "most_recently_downloaded", &f, SUMMARY_RECENTLY_DOWNLOADED);
	write_list(&j, "just_updated", &f, SUMMARY_UPDATED);
	jw_array(&j, "popular_keywords");
	for (size_t i = 0; i < f.nkeywords; i++)
		json_keyword(&j, NULL, &f.keywords[i]);
	jw_end(&j);
	jw_array(&j, "popular_categories");
	for (size_t i = 0; i < f.ncategories && i < SUMMARY_LENGTH; i++)
		json_category(&j, &f.categories[i]);
	jw_end(&j);
	jw_end(&j);
	rp = reply_jw(r, 200, &j);
	if (rp.status == 200)
		reply_header(&rp, "Cache-Control", TEXT("public, max-age=15"));
	return rp;
}

const struct route summary_routes[] = {
	ROUTE(GET, "/api/v1/summary", summary_get, .auth = AUTH_NONE,
	      .doc = "What the front page shows"),
	ROUTE_END,
};
