/* app/inspect/diff.c: two texts, parted by a NUL. */
#include "app/inspect/diff.h"
#include "tests/fuzz/fuzz.h"

/* The new text, made of the old one and the changes. */
static struct text applied(const struct diff *d, size_t room)
{
	struct buf b = buf_init(fuzz_arena(), room);
	size_t i = 0;

	for (size_t c = 0; c <= d->nchanges; c++) {
		const struct diff_change *change = &d->changes[c];
		size_t end = c < d->nchanges ? change->a : d->a.n;

		for (; i < end; i++)
			buf_add(&b, d->a.v[i]);
		if (c == d->nchanges)
			break;
		BUG_ON(change->a_n == 0 && change->b_n == 0);
		for (size_t j = 0; j < change->b_n; j++)
			buf_add(&b, d->b.v[change->b + j]);
		i += change->a_n;
	}
	BUG_ON(!buf_ok(&b));
	return b.n ? buf_text(&b) : TEXT("");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text rest = fuzz_text(data, size), from;
	struct arena *a = arena_new(0);
	struct buf b = buf_init(a, 1 << 17);
	uint64_t budget = DIFF_STEPS;
	struct diff_room room = { 1000, 1 << 16 };
	struct diff d;

	if (text_cut(&rest, '\0', &from) && rest.p && diff_texts(a, from, rest, &budget, &d)) {
		(void)diff_unified(&b, &d, &room);
		BUG_ON(!buf_ok(&b));
		(void)fuzz_arena();
		BUG_ON(!text_eq(applied(&d, size), rest));
		BUG_ON(d.removed > d.a.n || d.added > d.b.n);
	}
	arena_free(a);
	return 0;
}
