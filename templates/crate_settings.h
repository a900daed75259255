/* /crates/{name}/settings: owners, invitations, trusted publishing (templates/crate_settings.html) */
#pragma once

#include "templates/crate.h"
#include "templates/crate_head.h"

struct crate_settings_owner {
	struct owner_link link;
	struct text login; /* whole: "github:org:team" */
	bool self;         /* who looks at the page */
};

struct crate_settings_invitation {
	struct text login, inviter;
	uint64_t invitee_id;
	int64_t created_us, expires_us;
};

struct crate_settings_publisher {
	uint64_t id;
	const char *provider;      /* "github", "gitlab": of the form */
	struct text provider_name; /* "GitHub Actions" */
	struct text repository, workflow, workflow_href;
	struct text owner_id;    /* absent: not known yet */
	struct text environment; /* absent: any */
	struct text issuer;      /* absent: that of the provider's own site */
};

struct crate_settings_page {
	struct head head;
	const struct crate_head *crate;
	struct text name;
	const struct crate_settings_owner *owners;
	size_t nowners;
	const struct crate_settings_invitation *invitations;
	size_t ninvitations;
	const struct crate_settings_publisher *publishers;
	size_t npublishers;
	bool trustpub_only;
	struct field login; /* of whom to invite */
	struct form_errors errors;
};

void crate_settings_page(struct tmpl *t, const struct crate_settings_page *v);
