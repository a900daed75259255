/* /support (templates/support.html), and the letter that a report becomes (templates/report.txt) */
#pragma once

#include "db/report.h"
#include "templates/page.h"

enum { REPORT_REASONS = 6 };

/* The words that are stored and sent, and what the form says. */
struct report_reason {
	const char *name, *label;
};
extern const struct report_reason report_reasons[REPORT_REASONS];

bool report_has_reason(const struct report *r, const char *name);

struct support_page {
	struct head head;
	bool form;            /* else the list of choices */
	struct text contact;  /* of the operator; empty: nobody can be reached */
	struct text page_url; /* whole: for the letter that a reader writes himself */
	struct field crate, email;
	bool ticked[REPORT_REASONS];
	struct text detail;
	struct form_errors errors;
};

void support_page(struct tmpl *t, const struct support_page *v);

struct report_letter {
	const struct report *report;
	struct text site_url, domain;
};

void report_letter(struct tmpl *t, const struct report_letter *v);
