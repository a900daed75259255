/* Libraries that are loaded when a process first needs them, with their symbols kept to themselves. */
#pragma once

#include "app/base/err.h"

/* Kept for as long as the process lives. ERR_INTERNAL where the machine has no such library. */
const struct err *must_use library_load(struct arena *a, const char *file, void **ret);

/* to: a pointer to a pointer to the function. False where the library has no such symbol. */
bool library_find(void *library, const char *name, void *to);
