#include "handlers/api/common.h"

#include "app/base/arena.h"
#include "app/base/semver.h"
#include "app/base/time.h"
#include "app/registry/name.h"
#include "templates/json_version.h"

enum { PER_PAGE_DEFAULT = 10, PER_PAGE_MAX = 100, PAGE_MAX = 200, ANSWER_MAX_BYTES = 64 << 20 };

const struct err *req_version(struct req *r, struct text *ret_num)
{
	struct text num = req_path(r, "version");
	struct text why = semver_error(r->arena, num);

	if (why.p)
		return err_new(r->arena, ERR_INVALID, "Invalid URL: %.*s", TEXT_F(why));
	*ret_num = num;
	return NULL;
}

const struct err *req_crate_version(struct req *r, struct crate_view *ret_crate,
				    struct version_view *ret_version)
{
	struct text num;
	const struct err *e = req_version(r, &num);

	if (!e)
		e = db_crate_view(r->db, req_path(r, "name"), ret_crate);
	if (!e)
		e = db_version_view(r->db, ret_crate->id, req_path(r, "name"), num, ret_version);
	return e;
}

/* today: absent, or the day that the answer depends on beside the crate. */
static const struct err *crate_unless_same(struct req *r, struct text name, struct text today,
					   struct crate_view *ret, bool *ret_same)
{
	struct text stamp;
	const struct err *e = db_crate_stamped(r->db, name, ret, &stamp);

	*ret_same =
		!e && reply_stamp(r, text_fmt(r->arena, "%.*s %.*s", TEXT_F(stamp), TEXT_F(today)));
	return e;
}

static const struct err *version_unless_same(struct req *r, struct text today,
					     struct crate_view *ret_crate,
					     struct version_view *ret_version, bool *ret_same)
{
	struct text num, name = req_path(r, "name");
	const struct err *e = req_version(r, &num);

	*ret_same = false;
	if (!e)
		e = crate_unless_same(r, name, today, ret_crate, ret_same);
	if (!e && !*ret_same)
		e = db_version_view(r->db, ret_crate->id, name, num, ret_version);
	return e;
}

static struct text today(struct req *r)
{
	return text_dup(r->arena, text_from(time_date(time_now_us()).s));
}

const struct err *req_crate_unless_same(struct req *r, struct text name, struct crate_view *ret,
					bool *ret_same)
{
	return crate_unless_same(r, name, TEXT_NONE, ret, ret_same);
}

const struct err *req_crate_unless_same_today(struct req *r, struct text name,
					      struct crate_view *ret, bool *ret_same)
{
	return crate_unless_same(r, name, today(r), ret, ret_same);
}

const struct err *req_version_unless_same(struct req *r, struct crate_view *ret_crate,
					  struct version_view *ret_version, bool *ret_same)
{
	return version_unless_same(r, TEXT_NONE, ret_crate, ret_version, ret_same);
}

const struct err *req_version_unless_same_today(struct req *r, struct crate_view *ret_crate,
						struct version_view *ret_version, bool *ret_same)
{
	return version_unless_same(r, today(r), ret_crate, ret_version, ret_same);
}

const struct err *req_include(struct req *r, struct text value, const char *const *allowed,
			      size_t n, const char *expected, unsigned *ret)
{
	struct text rest = value, item;
	unsigned set = 0;

	while (text_cut(&rest, ',', &item)) {
		size_t i = 0;

		if (!item.n)
			continue;
		while (i < n && !text_eq(item, text_from(allowed[i])))
			i++;
		if (i == n)
			return err_new(r->arena, ERR_INVALID,
				       "invalid component for ?include= (expected %s)", expected);
		set |= 1U << i;
	}
	*ret = set;
	return NULL;
}

const struct err *req_crate_name(struct req *r, struct text *ret)
{
	struct text name = req_path(r, "name");

	if (!name_is_valid(NAME_CRATE, name))
		return err_new(r->arena, ERR_NOT_FOUND, "crate `%.*s` does not exist",
			       TEXT_F(name));
	*ret = name;
	return NULL;
}

/* Why t is no i32, in the words of the reference's parser; NULL where it is one. */
static const char *not_i32(struct text t, int64_t *ret)
{
	bool minus = text_starts(t, TEXT("-"));
	struct text digits = text_sub(t, minus || text_starts(t, TEXT("+")), t.n);
	uint64_t v;

	if (!t.n)
		return "cannot parse integer from empty string";
	for (size_t i = 0; i < digits.n; i++)
		if (!char_is_digit(digits.p[i]))
			return "invalid digit found in string";
	if (!digits.n)
		return "invalid digit found in string";
	if (!text_u64(digits, 0, minus ? (uint64_t)INT32_MAX + 1 : INT32_MAX, &v))
		return minus ? "number too small to fit in target type"
			     : "number too large to fit in target type";
	*ret = minus ? -(int64_t)v : (int64_t)v;
	return NULL;
}

const struct err *req_query_i32(struct req *r, const char *name, int64_t initial, int64_t *ret)
{
	struct text t;
	const struct err *e = req_query_word(r, name, &t);
	const char *why;

	if (e)
		return e;
	*ret = initial;
	why = t.p ? not_i32(t, ret) : NULL;
	if (!why)
		return NULL;
	return err_new(r->arena, ERR_INVALID, "Failed to deserialize query string: %s: %s", name,
		       why);
}

/* Why t is no u32 of at least 1, in the words of the reference's parser; NULL where it is one. */
static const char *not_positive(struct text t, uint64_t *ret)
{
	struct text digits = t.n > 1 && t.p[0] == '+' ? text_sub(t, 1, t.n) : t;

	if (!t.n)
		return "cannot parse integer from empty string";
	for (size_t i = 0; i < digits.n; i++)
		if (!char_is_digit(digits.p[i]))
			return "invalid digit found in string";
	if (!text_u64(digits, 0, UINT32_MAX, ret))
		return "number too large to fit in target type";
	return *ret ? NULL : "invalid value: integer `0`, expected a nonzero u32";
}

static const struct err *positive(struct req *r, const char *name, struct text t, uint64_t *ret)
{
	const char *why = not_positive(t, ret);

	if (!why)
		return NULL;
	return err_new(r->arena, ERR_INVALID, "Failed to deserialize query string: %s: %s", name,
		       why);
}

const struct err *req_paging_read(struct req *r, struct paging *ret)
{
	struct paging p = { .page = 1, .per_page = PER_PAGE_DEFAULT };
	struct text page, per_page;
	const struct err *e = req_query_word(r, "page", &page);

	if (!e)
		e = req_query_word(r, "per_page", &per_page);
	if (!e)
		e = req_query_word(r, "seek", &p.seek);
	if (!e && page.p)
		e = positive(r, "page", page, &p.page);
	if (!e && per_page.p)
		e = positive(r, "per_page", per_page, &p.per_page);
	if (e)
		return e;
	p.has_page = page.p != NULL;
	p.has_per_page = per_page.p != NULL;
	*ret = p;
	return NULL;
}

const struct err *req_paging_allowed(struct req *r, unsigned allows, const struct paging *p)
{
	if (p->has_page && p->seek.p)
		return err_new(r->arena, ERR_INVALID,
			       "providing both ?page= and ?seek= is unsupported");
	if (p->has_page && !(allows & PAGING_PAGE))
		return err_new(r->arena, ERR_INVALID, "?page= is not supported for this request");
	if (p->has_page && (allows & PAGING_LIMITED) && p->page > PAGE_MAX)
		return err_new(
			r->arena, ERR_INVALID,
			"Page %llu is unavailable for performance reasons. Please take a look at "
			"https://crates.io/data-access for alternatives.",
			(unsigned long long)p->page);
	if (p->seek.p && !(allows & PAGING_SEEK))
		return err_new(r->arena, ERR_INVALID, "?seek= is not supported for this request");
	if (p->per_page > PER_PAGE_MAX)
		return err_new(r->arena, ERR_INVALID, "cannot request more than 100 items");
	return NULL;
}

const struct err *req_paging(struct req *r, unsigned allows, struct paging *ret)
{
	const struct err *e = req_paging_read(r, ret);

	return e ? e : req_paging_allowed(r, allows, ret);
}

/* As the url crate's form serializer writes it. */
static void form_encode(struct buf *b, struct text t)
{
	for (size_t i = 0; i < t.n; i++) {
		char c = t.p[i];

		if (char_is_alnum(c) || text_has_byte(TEXT("*-._"), c))
			buf_byte(b, c);
		else if (c == ' ')
			buf_byte(b, '+');
		else
			buf_fmt(b, "%%%02X", (unsigned)(unsigned char)c);
	}
}

struct text req_page_link(struct req *r, const char *key, struct text value)
{
	struct buf b = buf_init(r->arena, ANSWER_MAX_BYTES);
	size_t n;
	const struct query_pair *kv = req_query_all(r, &n);

	buf_byte(&b, '?');
	for (size_t i = 0; i < n; i++) {
		if (text_eq(kv[i].name, text_from(key)))
			continue;
		form_encode(&b, kv[i].name);
		buf_byte(&b, '=');
		form_encode(&b, kv[i].value);
		buf_byte(&b, '&');
	}
	buf_add(&b, text_from(key));
	buf_byte(&b, '=');
	form_encode(&b, value);
	return buf_text(&b);
}

const struct err *req_path_i32(struct req *r, const char *name, int64_t *ret)
{
	struct text t = req_path(r, name);
	struct text digits = t.n > 1 && t.p[0] == '+' && t.p[1] != '-' ? text_sub(t, 1, t.n) : t;

	if (text_i64(digits, INT32_MIN, INT32_MAX, ret))
		return NULL;
	return err_new(r->arena, ERR_INVALID, "Invalid URL: Cannot parse `%.*s` to a `i32`",
		       TEXT_F(t));
}

struct buf reply_buf(struct req *r)
{
	return buf_init(r->arena, ANSWER_MAX_BYTES);
}

struct reply reply_jw(struct req *r, unsigned status, const struct jw *j)
{
	struct text json;
	const struct err *e;

	BUG_ON(!jw_done(j));
	e = buf_done(j->b, &json);
	return e ? reply_err(r, e) : reply_json(r, status, json);
}

struct reply reply_ok(struct req *r)
{
	return reply_json(r, 200, TEXT("{\"ok\":true}"));
}

struct reply reply_version(struct req *r, const struct crate_view *crate,
			   const struct version_view *v)
{
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	json_version(&j, "version", v, crate->name);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

void json_total(struct jw *j, uint64_t n)
{
	jw_object(j, "meta");
	jw_u64(j, "total", n);
	jw_end(j);
}
