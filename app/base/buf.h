/*
 * A growing buffer in an arena, with a cap that is part of its declaration. Adding past the cap sets a sticky
 * overflow: whoever builds checks once, at the end, with buf_done or buf_ok.
 */
#pragma once

#include "app/base/text.h"

struct arena;
struct err;

struct buf {
	struct arena *arena;
	char *p;
	size_t n, room, cap;
	bool overflow;
	/* A sink takes what has been gathered whenever it passes 64 KiB, and the cap counts only what is held. */
	bool (*sink)(void *ctx, struct text part); /* false: overflow */
	void *sink_ctx;
};

struct buf buf_init(struct arena *a, size_t cap_bytes);
struct buf buf_init_sink(struct arena *a, bool (*sink)(void *ctx, struct text part), void *ctx);

/* Room for n more bytes, which count as written: the caller writes all of them at once. NULL: the cap is passed. */
char *buf_room(struct buf *b, size_t n);

void buf_add(struct buf *b, struct text t);
void buf_byte(struct buf *b, char c);
void buf_fmt(struct buf *b, const char *fmt, ...) printf_like(2, 3);
void buf_u64(struct buf *b, uint64_t v);
void buf_i64(struct buf *b, int64_t v);
void buf_hex(struct buf *b, const void *p, size_t n); /* lower case */
void buf_url(
	struct buf *b,
	struct text t); /* one path segment or query value: all but RFC 3986 unreserved as %XX */
/* What stands for c in HTML, in text and in attributes; absent: c itself. */
struct text html_reference(char c);

void buf_html(struct buf *b, struct text t); /* & < > " ' as references */

bool buf_ok(const struct buf *b); /* nothing was lost */
/* What is there so far, also after an overflow: good until more is added. arena */
struct text buf_text(const struct buf *b);
bool buf_flush(struct buf *b); /* hands what is held to the sink; buf_ok */

/* NULL, or ERR_INTERNAL where the cap was passed; then *ret is untouched. */
const struct err *must_use buf_done(struct buf *b, struct text *ret);
