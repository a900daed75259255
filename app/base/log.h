/*
 * The log: one line an event, key=value, to descriptor 2. A value that is not plain
 *[A-Za-z0-9_./:@{}+-] is put in double quotes with \" \\ \n \r \t and \xNN, so no input can begin a
 *line or a pair of its own. A line is one write of at most 8 KiB; longer values are cut. Secrets
 *have a function of their own, which prints ***.
 *
 *	log_info(log_text("msg", TEXT("listening")), log_u64("workers", n));
 */
#pragma once

#include "app/base/text.h"

struct secret;
struct err;

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

enum log_type { LOG_KV_END, LOG_KV_TEXT, LOG_KV_U64, LOG_KV_I64 };

struct log_kv {
	const char *key;
	enum log_type type;
	struct text text;
	uint64_t u64;
	int64_t i64;
};

/* An absent or empty text prints as nothing at all: the pair is left out. Borrowed until the line
 * is written. */
struct log_kv log_text(const char *key, struct text t);
struct log_kv log_z(const char *key, const char *z);
struct log_kv log_u64(const char *key, uint64_t v);
struct log_kv log_i64(const char *key, int64_t v);
struct log_kv log_secret(const char *key, const struct secret *s); /* *** when set, else left out */

#define log_error(...) LOG_LINE(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...) LOG_LINE(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) LOG_LINE(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) LOG_LINE(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define LOG_LINE(level, ...)                                                                       \
	log_write((level), (const struct log_kv[]){ __VA_ARGS__, { .type = LOG_KV_END } })

/* kv ends with LOG_KV_END. Lines above the level in force are dropped. errno is kept. */
void log_write(enum log_level level, const struct log_kv *kv);

/* For who handles an error that no reply carries: msg=..., err=kind, detail, cause and where. */
void log_err(enum log_level level, const char *msg, const struct err *e);

void log_set_debug(bool on); /* off at first */
bool log_is_debug(void);

/* The line that log_write would write, without its newline, into p[room]: for tests. The length. */
size_t log_format(char *p, size_t room, enum log_level level, const struct log_kv *kv);
