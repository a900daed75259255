/*
 * Loading the CSV files of a crates.io database dump (contract/jobs.md 8): what is in each file and how it becomes a row
 * here (dump_tables.c), what rows refer to (dump_refs.c), and reading one file into its table (dump_load.c).
 * import_dump.c is the command.
 */
#pragma once

#include "app/base/err.h"
#include "db/import.h"

struct app;

enum { DUMP_COLUMNS_MAX = 32, DUMP_WRONG_SHOWN = 100 };

/* ---- dump_refs.c */

/* Ids of one kind, as the database has them, and names where it is crates or categories. */
struct dump_ids {
	uint64_t *v; /* sorted */
	uint32_t *name_at;
	size_t n, room;
	char *names; /* NUL-terminated, one behind the other */
	size_t names_n, names_room;
	bool loaded;
};

/* At once held: 16 bytes an id, and the names of crates. */
enum { DUMP_IDS_MAX = 64 * 1000 * 1000 };

struct dump {
	const struct app *app;
	struct arena *a; /* of the whole import */
	struct text dir; /* with data/ in it */
	struct dump_ids ids[IMPORT_NAMES];
	struct import_user *users; /* whose id is another one here, by dump_id */
	size_t nusers;
	struct import_name *categories; /* id in the dump and slug, by id */
	size_t ncategories;
	uint64_t rows, wrong; /* of this run */
};

/* Reads them from the database, where that is not done yet. */
const struct err *must_use dump_refs(struct dump *d, enum import_names which);
void dump_refs_free(struct dump *d);

bool dump_has(const struct dump *d, enum import_names which, uint64_t id);
/* Absent for none. */
struct text dump_name(const struct dump *d, enum import_names which, uint64_t id);

/* What a user of the dump is here; NULL where the id is the same. */
const struct import_user *dump_user(const struct dump *d, uint64_t dump_id);
/* The id here of a category of the dump; false for none. */
bool dump_category(const struct dump *d, uint64_t dump_id, uint64_t *ret);

/* ---- dump_tables.c */

/* One value of a row: from which column of the file, and how. */
struct dump_value {
	const char *column;
	/* NULL, or why this is no such value. t is absent for NULL; a is the arena of a batch. */
	const char *(*convert)(const struct dump *d, struct arena *a, struct text t,
			       struct db_val *ret);
};

struct dump_table {
	const char *name; /* of the file, without .csv */
	struct dump_value values[DUMP_COLUMNS_MAX];
	unsigned keys; /* so many values at the beginning are the primary key */
	unsigned refs; /* bits of enum import_names: what it refers to */
	/* NULL, or why the row is wrong as a whole. May change values. */
	const char *(*check)(const struct dump *d, struct db_val *row);
	bool may_be_missing; /* the whole file */
	const char *no_longer,
		*instead; /* a column that newer dumps do not have, and what is taken then */
};

extern const struct dump_table dump_tables[IMPORT_TABLES];

/* A row that is right and need not be put, as `why`. */
extern const char dump_pass_over[];

/* ---- dump_load.c */

struct csv;

/* A file that is open, and where in its records the columns of the table are. */
struct dump_file {
	const struct dump_table *t;
	struct text path;
	int fd;
	struct csv *csv;
	size_t at[DUMP_COLUMNS_MAX], ncolumns;
};

/*
 * Opens it and reads the line with the names of the columns. step: where to go on, NULL for the beginning.
 * ERR_NOT_FOUND: there is no such file; ERR_INVALID: a column is missing.
 */
const struct err *must_use dump_open(struct dump *d, const struct dump_table *t,
				     const struct import_step *step, struct dump_file *ret);
void dump_close(struct dump_file *f);

/*
 * Loads what is left of it. Wrong rows are said with file and line and left out, and counted. ERR_INVALID where they are
 * too many; what was right before stays.
 */
const struct err *must_use dump_load(struct dump *d, enum import_table table,
				     struct import_step *step);
