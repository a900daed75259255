/*
 * app/inspect/readme*.c and sanitize*.c: whatever a README holds, what comes out is inert (safe_html.h knows nothing of
 * how it was made), in bounds, and not more after being read a second time. And templates/readme*.c, which bring it into a page:
 * no picture but by https, none where they are off, no field.
 */
#include "app/inspect/readme.h"
#include "templates/readme.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/safe_html.h"

/* Not by readme_attribute: a quote within a value is written &quot; so this is an attribute's own. */
static void check_page(struct arena *a, struct text html)
{
	struct text off = readme_html(a, html, README_IMAGES_OFF, SIZE_MAX).html.html;
	struct readme_shown direct = readme_html(a, html, README_IMAGES_DIRECT, 150 * 1024);
	struct text rest = direct.html.html;
	size_t n = 0;

	BUG_ON(text_find(off, TEXT("<img")) < off.n || text_find(off, TEXT("<source")) < off.n);
	while (text_find(rest, TEXT("<img")) < rest.n) {
		struct text tag = text_sub(rest, text_find(rest, TEXT("<img")), rest.n);
		size_t src = text_find(tag, TEXT(" src=\""));

		rest = text_sub(tag, 1, tag.n);
		tag = text_sub(tag, 0, text_find_byte(tag, '>'));
		BUG_ON(src >= tag.n ||
		       !text_eq_nocase(text_sub(tag, src + 6, src + 14), TEXT("https://")));
		n++;
	}
	BUG_ON(direct.images != (n > 0));
	for (rest = direct.html.html; text_find(rest, TEXT("<input ")) < rest.n;) {
		rest = text_sub(rest, text_find(rest, TEXT("<input ")) + 1, rest.n);
		BUG_ON(text_find(rest, TEXT(" type=\"checkbox\" disabled>")) >=
		       text_find_byte(rest, '>'));
	}
}

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
	check_page(a, html);
	in.text = html;
	in.path = paths[0];
	html = readme_render(a, &in, &plain);
	BUG_ON(safe_html_check(html) != NULL);
	return 0;
}
