/* The tokens of JSON with serde_json's errors and places; for json.c and json_read.c alone. */
#pragma once

#include "app/base/json.h"

enum { SCAN_STEPS_MAX = JSON_MAX_DEPTH + 2 };

struct json_step {
	struct text key; /* absent: an index */
	size_t index;
};

struct json_scan {
	struct arena *a;
	struct text in;
	size_t at;
	unsigned depth, depth_max; /* of arrays and objects */
	bool ignoring; /* in the value of an unknown key: serde_json's other path, with fewer words
			*/
	bool nul_in_keys;                       /* is accepted */
	struct json_step steps[SCAN_STEPS_MAX]; /* where the value in hand is */
	size_t nsteps;
	struct json_error *error;
};

void scan_push(struct json_scan *s, struct text key, size_t index);
void scan_pop(struct json_scan *s);

enum scan_number {
	SCAN_U64,
	SCAN_I64,
	SCAN_F64
}; /* SCAN_I64: negative ones only, as in serde_json */

struct json_number {
	enum scan_number kind;
	uint64_t u;
	int64_t i;
	double f;
};

/*
 * Notes an error and returns false. The first at the bytes consumed so far, the second counting the
 * next one too, as serde_json does for a byte that it has only looked at. scan_fail_shape: the
 * value is JSON but of the wrong shape.
 */
bool scan_fail(struct json_scan *s, const char *why);
bool scan_fail_peek(struct json_scan *s, const char *why);
bool scan_fail_shape(struct json_scan *s, const char *fmt, ...) printf_like(2, 3);

/* Moves behind white space; the byte there, or -1 at the end. */
int scan_peek(struct json_scan *s);

bool scan_word(struct json_scan *s, const char *word); /* at its first letter: null, true, false */
bool scan_string(struct json_scan *s, struct text *ret);        /* at its quote */
bool scan_number(struct json_scan *s, struct json_number *ret); /* at a digit or minus */

/*
 * At `[` or `{`: enters, unless that is too deep. Then for each member scan_next_item or
 * scan_next_key: false at the end (*ret_more) and on failure. scan_next_key stands behind the colon
 * then. At the end the closing byte is next.
 */
bool scan_open(struct json_scan *s);
bool scan_next_item(struct json_scan *s, bool first, bool *ret_more);
bool scan_next_key(struct json_scan *s, bool first, bool *ret_more, struct text *ret_key);
bool scan_colon(struct json_scan *s);

/* Takes the closing byte; a comma or more members there are an error. */
bool scan_close(struct json_scan *s, char closing);

/* Any value, checked and skipped. */
bool scan_skip(struct json_scan *s);

/* The same, as a json-c tree that is put when the arena is reset (json.c). */
bool scan_tree(struct json_scan *s, struct json_object **ret);

/* Nothing but white space may be left. */
bool scan_end(struct json_scan *s);
