/* Times are microseconds since 1970-01-01 UTC in an int64_t (names end in _us); durations name their unit. */
#pragma once

#include "app/base/text.h"

enum { US_PER_MS = 1000, US_PER_S = 1000000 };

struct time_text {
	char s[40];
};

int64_t time_now_us(void);       /* the wall clock */
int64_t time_monotonic_us(void); /* for measuring; never goes back */

/* "2017-01-06T14:23:11Z", fraction absent when zero, else 3 or 6 digits (contract/api.md 4.4). */
struct time_text time_rfc3339(int64_t us);

/* "2017-01-06T14:23:11Z": cut to seconds (index pubtime, messages). */
struct time_text time_rfc3339_s(int64_t us);

/* "Sat, 01 Aug 2026 12:00:00 GMT" (RFC 9110 5.6.7). */
struct time_text time_http(int64_t us);

/* "Sat, 1 Aug 2026 12:00:00 +0000" (RFC 2822 3.3), as feeds have it. */
struct time_text time_rfc2822(int64_t us);

/* "2026-08-01" */
struct time_text time_date(int64_t us);

/* "2026-08-01", exactly: the begin of that day. False if it is none. */
bool time_parse_date(struct text t, int64_t *ret_us);

/* RFC 3339 with any offset and up to 9 fractional digits (cut to µs); years 0001 to 9999. False if it is none. */
bool time_parse_rfc3339(struct text t, int64_t *ret_us);

/* All three forms of RFC 9110 5.6.7. False if it is none. */
bool time_parse_http(struct text t, int64_t *ret_us);

/* "10/Oct/2000:20:55:36 +0000", as web servers' logs have it ("%d/%b/%Y:%H:%M:%S %z"). */
struct time_text time_clf(int64_t us);

/* The same with any offset. False if it is none. */
bool time_parse_clf(struct text t, int64_t *ret_us);
