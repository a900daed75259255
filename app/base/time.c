#include "app/base/time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const month_name[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char *const day_name[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

static int64_t clock_us(clockid_t clock)
{
	struct timespec ts;

	BUG_ON(clock_gettime(clock, &ts) != 0);
	return (int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / 1000;
}

int64_t time_now_us(void)
{
	return clock_us(CLOCK_REALTIME);
}

int64_t time_monotonic_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

/* Floor division, so that times before 1970 keep a positive remainder. */
static int64_t seconds_of(int64_t us, int64_t *ret_rest)
{
	int64_t s = us / US_PER_S, rest = us % US_PER_S;

	if (rest < 0) {
		s--;
		rest += US_PER_S;
	}
	*ret_rest = rest;
	return s;
}

enum { DAY_S = 86400, DAYS_400_YEARS = 146097, DAYS_TO_MARCH_OF_0 = 719468 };

/*
 * The proleptic Gregorian calendar, as gmtime_r(3) has it, which asks for the time zone under a lock each time. Years are
 * counted from March: the day that some years have more is then the last one of a year.
 */
static struct tm broken_down(int64_t us, int64_t *ret_rest)
{
	int64_t s = seconds_of(us, ret_rest);
	int64_t days = s / DAY_S - (s % DAY_S < 0), in_day = s - days * DAY_S;
	int64_t from_0 = days + DAYS_TO_MARCH_OF_0;
	int64_t era = (from_0 < 0 ? from_0 - (DAYS_400_YEARS - 1) : from_0) / DAYS_400_YEARS;
	int64_t in_era = from_0 - era * DAYS_400_YEARS;
	int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int64_t month =
		(5 * in_year + 2) / 153; /* 0: March. Five months have 153 days, twice over */
	int64_t wday = (days + 4) % 7;   /* 1970 began with a Thursday */

	return (struct tm){
		.tm_year = (int)(era * 400 + year + (month >= 10) - 1900),
		.tm_mon = (int)(month < 10 ? month + 2 : month - 10),
		.tm_mday = (int)(in_year - (153 * month + 2) / 5 + 1),
		.tm_hour = (int)(in_day / 3600),
		.tm_min = (int)(in_day / 60 % 60),
		.tm_sec = (int)(in_day % 60),
		.tm_wday = (int)(wday < 0 ? wday + 7 : wday),
	};
}

/* The last digits of v, and what stands before them; every log line and most answers hold a time, and printf is slow. */
static char *put(char *p, char before, int64_t v, size_t ndigits)
{
	if (before)
		*p++ = before;
	for (size_t i = ndigits; i--; v /= 10)
		p[i] = (char)('0' + v % 10);
	return p + ndigits;
}

/* "2017-01-06"; what four digits cannot say has six, as in ISO 8601. */
static char *put_date(char *p, const struct tm *tm)
{
	int year = tm->tm_year + 1900;

	p = put(p, year < 0 ? '-' : 0, year < 0 ? -year : year,
		year < -9999 || year > 9999 ? 6 : 4);
	p = put(p, '-', tm->tm_mon + 1, 2);
	return put(p, '-', tm->tm_mday, 2);
}

struct time_text time_rfc3339_s(int64_t us)
{
	struct time_text t;
	int64_t rest;
	struct tm tm = broken_down(us, &rest);
	char *p = put_date(t.s, &tm);

	p = put(p, 'T', tm.tm_hour, 2);
	p = put(p, ':', tm.tm_min, 2);
	p = put(p, ':', tm.tm_sec, 2);
	memcpy(p, "Z", 2);
	return t;
}

struct time_text time_rfc3339(int64_t us)
{
	struct time_text t = time_rfc3339_s(us);
	size_t n = strlen(t.s) - 1; /* over the Z */
	int64_t rest;

	(void)seconds_of(us, &rest);
	if (rest % 1000)
		memcpy(put(t.s + n, '.', rest, 6), "Z", 2);
	else if (rest)
		memcpy(put(t.s + n, '.', rest / 1000, 3), "Z", 2);
	return t;
}

struct time_text time_http(int64_t us)
{
	struct time_text t;
	int64_t rest;
	struct tm tm = broken_down(us, &rest);

	(void)snprintf(t.s, sizeof(t.s), "%s, %02d %s %04d %02d:%02d:%02d GMT",
		       day_name[tm.tm_wday], tm.tm_mday, month_name[tm.tm_mon], tm.tm_year + 1900,
		       tm.tm_hour, tm.tm_min, tm.tm_sec);
	return t;
}

struct time_text time_clf(int64_t us)
{
	struct time_text t;
	int64_t rest;
	struct tm tm = broken_down(us, &rest);

	(void)snprintf(t.s, sizeof(t.s), "%02d/%s/%04d:%02d:%02d:%02d +0000", tm.tm_mday,
		       month_name[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return t;
}

struct time_text time_rfc2822(int64_t us)
{
	struct time_text t;
	int64_t rest;
	struct tm tm = broken_down(us, &rest);

	(void)snprintf(t.s, sizeof(t.s), "%s, %d %s %04d %02d:%02d:%02d +0000",
		       day_name[tm.tm_wday], tm.tm_mday, month_name[tm.tm_mon], tm.tm_year + 1900,
		       tm.tm_hour, tm.tm_min, tm.tm_sec);
	return t;
}

struct time_text time_date(int64_t us)
{
	struct time_text t;
	int64_t rest;
	struct tm tm = broken_down(us, &rest);

	*put_date(t.s, &tm) = '\0';
	return t;
}

static bool digits(struct text t, size_t from, size_t n, int *ret)
{
	uint64_t v;

	if (from + n > t.n || !text_u64(text_sub(t, from, from + n), 0, 9999, &v))
		return false;
	*ret = (int)v;
	return true;
}

static bool leap(int y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static bool valid(const struct tm *tm)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return tm->tm_year >= 1 && tm->tm_mon >= 0 && tm->tm_mon < 12 && tm->tm_mday >= 1 &&
	       tm->tm_mday <= days[tm->tm_mon] + (tm->tm_mon == 1 && leap(tm->tm_year)) &&
	       tm->tm_hour < 24 && tm->tm_min < 60 && tm->tm_sec <= 60;
}

/* tm with the real year and month 0 to 11 -> µs. */
static int64_t to_us(struct tm tm)
{
	tm.tm_year -= 1900;
	return (int64_t)timegm(&tm) * US_PER_S;
}

bool time_parse_date(struct text t, int64_t *ret_us)
{
	struct tm tm = { 0 };

	if (t.n != 10 || t.p[4] != '-' || t.p[7] != '-' || !digits(t, 0, 4, &tm.tm_year) ||
	    !digits(t, 5, 2, &tm.tm_mon) || !digits(t, 8, 2, &tm.tm_mday))
		return false;
	tm.tm_mon--;
	if (!valid(&tm))
		return false;
	*ret_us = to_us(tm);
	return true;
}

bool time_parse_rfc3339(struct text t, int64_t *ret_us)
{
	struct tm tm = { 0 };
	int64_t us, fraction = 0, scale = 100000;
	int oh, om;
	size_t at = 19;

	if (!digits(t, 0, 4, &tm.tm_year) || !digits(t, 5, 2, &tm.tm_mon) ||
	    !digits(t, 8, 2, &tm.tm_mday) || !digits(t, 11, 2, &tm.tm_hour) ||
	    !digits(t, 14, 2, &tm.tm_min) || !digits(t, 17, 2, &tm.tm_sec))
		return false;
	if (t.p[4] != '-' || t.p[7] != '-' || t.p[13] != ':' || t.p[16] != ':' ||
	    (t.p[10] != 'T' && t.p[10] != 't' && t.p[10] != ' '))
		return false;
	tm.tm_mon--;
	if (!valid(&tm))
		return false;
	if (at < t.n && t.p[at] == '.') {
		size_t from = ++at;

		for (; at < t.n && char_is_digit(t.p[at]); at++) {
			fraction += (t.p[at] - '0') * scale;
			scale /= 10;
		}
		if (at == from || at - from > 9)
			return false;
	}
	us = to_us(tm) + fraction;
	if (at + 1 == t.n && (t.p[at] == 'Z' || t.p[at] == 'z')) {
		*ret_us = us;
		return true;
	}
	if (at + 6 != t.n || (t.p[at] != '+' && t.p[at] != '-') || t.p[at + 3] != ':' ||
	    !digits(t, at + 1, 2, &oh) || !digits(t, at + 4, 2, &om) || oh > 23 || om > 59)
		return false;
	us += (int64_t)(oh * 60 + om) * 60 * US_PER_S * (t.p[at] == '+' ? -1 : 1);
	*ret_us = us;
	return true;
}

static bool month_of(struct text t, int *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(month_name); i++) {
		if (text_eq(t, text_from(month_name[i]))) {
			*ret = (int)i;
			return true;
		}
	}
	return false;
}

static bool clock_of(struct text t, struct tm *tm)
{
	return t.n == 8 && t.p[2] == ':' && t.p[5] == ':' && digits(t, 0, 2, &tm->tm_hour) &&
	       digits(t, 3, 2, &tm->tm_min) && digits(t, 6, 2, &tm->tm_sec);
}

bool time_parse_http(struct text t, int64_t *ret_us)
{
	size_t comma = text_find_byte(t, ',');
	struct tm tm = { 0 };
	struct text rest;
	bool ok;

	if (comma < t.n) {
		rest = text_trim(text_sub(t, comma + 1, t.n));
		if (rest.n == 24) { /* 06 Nov 1994 08:49:37 GMT */
			ok = digits(rest, 0, 2, &tm.tm_mday) &&
			     month_of(text_sub(rest, 3, 6), &tm.tm_mon) &&
			     digits(rest, 7, 4, &tm.tm_year) &&
			     clock_of(text_sub(rest, 12, 20), &tm);
		} else if (rest.n == 22) { /* 06-Nov-94 08:49:37 GMT */
			ok = digits(rest, 0, 2, &tm.tm_mday) &&
			     month_of(text_sub(rest, 3, 6), &tm.tm_mon) &&
			     digits(rest, 7, 2, &tm.tm_year) &&
			     clock_of(text_sub(rest, 10, 18), &tm);
			tm.tm_year += tm.tm_year < 70 ? 2000 : 1900;
		} else {
			return false;
		}
		ok = ok && text_ends(rest, TEXT(" GMT"));
	} else { /* Sun Nov  6 08:49:37 1994 */
		if (t.n != 24)
			return false;
		ok = month_of(text_sub(t, 4, 7), &tm.tm_mon) &&
		     (t.p[8] == ' ' ? digits(t, 9, 1, &tm.tm_mday)
				    : digits(t, 8, 2, &tm.tm_mday)) &&
		     clock_of(text_sub(t, 11, 19), &tm) && digits(t, 20, 4, &tm.tm_year);
	}
	if (!ok || !valid(&tm))
		return false;
	*ret_us = to_us(tm);
	return true;
}

bool time_parse_clf(struct text t, int64_t *ret_us)
{
	struct tm tm = { 0 };
	int oh, om;

	if (t.n != 26 || t.p[2] != '/' || t.p[6] != '/' || t.p[11] != ':' || t.p[20] != ' ' ||
	    (t.p[21] != '+' && t.p[21] != '-') || !digits(t, 0, 2, &tm.tm_mday) ||
	    !month_of(text_sub(t, 3, 6), &tm.tm_mon) || !digits(t, 7, 4, &tm.tm_year) ||
	    !clock_of(text_sub(t, 12, 20), &tm) || !digits(t, 22, 2, &oh) ||
	    !digits(t, 24, 2, &om) || oh > 23 || om > 59 || !valid(&tm))
		return false;
	*ret_us = to_us(tm) + (int64_t)(oh * 60 + om) * 60 * US_PER_S * (t.p[21] == '+' ? -1 : 1);
	return true;
}
