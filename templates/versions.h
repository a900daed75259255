/* /crates/{name}/versions (templates/versions.html) */
#pragma once

#include "templates/crate.h"

struct version_row {
	struct text num, href;
	struct text track; /* "1.x", "0.4", "?" */
	bool latest, is_new, prerelease, yanked;
	struct text yank_message; /* absent: none */
	int64_t yanked_us;        /* with yanked */
	int64_t created_us;
	uint64_t downloads, bytes;
	struct text publisher, publisher_href; /* absent: not known */
	struct text run, run_href;             /* "GitHub", where it ran; absent: by a person */
	struct text msrv, edition, license;    /* absent: none */
	struct texts features;
	struct text sha256;
	struct version_manage manage;
	struct text advisory,
		security; /* id of one that is about it, and where it stands; absent: none */
};

/* Versions of one track among those of a page. */
struct version_group {
	struct text track, latest; /* latest absent: it is not on this page, or there is none */
	size_t from, n;            /* of the page's rows */
	uint64_t all;              /* that pass the filter, on any page */
};

struct versions_page {
	struct head head;
	const struct crate_head *crate;
	struct text name;
	struct links sorts;
	bool hide_yanked, hide_prereleases;
	struct text track; /* chosen; absent: all */
	struct links tracks;
	uint64_t total, shown; /* of all versions; of those that pass the filter */
	uint64_t first;        /* the place of the first row among these, from 1 */
	int64_t since_us;
	const struct version_row *v;
	size_t n;
	const struct version_group *groups; /* instead of one list; ngroups 0: one list */
	size_t ngroups;
	struct text older; /* href; absent: these are the last */
	struct text sort;  /* what the filter form keeps */
};
void versions_page(struct tmpl *t, const struct versions_page *v);
