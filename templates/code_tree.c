#include "templates/code_tree.h"

#include "app/base/arena.h"

struct build {
	struct tree *tree;
	const struct listed_file *files;
	struct text shown;
	bool whole;
};

/* Files from `from` up to `to` share their first `at` bytes. */
struct range {
	size_t from, to, at;
};

static struct text rest_of(const struct build *b, size_t i, size_t at)
{
	return text_sub(b->files[i].path, at, b->files[i].path.n);
}

/* The folder that file i lies in below `at`, without its slash; absent where it lies there itself. */
static struct text folder_of(const struct build *b, size_t i, size_t at)
{
	struct text rest = rest_of(b, i, at);
	size_t slash = text_find_byte(rest, '/');

	return slash < rest.n ? text_sub(rest, 0, slash) : TEXT_NONE;
}

/* The range of the folder that file `from` lies in; paths in it stand together. */
static struct range folder_range(const struct build *b, size_t from, size_t to, size_t at)
{
	struct text folder = folder_of(b, from, at);
	struct range r = { from, from, at + folder.n + 1 };

	while (r.to < to && text_eq(folder_of(b, r.to, at), folder))
		r.to++;
	return r;
}

/* Takes folders that have nothing but one folder in them along. */
static struct range skip_single(const struct build *b, struct range r)
{
	while (r.to > r.from && folder_of(b, r.from, r.at).p) {
		struct range inner = folder_range(b, r.from, r.to, r.at);

		if (inner.to != r.to)
			break;
		r = inner;
	}
	return r;
}

static struct tree_row *add_row(struct build *b, struct text label, struct text path)
{
	struct tree_row *row;

	if (b->tree->n == TREE_ROWS_MAX) {
		b->tree->left++;
		return NULL;
	}
	row = &b->tree->rows[b->tree->n++];
	*row = (struct tree_row){ .label = label, .path = path };
	return row;
}

static bool leads_to(const struct build *b, struct text folder)
{
	return text_starts(b->shown, folder) && b->shown.n > folder.n &&
	       b->shown.p[folder.n] == '/';
}

static void add_file(struct build *b, size_t i, size_t at)
{
	struct tree_row *row = add_row(b, rest_of(b, i, at), b->files[i].path);

	if (row)
		row->shown = text_eq(b->files[i].path, b->shown);
}

static void add_range(struct build *b, struct range r, unsigned depth);

static void add_folder(struct build *b, struct range r, size_t at, unsigned depth)
{
	struct text path = text_sub(b->files[r.from].path, 0, r.at - 1);
	struct tree_row *row = add_row(b, text_sub(path, at, path.n), path);

	if (!row) {
		b->tree->left += r.to - r.from;
		return;
	}
	row->folder = true;
	row->shown = leads_to(b, path);
	row->opens = (b->whole || row->shown) && b->tree->n < TREE_ROWS_MAX;
	if (!row->opens)
		return;
	add_range(b, r, depth + 1);
	b->tree->rows[b->tree->n - 1].closes++;
}

static void add_range(struct build *b, struct range r, unsigned depth)
{
	for (size_t i = r.from; i < r.to;) {
		struct range inner;

		if (!folder_of(b, i, r.at).p || depth == TREE_DEPTH_MAX) {
			i++;
			continue;
		}
		inner = folder_range(b, i, r.to, r.at);
		i = inner.to;
		add_folder(b, skip_single(b, inner), r.at, depth);
	}
	for (size_t i = r.from; i < r.to; i++)
		if (!folder_of(b, i, r.at).p || depth == TREE_DEPTH_MAX)
			add_file(b, i, r.at);
}

static struct tree new_tree(struct arena *a, size_t max)
{
	return (struct tree){ .rows = arena_array(a, max, sizeof(struct tree_row)) };
}

struct tree tree_of(struct arena *a, const struct listed_file *files, size_t n, struct text shown)
{
	/* a folder has a file in it, so there are at most twice as many rows in a flat one */
	struct tree t = new_tree(a, TREE_ROWS_MAX);
	struct build b = { &t, files, shown, n <= TREE_WHOLE_MAX };

	add_range(&b, (struct range){ 0, n, 0 }, 0);
	return t;
}

static bool has_nocase(struct text t, struct text what)
{
	for (size_t i = 0; i + what.n <= t.n; i++)
		if (text_eq_nocase(text_sub(t, i, i + what.n), what))
			return true;
	return false;
}

struct tree tree_matches(struct arena *a, const struct listed_file *files, size_t n,
			 struct text wanted)
{
	struct tree t = new_tree(a, TREE_MATCHES_MAX);

	for (size_t i = 0; i < n; i++) {
		if (!has_nocase(files[i].path, wanted))
			continue;
		if (t.n == TREE_MATCHES_MAX)
			t.left++;
		else
			t.rows[t.n++] =
				(struct tree_row){ .label = files[i].path, .path = files[i].path };
	}
	return t;
}
