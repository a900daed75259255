/* E-mail addresses as people type them (RFC 5321 4.1.2, RFC 6531 for what is not ASCII). */
#pragma once

#include "app/base/text.h"

/*
 * local@domain: the local part is a dot-atom of at most 64 bytes or a quoted string, the domain a
 * name of at most 254 bytes or an address in brackets. No white space around it, no comments.
 */
bool email_is_valid(struct text address);

/* NULL where it is valid, else what is wrong in the words of lettre, which upstream reads addresses with. */
const char *email_wrong(struct text address);
