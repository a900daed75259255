/*
 * READMEs that are shown as their text. Without any foreign library, so that the process that asked for a rendering can
 * do it by itself when the inspector died over it.
 */
#pragma once

#include "app/base/text.h"

struct arena;

enum {
	README_MAX_OUT = 4 * 1024 * 1024, /* of HTML, and of the same as a JSON string */
	README_ANSWER_REST =
		1024, /* of those, for what stands around it in the inspector's answer */
};

/* A Markdown README, escaped, below a sentence that says why. What goes beyond README_MAX_OUT is left out, and told. arena. */
struct text readme_plain(struct arena *a, struct text utf8);

/* A README that is no Markdown: escaped, each line end a <br>, as contract/jobs.md 9 has it. arena. */
struct text readme_other(struct arena *a, struct text utf8);

/* How long the text is as a JSON string without its quotes. */
size_t readme_json_size(struct text t);
