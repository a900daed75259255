#include "app/registry/rights.h"

#include "app/base/err.h"

struct rule {
	enum rights least;
	bool admin_may;
	const char *team_text; /* for team members, where that differs; else NULL */
	const char *text;
};

static const struct rule rules[] = {
	[RIGHTS_TO_PUBLISH] = {
		RIGHTS_PUBLISH, false, NULL,
		"this crate exists but you don't seem to be an owner. If you believe this is a mistake, perhaps you need to accept an invitation to be an owner before publishing.",
	},
	[RIGHTS_TO_YANK] = {
		RIGHTS_PUBLISH, true, NULL,
		"must already be an owner to yank or unyank",
	},
	[RIGHTS_TO_CHANGE_OWNERS] = {
		RIGHTS_FULL, false, "team members don't have permission to modify owners",
		"only owners have permission to modify owners",
	},
	[RIGHTS_TO_DELETE] = {
		RIGHTS_FULL, false, "team members don't have permission to delete crates",
		"only owners have permission to delete crates",
	},
	[RIGHTS_TO_CHANGE_SETTINGS] = {
		RIGHTS_FULL, false, NULL,
		"only owners have permission to modify crate settings",
	},
	[RIGHTS_TO_LIST_INVITATIONS] = {
		RIGHTS_FULL, false, NULL,
		"only crate owners can query pending invitations for their crate",
	},
	[RIGHTS_TO_REBUILD_DOCS] = {
		RIGHTS_PUBLISH, false, NULL,
		"user doesn't have permission to trigger a docs rebuild",
	},
};

enum rights rights_of(const struct rights_actor *who)
{
	if (who->is_owner)
		return RIGHTS_FULL;
	return who->in_team ? RIGHTS_PUBLISH : RIGHTS_NONE;
}

bool rights_ask_teams(enum rights_action action)
{
	BUG_ON((size_t)action >= ARRAY_SIZE(rules));
	return rules[action].least <= RIGHTS_PUBLISH || rules[action].team_text;
}

const struct err *rights_require(struct arena *a, const struct rights_actor *who,
				 enum rights_action action)
{
	const struct rule *rule = &rules[action];
	enum rights has = rights_of(who);

	BUG_ON((size_t)action >= ARRAY_SIZE(rules));
	if (has >= rule->least || (rule->admin_may && who->is_admin))
		return NULL;
	if (has == RIGHTS_PUBLISH && rule->team_text)
		return err_new(a, ERR_AUTH, "%s", rule->team_text);
	return err_new(a, ERR_AUTH, "%s", rule->text);
}
