/*
 * What an administrator does is written down and told to all administrators (contract/web.md 14.4): the beginning of the audit's
 * row, for the transaction of the change. A row that is told leaves a job there, which sends the letters (db/audit.h).
 */
#pragma once

#include "app/server/req.h"
#include "db/audit.h"

/* Who asks, from where, and what for: a constant word. The rest is the caller's. */
struct audit_entry admin_note(const struct req *r, const char *action);

/* Of a yank or unyank that nobody but an administrator could do: what may_do has found. arena; NULL for anybody else's. */
const struct audit_entry *admin_yank_note(const struct req *r, bool yank, struct text num,
					  struct text message);
