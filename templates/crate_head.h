/* The head of every page of a crate: name, version, badges, keywords, following, tabs (templates/crate_head.html). */
#pragma once

#include "app/registry/manifest.h" /* struct texts */
#include "templates/page.h"

enum crate_tab {
	TAB_README,
	TAB_CODE,
	TAB_VERSIONS,
	TAB_DEPENDENCIES,
	TAB_DEPENDENTS,
	TAB_FEATURES,
	TAB_SECURITY,
	TAB_SETTINGS, /* owners only */
	CRATE_TABS
};

struct crate_head {
	struct text name, num; /* num absent: a crate without any version */
	struct text description;
	struct texts keywords;
	struct link tabs[CRATE_TABS];
	size_t ntabs;
	bool versioned; /* the version is in the URL */
	bool yanked, prerelease;
	struct texts marks; /* "no_std", "build script", ... */
	bool signed_in, follows;
};

/* Where a version is managed: paths, absent where whoever looks may not. */
struct version_manage {
	struct text yank, yank_label; /* "Yank", "Unyank" */
	struct text docs;             /* has its documentation built again */
};

void crate_head(struct tmpl *t, const struct crate_head *v);
