#include "handlers/web/letters.h"

#include "app/base/arena.h"
#include "app/server/req.h"
#include "handlers/web/page_list.h"

enum { LETTERS = 26 };

const struct err *letters_wanted(struct req *r, char *ret)
{
	struct text letter;
	const struct err *e = req_query(r, "letter", &letter);
	char c;

	*ret = 0;
	if (e || !letter.n)
		return e;
	c = char_lower(letter.p[0]);
	*ret = c >= 'a' && c <= 'z' ? c : char_is_digit(c) ? '0' : '?';
	return NULL;
}

struct links letters_bar(struct req *r, const char *path, char chosen, bool figures)
{
	struct link *v = arena_array(r->arena, LETTERS + 2, sizeof(*v));
	struct text prefix = page_prefix(r, "letter");
	size_t n = 0;

	v[n++] = (struct link){ .href = text_from(path), .label = TEXT("All"), .current = !chosen };
	for (int c = 'a'; c <= 'z'; c++)
		v[n++] = (struct link){
			.href = text_fmt(r->arena, "%.*s%c", TEXT_F(prefix), c),
			.label = text_fmt(r->arena, "%c", c - 'a' + 'A'),
			.current = c == chosen,
		};
	if (figures)
		v[n++] = (struct link){ .href = text_fmt(r->arena, "%.*s0", TEXT_F(prefix)),
					.label = TEXT("0\xe2\x80\x93"
						      "9"),
					.current = chosen == '0' };
	return (struct links){ v, n };
}
