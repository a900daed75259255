/* The bar of first letters above lists of names. */
#pragma once

#include "templates/page.h"

struct req;

/* What `?letter=` chooses: a letter in lower case, '0' for all figures, 0 for nothing, '?' for what no name begins with. */
const struct err *must_use letters_wanted(struct req *r, char *ret);

/* "All" (the path), A to Z, and "0-9" with figures; links keep the other parameters of the request. arena */
struct links letters_bar(struct req *r, const char *path, char chosen, bool figures);
