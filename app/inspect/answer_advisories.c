#include "app/inspect/answer_advisories.h"

#include "app/base/arena.h"
#include "app/base/jw.h"
#include "app/inspect/answer.h"
#include "app/registry/name.h"

#include <json.h>

/* ---- writing */

static void write_texts(struct jw *j, const char *key, const struct texts *t)
{
	jw_array(j, key);
	for (size_t i = 0; i < t->n; i++)
		jw_text(j, NULL, t->v[i]);
	jw_end(j);
}

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
		write_texts(j, "patched", &f->patched);
		write_texts(j, "unaffected", &f->unaffected);
		write_texts(j, "aliases", &f->aliases);
		jw_i64(j, "date", f->date_us);
		jw_bool(j, "withdrawn", f->withdrawn);
		jw_i64(j, "withdrawn_us", f->withdrawn_us);
	}
	jw_end(j);
}

/* ---- reading: one pass that remembers whether anything was wrong */

struct reader {
	struct arena *arena;
	struct json_object *o;
	bool bad;
};

static struct json_object *get(struct reader *r, const char *key)
{
	struct json_object *v = NULL;

	if (!json_object_object_get_ex(r->o, key, &v))
		r->bad = true;
	return v;
}

static struct text get_text_or_null(struct reader *r, const char *key, size_t max)
{
	struct text t = TEXT_NONE;

	if (!answer_read_text(r->arena, get(r, key), &t) || t.n > max)
		r->bad = true;
	return t;
}

static struct text get_text(struct reader *r, const char *key, size_t max)
{
	struct text t = get_text_or_null(r, key, max);

	if (!t.p)
		r->bad = true;
	return t.p ? t : TEXT("");
}

static struct texts get_texts(struct reader *r, const char *key)
{
	struct json_object *v = get(r, key);
	struct texts t = { 0 };

	if (!json_object_is_type(v, json_type_array) ||
	    json_object_array_length(v) > ADVISORY_LIST_MAX) {
		r->bad = true;
		return t;
	}
	t.n = json_object_array_length(v);
	t.v = arena_array(r->arena, t.n, sizeof(*t.v));
	for (size_t i = 0; i < t.n; i++)
		if (!answer_read_text(r->arena, json_object_array_get_idx(v, i), &t.v[i]) ||
		    !t.v[i].p || t.v[i].n > ADVISORY_WORDS_MAX)
			r->bad = true;
	return t;
}

static int64_t get_time(struct reader *r, const char *key)
{
	struct json_object *v = get(r, key);

	if (!json_object_is_type(v, json_type_int))
		r->bad = true;
	return v ? json_object_get_int64(v) : 0;
}

static bool get_bool(struct reader *r, const char *key)
{
	struct json_object *v = get(r, key);

	if (!json_object_is_type(v, json_type_boolean))
		r->bad = true;
	return v && json_object_get_boolean(v);
}

static void read_file(struct reader *r, struct advisory_answer *v)
{
	struct advisory_file *f = &v->file;

	f->title = get_text(r, "title", ADVISORY_WORDS_MAX);
	f->description = get_text(r, "description", ADVISORY_FILE_MAX);
	v->html = get_text(r, "html", SIZE_MAX);
	f->informational = get_text_or_null(r, "informational", ADVISORY_INFORMATIONAL_MAX);
	f->cvss = get_text_or_null(r, "cvss", ADVISORY_CVSS_MAX);
	f->url = get_text_or_null(r, "url", ADVISORY_WORDS_MAX);
	f->patched = get_texts(r, "patched");
	f->unaffected = get_texts(r, "unaffected");
	f->aliases = get_texts(r, "aliases");
	f->date_us = get_time(r, "date");
	f->withdrawn = get_bool(r, "withdrawn");
	f->withdrawn_us = get_time(r, "withdrawn_us");
}

static bool read_one(struct arena *a, struct json_object *o, struct advisory_answer *ret)
{
	struct reader r = { .arena = a, .o = o };
	struct advisory_answer v = { .why = TEXT_NONE };

	if (!json_object_is_type(o, json_type_object))
		return false;
	v.why = get_text_or_null(&r, "why", ADVISORY_WORDS_MAX);
	v.file.id = get_text(&r, "id", ADVISORY_ID_MAX);
	v.file.package = get_text(&r, "package", ADVISORY_WORDS_MAX);
	if (!v.why.p)
		read_file(&r, &v);
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
