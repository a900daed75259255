/*
 * What the files of the job dump_db share (contract/jobs.md 8): the rows of the public tables become CSV files without a name
 * (dump_tables.c), the texts beside them are made (dump_texts.c), and all of it goes into two archives (dump_db.c).
 */
#pragma once

#include "app/jobs/kinds.h"

enum { DUMP_FILES_MAX = 32 };

struct dump_entry {
	const char *path; /* "data/crates.csv" */
	int fd; /* a file without a name, closed with the job's arena; -1: text is all of it */
	struct text text;
	uint64_t bytes;
};

struct dumping {
	struct job_run *r;
	int64_t begun_us;
	struct dump_entry v[DUMP_FILES_MAX];
	size_t n;
	uint64_t rows;
	int64_t lease_us; /* when to say again that the job is ours (monotonic) */
	uint64_t written; /* since the disk was looked at */
};

/*
 * After each few bytes, `n` of which were written: keeps the lease, and sees that there is still room on the disk. ERR_BUSY
 * where another has the job now, or where the disk would be left too full for those who publish.
 */
const struct err *must_use dump_goes_on(struct dumping *d, size_t n);

/* A file for the archives; the caller writes to the descriptor, or gives the text. */
const struct err *must_use dump_add(struct dumping *d, const char *path, struct dump_entry **ret);
void dump_add_text(struct dumping *d, const char *path, struct text t);

/* data/TABLE.csv of all tables, as they are at one moment. */
const struct err *must_use dump_rows(struct dumping *d);

/* README.md, metadata.json, schema.sql, export.sql, import.sql */
void dump_texts(struct dumping *d);
