/* /shortcuts: the keys of the site, and the switch that turns them off (templates/shortcuts.html) */
#pragma once

#include "templates/page.h"

/* The form with the switch; it comes back to the page that it is on. */
void shortcuts_form(struct tmpl *t);

struct shortcuts_page {
	struct head head;
};
void shortcuts_page(struct tmpl *t, const struct shortcuts_page *v);
