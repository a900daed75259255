/*
 * The schema of the database: the files of db/schema are in the binary, in the order of their
 * numbers. A file that is applied has a row in schema_migrations. MariaDB commits each DDL
 * statement by itself, so every statement of a file may run twice, and a file that failed half-way
 * is applied again from its beginning.
 */
#pragma once

#include "app/base/err.h"

struct db;
struct db_stmt;

struct schema_file {
	uint64_t version; /* 0 at the end of the list */
	const char *name;
	const unsigned char
		*sql; /* a statement ends with ';' at the end of a line; lines of -- are comments */
	size_t n;     /* bytes */
};
extern const struct schema_file schema_files[];
extern const struct schema_file schema_categories; /* slug TAB name TAB description a line */

/*
 * Applies what is missing, then brings the categories up to date by slug: new ones are added,
 * changed names follow, vanished ones are removed; a description of an import stays. Two at a time wait for each other. ERR_INTERNAL
 * where the schema is newer than this binary, or a statement fails (the detail says which).
 * *ret_applied: how many files were. Leaves the connection patient (db_be_patient).
 */
const struct err *must_use db_migrate(struct db *db, uint64_t *ret_applied);

/* Before serving: ERR_INTERNAL, with what to do in the detail, unless the schema is exactly this
 * binary's. */
const struct err *must_use db_schema_check(struct db *db);

/* The newest version this binary knows. */
uint64_t db_schema_version(void);

extern const struct db_stmt *const db_migrate_stmts[]; /* for check-sql */
