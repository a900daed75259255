#include "app/base/toml.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/toml_parser.h"

#include <string.h>
#include <sys/random.h>

/* How a table came to be decides who may add to it later (toml.io/en/v1.0.0#table). */
enum made_by {
	BY_HEADER, /* [t], [[t]]'s elements, the document: its keys follow until the next header,
		      never again */
	BY_SUB_HEADER,  /* t of [t.u]: may still get its own header, but no dotted key (cargo 1.95
			   refuses it too) */
	BY_DOTTED_KEY,  /* t of t.u = 1: more dotted keys, and sub-tables by header */
	BY_VALUE,       /* { } and [ ]: complete */
	BY_LIST_HEADER, /* the array of [[t]]: grows by more of them */
};

struct slot {
	uint64_t hash;
	struct toml *member;
};

struct toml_index {
	enum made_by by;
	struct toml *last;
	const uint64_t *seed;
	struct slot *slots; /* open addressing; NULL while there are at most FEW members */
	size_t room;        /* a power of two */
};

enum { FEW = 8, SHOWN_LINE_MAX = 16 * 1024 };

/* ---- places and errors */

/* Moves the mark to the byte offset at, counting lines and code points on the way. */
static void move_mark(struct toml_parser *ps, size_t at)
{
	if (at < ps->mark) {
		ps->mark = 0;
		ps->line = ps->column = 1;
	}
	for (; ps->mark < at; ps->mark++) {
		unsigned char c = (unsigned char)ps->in.p[ps->mark];

		if (c == '\n') {
			ps->line++;
			ps->column = 1;
		} else if ((c & 0xc0) != 0x80) {
			ps->column++;
		}
	}
}

bool toml_fail(struct toml_parser *ps, size_t at, size_t width, const char *why)
{
	move_mark(ps, at);
	*ps->error = (struct toml_error){
		.line = ps->line, .column = ps->column, .width = width, .why = why
	};
	return false;
}

char toml_peek(const struct toml_parser *ps, size_t k)
{
	return k < ps->in.n - ps->at ? ps->in.p[ps->at + k] : '\0';
}

static void set_place(struct toml_parser *ps, struct toml *t, size_t at)
{
	move_mark(ps, at);
	t->line = ps->line;
	t->column = ps->column;
}

/* ---- the hash of keys: SipHash-2-4 (Aumasson, Bernstein 2012), its key drawn for each document */

static uint64_t rotl(uint64_t x, unsigned n)
{
	return (x << n) | (x >> (64 - n));
}

static void sip_rounds(uint64_t v[4], unsigned n)
{
	while (n--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotl(v[1], 13) ^ v[0];
		v[3] = rotl(v[3], 16) ^ v[2];
		v[0] = rotl(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotl(v[1], 17) ^ v[2];
		v[3] = rotl(v[3], 21) ^ v[0];
		v[2] = rotl(v[2], 32);
	}
}

static uint64_t hash_of(const uint64_t seed[2], struct text key)
{
	uint64_t v[4] = { seed[0] ^ 0x736f6d6570736575, seed[1] ^ 0x646f72616e646f6d,
			  seed[0] ^ 0x6c7967656e657261, seed[1] ^ 0x7465646279746573 };
	uint64_t word, left = (uint64_t)key.n << 56;
	size_t i;

	for (i = 0; i + 8 <= key.n; i += 8) {
		memcpy(&word, key.p + i, 8);
		v[3] ^= word;
		sip_rounds(v, 2);
		v[0] ^= word;
	}
	for (unsigned shift = 0; i < key.n; i++, shift += 8)
		left |= (uint64_t)(unsigned char)key.p[i] << shift;
	v[3] ^= left;
	sip_rounds(v, 2);
	v[0] ^= left;
	v[2] ^= 0xff;
	sip_rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void slot_put(struct toml_index *x, uint64_t hash, struct toml *member)
{
	size_t i = hash & (x->room - 1);

	while (x->slots[i].member)
		i = (i + 1) & (x->room - 1);
	x->slots[i] = (struct slot){ hash, member };
}

/* Makes the slots anew, twice as many: at least half of them stay empty. */
static void slots_grow(struct toml_parser *ps, struct toml *t)
{
	struct toml_index *x = t->index;

	x->room = x->room ? x->room * 2 : (size_t)FEW * 4;
	x->slots = arena_array(ps->a, x->room, sizeof(*x->slots));
	for (struct toml *m = t->first; m; m = m->next)
		slot_put(x, hash_of(x->seed, m->key), m);
}

static struct toml *find(const struct toml *t, struct text key)
{
	const struct toml_index *x = t->index;
	uint64_t hash;

	if (!x->slots) {
		for (struct toml *m = t->first; m; m = m->next)
			if (text_eq(m->key, key))
				return m;
		return NULL;
	}
	hash = hash_of(x->seed, key);
	for (size_t i = hash & (x->room - 1); x->slots[i].member; i = (i + 1) & (x->room - 1))
		if (x->slots[i].hash == hash && text_eq(x->slots[i].member->key, key))
			return x->slots[i].member;
	return NULL;
}

/* Appends to a table (the key is new) or an array. */
static void append(struct toml_parser *ps, struct toml *t, struct toml *member)
{
	struct toml_index *x = t->index;

	if (x->last)
		x->last->next = member;
	else
		t->first = member;
	x->last = member;
	t->n++;
	if (t->type != TOML_TABLE || t->n <= FEW)
		return;
	if (!x->slots || t->n > x->room / 2)
		slots_grow(ps, t);
	else
		slot_put(x, hash_of(x->seed, member->key), member);
}

static struct toml *new_container(struct toml_parser *ps, enum toml_type type, enum made_by by)
{
	struct toml *t = arena_alloc(ps->a, sizeof(*t));

	t->type = type;
	t->index = arena_alloc(ps->a, sizeof(*t->index));
	t->index->by = by;
	t->index->seed = ps->seed;
	return t;
}

/* ---- white space */

static void skip_blanks(struct toml_parser *ps)
{
	while (toml_peek(ps, 0) == ' ' || toml_peek(ps, 0) == '\t')
		ps->at++;
}

static bool skip_newline(struct toml_parser *ps)
{
	if (toml_peek(ps, 0) == '\n')
		ps->at++;
	else if (toml_peek(ps, 0) == '\r' && toml_peek(ps, 1) == '\n')
		ps->at += 2;
	else
		return false;
	return true;
}

static bool skip_comment(struct toml_parser *ps)
{
	if (toml_peek(ps, 0) != '#')
		return true;
	for (; ps->at < ps->in.n; ps->at++) {
		char c = ps->in.p[ps->at];

		if (c == '\n' || (c == '\r' && toml_peek(ps, 1) == '\n'))
			break;
		if (toml_is_control(c))
			return toml_fail(ps, ps->at, 1, "invalid control character in a comment");
	}
	return true;
}

/* What may follow a header or a pair on its line. */
static bool end_of_line(struct toml_parser *ps)
{
	skip_blanks(ps);
	if (!skip_comment(ps))
		return false;
	return ps->at == ps->in.n || skip_newline(ps) ||
	       toml_fail(ps, ps->at, 1, "expected the end of the line");
}

/* Blanks, comments and newlines, as inside an array. */
static bool skip_lines(struct toml_parser *ps)
{
	do {
		skip_blanks(ps);
		if (!skip_comment(ps))
			return false;
	} while (skip_newline(ps));
	return true;
}

/* ---- keys */

static bool is_bare(char c)
{
	return char_is_alnum(c) || c == '_' || c == '-';
}

static bool simple_key(struct toml_parser *ps, struct text *ret)
{
	size_t start = ps->at;

	if (toml_peek(ps, 0) == '"' || toml_peek(ps, 0) == '\'')
		return toml_string(ps, true, ret);
	while (is_bare(toml_peek(ps, 0)))
		ps->at++;
	*ret = text_sub(ps->in, start, ps->at);
	return ret->n || toml_fail(ps, ps->at, 1, "expected a key");
}

struct key {
	struct text text;
	size_t at, width; /* where it is written */
	bool more;        /* a dot follows */
};

/* One part of a dotted key, and the dot behind it. */
static bool key_part(struct toml_parser *ps, struct key *ret)
{
	skip_blanks(ps);
	ret->at = ps->at;
	if (!simple_key(ps, &ret->text))
		return false;
	ret->width = ps->at - ret->at;
	skip_blanks(ps);
	ret->more = toml_peek(ps, 0) == '.';
	ps->at += ret->more;
	return true;
}

static bool key_fail(struct toml_parser *ps, const struct key *key, const char *why)
{
	return toml_fail(ps, key->at, key->width, why);
}

static bool too_deep(struct toml_parser *ps, size_t at, unsigned depth)
{
	return depth > TOML_MAX_DEPTH &&
	       !toml_fail(ps, at, 1, "tables and arrays are nested too deep");
}

/* A new table under a key that t does not have. */
static struct toml *add_table(struct toml_parser *ps, struct toml *t, const struct key *key,
			      enum made_by by)
{
	struct toml *m = new_container(ps, TOML_TABLE, by);

	m->key = key->text;
	m->width = key->width;
	set_place(ps, m, key->at);
	append(ps, t, m);
	return m;
}

/* ---- values */

static bool value(struct toml_parser *ps, struct toml *v, unsigned depth);

/* `a.b = value` in t, which is depth tables below the document. */
static bool pair(struct toml_parser *ps, struct toml *t, unsigned depth)
{
	struct key key;
	struct toml *m;

	for (;;) {
		if (!key_part(ps, &key))
			return false;
		m = find(t, key.text);
		if (!key.more)
			break;
		if (too_deep(ps, key.at, ++depth))
			return false;
		if (!m)
			m = add_table(ps, t, &key, BY_DOTTED_KEY);
		else if (m->type != TOML_TABLE)
			return key_fail(ps, &key,
					"the dotted key goes through a value that is no table");
		else if (m->index->by != BY_DOTTED_KEY)
			return key_fail(ps, &key,
					"a dotted key cannot add to a table that is complete");
		t = m;
	}
	if (m)
		return key_fail(ps, &key, "duplicate key");
	if (toml_peek(ps, 0) != '=')
		return toml_fail(ps, ps->at, 1, "expected `.` or `=` behind a key");
	ps->at++;
	skip_blanks(ps);
	m = arena_alloc(ps->a, sizeof(*m));
	m->key = key.text;
	append(ps, t, m);
	return value(ps, m, depth + 1);
}

/* Behind a `[`; v is an array. */
static bool array(struct toml_parser *ps, struct toml *v, unsigned depth)
{
	struct toml *m;

	for (;;) {
		if (!skip_lines(ps))
			return false;
		if (toml_peek(ps, 0) == ']')
			break;
		m = arena_alloc(ps->a, sizeof(*m));
		append(ps, v, m);
		if (!value(ps, m, depth + 1) || !skip_lines(ps))
			return false;
		if (toml_peek(ps, 0) == ',')
			ps->at++;
		else if (toml_peek(ps, 0) != ']')
			return toml_fail(ps, ps->at, 1, "expected `,` or `]` in an array");
	}
	ps->at++;
	return true;
}

/* Behind a `{`; v is a table. No newline, no trailing comma (TOML 1.0). */
static bool inline_table(struct toml_parser *ps, struct toml *v, unsigned depth)
{
	skip_blanks(ps);
	if (toml_peek(ps, 0) == '}') {
		ps->at++;
		return true;
	}
	for (;;) {
		if (!pair(ps, v, depth))
			return false;
		skip_blanks(ps);
		if (toml_peek(ps, 0) == '}')
			break;
		if (toml_peek(ps, 0) != ',')
			return toml_fail(ps, ps->at, 1, "expected `,` or `}` in an inline table");
		ps->at++;
		skip_blanks(ps);
		if (toml_peek(ps, 0) == '}')
			return toml_fail(ps, ps->at, 1, "an inline table has no comma at its end");
	}
	ps->at++;
	return true;
}

/* v is depth levels below the document. Calls itself through array and inline_table, at most
 * TOML_MAX_DEPTH deep. */
static bool value(struct toml_parser *ps, struct toml *v, unsigned depth)
{
	size_t start = ps->at;
	char c = toml_peek(ps, 0);
	bool ok;

	set_place(ps, v, start);
	if (c == '"' || c == '\'') {
		v->type = TOML_STRING;
		ok = toml_string(ps, false, &v->v.string);
	} else if (c == '[' || c == '{') {
		if (too_deep(ps, start, depth))
			return false;
		ps->at++;
		v->type = c == '[' ? TOML_ARRAY : TOML_TABLE;
		v->index = arena_alloc(ps->a, sizeof(*v->index));
		v->index->by = BY_VALUE;
		v->index->seed = ps->seed;
		ok = c == '[' ? array(ps, v, depth) : inline_table(ps, v, depth);
	} else {
		ok = toml_scalar(ps, v);
	}
	v->width = ps->at - start;
	return ok;
}

/* ---- headers */

/* The table that a part before the last one of a header leads to. */
static struct toml *descend(struct toml_parser *ps, struct toml *t, const struct key *key,
			    unsigned *depth)
{
	struct toml *m = find(t, key->text);

	++*depth;
	if (!m) {
		m = add_table(ps, t, key, BY_SUB_HEADER);
	} else if (m->type == TOML_ARRAY && m->index->by == BY_LIST_HEADER) {
		m = m->index->last;
		++*depth;
	} else if (m->type != TOML_TABLE || m->index->by == BY_VALUE) {
		(void)key_fail(ps, key, "the header goes through a value that is complete");
		return NULL;
	}
	return too_deep(ps, key->at, *depth) ? NULL : m;
}

/* [t]: a new table, or one that only its sub-tables have mentioned so far. */
static struct toml *open_table(struct toml_parser *ps, struct toml *t, const struct key *key)
{
	struct toml *m = find(t, key->text);

	if (!m)
		return add_table(ps, t, key, BY_HEADER);
	if (m->type == TOML_TABLE && m->index->by == BY_SUB_HEADER) {
		m->index->by = BY_HEADER;
		return m;
	}
	(void)key_fail(ps, key, "duplicate key");
	return NULL;
}

/* [[t]]: one more table at the end of an array of them. */
static struct toml *open_element(struct toml_parser *ps, struct toml *t, const struct key *key)
{
	struct toml *list = find(t, key->text), *m;

	if (!list) {
		list = new_container(ps, TOML_ARRAY, BY_LIST_HEADER);
		list->key = key->text;
		set_place(ps, list, key->at);
		list->width = key->width;
		append(ps, t, list);
	} else if (list->type != TOML_ARRAY || list->index->by != BY_LIST_HEADER) {
		(void)key_fail(ps, key, "duplicate key");
		return NULL;
	}
	m = new_container(ps, TOML_TABLE, BY_HEADER);
	append(ps, list, m);
	return m;
}

/* At `[`. *t becomes the table whose pairs follow, *depth how deep it is. */
static bool header(struct toml_parser *ps, struct toml *root, struct toml **t, unsigned *depth)
{
	size_t start = ps->at;
	bool list = toml_peek(ps, 1) == '[';
	struct key key;
	unsigned line, column;

	move_mark(ps, start); /* now: going back to it after the keys would count from the beginning
				 again */
	line = ps->line;
	column = ps->column;
	ps->at += list ? 2 : 1;
	*t = root;
	*depth = 0;
	for (;;) {
		if (!key_part(ps, &key))
			return false;
		if (!key.more)
			break;
		*t = descend(ps, *t, &key, depth);
		if (!*t)
			return false;
	}
	if (toml_peek(ps, 0) != ']' || (list && toml_peek(ps, 1) != ']'))
		return toml_fail(ps, ps->at, 1,
				 list ? "expected `.` or `]]`" : "expected `.` or `]`");
	*depth += list ? 2 : 1;
	if (too_deep(ps, key.at, *depth))
		return false;
	*t = list ? open_element(ps, *t, &key) : open_table(ps, *t, &key);
	if (!*t)
		return false;
	ps->at += list ? 2 : 1;
	(*t)->line = line;
	(*t)->column = column;
	(*t)->width = ps->at - start;
	return true;
}

/* ---- documents */

static bool document(struct toml_parser *ps, struct toml *root)
{
	struct toml *t = root;
	unsigned depth = 0;
	bool ok;

	if (text_starts(ps->in, TEXT("\xef\xbb\xbf")))
		ps->at = ps->mark = 3; /* a byte order mark takes no column */
	for (;;) {
		if (!skip_lines(ps))
			return false;
		if (ps->at == ps->in.n)
			return true;
		ok = toml_peek(ps, 0) == '[' ? header(ps, root, &t, &depth) : pair(ps, t, depth);
		if (!ok || !end_of_line(ps))
			return false;
	}
}

/* Offset of the first byte that is no UTF-8, or t.n. */
static size_t utf8_until(struct text t)
{
	size_t at = 0, before;
	uint32_t c;

	do {
		before = at;
		if (!text_next_char(t, &at, &c))
			return t.n;
	} while (c != 0xfffd || text_is_utf8(text_sub(t, before, at)));
	return before;
}

struct toml *toml_parse(struct arena *a, struct text in, struct toml_error *ret_error)
{
	struct toml_parser *ps =
		arena_alloc(a, sizeof(*ps)); /* stays: the tables look into its seed */
	struct toml *root;

	*ps = (struct toml_parser){ .a = a, .in = in, .error = ret_error, .line = 1, .column = 1 };
	if (in.n > TOML_MAX_BYTES) {
		*ret_error = (struct toml_error){ 1, 1, 1, "the document is larger than 1 MiB" };
		return NULL;
	}
	if (!text_is_utf8(in)) {
		(void)toml_fail(ps, utf8_until(in), 1, "the document is not valid UTF-8");
		return NULL;
	}
	ps->in = in.p ? text_dup(a, in) : TEXT("");
	if (getrandom(ps->seed, sizeof(ps->seed), GRND_NONBLOCK) != (ssize_t)sizeof(ps->seed))
		ps->seed[0] =
			(uint64_t)(uintptr_t)ps; /* early boot: the address is what there is */
	root = new_container(ps, TOML_TABLE, BY_HEADER);
	root->line = root->column = 1;
	root->width = in.n;
	return document(ps, root) ? root : NULL;
}

/* Line number line of in, without its newline. */
static struct text line_of(struct text in, unsigned line)
{
	struct text part = TEXT("");

	for (unsigned i = 0; i < line && text_cut(&in, '\n', &part); i++)
		;
	return part;
}

static void gutter(struct buf *b, unsigned line)
{
	for (; line; line /= 10)
		buf_byte(b, ' ');
	buf_add(b, TEXT(" |"));
}

struct text toml_error_text(struct arena *a, struct text in, const struct toml_error *e)
{
	struct buf b = buf_init(a, (size_t)8 * SHOWN_LINE_MAX + text_from(e->why).n);
	struct text line = line_of(in, e->line);
	size_t width = e->width, from, at = 0;
	uint32_t c;

	if (line.n > SHOWN_LINE_MAX)
		line.n = SHOWN_LINE_MAX;
	for (from = 1; from < e->column && text_next_char(line, &at, &c);)
		from++;
	buf_fmt(&b, "TOML parse error at line %u, column %u\n", e->line, e->column);
	gutter(&b, e->line);
	buf_fmt(&b, "\n%u | ", e->line);
	buf_add(&b, text_lossy(a, line));
	buf_byte(&b, '\n');
	gutter(&b, e->line);
	while (from--)
		buf_byte(&b, ' ');
	if (width > line.n - at)
		width = line.n - at;
	do
		buf_byte(&b, '^');
	while (width-- > 1);
	buf_fmt(&b, "\n%s\n", e->why);
	BUG_ON(!buf_ok(&b));
	return buf_text(&b);
}

const struct toml *toml_get(const struct toml *t, struct text key)
{
	return t && t->type == TOML_TABLE && key.p ? find(t, key) : NULL;
}

const struct toml *toml_get_either(const struct toml *t, const char *key, const char *alias)
{
	const struct toml *v = toml_get(t, text_from(key));

	return v ? v : toml_get(t, text_from(alias));
}

const char *toml_type_name(enum toml_type type)
{
	static const char *const names[] = {
		[TOML_STRING] = "string",       [TOML_INTEGER] = "integer",
		[TOML_FLOAT] = "float",         [TOML_BOOL] = "boolean",
		[TOML_DATETIME] = "datetime",   [TOML_DATETIME_LOCAL] = "datetime",
		[TOML_DATE_LOCAL] = "datetime", [TOML_TIME_LOCAL] = "datetime",
		[TOML_ARRAY] = "array",         [TOML_TABLE] = "table",
	};

	BUG_ON((size_t)type >= ARRAY_SIZE(names));
	return names[type];
}
