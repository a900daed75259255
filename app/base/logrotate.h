/*
 * What a configuration of logrotate(8) does with one log. copytruncate empties a log in its place: whatever was written between
 * the copy and that moment is in no file, and who reads on in the log cannot tell what he has read.
 */
#pragma once

#include "app/base/text.h"

struct arena;

/*
 * Whether the file (conf: all its bytes) rotates the log of that path with copytruncate. *copies: whether that is the default,
 * by what was read before; here and in what is read after this file (files are read in the order of their names, the main file
 * first).
 */
bool logrotate_copies(struct arena *a, struct text conf, struct text path, bool *copies);
