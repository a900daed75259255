/* What stands beside the tables: what they are, and how they are brought into PostgreSQL and out of it again. */
#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/time.h"
#include "app/jobs/dump.h"
#include "db/export.h"
#include "templates/text_page.h"

enum { SCRIPT_MAX_BYTES = 64 * 1024 };

static struct text fixed(const char *name)
{
	for (const struct text_file *f = dump_files; f->name; f++)
		if (text_eq(text_from(f->name), text_from(name)))
			return (struct text){ (const char *)f->bytes, f->n };
	BUG_ON("no such text");
}

/* upstream: the commit that its server was made of; "unknown" where it is not told. Nothing of ours is one of them. */
static struct text metadata(const struct dumping *d)
{
	return text_fmt(d->r->arena,
			"{\n  \"timestamp\": \"%s\",\n  \"crates_io_commit\": \"unknown\"\n}\n",
			time_rfc3339(d->begun_us).s);
}

static void put_columns(struct buf *b, const struct db_stmt *rows)
{
	for (size_t i = 0; i < DB_OUT_MAX && rows->out[i].type != DB_END; i++)
		buf_fmt(b, "%s\"%s\"", i ? ", " : "", rows->out[i].name);
}

/* A command of psql is one line. */
static struct text export_script(const struct dumping *d)
{
	struct buf b = buf_init(d->r->arena, SCRIPT_MAX_BYTES);

	buf_add(&b, TEXT("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;\n"));
	for (size_t i = 0; i < EXPORT_TABLES; i++) {
		buf_add(&b, TEXT("\\copy (SELECT "));
		put_columns(&b, export_tables[i].rows);
		buf_fmt(&b, " FROM \"%s\") TO 'data/%s.csv' WITH CSV HEADER\n",
			export_tables[i].name, export_tables[i].name);
	}
	buf_add(&b, TEXT("COMMIT;\n"));
	return buf_text(&b);
}

static struct text import_script(const struct dumping *d)
{
	struct buf b = buf_init(d->r->arena, SCRIPT_MAX_BYTES);

	buf_add(&b, TEXT("BEGIN;\nSET CONSTRAINTS ALL DEFERRED;\nTRUNCATE"));
	for (size_t i = 0; i < EXPORT_TABLES; i++)
		buf_fmt(&b, "%s \"%s\"", i ? "," : "", export_tables[i].name);
	buf_add(&b, TEXT(" RESTART IDENTITY CASCADE;\n"));
	for (size_t i = 0; i < EXPORT_TABLES; i++) {
		buf_fmt(&b, "\\copy \"%s\" (", export_tables[i].name);
		put_columns(&b, export_tables[i].rows);
		buf_fmt(&b, ") FROM 'data/%s.csv' WITH CSV HEADER\n", export_tables[i].name);
	}
	buf_add(&b, TEXT("COMMIT;\n"));
	return buf_text(&b);
}

void dump_texts(struct dumping *d)
{
	dump_add_text(d, "README.md", fixed("README"));
	dump_add_text(d, "metadata.json", metadata(d));
	dump_add_text(d, "schema.sql", fixed("schema.sql"));
	dump_add_text(d, "export.sql", export_script(d));
	dump_add_text(d, "import.sql", import_script(d));
}
