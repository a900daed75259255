/* app/inspect/tokens*.c: the first line of the input is the path, or the name behind a fence, the rest the file. */
#include "app/inspect/tokens.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text rest = fuzz_text(data, size), path, packed;
	struct buf b = buf_init(fuzz_arena(), size * 2);
	enum token_class c, last = TOKEN_CLASSES;
	enum tokens_language l;
	size_t n, sum = 0;

	if (!text_cut(&rest, '\n', &path) || !rest.p)
		return -1;
	l = tokens_language(path, rest);
	if (l == TOKENS_NONE)
		l = tokens_language_of_fence(path);
	tokens_write(&b, l, rest);
	BUG_ON(!buf_ok(&b)); /* two bytes for each byte are enough */
	packed = buf_text(&b);
	while (tokens_next(&packed, &c, &n)) {
		BUG_ON(c == last);
		last = c;
		sum += n;
	}
	BUG_ON(packed.n != 0 || sum != rest.n);
	/* What is no work of ours is refused or has lengths, and never runs on. */
	packed = rest;
	while (tokens_next(&packed, &c, &n))
		BUG_ON(n == 0 || c >= TOKEN_CLASSES);
	return l == TOKENS_NONE ? -1 : 0;
}
