#include "templates/tmpl.h"

#include "app/base/arena.h"
#include "app/base/user_agent.h"

#include <stdio.h>
#include <string.h>

/* ---- escapers */

static void percent(struct buf *b, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";

	buf_byte(b, '%');
	buf_byte(b, digits[c >> 4]);
	buf_byte(b, digits[c & 15]);
}

/* buf_html, and U+FFFD for NUL, which no HTML can hold. */
static void put_html(struct buf *b, struct text v)
{
	struct text part;

	if (!text_has_byte(v, '\0')) {
		buf_html(b, v);
		return;
	}
	while (text_cut(&v, '\0', &part)) {
		buf_html(b, part);
		if (v.p)
			buf_add(b, TEXT("\xef\xbf\xbd"));
	}
}

/* RFC 3986 3.3: what of a path segment needs no encoding, less what is special in HTML. */
static void put_segment(struct buf *b, struct text v, bool slashes)
{
	for (size_t i = 0; i < v.n; i++)
		if (char_is_alnum(v.p[i]) || text_has_byte(TEXT("-._~+:@,"), v.p[i]) ||
		    (slashes && v.p[i] == '/'))
			buf_byte(b, v.p[i]);
		else
			percent(b, (unsigned char)v.p[i]);
}

static bool scheme_is(struct text v, const char *scheme)
{
	size_t n = strlen(scheme);

	return v.n > n && text_eq_nocase(text_sub(v, 0, n), (struct text){ scheme, n });
}

/* What a browser can only take as a URL of this site: one slash, and no second one or backslash. */
static bool is_local(struct text v)
{
	return v.n && v.p[0] == '/' && !(v.n > 1 && (v.p[1] == '/' || v.p[1] == '\\'));
}

static void put_url(struct tmpl *t, struct text v)
{
	if (is_local(v))
		tmpl_base(t);
	else if (!(v.n && (v.p[0] == '?' || v.p[0] == '#')) && !scheme_is(v, "https://") &&
		 !scheme_is(v, "http://") && !scheme_is(v, "mailto:"))
		v = TEXT("#");
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];

		if (c <= 0x20 || c == 0x7f || text_has_byte(TEXT("\"'<>\\^`{|}"), v.p[i]))
			percent(t->b, c);
		else if (c == '&')
			buf_add(t->b, TEXT("&amp;"));
		else
			buf_byte(t->b, v.p[i]);
	}
}

/* JSON that also stands in HTML: no '<', '>', '&' as themselves, nor the line ends that old script engines saw. */
static void put_json(struct buf *b, struct text v)
{
	size_t at = 0;
	uint32_t c;
	char utf8[4];

	buf_byte(b, '"');
	while (text_next_char(v, &at, &c)) {
		if (c < 0x20 || c == '<' || c == '>' || c == '&' || c == '\'' || c == 0x7f ||
		    c == 0x2028 || c == 0x2029) {
			buf_fmt(b, "\\u%04x", (unsigned)c);
			continue;
		}
		if (c == '"' || c == '\\')
			buf_byte(b, '\\');
		buf_add(b, (struct text){ utf8, char_put_utf8(utf8, c) });
	}
	buf_byte(b, '"');
}

void tmpl_raw(struct tmpl *t, const char *p, size_t n)
{
	buf_add(t->b, (struct text){ p, n });
}

void tmpl_base(struct tmpl *t)
{
	put_html(t->b, t->base);
}

void tmpl_put_text(struct tmpl *t, enum tmpl_mode m, struct text v)
{
	switch (m) {
	case TMPL_PLAIN:
		buf_add(t->b, v);
		break;
	case TMPL_HTML:
		put_html(t->b, v);
		break;
	case TMPL_SEGMENT:
		put_segment(t->b, v, false);
		break;
	case TMPL_PARAM:
		buf_url(t->b, v);
		break;
	case TMPL_URL:
		put_url(t, v);
		break;
	case TMPL_JSON_VALUE:
		if (v.p)
			put_json(t->b, v);
		else
			buf_add(t->b, TEXT("null"));
		break;
	}
}

void tmpl_put_z(struct tmpl *t, enum tmpl_mode m, const char *v)
{
	tmpl_put_text(t, m, text_from(v));
}

void tmpl_put_small(struct tmpl *t, enum tmpl_mode m, struct small_text v)
{
	tmpl_put_text(t, m, text_from(v.s));
}

void tmpl_put_time(struct tmpl *t, enum tmpl_mode m, struct time_text v)
{
	tmpl_put_text(t, m, text_from(v.s));
}

/* Digits and '-' are themselves everywhere. */
void tmpl_put_u64(struct tmpl *t, enum tmpl_mode m, uint64_t v)
{
	(void)m;
	buf_u64(t->b, v);
}

void tmpl_put_i64(struct tmpl *t, enum tmpl_mode m, int64_t v)
{
	(void)m;
	buf_i64(t->b, v);
}

void tmpl_put_uint(struct tmpl *t, enum tmpl_mode m, unsigned v)
{
	tmpl_put_u64(t, m, v);
}

void tmpl_put_int(struct tmpl *t, enum tmpl_mode m, int v)
{
	tmpl_put_i64(t, m, v);
}

void tmpl_put_safe(struct tmpl *t, enum tmpl_mode m, struct safe_html v)
{
	(void)m;
	buf_add(t->b, v.html);
}

void tmpl_put_path(struct tmpl *t, enum tmpl_mode m, struct path_text v)
{
	(void)m;
	put_segment(t->b, v.path, true);
}

void tmpl_put_bool(struct tmpl *t, enum tmpl_mode m, bool v)
{
	(void)m;
	buf_add(t->b, v ? TEXT("true") : TEXT("false"));
}

/* ---- how things are written */

struct small_text num(uint64_t v)
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)v);
	struct small_text r = { "" };
	size_t at = 0;

	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			r.s[at++] = ',';
		r.s[at++] = digits[i];
	}
	return r;
}

/* v as a multiple of unit with one decimal below 10, rounded half up; false where that is as much as limit units. */
static bool scaled(struct small_text *r, uint64_t v, uint64_t unit, uint64_t limit,
		   const char *name)
{
	uint64_t tenths = v / unit * 10 + (v % unit * 10 + unit / 2) / unit;
	uint64_t whole = v / unit + (v % unit >= unit - unit / 2);

	if (whole >= limit)
		return false;
	if (tenths < 100)
		(void)snprintf(r->s, sizeof(r->s), "%llu.%llu%s", (unsigned long long)tenths / 10,
			       (unsigned long long)tenths % 10, name);
	else
		(void)snprintf(r->s, sizeof(r->s), "%llu%s", (unsigned long long)whole, name);
	return true;
}

struct small_text num_short(uint64_t v)
{
	static const char *const names[] = { "K", "M", "B", "T" };
	struct small_text r = { "" };
	uint64_t unit = 1000;

	if (v < 1000)
		return num(v);
	for (size_t i = 0; i + 1 < ARRAY_SIZE(names); i++, unit *= 1000)
		if (scaled(&r, v, unit, 1000, names[i]))
			return r;
	(void)scaled(&r, v, unit, UINT64_MAX, names[ARRAY_SIZE(names) - 1]);
	return r;
}

struct small_text size(uint64_t bytes)
{
	static const char *const names[] = { " KiB", " MiB", " GiB", " TiB" };
	struct small_text r = { "" };
	uint64_t unit = 1024;

	if (bytes < 1024) {
		(void)snprintf(r.s, sizeof(r.s), "%llu B", (unsigned long long)bytes);
		return r;
	}
	for (size_t i = 0; i + 1 < ARRAY_SIZE(names); i++, unit *= 1024)
		if (scaled(&r, bytes, unit, 1024, names[i]))
			return r;
	(void)scaled(&r, bytes, unit, UINT64_MAX, names[ARRAY_SIZE(names) - 1]);
	return r;
}

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR, MONTH = 30 * DAY, YEAR = 365 * DAY };

static struct small_text distance(int64_t s)
{
	static const struct {
		int64_t below, unit;
		const char *before, *name;
	} steps[] = {
		{ 45 * MINUTE, MINUTE, "", "minute" }, { 22 * HOUR, HOUR, "about ", "hour" },
		{ 26 * DAY, DAY, "", "day" },          { 320 * DAY, MONTH, "about ", "month" },
		{ INT64_MAX, YEAR, "about ", "year" },
	};
	struct small_text r = { "" };
	size_t i = 0;
	int64_t n, over;

	while (s >= steps[i].below)
		i++;
	n = (s + steps[i].unit / 2) / steps[i].unit;
	n = n ? n : 1;
	over = s - n * steps[i].unit;
	(void)snprintf(r.s, sizeof(r.s), "%s%lld %s%s",
		       steps[i].unit == YEAR && over > YEAR / 4    ? "over "
		       : steps[i].unit == YEAR && over < -YEAR / 4 ? "almost "
								   : steps[i].before,
		       (long long)n, steps[i].name, n == 1 ? "" : "s");
	return r;
}

struct small_text ago(const struct tmpl *t, int64_t us)
{
	int64_t s = (t->now_us - us) / US_PER_S;
	struct small_text d, r = { "" };

	if (s < 45 && s > -45) {
		(void)snprintf(r.s, sizeof(r.s), "just now");
		return r;
	}
	d = distance(s < 0 ? -s : s);
	(void)snprintf(r.s, sizeof(r.s), s < 0 ? "in %.40s" : "%.40s ago", d.s);
	return r;
}

struct small_text day(int64_t us)
{
	static const char *const months[] = { "January",   "February", "March",    "April",
					      "May",       "June",     "July",     "August",
					      "September", "October",  "November", "December" };
	struct time_text d = time_date(us);
	struct small_text r = { "" };
	struct text parts = text_from(d.s), year, month;
	uint64_t m = 1, n = 1;

	(void)text_cut(&parts, '-', &year);
	(void)text_cut(&parts, '-', &month);
	if (!text_u64(month, 1, 12, &m) || !text_u64(parts, 1, 31, &n))
		(void)snprintf(r.s, sizeof(r.s), "%.40s", d.s); /* before year 0 */
	else
		(void)snprintf(r.s, sizeof(r.s), "%s %u, %.*s", months[m - 1], (unsigned)n,
			       TEXT_F(year));
	return r;
}

struct time_text iso(int64_t us)
{
	return time_rfc3339_s(us);
}

const char *plural(uint64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

struct path_text path(struct text t)
{
	return (struct path_text){ t };
}

struct text cut(const struct tmpl *t, struct text from, size_t max)
{
	size_t at = 0, chars = 0, end = 0;
	uint32_t c;
	struct buf b;

	while (chars <= max && text_next_char(from, &at, &c))
		if (++chars == max)
			end = at;
	if (chars <= max)
		return from;
	while (end && !char_is_space(from.p[end]) && end > at / 2)
		end--;
	b = buf_init(t->b->arena, from.n + 8);
	buf_add(&b, text_trim(text_sub(from, 0, end)));
	buf_add(&b, TEXT(" \xe2\x80\xa6"));
	return buf_text(&b);
}

struct text browser(const struct tmpl *t, struct text user_agent)
{
	enum { SHOWN_CHARS = 60 };
	struct text words = user_agent_words(t->b->arena, user_agent);

	if (words.n)
		return words;
	return user_agent.n ? cut(t, user_agent, SHOWN_CHARS) : TEXT("An unknown browser");
}
