#include "app/registry/scope.h"

static const char *const scopes[] = {
	"publish-new", "publish-update", "yank", "change-owners", "trusted-publishing",
};

bool endpoint_scope_is_valid(struct text scope)
{
	for (size_t i = 0; i < ARRAY_SIZE(scopes); i++)
		if (text_eq(scope, text_from(scopes[i])))
			return true;
	return false;
}
