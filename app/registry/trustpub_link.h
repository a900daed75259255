/* Where people can see what was trusted: the file of a workflow, the run that published a version. */
#pragma once

#include "app/registry/trustpub.h"

/* "GitHub Actions", "GitLab CI/CD". */
struct text trustpub_provider_name(enum trustpub_provider p);

/* The file as it is in the repository now. arena */
struct text trustpub_workflow_url(struct arena *a, enum trustpub_provider p,
				  const struct trustpub_config *c);

struct trustpub_run {
	struct text by;     /* the provider's name; of another issuer its address */
	struct text forge;  /* "GitHub", "GitLab"; of another issuer its address */
	struct text source; /* the repository or project; of another issuer the subject */
	struct text url;    /* of the run; absent: nobody knows */
};

/* What the trustpub_data of a version says; false for what no version of this program wrote. arena */
bool trustpub_run_read(struct arena *a, struct text data, struct trustpub_run *ret);

struct trustpub_repository {
	enum trustpub_provider provider;
	struct text owner, project; /* both absent: not known */
};

/*
 * What the repository of a manifest names, as far as it is at github.com or gitlab.com (contract/web.md 7): for all else, GitHub and
 * nothing. The parts are as written: trustpub_check judges them. Borrowed.
 */
struct trustpub_repository trustpub_repository_of(struct text url);
