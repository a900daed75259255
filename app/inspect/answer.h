/* A manifest as the inspector's answer: written in the sandbox, read again outside it as a
 * stranger's input. */
#pragma once

#include "app/registry/manifest.h"

struct jw;
struct json_object;

void answer_write_manifest(struct jw *j, const char *key, const struct manifest *m);

/*
 * Takes only what the writer above could have written: every member there, of its type, texts
 * without NUL. False for anything else. arena.
 */
bool answer_read_manifest(struct arena *a, struct json_object *o, struct manifest *ret);
