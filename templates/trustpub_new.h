/* /crates/{name}/settings/new-trusted-publisher (templates/trustpub_new.html) */
#pragma once

#include "app/registry/trustpub.h"
#include "templates/crate_head.h"

enum { TRUSTPUB_ISSUERS_SHOWN = 16 };

/* What was found out about the workflow's file. */
enum workflow_file {
	WORKFLOW_NOT_ASKED,
	WORKFLOW_FOUND,
	WORKFLOW_NOT_FOUND,
	WORKFLOW_ELSEWHERE, /* at a site that is not asked */
	WORKFLOW_NO_ANSWER,
};

struct trustpub_new_page {
	struct head head;
	const struct crate_head *crate;
	struct text name;
	struct link providers[TRUSTPUB_PROVIDERS]; /* to choose from */
	const char *provider;                      /* of the form: "github", "gitlab" */
	struct text issuers[TRUSTPUB_ISSUERS_SHOWN];
	size_t nissuers; /* one or none: nothing to choose */
	struct text issuer;
	struct field owner, project, workflow, environment;
	bool can_look; /* the site can be asked for the file */
	enum workflow_file file;
	struct form_errors errors;
};

void trustpub_new_page(struct tmpl *t, const struct trustpub_new_page *v);
