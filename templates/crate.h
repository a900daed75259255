/* /crates/{name} and /crates/{name}/{version}: templates/crate.html */
#pragma once

#include "db/db.h" /* struct opt_u64 */
#include "templates/crate_head.h"
#include "templates/downloads.h"
#include "templates/readme.h"
#include "templates/words.h"

/* A part of a licence expression: href absent for an operator or an id that nobody explains. */
struct licence_part {
	struct text text, href;
	bool glued; /* no space before it */
};

struct owner_link {
	struct text href, label, picture, login;
};

struct notice {
	const char *kind; /* "bad", "warn", "info" */
	struct text text;
	struct words words;      /* behind text; none: that was all */
	struct text href, label; /* a link behind it; absent: none */
};

struct feature_brief {
	struct text name;
	struct texts members;
	bool is_default;
};

struct language_row {
	struct text name;
	uint64_t code, comments, files;
};

enum { NOTICES_MAX = 12, CRATE_LINKS_MAX = 4 };

struct crate_page {
	struct head head;
	const struct crate_head *crate;
	struct notice notices[NOTICES_MAX];
	size_t nnotices;

	/* the content */
	struct readme_shown readme; /* html absent: none */
	bool readme_missing;        /* it is there, but could not be read */
	struct text readme_whole;   /* path of the code tab, where all of it is */

	/* install; none for a yanked version */
	struct text install, add, toml; /* absent: not of this kind */
	struct texts binaries;

	/* about this version */
	bool has_version;
	struct text num;
	int64_t created_us;
	struct text msrv, edition;
	const struct licence_part *licence;
	size_t nlicence;
	uint64_t sloc, bytes;
	struct text purl, sha256, lib_links;
	struct text publisher, publisher_href;  /* who or what published it; absent: not known */
	struct text published_by_run, run_href; /* "GitHub", the run's address (absent: unknown) */
	struct text download;                   /* whole URL or path of the archive */
	const struct language_row *languages;
	size_t nlanguages;
	const struct feature_brief *features;
	size_t nfeatures; /* the first ones; */
	uint64_t all_features;
	struct text features_href; /* of the page with all; absent: these are all */

	struct link links[CRATE_LINKS_MAX]; /* note: an icon's name */
	size_t nlinks;
	const struct owner_link *owners;
	size_t nowners;
	const struct link *categories;
	size_t ncategories;
	struct text playground; /* where the crate can be tried; absent: nowhere */
	struct text report;     /* path of the form */
	struct version_manage manage;

	/* downloads */
	struct text stats_title;
	struct text more_href; /* page of the downloads */
	struct text all_href;  /* of the whole crate, on the page of a version; absent elsewhere */
	uint64_t downloads;
	struct opt_u64 recent, versions;
	struct downloads_part chart; /* chart.chart NULL: nothing was downloaded */

	/* what search engines read */
	const char *ld_language;
	struct text homepage_or_repository, repository, licence_text;
	struct texts keywords;
};

void crate_page(struct tmpl *t, const struct crate_page *v);
