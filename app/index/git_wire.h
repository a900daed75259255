/*
 * What is said to cratehouse-git on its standard input, within one machine and one build: records, the last of which is
 * GIT_OP_END. A record is a head of GIT_WIRE_HEAD bytes and then name, path and bytes, one behind the other. The head:
 *
 *     op (1 byte), whether bytes are absent (1), length of name (2), of path (2), zero (2), length of bytes (8)
 *
 * numbers in the machine's order. Only what GIT_OP_END follows is done; an input that ends before leaves the repository as it
 * was. The answer is one JSON object on its standard output:
 *
 *     {"commits", "packs", "head", "snapshot", "ndiffer", "differ"}    or    {"error"}
 */
#pragma once

#include "app/base/text.h"

enum git_op {
	/* One file of the index (bytes absent: there is none), and a commit that says so of the crate `name`; no commit
	 * where it is so already. */
	GIT_OP_CRATE = 'c',
	/* One file (bytes absent: none) of the commit that the next GIT_OP_COMMIT makes. */
	GIT_OP_FILE = 'f',
	/* The next commit has what comes from here on, and nothing that was before. */
	GIT_OP_WHOLE = 'w',
	GIT_OP_COMMIT = 'm', /* bytes: the message; none where nothing differs */
	/* Instead of all these: files are compared, nothing is written; what was not named should not be there. */
	GIT_OP_COMPARE = '?',
	/* name: today, "2026-11-28". All commits become one, and a branch keeps what was (contract/index.md 7.2). */
	GIT_OP_SQUASH = 's',
	GIT_OP_PACK = 'p',     /* the packs that have gathered become few */
	GIT_OP_PACK_ALL = 'P', /* they become one, which takes time and is the fastest to clone */
	GIT_OP_END = 'e',
};

enum {
	GIT_WIRE_HEAD = 16,
	GIT_WIRE_NAME_MAX = 64,
	GIT_WIRE_PATH_MAX = 255,
	GIT_WIRE_ANSWER_MAX = 64 * 1024,
	GIT_WIRE_DIFFER_MAX = 100, /* paths that an answer names; more are counted */
};
#define GIT_WIRE_BYTES_MAX (256ULL << 20)

struct git_record {
	enum git_op op;
	struct text name, path; /* absent or empty: none */
	struct text bytes;
};

struct git_wire_sizes {
	enum git_op op;
	bool absent;
	size_t name, path, bytes;
};

/* False where the record is none of the above: then nothing is sent. */
bool git_wire_put(const struct git_record *r, char to[GIT_WIRE_HEAD]);

/* False for a head that git_wire_put does not make. */
bool git_wire_take(const char from[GIT_WIRE_HEAD], struct git_wire_sizes *ret);

/* Whether a record is one: a name and path where they belong, and of the form that they have. */
bool git_wire_ok(const struct git_record *r);
