/* JSON of API tokens: contract/api.md 7.6. */
#pragma once

#include "app/base/jw.h"
#include "db/token.h"

/* ApiToken; with its plaintext at the end where that is not absent (ApiTokenWithToken). */
void json_token(struct jw *j, const char *key, const struct token_row *t, struct text plaintext);
