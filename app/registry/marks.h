/*
 * What pages mark a version with, and the search for `is:no-std` asks (contract/web.md P9, 16 No 11): found when its archive is
 * taken apart, stored as versions.marks. Beside these a version has links and programs, which have columns of their own.
 */
#pragma once

#include "app/registry/manifest.h"

/* Stored: a number never gets another meaning. */
enum mark {
	MARK_NO_STD = 1,     /* a keyword or category says that it needs no standard library */
	MARK_PROC_MACRO = 2, /* its library is a procedural macro */
	MARK_BUILD = 4,      /* it has a build script */
};

/* A set of enum mark, by what the manifest says (its targets are complete: manifest_complete). */
uint64_t marks_of(const struct manifest *m);
