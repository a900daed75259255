/* Crates, one below the other, sorted and in pages (templates/crate_list.html): the part, and the pages that are little else. */
#pragma once

#include "templates/page.h"

struct crate_row {
	struct text name;
	struct text version;       /* the default one; absent: none, or it is yanked */
	struct text manifest_line; /* as handlers/web/manifest_line.h says; absent with version */
	struct text description;   /* absent: none */
	struct text homepage, documentation, repository; /* absent: not shown */
	uint64_t downloads, recent_downloads;
	int64_t updated_us;
	bool yanked;
	bool exact; /* of a search: it is called so */
};

struct crate_list {
	bool unfollow;      /* with a button to follow it no longer */
	struct links sorts; /* none: not shown */
	struct paging_view paging;
	struct text first_page; /* behind the numbered pages: the way back; absent on these */
	const struct crate_row *rows;
	size_t n;
};

/* empty: what is said where there are none. */
void crate_list(struct tmpl *t, const struct crate_list *v, const char *empty);

/* /crates, /keywords/{keyword} */
struct crates_page {
	struct head head;
	struct text heading;
	struct links crumbs;  /* none: not shown */
	struct links letters; /* none: not shown */
	struct crate_list list;
};
void crates_page(struct tmpl *t, const struct crates_page *v);
