/* app/base/query.c and url.c: paths, queries, cookies and web addresses of any bytes. */
#include "app/base/query.h"
#include "app/base/url.h"
#include "tests/fuzz/fuzz.h"

enum { PAIRS_MAX = 50 };

/* A path that was normalised has nothing left to normalise. */
static void check_path(struct arena *a, struct text in)
{
	struct text path = path_normalise(a, in), rest = path, part;

	BUG_ON(!text_eq(path_normalise(a, path), path));
	BUG_ON(path.n > in.n + 1 || text_find(path, TEXT("//")) < path.n);
	while (in.n && in.p[0] == '/' && text_cut(&rest, '/', &part))
		BUG_ON(text_eq(part, TEXT("..")));
}

static void check_query(struct arena *a, struct text in)
{
	size_t n;
	struct query_pair *p = query_parse(a, in, PAIRS_MAX, &n);

	BUG_ON(n > PAIRS_MAX);
	for (size_t i = 0; i < n; i++)
		BUG_ON(!p[i].name.p || !p[i].value.p || !text_is_utf8(p[i].name) ||
		       !text_is_utf8(p[i].value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct text in = fuzz_text(data, size), host;

	check_path(a, in);
	check_query(a, in);
	BUG_ON(percent_decode(a, in).n > in.n);
	BUG_ON(cookie_find(in, TEXT("s")).n > in.n);
	host = url_host(a, in);
	BUG_ON(url_is_http(in) != (host.p != NULL));
	BUG_ON(host.p && (!host.n || !text_is_utf8(host)));
	return 0;
}
