#include "app/base/config.h"

bool config_list_next(struct text *rest, struct text *ret_part)
{
	while (text_cut(rest, ',', ret_part)) {
		*ret_part = text_trim(*ret_part);
		if (ret_part->n)
			return true;
	}
	return false;
}

/* The next word of a part; false at its end. */
static bool next_word(struct text *rest, struct text *ret)
{
	*rest = text_trim(*rest);
	return rest->n && text_cut(rest, ' ', ret);
}

bool config_issuer_next(struct text *rest, struct config_issuer *ret)
{
	static const char *const kinds[] = { "github", "gitlab", "oidc" };
	struct text part, word;
	size_t kind = 0;

	if (!config_list_next(rest, &part) || !next_word(&part, &word))
		return false;
	while (kind < ARRAY_SIZE(kinds) && !text_eq(word, text_from(kinds[kind])))
		kind++;
	*ret = (struct config_issuer){ .kind = (enum issuer_kind)kind };
	if (kind == ARRAY_SIZE(kinds) || !next_word(&part, &ret->url))
		return false;
	(void)next_word(&part, &ret->keys_url);
	return !next_word(&part, &word);
}

const char *config_served(const struct config *cfg)
{
	return cfg->registry.auth_required ? "private/" : "";
}

bool config_sign_up_open(const struct config *cfg)
{
	if (cfg->auth.sign_up.n)
		return text_eq(cfg->auth.sign_up, TEXT("open"));
	return !cfg->registry.auth_required;
}
