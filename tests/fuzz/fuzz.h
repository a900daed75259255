/*
 * The frame of the fuzz targets. tests/fuzz/fuzz_NAME.c defines LLVMFuzzerTestOneInput; its name
 * goes into fuzz_targets in Makefile.am (one line), its seeds into tests/fuzz/corpus/NAME/, words
 * worth trying into tests/fuzz/corpus/NAME.dict (optional).
 *
 * A plain build links fuzz_main.c: `make check` runs each target over its corpus and over prefixes
 * of each seed. With `CC=clang ../configure --enable-fuzz` they are libFuzzer binaries, and `make
 * fuzz` runs each for FUZZ_SECONDS (20), new finds in fuzz-out/NAME/. A find that was fixed becomes
 * a seed.
 *
 * A target checks more than that nothing crashes: what the parser accepts must keep the parser's
 * promises (BUG_ON).
 */
#pragma once

#include "app/base/arena.h"
#include "app/base/text.h"

#include <stdint.h>

/* Returns 0, or -1 for an input that is not worth keeping in a corpus. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input as text; borrowed. */
static inline struct text fuzz_text(const uint8_t *data, size_t size)
{
	return (struct text){ size ? (const char *)data : "", size };
}

/* An empty arena; the same one each time, so what the last input left in it is gone. */
static inline struct arena *fuzz_arena(void)
{
	static struct arena *a;

	if (!a)
		a = arena_new(0);
	arena_reset(a);
	return a;
}
