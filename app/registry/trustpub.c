#include "app/registry/trustpub.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/err.h"
#include "app/base/json.h"
#include "app/base/jw.h"

enum { LIST_MAX_BYTES = 64 * 1024, DATA_MAX_BYTES = 64 * 1024 };

struct text trustpub_home(enum trustpub_provider p)
{
	return p == TRUSTPUB_GITHUB ? TEXT("https://token.actions.githubusercontent.com")
				    : TEXT("https://gitlab.com");
}

/* ---- what a configuration may hold */

static bool all_in(struct text t, struct text others)
{
	for (size_t i = 0; i < t.n; i++)
		if (!char_is_alnum(t.p[i]) && !text_has_byte(others, t.p[i]))
			return false;
	return true;
}

static bool is_yaml(struct text t)
{
	return text_ends(t, TEXT(".yml")) || text_ends(t, TEXT(".yaml"));
}

static const struct err *bad(struct arena *a, const char *why)
{
	return err_new(a, ERR_INVALID, "%s", why);
}

static const struct err *check_length(struct arena *a, const char *what, struct text t)
{
	if (!t.n)
		return err_new(a, ERR_INVALID, "%s may not be empty", what);
	if (t.n > TRUSTPUB_FIELD_MAX_BYTES)
		return err_new(a, ERR_INVALID, "%s is too long (maximum is %d characters)", what,
			       TRUSTPUB_FIELD_MAX_BYTES);
	return NULL;
}

static const struct err *check_environment_length(struct arena *a, struct text t)
{
	if (!t.n)
		return bad(a, "Environment name may not be empty (use `null` to omit)");
	return check_length(a, "Environment name", t);
}

static const struct err *github_owner(struct arena *a, struct text t)
{
	const struct err *e = check_length(a, "GitHub repository owner name", t);

	if (e)
		return e;
	return char_is_alnum(t.p[0]) && all_in(t, TEXT("-"))
		       ? NULL
		       : bad(a, "Invalid GitHub repository owner name");
}

static const struct err *github_name(struct arena *a, struct text t)
{
	const struct err *e = check_length(a, "GitHub repository name", t);

	if (e)
		return e;
	return all_in(t, TEXT("-_.")) ? NULL : bad(a, "Invalid GitHub repository name");
}

static const struct err *github_workflow(struct arena *a, struct text t)
{
	const struct err *e = check_length(a, "Workflow filename", t);

	if (e)
		return e;
	if (!is_yaml(t))
		return bad(a, "Workflow filename must end with `.yml` or `.yaml`");
	if (text_has_byte(t, '/'))
		return bad(a, "Workflow filename must be a filename only, without directories");
	return NULL;
}

static const struct err *github_environment(struct arena *a, struct text t)
{
	const struct err *e = check_environment_length(a, t);

	if (e)
		return e;
	if (t.p[0] == ' ')
		return bad(a, "Environment name may not start with whitespace");
	if (t.p[t.n - 1] == ' ')
		return bad(a, "Environment name may not end with whitespace");
	for (size_t i = 0; i < t.n; i++)
		if ((unsigned char)t.p[i] < 0x20 || t.p[i] == 0x7f ||
		    text_has_byte(TEXT("'\"`,;\\"), t.p[i]))
			return bad(a,
				   "Environment name must not contain non-printable characters "
				   "or the characters \"'\", \"\"\", \"`\", \",\", \";\", \"\\\"");
	return NULL;
}

/* A path of GitLab: more says which characters may stand inside of it. */
static const struct err *gitlab_path(struct arena *a, const char *what, const char *short_what,
				     struct text t, struct text more)
{
	const struct err *e = check_length(a, what, t);

	if (e)
		return e;
	if (text_ends(t, TEXT(".atom")) || text_ends(t, TEXT(".git")))
		return err_new(a, ERR_INVALID, "%s cannot end with .atom or .git", what);
	if (!char_is_alnum(t.p[0]) || !char_is_alnum(t.p[t.n - 1]) || !all_in(t, more))
		return err_new(a, ERR_INVALID, "Invalid %s", short_what);
	return NULL;
}

static const struct err *gitlab_namespace(struct arena *a, struct text t)
{
	return gitlab_path(a, "GitLab namespace", "GitLab namespace", t, TEXT("_.-/"));
}

static const struct err *gitlab_project(struct arena *a, struct text t)
{
	return gitlab_path(a, "GitLab project name", "GitLab project name", t, TEXT("_.-"));
}

static const struct err *gitlab_workflow(struct arena *a, struct text t)
{
	const struct err *e = check_length(a, "Workflow filepath", t);

	if (e)
		return e;
	if (t.p[0] == '/')
		return bad(a, "Workflow filepath cannot start with /");
	if (t.p[t.n - 1] == '/')
		return bad(a, "Workflow filepath cannot end with /");
	return is_yaml(t) ? NULL : bad(a, "Workflow filepath must end with `.yml` or `.yaml`");
}

static const struct err *gitlab_environment(struct arena *a, struct text t)
{
	const struct err *e = check_environment_length(a, t);

	if (e)
		return e;
	return all_in(t, TEXT(" -_/${}")) ? NULL
					  : bad(a, "Environment name contains invalid characters");
}

const struct err *trustpub_check(struct arena *a, enum trustpub_provider p,
				 const struct trustpub_config *c)
{
	static const struct {
		const struct err *(*owner)(struct arena *a, struct text t);
		const struct err *(*project)(struct arena *a, struct text t);
		const struct err *(*workflow)(struct arena *a, struct text t);
		const struct err *(*environment)(struct arena *a, struct text t);
	} rules[TRUSTPUB_PROVIDERS] = {
		[TRUSTPUB_GITHUB] = { github_owner, github_name, github_workflow,
				      github_environment },
		[TRUSTPUB_GITLAB] = { gitlab_namespace, gitlab_project, gitlab_workflow,
				      gitlab_environment },
	};
	const struct err *e = rules[p].owner(a, c->owner);

	if (!e)
		e = rules[p].project(a, c->project);
	if (!e)
		e = rules[p].workflow(a, c->workflow);
	if (!e && c->environment.p)
		e = rules[p].environment(a, c->environment);
	return e;
}

/* ---- what a workflow says of itself */

/* The end of the last ".yml" or ".yaml" that is not all of the segment and has an '@' and something more behind it; 0: none. */
static size_t yaml_end(struct text segment, size_t more_behind)
{
	for (size_t i = segment.n; i-- > 0;) {
		struct text head = text_sub(segment, 0, i);

		if (segment.p[i] != '@' || (i + 1 == segment.n && !more_behind))
			continue;
		if (is_yaml(head) && !text_eq(head, TEXT(".yml")) && !text_eq(head, TEXT(".yaml")))
			return i;
	}
	return 0;
}

/* As upstream's expression ([^/]+\.(yml|yaml))(@.+) finds it: the first segment that has one, and there the last suffix. */
static struct text github_file(struct text ref)
{
	struct text rest = ref, segment;

	while (text_cut(&rest, '/', &segment)) {
		size_t n = yaml_end(segment, rest.p ? rest.n + 1 : 0);

		if (n)
			return text_sub(segment, 0, n);
	}
	return TEXT_NONE;
}

static struct text gitlab_file(struct text ref)
{
	size_t from = text_find(ref, TEXT("//")), to = ref.n;
	struct text path, rest, name = TEXT_NONE;

	while (to > 0 && ref.p[to - 1] != '@')
		to--;
	if (from == ref.n || to < from + 3)
		return TEXT_NONE;
	path = text_sub(ref, from + 2, to - 1);
	rest = path;
	while (text_cut(&rest, '/', &name))
		;
	if (!is_yaml(path) || text_eq(name, TEXT(".yml")) || text_eq(name, TEXT(".yaml")))
		return TEXT_NONE;
	return path;
}

struct text trustpub_workflow(enum trustpub_provider p, struct text ref)
{
	return p == TRUSTPUB_GITHUB ? github_file(ref) : gitlab_file(ref);
}

bool trustpub_claims_read(enum trustpub_provider p, struct json_object *claims,
			  struct trustpub_claims *ret)
{
	bool github = p == TRUSTPUB_GITHUB;
	struct json_object *environment = json_member(claims, "environment");
	struct trustpub_claims c = {
		.jti = json_text(json_member(claims, "jti")),
		.repository =
			json_text(json_member(claims, github ? "repository" : "project_path")),
		.owner_id = json_text(
			json_member(claims, github ? "repository_owner_id" : "namespace_id")),
		.workflow_ref = json_text(
			json_member(claims, github ? "workflow_ref" : "ci_config_ref_uri")),
		.event = github ? json_text(json_member(claims, "event_name")) : TEXT(""),
		.run = json_text(json_member(claims, github ? "run_id" : "job_id")),
		.sha = json_text(json_member(claims, "sha")),
		.environment = json_text(environment),
	};

	if (!c.jti.p || !c.repository.p || !c.owner_id.p || !c.workflow_ref.p || !c.event.p ||
	    !c.run.p || !c.sha.p || (environment && !c.environment.p))
		return false;
	*ret = c;
	return true;
}

/* Where owner and project meet: at the first slash for GitHub, at the last one for GitLab; n for none. */
static size_t slash_of(enum trustpub_provider p, struct text repository)
{
	size_t at = text_find_byte(repository, '/');

	if (p == TRUSTPUB_GITLAB && at < repository.n)
		for (at = repository.n - 1; repository.p[at] != '/'; at--)
			;
	return at;
}

static const struct err *unexpected(struct arena *a, const char *claim)
{
	return err_new(a, ERR_INVALID, "Unexpected `%s` value", claim);
}

static const struct err *check_event(struct arena *a, const struct trustpub_claims *c)
{
	if (!text_eq(c->event, TEXT("pull_request_target")) &&
	    !text_eq(c->event, TEXT("workflow_run")))
		return NULL;
	return err_new(a, ERR_INVALID,
		       "Trusted Publishing does not support the `%.*s` event trigger due to "
		       "security concerns. Please use a different trigger such as `push`, "
		       "`release`, or `workflow_dispatch`.",
		       TEXT_F(c->event));
}

const struct err *trustpub_identify(struct arena *a, enum trustpub_provider p,
				    struct trustpub_claims *c)
{
	bool github = p == TRUSTPUB_GITHUB;
	const struct err *e = github ? check_event(a, c) : NULL;
	size_t slash = slash_of(p, c->repository);
	int64_t id;

	if (e)
		return e;
	if (slash == c->repository.n)
		return unexpected(a, github ? "repository" : "project_path");
	c->owner = text_sub(c->repository, 0, slash);
	c->project = text_sub(c->repository, slash + 1, c->repository.n);
	c->workflow = trustpub_workflow(p, c->workflow_ref);
	if (!c->workflow.p)
		return unexpected(a, github ? "workflow_ref" : "ci_config_ref_uri");
	if (!github)
		return NULL;
	if (!text_i64(c->owner_id, INT32_MIN, INT32_MAX, &id))
		return unexpected(a, "repository_owner_id");
	c->owner_id = text_fmt(a, "%lld", (long long)id);
	return NULL;
}

/* ---- which configurations it fits */

enum step { STEP_OWNER_ID, STEP_WORKFLOW, STEP_ENVIRONMENT, STEPS };

static bool passes(enum step s, const struct trustpub_config *f, const struct trustpub_claims *c)
{
	switch (s) {
	case STEP_OWNER_ID:
		return !f->owner_id.p || text_eq(f->owner_id, c->owner_id);
	case STEP_WORKFLOW:
		return text_eq(f->workflow, c->workflow);
	case STEP_ENVIRONMENT:
	case STEPS:
		break;
	}
	return !f->environment.p ||
	       (c->environment.p && text_eq_nocase(f->environment, c->environment));
}

/* What the step compares of a configuration, as the message lists it. */
static void list_one(struct buf *b, enum step s, const struct trustpub_config *f)
{
	if (s == STEP_OWNER_ID)
		buf_add(b, f->owner_id);
	else
		buf_fmt(b, "`%.*s`", TEXT_F(s == STEP_WORKFLOW ? f->workflow : f->environment));
}

static const struct err *no_match(struct arena *a, enum trustpub_provider p, enum step s,
				  const struct trustpub_claims *c, struct text wanted)
{
	const char *what = p == TRUSTPUB_GITHUB ? "repository owner ID" : "namespace ID";
	const char *file = p == TRUSTPUB_GITHUB ? "filename" : "filepath";
	struct text head = text_fmt(a, "The Trusted Publishing config for repository `%.*s`",
				    TEXT_F(c->repository));

	if (s == STEP_OWNER_ID)
		return err_new(a, ERR_INVALID,
			       "%.*s does not match the %s (%.*s) in the JWT. Expected %ss: %.*s. "
			       "Please recreate the Trusted Publishing config to update the %s.",
			       TEXT_F(head), what, TEXT_F(c->owner_id), what, TEXT_F(wanted), what);
	if (s == STEP_WORKFLOW)
		return err_new(a, ERR_INVALID,
			       "%.*s does not match the workflow %s `%.*s` in the JWT. Expected "
			       "workflow %ss: %.*s",
			       TEXT_F(head), file, TEXT_F(c->workflow), file, TEXT_F(wanted));
	if (!c->environment.p)
		return err_new(a, ERR_INVALID,
			       "%.*s requires an environment, but the JWT does not specify one. "
			       "Expected environments: %.*s",
			       TEXT_F(head), TEXT_F(wanted));
	return err_new(a, ERR_INVALID,
		       "%.*s does not match the environment `%.*s` in the JWT. Expected "
		       "environments: %.*s",
		       TEXT_F(head), TEXT_F(c->environment), TEXT_F(wanted));
}

static const struct err *do_step(struct arena *a, enum trustpub_provider p, enum step s,
				 const struct trustpub_claims *c, struct trustpub_config *configs,
				 size_t *n)
{
	struct buf wanted = buf_init(a, LIST_MAX_BYTES);
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++) {
		if (passes(s, &configs[i], c)) {
			configs[kept++] = configs[i];
			continue;
		}
		if (buf_text(&wanted).n)
			buf_add(&wanted, TEXT(", "));
		list_one(&wanted, s, &configs[i]);
	}
	*n = kept;
	return kept ? NULL : no_match(a, p, s, c, buf_text(&wanted));
}

const struct err *trustpub_match(struct arena *a, enum trustpub_provider p,
				 const struct trustpub_claims *c, struct trustpub_config *configs,
				 size_t *n)
{
	const struct err *e = NULL;

	if (!*n)
		return err_new(a, ERR_INVALID,
			       "No Trusted Publishing config found for repository `%.*s`.",
			       TEXT_F(c->repository));
	for (enum step s = STEP_OWNER_ID; !e && s < STEPS; s++)
		e = do_step(a, p, s, c, configs, n);
	return e;
}

struct text trustpub_data(struct arena *a, enum trustpub_provider p, struct text issuer,
			  const struct trustpub_claims *c)
{
	bool github = p == TRUSTPUB_GITHUB;
	struct buf b = buf_init(a, DATA_MAX_BYTES);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	jw_text(&j, "provider", github ? TEXT("github") : TEXT("gitlab"));
	jw_text(&j, github ? "repository" : "project_path", c->repository);
	jw_text(&j, github ? "run_id" : "job_id", c->run);
	jw_text(&j, "sha", c->sha);
	if (!text_eq(issuer, trustpub_home(p)))
		jw_text(&j, "issuer", issuer);
	jw_end(&j);
	return buf_text(&b);
}
