/*
 * Hands one letter to the mail server of [mail]: SMTP by libcurl, in the clear, with STARTTLS or over TLS (certificates
 * verified, outside.ca_file), with a user and password or without. Every call has a time to connect and a time in all, and
 * none reads more than a server's short answers. A call blocks its process: from a job, outside of transactions.
 */
#pragma once

#include "app/base/err.h"

struct config;

struct smtp_letter {
	struct text from, to; /* the envelope: addresses (app/base/email.h) */
	struct text message;  /* headers and body, lines end in CRLF: app/base/mime.h */
};

/*
 * NULL: the server has taken it. ERR_BUSY where another try later may help: no connection, timed out, a 4xx; and what only
 * the operator can mend, so that nothing is lost meanwhile: a wrong password, a certificate, a refused sender.
 * ERR_INVALID: a 5xx to this recipient or this letter, which will not change. The cause (for the log) has neither address nor
 * password in it.
 *
 * After a server that let the time run out, calls of this process within half a minute fail at once: a queue of letters must
 * not keep everything else waiting.
 */
const struct err *must_use smtp_send(const struct config *cfg, struct arena *a,
				     const struct smtp_letter *letter);
