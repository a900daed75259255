/*
 * Values that go through a browser and come back: signed, so that nobody can make one up. The key is auth.key where that
 * is set, else it comes from the password of the database: the same on every machine of a site.
 */
#pragma once

#include "app/server/req.h"

/* "BASE64URL(value).SIGNATURE": characters that cookies and URLs take as they are. purpose keeps one use from another. arena */
struct text sign_value(struct req *r, const char *purpose, struct text value);

/* The value, or absent for one that was not signed so. arena */
struct text sign_check(struct req *r, const char *purpose, struct text signed_value);
