#include "app/base/config_parts.h"

#include "app/base/arena.h"
#include "app/base/toml.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX_BYTES = 1024 * 1024, SECRET_MAX_BYTES = 64 * 1024 };

#define T(s, n, initial, help)                                                                     \
	{                                                                                          \
#s, #n, KEY_TEXT, offsetof(struct config, s.n), initial, 0, 0, help                \
	}
#define U(s, n, initial, min, max, help)                                                           \
	{                                                                                          \
#s, #n, KEY_U64, offsetof(struct config, s.n), initial, min, max, help             \
	}
#define B(s, n, initial, help)                                                                     \
	{                                                                                          \
#s, #n, KEY_BOOL, offsetof(struct config, s.n), initial, 0, 0, help                \
	}
#define S(s, n, help)                                                                              \
	{                                                                                          \
#s, #n, KEY_SECRET, offsetof(struct config, s.n), "", 0, 0, help                   \
	}

#define ANY (UINT64_MAX / 4) /* more than this means nothing */
#define YEAR_S 31536000

const struct key config_keys[] = {
	T(site, url, "http://127.0.0.1:8080",
	  "where browsers and cargo reach this site, without a final slash"),
	T(site, domain, "", "what messages call the site; empty: host and port of site.url"),
	T(site, title, "Cratehouse", "name of the site on its pages"),
	T(site, contact, "", "address of who runs this site: reports go there; empty: nobody's"),
	T(site, security_contact, "",
	  "mailto: or https:// address for holes in it; empty: site.contact"),
	T(site, docs_url, "",
	  "site with API documentation at /NAME/VERSION, such as https://docs.rs; empty: none"),
	B(site, docs_status, "true",
	  "ask that site which versions it has built, as docs.rs says it; false: link them all"),
	B(site, avatars, "false",
	  "fetch pictures of accounts and teams and show them, from this site; else their first "
	  "letter"),
	T(site, readme_images, "direct",
	  "pictures in READMEs: direct (readers' browsers fetch them, by https alone) or off "
	  "(words and a link)"),
	T(site, avatar_hosts, "avatars.githubusercontent.com",
	  "comma list of hosts that they are fetched from by https; those of [github] are two "
	  "more"),

	T(server, socket, "/run/cratehouse/fcgi.sock",
	  "FastCGI socket: an absolute path, or host:port for TCP"),
	U(server, socket_mode, "660", 0, 777, "permissions of the Unix socket, octal digits"),
	T(server, base_path, "", "path before every route, such as /registry; empty: none"),
	U(server, workers, "4", 1, 1024, "processes that answer requests, one at a time each"),
	U(server, job_runners, "1", 0, 64, "processes that run background jobs"),
	U(server, max_requests, "10000", 0, ANY, "a worker is replaced after so many; 0: never"),
	U(server, max_rss_mb, "256", 0, 1048576, "a worker over this mark is replaced; 0: never"),
	U(server, drain_s, "30", 0, 3600, "how long a stop or reload waits for requests in hand"),
	{ "server", "sendfile", KEY_SENDFILE, offsetof(struct config, server.sendfile), "none", 0,
	  0, "none, x-accel (nginx) or x-sendfile (Apache, lighttpd): who sends files" },
	T(server, sendfile_prefix, "/_cratehouse",
	  "internal location of nginx for what is below data.dir"),
	T(server, libexec, CH_LIBEXECDIR, "folder of cratehouse-inspect and cratehouse-git"),
	T(server, user, "", "user to become when started as root"),
	T(server, group, "", "group to become when started as root; empty: the user's"),
	T(server, pid_file, "", "where serve writes its process id; empty: nowhere"),
	T(server, banner, "", "message shown at the top of the site; empty: none"),
	T(server, blocked_ips, "", "comma list of addresses that get 403"),
	T(server, blocked_routes, "", "comma list of route patterns that get 503"),
	T(server, blocked_headers, "", "comma list of Header=value or Header=/regex/ that get 403"),
	T(server, cdn_user_agent, "Amazon CloudFront",
	  "a User-Agent that counts as none; empty: off"),
	T(server, real_ip_header, "",
	  "header whose last entry is the client's address; empty: the peer's"),
	T(server, allowed_origins, "",
	  "comma list of origins that may send requests, beside site.url"),
	/*
	 * upstream: adjust-all. The recorded answers, and every cargo since 1.34, have the real
	 * status; a publish that failed with 200 is also a lie to every log and monitor on the way.
	 */
	T(server, cargo_status, "disabled",
	  "adjust-all, adjust-success or disabled: 200 for cargo's routes"),
	B(server, read_only, "false", "refuse every change"),
	S(server, metrics_token,
	  "bearer token of whoever collects /api/private/metrics; empty: there are none"),

	T(data, dir, CH_LOCALSTATEDIR "/lib/cratehouse",
	  "folder of the index, crate files and all other data"),

	T(db, socket, "/run/mysqld/mysqld.sock", "Unix socket of MariaDB; empty: TCP by db.host"),
	T(db, host, "", "host of MariaDB where db.socket is empty"),
	T(db, user, "cratehouse", "database user"),
	T(db, name, "cratehouse", "database"),
	S(db, password, "password of db.user"),
	U(db, port, "3306", 1, 65535, "port of MariaDB"),
	U(db, connect_timeout_s, "5", 1, 300, "time to connect"),
	U(db, query_timeout_s, "30", 1, 3600, "time for one statement"),
	B(db, galera, "false", "wait for the cluster before reads that must be fresh"),

	B(limits, enabled, "true", "rate limits"),
	U(limits, upload_bytes, "10485760", 1, ANY, "largest .crate"),
	U(limits, unpacked_bytes, "536870912", 1, ANY, "largest .crate, unpacked"),
	U(limits, metadata_bytes, "1048576", 1, ANY, "largest metadata of a publish"),
	U(limits, body_bytes, "2097152", 1, 1073741824, "largest JSON body"),
	U(limits, features, "300", 1, ANY, "features of a version"),
	U(limits, dependencies, "500", 1, ANY, "dependencies of a version"),
	U(limits, keywords, "5", 0, 100, "keywords of a version"),
	U(limits, categories, "5", 0, 100, "categories of a version"),
	U(limits, tar_entries, "0", 0, ANY, "entries of a .crate; 0: no limit"),
	U(limits, new_versions_daily, "0", 0, ANY,
	  "versions of one crate in 24 hours; 0: no limit"),
	U(limits, publish_new_rate_s, "600", 1, YEAR_S,
	  "seconds until one more new crate may be published"),
	U(limits, publish_new_burst, "5", 1, 1000000, "new crates at once"),
	U(limits, publish_update_rate_s, "60", 1, YEAR_S,
	  "seconds until one more version may be published"),
	U(limits, publish_update_burst, "30", 1, 1000000, "versions at once"),
	U(limits, yank_rate_s, "60", 1, YEAR_S, "seconds until one more version may be yanked"),
	U(limits, yank_burst, "100", 1, 1000000, "yanks at once"),
	U(limits, token_exchange_rate_s, "10", 1, YEAR_S,
	  "seconds until one more JSON Web Token may be exchanged from an address"),
	U(limits, token_exchange_burst, "60", 1, 1000000, "exchanges at once from an address"),
	U(limits, sign_in_rate_s, "30", 1, YEAR_S,
	  "seconds until an address may begin to sign in once more"),
	U(limits, sign_in_burst, "20", 1, 1000000, "sign-ins at once of an address"),
	U(limits, report_rate_s, "600", 1, YEAR_S,
	  "seconds until one more report may come from an address"),
	U(limits, report_burst, "5", 1, 1000000, "reports at once from an address"),
	U(limits, check_rate_s, "10", 1, YEAR_S,
	  "seconds until one more file of a workflow may be looked for at GitHub by a user"),
	U(limits, check_burst, "30", 1, 1000000, "files looked for at once by a user"),
	U(limits, letter_rate_s, "300", 1, YEAR_S,
	  "seconds until somebody may ask for one more letter that confirms an address"),
	U(limits, letter_burst, "10", 1, 1000000,
	  "such letters at once, of a user and to an address"),

	B(sandbox, require, "true", "refuse to take archives apart where seccomp is not to be had"),
	U(sandbox, processes, "2", 1, 64, "archives taken apart at a time on this machine"),
	U(sandbox, page_processes, "1", 1, 64,
	  "so many of these at most for pages that show what is in archives; publishes have the "
	  "rest"),
	U(sandbox, cpu_s, "15", 1, 600, "processor time for one archive"),
	U(sandbox, wall_s, "25", 1, 600, "time for one archive"),
	U(sandbox, memory_mb, "256", 32, 65536, "memory for one archive"),

	U(cache, mb, "256", 0, 1048576,
	  "size of cache below data.dir: what pages of published files unpacked; 0: none"),

	U(auth, session_days, "90", 1, 3650, "how long a browser stays signed in"),
	T(auth, no_new_tokens, "",
	  "message for whoever asks for a new API token while there are none; empty: there are"),
	B(auth, explicit_signup, "false", "ask for an address before an account is made"),
	T(auth, sign_up, "",
	  "open or closed: whether somebody new who comes by GitHub gets an account; empty: open, "
	  "but "
	  "closed where registry.auth_required"),
	U(auth, cache_s, "60", 0, 3600,
	  "private registry: how long a worker believes that a token or session may read files"),
	U(auth, stale_s, "3600", 0, 604800,
	  "private registry: how long it goes on to believe that while the database is away"),
	S(auth, key, "32 bytes in hex or base64: encrypts what is stored of other sites' tokens"),
	T(auth, admins_url, "",
	  "https:// address of the list that says who administers this site; empty: nobody's list"),

	T(registry, name, "cratehouse",
	  "what cargo's configuration calls this registry, for lines to copy; empty: crates.io's "
	  "place"),
	B(registry, auth_required, "false",
	  "a private registry: nothing but the sign-in is open to anybody; the web server needs to "
	  "know, "
	  "see docs/private.md"),
	B(registry, pubtime, "true", "write the time of publishing into index lines"),

	B(git_index, enabled, "false",
	  "keep the index as a git repository too, for cargo before 1.68: see docs/git-index.md"),
	B(git_index, serve, "false",
	  "let workers serve it at /git/index; a web server does that better"),
	T(git_index, author, "",
	  "NAME <MAIL> that its commits are by; empty: site.title and noreply@ the host of "
	  "site.url"),
	T(git_index, git, "/usr/bin/git", "the git program"),

	T(trustpub, issuers,
	  "github https://token.actions.githubusercontent.com, gitlab https://gitlab.com",
	  "comma list of KIND URL [KEYS-URL]: whose workflows may be trusted to publish; KIND is "
	  "github, gitlab or oidc"),
	T(trustpub, audience, "",
	  "what `aud` of their JSON Web Tokens must be; empty: site.domain"),

	U(jobs, retries, "20", 1, 1000, "a job that failed so often rests until `job retry`"),
	U(jobs, lease_s, "300", 10, 86400, "how long a job belongs to the runner that took it"),

	T(downloads, count, "off",
	  "off; log: jobs read them in the web server's log of downloads; request: cargo asks a "
	  "worker for each"),
	T(downloads, log, "",
	  "that log; on each machine that has one, job runners of that machine read it"),
	U(downloads, keep_days, "0", 0, 36500,
	  "downloads by day that are older go into files (/static/archives); 0: all stay"),
	T(downloads, log_format, "auto",
	  "combined (nginx, Apache, lighttpd), cloudfront, fastly, or auto: as it begins"),

	U(dump, every_h, "24", 0, 8760,
	  "hours between two dumps of the public tables (/static/db-dump.tar.gz); 0: none by "
	  "itself"),

	B(zip, enabled, "false",
	  "make a .zip of each version that is published, with a list of its files, beside its "
	  ".crate"),

	U(outside, connect_timeout_s, "3", 1, 300, "time to connect to another machine"),
	U(outside, timeout_s, "10", 1, 600, "time for one call to another machine"),
	T(outside, proxy, "", "http://host:port that calls to other machines go by; empty: none"),
	T(outside, ca_file, "",
	  "PEM file of the authorities that are trusted; empty: the system's"),

	T(github, client_id, "",
	  "of the OAuth application by which people sign in; empty: they cannot"),
	S(github, client_secret, "of the OAuth application"),
	T(github, base_url, "https://github.com", "where people sign in, without a final slash"),
	T(github, api_url, "https://api.github.com", "of GitHub's REST API, without a final slash"),
	U(github, membership_cache_s, "300", 0, 3600,
	  "how long a worker believes that somebody is in a team; 0: it asks each time"),

	T(advisories, url, "",
	  "of a .tar.gz of the RustSec advisory database, fetched hourly, such as "
	  "https://codeload.github.com/rustsec/advisory-db/tar.gz/main; empty: none is"),
	T(advisories, page_url, "",
	  "of the page about one, {id} being its id, such as "
	  "https://rustsec.org/advisories/{id}.html; empty: no links to such"),
	T(replacements, url, "",
	  "of a JSON of crates that the standard library replaces, fetched daily, such as "
	  "https://rust-lang.github.io/std-replacement-data/all.json; empty: none"),
	T(playground, url, "",
	  "of a Rust playground whose list of crates is fetched daily, such as "
	  "https://play.rust-lang.org; empty: no links to one"),
	T(docs, url, "", "of the docs.rs that builds documentation; empty: there is none"),
	S(docs, token, "what docs.url is asked with"),

	T(mail, smtp_host, "", "mail server; empty: none, letters become files in mail.dir"),
	U(mail, smtp_port, "0", 0, 65535, "its port; 0: 25, 587 or 465, as mail.smtp_tls is"),
	T(mail, smtp_tls, "starttls", "none (in the clear), starttls or tls"),
	T(mail, smtp_user, "", "user at the mail server; empty: none"),
	S(mail, smtp_password, "password of mail.smtp_user"),
	U(mail, smtp_timeout_s, "60", 1, 600, "time to hand over one letter"),
	T(mail, from, "", "sender of letters, an address; empty: noreply@ the host of site.url"),
	T(mail, dir, "",
	  "folder for letters while there is no mail server; empty: mail below data.dir"),
	T(mail, typosquat_to, "",
	  "comma list of addresses told of new crates named like well-known ones; empty: nobody"),
};
#undef T
#undef U
#undef B
#undef S

const size_t config_n_keys = ARRAY_SIZE(config_keys);

const char *const config_sendfile_words[3] = { "none", "x-accel", "x-sendfile" };

bool config_fail(struct load *l, struct text where, const char *what)
{
	*l->why = text_fmt(l->arena, "%.*s: %s", TEXT_F(where), what);
	return false;
}

const struct key *config_find(struct text section, struct text name)
{
	for (size_t i = 0; i < config_n_keys; i++)
		if (text_eq(section, text_from(config_keys[i].section)) &&
		    text_eq(name, text_from(config_keys[i].name)))
			return &config_keys[i];
	return NULL;
}

void *config_member(struct config *cfg, const struct key *k)
{
	return (char *)cfg + k->offset;
}

/* At most max bytes of a file; NULL, or strerror's words. */
static const char *read_file(struct arena *a, const char *path, size_t max, struct text *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *p;
	ssize_t n = 1;
	size_t have = 0;

	if (fd < 0)
		return strerror(errno);
	arena_defer_close(a, fd);
	if (fstat(fd, &st))
		return strerror(errno);
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
		return "is not a file";
	p = arena_alloc(a, max + 1);
	while (n > 0 && have <= max) {
		n = read(fd, p + have, max + 1 - have);
		if (n < 0)
			return strerror(errno);
		have += (size_t)n;
	}
	if (have > max)
		return "is too long";
	*ret = (struct text){ p, have };
	return NULL;
}

static bool set_u64(struct load *l, const struct key *k, uint64_t v, struct text where)
{
	if (v < k->min || v > k->max) {
		const char *what;

		if (k->max >= ANY)
			what = text_z(l->arena,
				      text_fmt(l->arena, "%s.%s must be at least %" PRIu64,
					       k->section, k->name, k->min));
		else
			what = text_z(l->arena,
				      text_fmt(l->arena,
					       "%s.%s must be between %" PRIu64 " and %" PRIu64,
					       k->section, k->name, k->min, k->max));
		return config_fail(l, where, what);
	}
	*(uint64_t *)config_member(l->cfg, k) = v;
	return true;
}

static bool set_sendfile(struct load *l, const struct key *k, struct text v, struct text where)
{
	for (size_t i = 0; i < ARRAY_SIZE(config_sendfile_words); i++)
		if (text_eq(v, text_from(config_sendfile_words[i]))) {
			*(enum sendfile *)config_member(l->cfg, k) = (enum sendfile)i;
			return true;
		}
	return config_fail(l, where, "server.sendfile must be none, x-accel or x-sendfile");
}

/* A value written as text: of a TOML string, of the environment, or the initial one. */
static bool set_text(struct load *l, const struct key *k, struct text v, struct text where)
{
	uint64_t u;

	if (text_has_byte(v, '\0') || text_has_byte(v, '\n') || !text_is_utf8(v))
		return config_fail(l, where, "a value is one line of UTF-8");
	switch (k->type) {
	case KEY_TEXT:
		*(struct text *)config_member(l->cfg, k) = text_dup(l->arena, v);
		return true;
	case KEY_SECRET:
		((struct secret *)config_member(l->cfg, k))->value = text_dup(l->arena, v);
		return true;
	case KEY_BOOL:
		if (!text_eq(v, TEXT("true")) && !text_eq(v, TEXT("false")))
			break;
		*(bool *)config_member(l->cfg, k) = text_eq(v, TEXT("true"));
		return true;
	case KEY_U64:
		if (!text_u64(v, 0, UINT64_MAX, &u))
			break;
		return set_u64(l, k, u, where);
	case KEY_SENDFILE:
		return set_sendfile(l, k, v, where);
	}
	return config_fail(
		l, where, k->type == KEY_BOOL ? "must be true or false" : "must be a whole number");
}

/* The secret is what the file holds, less white space at its ends. */
static bool set_secret_file(struct load *l, const struct key *k, struct text path,
			    struct text where)
{
	struct text in;
	const char *why = read_file(l->arena, text_z(l->arena, path), SECRET_MAX_BYTES, &in);

	if (why)
		return config_fail(
			l, where,
			text_z(l->arena, text_fmt(l->arena, "%.*s: %s", TEXT_F(path), why)));
	return set_text(l, k, text_trim(in), where);
}

/* The key "password_file" is the secret "password", read from a file. */
static const struct key *find_file_key(struct text section, struct text name)
{
	const struct key *k;

	if (!text_ends(name, TEXT("_file")))
		return NULL;
	k = config_find(section, text_sub(name, 0, name.n - 5));
	return k && k->type == KEY_SECRET ? k : NULL;
}

static bool set_toml(struct load *l, const struct key *k, const struct toml *v, struct text where)
{
	bool ok = k->type == KEY_U64    ? v->type == TOML_INTEGER
		  : k->type == KEY_BOOL ? v->type == TOML_BOOL
					: v->type == TOML_STRING;

	if (!ok) {
		const char *want = k->type == KEY_U64    ? "integer"
				   : k->type == KEY_BOOL ? "boolean"
							 : "string";

		return config_fail(
			l, where,
			text_z(l->arena,
			       text_fmt(l->arena, "%s.%s must be %s %s, not %s", k->section,
					k->name, k->type == KEY_U64 ? "an" : "a", want,
					toml_type_name(v->type))));
	}
	if (k->type == KEY_BOOL) {
		*(bool *)config_member(l->cfg, k) = v->v.boolean;
		return true;
	}
	if (k->type == KEY_U64)
		return set_u64(l, k, v->v.integer < 0 ? UINT64_MAX : (uint64_t)v->v.integer, where);
	return set_text(l, k, v->v.string, where);
}

static bool from_section(struct load *l, const struct toml *section)
{
	for (const struct toml *v = section->first; v; v = v->next) {
		struct text where = text_fmt(l->arena, "%s:%u", l->name, v->line);
		const struct key *k = config_find(section->key, v->key);
		const struct key *file = k ? NULL : find_file_key(section->key, v->key);

		if (!k && !file)
			return config_fail(
				l, where,
				text_z(l->arena, text_fmt(l->arena, "there is no key %.*s.%.*s",
							  TEXT_F(section->key), TEXT_F(v->key))));
		if (file && v->type != TOML_STRING)
			return config_fail(l, where, "the name of a file must be a string");
		if (file ? !set_secret_file(l, file, v->v.string, where)
			 : !set_toml(l, k, v, where))
			return false;
		l->where[(k ? k : file) - config_keys] = where;
	}
	return true;
}

static bool section_known(struct text name)
{
	for (size_t i = 0; i < config_n_keys; i++)
		if (text_eq(name, text_from(config_keys[i].section)))
			return true;
	return false;
}

static bool from_file(struct load *l, struct text in)
{
	struct toml_error err;
	const struct toml *root = toml_parse(l->arena, in, &err);

	if (!root)
		return config_fail(l, text_fmt(l->arena, "%s:%u", l->name, err.line), err.why);
	for (const struct toml *s = root->first; s; s = s->next) {
		struct text where = text_fmt(l->arena, "%s:%u", l->name, s->line);

		if (s->type != TOML_TABLE || !section_known(s->key))
			return config_fail(
				l, where,
				text_z(l->arena, text_fmt(l->arena, "there is no section [%.*s]",
							  TEXT_F(s->key))));
		if (!from_section(l, s))
			return false;
	}
	return true;
}

/* CRATEHOUSE_SECTION_KEY: sections have no underline in their names, so the first one ends it. */
static bool from_variable(struct load *l, struct text name, struct text value)
{
	struct text rest = text_lower(l->arena, text_sub(name, strlen("CRATEHOUSE_"), name.n));
	const struct key *k, *file;
	struct text section;

	(void)text_cut(&rest, '_', &section);
	if (!rest.p || !section_known(section))
		return true; /* CRATEHOUSE_CONFIG, and what others call so */
	k = config_find(section, rest);
	file = k ? NULL : find_file_key(section, rest);
	if (!k && !file)
		return config_fail(l, name,
				   text_z(l->arena, text_fmt(l->arena, "there is no key %.*s.%.*s",
							     TEXT_F(section), TEXT_F(rest))));
	l->where[(k ? k : file) - config_keys] = name;
	return file ? set_secret_file(l, file, value, name) : set_text(l, k, value, name);
}

static bool from_env(struct load *l, char *const *env)
{
	for (; env && *env; env++) {
		struct text value = text_from(*env), name;

		if (!text_starts(value, TEXT("CRATEHOUSE_")) || !text_cut(&value, '=', &name) ||
		    !value.p)
			continue;
		if (!from_variable(l, name, value))
			return false;
	}
	return true;
}

static const struct config *load(struct load *l, struct text in, char *const *env)
{
	l->cfg = arena_alloc(l->arena, sizeof(*l->cfg));
	l->where = arena_array(l->arena, config_n_keys, sizeof(*l->where));
	l->cfg->path = in.p ? text_dup(l->arena, text_from(l->name)) : TEXT_NONE;
	for (size_t i = 0; i < config_n_keys; i++)
		BUG_ON(!set_text(l, &config_keys[i], text_from(config_keys[i].initial),
				 TEXT("default")));
	if ((in.p && !from_file(l, in)) || !from_env(l, env) || !config_check(l))
		return NULL;
	config_derive(l);
	l->cfg->where = l->where;
	return l->cfg;
}

const struct config *config_parse(struct arena *a, struct text in, const char *name,
				  char *const *env, struct text *ret_why)
{
	struct load l = { .arena = a, .name = name, .why = ret_why };

	return load(&l, in, env);
}

/* Where `make install` looks for it, or where the samples in deploy/systemd have it; NULL: neither is there. */
static const char *installed(void)
{
	static const char *const paths[] = { CH_SYSCONFDIR "/cratehouse.toml",
					     "/etc/cratehouse.toml" };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (access(paths[i], F_OK) == 0)
			return paths[i];
	return NULL;
}

const struct config *config_load(struct arena *a, const char *path, struct text *ret_why)
{
	struct text in = TEXT_NONE;
	const char *why;

	if (!path)
		path = getenv("CRATEHOUSE_CONFIG");
	if (!path)
		path = installed();
	if (path) {
		why = read_file(a, path, FILE_MAX_BYTES, &in);
		if (why) {
			*ret_why = text_fmt(a, "%s: %s", path, why);
			return NULL;
		}
	}
	return config_parse(a, in, path, environ, ret_why);
}
