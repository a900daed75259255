/* app/base/user_agent.c: whatever a stranger says, the words are ours, and what stands behind the bound changes nothing. */
#include "app/base/user_agent.h"
#include "tests/fuzz/fuzz.h"

enum { WORDS_MAX_BYTES = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct text in = fuzz_text(data, size), words = user_agent_words(a, in);

	BUG_ON(words.n > WORDS_MAX_BYTES);
	for (size_t i = 0; i < words.n; i++)
		BUG_ON(words.p[i] < ' ' || words.p[i] > 'z' || words.p[i] == '<');
	BUG_ON(!text_eq(words, user_agent_words(a, text_sub(in, 0, USER_AGENT_MAX_BYTES))));
	return 0;
}
