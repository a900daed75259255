/*
 * For the toml-test suite: reads TOML from standard input and prints it as the suite's tagged JSON
 * ({"key": {"type": "integer", "value": "1"}}); what is no TOML gives its error and exit status 1.
 */
#include "app/base/arena.h"
#include "app/base/jw.h"
#include "app/base/toml.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static void print_value(struct arena *a, struct jw *j, const struct toml *t);

static struct text real_text(struct arena *a, double d)
{
	if (isnan(d))
		return TEXT("nan");
	if (isinf(d))
		return d < 0 ? TEXT("-inf") : TEXT("inf");
	return text_fmt(a, "%.17g", d);
}

/* The suite reads dates by RFC 3339 alone: capital T and Z. */
static struct text date_text(struct arena *a, struct text t)
{
	char *p = text_z(a, t);

	for (size_t i = 0; i < t.n; i++)
		p[i] = p[i] == ' ' || p[i] == 't' ? 'T' : p[i] == 'z' ? 'Z' : p[i];
	return (struct text){ p, t.n };
}

static void print_leaf(struct arena *a, struct jw *j, const struct toml *t)
{
	static const char *const names[] = {
		[TOML_STRING] = "string",         [TOML_INTEGER] = "integer",
		[TOML_FLOAT] = "float",           [TOML_BOOL] = "bool",
		[TOML_DATETIME] = "datetime",     [TOML_DATETIME_LOCAL] = "datetime-local",
		[TOML_DATE_LOCAL] = "date-local", [TOML_TIME_LOCAL] = "time-local",
	};

	jw_text(j, "type", text_from(names[t->type]));
	if (t->type == TOML_STRING)
		jw_text(j, "value", t->v.string);
	else if (t->type == TOML_INTEGER)
		jw_text(j, "value", text_fmt(a, "%" PRId64, t->v.integer));
	else if (t->type == TOML_FLOAT)
		jw_text(j, "value", real_text(a, t->v.real));
	else if (t->type == TOML_BOOL)
		jw_text(j, "value", t->v.boolean ? TEXT("true") : TEXT("false"));
	else
		jw_text(j, "value", date_text(a, t->v.string));
}

/* Behind the key: the members, and the end. */
static void print_members(struct arena *a, struct jw *j, const struct toml *t)
{
	if (t->type != TOML_ARRAY && t->type != TOML_TABLE)
		print_leaf(a, j, t);
	for (const struct toml *m = t->first; m; m = m->next)
		print_value(a, j, m);
	jw_end(j);
}

static void print_value(struct arena *a, struct jw *j, const struct toml *t)
{
	if (t->type == TOML_ARRAY && t->key.p)
		jw_array_key(j, t->key);
	else if (t->type == TOML_ARRAY)
		jw_array(j, NULL);
	else if (t->key.p)
		jw_object_key(j, t->key);
	else
		jw_object(j, NULL);
	print_members(a, j, t);
}

int main(void)
{
	static char in[TOML_MAX_BYTES + 1];
	struct arena *a = arena_new(0);
	struct text text = { in, fread(in, 1, sizeof(in), stdin) };
	struct buf b = buf_init(a, (size_t)64 * 1024 * 1024);
	struct jw j = jw_init(&b);
	struct toml_error error;
	const struct toml *t = toml_parse(a, text, &error);

	if (t) {
		print_value(a, &j, t);
		printf("%.*s\n", TEXT_F(buf_text(&b)));
	} else {
		struct text why = toml_error_text(a, text, &error);

		fprintf(stderr, "%.*s", TEXT_F(why));
	}
	arena_free(a);
	return t ? 0 : 1;
}
