/* app/base/config.c and log.c: what a file, the environment and a log line may hold. */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/email.h"
#include "app/base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct config *parse(struct arena *a, const char *in, char *const *env,
				  struct text *why)
{
	return config_parse(a, text_from(in), "c.toml", env, why);
}

static void defaults(void **state)
{
	struct arena *a = arena_new(0);
	struct text why;
	const struct config *c = parse(a, NULL, NULL, &why);

	(void)state;
	assert_non_null(c);
	assert_null(c->path.p);
	assert_true(text_eq(c->site.domain, TEXT("127.0.0.1:8080")));
	assert_true(text_eq(c->mail.from, TEXT("noreply@127.0.0.1")));
	assert_true(c->limits.enabled);
	assert_int_equal(c->limits.upload_bytes, 10485760);
	arena_free(a);
}

static void values(void **state)
{
	static const char in[] = "[site]\nurl = \"https://crates.example.org\"\n"
				 "[server]\nworkers = 7\nread_only = true\nsendfile = \"x-accel\"\n"
				 "base_path = \"/registry\"\n[db]\npassword = \"p\\\"w\"\n";
	char *const env[] = { (char[]){ "CRATEHOUSE_SERVER_WORKERS=9" },
			      (char[]){ "CRATEHOUSE_CONFIG=/x" },
			      (char[]){ "CRATEHOUSE_DB_CONNECT_TIMEOUT_S=2" },
			      (char[]){ "CRATEHOUSE_SOMETHING_ELSE=1" },
			      (char[]){ "HOME=/" },
			      NULL };
	struct arena *a = arena_new(0);
	struct text why, all;
	const struct config *c = parse(a, in, env, &why);
	struct config_line *v;
	size_t n;

	(void)state;
	assert_non_null(c);
	assert_true(text_eq(c->path, TEXT("c.toml")));
	assert_int_equal(c->server.workers, 9);
	assert_int_equal(c->db.connect_timeout_s, 2);
	assert_true(c->server.read_only);
	assert_int_equal(c->server.sendfile, SENDFILE_X_ACCEL);
	assert_true(text_eq(c->server.base_path, TEXT("/registry")));
	assert_true(text_eq(c->db.password.value, TEXT("p\"w")));
	assert_true(text_eq(c->site.domain, TEXT("crates.example.org")));
	all = config_print(a, c);
	assert_true(text_find(all, TEXT("server.workers = 9  # ")) < all.n);
	assert_true(text_find(all, TEXT("db.password = \"***\"")) < all.n);
	assert_true(text_find(all, TEXT("p\"w")) == all.n);
	n = config_lines(a, c, &v);
	for (size_t i = 0; i < n; i++) {
		assert_true(text_find(v[i].value, TEXT("p\"w")) == v[i].value.n);
		if (text_eq(v[i].name, TEXT("server.workers")))
			assert_true(text_eq(v[i].where, TEXT("CRATEHOUSE_SERVER_WORKERS")));
		if (text_eq(v[i].name, TEXT("db.password")))
			assert_true(text_starts(v[i].where, TEXT("c.toml:")));
		if (text_eq(v[i].name, TEXT("db.port")))
			assert_null(v[i].where.p);
	}
	arena_free(a);
}

static void refused(void **state)
{
	static const struct {
		const char *in, *env, *why;
	} t[] = {
		{ "[server]\nworkres = 1\n", NULL, "c.toml:2: there is no key server.workres" },
		{ "[servers]\n", NULL, "c.toml:1: there is no section [servers]" },
		{ "x = 1\n", NULL, "c.toml:1: there is no section [x]" },
		{ "[server]\n\nworkers = 0\n", NULL,
		  "c.toml:3: server.workers must be between 1 and 1024" },
		{ "[server]\nworkers = -1\n", NULL,
		  "c.toml:2: server.workers must be between 1 and 1024" },
		{ "[limits]\nupload_bytes = 0\n", NULL,
		  "c.toml:2: limits.upload_bytes must be at least 1" },
		{ "[server]\nworkers = \"4\"\n", NULL,
		  "c.toml:2: server.workers must be an integer, not string" },
		{ "[server]\nread_only = 1\n", NULL,
		  "c.toml:2: server.read_only must be a boolean, not integer" },
		{ "[site]\nurl = \"https://x/\"\n", NULL,
		  "c.toml:2: site.url must be http:// or https://, a host, and no final slash" },
		{ "[server]\nsocket = \"x\"\n", NULL,
		  "c.toml:2: server.socket must be an absolute path of at most 107 bytes, or "
		  "host:port" },
		{ "[server]\nsocket_mode = 680\n", NULL,
		  "c.toml:2: server.socket_mode must be octal digits, such as 660" },
		{ "[server]\nsendfile = \"yes\"\n", NULL,
		  "c.toml:2: server.sendfile must be none, x-accel or x-sendfile" },
		{ "[server]\nbase_path = \"/x/\"\n", NULL,
		  "c.toml:2: server.base_path must begin with a slash and not end with one" },
		{ "[data]\ndir = \"data\"\n", NULL, "c.toml:2: data.dir must be an absolute path" },
		{ "[auth]\nkey = \"abc\"\n", NULL,
		  "c.toml:2: auth.key must be 32 bytes in hex or base64" },
		{ "[auth]\nsign_up = \"yes\"\n", NULL,
		  "c.toml:2: auth.sign_up must be open or closed" },
		{ "[mail]\nsmtp_tls = \"ssl\"\n", NULL,
		  "c.toml:2: mail.smtp_tls must be none, starttls or tls" },
		{ "[site]\nreadme_images = \"proxy\"\n", NULL,
		  "c.toml:2: site.readme_images must be direct or off" },
		{ "[mail]\nfrom = \"Crates <a@example.org>\"\n", NULL,
		  "c.toml:2: mail.from must be an address" },
		{ "[mail]\ndir = \"mail\"\n", NULL, "c.toml:2: mail.dir must be an absolute path" },
		{ "[mail]\nsmtp_port = 65536\n", NULL,
		  "c.toml:2: mail.smtp_port must be between 0 and 65535" },
		{ "[site]\ncontact = \"nobody\"\n", NULL,
		  "c.toml:2: site.contact must be one e-mail address" },
		{ "[site]\nsecurity_contact = \"me@example.org\"\n", NULL,
		  "c.toml:2: site.security_contact must begin with mailto: or https:// and hold no "
		  "blanks" },
		{ "[site]\ntitle = \"a\\nb\"\n", NULL, "c.toml:2: a value is one line of UTF-8" },
		{ "[db]\npassword_file = \"/no/such\"\n", NULL,
		  "c.toml:2: /no/such: No such file or directory" },
		{ "", "CRATEHOUSE_SERVER_WORKERS=x",
		  "CRATEHOUSE_SERVER_WORKERS: must be a whole number" },
		{ "", "CRATEHOUSE_SERVER_NOTHING=x",
		  "CRATEHOUSE_SERVER_NOTHING: there is no key server.nothing" },
		{ "", "CRATEHOUSE_SITE_URL=ftp://x",
		  "CRATEHOUSE_SITE_URL: site.url must be http:// or https://, a host, and no final "
		  "slash" },
	};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		char *const env[] = { t[i].env ? text_z(a, text_from(t[i].env)) : NULL, NULL };
		struct text why = TEXT("none");

		assert_null(parse(a, t[i].in, env, &why));
		if (!text_eq(why, text_from(t[i].why)))
			fail_msg("%s: got \"%.*s\", want \"%s\"", t[i].in, TEXT_F(why), t[i].why);
	}
	arena_free(a);
}

static void mail(void **state)
{
	static const struct {
		const char *in, *from;
		uint64_t port;
	} t[] = {
		{ "", "noreply@127.0.0.1", 587 },
		{ "[mail]\nsmtp_tls = \"none\"\n", "noreply@127.0.0.1", 25 },
		{ "[mail]\nsmtp_tls = \"tls\"\n", "noreply@127.0.0.1", 465 },
		{ "[mail]\nsmtp_tls = \"tls\"\nsmtp_port = 2465\n", "noreply@127.0.0.1", 2465 },
		{ "[site]\nurl = \"https://crates.example.org:8443/x\"\n",
		  "noreply@crates.example.org", 587 },
		{ "[site]\nurl = \"http://[::1]:8080\"\n", "noreply@[::1]", 587 },
		{ "[mail]\nfrom = \"a@example.org\"\n", "a@example.org", 587 },
	};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct text why = TEXT("none");
		const struct config *c = parse(a, t[i].in, NULL, &why);

		if (!c || !text_eq(c->mail.from, text_from(t[i].from)) ||
		    c->mail.smtp_port != t[i].port || !email_is_valid(c->mail.from))
			fail_msg("%s: %.*s", t[i].in, TEXT_F(why));
	}
	arena_free(a);
}

/* Of a private registry: where its files are, and who gets an account. */
static void private_registry(void **state)
{
	static const struct {
		const char *in, *served;
		bool open;
	} t[] = {
		{ "", "", true },
		{ "[auth]\nsign_up = \"closed\"\n", "", false },
		{ "[registry]\nauth_required = true\n", "private/", false },
		{ "[registry]\nauth_required = true\n[auth]\nsign_up = \"open\"\n", "private/",
		  true },
	};
	struct arena *a = arena_new(0);
	struct text why;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		const struct config *c = config_parse(a, text_from(t[i].in), "c.toml", NULL, &why);

		assert_non_null(c);
		assert_string_equal(config_served(c), t[i].served);
		assert_int_equal(config_sign_up_open(c), t[i].open);
	}
	arena_free(a);
}

static void issuers(void **state)
{
#define BAD                                                                                        \
	"CRATEHOUSE_TRUSTPUB_ISSUERS: trustpub.issuers must be a comma list of github, gitlab or " \
	"oidc, each with an https:// address of at most 255 bytes and no final slash"
	static const char *const good[] = {
		"",
		"github https://a.test",
		" gitlab  https://a.test/x ,, oidc http://127.0.0.1:1",
		"oidc https://a.test https://10.0.0.1:6443/openid/v1/jwks",
		"oidc http://localhost",
		"oidc http://[::1]:80/x",
		"github https://a.test,github https://b.test",
	};
	static const char *const bad[] = {
		"github",
		"https://a.test",
		"GitHub https://a.test",
		"github https://a.test/",
		"github http://a.test",
		"github http://127.0.0.1.a.test",
		"oidc https://",
		"oidc https://a.test b",
		"oidc https://a.test https://b.test c",
		"oidc https://u@a.test",
		"oidc http://localhost.a.test",
		"github https://a.test gitlab https://b.test",
		"oidc https://a.test?x",
		"oidc https://a.test http://b.test/keys",
	};
	struct arena *a = arena_new(0);
	struct config_issuer issuer;
	const struct config *c;
	struct text why, rest;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good) + ARRAY_SIZE(bad); i++) {
		const char *v = i < ARRAY_SIZE(good) ? good[i] : bad[i - ARRAY_SIZE(good)];
		struct text var = text_fmt(a, "CRATEHOUSE_TRUSTPUB_ISSUERS=%s", v);
		char *const env[] = { text_z(a, var), NULL };

		why = TEXT("none");
		c = parse(a, "", env, &why);
		if ((c != NULL) != (i < ARRAY_SIZE(good)) || (!c && !text_eq(why, TEXT(BAD))))
			fail_msg("%s: %.*s", v, TEXT_F(why));
	}
	c = parse(a, "", NULL, &why);
	assert_non_null(c);
	assert_true(text_eq(c->trustpub.audience, c->site.domain));
	rest = TEXT("github https://a.test, oidc https://b.test https://k.test");
	assert_true(config_issuer_next(&rest, &issuer) && issuer.kind == ISSUER_GITHUB);
	assert_true(text_eq(issuer.url, TEXT("https://a.test")) && !issuer.keys_url.p);
	assert_true(config_issuer_next(&rest, &issuer) && issuer.kind == ISSUER_OIDC);
	assert_true(text_eq(issuer.keys_url, TEXT("https://k.test")));
	assert_false(config_issuer_next(&rest, &issuer));
	arena_free(a);
}

static void secrets_from_files(void **state)
{
	static const char hex[] =
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
	static const char base64[] =
		"[auth]\nkey = \"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"\n";
	char path[] = "/tmp/cratehouse-test-XXXXXX";
	int fd = mkstemp(path);
	struct arena *a = arena_new(0);
	unsigned char key[32];
	struct text why;
	const struct config *c;

	(void)state;
	assert_true(fd >= 0 && write(fd, hex, sizeof(hex) - 1) == sizeof(hex) - 1);
	c = parse(a, text_fmt(a, "[auth]\nkey_file = \"%s\"\n", path).p, NULL, &why);
	assert_non_null(c);
	assert_true(config_key(c, key));
	for (size_t i = 0; i < sizeof(key); i++)
		assert_int_equal(key[i], i);
	c = parse(a, base64, NULL, &why);
	assert_non_null(c);
	memset(key, 0, sizeof(key));
	assert_true(config_key(c, key));
	for (size_t i = 0; i < sizeof(key); i++)
		assert_int_equal(key[i], i);
	(void)close(fd);
	(void)unlink(path);
	arena_free(a);
}

static void lists(void **state)
{
	struct text rest = TEXT(" a, ,b ,"), part;

	(void)state;
	assert_true(config_list_next(&rest, &part) && text_eq(part, TEXT("a")));
	assert_true(config_list_next(&rest, &part) && text_eq(part, TEXT("b")));
	assert_false(config_list_next(&rest, &part));
}

static void log_lines(void **state)
{
	static const struct {
		struct text in, want;
	} t[] = {
		{ TEXT_INIT("plain-1.0/x"), TEXT_INIT(" k=plain-1.0/x") },
		{ TEXT_INIT("two words"), TEXT_INIT(" k=\"two words\"") },
		{ TEXT_INIT("a\nlevel=error"), TEXT_INIT(" k=\"a\\nlevel=error\"") },
		{ TEXT_INIT("a\"b\\c"), TEXT_INIT(" k=\"a\\\"b\\\\c\"") },
		{ TEXT_INIT("\x01\x7f"), TEXT_INIT(" k=\"\\x01\\x7f\"") },
		{ TEXT_INIT("a\0b"), TEXT_INIT(" k=\"a\\x00b\"") },
		{ TEXT_INIT(""), TEXT_INIT("") },
	};
	char p[200];
	struct text line, head = TEXT(" level=info");
	size_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		const struct log_kv kv[] = { log_text("k", t[i].in), { .type = LOG_KV_END } };

		line = (struct text){ p, log_format(p, sizeof(p), LOG_LEVEL_INFO, kv) };
		at = text_find(line, head);
		assert_true(at < line.n);
		line = text_sub(line, at + head.n, line.n);
		if (!text_eq(line, t[i].want))
			fail_msg("got \"%.*s\", want \"%.*s\"", TEXT_F(line), TEXT_F(t[i].want));
	}
	{
		const struct secret s = { TEXT_INIT("hush") };
		const struct log_kv kv[] = { log_secret("k", &s),
					     log_i64("n", INT64_MIN),
					     { .type = LOG_KV_END } };

		line = (struct text){ p, log_format(p, sizeof(p), LOG_LEVEL_INFO, kv) };
		assert_true(text_ends(line, TEXT(" k=*** n=-9223372036854775808")));
		assert_int_equal(log_format(p, 10, LOG_LEVEL_INFO, kv), 10);
	}
}

/* Of whatever is a secret, nothing is printed but that it is there. */
static void secrets(void **state)
{
	static const char *const names[] = {
		"server.metrics_token", "db.password", "auth.key",
		"github.client_secret", "docs.token",  "mail.smtp_password"
	};
	char *const env[] = {
		(char[]){ "CRATEHOUSE_SERVER_METRICS_TOKEN=hush" },
		(char[]){ "CRATEHOUSE_DB_PASSWORD=hush" },
		(char[]){ "CRATEHOUSE_AUTH_KEY=hushhushhushhushhushhushhushhushhushhushhus=" },
		(char[]){ "CRATEHOUSE_GITHUB_CLIENT_SECRET=hush" },
		(char[]){ "CRATEHOUSE_DOCS_TOKEN=hush" },
		(char[]){ "CRATEHOUSE_MAIL_SMTP_PASSWORD=hush" },
		NULL
	};
	struct arena *a = arena_new(0);
	struct text why;
	const struct config *c = parse(a, "", env, &why);
	struct config_line *v;
	size_t masked = 0, n;

	(void)state;
	if (!c)
		fail_msg("%.*s", TEXT_F(why));
	n = config_lines(a, c, &v);
	for (size_t i = 0; i < n; i++) {
		assert_true(text_find(v[i].value, TEXT("hush")) == v[i].value.n);
		if (!text_eq(v[i].value, TEXT("\"***\"")))
			continue;
		for (size_t k = 0; k < ARRAY_SIZE(names); k++)
			masked += text_eq(v[i].name, text_from(names[k]));
		assert_true(text_starts(v[i].where, TEXT("CRATEHOUSE_")));
	}
	assert_int_equal(masked, ARRAY_SIZE(names));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults), cmocka_unit_test(values),
		cmocka_unit_test(secrets),  cmocka_unit_test(refused),
		cmocka_unit_test(mail),     cmocka_unit_test(private_registry),
		cmocka_unit_test(issuers),  cmocka_unit_test(secrets_from_files),
		cmocka_unit_test(lists),    cmocka_unit_test(log_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
