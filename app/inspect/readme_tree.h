/* The tree of cmark-gfm between parse and writing, and what readme_shape.c notes on its nodes. */
#pragma once

#include <stdint.h>

/* Both need int conversions that our flags warn of, and are system headers: no warning from there.
 */
#include <cmark-gfm.h>
#include <cmark-gfm/node.h>

struct arena;

enum shape {
	SHAPE_NONE,
	SHAPE_NOTE, /* of a block quote that is an alert */
	SHAPE_TIP,
	SHAPE_IMPORTANT,
	SHAPE_WARNING,
	SHAPE_CAUTION,
	SHAPE_ALERT_TITLE,  /* of the paragraph that holds an alert's own title */
	SHAPE_DESCRIPTIONS, /* of custom blocks: <dl>, <dt>, <dd> */
	SHAPE_TERM,
	SHAPE_DETAILS,
	SHAPE_DETAILS_LOOSE,
};

enum shape shape_of(cmark_node *node);

/* Finds alerts and description lists in the tree and changes it. */
void shape_tree(struct arena *a, cmark_node *root);
