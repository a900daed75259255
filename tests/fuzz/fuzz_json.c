/* app/base/json.c, json_read.c: what is accepted is JSON that json-c reads too; what is not has its
 * words and place. */
#include "app/base/json.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/json_shapes.h"

#include <json-c/json.h>

static void check_read(struct arena *a, struct text in, bool is_json)
{
	struct outer o = { .any = NULL };
	struct json_list list = { .set = false };
	struct json_error e;

	if (json_read(a, in, &outer_shape, &o, &e)) {
		BUG_ON(!o.name.p || !text_is_utf8(o.name));
		if (o.inner)
			BUG_ON(!o.inner->name.p);
	} else {
		BUG_ON(!e.why.n || !text_is_utf8(json_error_text(a, &e)));
		/* an element too many in the array form of a struct is trailing to serde */
		BUG_ON(!e.shape && is_json && !text_starts(e.why, TEXT("trailing characters")));
	}
	BUG_ON(!json_read_list(a, in, &inner_shape, &list, &e) && !e.why.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct text in = fuzz_text(data, size), why;
	struct json_object *o = json_parse(a, in, JSON_MAX_DEPTH, &why);

	BUG_ON(o && why.p);
	check_read(a, in, !why.p);
	return 0;
}
