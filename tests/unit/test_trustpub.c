/* app/registry/trustpub.c: what a configuration may hold (contract/api.md 26.1), workflow files (27.4), which configurations a
 * workflow fits (27.1 rows 8 to 16). */
#include "app/base/json.h"
#include "app/registry/trustpub.h"
#include "app/registry/trustpub_link.h"
#include "tests/unit/check.h"

#include <string.h>

static struct text x256(struct arena *a, const char *end)
{
	char *p = arena_alloc(a, 256);

	memset(p, 'x', 256);
	for (size_t i = 0, n = strlen(end); i < n; i++)
		p[256 - n + i] = end[i];
	return (struct text){ p, 256 };
}

static struct trustpub_config good(enum trustpub_provider p)
{
	return (struct trustpub_config){
		.owner = TEXT("rust-lang"),
		.project = p == TRUSTPUB_GITHUB ? TEXT("rust.vim_2") : TEXT("r"),
		.workflow = p == TRUSTPUB_GITHUB ? TEXT("ci.yml") : TEXT("ci/x.yaml"),
	};
}

/* long_end: the value is 256 bytes that end so. */
struct field_case {
	const char *value, *want;
	const char *long_end;
};

static void check_field(void **state, enum trustpub_provider p, size_t offset,
			const struct field_case *t, size_t n)
{
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < n; i++) {
		struct trustpub_config c = good(p);
		struct text v = t[i].long_end ? x256(a, t[i].long_end) : text_from(t[i].value);

		memcpy((char *)&c + offset, &v, sizeof(v));
		check_err(t[i].value ? t[i].value : "256 bytes", trustpub_check(a, p, &c), 400,
			  t[i].want);
	}
}

#define CHECK_FIELD(provider, member, ...)                                                         \
	do {                                                                                       \
		static const struct field_case t[] = { __VA_ARGS__ };                              \
		check_field(state, provider, offsetof(struct trustpub_config, member), t,          \
			    ARRAY_SIZE(t));                                                        \
	} while (0)

static void github_fields(void **state)
{
	CHECK_FIELD(TRUSTPUB_GITHUB, owner, { "a", NULL, NULL }, { "0-", NULL, NULL },
		    { "", "GitHub repository owner name may not be empty", NULL },
		    { NULL, "GitHub repository owner name is too long (maximum is 255 characters)",
		      "" },
		    { "-a", "Invalid GitHub repository owner name", NULL },
		    { "a_b", "Invalid GitHub repository owner name", NULL },
		    { "a b", "Invalid GitHub repository owner name", NULL },
		    { "a.b", "Invalid GitHub repository owner name", NULL },
		    { "a/b", "Invalid GitHub repository owner name", NULL },
		    { "\xc3\xa9", "Invalid GitHub repository owner name", NULL });
	CHECK_FIELD(TRUSTPUB_GITHUB, project, { "-_.", NULL, NULL }, { "aA0", NULL, NULL },
		    { "", "GitHub repository name may not be empty", NULL },
		    { NULL, "GitHub repository name is too long (maximum is 255 characters)", "" },
		    { "a/b", "Invalid GitHub repository name", NULL },
		    { "a b", "Invalid GitHub repository name", NULL },
		    { "a$", "Invalid GitHub repository name", NULL });
	CHECK_FIELD(TRUSTPUB_GITHUB, workflow, { "a.yml", NULL, NULL }, { ".yaml", NULL, NULL },
		    { "a b.yaml", NULL, NULL }, { "", "Workflow filename may not be empty", NULL },
		    { NULL, "Workflow filename is too long (maximum is 255 characters)", ".yml" },
		    { "a.json", "Workflow filename must end with `.yml` or `.yaml`", NULL },
		    { "a.YML", "Workflow filename must end with `.yml` or `.yaml`", NULL },
		    { "a/b", "Workflow filename must end with `.yml` or `.yaml`", NULL },
		    { "a/b.yml", "Workflow filename must be a filename only, without directories",
		      NULL });
#define CHARACTERS                                                                                 \
	"Environment name must not contain non-printable characters or the characters \"'\", "     \
	"\"\"\", \"`\", \",\", \";\", \"\\\""
	CHECK_FIELD(TRUSTPUB_GITHUB, environment, { "prod uction", NULL, NULL },
		    { "\xc3\xa9", NULL, NULL }, { NULL, NULL, NULL },
		    { "", "Environment name may not be empty (use `null` to omit)", NULL },
		    { NULL, "Environment name is too long (maximum is 255 characters)", "" },
		    { " a", "Environment name may not start with whitespace", NULL },
		    { " ", "Environment name may not start with whitespace", NULL },
		    { "a ", "Environment name may not end with whitespace", NULL },
		    { "\ta", CHARACTERS, NULL }, { "a\x7f", CHARACTERS, NULL },
		    { "a'b", CHARACTERS, NULL }, { "a\"b", CHARACTERS, NULL },
		    { "a`b", CHARACTERS, NULL }, { "a,b", CHARACTERS, NULL },
		    { "a;b", CHARACTERS, NULL }, { "a\\b", CHARACTERS, NULL },
		    { "a\x1f", CHARACTERS, NULL });
}

static void gitlab_fields(void **state)
{
	CHECK_FIELD(TRUSTPUB_GITLAB, owner, { "a", NULL, NULL }, { "a/b.c_d-e", NULL, NULL },
		    { "", "GitLab namespace may not be empty", NULL },
		    { NULL, "GitLab namespace is too long (maximum is 255 characters)", ".git" },
		    { "a.git", "GitLab namespace cannot end with .atom or .git", NULL },
		    { "-.atom", "GitLab namespace cannot end with .atom or .git", NULL },
		    { "a.GIT", NULL, NULL }, { "/a", "Invalid GitLab namespace", NULL },
		    { "a/", "Invalid GitLab namespace", NULL },
		    { "_a", "Invalid GitLab namespace", NULL },
		    { "a-", "Invalid GitLab namespace", NULL },
		    { "-", "Invalid GitLab namespace", NULL },
		    { "a b", "Invalid GitLab namespace", NULL });
	CHECK_FIELD(TRUSTPUB_GITLAB, project, { "a", NULL, NULL }, { "b.c_d-e", NULL, NULL },
		    { "", "GitLab project name may not be empty", NULL },
		    { NULL, "GitLab project name is too long (maximum is 255 characters)", "" },
		    { "a.atom", "GitLab project name cannot end with .atom or .git", NULL },
		    { ".git", "GitLab project name cannot end with .atom or .git", NULL },
		    { "a/b", "Invalid GitLab project name", NULL },
		    { ".a", "Invalid GitLab project name", NULL },
		    { "a.", "Invalid GitLab project name", NULL },
		    { "a$b", "Invalid GitLab project name", NULL });
	CHECK_FIELD(TRUSTPUB_GITLAB, workflow, { ".gitlab-ci.yml", NULL, NULL },
		    { "a/b.yaml", NULL, NULL }, { "", "Workflow filepath may not be empty", NULL },
		    { NULL, "Workflow filepath is too long (maximum is 255 characters)", ".yml" },
		    { "/a.yml", "Workflow filepath cannot start with /", NULL },
		    { "/", "Workflow filepath cannot start with /", NULL },
		    { "a.yml/", "Workflow filepath cannot end with /", NULL },
		    { "a.json", "Workflow filepath must end with `.yml` or `.yaml`", NULL });
	CHECK_FIELD(TRUSTPUB_GITLAB, environment, { "review/$CI_{x} y-z", NULL, NULL },
		    { "", "Environment name may not be empty (use `null` to omit)", NULL },
		    { NULL, "Environment name is too long (maximum is 255 characters)", "" },
		    { "a.b", "Environment name contains invalid characters", NULL },
		    { "a\n", "Environment name contains invalid characters", NULL },
		    { "\xc3\xa9", "Environment name contains invalid characters", NULL });
}

static void order_of_fields(void **state)
{
	struct arena *a = check_arena(state);
	struct trustpub_config c = { .id = 0 };

	c.owner = c.project = c.workflow = c.environment = TEXT("");
	check_err("all", trustpub_check(a, TRUSTPUB_GITHUB, &c), 400,
		  "GitHub repository owner name may not be empty");
	c.owner = TEXT("o");
	check_err("owner", trustpub_check(a, TRUSTPUB_GITHUB, &c), 400,
		  "GitHub repository name may not be empty");
	c.project = TEXT("p");
	check_err("project", trustpub_check(a, TRUSTPUB_GITLAB, &c), 400,
		  "Workflow filepath may not be empty");
	c.workflow = TEXT("w.yml");
	check_err("workflow", trustpub_check(a, TRUSTPUB_GITLAB, &c), 400,
		  "Environment name may not be empty (use `null` to omit)");
}

static void workflow_files(void **state)
{
	static const struct {
		enum trustpub_provider p;
		const char *ref, *want;
	} t[] = {
		{ TRUSTPUB_GITHUB, "a/b/.github/workflows/ci.yml@refs/heads/main", "ci.yml" },
		{ TRUSTPUB_GITHUB, "a/b/.github/workflows/ci.yaml@refs/tags/v1", "ci.yaml" },
		{ TRUSTPUB_GITHUB, "foo/bar/.github/workflows/a.yml@refs/heads/x@b.yml", "a.yml" },
		{ TRUSTPUB_GITHUB, "f/b/.github/workflows/nested.yml@evil.yml@refs/heads/x",
		  "nested.yml@evil.yml" },
		{ TRUSTPUB_GITHUB, "foo/bar/.github/workflows/.yml@refs/heads/main", NULL },
		{ TRUSTPUB_GITHUB, "foo/bar/.github/workflows/.yaml@refs/heads/main", NULL },
		{ TRUSTPUB_GITHUB, "foo/bar/.github/workflows/a.yml", NULL },
		{ TRUSTPUB_GITHUB, "foo/bar/.github/workflows/a.yml@", NULL },
		{ TRUSTPUB_GITHUB, "a.yml@/", "a.yml" },
		{ TRUSTPUB_GITHUB, "a.yml@x", "a.yml" },
		{ TRUSTPUB_GITHUB, "a.yml@b.yaml@", "a.yml" },
		{ TRUSTPUB_GITHUB, "foo/bar/.github/workflows/a.json@refs/heads/main", NULL },
		{ TRUSTPUB_GITHUB, "foo/x.yml@1/.github/workflows/a.yml@refs", "x.yml" },
		{ TRUSTPUB_GITHUB, ".yml@a.yml@x", ".yml@a.yml" },
		{ TRUSTPUB_GITHUB, "", NULL },
		{ TRUSTPUB_GITHUB, "@", NULL },
		{ TRUSTPUB_GITLAB, "gitlab.com/a/b//ci/x.yml@refs/heads/main", "ci/x.yml" },
		{ TRUSTPUB_GITLAB, "gitlab.com/a/b//.gitlab-ci.yml@refs/heads/main",
		  ".gitlab-ci.yml" },
		{ TRUSTPUB_GITLAB, "gitlab.com/a/b//x.yaml@1@2", NULL },
		{ TRUSTPUB_GITLAB, "gitlab.com/a/b//x.yaml@1.yml@2", "x.yaml@1.yml" },
		{ TRUSTPUB_GITLAB, "gitlab.com/a/b//c//x.yml@r", "c//x.yml" },
		{ TRUSTPUB_GITLAB, "gitlab.com/a/b//.yml@refs", NULL },
		{ TRUSTPUB_GITLAB, "gitlab.com/a/b//ci/.yaml@refs", NULL },
		{ TRUSTPUB_GITLAB, "gitlab.com/a/b//ci/x.json@refs", NULL },
		{ TRUSTPUB_GITLAB, "gitlab.com/a/b//ci/x.yml", NULL },
		{ TRUSTPUB_GITLAB, "gitlab.com/a/b/ci/x.yml@r", NULL },
		{ TRUSTPUB_GITLAB, "a@b//x.yml", NULL },
		{ TRUSTPUB_GITLAB, "//@r", NULL },
		{ TRUSTPUB_GITLAB, "//", NULL },
		{ TRUSTPUB_GITLAB, "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i].ref, trustpub_workflow(t[i].p, text_from(t[i].ref)), t[i].want);
}

/* ---- claims */

#define HUB_REST                                                                                   \
	"\"repository_owner_id\":\"42\",\"workflow_ref\":"                                         \
	"\"o/r/.github/workflows/ci.yml@refs/heads/main\",\"run_id\":\"7\",\"sha\":\"abc\","       \
	"\"jti\":\"j\""
#define LAB_REST                                                                                   \
	"\"namespace_id\":\"42\",\"ci_config_ref_uri\":\"gitlab.com/o/r//ci.yml@refs/x\","         \
	"\"job_id\":\"7\",\"sha\":\"abc\",\"jti\":\"j\""

static bool read_claims(struct arena *a, enum trustpub_provider p, const char *json,
			struct trustpub_claims *ret)
{
	struct text why;

	return trustpub_claims_read(p, json_parse(a, text_from(json), 8, &why), ret);
}

static void claims_that_must_be_there(void **state)
{
	static const char hub[] = "{\"repository\":\"o/r\",\"event_name\":\"push\"," HUB_REST "}";
	static const char lab[] = "{\"project_path\":\"o/r\"," LAB_REST "}";
	static const char *const names[] = { "repository\"",
					     "event_name",
					     "repository_owner_id",
					     "workflow_ref",
					     "run_id",
					     "sha",
					     "jti",
					     "project_path",
					     "namespace_id",
					     "ci_config_ref_uri",
					     "job_id" };
	struct arena *a = check_arena(state);
	struct trustpub_claims c;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		bool github = text_find(text_from(hub), text_from(names[i])) < sizeof(hub) - 1;
		bool gitlab = text_find(text_from(lab), text_from(names[i])) < sizeof(lab) - 1;
		char *without = arena_copy(a, github ? hub : lab,
					   github ? sizeof(hub) - 1 : sizeof(lab) - 1);

		without[text_find(text_from(without), text_from(names[i]))] = 'X';
		assert_int_equal(read_claims(a, TRUSTPUB_GITHUB, hub, &c), true);
		assert_int_equal(read_claims(a, TRUSTPUB_GITLAB, lab, &c), true);
		if (github)
			assert_false(read_claims(a, TRUSTPUB_GITHUB, without, &c));
		else
			assert_true(gitlab);
		if (!github)
			assert_false(read_claims(a, TRUSTPUB_GITLAB, without, &c));
	}
	assert_true(read_claims(a, TRUSTPUB_GITLAB,
				"{\"project_path\":\"o/r\",\"environment\":null," LAB_REST "}",
				&c));
	assert_null(c.environment.p);
	assert_false(read_claims(a, TRUSTPUB_GITLAB,
				 "{\"project_path\":\"o/r\",\"environment\":1," LAB_REST "}", &c));
	assert_false(read_claims(a, TRUSTPUB_GITLAB, "{\"project_path\":1," LAB_REST "}", &c));
	assert_false(read_claims(a, TRUSTPUB_GITLAB, "[]", &c));
}

static void identities(void **state)
{
#define EVENT(name)                                                                                \
	"Trusted Publishing does not support the `" name "` event trigger due to security "        \
	"concerns. Please use a different trigger such as `push`, `release`, or "                  \
	"`workflow_dispatch`."
	static const struct {
		enum trustpub_provider p;
		const char *repository, *owner_id, *ref, *event;
		const char *want, *owner, *project;
	} t[] = {
		{ TRUSTPUB_GITHUB, "o/r", "42", "x.yml@r", "push", NULL, "o", "r" },
		{ TRUSTPUB_GITHUB, "o/r/s", "042", "x.yml@r", "push", NULL, "o", "r/s" },
		{ TRUSTPUB_GITHUB, "o", "no", "no", "pull_request_target",
		  EVENT("pull_request_target"), NULL, NULL },
		{ TRUSTPUB_GITHUB, "o/r", "42", "x.yml@r", "workflow_run", EVENT("workflow_run"),
		  NULL, NULL },
		{ TRUSTPUB_GITHUB, "o", "no", "no", "push", "Unexpected `repository` value", NULL,
		  NULL },
		{ TRUSTPUB_GITHUB, "o/r", "no", "no", "push", "Unexpected `workflow_ref` value",
		  NULL, NULL },
		{ TRUSTPUB_GITHUB, "o/r", "2147483648", "x.yml@r", "push",
		  "Unexpected `repository_owner_id` value", NULL, NULL },
		{ TRUSTPUB_GITHUB, "o/r", "", "x.yml@r", "push",
		  "Unexpected `repository_owner_id` value", NULL, NULL },
		{ TRUSTPUB_GITLAB, "a/b/c", "x", "g//x.yml@r", "", NULL, "a/b", "c" },
		{ TRUSTPUB_GITLAB, "abc", "x", "no", "", "Unexpected `project_path` value", NULL,
		  NULL },
		{ TRUSTPUB_GITLAB, "a/b", "x", "no", "", "Unexpected `ci_config_ref_uri` value",
		  NULL, NULL },
		{ TRUSTPUB_GITLAB, "a/b", "x", "g//x.yml@r", "workflow_run", NULL, "a", "b" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct trustpub_claims c = {
			.repository = text_from(t[i].repository),
			.owner_id = text_from(t[i].owner_id),
			.workflow_ref = text_from(t[i].ref),
			.event = text_from(t[i].event),
		};

		check_err(t[i].repository, trustpub_identify(a, t[i].p, &c), 400, t[i].want);
		if (t[i].want)
			continue;
		check_text_of("owner", c.owner, t[i].owner);
		check_text_of("project", c.project, t[i].project);
		if (t[i].p == TRUSTPUB_GITHUB)
			check_text_of("id", c.owner_id, "42");
	}
}

/* ---- matching */

struct match_case {
	const char *what;
	enum trustpub_provider p;
	/* "owner id|workflow|environment", '-' for none, ended by NULL */
	const char *configs[5];
	const char *
		environment; /* of the JSON Web Token, whose owner id is 42 and whose file is ci.yml */
	const char *want;    /* the words of a refusal, */
	const char *left;    /* or the numbers of those that fit */
};

#define HEAD "The Trusted Publishing config for repository `o/r` "

static const struct match_case match_cases[] = {
	{ "none",
	  TRUSTPUB_GITHUB,
	  { NULL },
	  NULL,
	  "No Trusted Publishing config found for repository `o/r`.",
	  NULL },
	{ "one", TRUSTPUB_GITHUB, { "42|ci.yml|-" }, NULL, NULL, "0" },
	{ "any environment", TRUSTPUB_GITHUB, { "42|ci.yml|-" }, "prod", NULL, "0" },
	{ "environment", TRUSTPUB_GITHUB, { "42|ci.yml|PROD", "42|ci.yml|x" }, "prod", NULL, "0" },
	{ "owner ids",
	  TRUSTPUB_GITHUB,
	  { "1|ci.yml|-", "2|ci.yml|-", "1|x|-" },
	  NULL,
	  HEAD
	  "does not match the repository owner ID (42) in the JWT. Expected repository owner IDs: "
	  "1, 2, 1. Please recreate the Trusted Publishing config to update the repository owner "
	  "ID.",
	  NULL },
	{ "files",
	  TRUSTPUB_GITHUB,
	  { "1|ci.yml|-", "42|a.yml|-", "42|CI.yml|-" },
	  NULL,
	  HEAD
	  "does not match the workflow filename `ci.yml` in the JWT. Expected workflow filenames: "
	  "`a.yml`, `CI.yml`",
	  NULL },
	{ "other environments",
	  TRUSTPUB_GITHUB,
	  { "42|a.yml|-", "42|ci.yml|a", "42|ci.yml|b" },
	  "c",
	  HEAD "does not match the environment `c` in the JWT. Expected environments: `a`, `b`",
	  NULL },
	{ "no environment",
	  TRUSTPUB_GITHUB,
	  { "42|ci.yml|a", "1|ci.yml|-" },
	  NULL,
	  HEAD
	  "requires an environment, but the JWT does not specify one. Expected environments: `a`",
	  NULL },
	{ "several",
	  TRUSTPUB_GITHUB,
	  { "42|ci.yml|a", "1|ci.yml|-", "42|ci.yml|-" },
	  "a",
	  NULL,
	  "02" },
	{ "GitLab learns",
	  TRUSTPUB_GITLAB,
	  { "-|ci.yml|-", "42|ci.yml|-", "1|ci.yml|-" },
	  NULL,
	  NULL,
	  "01" },
	{ "namespaces",
	  TRUSTPUB_GITLAB,
	  { "7|ci.yml|-" },
	  NULL,
	  HEAD "does not match the namespace ID (42) in the JWT. Expected namespace IDs: 7. Please "
	       "recreate the Trusted Publishing config to update the namespace ID.",
	  NULL },
	{ "paths",
	  TRUSTPUB_GITLAB,
	  { "-|a/ci.yml|-" },
	  NULL,
	  HEAD
	  "does not match the workflow filepath `ci.yml` in the JWT. Expected workflow filepaths: "
	  "`a/ci.yml`",
	  NULL },
	{ "GitLab's environment",
	  TRUSTPUB_GITLAB,
	  { "-|ci.yml|a" },
	  NULL,
	  HEAD
	  "requires an environment, but the JWT does not specify one. Expected environments: `a`",
	  NULL },
};

static struct text or_none(struct text t)
{
	return text_eq(t, TEXT("-")) ? TEXT_NONE : t;
}

static void matching(void **state)
{
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(match_cases); i++) {
		const struct match_case *t = &match_cases[i];
		struct trustpub_config v[5] = { 0 };
		struct trustpub_claims c = {
			.repository = TEXT("o/r"),
			.owner_id = TEXT("42"),
			.workflow = TEXT("ci.yml"),
			.environment = text_from(t->environment),
		};
		size_t n = 0;

		for (; t->configs[n]; n++) {
			struct text rest = text_from(t->configs[n]);

			assert_true(text_cut(&rest, '|', &v[n].owner_id) &&
				    text_cut(&rest, '|', &v[n].workflow));
			v[n].owner_id = or_none(v[n].owner_id);
			v[n].environment = or_none(rest);
			v[n].id = n;
		}
		check_err(t->what, trustpub_match(a, t->p, &c, v, &n), 400, t->want);
		if (t->want)
			continue;
		assert_int_equal(n, strlen(t->left));
		for (size_t k = 0; k < n; k++)
			assert_int_equal(v[k].id, t->left[k] - '0');
	}
}

static void data_of_versions(void **state)
{
	struct arena *a = check_arena(state);
	const struct trustpub_claims c = { .repository = TEXT("o/\"r"),
					   .run = TEXT("7"),
					   .sha = TEXT("abc") };

	check_text_of("GitHub",
		      trustpub_data(a, TRUSTPUB_GITHUB, trustpub_home(TRUSTPUB_GITHUB), &c),
		      "{\"provider\":\"github\",\"repository\":\"o/\\\"r\",\"run_id\":\"7\","
		      "\"sha\":\"abc\"}");
	check_text_of("GitLab",
		      trustpub_data(a, TRUSTPUB_GITLAB, TEXT("https://git.example.test"), &c),
		      "{\"provider\":\"gitlab\",\"project_path\":\"o/\\\"r\",\"job_id\":\"7\","
		      "\"sha\":\"abc\",\"issuer\":\"https://git.example.test\"}");
}

static void links(void **state)
{
	static const struct {
		const char *data, *by, *source, *url;
	} t[] = {
		{ "{\"provider\":\"github\",\"repository\":\"o/r\",\"run_id\":\"7\",\"sha\":\"a\"}",
		  "GitHub Actions", "o/r", "https://github.com/o/r/actions/runs/7" },
		{ "{\"provider\":\"gitlab\",\"project_path\":\"a/b/c\",\"job_id\":\"7\"}",
		  "GitLab CI/CD", "a/b/c", "https://gitlab.com/a/b/c/-/jobs/7" },
		{ "{\"provider\":\"github\",\"repository\":\"o/r\",\"run_id\":\"7\","
		  "\"issuer\":\"https://ghe.test/_services/token\"}",
		  "GitHub Actions", "o/r", "https://ghe.test/o/r/actions/runs/7" },
		{ "{\"provider\":\"gitlab\",\"project_path\":\"a/b\",\"job_id\":\"7\","
		  "\"issuer\":\"https://x.test/gitlab\"}",
		  "GitLab CI/CD", "a/b", "https://x.test/gitlab/a/b/-/jobs/7" },
		{ "{\"provider\":\"oidc\",\"issuer\":\"https://j.test\",\"subject\":\"s\"}",
		  "https://j.test", "s", NULL },
		{ "{\"provider\":\"oidc\",\"issuer\":\"https://j.test\"}", NULL, NULL, NULL },
		{ "{\"provider\":\"github\",\"repository\":\"o/r\"}", NULL, NULL, NULL },
		{ "{\"provider\":\"other\"}", NULL, NULL, NULL },
		{ "{}", NULL, NULL, NULL },
		{ "", NULL, NULL, NULL },
	};
	struct trustpub_config c = { .owner = TEXT("o"),
				     .project = TEXT("r"),
				     .workflow = TEXT("ci.yml"),
				     .issuer = trustpub_home(TRUSTPUB_GITHUB) };
	struct arena *a = check_arena(state);
	struct trustpub_run run;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		assert_int_equal(trustpub_run_read(a, text_from(t[i].data), &run), t[i].by != NULL);
		if (!t[i].by)
			continue;
		check_text_of("by", run.by, t[i].by);
		check_text_of("source", run.source, t[i].source);
		check_text_of("url", run.url, t[i].url);
	}
	check_text_of("GitHub", trustpub_workflow_url(a, TRUSTPUB_GITHUB, &c),
		      "https://github.com/o/r/blob/HEAD/.github/workflows/ci.yml");
	c.workflow = TEXT("a/b c?.yml");
	c.issuer = TEXT("https://git.test");
	check_text_of("GitLab", trustpub_workflow_url(a, TRUSTPUB_GITLAB, &c),
		      "https://git.test/o/r/-/blob/HEAD/a/b%20c%3F.yml");
}

static void repositories(void **state)
{
	static const struct {
		const char *url;
		enum trustpub_provider provider;
		const char *owner, *project;
	} t[] = {
		{ "https://github.com/serde-rs/serde", TRUSTPUB_GITHUB, "serde-rs", "serde" },
		{ "https://github.com/serde-rs/serde/", TRUSTPUB_GITHUB, "serde-rs", "serde" },
		{ "https://github.com/serde-rs/serde.git", TRUSTPUB_GITHUB, "serde-rs", "serde" },
		{ "http://GitHub.com/a/b/tree/main/c?x#y", TRUSTPUB_GITHUB, "a", "b" },
		{ "https://github.com/serde-rs", TRUSTPUB_GITHUB, NULL, NULL },
		{ "https://github.com//serde", TRUSTPUB_GITHUB, NULL, NULL },
		{ "https://github.com/a/.git", TRUSTPUB_GITHUB, NULL, NULL },
		{ "https://github.com/", TRUSTPUB_GITHUB, NULL, NULL },
		{ "https://github.com", TRUSTPUB_GITHUB, NULL, NULL },
		{ "https://gitlab.com/group/tool", TRUSTPUB_GITLAB, "group", "tool" },
		{ "https://gitlab.com/group/sub/tool.git", TRUSTPUB_GITLAB, "group/sub", "tool" },
		{ "https://gitlab.com/a/b/c/-/tree/main/d", TRUSTPUB_GITLAB, "a/b", "c" },
		{ "https://gitlab.com/a/b//?x", TRUSTPUB_GITLAB, "a", "b" },
		{ "https://gitlab.com/a", TRUSTPUB_GITLAB, NULL, NULL },
		{ "https://gitlab.com/-/x", TRUSTPUB_GITLAB, NULL, NULL },
		{ "https://gitlab.com//", TRUSTPUB_GITLAB, NULL, NULL },
		{ "https://codeberg.org/a/b", TRUSTPUB_GITHUB, NULL, NULL },
		{ "https://github.com.evil.test/a/b", TRUSTPUB_GITHUB, NULL, NULL },
		{ "git@github.com:a/b", TRUSTPUB_GITHUB, NULL, NULL },
		{ "", TRUSTPUB_GITHUB, NULL, NULL },
	};
	struct trustpub_repository repo;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		repo = trustpub_repository_of(text_from(t[i].url));
		assert_int_equal(repo.provider, t[i].provider);
		assert_int_equal(!repo.owner.p, !t[i].owner);
		assert_int_equal(!repo.project.p, !t[i].project);
		if (!t[i].owner)
			continue;
		check_text_of("owner", repo.owner, t[i].owner);
		check_text_of("project", repo.project, t[i].project);
	}
	repo = trustpub_repository_of(TEXT_NONE);
	assert_null(repo.owner.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(github_fields),
		cmocka_unit_test(gitlab_fields),
		cmocka_unit_test(order_of_fields),
		cmocka_unit_test(workflow_files),
		cmocka_unit_test(claims_that_must_be_there),
		cmocka_unit_test(identities),
		cmocka_unit_test(matching),
		cmocka_unit_test(data_of_versions),
		cmocka_unit_test(links),
		cmocka_unit_test(repositories),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
