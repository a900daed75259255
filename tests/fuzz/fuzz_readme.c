/*
 * app/inspect/readme*.c and sanitize*.c: whatever a README holds, what comes out is inert (safe_html.h knows nothing of
 * how it was made), in bounds, and not more after being read a second time.
 */
#include "app/inspect/readme.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/safe_html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct text paths[] = { TEXT_INIT("README.md"), TEXT_INIT("a/README"),
					     TEXT_INIT("README.txt") };
	struct arena *a = fuzz_arena();
	struct text all = fuzz_text(data, size), text = all;
	struct readme_in in = { .path_in_vcs = TEXT("sub"),
				.repository = TEXT("https://github.com/o/r") };
	struct text html;
	bool plain;

	in.path = paths[size % 7 == 0 ? 2 : size % 2];
	in.text = text;
	html = readme_render(a, &in, &plain);
	BUG_ON(!html.p || html.n > README_MAX_OUT);
	BUG_ON(safe_html_check(html) != NULL);
	in.text = html;
	in.path = paths[0];
	html = readme_render(a, &in, &plain);
	BUG_ON(safe_html_check(html) != NULL);
	return 0;
}
