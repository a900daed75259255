/* Listening sockets of the master: server.socket, and the inspector's. */
#pragma once

#include "app/base/text.h"

struct arena;
struct config;

/*
 * Binds "/path" (Unix) or "host:port" (TCP) and listens. A path whose socket nobody answers at is
 * replaced; one that answers is an error: another instance runs. Permissions are set before anybody
 * can connect. The descriptor (close-on-exec) or -1 with *ret_why (arena).
 */
int listen_at(struct arena *a, struct text where, unsigned mode, struct text *ret_why);

/* 660 written in decimal digits as the number 0660. */
unsigned mode_of_digits(uint64_t digits);
