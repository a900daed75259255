/* READMEs as the inspector stored them: sanitized HTML (app/inspect/sanitize.h), the one text of strangers that is written raw. */
#pragma once

#include "templates/readme_image.h"
#include "templates/tmpl.h"

struct arena;

struct readme_shown {
	struct safe_html html; /* absent as stored was */
	bool cut;              /* some of it was left out */
	bool images;           /* of other sites are in it: the page must allow them */
};

/*
 * stored is a file of DATA/public/readmes. More than max bytes (the colours of code not counted) are cut behind the last
 * element of the top level that ends before them. Headings go down one level where there is an <h1>: the page has its own. Code
 * blocks and tables can be focused, so that they scroll by keyboard, and the boxes of task lists say what they mean; fields that
 * could be filled in are left out. Where some of it is written from right to left, each block finds its direction. arena
 */
struct readme_shown readme_html(struct arena *a, struct text stored, enum readme_images images,
				size_t max);

/*
 * The description of an advisory, of which a page has many: every heading is an <h4>, below the <h3> of the advisory, and ids
 * (and links to them) have the advisory's in them, so that each is there once; its images are links. Absent stays absent. arena
 */
struct safe_html advisory_html(struct arena *a, struct text id, struct text stored);
