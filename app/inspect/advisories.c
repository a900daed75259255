#include "app/inspect/advisories.h"

#include "app/base/arena.h"
#include "app/base/jw.h"
#include "app/inspect/readme.h"
#include "app/inspect/tar.h"

/* What is written so far. */
struct gather {
	struct jw *j;
	uint64_t from, seen; /* number of the first file that is wanted; of those that were there */
	uint64_t written;
	size_t begin; /* of the buffer */
};

static bool is_full(const struct gather *g)
{
	return g->written == ADVISORIES_AT_ONCE || g->j->b->n - g->begin > ADVISORIES_MAX_ANSWER;
}

/* Whether the file is an advisory that this answer has still to tell of. */
static bool is_wanted(struct gather *g, struct text path, struct text *ret_package,
		      struct text *ret_id)
{
	return advisory_file_path(path, ret_package, ret_id) && g->seen++ >= g->from;
}

/* So that no single one, however its Markdown grows, makes an answer too long for all of them. */
static bool is_short(struct arena *of_one, const struct advisory_answer *v)
{
	struct buf b = buf_init(of_one, ADVISORIES_MAX_ONE);
	struct jw j = jw_init(&b);

	answer_write_advisory(&j, v);
	return buf_ok(&b);
}

static void take(struct arena *of_one, struct gather *g, struct text package, struct text id,
		 struct text bytes)
{
	struct advisory_answer v = { .file = { .id = id, .package = package } };
	struct readme_in readme = { .path = TEXT("README.md") };
	struct advisory_file f;
	bool plain;

	v.why = text_from(advisory_file_read(of_one, bytes, &f));
	if (!v.why.p && !text_eq(f.id, id))
		v.why = TEXT("its id is not that of its name");
	if (!v.why.p && !text_eq(f.package, package))
		v.why = TEXT("its package is not that of its folder");
	if (!v.why.p) {
		v.file = f;
		readme.text = f.description;
		v.html = readme_render(of_one, &readme, &plain);
		if (!is_short(of_one, &v))
			v.why = TEXT("its HTML is too long");
	}
	answer_write_advisory(g->j, &v);
	g->written++;
}

static bool read_archive(struct arena *a, int fd, struct gather *g, bool *ret_more)
{
	struct tar *tar = tar_new(a, fd, ADVISORIES_MAX_UNPACKED);
	struct arena *of_one = arena_new(0);
	struct text package, id, bytes;
	struct tar_entry e;
	enum tar_result r;
	bool too_big, ok = true;

	while (ok && !*ret_more && (r = tar_next(tar, &e)) == TAR_ENTRY) {
		if (e.type != '0' || !is_wanted(g, e.path, &package, &id))
			continue;
		*ret_more = is_full(g);
		if (*ret_more)
			break;
		arena_reset(of_one);
		package = text_dup(of_one, package);
		id = text_dup(of_one, id);
		ok = tar_read_all(tar, of_one, ADVISORY_FILE_MAX, &bytes, &too_big);
		if (ok)
			take(of_one, g, package, id, too_big ? TEXT("") : bytes);
	}
	arena_free(of_one);
	return ok && (*ret_more || r == TAR_END);
}

static void read_files(struct text rest, struct gather *g, bool *ret_more)
{
	struct arena *of_one = arena_new(0);
	struct text path, bytes, package, id;

	while (rest.n && !*ret_more) {
		if (!text_cut(&rest, '\0', &path) || !text_cut(&rest, '\0', &bytes))
			break;
		if (!is_wanted(g, path, &package, &id))
			continue;
		*ret_more = is_full(g);
		arena_reset(of_one);
		if (!*ret_more)
			take(of_one, g, package, id, bytes);
	}
	arena_free(of_one);
}

static struct gather begin(struct jw *j, uint64_t from)
{
	struct gather g = { .j = j, .from = from, .begin = j->b->n };

	jw_array(j, "advisories");
	return g;
}

static void end(struct gather *g, bool more)
{
	jw_end(g->j);
	jw_u64(g->j, "next", more ? g->from + g->written : 0);
}

bool advisories_of_archive(struct arena *a, int fd, uint64_t from, struct jw *j)
{
	struct gather g = begin(j, from);
	bool more = false, ok = read_archive(a, fd, &g, &more);

	end(&g, more);
	return ok;
}

void advisories_of_files(struct text files, uint64_t from, struct jw *j)
{
	struct gather g = begin(j, from);
	bool more = false;

	read_files(files, &g, &more);
	end(&g, more);
}
