#include "app/registry/download_log.h"

#include "app/base/json.h"
#include "app/base/query.h"
#include "app/base/semver.h"
#include "app/base/time.h"
#include "app/registry/name.h"
#include "app/registry/publish_meta.h"

#include <json-c/json.h>
#include <string.h>

#define DAY_US ((int64_t)24 * 3600 * US_PER_S)

enum {
	PATH_MAX_BYTES = 2048, /* of what stands behind /crates/, encoded */
	LAST_DAY = 2932896,    /* 9999-12-31 */
};

static const char *const format_names[] = { "", "combined", "cloudfront", "fastly" };

enum download_format download_format_named(struct text name)
{
	for (size_t i = DOWNLOAD_FORMAT_COMBINED; i < ARRAY_SIZE(format_names); i++)
		if (text_eq(name, text_from(format_names[i])))
			return (enum download_format)i;
	return DOWNLOAD_FORMAT_NONE;
}

enum download_format download_format_of(struct text begin)
{
	if (!begin.n)
		return DOWNLOAD_FORMAT_NONE;
	return begin.p[0] == '#'   ? DOWNLOAD_FORMAT_CLOUDFRONT
	       : begin.p[0] == '<' ? DOWNLOAD_FORMAT_FASTLY
				   : DOWNLOAD_FORMAT_COMBINED;
}

/* ---- what all forms have */

/* upstream: `cargo` and then one of "/", " ", and these two encoded. */
static bool by_cargo(struct text agent)
{
	struct text rest = text_sub(agent, 5, agent.n);

	return text_starts(agent, TEXT("cargo")) &&
	       (text_starts(rest, TEXT("/")) || text_starts(rest, TEXT(" ")) ||
		text_starts(rest, TEXT("%2f")) || text_starts(rest, TEXT("%2F")) ||
		text_starts(rest, TEXT("%20")));
}

bool download_agent_counts(struct text agent)
{
	return !agent.n || text_eq(agent, TEXT("-")) || by_cargo(agent);
}

struct text download_line(struct arena *a, struct text name, struct text version, int64_t us)
{
	struct time_text at = time_clf(us);

	return text_fmt(
		a, "- - - [%s] \"GET /crates/%.*s/%.*s-%.*s.crate HTTP/1.1\" 200 - \"-\" \"-\"\n",
		at.s, TEXT_F(name), TEXT_F(name), TEXT_F(version));
}

static bool take(struct text name, struct text version, struct download *ret)
{
	struct semver v;

	if (!name_is_valid(NAME_CRATE, name) || !version.n || version.n > VERSION_MAX_BYTES ||
	    !semver_parse(version, &v))
		return false;
	ret->name = name;
	ret->version = version;
	return true;
}

/* NAME/NAME-VERSION.crate */
static bool is_file(struct text name, struct text file, struct download *ret)
{
	const struct text ending = TEXT(".crate");

	if (!text_starts(file, name) || !text_ends(file, ending) ||
	    file.n < name.n + 1 + ending.n || file.p[name.n] != '-')
		return false;
	return take(name, text_sub(file, name.n + 1, file.n - ending.n), ret);
}

/* decodes: how often the path is percent-encoded; routes: whether NAME/VERSION/download is a download too. */
static bool is_path(struct arena *a, struct text path, unsigned decodes, bool routes,
		    struct download *ret)
{
	struct text rest, name, file;
	size_t at;

	path = text_sub(path, 0, text_find_byte(path, '?'));
	at = text_find(path, TEXT("/crates/"));
	rest = text_sub(path, at + strlen("/crates/"), path.n);
	if (at == path.n || rest.n > PATH_MAX_BYTES)
		return false;
	for (; decodes; decodes--)
		rest = percent_decode(a, rest);
	if (!text_cut(&rest, '/', &name) || !rest.p)
		return false;
	file = rest;
	if (!text_has_byte(file, '/'))
		return is_file(name, file, ret);
	return routes && text_cut(&rest, '/', &file) && text_eq(rest, TEXT("download")) &&
	       take(name, file, ret);
}

/* From 1970 to 9999: a day that no server wrote is none. */
static bool is_time(int64_t us, struct download *ret)
{
	ret->day = us / DAY_US;
	return us >= 0 && ret->day <= LAST_DAY;
}

static bool is_date(struct text date, struct download *ret)
{
	int64_t us;

	return time_parse_date(date, &us) && is_time(us, ret);
}

/* ---- nginx, Apache, lighttpd */

/* Takes `"..."` and a blank before it off *rest; what is in quotes is escaped with backslashes. */
static bool quoted(struct text *rest, struct text *ret)
{
	size_t at = text_starts(*rest, TEXT(" ")) ? 1 : 0, from = at + 1;

	if (at >= rest->n || rest->p[at] != '"')
		return false;
	for (at = from; at < rest->n && rest->p[at] != '"'; at++)
		if (rest->p[at] == '\\')
			at++;
	if (at >= rest->n)
		return false;
	*ret = text_sub(*rest, from, at);
	*rest = text_sub(*rest, at + 1, rest->n);
	return true;
}

static bool combined_line(struct arena *a, struct text line, struct download *ret)
{
	size_t open = text_find_byte(line, '['), close = open + 27;
	struct text rest, request, path, protocol, agent = TEXT_NONE, word;
	int64_t us;

	/* Most lines that are none are told by their end; most of the rest by their request. */
	if (close + 1 >= line.n || line.p[close] != ']')
		return false;
	rest = text_sub(line, close + 1, line.n);
	if (!quoted(&rest, &request) || !text_starts(request, TEXT("GET /")) ||
	    !text_starts(rest, TEXT(" 200 ")))
		return false;
	protocol = text_sub(request, strlen("GET "), request.n);
	if (!text_cut(&protocol, ' ', &path) || !text_starts(protocol, TEXT("HTTP/")) ||
	    !is_path(a, path, 1, false, ret))
		return false;
	rest = text_sub(rest, strlen(" 200 "), rest.n);
	(void)text_cut(&rest, ' ', &word); /* bytes */
	while (rest.p && quoted(&rest, &word))
		agent = word; /* the last one */
	if (!download_agent_counts(agent))
		return false;
	return time_parse_clf(text_sub(line, open + 1, close), &us) && is_time(us, ret);
}

/* ---- CloudFront */

static bool column_of(struct text names, const char *name, size_t *ret)
{
	struct text part;

	for (*ret = 0; text_cut(&names, ' ', &part); ++*ret)
		if (text_eq(part, text_from(name)))
			return true;
	return false;
}

static void describe(struct download_log *log, struct text line)
{
	struct text names, part;

	if (text_starts(line, TEXT("#Version:")) && !text_eq(line, TEXT("#Version: 1.0")))
		log->wrong = true;
	if (!text_starts(line, TEXT("#Fields:")))
		return;
	names = text_trim(text_sub(line, strlen("#Fields:"), line.n));
	log->wrong = log->wrong || !column_of(names, "date", &log->date) ||
		     !column_of(names, "cs-method", &log->method) ||
		     !column_of(names, "cs-uri-stem", &log->path) ||
		     !column_of(names, "sc-status", &log->status) ||
		     !column_of(names, "cs(User-Agent)", &log->user_agent);
	for (log->ncolumns = 0; text_cut(&names, ' ', &part);)
		log->ncolumns++;
	log->wrong = log->wrong || log->ncolumns > DOWNLOAD_COLUMNS_MAX;
}

static bool cloudfront_line(struct download_log *log, struct arena *a, struct text line,
			    struct download *ret)
{
	struct text v[DOWNLOAD_COLUMNS_MAX], rest = line, part;
	size_t n = 0;

	if (text_starts(line, TEXT("#"))) {
		describe(log, line);
		return false;
	}
	if (log->wrong || !log->ncolumns)
		return false;
	while (text_cut(&rest, '\t', &part)) {
		if (n == log->ncolumns)
			return false;
		v[n++] = part;
	}
	return n == log->ncolumns && text_eq(v[log->method], TEXT("GET")) &&
	       text_eq(v[log->status], TEXT("200")) && by_cargo(v[log->user_agent]) &&
	       is_path(a, v[log->path], 2, true, ret) && is_date(v[log->date], ret);
}

/* ---- Fastly */

static bool is_status_200(struct json_object *o)
{
	return json_object_is_type(o, json_type_int) && json_object_get_int64(o) == 200;
}

static bool fastly_line(struct arena *a, struct text line, struct download *ret)
{
	size_t at = text_find(line, TEXT("]: "));
	struct text why, agent;
	struct json_object *o;

	if (at == line.n || text_find(line, TEXT("crates")) == line.n)
		return false;
	o = json_parse(a, text_sub(line, at + 3, line.n), 8, &why);
	agent = json_text(json_member(json_member(o, "http"), "useragent"));
	return text_eq(json_text(json_member(o, "version")), TEXT("1")) &&
	       text_eq(json_text(json_member(o, "method")), TEXT("GET")) &&
	       is_status_200(json_member(o, "status")) && (!agent.p || by_cargo(agent)) &&
	       is_path(a, json_text(json_member(o, "url")), 1, true, ret) &&
	       is_date(text_sub(json_text(json_member(o, "date_time")), 0, 10), ret);
}

bool download_log_line(struct download_log *log, struct arena *a, struct text line,
		       struct download *ret)
{
	if (text_ends(line, TEXT("\r")))
		line.n--;
	switch (log->format) {
	case DOWNLOAD_FORMAT_COMBINED:
		return combined_line(a, line, ret);
	case DOWNLOAD_FORMAT_CLOUDFRONT:
		return cloudfront_line(log, a, line, ret);
	case DOWNLOAD_FORMAT_FASTLY:
		return fastly_line(a, line, ret);
	default:
		return false;
	}
}
