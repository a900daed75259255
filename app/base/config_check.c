#include "app/base/config_parts.h"

#include "app/base/arena.h"
#include "app/base/base64.h"
#include "app/base/email.h"
#include "app/base/hash.h"
#include "app/base/url.h"

#include <string.h>

enum { ISSUER_MAX_BYTES = 255 };

/* Notes that a key (its place in the configuration) has a value that will not do. */
static bool fail_key(struct load *l, const void *of, const char *what)
{
	size_t i = 0;
	struct text said;

	while (i < config_n_keys && config_member(l->cfg, &config_keys[i]) != of)
		i++;
	BUG_ON(i == config_n_keys);
	said = text_fmt(l->arena, "%s.%s %s", config_keys[i].section, config_keys[i].name, what);
	return config_fail(l, l->where[i].p ? l->where[i] : TEXT("default"),
			   text_z(l->arena, said));
}

static bool url_ok(struct text u)
{
	struct text host = url_authority(u);

	return (text_starts(u, TEXT("https://")) || text_starts(u, TEXT("http://"))) && host.n &&
	       u.p[u.n - 1] != '/' && !text_has_byte(u, ' ') && !text_has_byte(u, '?') &&
	       !text_has_byte(u, '#') && !text_has_byte(host, '@');
}

/* What is fetched, or linked to: any path and query. */
static bool page_url_ok(struct text u)
{
	return url_is_http(u) && url_authority(u).n && !text_has_byte(url_authority(u), '@');
}

/* https, or http on this machine alone. */
static bool issuer_url_ok(struct text u)
{
	struct text rest = url_authority(u), host = rest;

	if (!text_starts(rest, TEXT("[")))
		(void)text_cut(&rest, ':', &host);
	if (u.n > ISSUER_MAX_BYTES || !url_ok(u) || !host.n)
		return false;
	return text_starts(u, TEXT("https://")) || text_eq(host, TEXT("127.0.0.1")) ||
	       text_eq(host, TEXT("localhost")) || text_starts(host, TEXT("[::1]"));
}

static bool issuers_ok(struct text list)
{
	struct text rest = list, part, parts = list;
	struct config_issuer issuer;

	while (config_list_next(&rest, &part))
		if (!config_issuer_next(&parts, &issuer) || !issuer_url_ok(issuer.url) ||
		    (issuer.keys_url.p && !issuer_url_ok(issuer.keys_url)))
			return false;
	return true;
}

static bool addresses_ok(struct text list)
{
	struct text part;

	while (config_list_next(&list, &part))
		if (!email_is_valid(part))
			return false;
	return true;
}

static bool octal_ok(uint64_t mode)
{
	for (; mode; mode /= 10)
		if (mode % 10 > 7)
			return false;
	return true;
}

static bool path_ok(struct text t)
{
	return t.n && t.p[0] == '/';
}

static bool socket_ok(struct text t)
{
	struct text port = t, host;
	uint64_t n;

	if (path_ok(t))
		return t.n < 108;        /* sun_path */
	while (text_has_byte(port, ':')) /* the last colon: an IPv6 host has more */
		(void)text_cut(&port, ':', &host);
	return port.n < t.n && text_u64(port, 1, 65535, &n);
}

/* RFC 9116 2.5.3: a URI. */
static bool contact_ok(struct text t)
{
	return (text_starts(t, TEXT("mailto:")) || text_starts(t, TEXT("https://"))) &&
	       !text_has_byte(t, ' ');
}

/* "NAME <MAIL>", as git has it; absent for the default. */
static bool author_ok(struct text t)
{
	struct text rest = t, name;

	if (!t.n)
		return true;
	(void)text_cut(&rest, '<', &name);
	return text_trim(name).n && text_ends(rest, TEXT(">")) &&
	       email_is_valid(text_sub(rest, 0, rest.n - 1)) && !text_has_byte(name, '>');
}

static bool check_site(struct load *l)
{
	const struct config *c = l->cfg;

	if (!url_ok(c->site.url))
		return fail_key(l, &c->site.url,
				"must be http:// or https://, a host, and no final slash");
	if (c->site.contact.n && !email_is_valid(c->site.contact))
		return fail_key(l, &c->site.contact, "must be one e-mail address");
	if (c->site.security_contact.n && !contact_ok(c->site.security_contact))
		return fail_key(l, &c->site.security_contact,
				"must begin with mailto: or https:// and hold no blanks");
	if (!text_eq(c->site.readme_images, TEXT("direct")) &&
	    !text_eq(c->site.readme_images, TEXT("off")))
		return fail_key(l, &c->site.readme_images, "must be direct or off");
	return true;
}

static bool check_server(struct load *l)
{
	const struct config *c = l->cfg;

	if (!socket_ok(c->server.socket))
		return fail_key(l, &c->server.socket,
				"must be an absolute path of at most 107 bytes, or host:port");
	if (!octal_ok(c->server.socket_mode))
		return fail_key(l, &c->server.socket_mode, "must be octal digits, such as 660");
	if (c->server.base_path.n &&
	    (!path_ok(c->server.base_path) || text_ends(c->server.base_path, TEXT("/"))))
		return fail_key(l, &c->server.base_path,
				"must begin with a slash and not end with one");
	if (!path_ok(c->server.sendfile_prefix))
		return fail_key(l, &c->server.sendfile_prefix, "must begin with a slash");
	if (!path_ok(c->server.libexec))
		return fail_key(l, &c->server.libexec, "must be an absolute path");
	if (c->server.pid_file.n && !path_ok(c->server.pid_file))
		return fail_key(l, &c->server.pid_file, "must be an absolute path");
	if (!text_eq(c->server.cargo_status, TEXT("adjust-all")) &&
	    !text_eq(c->server.cargo_status, TEXT("adjust-success")) &&
	    !text_eq(c->server.cargo_status, TEXT("disabled")))
		return fail_key(l, &c->server.cargo_status,
				"must be adjust-all, adjust-success or disabled");
	return true;
}

/* [git_index], [data] and [db] */
static bool check_places(struct load *l)
{
	const struct config *c = l->cfg;

	if (!author_ok(c->git_index.author))
		return fail_key(l, &c->git_index.author, "must be a name and <an e-mail address>");
	if (!path_ok(c->git_index.git))
		return fail_key(l, &c->git_index.git, "must be an absolute path");
	if (!path_ok(c->data.dir))
		return fail_key(l, &c->data.dir, "must be an absolute path");
	if (!c->db.socket.n && !c->db.host.n)
		return fail_key(l, &c->db.socket, "or db.host must be set");
	return true;
}

/* [trustpub], [outside] and [github] */
static bool check_outside(struct load *l)
{
	const struct config *c = l->cfg;

	if (!issuers_ok(c->trustpub.issuers))
		return fail_key(l, &c->trustpub.issuers,
				"must be a comma list of github, gitlab or oidc, each with an "
				"https:// address of at most 255 bytes and no final slash");
	if (c->outside.proxy.n && !url_ok(c->outside.proxy))
		return fail_key(l, &c->outside.proxy, "must be http://host:port");
	if (c->outside.ca_file.n && !path_ok(c->outside.ca_file))
		return fail_key(l, &c->outside.ca_file, "must be an absolute path");
	if (!url_ok(c->github.base_url))
		return fail_key(l, &c->github.base_url, "must be https://host");
	if (!url_ok(c->github.api_url))
		return fail_key(l, &c->github.api_url, "must be https://host");
	if (c->github.client_id.n && !c->github.client_secret.value.n)
		return fail_key(l, &c->github.client_id, "needs github.client_secret");
	if (c->github.client_id.n && !c->auth.key.value.n)
		return fail_key(l, &c->github.client_id,
				"needs auth.key: tokens of GitHub are stored encrypted");
	return true;
}

/* What is asked of other machines for pages: [advisories], [replacements], [playground] and [docs] */
static bool check_elsewhere(struct load *l)
{
	const struct config *c = l->cfg;

	if (c->advisories.url.n && !page_url_ok(c->advisories.url))
		return fail_key(l, &c->advisories.url, "must be an http:// or https:// address");
	if (c->advisories.page_url.n &&
	    (!page_url_ok(c->advisories.page_url) ||
	     text_find(c->advisories.page_url, TEXT("{id}")) == c->advisories.page_url.n))
		return fail_key(l, &c->advisories.page_url,
				"must be an http:// or https:// address with {id} in it");
	if (c->replacements.url.n && !page_url_ok(c->replacements.url))
		return fail_key(l, &c->replacements.url, "must be an http:// or https:// address");
	if (c->playground.url.n && !url_ok(c->playground.url))
		return fail_key(l, &c->playground.url, "must be https://host");
	if (c->docs.url.n && !url_ok(c->docs.url))
		return fail_key(l, &c->docs.url, "must be https://host");
	return true;
}

static bool check_downloads(struct load *l)
{
	const struct config *c = l->cfg;

	if (!text_eq(c->downloads.count, TEXT("off")) &&
	    !text_eq(c->downloads.count, TEXT("log")) &&
	    !text_eq(c->downloads.count, TEXT("request")))
		return fail_key(l, &c->downloads.count, "must be off, log or request");
	if (text_eq(c->downloads.count, TEXT("log")) && !path_ok(c->downloads.log))
		return fail_key(l, &c->downloads.log,
				"must be an absolute path, because downloads are counted by it");
	if (c->downloads.keep_days && c->downloads.keep_days < 90)
		return fail_key(l, &c->downloads.keep_days,
				"must be 0 or at least 90: so many are shown");
	if (!text_eq(c->downloads.log_format, TEXT("auto")) &&
	    !text_eq(c->downloads.log_format, TEXT("combined")) &&
	    !text_eq(c->downloads.log_format, TEXT("cloudfront")) &&
	    !text_eq(c->downloads.log_format, TEXT("fastly")))
		return fail_key(l, &c->downloads.log_format,
				"must be auto, combined, cloudfront or fastly");
	return true;
}

static bool check_mail(struct load *l)
{
	const struct config *c = l->cfg;

	if (!text_eq(c->mail.smtp_tls, TEXT("none")) &&
	    !text_eq(c->mail.smtp_tls, TEXT("starttls")) && !text_eq(c->mail.smtp_tls, TEXT("tls")))
		return fail_key(l, &c->mail.smtp_tls, "must be none, starttls or tls");
	if (c->mail.from.n && !email_is_valid(c->mail.from))
		return fail_key(l, &c->mail.from, "must be an address");
	if (c->mail.dir.n && !path_ok(c->mail.dir))
		return fail_key(l, &c->mail.dir, "must be an absolute path");
	if (!addresses_ok(c->mail.typosquat_to))
		return fail_key(l, &c->mail.typosquat_to, "must be a comma list of addresses");
	return true;
}

static bool check_auth(struct load *l)
{
	const struct config *c = l->cfg;
	unsigned char key[32];

	if (c->auth.admins_url.n && !issuer_url_ok(c->auth.admins_url))
		return fail_key(l, &c->auth.admins_url,
				"must be an https:// address, without a query");
	if (c->auth.sign_up.n && !text_eq(c->auth.sign_up, TEXT("open")) &&
	    !text_eq(c->auth.sign_up, TEXT("closed")))
		return fail_key(l, &c->auth.sign_up, "must be open or closed");
	if (c->auth.key.value.n && !config_key(c, key))
		return fail_key(l, &c->auth.key, "must be 32 bytes in hex or base64");
	secret_wipe(key, sizeof(key));
	return true;
}

bool config_check(struct load *l)
{
	static bool (*const sections[])(struct load * l) = {
		check_site,      check_server,    check_places, check_outside,
		check_elsewhere, check_downloads, check_mail,   check_auth,
	};

	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		if (!sections[i](l))
			return false;
	return true;
}

/* A name that git takes. */
static struct text plain(struct load *l, struct text t)
{
	char *p = arena_copy(l->arena, t.p, t.n);

	for (size_t i = 0; i < t.n; i++)
		if (p[i] == '<' || p[i] == '>')
			p[i] = ' ';
	return t.n ? (struct text){ p, t.n } : TEXT("registry");
}

void config_derive(struct load *l)
{
	struct config *c = l->cfg;
	struct text host = url_authority(c->site.url), bare = host;

	if (!c->site.domain.n)
		c->site.domain = host;
	if (!text_starts(host, TEXT("[")))
		(void)text_cut(&bare, ':', &host);
	if (!c->trustpub.audience.n)
		c->trustpub.audience = c->site.domain;
	if (!c->mail.from.n)
		c->mail.from = text_fmt(l->arena, "noreply@%.*s",
					TEXT_F(text_sub(host, 0, text_find_byte(host, ']') + 1)));
	if (!c->git_index.author.n)
		c->git_index.author =
			text_fmt(l->arena, "%.*s <noreply@%.*s>", TEXT_F(plain(l, c->site.title)),
				 TEXT_F(text_sub(host, 0, text_find_byte(host, ']') + 1)));
	if (!c->mail.smtp_port)
		c->mail.smtp_port = text_eq(c->mail.smtp_tls, TEXT("tls"))    ? 465
				    : text_eq(c->mail.smtp_tls, TEXT("none")) ? 25
									      : 587;
	if (!c->mail.dir.n)
		c->mail.dir = text_fmt(l->arena, "%.*s/mail", TEXT_F(c->data.dir));
}

bool config_key(const struct config *cfg, unsigned char ret[32])
{
	struct text t = cfg->auth.key.value;
	struct sha256 hex;

	if (!sha256_parse(t, &hex))
		return base64_bytes(t, ret, 32);
	memcpy(ret, hex.b, 32);
	return true;
}
