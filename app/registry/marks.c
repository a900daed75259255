#include "app/registry/marks.h"

static bool says_no_std(const struct manifest *m)
{
	for (size_t i = 0; i < m->keywords.n; i++)
		if (text_eq_nocase(m->keywords.v[i], TEXT("no_std")) ||
		    text_eq_nocase(m->keywords.v[i], TEXT("no-std")))
			return true;
	for (size_t i = 0; i < m->categories.n; i++)
		if (text_eq(m->categories.v[i], TEXT("no-std")) ||
		    text_starts(m->categories.v[i], TEXT("no-std::")))
			return true;
	return false;
}

uint64_t marks_of(const struct manifest *m)
{
	return (says_no_std(m) ? MARK_NO_STD : 0U) | (m->proc_macro ? MARK_PROC_MACRO : 0U) |
	       (m->build_script ? MARK_BUILD : 0U);
}
