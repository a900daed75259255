/* What tests/unit/sample.html and sample.txt show: every place where a value may stand. */
#pragma once

#include "templates/tmpl.h"

struct sample {
	struct text word;
	const char *z;
	uint64_t n;
	struct safe_html html;
	struct text path;
	bool yes;
	struct text list[3];
	size_t nlist;
};

void sample_page(struct tmpl *t, const struct sample *v);
void sample_text(struct tmpl *t, struct text v);
void sample_attr(struct tmpl *t, struct text v);
void sample_segment(struct tmpl *t, struct text v);
void sample_param(struct tmpl *t, struct text v);
void sample_url(struct tmpl *t, struct text v);
void sample_json(struct tmpl *t, struct text v);
void sample_mail(struct tmpl *t, const struct sample *v);
