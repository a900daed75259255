/* app/base/spdx.c: a refusal quotes the expression and marks a place in it; in brackets an
 * expression stays one. */
#include "app/base/spdx.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct text in = fuzz_text(data, size), why = spdx_error(a, in), mark;

	if (!why.p) {
		BUG_ON(spdx_error(a, text_fmt(a, "(%.*s) OR MIT", TEXT_F(in))).p);
		return 0;
	}
	BUG_ON(!text_starts(why, in) || why.n <= in.n + 1 || why.p[in.n] != '\n');
	mark = text_sub(why, in.n + 1, why.n);
	for (size_t i = 0; i < mark.n && (mark.p[i] == ' ' || mark.p[i] == '^' || mark.p[i] == '-');
	     i++)
		BUG_ON(i > in.n + 1);
	return 0;
}
