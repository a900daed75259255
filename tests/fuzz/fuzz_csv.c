/* app/base/csv.c and pgvalue.c: any bytes give the same records however they arrive, and what is written of them is read
 * again as it was. */
#include "app/base/buf.h"
#include "app/base/csv.h"
#include "app/base/pgvalue.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/csv_bytes.h"

enum { RECORDS_MAX = 256 };

/* All fields quoted, and nothing for absent ones; what is no record is left out. */
static struct text rewrite(struct arena *a, struct text in, size_t at_once)
{
	struct csv_bytes s = { in, at_once };
	struct csv *c = csv_new((struct csv_source){ csv_bytes_give, &s }, 0, 1);
	struct buf b = buf_init(a, 16 * in.n + 64);
	struct texts fields;
	enum csv_what what = CSV_END;

	for (size_t n = 0; n < RECORDS_MAX && (what = csv_next(c, &fields)) != CSV_END; n++) {
		BUG_ON(what == CSV_FAILED || (what == CSV_WRONG && !csv_why(c)));
		BUG_ON(csv_ahead(c).offset <= csv_began(c).offset);
		if (what != CSV_RECORD)
			continue;
		BUG_ON(!fields.n || fields.n > CSV_FIELDS_MAX);
		for (size_t i = 0; i < fields.n; i++) {
			buf_add(&b, i ? TEXT(",") : TEXT(""));
			if (!fields.v[i].p)
				continue;
			buf_byte(&b, '"');
			for (size_t k = 0; k < fields.v[i].n; k++) {
				buf_byte(&b, fields.v[i].p[k]);
				if (fields.v[i].p[k] == '"')
					buf_byte(&b, '"');
			}
			buf_byte(&b, '"');
		}
		buf_byte(&b, '\n');
	}
	BUG_ON(what == CSV_END && csv_ahead(c).offset != in.n);
	csv_free(c);
	BUG_ON(!buf_ok(&b));
	return buf_text(&b);
}

static void check_values(struct arena *a, struct text in)
{
	struct sha256 sha;
	struct texts list;
	int64_t us;
	bool b;

	BUG_ON(pg_bool(in, &b) && in.n != 1);
	BUG_ON(pg_sha256(in, &sha) && in.n != 66);
	BUG_ON(pg_date(in) && in.n != 10);
	(void)pg_time(in, &us);
	if (pg_array(a, in, &list))
		for (size_t i = 0; i < list.n; i++)
			BUG_ON(list.v[i].n >= in.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct text in = fuzz_text(data, size), once = rewrite(a, in, SIZE_MAX);

	BUG_ON(!text_eq(once, rewrite(a, in, 1)));
	BUG_ON(!text_eq(once, rewrite(a, once, 7)));
	check_values(a, in);
	return 0;
}
