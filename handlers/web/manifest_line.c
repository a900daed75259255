#include "handlers/web/manifest_line.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/server/req.h"

struct text manifest_line(struct req *r, struct text name, const char *op, struct text num)
{
	struct text registry = r->cfg->registry.name;

	if (!registry.n)
		return text_fmt(r->arena, "%.*s = \"%s%.*s\"", TEXT_F(name), op, TEXT_F(num));
	return text_fmt(r->arena, "%.*s = { version = \"%s%.*s\", registry = \"%.*s\" }",
			TEXT_F(name), op, TEXT_F(num), TEXT_F(registry));
}

struct text cargo_line(struct req *r, const char *verb, struct text name, const char *op,
		       struct text num)
{
	struct text registry = r->cfg->registry.name;
	struct text line = text_fmt(r->arena, "cargo %s %.*s", verb, TEXT_F(name));

	if (num.p)
		line = text_fmt(r->arena, "%.*s%s%.*s", TEXT_F(line), op, TEXT_F(num));
	if (registry.n)
		line = text_fmt(r->arena, "%.*s --registry %.*s", TEXT_F(line), TEXT_F(registry));
	return line;
}
