/* What the reader of a letter sees who wants no more publish notifications (templates/unsubscribe.html). */
#pragma once

#include "templates/page.h"

struct unsubscribed_page {
	struct head head;
	struct text login;
};

void unsubscribed_page(struct tmpl *t, const struct unsubscribed_page *v);
