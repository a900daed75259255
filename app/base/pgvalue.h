/* Values as PostgreSQL prints them in a COPY (contract/jobs.md 8). Each is false for what is no such value; absent is none. */
#pragma once

#include "app/base/hash.h"
#include "app/base/text.h"

struct arena;
struct buf;

bool pg_bool(struct text t, bool *ret);            /* t, f */
bool pg_time(struct text t, int64_t *ret_us);      /* 2017-01-01 00:00:00.123456+00 */
bool pg_date(struct text t);                       /* 2017-01-01 */
bool pg_sha256(struct text t, struct sha256 *ret); /* \x and 64 hexadecimal digits */

/* {a,"b c",NULL}: one dimension, an element NULL is absent. arena */
bool pg_array(struct arena *a, struct text t, struct texts *ret);

/* ---- writing them */

void pg_put_bool(struct buf *b, bool v);
void pg_put_time(struct buf *b, int64_t us); /* the fraction without zeros at its end */
void pg_put_bytes(struct buf *b, const void *p, size_t n);
void pg_put_array(struct buf *b, struct texts list);
