#include "app/inspect/tar.h"

#include "app/base/arena.h"
#include "app/inspect/gzip.h"

#include <stdio.h>
#include <string.h>

enum {
	BLOCK = 512,
	HELPER_MAX = 1024 * 1024, /* data of one L, K or x header; cargo's own are below 5 KiB */
	SKIP_BYTES = 32 * 1024,
	SPARSE_BYTES = 24,    /* offset and length, 12 bytes each */
	SPARSE_IN_HEADER = 4, /* of them in a GNU header */
	SPARSE_IN_BLOCK = 21, /* of them in an extension block */
};

/* Offsets and lengths of POSIX ustar (IEEE Std 1003.1, pax) and of GNU tar's header. */
enum {
	NAME_AT = 0,
	NAME_LEN = 100,
	MODE_AT = 100,
	MODE_LEN = 8,
	SIZE_AT = 124,
	NUMBER_LEN = 12,
	SUM_AT = 148,
	SUM_LEN = 8,
	TYPE_AT = 156,
	MAGIC_AT = 257,
	PREFIX_AT = 345,
	PREFIX_LEN = 155,
	SPARSE_AT = 386,
	EXTENDED_AT = 482,
	REAL_SIZE_AT = 483,
	BLOCK_EXTENDED_AT = 504, /* in an extension block */
};

struct helper {
	bool there;
	struct text data;
};

struct tar {
	struct arena *arena; /* of one entry's names: given back with the archive */
	struct gzip *gzip;
	uint64_t max_bytes, seen;
	uint64_t left;        /* data of the entry in hand */
	uint64_t padding;     /* after it, to the block boundary */
	enum tar_result done; /* TAR_ENTRY while there may be more */
	unsigned char header[BLOCK];
	char path[NAME_LEN + PREFIX_LEN + 1];
	unsigned char skip[SKIP_BYTES];
};

struct tar *tar_new(struct arena *a, int fd, uint64_t max_bytes)
{
	struct tar *t = arena_alloc(a, sizeof(*t));

	t->arena = a;
	t->gzip = gzip_new(a, fd);
	t->max_bytes = max_bytes;
	t->done = TAR_ENTRY;
	return t;
}

/*
 * Every byte of the archive comes through here. upstream: crates_io_tarball/src/limit_reader.rs
 * fails as soon as the limit is reached, not passed.
 */
static bool tar_take(struct tar *t, void *p, size_t n, size_t *ret_n)
{
	bool ok = gzip_read(t->gzip, p, n, ret_n);

	t->seen += *ret_n;
	return ok && t->seen < t->max_bytes;
}

static bool tar_skip(struct tar *t, uint64_t n)
{
	while (n > 0) {
		size_t part = n < sizeof(t->skip) ? (size_t)n : sizeof(t->skip), got;

		if (!tar_take(t, t->skip, part, &got) || got < part)
			return false;
		n -= part;
	}
	return true;
}

/* The bytes of a header's field up to its first NUL. */
static struct text field(const unsigned char *header, size_t at, size_t len)
{
	const char *p = (const char *)header + at;
	const char *end = memchr(p, 0, len);

	return (struct text){ p, end ? (size_t)(end - p) : len };
}

/* As Rust's u64::from_str_radix after trim(): a '+' is allowed, nothing is not. */
static bool octal(struct text t, uint64_t *ret)
{
	uint64_t v = 0;

	t = text_trim(t);
	if (t.n > 1 && t.p[0] == '+')
		t = text_sub(t, 1, t.n);
	if (t.n == 0)
		return false;
	for (size_t i = 0; i < t.n; i++) {
		if (t.p[i] < '0' || t.p[i] > '7' || v >> 61 != 0)
			return false;
		v = v << 3 | (uint64_t)(t.p[i] - '0');
	}
	*ret = v;
	return true;
}

/* A number of 12 bytes: octal, or with the highest bit set the last eight bytes, big-endian. */
static bool number(const unsigned char *header, size_t at, uint64_t *ret)
{
	uint64_t v = 0;

	if ((header[at] & 0x80) == 0)
		return octal(field(header, at, NUMBER_LEN), ret);
	for (size_t i = NUMBER_LEN - 8; i < NUMBER_LEN; i++)
		v = v << 8 | header[at + i];
	*ret = v;
	return true;
}

static bool checksum_is_right(const unsigned char *header)
{
	uint64_t stored, sum = 0;

	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= SUM_AT && i < SUM_AT + SUM_LEN ? (unsigned char)' ' : header[i];
	return octal(field(header, SUM_AT, SUM_LEN), &stored) && stored == sum;
}

static bool is_ustar(const unsigned char *header)
{
	return memcmp(header + MAGIC_AT,
		      "ustar\0"
		      "00",
		      8) == 0;
}

static bool is_gnu(const unsigned char *header)
{
	return memcmp(header + MAGIC_AT, "ustar  ", 8) == 0; /* with the NUL */
}

static bool is_zero(const unsigned char *block)
{
	for (size_t i = 0; i < BLOCK; i++)
		if (block[i] != 0)
			return false;
	return true;
}

/* So much data and then up to the block boundary; false when that does not fit into 64 bits. */
static bool set_size(struct tar *t, uint64_t size)
{
	uint64_t rounded;

	if (ckd_add(&rounded, size, (uint64_t)BLOCK - 1))
		return false;
	t->left = size;
	t->padding = (rounded & ~(uint64_t)(BLOCK - 1)) - size;
	return true;
}

/* Skips what is left before it, then reads the next header; its checksum and size are right. */
static enum tar_result raw_header(struct tar *t, uint64_t *ret_size)
{
	size_t got;

	if (!tar_skip(t, t->left) || !tar_skip(t, t->padding))
		return TAR_BAD;
	t->left = t->padding = 0;
	if (!tar_take(t, t->header, BLOCK, &got) || (got > 0 && got < BLOCK))
		return TAR_BAD;
	if (got == 0 || is_zero(t->header))
		return TAR_END;
	if (!checksum_is_right(t->header) || !number(t->header, SIZE_AT, ret_size) ||
	    !set_size(t, *ret_size))
		return TAR_BAD;
	return TAR_ENTRY;
}

/* Takes the first record off *rest: "LENGTH KEY=VALUE\n". False for a malformed one. An empty line
 * ends them all. */
static bool pax_record(struct text *rest, struct text *ret_key, struct text *ret_value)
{
	struct text line = text_sub(*rest, 0, text_find_byte(*rest, '\n'));
	size_t space = text_find_byte(line, ' ');
	struct text digits = text_sub(line, 0, space), key;
	uint64_t len;
	size_t equals;

	*rest = text_sub(*rest, line.n + 1, rest->n);
	if (digits.n > 1 && digits.p[0] == '+')
		digits = text_sub(digits, 1, digits.n);
	if (space == line.n || !text_u64(digits, 0, SIZE_MAX, &len) || len != line.n + 1)
		return false;
	key = text_sub(line, space + 1, line.n);
	equals = text_find_byte(key, '=');
	if (equals == key.n)
		return false;
	*ret_value = text_sub(key, equals + 1, key.n);
	*ret_key = text_sub(key, 0, equals);
	return true;
}

struct pax {
	bool has_path, has_size;
	struct text path; /* the first one */
	uint64_t size;    /* the last one */
	bool sizes_differ;
};

static bool pax_u64(struct text value, uint64_t *ret)
{
	if (value.n > 1 && value.p[0] == '+')
		value = text_sub(value, 1, value.n);
	return text_u64(value, 0, UINT64_MAX, ret);
}

static bool pax_parse(struct text data, struct pax *ret)
{
	uint64_t v;

	while (data.n > 0 && data.p[0] != '\n') {
		struct text key, value;

		if (!pax_record(&data, &key, &value))
			return false;
		if (text_eq(key, TEXT("path")) && !ret->has_path) {
			ret->has_path = true;
			ret->path = value;
		} else if (text_eq(key, TEXT("size"))) {
			if (!pax_u64(value, &v))
				return false;
			ret->sizes_differ |= ret->has_size && v != ret->size;
			ret->has_size = true;
			ret->size = v;
		} else if ((text_eq(key, TEXT("uid")) || text_eq(key, TEXT("gid"))) &&
			   !pax_u64(value, &v)) {
			return false;
		}
	}
	return true;
}

struct sparse_sum {
	uint64_t size, left, at;
};

static bool sparse_blocks(const unsigned char *p, size_t count, struct sparse_sum *s)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t offset, len;

		if (p[i * SPARSE_BYTES] == 0 || p[i * SPARSE_BYTES + NUMBER_LEN] == 0)
			continue;
		if (!number(p, i * SPARSE_BYTES, &offset) ||
		    !number(p, i * SPARSE_BYTES + NUMBER_LEN, &len))
			return false;
		if ((len != 0 && (s->size - s->left) % BLOCK != 0) || offset < s->at ||
		    len > s->left || ckd_add(&s->at, offset, len))
			return false;
		s->left -= len;
	}
	return true;
}

/* A type S that is not well-formed is no archive; a well-formed one is an entry that the verdict
 * refuses. */
static bool sparse_is_right(struct tar *t, uint64_t *ret_real_size)
{
	struct sparse_sum s = { t->left, t->left, 0 };
	unsigned char block[BLOCK];
	bool more = t->header[EXTENDED_AT] == 1;
	size_t got;

	if (!is_gnu(t->header) || !sparse_blocks(t->header + SPARSE_AT, SPARSE_IN_HEADER, &s))
		return false;
	while (more) {
		if (!tar_take(t, block, BLOCK, &got) || got < BLOCK ||
		    !sparse_blocks(block, SPARSE_IN_BLOCK, &s))
			return false;
		more = block[BLOCK_EXTENDED_AT] == 1;
	}
	return number(t->header, REAL_SIZE_AT, ret_real_size) && s.at == *ret_real_size &&
	       s.left == 0;
}

static struct text header_path(struct tar *t)
{
	struct text name = field(t->header, NAME_AT, NAME_LEN), prefix = TEXT("");
	size_t n = 0;

	if (is_ustar(t->header))
		prefix = field(t->header, PREFIX_AT, PREFIX_LEN);
	if (prefix.n > 0) {
		memcpy(t->path, prefix.p, prefix.n);
		n = prefix.n;
		t->path[n++] = '/';
	}
	memcpy(t->path + n, name.p, name.n);
	return (struct text){ t->path, n + name.n };
}

/* What the helper headers before an entry say about it. */
struct helpers {
	struct helper long_name, long_link, extended;
	struct pax pax;
};

/* Reads the data of a helper header into *ret; two of a kind before one entry are an error in both
 * readers. */
static bool take_helper(struct tar *t, struct helper *ret)
{
	bool too_big;

	if (ret->there)
		return false;
	ret->there = true;
	return tar_read_all(t, t->arena, HELPER_MAX, &ret->data, &too_big) && !too_big;
}

/* Headers until one is an entry; an L, K or x of an old header format is an entry of that type. */
static enum tar_result skip_helpers(struct tar *t, struct helpers *h, uint64_t *ret_size)
{
	for (;;) {
		enum tar_result r = raw_header(t, ret_size);
		bool ok;

		/* tar-rs: helpers that describe nothing are an error. */
		if (r == TAR_END && (h->long_name.there || h->long_link.there || h->extended.there))
			return TAR_BAD;
		if (r != TAR_ENTRY || (!is_ustar(t->header) && !is_gnu(t->header)))
			return r;
		switch (t->header[TYPE_AT]) {
		case 'L':
			ok = take_helper(t, &h->long_name);
			break;
		case 'K':
			ok = take_helper(t, &h->long_link);
			break;
		case 'x':
			ok = take_helper(t, &h->extended) && pax_parse(h->extended.data, &h->pax);
			break;
		default:
			return r;
		}
		if (!ok)
			return TAR_BAD;
	}
}

static struct text path_of(struct tar *t, const struct helpers *h)
{
	struct text p = h->long_name.data;

	if (!h->long_name.there)
		return h->pax.has_path ? h->pax.path : header_path(t);
	if (p.n > 0 && p.p[p.n - 1] == 0)
		p.n--;
	return p;
}

/*
 * upstream: a global pax header, and an x of an old header format, is an entry whose own data are its records
 * (astral-tokio-tar src/entry.rs, pax_extensions), which only changes in whose words it is refused.
 */
static bool take_own_pax(struct tar *t, struct helpers *h, unsigned char type)
{
	if ((type != 'g' && type != 'x') || h->extended.there)
		return true;
	return take_helper(t, &h->extended) && pax_parse(h->extended.data, &h->pax);
}

enum tar_result tar_next(struct tar *t, struct tar_entry *ret)
{
	struct helpers h = { 0 };
	uint64_t size;
	unsigned char type;
	uint64_t mode;

	if (t->done == TAR_ENTRY)
		t->done = skip_helpers(t, &h, &size);
	if (t->done != TAR_ENTRY)
		return t->done;
	type = t->header[TYPE_AT] ? t->header[TYPE_AT] : '0';
	/* The pax size is for the length of the data, in both readers; the verdict refuses one that differs. */
	if ((h.pax.has_size && !set_size(t, h.pax.size)) ||
	    (type == 'S' && !sparse_is_right(t, &size)) || !take_own_pax(t, &h, type))
		return t->done = TAR_BAD;
	*ret = (struct tar_entry){ .type = type, .size = t->left };
	ret->sizes_differ = h.pax.has_size && (h.pax.sizes_differ || h.pax.size != size);
	ret->path = path_of(t, &h);
	ret->executable = octal(field(t->header, MODE_AT, MODE_LEN), &mode) && (mode & 0111) != 0;
	return TAR_ENTRY;
}

bool tar_read(struct tar *t, void *p, size_t n, size_t *ret_n)
{
	size_t part = n < t->left ? n : (size_t)t->left;

	*ret_n = 0;
	if (t->done != TAR_ENTRY || !tar_take(t, p, part, ret_n) || *ret_n < part) {
		t->done = TAR_BAD;
		return false;
	}
	t->left -= part;
	return true;
}

bool tar_read_all(struct tar *t, struct arena *a, size_t max, struct text *ret, bool *ret_too_big)
{
	size_t n = (size_t)t->left, got;
	char *p;

	*ret_too_big = t->left > max;
	if (*ret_too_big)
		return true;
	p = arena_alloc(a, n + 1);
	if (!tar_read(t, p, n, &got))
		return false;
	*ret = (struct text){ p, n };
	return true;
}

struct tar_type_name tar_type_name(unsigned char type)
{
	static const struct {
		unsigned char type;
		const char *name;
	} names[] = {
		{ '0', "Regular" },     { '1', "Link" },       { '2', "Symlink" },
		{ '3', "Char" },        { '4', "Block" },      { '5', "Directory" },
		{ '6', "Fifo" },        { '7', "Continuous" }, { 'L', "GNULongName" },
		{ 'K', "GNULongLink" }, { 'S', "GNUSparse" },  { 'g', "XGlobalHeader" },
		{ 'x', "XHeader" },
	};
	struct tar_type_name ret;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (names[i].type == type) {
			(void)snprintf(ret.s, sizeof(ret.s), "%s", names[i].name);
			return ret;
		}
	}
	(void)snprintf(ret.s, sizeof(ret.s), "Other(%u)", (unsigned)type);
	return ret;
}
