#include "templates/report.h"

const struct report_reason report_reasons[REPORT_REASONS] = {
	{ "spam", "It is spam or an advertisement" },
	{ "name-squatting", "It only holds a name, or is meant to be mistaken for another" },
	{ "abuse", "It insults or harasses somebody, or shows what has no place here" },
	{ "malicious-code", "It is meant to do harm: malicious code" },
	{ "vulnerability", "It has a hole" },
	{ "other", "Something else" },
};

bool report_has_reason(const struct report *r, const char *name)
{
	struct text rest = r->reasons, part;

	while (text_cut(&rest, ',', &part))
		if (text_eq(part, text_from(name)))
			return true;
	return false;
}
