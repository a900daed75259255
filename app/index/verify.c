#include "app/index/verify.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/index/sparse.h"
#include "app/storage/storage.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct check {
	const struct app *app;
	struct arena *a;
	const struct verify_sink *sink;
	struct verify r;
};

static void wrong(struct check *c, const char *fmt, ...) printf_like(2, 3);

static void wrong(struct check *c, const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	int n;

	if (!c->sink)
		return;
	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n > (int)sizeof(line) - 1)
		n = sizeof(line) - 1;
	c->sink->wrong(c->sink->ctx, text_dup(c->a, (struct text){ line, n > 0 ? (size_t)n : 0 }));
}

static const struct err *hash_of(struct check *c, const struct sha256 *sha, bool *ret_same)
{
	struct sha256_ctx *h;
	struct sha256 got;
	const struct err *e;
	char p[16 * 1024];
	ssize_t n;
	int fd;

	e = storage_open_blob(c->app->storage, c->a, sha, &fd);
	if (e)
		return e;
	h = sha256_new();
	while ((n = read(fd, p, sizeof(p))) > 0)
		sha256_add(h, (struct text){ p, (size_t)n });
	(void)close(fd);
	got = sha256_end(h);
	*ret_same = n == 0 && sha256_eq(&got, sha);
	return NULL;
}

static const struct err *check_blob(struct check *c, const struct db_index_version *v,
				    bool hash_blobs)
{
	struct storage_link link = { v->num, v->tar_sha256 };
	const struct err *e;
	uint64_t bytes;
	bool same = true;

	if (!storage_has_blob(c->app->storage, &v->tar_sha256, &bytes)) {
		if (v->without_bytes) {
			c->r.nwithout++;
			return NULL;
		}
		wrong(c, "%.*s %.*s: its bytes are missing", TEXT_F(v->name), TEXT_F(v->num));
		c->r.lost[c->r.nlost++] = link;
		return NULL;
	}
	if (bytes == v->crate_size && hash_blobs) {
		e = hash_of(c, &v->tar_sha256, &same);
		if (e)
			return e;
	}
	if (bytes != v->crate_size || !same) {
		wrong(c, "%.*s %.*s: its bytes are not what was published", TEXT_F(v->name),
		      TEXT_F(v->num));
		c->r.lost[c->r.nlost++] = link;
		return NULL;
	}
	if (!storage_is_linked(c->app->storage, v->name, &link)) {
		wrong(c, "%.*s %.*s: not where downloads look for it", TEXT_F(v->name),
		      TEXT_F(v->num));
		c->r.settle_mends = true;
	}
	return NULL;
}

static const struct err *check_file(struct check *c, const struct db_index_state *state,
				    const struct sparse *s)
{
	struct text have;
	int64_t mtime = 0;
	const struct err *e = storage_get_index(c->app->storage, c->a, s->path, &have, &mtime);

	if (e)
		return e;
	if (!have.p && !s->bytes.p)
		return NULL;
	if (!have.p)
		wrong(c, "index file %.*s is missing", TEXT_F(s->path));
	else if (!s->bytes.p)
		wrong(c, "index file %.*s is of a crate that is deleted", TEXT_F(s->path));
	else if (!text_eq(have, s->bytes))
		wrong(c, "index file %.*s differs from the database", TEXT_F(s->path));
	else if (mtime != state->index_stamp)
		wrong(c, "index file %.*s has another time than it should", TEXT_F(s->path));
	else
		return NULL;
	c->r.settle_mends = true;
	return NULL;
}

const struct err *verify_crate(const struct app *app, const struct db_index_state *state,
			       bool hash_blobs, const struct verify_sink *sink, struct verify *ret)
{
	struct check c = { .app = app, .a = db_arena(app->db), .sink = sink };
	struct db_index_version *versions;
	struct db_index_dep *deps;
	size_t nversions, ndeps;
	const struct err *e;
	struct sparse s;

	e = db_index_versions(app->db, state->canon_name, &versions, &nversions);
	if (!e)
		e = db_index_deps(app->db, state->canon_name, &deps, &ndeps);
	if (!e)
		e = sparse_build(c.a, state, versions, nversions, deps, ndeps,
				 app->cfg->registry.pubtime, &s);
	if (e)
		return e;
	c.r.name = s.name;
	c.r.lost = arena_array(c.a, nversions, sizeof(*c.r.lost));
	for (size_t i = 0; i < nversions && !e; i++)
		e = check_blob(&c, &versions[i], hash_blobs);
	if (!e)
		e = check_file(&c, state, &s);
	if (!e)
		*ret = c.r;
	return e;
}

const struct err *verify_each(const struct app *app, struct arena *step,
			      const struct err *(*fn)(void *ctx, struct text canon), void *ctx)
{
	struct arena *before = db_arena(app->db), *page = arena_new(0);
	struct db_index_state *v;
	const struct err *e = NULL;
	struct text after = TEXT("");
	char last[256];
	size_t n = 1;

	while (!e && n) {
		db_use_arena(app->db, page);
		e = db_index_list(app->db, after, &v, &n);
		e = err_move(step, e); /* it must outlive the page */
		db_use_arena(app->db, step);
		for (size_t i = 0; !e && i < n; i++) {
			arena_reset(step);
			e = fn(ctx, v[i].canon_name);
		}
		if (e || !n)
			break;
		BUG_ON(v[n - 1].canon_name.n > sizeof(last));
		memcpy(last, v[n - 1].canon_name.p, v[n - 1].canon_name.n);
		after = (struct text){ last, v[n - 1].canon_name.n };
		arena_reset(page);
	}
	db_use_arena(app->db, before);
	arena_free(page);
	return e;
}
