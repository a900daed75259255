/* The two facts about characters that heading ids need, from a table: no locale is asked. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A letter, mark, number or connector punctuation (general categories L*, M*, N*, Pc). */
bool unicode_is_word(uint32_t c);

/* The simple lower-case mapping; c itself where there is none. */
uint32_t unicode_lower(uint32_t c);
