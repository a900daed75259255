/*
 * Which versions an advisory is about. RustSec lists those that are not affected: requirements that are patched or were never
 * hit; what is left are ranges, by precedence of semver.org 11. So a pre-release lies in the range that its place in the order
 * says, unlike in a requirement of cargo (rustsec: src/osv/ranges_for_advisory.rs, unaffected_range.rs).
 */
#pragma once

#include "app/base/semver.h"

struct arena;

struct affected_bound {
	bool set; /* false: there is no bound on this side */
	bool inclusive;
	struct semver v;
};

struct affected_range {
	struct affected_bound from, to;
};

struct affected {
	const struct affected_range *v; /* in their order, apart from each other */
	size_t n;                       /* 0: none */
};

/*
 * What neither list covers. A requirement that cannot be read or that nothing fits covers nothing, so in doubt a version is
 * affected; parts that are left out count as 0 (">1.2" is ">1.2.0": rustsec's reading, not cargo's). arena; the texts of
 * pre-releases are borrowed.
 */
struct affected affected_of(struct arena *a, struct texts patched, struct texts unaffected);

bool affected_has(const struct affected *r, const struct semver *v);

/* "<0.7.46; >=0.8.0, <0.8.13", "all versions", "no versions". arena */
struct text affected_words(struct arena *a, const struct affected *r);
