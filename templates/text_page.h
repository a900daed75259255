/*
 * Pages of text (templates/text_page.html): policies, help, guides. They are Markdown, the operator's own below
 * DATA/texts/ or else ours (templates/texts/, part of the program), rendered like a README, so nothing in them is a
 * page's own HTML.
 *
 * In braces they name what is in force: {site.url}, {limits.publish_new_burst}, and as words {limits.publish_new_rate_s|time},
 * {limits.upload_bytes|size}; {site.operator} is how the operator can be reached. Only keys of [site] and [limits] are known, and
 * {trustpub.audience}, and {dumps}, a list of the database dumps that there are; everything else in braces stays as it is.
 */
#pragma once

#include "templates/page.h"
#include "templates/readme.h"

struct config;

struct text_file {
	const char *name; /* "policies" */
	const unsigned char *bytes;
	size_t n;
};

extern const struct text_file
	text_files[]; /* made from templates/texts/NAME.md; name NULL at the end */

extern const struct text_file dump_files[]; /* likewise, of templates/dump/ */

/* Our own text of that name, absent for none. */
struct text text_default(const char *name);

/* The Markdown with the values of cfg. arena */
struct text text_filled(struct arena *a, const struct config *cfg, struct text markdown);

struct text_dump {
	struct text name; /* of a file below /static/ */
	uint64_t bytes;
	int64_t made_us;
};

/* The Markdown with a list of them, or words that there are none, in place of {dumps}; values of cfg stay to be filled in. arena */
struct text text_with_dumps(struct arena *a, struct text markdown, const struct text_dump *v,
			    size_t n);

/* Takes the first line, "# Title", off *markdown; TEXT("") where it begins otherwise. Borrowed. */
struct text text_title(struct text *markdown);

enum { TEXT_TOC_MAX = 40 };

struct text_page {
	struct head head;
	struct text title;
	struct text path; /* of this page */
	struct safe_html html;
	struct links toc; /* headings of the second level; none where there are fewer than three */
};

/*
 * What the renderer of READMEs made, as readme_html brings it into a page, without the prefix of its ids, since nobody but the
 * operator wrote it: the anchors are then those that other pages link to. arena
 */
struct readme_shown text_html(struct arena *a, struct text rendered, enum readme_images images);

/* Links to the headings of the second level; at most TEXT_TOC_MAX. arena */
struct links text_toc(struct arena *a, struct safe_html html);

void text_page(struct tmpl *t, const struct text_page *v);
