#include "app/registry/team.h"

#include "app/base/err.h"

const struct err *team_login_split(struct arena *a, struct text login, struct text *ret_org,
				   struct text *ret_team)
{
	struct text rest = login, provider, org, team;

	(void)text_cut(&rest, ':', &provider);
	if (!text_eq(provider, TEXT("github")))
		return err_new(a, ERR_INVALID,
			       "unknown organization handler, only 'github:org:team' is supported");
	(void)text_cut(&rest, ':', &org);
	if (!rest.p)
		return err_new(a, ERR_INVALID,
			       "missing github team argument; format is github:org:team");
	(void)text_cut(&rest, ':', &team);
	for (size_t at = 0, from = 0; at < org.n; from = at) {
		uint32_t c;

		(void)text_next_char(org, &at, &c);
		if (c < 128 && (char_is_alnum((char)c) || c == '-' || c == '_'))
			continue;
		return err_new(a, ERR_INVALID,
			       "organization cannot contain special characters like %.*s",
			       TEXT_F(text_sub(org, from, at)));
	}
	*ret_org = org;
	*ret_team = team;
	return NULL;
}
