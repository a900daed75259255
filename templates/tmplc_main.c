/* templates/tmplc IN OUT NAME: compiles the template IN into the C file OUT; NAME is what errors call it. */
#include "app/base/arena.h"
#include "templates/tmplc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { TEMPLATE_MAX_BYTES = 1024 * 1024, OUT_MAX_BYTES = 16 * 1024 * 1024 };

static bool read_file(struct arena *a, const char *path, struct text *ret)
{
	char *p = arena_alloc(a, TEMPLATE_MAX_BYTES);
	FILE *f = fopen(path, "re");
	size_t n;

	if (!f)
		return false;
	n = fread(p, 1, TEMPLATE_MAX_BYTES, f);
	*ret = (struct text){ p, n };
	return !fclose(f);
}

static bool write_file(const char *path, struct text t)
{
	FILE *f = fopen(path, "we");
	bool ok = f && fwrite(t.p, 1, t.n, f) == t.n;

	return f && !fclose(f) && ok;
}

static int compile(struct arena *a, char **argv)
{
	struct buf out = buf_init(a, OUT_MAX_BYTES);
	struct tmplc_error err = { 0 };
	struct text in;

	if (!read_file(a, argv[1], &in)) {
		(void)fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	if (!tmplc_compile(a, text_from(argv[3]), in, text_ends(text_from(argv[1]), TEXT(".html")),
			   &out, &err)) {
		(void)fprintf(stderr, "%s:%u: error: %.*s\n", argv[3], err.line, TEXT_F(err.why));
		return 1;
	}
	if (!write_file(argv[2], buf_text(&out))) {
		(void)fprintf(stderr, "%s: %s\n", argv[2], strerror(errno));
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new(0);
	int rc = 2;

	if (argc == 4)
		rc = compile(a, argv);
	else
		(void)fputs("usage: tmplc IN OUT NAME\n", stderr);
	arena_free(a);
	return rc;
}
