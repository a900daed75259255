/*
 * One line of a web server's log: is it a download, and of what (contract/jobs.md 7.2)? A line is a stranger's input: path
 * and User-Agent are as he sent them, escaped by the server.
 *
 *	combined    nginx, Apache, lighttpd: `ADDRESS - - [TIME] "GET PATH HTTP/1.1" 200 BYTES "REFERER" "USER-AGENT"`; the
 *	            last two, or the last one, may be missing
 *	cloudfront  the W3C form with a `#Fields:` line, parted by tabs; paths are encoded twice
 *	fastly      a syslog line that ends in `]: ` and JSON of version 1
 *
 * Counted is a GET with status 200 by cargo, or by who names no User-Agent; not a part of a file (206), not a copy that was
 * still good (304). In the combined form the path must be that of the file, .../crates/NAME/NAME-VERSION.crate; content
 * networks also have .../crates/NAME/VERSION/download, which they serve from the file.
 */
#pragma once

#include "app/base/text.h"

struct arena;

enum download_format {
	DOWNLOAD_FORMAT_NONE, /* nothing was read that would tell it */
	DOWNLOAD_FORMAT_COMBINED,
	DOWNLOAD_FORMAT_CLOUDFRONT,
	DOWNLOAD_FORMAT_FASTLY,
};

enum { DOWNLOAD_COLUMNS_MAX = 128 };

/* What is known of a file from the lines before. Begin with zeros, and the format where it is known. */
struct download_log {
	enum download_format format;
	bool wrong; /* cloudfront: of another version than 1.0, or without the columns */
	size_t ncolumns, date, method, path, status, user_agent; /* of the #Fields: line */
};

struct download {
	struct text name, version; /* borrowed from the line, or arena; valid by their grammars */
	int64_t day;               /* since 1970-01-01 UTC */
};

/* "combined", "cloudfront", "fastly"; NONE for anything else. */
enum download_format download_format_named(struct text name);

/* By the first byte of a file: '#' is cloudfront, '<' fastly, else combined. */
enum download_format download_format_of(struct text begin);

/* Whether a download by that User-Agent counts; absent, empty or "-": none. */
bool download_agent_counts(struct text agent);

/* The line of the combined form for a download at that time, with its newline; nobody's address is in it. arena */
struct text download_line(struct arena *a, struct text name, struct text version, int64_t us);

/*
 * line: without its newline. True with *ret for a download; false for everything else, which is passed over. Lines that
 * describe the others (#Version:, #Fields:) go into *log.
 */
bool download_log_line(struct download_log *log, struct arena *a, struct text line,
		       struct download *ret);
