#include "templates/settings.h"

#include "app/registry/name.h"

struct text pattern_words(const struct tmpl *t, struct text pattern)
{
	struct arena *a = t->b->arena;

	if (!crate_scope_is_valid(pattern))
		return TEXT("Invalid crate name pattern");
	if (text_eq(pattern, TEXT("*")))
		return TEXT("Matches all crates");
	if (text_ends(pattern, TEXT("*")))
		return text_fmt(a, "Matches all crates starting with %.*s",
				TEXT_F(text_sub(pattern, 0, pattern.n - 1)));
	return text_fmt(a, "Matches only the %.*s crate", TEXT_F(pattern));
}
