/* printf for texts: `%.*s` with TEXT_F writes the whole text, also where a NUL stands in it. */
#pragma once

#include "app/base/compiler.h"

#include <stdarg.h>
#include <stddef.h>

/*
 * As vsnprintf, and with the same result: the bytes of the whole, of which at most room - 1 are written, and a NUL.
 * Known are the conversions d i u x X c s f g and %%, the lengths l ll z, and `*` in `%.*s` and `%.*g` alone; anything
 * else is a bug.
 */
size_t fmt_v(char *p, size_t room, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));
