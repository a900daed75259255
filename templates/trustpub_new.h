/* /crates/{name}/settings/new-trusted-publisher (templates/trustpub_new.html) */
#pragma once

#include "app/registry/trustpub.h"
#include "templates/crate_head.h"

enum { TRUSTPUB_ISSUERS_SHOWN = 16 };

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
	struct form_errors errors;
};

void trustpub_new_page(struct tmpl *t, const struct trustpub_new_page *v);
