#include "templates/words.h"

#include "app/base/arena.h"

struct words words_of(struct arena *a, struct text t)
{
	size_t ticks = 0, n = 0;
	struct word_part *v;
	struct text part;

	for (size_t i = 0; i < t.n; i++)
		ticks += t.p[i] == '`';
	v = arena_array(a, ticks + 1, sizeof(*v));
	for (size_t left = ticks; t.n; n++) {
		bool code = t.p[0] == '`' && left >= 2;
		size_t end;

		if (code) {
			part = text_sub(t, 1, 1 + text_find_byte(text_sub(t, 1, t.n), '`'));
			end = part.n + 2;
			left -= 2;
		} else {
			end = left >= 2 ? text_find_byte(t, '`') : t.n;
			part = text_sub(t, 0, end);
		}
		v[n] = (struct word_part){ part, code };
		t = text_sub(t, end, t.n);
	}
	return (struct words){ v, n };
}
