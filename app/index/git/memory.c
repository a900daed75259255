#include "app/base/arena.h"
#include "app/index/git/parts.h"

#include <git2/odb.h>
#include <git2/pack.h>
#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>
#include <stdlib.h>

enum {
	MEMORY_MAX_BYTES = 32 << 20, /* of objects that are in no pack yet */
	FIRST = 999,                 /* before libgit2's own ways to keep objects */
};

/* Objects of this run until they are in a pack: libgit2's own keeping of objects in memory, and their names. */
struct memory {
	git_odb_backend base;
	git_odb_backend *inner;
	git_oid *ids;
	size_t n, room, bytes;
};

static struct memory *memory_of(git_odb_backend *b)
{
	return (struct memory *)b;
}

static int memory_read(void **p, size_t *n, git_object_t *type, git_odb_backend *b,
		       const git_oid *id)
{
	git_odb_backend *inner = memory_of(b)->inner;

	return inner->read(p, n, type, inner, id);
}

static int memory_read_header(size_t *n, git_object_t *type, git_odb_backend *b, const git_oid *id)
{
	git_odb_backend *inner = memory_of(b)->inner;

	return inner->read_header(n, type, inner, id);
}

static int memory_exists(git_odb_backend *b, const git_oid *id)
{
	git_odb_backend *inner = memory_of(b)->inner;

	return inner->exists(inner, id);
}

static int memory_write(git_odb_backend *b, const git_oid *id, const void *p, size_t n,
			git_object_t type)
{
	struct memory *m = memory_of(b);

	if (m->inner->exists(m->inner, id))
		return 0;
	if (m->n == m->room)
		m->ids = export_grown(m->ids, &m->room, sizeof(*m->ids));
	git_oid_cpy(&m->ids[m->n++], id);
	m->bytes += n;
	return m->inner->write(m->inner, id, p, n, type);
}

static void memory_free(git_odb_backend *b)
{
	struct memory *m = memory_of(b);

	m->inner->free(m->inner);
	free(m->ids);
	free(m);
}

static struct memory *memory_new(void)
{
	struct memory *m = calloc(1, sizeof(*m));

	BUG_ON(!m || git_odb_init_backend(&m->base, GIT_ODB_BACKEND_VERSION));
	if (git_mempack_new(&m->inner)) {
		free(m);
		return NULL;
	}
	m->base.read = memory_read;
	m->base.read_header = memory_read_header;
	m->base.exists = memory_exists;
	m->base.write = memory_write;
	m->base.free = memory_free;
	return m;
}

const struct err *memory_begin(struct git_export *g)
{
	g->memory = memory_new();
	if (!g->memory || git_odb_add_backend(g->odb, &g->memory->base, FIRST))
		return export_failed(g, "no memory");
	return NULL;
}

const struct err *memory_flush(struct git_export *g)
{
	struct memory *m = g->memory;
	git_packbuilder *pack = NULL;
	int rc = 0;

	if (!m->n)
		return NULL;
	rc = git_packbuilder_new(&pack, g->repo);
	for (size_t i = 0; !rc && i < m->n; i++)
		rc = git_packbuilder_insert(pack, &m->ids[i], NULL);
	if (!rc)
		rc = git_packbuilder_write(pack, NULL, 0, NULL, NULL);
	git_packbuilder_free(pack);
	if (!rc)
		rc = git_mempack_reset(m->inner);
	if (!rc)
		rc = git_odb_refresh(g->odb);
	if (rc)
		return export_failed(g, "a pack cannot be written");
	m->n = m->bytes = 0;
	return NULL;
}

const struct err *memory_flush_if_large(struct git_export *g)
{
	return g->memory->bytes > MEMORY_MAX_BYTES ? memory_flush(g) : NULL;
}

const struct err *memory_put_blob(struct git_export *g, struct text bytes, git_oid *ret)
{
	git_odb_backend *b = &g->memory->base;
	bool there;

	if (git_odb_hash(ret, bytes.p, bytes.n, GIT_OBJECT_BLOB))
		return export_failed(g, "a file cannot be hashed");
	there = git_odb_exists_ext(g->odb, ret, GIT_ODB_LOOKUP_NO_REFRESH);
	if (!there && b->write(b, ret, bytes.p, bytes.n, GIT_OBJECT_BLOB))
		return export_failed(g, "a file cannot be kept");
	return memory_flush_if_large(g);
}
