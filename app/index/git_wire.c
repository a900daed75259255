#include "app/index/git_wire.h"

#include "app/registry/name.h"

#include <string.h>

enum { DATE_CHARS = 10 };

struct head {
	uint8_t op, absent;
	uint16_t name, path, zero;
	uint64_t bytes;
};
_Static_assert(sizeof(struct head) == GIT_WIRE_HEAD, "no holes");

/* What stands in a record of each kind. */
static const struct form {
	enum git_op op;
	bool name, path, bytes, may_lack_bytes;
} forms[] = {
	{ GIT_OP_CRATE, true, true, true, true },
	{ GIT_OP_FILE, false, true, true, true },
	{ GIT_OP_WHOLE, false, false, false, false },
	{ GIT_OP_COMMIT, false, false, true, false },
	{ GIT_OP_COMPARE, false, false, false, false },
	{ GIT_OP_SQUASH, true, false, false, false },
	{ GIT_OP_PACK, false, false, false, false },
	{ GIT_OP_PACK_ALL, false, false, false, false },
	{ GIT_OP_END, false, false, false, false },
};

static const struct form *form_of(unsigned op)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if ((unsigned)forms[i].op == op)
			return &forms[i];
	return NULL;
}

/* "se/rd/serde", "config.json": what no part of can lead elsewhere, or be git's own. */
static bool path_ok(struct text path)
{
	struct text rest = path, part;

	while (text_cut(&rest, '/', &part)) {
		if (!part.n)
			return false;
		for (size_t i = 0; i < part.n; i++)
			if (!char_is_alnum(part.p[i]) && part.p[i] != '_' && part.p[i] != '-' &&
			    (i == 0 || part.p[i] != '.'))
				return false;
	}
	return true;
}

static bool date_ok(struct text t)
{
	if (t.n != DATE_CHARS)
		return false;
	for (size_t i = 0; i < t.n; i++)
		if (i == 4 || i == 7 ? t.p[i] != '-' : !char_is_digit(t.p[i]))
			return false;
	return true;
}

static bool sizes_ok(const struct form *f, const struct git_wire_sizes *s)
{
	return s->name <= GIT_WIRE_NAME_MAX && (s->name > 0) == f->name &&
	       s->path <= GIT_WIRE_PATH_MAX && (s->path > 0) == f->path &&
	       s->bytes <= GIT_WIRE_BYTES_MAX && (!s->absent || s->bytes == 0) &&
	       (!s->absent || !f->bytes || f->may_lack_bytes) && (f->bytes || s->absent);
}

bool git_wire_ok(const struct git_record *r)
{
	struct git_wire_sizes s = { r->op, !r->bytes.p, r->name.n, r->path.n, r->bytes.n };
	const struct form *f = form_of((unsigned)r->op);

	if (!f || !sizes_ok(f, &s) || (f->path && !path_ok(r->path)))
		return false;
	if (r->op == GIT_OP_SQUASH)
		return date_ok(r->name);
	return !f->name || name_is_valid(NAME_CRATE, r->name);
}

bool git_wire_put(const struct git_record *r, char to[GIT_WIRE_HEAD])
{
	struct head h = { .op = (uint8_t)r->op, .absent = !r->bytes.p };

	if (!git_wire_ok(r))
		return false;
	h.name = (uint16_t)r->name.n;
	h.path = (uint16_t)r->path.n;
	h.bytes = r->bytes.n;
	memcpy(to, &h, sizeof(h));
	return true;
}

bool git_wire_take(const char from[GIT_WIRE_HEAD], struct git_wire_sizes *ret)
{
	const struct form *f;
	struct head h;

	memcpy(&h, from, sizeof(h));
	f = form_of(h.op);
	if (!f || h.absent > 1 || h.zero || h.bytes > GIT_WIRE_BYTES_MAX)
		return false;
	*ret = (struct git_wire_sizes){ f->op, h.absent, h.name, h.path, (size_t)h.bytes };
	return sizes_ok(f, ret);
}
