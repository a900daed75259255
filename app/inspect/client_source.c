/* The questions of pages that show what was published: contract/web.md P19, P20, P21. */
#include "app/inspect/client.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/inspect/answer.h"
#include "app/inspect/client_parts.h"
#include "app/inspect/tokens.h"
#include "app/inspect/wire.h"

#include <json.h>

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

static const struct err *ask(struct inspect *i, struct arena *a, const struct wire_request *r,
			     const int fds[2], struct reading *ret)
{
	struct call_answer answer;
	const struct err *e = call_inspector(i->cfg, a, i->socket, r, fds, CALL_PAGE, &answer);

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
	const struct err *e = ask(i, a, &q, (const int[2]){ in->fd, -1 }, &r);

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
	const struct err *e = ask(i, a, &q, (const int[2]){ in->fd, -1 }, &r);
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
	e = ask(i, a, &q, (const int[2]){ old->fd, new->fd }, &r);
	if (e)
		return e;
	s.same = number(&r, "same", UINT64_MAX);
	s.more = number(&r, "more", UINT64_MAX);
	if (r.bad || !answer_read_compared(a, r.bytes, &s.files, &s.nfiles))
		return client_odd_answer(a);
	*ret = s;
	return NULL;
}
