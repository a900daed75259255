/*
 * Reads and writes CSV as RFC 4180 and PostgreSQL's COPY ... WITH CSV write it: fields parted by commas, in double quotes where
 * they hold a comma, a quote (doubled) or a line end; a record ends with LF or CRLF, the last one perhaps with nothing.
 * An empty field is absent (NULL), "" is the empty text.
 *
 * A stream: no more than one record is held, of CSV_RECORD_MAX bytes at the most. What is no record is said and passed
 * over: the next call goes on behind its end.
 */
#pragma once

#include "app/base/text.h"

struct buf;

enum { CSV_FIELDS_MAX = 64, CSV_RECORD_MAX = 16 * 1024 * 1024 };

struct csv;

/* Up to n bytes to p: how many; 0 at the end, negative for a failure. */
struct csv_source {
	ptrdiff_t (*read)(void *ctx, char *p, size_t n);
	void *ctx;
};

/* owned (free with csv_free). offset and line: of the first byte that the source gives, for csv_place. */
struct csv *csv_new(struct csv_source source, uint64_t offset, uint64_t line);
void csv_free(struct csv *c);

enum csv_what {
	CSV_RECORD,
	CSV_WRONG, /* no record: csv_why */
	CSV_END,
	CSV_FAILED, /* of the source; nothing more comes */
};

/* The fields live until the next call; at least one. */
enum csv_what csv_next(struct csv *c, struct texts *ret);

/* Why the last one was wrong: "a quote inside of an unquoted field". */
const char *csv_why(const struct csv *c);

/* Where something begins: the byte of the file, and the line (the first is 1). */
struct csv_place {
	uint64_t offset, line;
};
struct csv_place csv_began(const struct csv *c); /* what csv_next returned last */
struct csv_place csv_ahead(const struct csv *c); /* what it will return next */

/* ---- writing */

/* One field, in quotes where it needs them; absent is written as nothing. Commas and line ends are the caller's. */
void csv_put(struct buf *b, struct text t);
