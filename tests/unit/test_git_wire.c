/* app/index/git_wire.c: what cratehouse-git is told, and what it does not listen to. */
#include "app/index/git_wire.h"
#include "check.h"

#include <string.h>

static const struct git_record good[] = {
	{ GIT_OP_CRATE, TEXT_INIT("serde"), TEXT_INIT("se/rd/serde"), TEXT_INIT("{}\n") },
	{ GIT_OP_CRATE, TEXT_INIT("A"), TEXT_INIT("1/a"), { NULL, 0 } },
	{ GIT_OP_CRATE, TEXT_INIT("Foo-bar"), TEXT_INIT("fo/o-/foo-bar"), TEXT_INIT("") },
	{ GIT_OP_FILE, { NULL, 0 }, TEXT_INIT("aa/-b/aa-b"), TEXT_INIT("x") },
	{ GIT_OP_FILE, { NULL, 0 }, TEXT_INIT("config.json"), TEXT_INIT("{}") },
	{ GIT_OP_FILE, { NULL, 0 }, TEXT_INIT("3/a/abc"), { NULL, 0 } },
	{ GIT_OP_WHOLE, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ GIT_OP_COMMIT, { NULL, 0 }, { NULL, 0 }, TEXT_INIT("Update crates\n\nand more") },
	{ GIT_OP_COMPARE, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ GIT_OP_SQUASH, TEXT_INIT("2026-11-28"), { NULL, 0 }, { NULL, 0 } },
	{ GIT_OP_PACK, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ GIT_OP_PACK_ALL, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ GIT_OP_END, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
};

static void there_and_back(void **state)
{
	char head[GIT_WIRE_HEAD];
	struct git_wire_sizes s;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		const struct git_record *r = &good[i];

		if (!git_wire_put(r, head) || !git_wire_take(head, &s))
			fail_msg("record %zu is refused", i);
		assert_int_equal(s.op, r->op);
		assert_int_equal(s.name, r->name.n);
		assert_int_equal(s.path, r->path.n);
		assert_int_equal(s.bytes, r->bytes.n);
		assert_int_equal(s.absent, !r->bytes.p);
	}
}

static void no_records(void **state)
{
	static const struct git_record t[] = {
		{ GIT_OP_CRATE, TEXT_INIT("serde"), { NULL, 0 }, TEXT_INIT("{}") },
		{ GIT_OP_CRATE, { NULL, 0 }, TEXT_INIT("se/rd/serde"), TEXT_INIT("{}") },
		{ GIT_OP_CRATE, TEXT_INIT("se`rde"), TEXT_INIT("se/rd/serde"), TEXT_INIT("{}") },
		{ GIT_OP_CRATE, TEXT_INIT("serde\n"), TEXT_INIT("se/rd/serde"), TEXT_INIT("{}") },
		{ GIT_OP_FILE, TEXT_INIT("serde"), TEXT_INIT("se/rd/serde"), TEXT_INIT("{}") },
		{ GIT_OP_FILE, { NULL, 0 }, TEXT_INIT("../x"), TEXT_INIT("{}") },
		{ GIT_OP_FILE, { NULL, 0 }, TEXT_INIT("a/../x"), TEXT_INIT("{}") },
		{ GIT_OP_FILE, { NULL, 0 }, TEXT_INIT("/a"), TEXT_INIT("{}") },
		{ GIT_OP_FILE, { NULL, 0 }, TEXT_INIT("a/"), TEXT_INIT("{}") },
		{ GIT_OP_FILE, { NULL, 0 }, TEXT_INIT("a//b"), TEXT_INIT("{}") },
		{ GIT_OP_FILE, { NULL, 0 }, TEXT_INIT(".git/config"), TEXT_INIT("{}") },
		{ GIT_OP_FILE, { NULL, 0 }, TEXT_INIT("a\\b"), TEXT_INIT("{}") },
		{ GIT_OP_FILE, { NULL, 0 }, TEXT_INIT("a\0b"), TEXT_INIT("{}") },
		{ GIT_OP_COMMIT, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
		{ GIT_OP_WHOLE, { NULL, 0 }, { NULL, 0 }, TEXT_INIT("x") },
		{ GIT_OP_SQUASH, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
		{ GIT_OP_SQUASH, TEXT_INIT("2026-11-2x"), { NULL, 0 }, { NULL, 0 } },
		{ GIT_OP_SQUASH, TEXT_INIT("today"), { NULL, 0 }, { NULL, 0 } },
		{ GIT_OP_END, { NULL, 0 }, TEXT_INIT("a"), { NULL, 0 } },
		{ (enum git_op)0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
		{ (enum git_op)'x', { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	};
	char head[GIT_WIRE_HEAD];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		if (git_wire_put(&t[i], head))
			fail_msg("record %zu is taken", i);
}

static void too_long(void **state)
{
	static char room[GIT_WIRE_PATH_MAX + 2];
	struct git_record r = { .op = GIT_OP_FILE, .bytes = TEXT("x") };
	char head[GIT_WIRE_HEAD];

	(void)state;
	memset(room, 'a', sizeof(room));
	r.path = (struct text){ room, GIT_WIRE_PATH_MAX };
	assert_true(git_wire_put(&r, head));
	r.path.n++;
	assert_false(git_wire_put(&r, head));
	r.path.n = 1;
	r.bytes.n = GIT_WIRE_BYTES_MAX + 1; /* never looked at */
	assert_false(git_wire_put(&r, head));
	r = (struct git_record){
		GIT_OP_CRATE, { room, GIT_WIRE_NAME_MAX + 1 }, TEXT("a"), TEXT("x")
	};
	assert_false(git_wire_put(&r, head));
}

/* Any head is either refused or within the limits. */
static void any_head(void **state)
{
	char head[GIT_WIRE_HEAD];
	struct git_wire_sizes s;

	(void)state;
	assert_true(git_wire_put(&good[0], head));
	for (size_t at = 0; at < sizeof(head); at++)
		for (int byte = 0; byte < 256; byte++) {
			char other[GIT_WIRE_HEAD];

			memcpy(other, head, sizeof(head));
			other[at] = (char)byte;
			if (!git_wire_take(other, &s))
				continue;
			assert_true(s.name <= GIT_WIRE_NAME_MAX);
			assert_true(s.path <= GIT_WIRE_PATH_MAX);
			assert_true(s.bytes <= GIT_WIRE_BYTES_MAX);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(no_records),
		cmocka_unit_test(too_long),
		cmocka_unit_test(any_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
