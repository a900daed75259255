/*
 * Pictures in READMEs, changelogs, advisories and pages of text, as site.readme_images has it: shown where they are (https alone), or
 * their words in their place, with a link. What is stored has them all, so that the switch needs no new rendering.
 */
#pragma once

#include "app/base/text.h"

struct buf;

enum readme_images {
	README_IMAGES_DIRECT, /* readers' browsers fetch them */
	README_IMAGES_OFF,
};

/* The value of an attribute of a tag that the sanitizer wrote, still escaped; absent where there is none. Borrowed. */
struct text readme_attribute(struct text tag, struct text name);

/* Whether an <img> may be shown, and whether all that a <source> names may be. */
bool readme_img_is_shown(enum readme_images images, struct text tag);
bool readme_source_is_shown(enum readme_images images, struct text tag);

/* <img ...> as it is shown: read when it comes near the window, and nobody is told from which page. */
void readme_put_img(struct buf *out, struct text tag);

/* What stands for an <img> that is not shown: its alt text, as a link to it unless it is in a link already. */
void readme_put_img_words(struct buf *out, struct text tag, bool in_link);
