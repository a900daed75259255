/* Reading the packed form, and what style sheets call the classes: all that workers need of the tokens. */
#include "app/inspect/tokens.h"

enum { LENGTH_BITS_MAX = 35 };

const char *token_css_class(enum token_class c)
{
	static const char *const classes[TOKEN_CLASSES] = {
		[TOKEN_COMMENT] = "c",   [TOKEN_STRING] = "s", [TOKEN_NUMBER] = "n",
		[TOKEN_KEYWORD] = "k",   [TOKEN_TYPE] = "t",   [TOKEN_NAME] = "f",
		[TOKEN_ATTRIBUTE] = "a",
	};

	return classes[c];
}

bool tokens_next(struct text *packed, enum token_class *ret_class, size_t *ret_n)
{
	uint64_t n = 0;
	unsigned c;

	if (packed->n < 2)
		return false;
	c = (unsigned char)packed->p[0];
	if (c >= TOKEN_CLASSES)
		return false;
	for (unsigned i = 1, shift = 0; i < packed->n && shift < LENGTH_BITS_MAX;
	     i++, shift += LEB_BITS) {
		unsigned char byte = (unsigned char)packed->p[i];

		n |= (uint64_t)(byte & (LEB_MORE - 1)) << shift;
		if (byte & LEB_MORE)
			continue;
		if (n == 0 || byte == 0) /* nothing, or longer than it need be */
			return false;
		*packed = text_sub(*packed, i + 1, packed->n);
		*ret_class = (enum token_class)c;
		*ret_n = (size_t)n;
		return true;
	}
	return false;
}
