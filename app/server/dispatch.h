/*
 * The life of a request: read its head, check what every request must have, find the route, do what
 * the route declares (body, credentials), call the handler, send its one reply, write one log line.
 * contract/api.md 1.
 */
#pragma once

#include "app/server/req.h"

struct router;
struct transport;

/* app->router and app->cfg are set; app->db may be NULL (tests without a database). The arena is
 * reset by the caller. */
void dispatch_request(const struct app *app, struct arena *a, const struct transport *t);

/* contract/api.md 1.9: the status that cargo's routes answer with, by server.cargo_status. */
unsigned cargo_status(const struct config *cfg, const struct route *route, unsigned status);
