/*
 * Trusted publishing: what an owner may write into a configuration, what a workflow says of itself in the claims of its
 * JSON Web Token, and which configurations it fits (contract/api.md 26.1, 27.1 rows 8 to 16, 27.4). No I/O; signature, issuer and times
 * are others' business. GitHub and GitLab differ in names and in a few rules alone, so both are one kind of struct.
 */
#pragma once

#include "app/base/text.h"

struct arena;
struct err;
struct json_object;

enum trustpub_provider { TRUSTPUB_GITHUB, TRUSTPUB_GITLAB };
enum { TRUSTPUB_PROVIDERS = 2, TRUSTPUB_FIELD_MAX_BYTES = 255 };

/* The issuer of the site that gave the provider its name. */
struct text trustpub_home(enum trustpub_provider p);

struct trustpub_config {
	uint64_t id, crate_id;
	int64_t created_us;
	struct text crate;  /* its stored name */
	struct text issuer; /* of the JSON Web Tokens that it trusts */
	struct text owner;  /* GitHub: repository_owner; GitLab: namespace */
	struct text
		owner_id; /* repository_owner_id, namespace_id; absent: the first exchange will tell */
	struct text project;     /* repository_name, project */
	struct text workflow;    /* workflow_filename, workflow_filepath */
	struct text environment; /* absent: any */
};

/* owner, project, workflow, environment, in this order; ERR_INVALID in the reference's words for the first that is wrong. */
const struct err *must_use trustpub_check(struct arena *a, enum trustpub_provider p,
					  const struct trustpub_config *c);

/*
 * The file in GitHub's `workflow_ref` or GitLab's `ci_config_ref_uri`; absent where there is none (contract/api.md 27.4).
 * Borrowed.
 */
struct text trustpub_workflow(enum trustpub_provider p, struct text ref);

/* What a workflow says of itself. The texts are as in the JSON Web Token, borrowed from it. */
struct trustpub_claims {
	struct text jti;
	struct text repository;   /* GitHub: repository; GitLab: project_path */
	struct text owner_id;     /* repository_owner_id, namespace_id */
	struct text workflow_ref; /* workflow_ref, ci_config_ref_uri */
	struct text environment;  /* absent: none */
	struct text event;        /* GitHub: event_name */
	struct text run;          /* run_id, job_id */
	struct text sha;
	/* Of these, by trustpub_identify: */
	struct text owner, project, workflow;
};

/* False where a claim that must be there is not, or is no string. The last three stay absent. */
bool must_use trustpub_claims_read(enum trustpub_provider p, struct json_object *claims,
				   struct trustpub_claims *ret);

/* Fills owner, project and workflow; ERR_INVALID in the reference's words for what it cannot be. arena */
const struct err *must_use trustpub_identify(struct arena *a, enum trustpub_provider p,
					     struct trustpub_claims *c);

/*
 * Which of the configurations of this repository the workflow fits: they move to the front, in their order, *n becomes
 * their number. ERR_INVALID in the reference's words where none is left; it names what those wanted that the last step took away.
 */
const struct err *must_use trustpub_match(struct arena *a, enum trustpub_provider p,
					  const struct trustpub_claims *c,
					  struct trustpub_config *configs, size_t *n);

/*
 * The trustpub_data of a version: {"provider":"github","repository","run_id","sha"}, {"provider":"gitlab","project_path",
 * "job_id","sha"}; an issuer that is not the provider's home is named behind that. arena
 */
struct text trustpub_data(struct arena *a, enum trustpub_provider p, struct text issuer,
			  const struct trustpub_claims *c);
