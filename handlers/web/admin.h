/* What the pages of administrators have in common. */
#pragma once

#include "app/server/admin_note.h"
#include "handlers/web/page.h"
