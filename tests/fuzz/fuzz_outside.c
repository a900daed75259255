/* What other machines say: headers, Base64, signatures, lists of administrators, and teams as people write them. */
#include "app/base/base64.h"
#include "app/base/crypt.h"
#include "app/outside/admin_list.h"
#include "app/outside/http.h"
#include "app/registry/team.h"
#include "tests/fuzz/fuzz.h"

enum { AGE_MAX = 3600 };

static void check_headers(struct text in)
{
	struct http_answer got = { .status = 200, .headers = in };
	struct text type = http_header(&got, TEXT("content-type"));
	int64_t age = http_max_age(&got, -1, AGE_MAX);

	BUG_ON(age < -1 || age > AGE_MAX);
	BUG_ON(http_is_json(&got) && !type.p);
	BUG_ON(type.n > in.n);
}

static void check_team(struct arena *a, struct text in)
{
	struct text org, team;

	if (team_login_split(a, in, &org, &team))
		return;
	BUG_ON(!text_starts(in, TEXT("github:")) || text_has_byte(org, ':') ||
	       text_has_byte(team, ':') || org.n + team.n >= in.n);
}

static void check_admins(struct arena *a, struct text in)
{
	const int64_t *ids;
	struct text why;
	size_t n;

	if (!admin_list_read(a, in, &ids, &n, &why)) {
		BUG_ON(!why.n);
		return;
	}
	BUG_ON(!n || n > ADMIN_LIST_MAX);
	for (size_t i = 0; i < n; i++)
		BUG_ON(ids[i] < 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct text in = fuzz_text(data, size), out;
	size_t at = 0;

	check_headers(in);
	check_team(a, in);
	check_admins(a, in);
	if (base64_decode(a, in, &out, &at))
		BUG_ON(out.n > in.n / 4 * 3);
	else
		BUG_ON(at > in.n);
	(void)p256_is_der(in);
	(void)p256_verify(in, in, in);
	return 0;
}
