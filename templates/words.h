/* A line of Markdown of which only code spans are looked at: titles and short descriptions that others wrote. */
#pragma once

#include "templates/tmpl.h"

struct arena;

struct word_part {
	struct text text;
	bool code;
};

struct words {
	const struct word_part *v;
	size_t n;
};

/* "Use `x` for it" in three parts; a backtick without another one is text. arena, the texts borrowed. */
struct words words_of(struct arena *a, struct text t);

void words(struct tmpl *t, const struct words *w);
