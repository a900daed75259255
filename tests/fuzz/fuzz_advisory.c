/* app/registry/advisory_file.c and affected.c: an advisory of any bytes, and which versions it is about. */
#include "app/registry/advisory_file.h"
#include "app/registry/affected.h"
#include "tests/fuzz/fuzz.h"

/* What lies in a requirement by precedence is not affected, whatever the other ones say. */
static void check_ranges(struct arena *a, const struct advisory_file *f)
{
	struct affected r = affected_of(a, f->patched, f->unaffected);
	struct semver v;

	BUG_ON(r.n > f->patched.n + f->unaffected.n + 1 || !affected_words(a, &r).n);
	for (size_t i = 0; i < r.n; i++) {
		const struct affected_range *x = &r.v[i];

		BUG_ON((i > 0 && !x->from.set) || (i + 1 < r.n && !x->to.set));
		BUG_ON(x->from.set && x->to.set && semver_cmp(&x->from.v, &x->to.v) > 0);
		BUG_ON(i > 0 && semver_cmp(&r.v[i - 1].to.v, &x->from.v) > 0);
		if (x->from.set && x->from.inclusive)
			BUG_ON(!affected_has(&r, &x->from.v));
	}
	for (size_t i = 0; i < f->patched.n; i++) {
		struct text req = f->patched.v[i];

		if (text_starts(req, TEXT("=")) && semver_parse(text_sub(req, 1, req.n), &v))
			BUG_ON(affected_has(&r, &v));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct text in = fuzz_text(data, size), package, id;
	struct advisory_file f;
	const char *why = advisory_file_read(a, in, &f);

	if (advisory_file_path(in, &package, &id))
		BUG_ON(!package.n || !id.n || id.n > ADVISORY_ID_MAX);
	if (why)
		return 0;
	BUG_ON(!f.id.n || !f.package.n || !f.title.n || !f.description.p);
	BUG_ON(f.title.n > ADVISORY_WORDS_MAX || text_has_byte(f.title, '\n'));
	BUG_ON(f.patched.n > ADVISORY_LIST_MAX || f.aliases.n > ADVISORY_LIST_MAX);
	BUG_ON(f.informational.n > ADVISORY_INFORMATIONAL_MAX || f.cvss.n > ADVISORY_CVSS_MAX);
	check_ranges(a, &f);
	return 0;
}
