/* What the files of config.c share: its table of keys, and a configuration while it is being read. */
#pragma once

#include "app/base/config.h"

enum key_type { KEY_TEXT, KEY_U64, KEY_BOOL, KEY_SECRET, KEY_SENDFILE };

struct key {
	const char *section, *name;
	enum key_type type;
	size_t offset;
	const char *initial; /* as it would stand in the environment */
	uint64_t min, max;   /* KEY_U64 */
	const char *help;
};

extern const struct key config_keys[]; /* all there are, in the order of struct config */
extern const size_t config_n_keys;
extern const char *const config_sendfile_words[3]; /* by enum sendfile */

/* Where each key's value came from, for the messages of checks that look at several keys. */
struct load {
	struct arena *arena;
	struct config *cfg;
	const char *name;
	struct text *where; /* of each key: "FILE:LINE" or "CRATEHOUSE_X"; absent: default */
	struct text *why;
};

/* Where the key is in a configuration: a struct text, uint64_t, bool, struct secret or enum sendfile, as its type says. */
void *config_member(struct config *cfg, const struct key *k);

/* NULL: no such key. */
const struct key *config_find(struct text section, struct text name);

/* Notes "WHERE: what" as the reason; false. */
bool config_fail(struct load *l, struct text where, const char *what);

/* What the table cannot say: false with its reason. */
bool must_use config_check(struct load *l);

/* Fills in what follows from other keys. */
void config_derive(struct load *l);
