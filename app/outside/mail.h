/*
 * Hands over one letter: to the mail server of [mail] (app/outside/smtp.h), or where there is none as a file in mail.dir, for
 * an operator to look at. From a job, outside of transactions.
 */
#pragma once

#include "app/base/err.h"

struct config;
struct mime_message;

/*
 * m->from, from_name and id_host are filled in here. NULL, and what smtp_send and mime_write say: ERR_BUSY where another try
 * later may help, ERR_INVALID where it will not. A file of mail.dir is called YYYY-MM-DDTHH-MM-SSZ-ID.eml by the letter's date
 * and id; the same letter once more is the same file.
 */
const struct err *must_use mail_hand_over(const struct config *cfg, struct arena *a,
					  const struct mime_message *m);

/* "a***@example.test": what a log may say of an address. arena */
struct text mail_masked(struct arena *a, struct text address);

/* Removes files of mail.dir that are older than that. ERR_INTERNAL; nothing happens where there is no such folder. */
const struct err *must_use mail_sweep(const struct config *cfg, struct arena *a, int64_t before_us);
