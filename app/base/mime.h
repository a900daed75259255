/*
 * Writes one letter as a message of RFC 5322 and MIME (RFC 2045 to 2047): headers, and a body of text alone or of text and HTML
 * (multipart/alternative). Every line ends in CRLF and has at most 78 bytes where it can be folded.
 *
 * What strangers chose (names in a subject, texts in a body) cannot become a header: control characters in a header are written
 * as blanks, what is not ASCII as encoded words, bodies as quoted-printable, in which a boundary cannot stand either.
 */
#pragma once

#include "app/base/text.h"

struct arena;
struct err;

struct mime_message {
	struct text from_name; /* UTF-8; empty for none */
	struct text from, to;  /* addresses: local@domain */
	struct text subject;   /* UTF-8 */
	struct text id;      /* Message-ID without its brackets: [A-Za-z0-9], at most 64 bytes... */
	struct text id_host; /* ...and what stands behind its @ */
	int64_t date_us;
	struct text unsubscribe_url; /* RFC 2369 and RFC 8058, one click; absent: none */
	struct text text;            /* UTF-8; line ends are LF or CRLF */
	struct text html;            /* likewise; absent: text alone */
};

/*
 * arena. ERR_INVALID where an address is none (app/base/email.h), or id, id_host or unsubscribe_url hold what cannot stand
 * there; ERR_INTERNAL above 4 MiB.
 */
const struct err *must_use mime_write(struct arena *a, const struct mime_message *m,
				      struct text *ret);
