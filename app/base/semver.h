/*
 * Versions and version requirements as cargo reads them: semver.org 2.0.0 for versions, and for
 * requirements the comparator lists of the Cargo book («Specifying Dependencies»). What is
 * accepted, how it is printed again and the sentences for what is refused are those of Rust's
 * semver crate 1.0.
 */
#pragma once

#include "app/base/text.h"

struct arena;

struct semver {
	uint64_t major, minor, patch;
	struct text pre,
		build; /* borrowed from what was parsed, without '-' and '+'; n == 0 for none */
};

/* Strict: three numbers without leading zeros, no 'v', no white space. False: semver_error says
 * why. */
bool semver_parse(struct text t, struct semver *ret);

/* Why t is no version: "unexpected character 'i' while parsing major version number". arena; absent
 * if it is one. */
struct text semver_error(struct arena *a, struct text t);

/* As parsed, build metadata included. arena */
struct text semver_print(struct arena *a, const struct semver *v);

/* The text of a version less its "+build". borrowed */
struct text semver_no_build(struct text num);

/* < 0, 0, > 0: precedence of semver.org 11, which leaves build metadata out. */
int semver_cmp(const struct semver *a, const struct semver *b);

/* Precedence, then build metadata: no build first, numbers by value, then by length ("0" < "00" <
 * "1" < "01"). */
int semver_cmp_total(const struct semver *a, const struct semver *b);

bool semver_is_prerelease(const struct semver *v);

/*
 * A byte string whose memcmp order is precedence (contract/publish.md 17.2): each number as one
 * byte with the count of its digits and the digits; then 03 for a release, else for each identifier
 * 01 and a number or 02 and its bytes, and a final 00. arena; absent where an identifier is a
 * number of more than 255 digits (no version of 150 bytes is).
 */
struct text semver_order_key(struct arena *a, const struct semver *v);

enum semver_op {
	SEMVER_EXACT,
	SEMVER_GREATER,
	SEMVER_GREATER_EQ,
	SEMVER_LESS,
	SEMVER_LESS_EQ,
	SEMVER_TILDE,
	SEMVER_CARET,
	SEMVER_WILDCARD, /* "1.*", "1.2.*" without an operator */
};

struct semver_comparator {
	enum semver_op op;
	bool has_minor, has_patch;
	uint64_t major, minor, patch;
	struct text pre; /* borrowed; n == 0 for none */
};

enum { SEMVER_COMPARATORS_MAX = 32 };

struct semver_req {
	size_t n; /* 0: "*" */
	struct semver_comparator c[SEMVER_COMPARATORS_MAX];
};

/* False: semver_req_error says why. */
bool semver_req_parse(struct text t, struct semver_req *ret);
struct text semver_req_error(struct arena *a, struct text t); /* arena; absent if it is one */

/* Normalised: "1.0" is "^1.0", ">= 1 , <2" is ">=1, <2", "1.2.x" is "1.2.*". arena */
struct text semver_req_print(struct arena *a, const struct semver_req *r);

/* Parsed and printed again; absent if it is none. arena */
struct text semver_req_normal(struct arena *a, struct text req);

/* Nothing but "*" (or "x", "X"). */
bool semver_req_is_any(const struct semver_req *r);

/* A pre-release matches only where a comparator with a pre-release names the same three numbers. */
bool semver_req_matches(const struct semver_req *r, const struct semver *v);
