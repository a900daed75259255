#include "app/registry/trustpub_link.h"

#include "app/base/buf.h"
#include "app/base/json.h"
#include "app/base/url.h"

enum { LINK_MAX_BYTES = 16 * 1024 };

/* What the issuer's repositories are below. A GitLab is its own issuer; an Enterprise Server's is a path of its host. */
static struct text site_of(enum trustpub_provider p, struct text issuer)
{
	if (!issuer.p || text_eq(issuer, trustpub_home(p)))
		return p == TRUSTPUB_GITHUB ? TEXT("https://github.com")
					    : TEXT("https://gitlab.com");
	if (p == TRUSTPUB_GITLAB)
		return issuer;
	return url_origin(issuer);
}

struct text trustpub_provider_name(enum trustpub_provider p)
{
	return p == TRUSTPUB_GITHUB ? TEXT("GitHub Actions") : TEXT("GitLab CI/CD");
}

/* The parts of a path, percent-encoded, behind a slash. */
static void add_path(struct buf *b, struct text path)
{
	struct text part;

	while (text_cut(&path, '/', &part)) {
		buf_byte(b, '/');
		buf_url(b, part);
	}
}

struct text trustpub_workflow_url(struct arena *a, enum trustpub_provider p,
				  const struct trustpub_config *c)
{
	struct buf b = buf_init(a, LINK_MAX_BYTES);

	buf_add(&b, site_of(p, c->issuer));
	add_path(&b, c->owner);
	add_path(&b, c->project);
	buf_add(&b,
		p == TRUSTPUB_GITHUB ? TEXT("/blob/HEAD/.github/workflows") : TEXT("/-/blob/HEAD"));
	add_path(&b, c->workflow);
	return buf_text(&b);
}

struct facts {
	struct text provider, repository, run_id, project_path, job_id, issuer, subject;
};

static const struct json_shape facts_shape = {
	.name = "TrustpubData",
	.size = sizeof(struct facts),
	.fields = {
		JSON_FIELD(struct facts, provider),
		JSON_FIELD(struct facts, repository),
		JSON_FIELD(struct facts, run_id),
		JSON_FIELD(struct facts, project_path),
		JSON_FIELD(struct facts, job_id),
		JSON_FIELD(struct facts, issuer),
		JSON_FIELD(struct facts, subject),
	},
};

static bool run_of(struct arena *a, enum trustpub_provider p, const struct facts *f,
		   struct trustpub_run *ret)
{
	bool github = p == TRUSTPUB_GITHUB;
	struct text source = github ? f->repository : f->project_path;
	struct text run = github ? f->run_id : f->job_id;
	struct buf b = buf_init(a, LINK_MAX_BYTES);

	if (!source.p || !run.p)
		return false;
	buf_add(&b, site_of(p, f->issuer));
	add_path(&b, source);
	buf_add(&b, github ? TEXT("/actions/runs") : TEXT("/-/jobs"));
	add_path(&b, run);
	*ret = (struct trustpub_run){ trustpub_provider_name(p),
				      github ? TEXT("GitHub") : TEXT("GitLab"), source,
				      buf_text(&b) };
	return true;
}

bool trustpub_run_read(struct arena *a, struct text data, struct trustpub_run *ret)
{
	struct facts f = { .provider = TEXT_NONE };
	struct json_error unused;

	if (!json_read(a, data, &facts_shape, &f, &unused))
		return false;
	if (text_eq(f.provider, TEXT("github")))
		return run_of(a, TRUSTPUB_GITHUB, &f, ret);
	if (text_eq(f.provider, TEXT("gitlab")))
		return run_of(a, TRUSTPUB_GITLAB, &f, ret);
	if (!text_eq(f.provider, TEXT("oidc")) || !f.issuer.p || !f.subject.p)
		return false;
	*ret = (struct trustpub_run){ .by = f.issuer, .forge = f.issuer, .source = f.subject };
	return true;
}

/* ---- the repository of a manifest */

/* "/a/b" of "https://host/a/b?c#d"; absent for another host. */
static struct text path_at(struct text url, struct text host)
{
	static const struct text schemes[] = { TEXT_INIT("https://"), TEXT_INIT("http://") };
	struct text rest = TEXT_NONE;

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
		if (text_starts(url, schemes[i]))
			rest = text_sub(url, schemes[i].n, url.n);
	if (!rest.p || rest.n <= host.n || rest.p[host.n] != '/' ||
	    !text_eq_nocase(text_sub(rest, 0, host.n), host))
		return TEXT_NONE;
	rest = text_sub(rest, host.n, rest.n);
	rest = text_sub(rest, 0, text_find_byte(rest, '#'));
	return text_sub(rest, 0, text_find_byte(rest, '?'));
}

static struct text without_git(struct text t)
{
	return text_ends(t, TEXT(".git")) ? text_sub(t, 0, t.n - 4) : t;
}

static struct trustpub_repository at_github(struct text path)
{
	struct trustpub_repository repo = { TRUSTPUB_GITHUB, TEXT_NONE, TEXT_NONE };
	struct text owner, project;

	path = text_sub(path, 1, path.n);
	if (!text_cut(&path, '/', &owner) || !text_cut(&path, '/', &project))
		return repo;
	project = without_git(project);
	if (!owner.n || !project.n)
		return repo;
	repo.owner = owner;
	repo.project = project;
	return repo;
}

static struct trustpub_repository at_gitlab(struct text path)
{
	struct trustpub_repository repo = { TRUSTPUB_GITLAB, TEXT_NONE, TEXT_NONE };
	size_t at;

	path = text_sub(path, 1, text_find(path, TEXT("/-/")));
	while (path.n && path.p[path.n - 1] == '/')
		path = text_sub(path, 0, path.n - 1);
	path = without_git(path);
	at = path.n;
	while (at && path.p[at - 1] != '/')
		at--;
	if (at < 2 || at == path.n)
		return repo;
	repo.owner = text_sub(path, 0, at - 1);
	repo.project = text_sub(path, at, path.n);
	return repo;
}

struct trustpub_repository trustpub_repository_of(struct text url)
{
	struct text path = path_at(url, TEXT("gitlab.com"));

	if (path.p)
		return at_gitlab(path);
	path = path_at(url, TEXT("github.com"));
	return path.p ? at_github(path)
		      : (struct trustpub_repository){ TRUSTPUB_GITHUB, TEXT_NONE, TEXT_NONE };
}
