/* From what a job names to what a letter says and whom it goes to (db/mail.h, templates/letter.h). */
#pragma once

#include "app/jobs/kinds.h"
#include "templates/letter.h"

struct letter_draft {
	enum letter letter;
	struct text to; /* an address */
	struct letter_view view;
};

/*
 * arena of the job. ERR_NOT_FOUND where there is nobody to write to, or nothing to write about any more: no address, not
 * verified where the letter asks for that, the invitation answered, the version deleted, notifications switched off.
 */
const struct err *must_use letter_draft(struct job_run *r, struct letter_draft *ret);
