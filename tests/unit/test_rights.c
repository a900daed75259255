/* app/registry/rights.c and ratelimit.c: who may, and how often. */
#include "app/base/time.h"
#include "app/registry/ratelimit.h"
#include "app/registry/rights.h"
#include "app/registry/team.h"
#include "tests/unit/check.h"

static void who_may_what(void **state)
{
	static const struct {
		enum rights_action action;
		const char *owner, *team, *admin, *stranger; /* the refusal; NULL: may */
	} t[] = {
#define NOT_OWNER                                                                                  \
	"this crate exists but you don't seem to be an owner. If you believe this is a mistake, "  \
	"perhaps you need to accept an invitation to be an owner before publishing."
		{ RIGHTS_TO_PUBLISH, NULL, NULL, NOT_OWNER, NOT_OWNER },
		{ RIGHTS_TO_YANK, NULL, NULL, NULL, "must already be an owner to yank or unyank" },
		{ RIGHTS_TO_CHANGE_OWNERS, NULL,
		  "team members don't have permission to modify owners",
		  "only owners have permission to modify owners",
		  "only owners have permission to modify owners" },
		{ RIGHTS_TO_DELETE, NULL, "team members don't have permission to delete crates",
		  "only owners have permission to delete crates",
		  "only owners have permission to delete crates" },
		{ RIGHTS_TO_CHANGE_SETTINGS, NULL,
		  "only owners have permission to modify crate settings",
		  "only owners have permission to modify crate settings",
		  "only owners have permission to modify crate settings" },
		{ RIGHTS_TO_LIST_INVITATIONS, NULL,
		  "only crate owners can query pending invitations for their crate",
		  "only crate owners can query pending invitations for their crate",
		  "only crate owners can query pending invitations for their crate" },
		{ RIGHTS_TO_REBUILD_DOCS, NULL, NULL,
		  "user doesn't have permission to trigger a docs rebuild",
		  "user doesn't have permission to trigger a docs rebuild" },
	};
	const struct rights_actor owner = { .is_owner = true, .in_team = true },
				  team = { .in_team = true }, admin = { .is_admin = true },
				  stranger = { 0 };
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		check_err("owner", rights_require(a, &owner, t[i].action), 403, t[i].owner);
		check_err("team", rights_require(a, &team, t[i].action), 403, t[i].team);
		check_err("admin", rights_require(a, &admin, t[i].action), 403, t[i].admin);
		check_err("stranger", rights_require(a, &stranger, t[i].action), 403,
			  t[i].stranger);
	}
	assert_true(rights_ask_teams(RIGHTS_TO_PUBLISH) && rights_ask_teams(RIGHTS_TO_DELETE));
	assert_false(rights_ask_teams(RIGHTS_TO_CHANGE_SETTINGS));
	assert_int_equal(rights_of(&owner), RIGHTS_FULL);
	assert_int_equal(rights_of(&team), RIGHTS_PUBLISH);
	assert_int_equal(rights_of(&admin), RIGHTS_NONE);
}

static void team_logins(void **state)
{
	static const struct {
		const char *in, *org, *team, *why; /* why NULL: it is one */
	} t[] = {
		{ "github:acme:core", "acme", "core", NULL },
		{ "github:Acme_1-x:Core:rest:more", "Acme_1-x", "Core", NULL },
		{ "github::", "", "", NULL },
		{ "github:a:../b c", "a", "../b c", NULL },
#define HANDLER "unknown organization handler, only 'github:org:team' is supported"
		{ "", NULL, NULL, HANDLER },
		{ ":", NULL, NULL, HANDLER },
		{ "GitHub:a:b", NULL, NULL, HANDLER },
		{ "gitlab:a", NULL, NULL, HANDLER },
		{ "github", NULL, NULL, "missing github team argument; format is github:org:team" },
		{ "github:a/b", NULL, NULL,
		  "missing github team argument; format is github:org:team" },
		{ "github:a b:c", NULL, NULL,
		  "organization cannot contain special characters like  " },
		{ "github:a\xc3\xa4/:c", NULL, NULL,
		  "organization cannot contain special characters like \xc3\xa4" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct text org = TEXT_NONE, team = TEXT_NONE;
		const struct err *e = team_login_split(a, text_from(t[i].in), &org, &team);

		check_err(t[i].in, e, 400, t[i].why);
		check_text_of(t[i].in, org, t[i].org);
		check_text_of(t[i].in, team, t[i].team);
	}
}

static void a_new_bucket_gives_its_burst(void **state)
{
	const struct limit l = { .rate_s = 600, .burst = 5 };
	int64_t now = 1000 * (int64_t)US_PER_S;
	struct bucket b = bucket_new(&l, now); /* the first call */

	(void)state;
	for (int i = 2; i <= 5; i++)
		assert_true(bucket_take(&b, &l, now));
	assert_false(bucket_take(&b, &l, now));
	assert_false(bucket_take(&b, &l, now + 599 * (int64_t)US_PER_S));
	assert_int_equal(b.tokens, 0);
	assert_true(b.refilled_us == now);
}

static void refills(void **state)
{
	static const struct {
		int64_t tokens, elapsed_s;
		bool pass;
		int64_t tokens_after, refilled_s;
	} t[] = {
		{ 0, 60, true, 1, 60 },     { 1, 60, true, 1, 60 }, { 1, 59, false, 0, 0 },
		{ 0, 179, true, 2, 120 },   { 3, 0, true, 2, 0 },   { 3, -100, true, 2, 0 },
		{ 3, 6000, true, 4, 6000 }, { 0, -1, false, 0, 0 }, { -5, 60, true, 1, 60 },
		{ 9, 0, true, 4, 0 }, /* the burst was made smaller */
	};
	const struct limit l = { .rate_s = 60, .burst = 4 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct bucket b = { .tokens = t[i].tokens, .refilled_us = 0 };

		assert_int_equal(bucket_take(&b, &l, t[i].elapsed_s * US_PER_S), t[i].pass);
		assert_int_equal(b.tokens, t[i].tokens_after);
		assert_true(b.refilled_us == t[i].refilled_s * US_PER_S);
	}
}

static void refusal(void **state)
{
	const struct limit l = { .rate_s = 60, .burst = 4 };
	const struct bucket b = { .tokens = 0, .refilled_us = 1785585600 * (int64_t)US_PER_S };
	const struct err *e = bucket_refusal(check_arena(state), LIMIT_YANK, &b, &l,
					     b.refilled_us + 18500000, TEXT("https://x.test"));

	check_err("yank", e, 429,
		  "You have yanked or unyanked too many versions in a short period of time. Please "
		  "try again after Sat, 01 Aug 2026 12:01:00 GMT and see "
		  "https://x.test/docs/rate-limits for more details.");
	assert_int_equal(e->retry_after_s, 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_may_what),
		cmocka_unit_test(team_logins),
		cmocka_unit_test(a_new_bucket_gives_its_burst),
		cmocka_unit_test(refills),
		cmocka_unit_test(refusal),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
