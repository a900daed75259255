#include "app/base/err.h"

#include "app/base/arena.h"
#include "app/base/fmt.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct err *err_vmake(struct arena *a, enum err_kind kind, const char *where,
			     const char *fmt, va_list ap) __attribute__((format(printf, 4, 0)));

static struct err *err_vmake(struct arena *a, enum err_kind kind, const char *where,
			     const char *fmt, va_list ap)
{
	struct err *e = arena_alloc(a, sizeof(*e));
	size_t n = fmt_v(NULL, 0, fmt, ap);
	char *p = arena_alloc(a, n + 1);

	(void)fmt_v(p, n + 1, fmt, ap);
	e->kind = kind;
	e->where = where;
	e->detail = (struct text){ p, n };
	return e;
}

const struct err *err_make(struct arena *a, enum err_kind kind, unsigned status, const char *where,
			   const char *fmt, ...)
{
	struct err *e;
	va_list ap;

	va_start(ap, fmt);
	e = err_vmake(a, kind, where, fmt, ap);
	va_end(ap);
	e->status = (uint16_t)status;
	return e;
}

const struct err *err_make_because(struct arena *a, enum err_kind kind, const char *where,
				   struct text cause, const char *fmt, ...)
{
	struct err *e;
	va_list ap;

	va_start(ap, fmt);
	e = err_vmake(a, kind, where, fmt, ap);
	va_end(ap);
	e->cause = cause;
	return e;
}

const struct err *err_make_errno(struct arena *a, int saved_errno, const char *where,
				 const char *fmt, ...)
{
	struct err *e;
	va_list ap;
	bool busy = saved_errno == ENOSPC || saved_errno == EDQUOT || saved_errno == EMFILE ||
		    saved_errno == ENFILE || saved_errno == ENOMEM;

	va_start(ap, fmt);
	e = err_vmake(a, ERR_INTERNAL, where, fmt, ap);
	va_end(ap);
	e->cause = text_fmt(a, "%.*s: %s", TEXT_F(e->detail), strerror(saved_errno));
	if (busy) {
		e->kind = ERR_BUSY;
		e->detail = TEXT("Service unavailable");
		e->retry_after_s = 30;
	}
	return e;
}

const struct err *err_move(struct arena *to, const struct err *e)
{
	struct err *moved;

	if (!e)
		return NULL;
	moved = arena_copy(to, e, sizeof(*e));
	moved->detail = text_dup(to, e->detail);
	moved->cause = text_dup(to, e->cause);
	return moved;
}

bool err_is(const struct err *e, enum err_kind kind)
{
	return e && e->kind == kind;
}

unsigned err_status(const struct err *e)
{
	static const uint16_t status[] = {
		[ERR_INVALID] = 400, [ERR_AUTH] = 403, [ERR_NOT_FOUND] = 404, [ERR_EXISTS] = 409,
		[ERR_LIMIT] = 429,   [ERR_BUSY] = 503, [ERR_INTERNAL] = 500,
	};

	BUG_ON((size_t)e->kind >= ARRAY_SIZE(status));
	return e->status ? e->status : status[e->kind];
}

const char *err_kind_name(enum err_kind kind)
{
	static const char *const name[] = {
		[ERR_INVALID] = "invalid",   [ERR_AUTH] = "auth",   [ERR_NOT_FOUND] = "not_found",
		[ERR_EXISTS] = "exists",     [ERR_LIMIT] = "limit", [ERR_BUSY] = "busy",
		[ERR_INTERNAL] = "internal",
	};

	BUG_ON((size_t)kind >= ARRAY_SIZE(name));
	return name[kind];
}
