#include "app/base/csv.h"

#include "app/base/buf.h"
#include "app/base/err.h"

#include <stdlib.h>
#include <string.h>

enum { READ_BYTES = 256 * 1024 };

struct csv {
	struct csv_source source;
	char *p; /* what was read: [at, scanned) is looked through, [scanned, end) not yet */
	size_t room, at, scanned, end;
	bool ended, failed;
	const char *why;
	struct csv_place began, ahead;
	struct text fields[CSV_FIELDS_MAX];
};

struct csv *csv_new(struct csv_source source, uint64_t offset, uint64_t line)
{
	struct csv *c = calloc(1, sizeof(*c));

	BUG_ON(!c);
	c->source = source;
	c->ahead = (struct csv_place){ offset, line };
	c->room = READ_BYTES;
	c->p = malloc(c->room);
	BUG_ON(!c->p);
	return c;
}

void csv_free(struct csv *c)
{
	if (!c)
		return;
	free(c->p);
	free(c);
}

const char *csv_why(const struct csv *c)
{
	return c->why;
}

struct csv_place csv_began(const struct csv *c)
{
	return c->began;
}

struct csv_place csv_ahead(const struct csv *c)
{
	return c->ahead;
}

/* More of the source behind what is held, which may move to the front. */
static void read_more(struct csv *c)
{
	ptrdiff_t n;

	if (c->at) {
		memmove(c->p, c->p + c->at, c->end - c->at);
		c->scanned -= c->at;
		c->end -= c->at;
		c->at = 0;
	}
	if (c->room - c->end < READ_BYTES) {
		c->room = 2 * c->room;
		c->p = realloc(c->p, c->room);
		BUG_ON(!c->p);
	}
	n = c->source.read(c->source.ctx, c->p + c->end, c->room - c->end);
	c->failed = n < 0;
	c->ended = n <= 0;
	if (n > 0)
		c->end += (size_t)n;
}

/*
 * Looks for the line end of the record that begins at `at`; c->scanned is then behind it. False at the end of the source.
 * What is longer than a record may be is not held: *ret_dropped bytes of it are gone.
 */
static bool find_end(struct csv *c, bool *ret_quoted, uint64_t *ret_lines, uint64_t *ret_dropped)
{
	bool quoted = false;
	uint64_t lines = 0;

	c->scanned = c->at;
	*ret_dropped = 0;
	for (;;) {
		while (c->scanned < c->end) {
			char b = c->p[c->scanned++];

			if (b == '"')
				quoted = !quoted;
			lines += b == '\n';
			if (b == '\n' && !quoted) {
				*ret_quoted = false;
				*ret_lines = lines;
				return true;
			}
		}
		if (c->ended)
			break;
		if (c->scanned - c->at > CSV_RECORD_MAX) {
			*ret_dropped += c->scanned - c->at;
			c->at = c->scanned;
		}
		read_more(c);
	}
	*ret_quoted = quoted;
	*ret_lines = lines;
	return false;
}

/* A quoted field, unquoted in place; *at is behind its last quote. NULL, or why it is none. */
static const char *quoted_field(char *p, size_t n, size_t *at, struct text *ret)
{
	size_t from = *at + 1, out = from, i = from;

	for (;; i++) {
		if (i == n)
			return "a quoted field that does not end";
		if (p[i] == '"' && (i + 1 == n || p[i + 1] != '"'))
			break;
		i += p[i] == '"';
		p[out++] = p[i];
	}
	*at = i + 1;
	*ret = (struct text){ p + from, out - from };
	return NULL;
}

static const char *plain_field(char *p, size_t n, size_t *at, struct text *ret)
{
	size_t from = *at, i = from;

	for (; i < n && p[i] != ','; i++) {
		if (p[i] == '"')
			return "a quote inside of an unquoted field";
		if (p[i] == '\r')
			return "a carriage return inside of an unquoted field";
	}
	*at = i;
	*ret = i == from ? TEXT_NONE : (struct text){ p + from, i - from };
	return NULL;
}

/* The record without its line end. */
static const char *split(struct csv *c, char *p, size_t n, struct texts *ret)
{
	size_t at = 0, count = 0;

	for (;;) {
		const char *why;

		if (count == CSV_FIELDS_MAX)
			return "too many fields";
		if (at < n && p[at] == '"')
			why = quoted_field(p, n, &at, &c->fields[count++]);
		else
			why = plain_field(p, n, &at, &c->fields[count++]);
		if (why)
			return why;
		if (at == n)
			break;
		if (p[at] != ',')
			return "something between a closing quote and the comma";
		at++;
	}
	*ret = (struct texts){ c->fields, count };
	return NULL;
}

enum csv_what csv_next(struct csv *c, struct texts *ret)
{
	uint64_t lines, dropped;
	size_t from, n;
	bool whole, quoted;

	whole = find_end(c, &quoted, &lines, &dropped);
	c->began = c->ahead;
	if (c->failed)
		return CSV_FAILED;
	from = c->at;
	n = c->scanned - from;
	if (!whole && !n && !dropped)
		return CSV_END;
	c->at = c->scanned;
	c->ahead.offset += dropped + n;
	c->ahead.line += lines;
	c->why = NULL;
	if (dropped || n > CSV_RECORD_MAX)
		c->why = "a record that is too long";
	else if (quoted)
		c->why = "a quoted field that does not end";
	if (c->why)
		return CSV_WRONG;
	n -= whole;
	if (n && c->p[from + n - 1] == '\r')
		n--;
	c->why = split(c, c->p + from, n, ret);
	return c->why ? CSV_WRONG : CSV_RECORD;
}

void csv_put(struct buf *b, struct text t)
{
	bool quoted = t.p && !t.n;

	for (size_t i = 0; i < t.n && !quoted; i++)
		quoted = t.p[i] == ',' || t.p[i] == '"' || t.p[i] == '\n' || t.p[i] == '\r';
	/* PostgreSQL takes an only field that is a backslash and a dot for the end of all. */
	if (!quoted && !text_eq(t, TEXT("\\."))) {
		buf_add(b, t);
		return;
	}
	buf_byte(b, '"');
	for (size_t at = 0; at < t.n;) {
		struct text rest = text_sub(t, at, t.n);
		size_t quote = text_find_byte(rest, '"');

		buf_add(b, text_sub(rest, 0, quote));
		if (quote < rest.n)
			buf_add(b, TEXT("\"\""));
		at += quote + 1;
	}
	buf_byte(b, '"');
}
