#include "app/inspect/readme_plain.h"

#include "app/base/arena.h"
#include "app/base/buf.h"

size_t readme_json_size(struct text t)
{
	size_t n = t.n;

	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];

		if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t' || c == '\b' ||
		    c == '\f')
			n += 1;
		else if (c < ' ')
			n += 5;
	}
	return n;
}

static struct text escape_of(char c)
{
	if (c == '\0') /* which no HTML may hold */
		return TEXT("\xef\xbf\xbd");
	return c == '\'' ? TEXT("&#x27;") : html_reference(c);
}

/* Escaped, with `newline` for line ends, until `room` bytes of JSON are used up; false when some of
 * it was left out. */
static bool put_escaped(struct buf *out, struct text t, struct text newline, size_t room)
{
	for (size_t i = 0; i < t.n; i++) {
		struct text part = t.p[i] == '\n' ? newline : escape_of(t.p[i]);
		size_t size;

		if (!part.p) /* all of a character, or none of it */
			for (part = text_sub(t, i, i + 1);
			     i + 1 < t.n && ((unsigned char)t.p[i + 1] & 0xc0) == 0x80; i++)
				part.n++;
		size = readme_json_size(part);
		if (size > room)
			return false;
		room -= size;
		buf_add(out, part);
	}
	return true;
}

struct text readme_other(struct arena *a, struct text t)
{
	struct buf b = buf_init(a, README_MAX_OUT);

	if (!put_escaped(&b, t, TEXT("<br>\n"), README_MAX_OUT - 2 * README_ANSWER_REST))
		buf_add(&b, TEXT("<br>\n[The rest of this file is too long to be shown.]"));
	return b.n ? buf_text(&b) : TEXT("");
}

struct text readme_plain(struct arena *a, struct text t)
{
	struct buf b = buf_init(a, README_MAX_OUT);
	bool all;

	buf_add(&b, TEXT("<p><em>This README is too large or too deeply nested to be rendered; "
			 "here is its text.</em></p>\n"
			 "<pre>"));
	if (t.n && t.p[0] == '\n')
		buf_byte(&b, '\n');
	all = put_escaped(&b, t, TEXT("\n"), README_MAX_OUT - 2 * README_ANSWER_REST);
	buf_add(&b, TEXT("</pre>\n"));
	if (!all)
		buf_add(&b, TEXT("<p><em>The rest of it is too long to be shown.</em></p>\n"));
	return buf_text(&b);
}
