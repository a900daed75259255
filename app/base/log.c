#include "app/base/log.h"

#include "app/base/config.h"
#include "app/base/err.h"
#include "app/base/time.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 8192, VALUE_MAX_BYTES = 500 };

static bool debug_on;

struct line {
	char *p;
	size_t n, room;
};

void log_set_debug(bool on)
{
	debug_on = on;
}

bool log_is_debug(void)
{
	return debug_on;
}

struct log_kv log_text(const char *key, struct text t)
{
	return (struct log_kv){ .key = key, .type = LOG_KV_TEXT, .text = t };
}

struct log_kv log_z(const char *key, const char *z)
{
	return log_text(key, text_from(z));
}

struct log_kv log_u64(const char *key, uint64_t v)
{
	return (struct log_kv){ .key = key, .type = LOG_KV_U64, .u64 = v };
}

struct log_kv log_i64(const char *key, int64_t v)
{
	return (struct log_kv){ .key = key, .type = LOG_KV_I64, .i64 = v };
}

struct log_kv log_secret(const char *key, const struct secret *s)
{
	return log_text(key, s->value.n ? TEXT("***") : TEXT_NONE);
}

static void add(struct line *l, const char *p, size_t n)
{
	if (n > l->room - l->n)
		n = l->room - l->n;
	memcpy(l->p + l->n, p, n);
	l->n += n;
}

static void add_z(struct line *l, const char *z)
{
	add(l, z, strlen(z));
}

static void add_number(struct line *l, uint64_t v, bool negative)
{
	char s[24];
	size_t at = sizeof(s);

	do {
		s[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	if (negative)
		s[--at] = '-';
	add(l, s + at, sizeof(s) - at);
}

static bool plain(char c)
{
	return char_is_alnum(c) || (c && strchr("_./:@{}+-*", c));
}

static void add_quoted(struct line *l, struct text t)
{
	static const char hex[] = "0123456789abcdef";

	add_z(l, "\"");
	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];
		char esc[4] = { '\\', 'x', hex[c >> 4], hex[c & 15] };

		if (c == '"' || c == '\\')
			add(l, (char[2]){ '\\', (char)c }, 2);
		else if (c == '\n')
			add_z(l, "\\n");
		else if (c == '\r')
			add_z(l, "\\r");
		else if (c == '\t')
			add_z(l, "\\t");
		else if (c < 0x20 || c == 0x7f)
			add(l, esc, sizeof(esc));
		else
			add(l, (const char *)&t.p[i], 1);
	}
	add_z(l, "\"");
}

static void add_value(struct line *l, struct text t)
{
	bool all_plain = true;

	t = text_sub(t, 0, VALUE_MAX_BYTES);
	for (size_t i = 0; i < t.n && all_plain; i++)
		all_plain = plain(t.p[i]);
	if (all_plain)
		add(l, t.p, t.n);
	else
		add_quoted(l, t);
}

size_t log_format(char *p, size_t room, enum log_level level, const struct log_kv *kv)
{
	static const char *const name[] = { "error", "warn", "info", "debug" };
	struct line l = { p, 0, room };

	add_z(&l, "time=");
	add_z(&l, time_rfc3339(time_now_us() / US_PER_MS * US_PER_MS).s);
	add_z(&l, " level=");
	add_z(&l, name[level]);
	for (; kv->type != LOG_KV_END; kv++) {
		if (kv->type == LOG_KV_TEXT && !kv->text.n)
			continue;
		add_z(&l, " ");
		add_z(&l, kv->key);
		add_z(&l, "=");
		if (kv->type == LOG_KV_TEXT)
			add_value(&l, kv->text);
		else if (kv->type == LOG_KV_U64)
			add_number(&l, kv->u64, false);
		else
			add_number(&l, kv->i64 < 0 ? 0 - (uint64_t)kv->i64 : (uint64_t)kv->i64,
				   kv->i64 < 0);
	}
	return l.n;
}

void log_write(enum log_level level, const struct log_kv *kv)
{
	char p[LINE_MAX_BYTES];
	int saved = errno;
	size_t n;

	if (level == LOG_LEVEL_DEBUG && !debug_on)
		return;
	n = log_format(p, sizeof(p) - 1, level, kv);
	p[n++] = '\n';
	/* Nobody to tell when the log itself cannot be written. */
	if (write(STDERR_FILENO, p, n) < 0)
		errno = saved;
	errno = saved;
}

void log_err(enum log_level level, const char *msg, const struct err *e)
{
	LOG_LINE(level, log_z("msg", msg), log_z("err", err_kind_name(e->kind)),
		 log_text("detail", e->detail), log_text("cause", e->cause),
		 log_z("where", e->where));
}
