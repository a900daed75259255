/*
 * Errors are values: NULL is success; anything else says who is to blame, what the client may read, and what only
 * the log may. They live in the arena they were made with. Library code makes and passes them on; only the reply
 * (or the command line, or the job runner) logs them, once.
 */
#pragma once

#include "app/base/text.h"

enum err_kind {
	ERR_INVALID,   /* 400 */
	ERR_AUTH,      /* 403 */
	ERR_NOT_FOUND, /* 404 */
	ERR_EXISTS,    /* 409, or what upstream answers there */
	ERR_LIMIT,     /* 429 */
	ERR_BUSY,      /* 503: database gone, disk full; the client may retry */
	ERR_INTERNAL,  /* 500: ours; detail is replaced by "Internal Server Error" */
};

struct err {
	enum err_kind kind;
	uint16_t
		status; /* 0: the kind's own; else what the contract says (405, 413, 415, 422, ...) */
	int64_t retry_after_s; /* 0: none */
	int64_t retry_at_us;   /* 429: the moment that the detail names; 0: none */
	struct text
		detail; /* to the client, in upstream's exact words; for ERR_INTERNAL to the log only */
	struct text cause; /* to the log only: mysql_stmt_error(), strerror(), a path */
	const char *where; /* "db/crate.c:88" */
};

#define ERR_STR2(x) #x
#define ERR_STR(x) ERR_STR2(x)
#define ERR_WHERE __FILE__ ":" ERR_STR(__LINE__)

/* arena, never NULL. The detail is printf's; it may be as long as the input that it quotes. */
#define err_new(arena, kind, ...) err_make((arena), (kind), 0, ERR_WHERE, __VA_ARGS__)
#define err_new_status(arena, kind, status, ...)                                                   \
	err_make((arena), (kind), (status), ERR_WHERE, __VA_ARGS__)

/* With a cause for the log: err_because(arena, ERR_BUSY, text, "Service unavailable"). The cause is borrowed. */
#define err_because(arena, kind, cause, ...)                                                       \
	err_make_because((arena), (kind), ERR_WHERE, (cause), __VA_ARGS__)

/* For a failed system call: ERR_BUSY for ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM; else ERR_INTERNAL; cause is strerror(). */
#define err_errno(arena, saved_errno, ...)                                                         \
	err_make_errno((arena), (saved_errno), ERR_WHERE, __VA_ARGS__)

const struct err *err_make(struct arena *a, enum err_kind kind, unsigned status, const char *where,
			   const char *fmt, ...) printf_like(5, 6);
const struct err *err_make_because(struct arena *a, enum err_kind kind, const char *where,
				   struct text cause, const char *fmt, ...) printf_like(5, 6);
const struct err *err_make_errno(struct arena *a, int saved_errno, const char *where,
				 const char *fmt, ...) printf_like(4, 5);

/* The same in another arena, before the one it was made with goes. NULL for NULL. */
const struct err *err_move(struct arena *to, const struct err *e);

bool err_is(const struct err *e, enum err_kind kind); /* false for NULL */
unsigned err_status(const struct err *e);      /* HTTP status: e->status, else the kind's own */
const char *err_kind_name(enum err_kind kind); /* "invalid", "auth", ... */
