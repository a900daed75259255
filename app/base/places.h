/*
 * Addresses of other sites that answers lead to, where writers of JSON and pages have no configuration at hand. Said once
 * at the start of a process; until then they are those of the public sites.
 */
#pragma once

#include "app/base/text.h"

struct config;

/* From what is in force; borrowed for as long as the process lives. */
void places_set(const struct config *cfg);

/* Where people and organisations of GitHub have their pages: github.base_url, "https://github.com". */
struct text place_github(void);
