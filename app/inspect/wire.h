/*
 * What workers and the inspector say to each other over a Unix stream socket, within one machine
 * and one build.
 *
 * A request is one frame: the length of what follows (u32), WIRE_MAGIC, the operation (u32), two
 * numbers (u64), then WIRE_TEXTS times a length (u32, WIRE_ABSENT for an absent text) and the
 * bytes; numbers are in the machine's order. The descriptors of the inputs travel with its first
 * byte (SCM_RIGHTS).
 *
 * The answer is "+" once the sandbox stands, a JSON object without a line feed in it, "\n", what the
 * operation answers in bytes (nothing for most), "\n"; then, from the process that watched over it, "=" and how it ended ("done", "signal 31", "exit 3", "time"), "\n". Without that
 * last line the inspector itself is gone.
 */
#pragma once

#include "app/base/text.h"

struct arena;

enum wire_op {
	WIRE_ARCHIVE = 1,
	WIRE_LINES,
	WIRE_README,
	WIRE_FILE,
	WIRE_BROWSE,  /* the list of the files, and one of them to be shown */
	WIRE_BYTES,   /* one file as it is */
	WIRE_COMPARE, /* two inputs */
	WIRE_CHANGELOG,
	WIRE_ADVISORIES,     /* of an archive of an advisory database */
	WIRE_ADVISORY_FILES, /* of pairs of path and text */
	WIRE_ZIP,            /* the second descriptor is a file that becomes the .zip */
};

enum {
	WIRE_MAX_REQUEST = 64 * 1024,
	WIRE_MAX_ANSWER = 4 * 1024 * 1024 +
			  4096, /* of JSON: 4 MiB, and what stands around a text of that size */
	WIRE_MAX_BYTES = 10 * 1024 * 1024, /* of what follows the JSON */
	WIRE_MAX_INPUTS = 2,
	WIRE_EXIT_SANDBOX = 3, /* the sandbox was refused; the cause stands in the log */
	WIRE_EXIT_REQUEST = 4, /* the request could not be read */
};

struct wire_request {
	enum wire_op op;
	uint64_t max_unpacked,
		max_entries; /* WIRE_ADVISORY...: the file to begin with; WIRE_ZIP: seconds since 1970 */
	struct text name, version; /* all but WIRE_README, WIRE_ADVISORY... */
	struct text
		path; /* all but WIRE_ARCHIVE, WIRE_LINES, WIRE_CHANGELOG, WIRE_ZIP, WIRE_ADVISORY... */
	struct text repository,
		path_in_vcs;        /* WIRE_README, the first WIRE_CHANGELOG too; may be absent */
	struct text second_version; /* WIRE_COMPARE: of the second input */
};

/* The whole frame (arena); absent where it would pass WIRE_MAX_REQUEST. */
struct text wire_pack(struct arena *a, const struct wire_request *r);

/* frame is without its length. The texts point into it. */
bool wire_unpack(struct text frame, struct wire_request *ret);

/* Sends the frame and the descriptors of the inputs, of which the second may be -1. False with errno. */
bool wire_send(int sock, struct text frame, const int fds[WIRE_MAX_INPUTS]);

/* Takes a frame without its length (arena) and the descriptors, which are the caller's; the second is -1 where there is
 * one only. False for anything else. */
bool wire_receive(struct arena *a, int sock, struct text *ret_frame, int ret_fds[WIRE_MAX_INPUTS]);
