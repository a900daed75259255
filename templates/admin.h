/* Pages of administrators: templates/admin.html */
#pragma once

#include "app/base/config.h"
#include "db/admin.h"
#include "db/audit.h"
#include "db/job.h"
#include "db/owned.h"
#include "db/session.h"
#include "db/user.h"
#include "db/user_note.h"
#include "templates/page.h"

struct audit_rows {
	const struct audit_row *v;
	size_t n;
};

/* The tabs of all of them; current: "overview", "jobs", "reports", "typosquats", "banner", "configuration", or "-" for none of these. */
void admin_tabs(struct tmpl *t, const char *current);
void audit_table(struct tmpl *t, struct audit_rows a, const char *caption);

struct admin_page {
	struct head head;
	struct field login, crate; /* the forms that find something */
	struct form_errors errors;
	struct job_figures jobs;
	const struct user_locked *locked;
	size_t nlocked;
	struct admin_waiting waiting;
	struct audit_rows audit;
};
void admin_page(struct tmpl *t, const struct admin_page *v);

struct admin_user_page {
	struct head head;
	struct user_row user;
	bool verified;
	bool locked;                      /* now: the lock has not run out */
	const struct owned_crate *crates; /* the first of them, by name */
	size_t ncrates, crates_in_all;
	const struct session_row *sessions;
	size_t nsessions;
	struct audit_rows audit;
	struct user_note note; /* note.p NULL: none */
	struct field reason, until;
	struct form_errors errors;
};
void admin_user_page(struct tmpl *t, const struct admin_user_page *v);

struct admin_jobs_page {
	struct head head;
	struct job_figures figures;
	const struct job *failed;
	size_t nfailed;
	const struct job *all;
	size_t nall;
	uint64_t after; /* the last of `all`, where more may follow; 0: that was all */
};
void admin_jobs_page(struct tmpl *t, const struct admin_jobs_page *v);

struct admin_config_page {
	struct head head;
	const struct config_line *v;
	size_t n;
	bool set; /* those alone that somebody has set */
};
void admin_config_page(struct tmpl *t, const struct admin_config_page *v);
