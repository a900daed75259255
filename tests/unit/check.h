/* What table tests share: cmocka's own header with what it needs before, and comparing texts and
 * errors. */
#pragma once

#include "app/base/arena.h"
#include "app/base/err.h"
#include "app/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* want NULL: absent. what names the case. */
static inline void check_text_of(const char *what, struct text got, const char *want)
{
	if (!text_eq(got, text_from(want)))
		fail_msg("%s: got \"%.*s\"%s, want \"%s\"", what, TEXT_F(got),
			 got.p ? "" : " (absent)", want ? want : "(absent)");
}

/* want NULL: no error; else the detail, and the status is the one given. */
static inline void check_err(const char *what, const struct err *e, unsigned status,
			     const char *want)
{
	check_text_of(what, e ? e->detail : TEXT_NONE, want);
	if (e && err_status(e) != status)
		fail_msg("%s: status %u, want %u", what, err_status(e), status);
}

static inline struct arena *check_arena(void **state)
{
	return *state;
}

static inline int check_setup(void **state)
{
	*state = arena_new(0);
	return 0;
}

static inline int check_teardown(void **state)
{
	arena_free(*state);
	return 0;
}
