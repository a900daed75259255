/* app/base/toml.c: any bytes give a tree that keeps the header's promises, or an error with its
 * place in the text. */
#include "app/base/toml.h"
#include "tests/fuzz/fuzz.h"

static void check(const struct toml *t, unsigned depth)
{
	size_t n = 0;

	BUG_ON(depth > TOML_MAX_DEPTH + 1 || !t->line || !t->column);
	if (t->type == TOML_STRING)
		BUG_ON(!t->v.string.p || !text_is_utf8(t->v.string));
	for (const struct toml *m = t->first; m; m = m->next, n++) {
		BUG_ON(t->type == TOML_TABLE &&
		       (!m->key.p || !text_is_utf8(m->key) || toml_get(t, m->key) != m));
		check(m, depth + 1);
	}
	BUG_ON(n != t->n || (n && t->type != TOML_TABLE && t->type != TOML_ARRAY));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct text in = fuzz_text(data, size);
	struct toml_error e;
	struct toml *t = toml_parse(a, in, &e);

	if (t) {
		check(t, 0);
	} else {
		BUG_ON(!e.line || !e.column || !e.why);
		BUG_ON(!text_starts(toml_error_text(a, in, &e), TEXT("TOML parse error at line ")));
	}
	return 0;
}
