#include "app/base/logrotate.h"

#include <fnmatch.h>

/* The next word of a line, in quotes or not; false at its end. */
static bool word(struct text *rest, struct text *ret)
{
	char end = ' ';

	*rest = text_trim(*rest);
	if (!rest->n)
		return false;
	if (rest->p[0] == '"' || rest->p[0] == '\'') {
		end = rest->p[0];
		*rest = text_sub(*rest, 1, rest->n);
	}
	return text_cut(rest, end, ret);
}

/* Whether one of the patterns before a block is for that path. */
static bool names(struct arena *a, struct text patterns, const char *path)
{
	struct text pattern;

	while (word(&patterns, &pattern))
		if (fnmatch(text_z(a, pattern), path, FNM_PATHNAME) == 0)
			return true;
	return false;
}

static void directive(struct text line, bool *copies)
{
	struct text first = TEXT("");

	(void)word(&line, &first);
	if (text_eq(first, TEXT("copytruncate")))
		*copies = true;
	if (text_eq(first, TEXT("nocopytruncate")))
		*copies = false;
}

bool logrotate_copies(struct arena *a, struct text conf, struct text path, bool *copies)
{
	const char *z = text_z(a, path);
	bool inside = false, script = false, ours = false, here = false;
	struct text rest = conf, line;

	while (text_cut(&rest, '\n', &line)) {
		size_t open;

		line = text_trim(line);
		if (script || text_starts(line, TEXT("#"))) {
			script = script && !text_starts(line, TEXT("endscript"));
		} else if (text_ends(line, TEXT("rotate")) && !text_has_byte(line, ' ') && inside) {
			script = true; /* prerotate, postrotate */
		} else if (text_ends(line, TEXT("action")) && inside) {
			script = true; /* firstaction, lastaction */
		} else if (inside && text_starts(line, TEXT("}"))) {
			if (ours && here)
				return true;
			inside = ours = false;
		} else if (inside) {
			directive(line, &here);
		} else {
			open = text_find_byte(line, '{');
			ours = ours || names(a, text_sub(line, 0, open), z);
			if (open < line.n) {
				inside = true;
				here = *copies;
			} else {
				directive(line, copies);
			}
		}
	}
	return false;
}
