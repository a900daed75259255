#include "app/inspect/client.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/json.h"
#include "app/base/spawn.h"
#include "app/inspect/answer.h"
#include "app/inspect/answer_parts.h"
#include "app/inspect/client_parts.h"
#include "app/inspect/readme_plain.h"
#include "app/inspect/wire.h"

#include <errno.h>
#include <json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct inspect *inspect_new(const struct config *cfg, const char *socket_or_null)
{
	struct inspect *i = calloc(1, sizeof(*i));

	BUG_ON(!i);
	i->cfg = cfg;
	i->socket = socket_or_null ? strdup(socket_or_null) : NULL;
	BUG_ON(socket_or_null && !i->socket);
	return i;
}

void inspect_free(struct inspect *i)
{
	if (!i)
		return;
	free(i->socket);
	free(i);
}

void inspect_use_cache(struct inspect *i, const struct inspect_cache *cache)
{
	i->cache = *cache;
}

static const struct err *ask(struct inspect *i, struct arena *a, const struct wire_request *r,
			     int fd, struct json_object **ret)
{
	const int fds[2] = { fd, -1 };
	struct call_answer answer;
	const struct err *e = call_inspector(i->cfg, a, i->socket, r, fds, CALL_WORK, &answer);

	if (!e)
		*ret = answer.json;
	return e;
}

const struct err *client_odd_answer(struct arena *a)
{
	return call_odd(a, TEXT("the inspector's answer is not of its form"));
}

const struct err *client_verdict(struct arena *a, struct json_object *o)
{
	struct json_object *v;
	struct text verdict;

	if (!json_object_object_get_ex(o, "verdict", &v) || !answer_read_words(a, v, &verdict))
		return client_odd_answer(a);
	return verdict.p ? err_new(a, ERR_INVALID, "%.*s", TEXT_F(verdict)) : NULL;
}

/* ---- the four questions */

const struct err *inspect_archive(struct inspect *i, struct arena *a,
				  const struct inspect_archive_in *in, struct manifest *ret)
{
	struct wire_request r = { .op = WIRE_ARCHIVE,
				  .name = in->name,
				  .version = in->version,
				  .max_unpacked = in->max_unpacked,
				  .max_entries = in->max_entries };
	struct json_object *o, *m;
	const struct err *e = ask(i, a, &r, in->fd, &o);

	if (!e)
		e = client_verdict(a, o);
	if (e)
		return e;
	if (!json_object_object_get_ex(o, "manifest", &m) || !answer_read_manifest(a, m, ret))
		return client_odd_answer(a);
	return NULL;
}

/* {"languages": {NAME: {"code_lines", "comment_lines", "files"}}, "total_code_lines",
 * "total_comment_lines"} */
static bool is_count(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) && json_object_is_type(v, json_type_int) &&
	       json_object_get_int64(v) >= 0;
}

static bool are_linecounts(struct json_object *o)
{
	struct json_object *languages;

	if (!json_object_is_type(o, json_type_object) || json_object_object_length(o) != 3 ||
	    !is_count(o, "total_code_lines") || !is_count(o, "total_comment_lines") ||
	    !json_object_object_get_ex(o, "languages", &languages) ||
	    !json_object_is_type(languages, json_type_object))
		return false;
	json_object_object_foreach(languages, name, l)
	{
		(void)name;
		if (!json_object_is_type(l, json_type_object) ||
		    json_object_object_length(l) != 3 || !is_count(l, "code_lines") ||
		    !is_count(l, "comment_lines") || !is_count(l, "files"))
			return false;
	}
	return true;
}

const struct err *inspect_lines(struct inspect *i, struct arena *a,
				const struct inspect_lines_in *in, struct text *ret_json)
{
	struct wire_request r = { .op = WIRE_LINES,
				  .name = in->name,
				  .version = in->version,
				  .max_unpacked = i->cfg->limits.unpacked_bytes };
	struct json_object *o, *counts;
	const struct err *e = ask(i, a, &r, in->fd, &o);

	if (!e)
		e = client_verdict(a, o);
	if (e)
		return e;
	if (!json_object_object_get_ex(o, "linecounts", &counts) || !are_linecounts(counts))
		return client_odd_answer(a);
	*ret_json = text_dup(
		a, text_from(json_object_to_json_string_ext(counts, JSON_C_TO_STRING_PLAIN)));
	return NULL;
}

/* It is served as it is, so it must at least be what it says. */
static bool is_list_of_files(struct arena *a, struct text json)
{
	enum { DEPTH = 4 };
	struct json_object *o, *files;
	struct text why;

	o = json_parse(a, json, DEPTH, &why);
	return json_object_is_type(o, json_type_object) && json_object_object_length(o) == 1 &&
	       json_object_object_get_ex(o, "files", &files) &&
	       json_object_is_type(files, json_type_array);
}

const struct err *inspect_zip(struct inspect *i, struct arena *a, const struct inspect_lines_in *in,
			      int64_t mtime_s, int out_fd, struct text *ret_json)
{
	struct wire_request r = { .op = WIRE_ZIP,
				  .name = in->name,
				  .version = in->version,
				  .max_unpacked = i->cfg->limits.unpacked_bytes,
				  .max_entries = mtime_s > 0 ? (uint64_t)mtime_s : 0 };
	const int fds[2] = { in->fd, out_fd };
	struct call_answer answer;
	struct json_object *full;
	const struct err *e = call_inspector(i->cfg, a, i->socket, &r, fds, CALL_WORK, &answer);

	if (!e)
		e = client_verdict(a, answer.json);
	if (e)
		return e;
	if (!json_object_object_get_ex(answer.json, "full", &full) ||
	    !json_object_is_type(full, json_type_boolean))
		return client_odd_answer(a);
	if (json_object_get_boolean(full))
		return err_errno(a, ENOSPC, "no room for a zip");
	if (!is_list_of_files(a, answer.bytes))
		return client_odd_answer(a);
	*ret_json = answer.bytes;
	return NULL;
}

const struct err *inspect_readme(struct inspect *i, struct arena *a,
				 const struct inspect_readme_in *in, struct text *ret_html,
				 bool *ret_plain)
{
	struct wire_request r = { .op = WIRE_README,
				  .path = in->path,
				  .repository = in->repository,
				  .path_in_vcs = in->path_in_vcs };
	struct json_object *o, *html, *plain;
	struct text t = TEXT_NONE;
	const struct err *e;
	int fd = spawn_input(in->text);

	if (fd < 0)
		return call_failed(a, "memfd_create", errno);
	e = ask(i, a, &r, fd, &o);
	(void)close(fd);
	if (err_is(e, ERR_INVALID)) {
		/* It died over this text: the same as a limit, and as final (design.md 2). */
		*ret_html = readme_plain(a, text_lossy(a, in->text));
		*ret_plain = true;
		return NULL;
	}
	if (e)
		return e;
	if (!json_object_object_get_ex(o, "html", &html) || !answer_read_text(a, html, &t) ||
	    !t.p || !json_object_object_get_ex(o, "plain", &plain) ||
	    !json_object_is_type(plain, json_type_boolean))
		return client_odd_answer(a);
	*ret_html = t;
	*ret_plain = json_object_get_boolean(plain);
	return NULL;
}

const struct err *inspect_file(struct inspect *i, struct arena *a,
			       const struct inspect_lines_in *in, struct text path,
			       struct text *ret)
{
	struct wire_request r = { .op = WIRE_FILE,
				  .name = in->name,
				  .version = in->version,
				  .path = path,
				  .max_unpacked = i->cfg->limits.unpacked_bytes };
	struct json_object *o, *v;
	struct text t = TEXT_NONE;
	const struct err *e = ask(i, a, &r, in->fd, &o);

	if (e)
		return e;
	if (!json_object_object_get_ex(o, "text", &v) || !answer_read_text(a, v, &t))
		return client_odd_answer(a);
	if (!t.p)
		return err_new(a, ERR_NOT_FOUND, "the archive has no file `%.*s`", TEXT_F(path));
	*ret = t;
	return NULL;
}
