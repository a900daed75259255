/* The questions of pages that show what was published: contract/web.md P19, P20, P21. */
#include "app/inspect/client.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/inspect/answer_parts.h"
#include "app/inspect/client_parts.h"
#include "app/inspect/tokens.h"
#include "app/inspect/wire.h"

#include <json.h>
#include <sys/stat.h>

/* One answer, read as a stranger's: what is odd is remembered, and asked for at the end. */
struct reading {
	struct arena *arena;
	struct json_object *json;
	struct text bytes; /* that no section has taken yet */
	bool bad;
};

static struct json_object *member(struct reading *r, const char *key, enum json_type type)
{
	struct json_object *v;

	if (json_object_object_get_ex(r->json, key, &v) && json_object_is_type(v, type))
		return v;
	r->bad = true;
	return NULL;
}

static uint64_t number(struct reading *r, const char *key, uint64_t max)
{
	struct json_object *v = member(r, key, json_type_int);
	uint64_t n = v ? json_object_get_uint64(v) : 0;

	/* json-c gives 0 for a negative one */
	if (n <= max)
		return n;
	r->bad = true;
	return 0;
}

static bool truth(struct reading *r, const char *key)
{
	struct json_object *v = member(r, key, json_type_boolean);

	return v && json_object_get_boolean(v);
}

static struct text words(struct reading *r, const char *key)
{
	struct json_object *v;
	struct text t = TEXT_NONE;

	if (!json_object_object_get_ex(r->json, key, &v) || !answer_read_text(r->arena, v, &t))
		r->bad = true;
	return t;
}

/* The next bytes, as many as the member says. */
static struct text section(struct reading *r, const char *key)
{
	size_t n = (size_t)number(r, key, r->bytes.n);
	struct text t = text_sub(r->bytes, 0, n);

	r->bytes = text_sub(r->bytes, n, r->bytes.n);
	return t;
}

/* ---- answers that are kept */

enum {
	REFUSED_FOR_US = 10 * 60 * 1000 * 1000
}; /* what was too much may pass on a machine with less to do */

/* What is kept of an archive that could not be taken apart: asked again at once it would cost as much once more. */
static const struct text refused = TEXT_INIT("!");

static void add_number(struct sha256_ctx *c, uint64_t n)
{
	sha256_add(c, (struct text){ (const char *)&n, sizeof(n) });
}

/* With its length, so that no two lists of texts are alike. */
static void add_text(struct sha256_ctx *c, struct text t)
{
	add_number(c, t.p ? t.n : UINT64_MAX);
	sha256_add(c, t);
}

/*
 * All that an answer depends on: the archives, the question, the limits, and the helper, whose next build may answer
 * otherwise.
 */
static struct sha256 key_of(const struct inspect *i, struct arena *a, const struct wire_request *r,
			    const struct sha256 *first, const struct sha256 *second)
{
	struct sha256_ctx *c = sha256_new();
	struct stat st = { 0 };

	(void)stat(
		text_z(a, text_fmt(a, "%.*s/cratehouse-inspect", TEXT_F(i->cfg->server.libexec))),
		&st);
	add_number(c, (uint64_t)st.st_ino);
	add_number(c, (uint64_t)st.st_size);
	add_number(c, (uint64_t)st.st_mtim.tv_sec);
	add_number(c, (uint64_t)st.st_mtim.tv_nsec);
	add_number(c, r->op);
	add_number(c, r->max_unpacked);
	add_text(c, r->name);
	add_text(c, r->version);
	add_text(c, r->second_version);
	add_text(c, r->path);
	add_text(c, r->repository);
	sha256_add(c, (struct text){ (const char *)first->b, sizeof(first->b) });
	sha256_add(c, (struct text){ (const char *)second->b, sizeof(second->b) });
	return sha256_end(c);
}

/* Whether an answer was kept; *ret_e is what call_inspector would have said. */
static bool kept(const struct inspect *i, struct arena *a, const struct sha256 *key,
		 struct call_answer *ret, const struct err **ret_e)
{
	int64_t age_us = 0;
	struct text whole = i->cache.get(i->cache.ctx, a, key, &age_us);

	if (!whole.p)
		return false;
	*ret_e = text_eq(whole, refused) ? call_odd(a, TEXT("kept: it was too much before"))
					 : call_read(a, whole, ret);
	return !text_eq(whole, refused) || (age_us >= 0 && age_us < REFUSED_FOR_US);
}

static const struct err *call(const struct inspect *i, struct arena *a,
			      const struct wire_request *r, const struct inspect_lines_in *first,
			      const struct inspect_lines_in *second, struct call_answer *ret)
{
	const int fds[2] = { first->fd, second ? second->fd : -1 };
	const struct sha256 none = { 0 };
	const struct err *e = NULL;
	struct sha256 key;

	if (!i->cache.get)
		return call_inspector(i->cfg, a, i->socket, r, fds, CALL_PAGE, ret);
	key = key_of(i, a, r, &first->sha, second ? &second->sha : &none);
	if (kept(i, a, &key, ret, &e))
		return e;
	e = call_inspector(i->cfg, a, i->socket, r, fds, CALL_PAGE, ret);
	if (!e || err_is(e, ERR_INVALID))
		i->cache.put(i->cache.ctx, a, &key, e ? refused : ret->whole);
	return e;
}

static const struct err *ask(struct inspect *i, struct arena *a, const struct wire_request *r,
			     const struct inspect_lines_in *first,
			     const struct inspect_lines_in *second, struct reading *ret)
{
	struct call_answer answer;
	const struct err *e = call(i, a, r, first, second, &answer);

	if (!e)
		e = client_verdict(a, answer.json);
	if (!e)
		*ret = (struct reading){ .arena = a, .json = answer.json, .bytes = answer.bytes };
	return e;
}

static struct wire_request request(const struct inspect *i, enum wire_op op,
				   const struct inspect_lines_in *in, struct text path)
{
	return (struct wire_request){ .op = op,
				      .name = in->name,
				      .version = in->version,
				      .path = path,
				      .max_unpacked = i->cfg->limits.unpacked_bytes };
}

/* Whether the tokens cover the text and nothing else. */
static bool are_tokens_of(struct text packed, struct text t)
{
	enum token_class c;
	size_t n, at = 0;

	while (tokens_next(&packed, &c, &n)) {
		if (n > t.n - at)
			return false;
		at += n;
	}
	return packed.n == 0 && at == t.n;
}

static void read_file(struct reading *r, struct inspect_source *s)
{
	s->file.path = words(r, "path");
	s->file.size = number(r, "size", UINT64_MAX);
	s->file.executable = truth(r, "executable");
	s->kind = (enum source_kind)number(r, "kind", SOURCE_KINDS - 1);
	s->language = words(r, "language");
	s->text = section(r, "text");
	s->tokens = section(r, "tokens");
	if (!s->file.path.n || !text_is_utf8(s->text) || text_has_byte(s->text, '\0') ||
	    !are_tokens_of(s->tokens, s->text))
		r->bad = true;
}

const struct err *inspect_browse(struct inspect *i, struct arena *a,
				 const struct inspect_lines_in *in, struct text path,
				 struct inspect_source *ret)
{
	struct wire_request q = request(i, WIRE_BROWSE, in, path);
	struct inspect_source s = { 0 };
	struct reading r;
	const struct err *e = ask(i, a, &q, in, NULL, &r);

	if (e)
		return e;
	s.unlisted = number(&r, "unlisted", UINT64_MAX);
	s.found = truth(&r, "found");
	if (!answer_read_files(a, section(&r, "files"), &s.files, &s.nfiles))
		r.bad = true;
	if (s.found && !r.bad)
		read_file(&r, &s);
	if (r.bad || r.bytes.n)
		return client_odd_answer(a);
	*ret = s;
	return NULL;
}

const struct err *inspect_bytes(struct inspect *i, struct arena *a,
				const struct inspect_lines_in *in, struct text path,
				struct inspect_bytes *ret)
{
	struct wire_request q = request(i, WIRE_BYTES, in, path);
	struct inspect_bytes s;
	struct reading r;
	const struct err *e = ask(i, a, &q, in, NULL, &r);
	bool found;

	if (e)
		return e;
	found = truth(&r, "found");
	s.size = number(&r, "size", UINT64_MAX);
	s.kind = (enum source_kind)number(&r, "kind", SOURCE_KINDS - 1);
	s.bytes = r.bytes;
	if (r.bad || (found && s.kind != SOURCE_LARGE && s.bytes.n != s.size))
		return client_odd_answer(a);
	if (!found)
		return err_new(a, ERR_NOT_FOUND, "the archive has no file `%.*s`", TEXT_F(path));
	*ret = s;
	return NULL;
}

const struct err *inspect_compare(struct inspect *i, struct arena *a,
				  const struct inspect_lines_in *old,
				  const struct inspect_lines_in *new, struct text path,
				  struct inspect_comparison *ret)
{
	struct wire_request q = request(i, WIRE_COMPARE, old, path);
	struct inspect_comparison s;
	struct reading r;
	const struct err *e;

	q.second_version = new->version;
	e = ask(i, a, &q, old, new, &r);
	if (e)
		return e;
	s.same = number(&r, "same", UINT64_MAX);
	s.more = number(&r, "more", UINT64_MAX);
	if (r.bad || !answer_read_compared(a, r.bytes, &s.files, &s.nfiles))
		return client_odd_answer(a);
	*ret = s;
	return NULL;
}

const struct err *inspect_changelog(struct inspect *i, struct arena *a,
				    const struct inspect_lines_in *in, struct text repository,
				    struct inspect_changelog *ret)
{
	struct wire_request q = request(i, WIRE_CHANGELOG, in, TEXT_NONE);
	struct inspect_changelog s;
	struct reading r;
	const struct err *e;

	q.repository = repository;
	e = ask(i, a, &q, in, NULL, &r);
	if (e)
		return e;
	s.path = words(&r, "path");
	s.plain = truth(&r, "plain");
	s.html = r.bytes;
	if (r.bad || !text_is_utf8(s.html) || text_has_byte(s.html, '\0'))
		return client_odd_answer(a);
	*ret = s;
	return NULL;
}
