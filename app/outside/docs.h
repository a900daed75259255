/*
 * The docs.rs that builds documentation for this registry (docs.url): its addresses, and what it says of a version. Every call may
 * take up to DOCS_TIMEOUT_MS: never inside a transaction.
 */
#pragma once

#include "app/base/err.h"

struct config;
struct http;

enum { DOCS_TIMEOUT_MS = 3000 };

/* Whether there is one. */
bool docs_on(const struct config *cfg);

/* docs.url/crate/NAME/VERSION and what follows ("/rebuild"). arena */
struct text docs_url(struct arena *a, const struct config *cfg, struct text name,
		     struct text version, const char *rest);

enum docs_build {
	DOCS_BUILT,
	DOCS_FAILED,  /* it tried, and there is none */
	DOCS_UNKNOWN, /* it does not know the version: not built yet */
	DOCS_AWAY,    /* it could not be asked, or its answer is none */
};

/* How the last build ended, as site says (docs.url, or another docs.rs). What went wrong with asking is for the log: *ret_why, NULL unless DOCS_AWAY. */
enum docs_build docs_look(struct http *http, struct arena *a, struct text site, struct text name,
			  struct text version, const struct err **ret_why);
