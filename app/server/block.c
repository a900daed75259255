#include "app/server/block.h"

#include "app/base/arena.h"
#include "app/base/config.h"

#include <arpa/inet.h>
#include <regex.h>
#include <string.h>

struct address {
	unsigned char b[16]; /* IPv4 as ::ffff:a.b.c.d */
};

static bool parse_address(struct arena *a, struct text t, struct address *ret)
{
	static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	const char *z = text_z(a, t);

	memcpy(ret->b, mapped, sizeof(mapped));
	return inet_pton(AF_INET, z, &ret->b[12]) == 1 || inet_pton(AF_INET6, z, ret->b) == 1;
}

static bool ip_blocked(struct req *r)
{
	struct text rest = r->cfg->server.blocked_ips, part;
	struct address client, blocked;

	if (!rest.n || !r->remote_ip.n || !parse_address(r->arena, r->remote_ip, &client))
		return false;
	while (config_list_next(&rest, &part))
		if (parse_address(r->arena, part, &blocked) &&
		    !memcmp(&client, &blocked, sizeof(client)))
			return true;
	return false;
}

static void free_regex(void *p)
{
	regfree(p);
}

/* "/…/" is a regular expression found anywhere (POSIX extended here), anything else the whole
 * value. */
static bool value_matches(struct arena *a, struct text value, struct text want)
{
	regex_t *re;

	if (want.n <= 2 || want.p[0] != '/' || want.p[want.n - 1] != '/')
		return text_eq(value, want);
	re = arena_alloc(a, sizeof(*re));
	if (regcomp(re, text_z(a, text_sub(want, 1, want.n - 1)), REG_EXTENDED | REG_NOSUB))
		return false;
	arena_defer(a, free_regex, re);
	return regexec(re, text_z(a, value), 0, NULL, 0) == 0;
}

static bool header_blocked(struct req *r)
{
	struct text rest = r->cfg->server.blocked_headers, want, name, value;

	while (config_list_next(&rest, &want)) {
		(void)text_cut(&want, '=', &name);
		if (!want.p || name.n > 100)
			continue;
		value = req_header(r, text_z(r->arena, name));
		if (value.p && value_matches(r->arena, value, want))
			return true;
	}
	return false;
}

static struct reply refuse(struct req *r, struct text text)
{
	struct reply rp;

	if (text_starts(r->path, TEXT("/api/")))
		return reply_err(r, err_new(r->arena, ERR_AUTH, "%.*s", TEXT_F(text)));
	rp = reply_text(r, 403, "text/plain; charset=utf-8", text);
	return rp;
}

static struct reply no_user_agent(struct req *r)
{
	struct text id = req_header(r, "X-Request-Id");

	return refuse(r, text_fmt(r->arena,
				  "We require that all requests include a `User-Agent` header.  To "
				  "allow us to determine the "
				  "impact your bot has on our service, we ask that your user agent "
				  "actually identify your bot, "
				  "and not just report the HTTP client library you're using.  "
				  "Including contact information "
				  "will also reduce the chance that we will need to take action "
				  "against your bot.\n\n"
				  "Bad:\n  User-Agent: reqwest/0.9.1\n\n"
				  "Better:\n  User-Agent: my_crawler\n\n"
				  "Best:\n  User-Agent: my_crawler (my_crawler.com/info)\n"
				  "  User-Agent: my_crawler (help@my_crawler.com)\n\n"
				  "If you believe you've received this message in error, please "
				  "email help@%.*s and include "
				  "the request id %.*s.\n",
				  TEXT_F(r->cfg->site.domain), TEXT_F(id)));
}

static struct reply blocked(struct req *r)
{
	struct text id = req_header(r, "X-Request-Id");

	return refuse(r,
		      text_fmt(r->arena,
			       "We are unable to process your request at this time. This usually "
			       "means that "
			       "you are in violation of our API data access policy "
			       "(%.*s/data-access). Please "
			       "email help@%.*s and provide the request id %.*s",
			       TEXT_F(r->cfg->site.url), TEXT_F(r->cfg->site.domain), TEXT_F(id)));
}

/* Upstream's rule is the path's end; routes that send files say so too: cargo-edit and romt send
 * none (design 7). */
static bool free_of_user_agent(const struct req *r)
{
	return text_ends(r->path, TEXT("download")) || (r->route && r->route->no_user_agent);
}

bool block_check(struct req *r, struct reply *ret)
{
	struct text ua = req_header(r, "User-Agent"), cdn = r->cfg->server.cdn_user_agent;

	if (!free_of_user_agent(r) && (!ua.n || (cdn.n && text_eq(ua, cdn)))) {
		*ret = no_user_agent(r);
		return true;
	}
	if (ip_blocked(r) || header_blocked(r)) {
		*ret = blocked(r);
		return true;
	}
	return false;
}

bool block_route(const struct config *cfg, const struct route *route)
{
	struct text rest = cfg->server.blocked_routes, part;

	while (config_list_next(&rest, &part))
		if (text_eq(part, text_from(route->path)))
			return true;
	return false;
}
