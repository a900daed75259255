/*
 * Which program on which system a User-Agent (RFC 9110 10.1.5) is of, for people who look for their own browsers in a list. It says what
 * it likes: the words are ours, from a table of what is common, and what is not in it is not guessed.
 */
#pragma once

#include "app/base/text.h"

/*
 * "Firefox on Linux"; "cargo" where the system is not told; "A browser on Windows" where only that is; absent where neither is known.
 * At most USER_AGENT_MAX_BYTES of it are read. arena or static
 */
enum { USER_AGENT_MAX_BYTES = 512 };
struct text user_agent_words(struct arena *a, struct text agent);
