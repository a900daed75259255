#include "app/inspect/answer_files.h"

#include "app/base/arena.h"

enum { NUMBERS_MAX = 9 };

static void write_number(struct buf *b, uint64_t v)
{
	buf_u64(b, v);
	buf_byte(b, ' ');
}

static void write_path(struct buf *b, struct text path)
{
	buf_add(b, path);
	buf_byte(b, '\0');
}

void answer_write_files(struct buf *b, const struct listed_file *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		write_number(b, v[i].size);
		write_number(b, v[i].executable);
		write_path(b, v[i].path);
	}
}

/* A number and its blank off *rest. */
static bool take_number(struct text *rest, uint64_t max, uint64_t *ret)
{
	struct text part;

	return text_cut(rest, ' ', &part) && rest->p && text_u64(part, 0, max, ret);
}

/* As archive_path makes them. */
static bool is_path(struct text path)
{
	struct text rest = path, part;

	if (!path.n || path.n > FILE_PATH_MAX || !text_is_utf8(path))
		return false;
	while (text_cut(&rest, '/', &part))
		if (!part.n || text_eq(part, TEXT(".")) || text_eq(part, TEXT("..")))
			return false;
	return true;
}

static bool take_path(struct text *rest, struct text *ret)
{
	return text_cut(rest, '\0', ret) && rest->p && is_path(*ret);
}

static size_t count_entries(struct text t)
{
	size_t n = 0;

	for (size_t i = 0; i < t.n; i++)
		n += t.p[i] == '\0';
	return n;
}

bool answer_read_files(struct arena *a, struct text t, struct listed_file **ret, size_t *ret_n)
{
	size_t n = count_entries(t);
	struct listed_file *v = arena_array(a, n ? n : 1, sizeof(*v));
	uint64_t executable;

	for (size_t i = 0; i < n; i++) {
		if (!take_number(&t, UINT64_MAX, &v[i].size) || !take_number(&t, 1, &executable) ||
		    !take_path(&t, &v[i].path))
			return false;
		v[i].executable = executable == 1;
	}
	if (t.n)
		return false;
	*ret = v;
	*ret_n = n;
	return true;
}

void answer_write_compared(struct buf *b, const struct compared_file *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		write_number(b, v[i].change);
		write_number(b, v[i].kind);
		write_number(b, v[i].old_size);
		write_number(b, v[i].new_size);
		write_number(b, v[i].removed);
		write_number(b, v[i].added);
		write_number(b, v[i].hunks_left);
		write_number(b, v[i].rough);
		write_number(b, v[i].hunks.n);
		write_path(b, v[i].path);
		buf_add(b, v[i].hunks);
	}
}

static bool take_compared(struct text *rest, struct compared_file *ret)
{
	static const uint64_t max[NUMBERS_MAX] = {
		FILE_CHANGES - 1, SOURCE_KINDS - 1, UINT64_MAX, UINT64_MAX, UINT64_MAX,
		UINT64_MAX,       UINT64_MAX,       1,          SIZE_MAX
	};
	uint64_t v[NUMBERS_MAX];

	for (size_t i = 0; i < NUMBERS_MAX; i++)
		if (!take_number(rest, max[i], &v[i]))
			return false;
	*ret = (struct compared_file){ .change = (enum file_change)v[0],
				       .kind = (enum source_kind)v[1],
				       .old_size = v[2],
				       .new_size = v[3],
				       .removed = v[4],
				       .added = v[5],
				       .hunks_left = v[6],
				       .rough = v[7] == 1 };
	if (!take_path(rest, &ret->path) || v[8] > rest->n)
		return false;
	ret->hunks = text_sub(*rest, 0, (size_t)v[8]);
	*rest = text_sub(*rest, (size_t)v[8], rest->n);
	return text_is_utf8(ret->hunks) && !text_has_byte(ret->hunks, '\0');
}

bool answer_read_compared(struct arena *a, struct text t, struct compared_file **ret, size_t *ret_n)
{
	size_t room = count_entries(t), n = 0;
	struct compared_file *v = arena_array(a, room ? room : 1, sizeof(*v));

	/* each entry takes a NUL, so there is room */
	while (t.n)
		if (!take_compared(&t, &v[n++]))
			return false;
	*ret = v;
	*ret_n = n;
	return true;
}
