/*
 * app/registry/manifest*.c: a Cargo.toml, then paths of the archive, each behind a NUL. Either a sentence, or a manifest
 * with what the header promises.
 */
#include "app/registry/manifest.h"
#include "tests/fuzz/fuzz.h"

enum { MAX_PATHS = 64 };

static void check_texts(const struct texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		BUG_ON(!t->v[i].p);
}

static void check(const struct manifest *m)
{
	BUG_ON(!m->name.p || !m->version.p || m->has_lib != (m->lib_name.p != NULL));
	check_texts(&m->keywords);
	check_texts(&m->categories);
	check_texts(&m->bin_names);
	for (size_t i = 0; i < m->nfeatures; i++) {
		BUG_ON(i > 0 && text_cmp(m->features[i - 1].name, m->features[i].name) >= 0);
		check_texts(&m->features[i].values);
	}
	for (size_t i = 0; i < m->ndeps; i++) {
		const struct manifest_dep *d = &m->deps[i];

		BUG_ON(!d->name.p || !d->req.p || d->kind > DEP_DEV);
		BUG_ON(i > 0 &&
		       !m->deps[i - 1].target.p < !d->target.p); /* those of targets come last */
		check_texts(&d->features);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct text rest = fuzz_text(data, size), toml, path, kept[MAX_PATHS];
	struct texts paths = { kept, 0 };
	struct manifest m;
	const struct text *why;

	(void)text_cut(&rest, '\0', &toml);
	if (!text_is_utf8(toml))
		return -1;
	while (paths.n < MAX_PATHS && text_cut(&rest, '\0', &path))
		kept[paths.n++] = path;
	why = manifest_parse(a, toml, paths, &m);
	BUG_ON(why && why->n == 0);
	if (!why)
		check(&m);
	return 0;
}
