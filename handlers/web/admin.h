/* What the pages of administrators have in common. */
#pragma once

#include "db/audit.h"
#include "handlers/web/page.h"

/* Who asks, from where, and what for: a constant word. The rest is the caller's. */
struct audit_entry admin_note(const struct req *r, const char *action);
