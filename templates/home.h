/* The front page: templates/home.html */
#pragma once

#include "templates/page.h"

struct tile {
	struct text href, name, fact; /* fact: a version or a number, beside the name */
	struct text about;            /* of a crate: its description; absent: none */
};

struct tile_list {
	const char *title;
	struct text href; /* of all there are */
	const struct tile *v;
	size_t n;
};

enum { HOME_LISTS = 6 };

struct home_page {
	struct head head;
	bool failed; /* the figures could not be read: one sentence stands for them */
	uint64_t downloads, crates;
	struct tile_list lists[HOME_LISTS];
	size_t nlists;
	struct text index_url,
		registry; /* what cargo's configuration needs; registry empty: crates.io's place */
	struct text config; /* the lines to copy */
};

void home_page(struct tmpl *t, const struct home_page *v);
