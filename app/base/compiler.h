/* What we ask of the compiler beyond C17: attributes, checked arithmetic, array length. */
#pragma once

#include <stddef.h>

#define must_use __attribute__((warn_unused_result))
#define no_return __attribute__((noreturn))
#define printf_like(fmt, args) __attribute__((format(printf, fmt, args)))
#define may_be_unused __attribute__((unused))
#define cleanup_with(fn) __attribute__((cleanup(fn)))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* True when the sum or product does not fit; then *ret is not to be used. Any integer types. */
#define ckd_add(ret, a, b) __builtin_add_overflow((a), (b), (ret))
#define ckd_sub(ret, a, b) __builtin_sub_overflow((a), (b), (ret))
#define ckd_mul(ret, a, b) __builtin_mul_overflow((a), (b), (ret))

/*
 * A broken promise of our own, never something a client sent. Writes file, line, condition and the id of the
 * request in hand to the log and aborts: the master starts another worker.
 */
#define BUG_ON(cond)                                                                               \
	do {                                                                                       \
		if (__builtin_expect(!!(cond), 0))                                                 \
			bug_found(__FILE__, __LINE__, #cond);                                      \
	} while (0)

no_return void bug_found(const char *file, int line, const char *cond);

/* The id that bug_found writes; borrowed, kept until the next call. NULL for none. */
void bug_request_id(const char *id);
