#include "app/cli/cli.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/server/app.h"
#include "db/user.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SECRET_MAX = 4096 };

int cli_say(const char *fmt, ...)
{
	va_list ap;

	(void)fputs("cratehouse: ", stderr);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	return 1;
}

int cli_fail(const struct err *e)
{
	if (e->cause.n)
		return cli_say("%.*s (%.*s)", TEXT_F(e->detail), TEXT_F(e->cause));
	return cli_say("%.*s", TEXT_F(e->detail));
}

int cli_usage(const struct cli *c)
{
	(void)fprintf(stderr, "usage: cratehouse %s%s%s\n", c->command->name,
		      *c->command->usage ? " " : "", c->command->usage);
	return 2;
}

int cli_print(struct text t)
{
	if ((t.n && fwrite(t.p, 1, t.n, stdout) != t.n) || fputc('\n', stdout) == EOF ||
	    fflush(stdout))
		return cli_say("cannot write to standard output");
	return 0;
}

static void list_add(struct cli *c, struct texts *list, struct text t)
{
	if (!list->v)
		list->v = arena_array(c->arena, (size_t)c->argc, sizeof(*list->v));
	list->v[list->n++] = t;
}

static const struct cli_option *find_option(const struct cli_option *options, struct text name)
{
	for (; options && options->name; options++)
		if (text_eq(text_from(options->name), name))
			return options;
	return NULL;
}

/* Takes the option at *at, and its value, which may be the next word. */
static bool take_option(struct cli *c, const struct cli_option *options, int *at)
{
	struct text value = text_from(c->argv[*at]), name;
	const struct cli_option *o;

	(void)text_cut(&value, '=', &name);
	o = find_option(options, name);
	if (!o) {
		(void)cli_say("unknown option %.*s", TEXT_F(name));
		return false;
	}
	if (o->flag) {
		if (value.p)
			(void)cli_say("%s takes no value", o->name);
		*o->flag = true;
		return !value.p;
	}
	if (!value.p && ++*at < c->argc)
		value = text_from(c->argv[*at]);
	if (!value.p) {
		(void)cli_say("%s wants a value", o->name);
		return false;
	}
	if (o->list)
		list_add(c, o->list, value);
	else
		*o->value = value;
	return true;
}

bool cli_parse(struct cli *c, const struct cli_option *options, size_t min, size_t max,
	       struct texts *ret_rest)
{
	struct texts rest = { 0 };
	bool options_over = false, ok = true;

	for (int i = 0; ok && i < c->argc; i++) {
		if (options_over || c->argv[i][0] != '-' || !c->argv[i][1])
			list_add(c, &rest, text_from(c->argv[i]));
		else if (!strcmp(c->argv[i], "--"))
			options_over = true;
		else
			ok = take_option(c, options, &i);
	}
	if (!ok || rest.n < min || rest.n > max) {
		(void)cli_usage(c);
		return false;
	}
	*ret_rest = rest;
	return true;
}

const struct config *cli_config(struct cli *c)
{
	struct text why;
	const struct config *cfg = config_load(c->arena, c->config_path, &why);

	if (!cfg)
		(void)cli_say("%.*s", TEXT_F(why));
	return cfg;
}

static void close_app(void *p)
{
	app_close(p);
}

bool cli_open(struct cli *c)
{
	const struct config *cfg = cli_config(c);
	struct app *app;
	struct text why;

	if (!cfg)
		return false;
	app = arena_alloc(c->arena, sizeof(*app));
	if (!app_open(c->arena, cfg, NULL, app, &why)) {
		(void)cli_say("%.*s", TEXT_F(why));
		return false;
	}
	arena_defer(c->arena, close_app, app);
	db_use_arena(app->db, c->arena);
	c->app = app;
	return true;
}

bool cli_user(struct cli *c, struct text login, struct user_row *ret)
{
	const struct err *e;

	if (!cli_open(c))
		return false;
	e = db_user_by_login(c->app->db, login, ret);
	if (!e)
		return true;
	if (err_is(e, ERR_NOT_FOUND))
		(void)cli_say("there is no user %.*s", TEXT_F(login));
	else
		(void)cli_fail(e);
	return false;
}

bool cli_secret(struct cli *c, struct text arg, struct text *ret)
{
	char *p;

	if (!text_eq(arg, TEXT("-"))) {
		*ret = arg;
		return true;
	}
	p = arena_alloc(c->arena, SECRET_MAX);
	if (!fgets(p, SECRET_MAX, stdin)) {
		(void)cli_say("standard input is empty");
		return false;
	}
	*ret = text_trim(text_from(p));
	return true;
}
