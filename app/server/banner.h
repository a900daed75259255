/*
 * What stands at the top of every page and in /api/v1/site_metadata: the banners that administrators set (db/banner.h), and that
 * of the configuration (server.banner) as the one of the kind "info" where they have set none. A worker knows them without
 * asking for each request: it reads them again when what it knows is BANNER_FRESH_S old. So a change is everywhere after that
 * time, and nobody waits for it.
 */
#pragma once

#include "app/server/req.h"
#include "db/banner.h"

enum { BANNER_FRESH_S = 15, BANNER_ID_CHARS = 16 };

struct banners;

/* owned (free with banners_free). Of a fixed size, which holds all that there can be; knows none yet. */
struct banners *banners_new(void);
void banners_free(struct banners *b); /* NULL is fine */

struct banner {
	enum banner_kind kind;
	struct text message;
	struct text id; /* of its words: another text has another one. BANNER_ID_CHARS hex digits */
};

/*
 * Those in force, the most urgent first; how many. Reads them anew where that is due and the database is at hand: there is a
 * connection, or ask says to make one. Where they cannot be read it goes on with what it knows. The query is not the
 * request's: its figures do not have it. arena
 */
size_t banners_in_force(struct req *r, bool ask, struct banner ret[BANNER_KINDS]);

/* The next look reads them anew: this worker has just changed them. */
void banners_changed(struct req *r);
