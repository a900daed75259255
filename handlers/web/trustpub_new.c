/* handlers/web/trustpub_new.c - /crates/{name}/settings/new-trusted-publisher (contract/web.md P28) */
#include "templates/trustpub_new.h"
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/log.h"
#include "app/outside/github.h"
#include "app/registry/trustpub_link.h"
#include "app/server/app.h"
#include "app/server/limits.h"
#include "app/server/may.h"
#include "app/server/trustpub.h"
#include "handlers/routes.h"
#include "handlers/web/crate_frame.h"

static const char *const names[] = { "github", "gitlab" };

struct words {
	const char *label, *help, *empty;
};

enum input { OWNER, PROJECT, WORKFLOW, ENVIRONMENT, INPUTS };

static const char *const input_names[INPUTS] = { "owner", "project", "workflow", "environment" };

static const struct words words[TRUSTPUB_PROVIDERS][INPUTS] = {
	[TRUSTPUB_GITHUB] = {
		{ "Repository owner", "The user or the organisation at GitHub.",
		  "Enter the owner of the repository" },
		{ "Repository name", NULL, "Enter the name of the repository" },
		{ "Workflow file name", "The name alone: release.yml is .github/workflows/release.yml.",
		  "Enter the name of the workflow's file" },
		{ "Environment", "Where the workflow has to run in a certain one.", NULL },
	},
	[TRUSTPUB_GITLAB] = {
		{ "Namespace", "The user, or the group with its sub-groups, at GitLab.",
		  "Enter the namespace" },
		{ "Project", NULL, "Enter the project" },
		{ "Workflow file path", "Within the project: .gitlab-ci.yml, or ci/release.yml.",
		  "Enter the path of the workflow's file" },
		{ "Environment", "Where the job has to run in a certain one.", NULL },
	},
};

static const struct err *find(struct req *r, struct crate_frame *f)
{
	const struct err *e = crate_frame(r, false, f);

	return e ? e : may_do(r, f->crate.name, f->crate.id, RIGHTS_TO_CHANGE_OWNERS);
}

/* ---- the page */

static void fill_issuers(struct req *r, enum trustpub_provider p, struct trustpub_new_page *v)
{
	enum issuer_kind kind = p == TRUSTPUB_GITHUB ? ISSUER_GITHUB : ISSUER_GITLAB;
	struct text rest = r->cfg->trustpub.issuers;
	struct config_issuer issuer;

	while (v->nissuers < TRUSTPUB_ISSUERS_SHOWN && config_issuer_next(&rest, &issuer))
		if (issuer.kind == kind)
			v->issuers[v->nissuers++] = issuer.url;
}

static void fill_field(struct field *f, enum trustpub_provider p, enum input i, struct text value)
{
	*f = (struct field){
		.name = input_names[i],
		.label = words[p][i].label,
		.help = words[p][i].help,
		.value = value,
		.required = words[p][i].empty != NULL,
		.max = TRUSTPUB_FIELD_MAX_BYTES,
	};
}

static bool is_first_issuer(struct req *r, struct text issuer)
{
	struct text rest = r->cfg->trustpub.issuers;
	struct config_issuer known;

	while (config_issuer_next(&rest, &known))
		if (known.kind == ISSUER_GITHUB)
			return !issuer.p || text_eq(known.url, issuer);
	return false;
}

static struct reply show(struct req *r, unsigned status, struct crate_frame *f,
			 enum trustpub_provider p, const struct trustpub_config *c,
			 struct trustpub_new_page *v)
{
	v->head.title = text_fmt(r->arena, "Trust a workflow: %.*s", TEXT_F(f->crate.name));
	crate_frame_head(r, f, TAB_SETTINGS, "/settings/new-trusted-publisher", &v->head);
	v->head.noindex = true;
	v->crate = &f->head;
	v->name = f->crate.name;
	v->provider = names[p];
	v->providers[0] = (struct link){ .href = TEXT("?publisher=github"),
					 .label = TEXT("GitHub"),
					 .current = p == TRUSTPUB_GITHUB };
	v->providers[1] = (struct link){ .href = TEXT("?publisher=gitlab"),
					 .label = TEXT("GitLab"),
					 .current = p == TRUSTPUB_GITLAB };
	fill_issuers(r, p, v);
	v->issuer = c->issuer;
	fill_field(&v->owner, p, OWNER, c->owner);
	fill_field(&v->project, p, PROJECT, c->project);
	fill_field(&v->workflow, p, WORKFLOW, c->workflow);
	fill_field(&v->environment, p, ENVIRONMENT, c->environment);
	v->can_look = p == TRUSTPUB_GITHUB;
	return reply_page(r, status, trustpub_new_page, v);
}

static enum trustpub_provider provider_of(struct text name, enum trustpub_provider otherwise)
{
	if (text_eq(name, TEXT("gitlab")))
		return TRUSTPUB_GITLAB;
	return text_eq(name, TEXT("github")) ? TRUSTPUB_GITHUB : otherwise;
}

/* With what the crate's repository tells. */
static struct reply new_get(struct req *r)
{
	struct trustpub_new_page v = { 0 };
	struct trustpub_repository repo;
	struct trustpub_config c = { 0 };
	enum trustpub_provider p;
	struct crate_frame f;
	struct text wanted;
	const struct err *e = find(r, &f);

	if (!e)
		e = req_query(r, "publisher", &wanted);
	if (e)
		return reply_err(r, e);
	repo = trustpub_repository_of(f.has_version ? f.version.repository : f.crate.repository);
	p = provider_of(wanted, repo.provider);
	if (p == repo.provider) {
		c.owner = repo.owner;
		c.project = repo.project;
	}
	return show(r, 200, &f, p, &c, &v);
}

/* ---- the form */

/* What is wrong with one field: the others are good ones meanwhile. */
static void check(struct req *r, enum trustpub_provider p, enum input i, struct text value,
		  struct form_errors *errors)
{
	struct trustpub_config c = { .owner = TEXT("a"),
				     .project = TEXT("a"),
				     .workflow = TEXT("a.yml") };
	struct text *members[INPUTS] = { &c.owner, &c.project, &c.workflow, &c.environment };
	const struct err *e;

	if (!value.n) {
		if (words[p][i].empty)
			form_fault(r->arena, errors, input_names[i], "%s", words[p][i].empty);
		return;
	}
	*members[i] = value;
	e = trustpub_check(r->arena, p, &c);
	if (e)
		form_fault(r->arena, errors, input_names[i], "%.*s", TEXT_F(e->detail));
}

/* Whether the file is at GitHub. That nobody can tell keeps nobody from trusting it. */
static const struct err *look(struct req *r, const struct trustpub_config *c,
			      enum workflow_file *ret)
{
	const struct err *e = limit_take_check(r);
	bool there;

	if (e)
		return e;
	*ret = WORKFLOW_ELSEWHERE;
	if (!is_first_issuer(r, c->issuer))
		return NULL;
	e = github_has_workflow(r->app->github, r->arena, c->owner, c->project, c->workflow,
				&there);
	if (e)
		log_err(LOG_LEVEL_WARN, "a workflow could not be looked for", e);
	*ret = e ? WORKFLOW_NO_ANSWER : there ? WORKFLOW_FOUND : WORKFLOW_NOT_FOUND;
	return NULL;
}

static struct text or_none(struct text t)
{
	return t.n ? t : TEXT_NONE;
}

static struct reply new_post(struct req *r)
{
	enum trustpub_provider p = provider_of(req_form(r, "publisher"), TRUSTPUB_GITHUB);
	struct trustpub_config c = {
		.owner = req_form(r, "owner"),
		.project = req_form(r, "project"),
		.workflow = req_form(r, "workflow"),
		.environment = or_none(req_form(r, "environment")),
		.issuer = or_none(req_form(r, "issuer")),
	};
	struct trustpub_config sent = c; /* what was entered stays, whatever becomes of c */
	struct trustpub_new_page v = { 0 };
	struct crate_frame f;
	const struct err *e = find(r, &f);

	if (e)
		return reply_err(r, e);
	check(r, p, OWNER, c.owner, &v.errors);
	check(r, p, PROJECT, c.project, &v.errors);
	check(r, p, WORKFLOW, c.workflow, &v.errors);
	check(r, p, ENVIRONMENT, c.environment, &v.errors);
	if (p == TRUSTPUB_GITHUB && req_form(r, "check").n) {
		e = v.errors.n ? NULL : look(r, &c, &v.file);
		return e ? reply_err(r, e) : show(r, v.errors.n ? 422 : 200, &f, p, &sent, &v);
	}
	if (!v.errors.n)
		e = trustpub_create(r, p, f.crate.name, &c);
	if (e && (err_status(e) >= 500 || err_is(e, ERR_NOT_FOUND)))
		return reply_err(r, e);
	if (e)
		form_fault(r->arena, &v.errors, "publisher", "%.*s", TEXT_F(e->detail));
	if (v.errors.n)
		return show(r, 422, &f, p, &sent, &v);
	return page_go_with(r, crate_url(r->arena, f.crate.name, TEXT_NONE, "/settings"),
			    FLASH_SUCCESS, "%.*s of %.*s/%.*s is trusted to publish %.*s.",
			    TEXT_F(c.workflow), TEXT_F(c.owner), TEXT_F(c.project),
			    TEXT_F(f.crate.name));
}

#define NEW_PATH "/crates/{name}/settings/new-trusted-publisher"

const struct route trustpub_new_page_routes[] = {
	ROUTE(GET, NEW_PATH, new_get, .auth = AUTH_COOKIE, .page = true, .no_store = true,
	      .doc = "Page: trust a workflow to publish"),
	ROUTE(POST, NEW_PATH, new_post, .auth = AUTH_COOKIE, .page = true, .body = BODY_FORM,
	      .body_max = 8192, .doc = "Form: trust a workflow to publish"),
	ROUTE_END,
};
