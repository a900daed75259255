#include "app/inspect/answer_advisories.h"

#include "app/base/arena.h"
#include "app/base/jw.h"
#include "app/inspect/answer_parts.h"
#include "app/registry/name.h"

#include <json.h>

/* ---- writing */

void answer_write_advisory(struct jw *j, const struct advisory_answer *v)
{
	const struct advisory_file *f = &v->file;

	jw_object(j, NULL);
	jw_text_or_null(j, "why", v->why);
	jw_text(j, "id", f->id);
	jw_text(j, "package", f->package);
	if (!v->why.p) {
		jw_text(j, "title", f->title);
		jw_text(j, "description", f->description);
		jw_text(j, "html", v->html);
		jw_text_or_null(j, "informational", f->informational);
		jw_text_or_null(j, "cvss", f->cvss);
		jw_text_or_null(j, "url", f->url);
		answer_write_texts(j, "patched", &f->patched);
		answer_write_texts(j, "unaffected", &f->unaffected);
		answer_write_texts(j, "aliases", &f->aliases);
		jw_i64(j, "date", f->date_us);
		jw_bool(j, "withdrawn", f->withdrawn);
		jw_i64(j, "withdrawn_us", f->withdrawn_us);
	}
	jw_end(j);
}

/* ---- reading */

static struct texts get_texts(struct answer_reader *r, struct json_object *o, const char *key)
{
	return answer_get_texts(r, o, key, ADVISORY_LIST_MAX, ADVISORY_WORDS_MAX);
}

static void read_file(struct answer_reader *r, struct json_object *o, struct advisory_answer *v)
{
	struct advisory_file *f = &v->file;

	f->title = answer_get_text(r, o, "title", ADVISORY_WORDS_MAX);
	f->description = answer_get_text(r, o, "description", ADVISORY_FILE_MAX);
	v->html = answer_get_text(r, o, "html", SIZE_MAX);
	f->informational =
		answer_get_text_or_null(r, o, "informational", ADVISORY_INFORMATIONAL_MAX);
	f->cvss = answer_get_text_or_null(r, o, "cvss", ADVISORY_CVSS_MAX);
	f->url = answer_get_text_or_null(r, o, "url", ADVISORY_WORDS_MAX);
	f->patched = get_texts(r, o, "patched");
	f->unaffected = get_texts(r, o, "unaffected");
	f->aliases = get_texts(r, o, "aliases");
	f->date_us = answer_get_i64(r, o, "date");
	f->withdrawn = answer_get_bool(r, o, "withdrawn");
	f->withdrawn_us = answer_get_i64(r, o, "withdrawn_us");
}

static bool read_one(struct arena *a, struct json_object *o, struct advisory_answer *ret)
{
	struct answer_reader r = { .arena = a };
	struct advisory_answer v = { .why = TEXT_NONE };

	if (!json_object_is_type(o, json_type_object))
		return false;
	v.why = answer_get_text_or_null(&r, o, "why", ADVISORY_WORDS_MAX);
	v.file.id = answer_get_text(&r, o, "id", ADVISORY_ID_MAX);
	v.file.package = answer_get_text(&r, o, "package", ADVISORY_WORDS_MAX);
	if (!v.why.p)
		read_file(&r, o, &v);
	*ret = v;
	return !r.bad && v.file.id.n && name_is_valid(NAME_CRATE, v.file.package);
}

bool answer_read_advisories(struct arena *a, struct json_object *answer,
			    struct advisory_answer **ret, size_t *ret_n, uint64_t *ret_next)
{
	struct json_object *list = NULL, *next = NULL;
	struct advisory_answer *v;
	size_t n;

	if (!json_object_object_get_ex(answer, "advisories", &list) ||
	    !json_object_object_get_ex(answer, "next", &next) ||
	    !json_object_is_type(list, json_type_array) ||
	    !json_object_is_type(next, json_type_int) || json_object_get_int64(next) < 0)
		return false;
	n = json_object_array_length(list);
	v = arena_array(a, n, sizeof(*v));
	for (size_t i = 0; i < n; i++)
		if (!read_one(a, json_object_array_get_idx(list, i), &v[i]))
			return false;
	*ret = v;
	*ret_n = n;
	*ret_next = (uint64_t)json_object_get_int64(next);
	return true;
}
