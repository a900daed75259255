#include "app/jobs/mirror.h"

#include "app/base/arena.h"
#include "app/outside/http.h"
#include "app/server/app.h"

enum { HOPS = 3 };

/* The validators of what was taken in last, where the same reader took it from the same place. */
static size_t conditions(const struct mirror *m, const struct mirror_row *last,
			 struct http_header *ret)
{
	size_t n = 0;

	if (!text_eq(last->url, m->url) || last->reader != m->reader)
		return 0;
	if (last->etag.n)
		ret[n++] = (struct http_header){ TEXT("If-None-Match"), last->etag };
	else if (last->last_modified.n)
		ret[n++] = (struct http_header){ TEXT("If-Modified-Since"), last->last_modified };
	return n;
}

/* What the next request says again and the table holds: nothing that is not ASCII (RFC 9110 8.8.3 allows other bytes). */
static struct text validator(const struct http_answer *got, struct text name)
{
	struct text t = http_header(got, name);

	for (size_t i = 0; i < t.n; i++)
		if ((unsigned char)t.p[i] >= 0x7f)
			return TEXT_NONE;
	return t;
}

const struct err *mirror_fetch(struct job_run *r, const struct mirror *m, struct mirror_got *ret)
{
	struct http_header headers[2];
	struct http_request q = { .method = "GET",
				  .url = m->url,
				  .headers = headers,
				  .max_bytes = m->max_bytes,
				  .total_ms = m->total_s * 1000,
				  .same_host_hops = HOPS };
	struct mirror_row last = { .url = TEXT_NONE };
	struct http_answer got;
	bool found;
	const struct err *e = db_mirror(r->app->db, m->name, &last, &found);

	if (!e) {
		q.nheaders = conditions(m, &last, headers);
		e = http_send(r->app->http, r->arena, &q, &got);
	}
	if (e)
		return e;
	if (got.status != 200 && !(got.status == 304 && q.nheaders))
		return err_new(r->arena, ERR_BUSY, "%.*s answered %u", TEXT_F(m->url), got.status);
	*ret = (struct mirror_got){
		.unchanged = got.status == 304,
		.body = got.body,
		.row = { .url = m->url,
			 .etag = validator(&got, TEXT("ETag")),
			 .last_modified = validator(&got, TEXT("Last-Modified")),
			 .reader = m->reader },
	};
	return NULL;
}
