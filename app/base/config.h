/*
 * What is in force: one TOML file, each key overridden by CRATEHOUSE_SECTION_KEY. Unknown keys, wrong types and values
 * out of range are errors that name file and line. The table in config.c is the list of all keys with default, range
 * and help text; `cratehouse config check` prints it with the values in force (secrets as ***).
 */
#pragma once

#include "app/base/text.h"

struct arena;

struct secret {
	struct text value; /* never printed; prints as *** */
};

enum sendfile { SENDFILE_NONE, SENDFILE_X_ACCEL, SENDFILE_X_SENDFILE };

struct config {
	struct text path;         /* of the file; absent when there was none */
	const struct text *where; /* of each key, for config_lines */

	struct {
		struct text url;    /* "https://crates.example.org", without a final slash */
		struct text domain; /* host[:port] of url unless set: what messages call the site */
		struct text title;
		struct text contact;          /* an e-mail address; empty: none */
		struct text security_contact; /* a URI; empty: that address */
		struct text
			docs_url; /* of a site that builds API documentation, without a final slash; empty: none */
		bool docs_status;          /* it says which versions it has built */
		bool avatars;              /* pictures of accounts and teams, fetched by jobs */
		struct text readme_images; /* "direct" or "off" */
		struct text avatar_hosts;  /* comma list of host[:port] */
	} site;
	struct {
		struct text socket; /* "/path" or "host:port" (TCP, loopback) */
		uint64_t
			socket_mode; /* of the Unix socket, as decimal digits of an octal number: 660 */
		struct text base_path; /* "" or "/prefix" before every route */
		uint64_t workers, job_runners;
		uint64_t max_requests; /* a worker leaves after so many; 0: never */
		uint64_t max_rss_mb;   /* or when over this mark after a request; 0: never */
		uint64_t drain_s;      /* how long a stop waits for requests in hand */
		enum sendfile sendfile;
		struct text
			sendfile_prefix; /* URL prefix of the internal location for X-Accel-Redirect */
		struct text libexec;     /* folder of cratehouse-inspect and cratehouse-git */
		struct text user, group; /* to become, when started as root; empty: stay */
		struct text pid_file;    /* empty: none */
		struct text banner; /* shown by /api/v1/site_metadata and on pages; empty: none */
		struct text blocked_ips, blocked_routes; /* comma lists (contract/api.md 1.5) */
		struct text
			blocked_headers; /* comma list of Header=value or Header=/regular expression/ */
		struct text cdn_user_agent;
		struct text
			real_ip_header; /* header whose last entry is the client, from trusted front ends; empty: REMOTE_ADDR */
		struct text allowed_origins; /* comma list beside site.url */
		struct text
			cargo_status; /* "adjust-all", "adjust-success", "disabled" (contract/api.md 1.9) */
		bool read_only;
		struct secret metrics_token; /* who may read /api/private/metrics; empty: nobody */
	} server;
	struct {
		struct text dir; /* DATA: blobs, public, index, lock, tmp */
	} data;
	struct {
		struct text socket, host, user, name;
		struct secret password;
		uint64_t port;
		uint64_t connect_timeout_s, query_timeout_s;
		bool galera; /* wsrep_sync_wait = 1 where a read must be fresh */
	} db;
	struct {
		bool enabled; /* rate limits */
		uint64_t upload_bytes, unpacked_bytes, metadata_bytes, body_bytes;
		uint64_t features, dependencies, keywords, categories;
		uint64_t tar_entries;        /* 0: unlimited */
		uint64_t new_versions_daily; /* 0: unlimited */
		uint64_t publish_new_rate_s, publish_new_burst;
		uint64_t publish_update_rate_s, publish_update_burst;
		uint64_t yank_rate_s, yank_burst;
		uint64_t token_exchange_rate_s, token_exchange_burst; /* of an address */
		uint64_t sign_in_rate_s, sign_in_burst;               /* of an address */
		uint64_t letter_rate_s, letter_burst; /* of a user, and to an e-mail address */
		uint64_t report_rate_s, report_burst; /* of an address, by /support */
		uint64_t check_rate_s, check_burst;   /* of a user: files of workflows looked for */
	} limits;
	struct {
		bool require; /* refuse to inspect without seccomp */
		uint64_t processes, page_processes, cpu_s, wall_s, memory_mb;
	} sandbox;
	struct {
		uint64_t mb; /* of DATA/cache; 0: none */
	} cache;
	struct {
		uint64_t session_days;
		struct text no_new_tokens; /* why nobody can make a token now; empty: they can */
		struct text sign_up; /* "open", "closed"; empty: as config_sign_up_open says */
		uint64_t cache_s, stale_s; /* app/server/gate.h */
		bool explicit_signup; /* whoever comes by GitHub first is asked for an address */
		struct secret key;    /* base64 or hex of 32 bytes: encrypts OAuth tokens at rest */
		struct text admins_url; /* of a list of administrators; empty: made by hand */
	} auth;
	struct {
		struct text
			name; /* what install lines call it; empty: it stands in for crates.io */
		bool auth_required; /* a private registry: app/server/gate.h */
		bool pubtime;       /* write `pubtime` into index lines */
	} registry;
	struct {
		bool enabled, serve;
		struct text author; /* "NAME <MAIL>" */
		struct text git;    /* the program, an absolute path */
	} git_index;
	struct {
		struct text issuers;  /* for config_issuer_next */
		struct text audience; /* empty: site.domain */
	} trustpub;
	struct {
		uint64_t retries; /* a job that failed so often rests until `job retry` */
		uint64_t lease_s;
	} jobs;
	struct {
		struct text count;      /* "off", "log", "request" */
		struct text log;        /* of the web server; empty: none */
		struct text log_format; /* "auto", "combined", "cloudfront", "fastly" */
		uint64_t keep_days;     /* then days go into files; 0: never */
	} downloads;
	struct {
		uint64_t every_h; /* 0: not by itself */
	} dump;
	struct {
		bool enabled;
	} zip;
	struct {
		uint64_t connect_timeout_s, timeout_s; /* of calls to other machines */
		struct text proxy, ca_file;            /* empty: none; the system's */
	} outside;
	struct {
		struct text
			client_id; /* empty: nobody signs in by GitHub, no team is asked about */
		struct secret client_secret;
		struct text base_url, api_url; /* without a final slash */
		uint64_t membership_cache_s;   /* 0: not remembered */
	} github;
	struct {
		struct text url; /* of a docs.rs, without a final slash; empty: there is none */
		struct secret token;
	} docs;
	struct {
		struct text url; /* of a .tar.gz of an advisory database; empty: none is fetched */
		struct text page_url; /* of the page about one, with {id}; empty: there are none */
	} advisories;
	struct {
		struct text
			url; /* of a JSON of crates that the standard library replaces; empty: none */
	} replacements;
	struct {
		struct text url; /* of a Rust playground, without a final slash; empty: none */
	} playground;
	struct {
		struct text smtp_host; /* empty: no server, letters become files in dir */
		uint64_t smtp_port;    /* 0 in the file: 25, 587 or 465, as smtp_tls is */
		struct text smtp_tls;  /* "none", "starttls", "tls" */
		struct text smtp_user; /* empty: none */
		struct secret smtp_password;
		uint64_t smtp_timeout_s; /* for one letter in all */
		struct text from;        /* an address; empty: noreply@ the host of site.url */
		struct text dir;         /* of the .eml files; empty: DATA/mail */
		struct text
			typosquat_to; /* comma list of addresses that hear of likely typosquats */
	} mail;
};

/*
 * arena; the environment is read too. path NULL: $CRATEHOUSE_CONFIG, else the installed file, else defaults.
 * NULL on failure, and *ret_why is "FILE:LINE: what" or "CRATEHOUSE_X: what".
 */
const struct config *config_load(struct arena *a, const char *path, struct text *ret_why);

/* The same from a text in memory, with name instead of the file's; env: NAME=VALUE strings, NULL at the end, or NULL. */
const struct config *config_parse(struct arena *a, struct text in, const char *name,
				  char *const *env, struct text *ret_why);

/* The 32 bytes of auth.key; false where it is not set. */
bool config_key(const struct config *cfg, unsigned char ret[32]);

/*
 * What stands between data.dir and the folders that web servers see (index, public, git): "", and "private/" for a private
 * registry. So a web server that was told of a public one finds nothing there.
 */
const char *config_served(const struct config *cfg);

/* Whether somebody new who comes by GitHub gets an account. */
bool config_sign_up_open(const struct config *cfg);

/* Walks a comma list: false at its end. Parts are trimmed; empty ones are passed over. */
bool config_list_next(struct text *rest, struct text *ret_part);

/* What a JSON Web Token says of a workflow: as at github.com, as at gitlab.com, or what `cratehouse trustpub grant` asks for. */
enum issuer_kind { ISSUER_GITHUB, ISSUER_GITLAB, ISSUER_OIDC };

struct config_issuer {
	enum issuer_kind kind;
	struct text url;      /* exactly as in the claim `iss` */
	struct text keys_url; /* of its JSON Web Key Set; absent: by discovery */
};

/*
 * Walks trustpub.issuers, a comma list of "KIND URL [KEYS-URL]" with the kinds github, gitlab and oidc: false at its end, or
 * where an entry is none (the whole list was checked when the configuration was read, so that is never).
 */
bool config_issuer_next(struct text *rest, struct config_issuer *ret);

struct buf;

/* Adds the value in force of "section.key" as plain words; false for an unknown key, and for a secret. */
bool config_value(struct buf *b, const struct config *cfg, struct text name);

struct config_line {
	struct text name;  /* "section.key" */
	struct text value; /* as it would stand in the file; of a secret that is set "***" */
	const char *help;
	const char *initial; /* the value where nobody has set it, as in the environment */
	struct text where;   /* "FILE:LINE" or "CRATEHOUSE_X"; absent: nobody has set it */
};

/* Every key, in the order of the table. arena */
size_t config_lines(struct arena *a, const struct config *cfg, struct config_line **ret);

/* Every key as "section.key = value  # help", secrets as ***. arena */
struct text config_print(struct arena *a, const struct config *cfg);
