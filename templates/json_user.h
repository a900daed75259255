/* JSON of people: contract/api.md 7.3. */
#pragma once

#include "app/base/jw.h"
#include "db/user_view.h"

/* User under the key (NULL in an array); null where the view is nobody, or there is none. */
void json_user(struct jw *j, const char *key, const struct user_view *u);

/* People that come again and again in one answer; all zero at first. Their views stay where they are meanwhile. */
enum { JSON_PEOPLE_MAX = 8 };

struct json_people {
	const struct user_view *u[JSON_PEOPLE_MAX];
	struct text json[JSON_PEOPLE_MAX];
	size_t n;
};

/* The same as json_user, written once for each of the first JSON_PEOPLE_MAX. */
void json_user_again(struct jw *j, const char *key, const struct user_view *u,
		     struct json_people *p);
