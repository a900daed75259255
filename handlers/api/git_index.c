/*
 * handlers/api/git_index.c - GET, POST /git/index/{*path}: the git index by git's smart protocol (contract/api.md 31.2,
 * index.md 7), for a registry without a web server that runs `git http-backend`. Only what a fetch asks for.
 */
#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/server/cgi.h"
#include "app/server/req.h"

/* A fetch says what it has and wants, some hundred commits; git itself sends no more at once than http.postBuffer. */
enum { BODY_MAX_BYTES = 1024 * 1024, ENV_MAX = 24 };

struct env {
	struct arena *arena;
	char *v[ENV_MAX];
	size_t n;
};

static void set(struct env *env, const char *name, struct text value)
{
	BUG_ON(env->n + 1 >= ENV_MAX);
	env->v[env->n++] = text_z(env->arena, text_fmt(env->arena, "%s=%.*s", name, TEXT_F(value)));
}

/* Whatever configuration this machine has, and whoever owns the folder. */
static void set_config(struct env *env)
{
	static const char *const settings[][2] = {
		{ "safe.directory", "*" },
		{ "http.receivepack", "false" },
		{ "pack.threads", "1" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		const char *key = text_z(env->arena, text_fmt(env->arena, "GIT_CONFIG_KEY_%zu", i));
		const char *value =
			text_z(env->arena, text_fmt(env->arena, "GIT_CONFIG_VALUE_%zu", i));

		set(env, key, text_from(settings[i][0]));
		set(env, value, text_from(settings[i][1]));
	}
	set(env, "GIT_CONFIG_COUNT", text_fmt(env->arena, "%zu", (size_t)ARRAY_SIZE(settings)));
}

/* "version=2", and what else git may say there. */
static bool protocol_ok(struct text t)
{
	for (size_t i = 0; i < t.n; i++)
		if (!char_is_alnum(t.p[i]) && t.p[i] != '=' && t.p[i] != ':')
			return false;
	return t.n > 0 && t.n < 64;
}

static void set_request(struct env *env, struct req *r, struct text path)
{
	struct text protocol = req_header(r, "Git-Protocol"),
		    encoding = req_header(r, "Content-Encoding");

	set(env, "GATEWAY_INTERFACE", TEXT("CGI/1.1"));
	set(env, "GIT_PROJECT_ROOT",
	    text_fmt(env->arena, "%.*s/%sgit", TEXT_F(r->cfg->data.dir), config_served(r->cfg)));
	set(env, "PATH_INFO", text_fmt(env->arena, "/index/%.*s", TEXT_F(path)));
	set(env, "REQUEST_METHOD", r->method);
	set(env, "QUERY_STRING", r->query.p ? r->query : TEXT(""));
	set(env, "REMOTE_ADDR", r->remote_ip.p ? r->remote_ip : TEXT(""));
	set(env, "REMOTE_USER", TEXT(""));
	if (r->body.p) {
		set(env, "CONTENT_TYPE", TEXT("application/x-git-upload-pack-request"));
		set(env, "CONTENT_LENGTH", text_fmt(env->arena, "%zu", r->body.n));
	}
	if (text_eq(encoding, TEXT("gzip")) || text_eq(encoding, TEXT("x-gzip")))
		set(env, "HTTP_CONTENT_ENCODING", encoding);
	if (protocol_ok(protocol))
		set(env, "GIT_PROTOCOL", protocol);
}

static struct reply run_git(struct req *r, struct text path)
{
	struct env env = { .arena = r->arena };
	char *argv[] = { text_z(r->arena, r->cfg->git_index.git),
			 text_z(r->arena, TEXT("http-backend")), NULL };

	set(&env, "PATH", TEXT("/usr/local/bin:/usr/bin:/bin"));
	set(&env, "HOME", TEXT("/nonexistent"));
	set(&env, "LC_ALL", TEXT("C"));
	set(&env, "GIT_CONFIG_NOSYSTEM", TEXT("1"));
	set_config(&env);
	set_request(&env, r, path);
	return reply_cgi(r, &(struct cgi){ argv, env.v, r->body });
}

static bool is_served(const struct req *r)
{
	/* Of a private registry no web server has it: only a worker knows who may. */
	return r->cfg->git_index.enabled &&
	       (r->cfg->git_index.serve || r->cfg->registry.auth_required);
}

static struct reply absent(struct req *r)
{
	return reply_err(r, err_new(r->arena, ERR_NOT_FOUND, "Not Found"));
}

/* No files of the repository (the "dumb" protocol), and nothing for who would push. */
static struct reply git_index_get(struct req *r)
{
	if (!is_served(r) || !text_eq(req_path(r, "path"), TEXT("info/refs")) ||
	    !text_eq(r->query, TEXT("service=git-upload-pack")))
		return absent(r);
	return run_git(r, TEXT("info/refs"));
}

static struct reply git_index_post(struct req *r)
{
	const struct err *e;

	if (!is_served(r) || !text_eq(req_path(r, "path"), TEXT("git-upload-pack")))
		return absent(r);
	if (!text_eq(req_header(r, "Content-Type"), TEXT("application/x-git-upload-pack-request")))
		return reply_err(
			r, err_new_status(r->arena, ERR_INVALID, 415, "Unsupported Media Type"));
	e = req_body(r, BODY_MAX_BYTES, &r->body);
	return e ? reply_err(r, e) : run_git(r, TEXT("git-upload-pack"));
}

const struct route git_index_routes[] = {
	ROUTE(GET, "/git/index/{*path}", git_index_get, .auth = AUTH_NONE, .no_db = true,
	      .doc = "The git index, for git and old cargo"),
	ROUTE(POST, "/git/index/{*path}", git_index_post, .auth = AUTH_NONE, .no_db = true,
	      .body = BODY_STREAM, .body_max = BODY_MAX_BYTES,
	      .doc = "The git index, for git and old cargo"),
	ROUTE_END,
};
