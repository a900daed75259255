#include "app/inspect/lines.h"

#include "app/base/arena.h"
#include "app/base/jw.h"
#include "app/inspect/lines_languages.h"

#include <string.h>

enum {
	JSON_MAX = 256 * 1024,
	/* Bytes of long lines that may be searched again for tags; then the rest of the file is
	   taken as it stands. */
	TAG_WORK_MAX = 1 << 28,
	NESTING_MAX = 4096, /* of comments; deeper ones close with the last that was counted */
};

struct count {
	uint64_t code, comments, files;
};

struct lines {
	struct arena *arena;
	struct count *by_language; /* as in languages[] */
	struct count total;
};

/* An element whose content is left out, and the first of its start tags in the line at hand. */
struct tag {
	struct text start, end, attribute;
	size_t from, to; /* of the start tag; to == 0: none in this line */
	bool unclosed;   /* no end tag in the rest of the file */
};

/* The state of one file. Modes as in tokei: plain, in a string, in comments. */
struct file {
	const struct language *l;
	struct text t;
	bool notable[256]; /* bytes at which anything can begin or end */
	size_t last_ink;   /* behind the last byte that is no white space */
	size_t next_ink;   /* of the first such byte at or behind the place that asked last */
	const char *quote; /* the end of the string that is open, or NULL */
	bool quote_is_doc;
	bool quote_is_verbatim; /* of the last string that was open */
	const char **stack;     /* the ends of the comments that are open */
	size_t depth;
	struct tag tags[3];
	size_t tag_work;
	struct count count;
};

/* ---- which files */

static bool has_part(struct text lower, const char *part)
{
	return text_find(lower, text_from(part)) < lower.n;
}

static struct text extension_of(struct text path, bool *ret_hidden)
{
	size_t from = path.n, dot;

	while (from > 0 && path.p[from - 1] != '/')
		from--;
	*ret_hidden = from < path.n && path.p[from] == '.';
	for (dot = path.n; dot > from && path.p[dot - 1] != '.'; dot--)
		;
	return dot > from + 1 ? text_sub(path, dot, path.n) : TEXT_NONE;
}

static const struct language *wanted(struct text path)
{
	static const char *const skipped[] = { "benches/", "benchmark/", "examples/",
					       "tests/",   "test/",      "testing/" };
	char lower[1024];
	struct text p = { lower, path.n < sizeof(lower) ? path.n : sizeof(lower) };
	struct text extension;
	bool hidden;

	for (size_t i = 0; i < p.n; i++)
		lower[i] = char_lower(path.p[i]);
	for (size_t i = 0; i < ARRAY_SIZE(skipped); i++)
		if (has_part(p, skipped[i]))
			return NULL;
	extension = extension_of(path, &hidden);
	return hidden ? NULL : language_of(extension);
}

struct text lines_language(struct text path)
{
	bool hidden;
	const struct language *l = language_of(extension_of(path, &hidden));

	return l ? text_from(l->name) : TEXT_NONE;
}

bool lines_wants(struct text path)
{
	return wanted(path) != NULL;
}

/* ---- the scanner */

static bool begins(const struct file *f, size_t at, const char *z)
{
	size_t n = strlen(z);

	return n <= f->t.n - at && memcmp(f->t.p + at, z, n) == 0;
}

static const struct pair *pair_at(const struct file *f, const struct pair *list, size_t at)
{
	for (; list && list->start; list++)
		if (begins(f, at, list->start))
			return list;
	return NULL;
}

static bool word_at(const struct file *f, const char *const *list, size_t at)
{
	for (; list && *list; list++)
		if (begins(f, at, *list))
			return true;
	return false;
}

static void note(struct file *f, const char *z)
{
	f->notable[(unsigned char)z[0]] = true;
}

static void note_pairs(struct file *f, const struct pair *list)
{
	for (; list && list->start; list++) {
		note(f, list->start);
		note(f, list->end);
	}
}

static void prepare(struct file *f)
{
	const struct language *l = f->l;

	note_pairs(f, l->block);
	note_pairs(f, l->nested_block);
	note_pairs(f, l->quotes);
	note_pairs(f, l->verbatim);
	note_pairs(f, l->doc);
	for (const char *const *w = l->line; w && *w; w++)
		note(f, *w);
	note(f, "\\");
	if (l->embeds == EMBEDS_TAGS)
		note(f, "<");
	else if (l->embeds == EMBEDS_BRACES)
		note(f, "{");
	else if (l->embeds == EMBEDS_DOC)
		for (const char *c = "/ \t\n\v\f\r"; *c; c++)
			note(f, c);
	for (f->last_ink = f->t.n; f->last_ink > 0 && char_is_space(f->t.p[f->last_ink - 1]);
	     f->last_ink--)
		;
}

/* Where the white space from `at` on ends; it may go over line ends. */
static size_t skip_space(struct file *f, size_t at)
{
	if (f->next_ink < at)
		f->next_ink = at;
	else if (f->next_ink > at && char_is_space(f->t.p[at]))
		return f->next_ink; /* asked before, from the same white space */
	else
		f->next_ink = at;
	while (f->next_ink < f->t.n && char_is_space(f->t.p[f->next_ink]))
		f->next_ink++;
	return f->next_ink;
}

static size_t line_end(const struct file *f, size_t at)
{
	const char *nl = at < f->t.n ? memchr(f->t.p + at, '\n', f->t.n - at) : NULL;

	return nl ? (size_t)(nl - f->t.p) + 1 : f->t.n;
}

static bool is_plain(const struct file *f)
{
	return !f->quote && f->depth == 0;
}

/* ---- what is embedded */

static bool is_doc(const struct file *f, size_t at)
{
	return begins(f, at, "///") || begins(f, at, "//!");
}

/* Behind the doc comment that begins at `at` or behind white space there; 0 for none. */
static size_t skip_doc(struct file *f, size_t at)
{
	size_t ink = skip_space(f, at);
	char mark[4] = "///";

	if (ink == f->t.n || !is_doc(f, ink))
		return 0;
	mark[2] = f->t.p[ink + 2];
	while (at < f->t.n) {
		ink = skip_space(f, at);
		if (ink == f->t.n || !begins(f, ink, mark))
			return at;
		at = line_end(f, at);
	}
	return at;
}

/*
 * The end of the start tag that begins at `from`, 0 for none in the line. As tokei's expression
 * finds it: behind the last attribute of that name whose value is quoted, where there is one, else
 * at the first '>'.
 */
static size_t start_tag_end(struct text line, size_t from, struct text attribute)
{
	size_t close = line.n, quote, name;

	while (close > from && line.p[close - 1] != '>')
		close--;
	if (close == from)
		return 0;
	/* The last quote with a '>' behind it, and the last name in front of that. */
	for (quote = close - 1; quote > from && line.p[quote] != '"'; quote--)
		;
	for (name = quote; name > from; name--)
		if (name + attribute.n <= quote &&
		    text_starts(text_sub(line, name, line.n), attribute))
			return quote + 1 + text_find_byte(text_sub(line, quote + 1, line.n), '>') +
			       1;
	return from + text_find_byte(text_sub(line, from, line.n), '>') + 1;
}

/* The first start tag of each kind in the line. */
static void find_tags(struct file *f, size_t start, size_t end)
{
	struct text line = text_sub(f->t, start, end);
	bool work_left = f->tag_work < TAG_WORK_MAX;

	for (size_t i = 0; i < ARRAY_SIZE(f->tags); i++) {
		struct tag *tag = &f->tags[i];
		size_t at = text_find(line, tag->start), to;

		tag->to = 0;
		if (at == line.n || !work_left || tag->unclosed)
			continue;
		f->tag_work += line.n;
		to = start_tag_end(line, at, tag->attribute);
		tag->from = start + at;
		tag->to = to ? start + to : 0;
	}
}

/* Behind the content of the element that begins here (in front of its end tag); 0 for none. */
static size_t skip_element(struct file *f, size_t at)
{
	for (size_t i = 0; i < ARRAY_SIZE(f->tags); i++) {
		struct tag *tag = &f->tags[i];
		struct text content;
		size_t n;

		if (!tag->to || tag->from != at)
			continue;
		content = text_sub(f->t, tag->to, f->t.n);
		n = text_find(content, tag->end);
		if (n == content.n) {
			tag->unclosed = true;
			return 0;
		}
		return text_trim(text_sub(content, 0, n)).n ? tag->to + n : 0;
	}
	return 0;
}

static size_t skip_braces(const struct file *f, size_t at)
{
	struct text rest;

	if (!begins(f, at, "{="))
		return 0;
	rest = text_sub(f->t, at + 2, f->t.n);
	return at + 2 + text_find(rest, TEXT("=}"));
}

static size_t skip_embedded(struct file *f, size_t at)
{
	switch (f->l->embeds) {
	case EMBEDS_DOC:
		return skip_doc(f, at);
	case EMBEDS_TAGS:
		return skip_element(f, at);
	case EMBEDS_BRACES:
		return skip_braces(f, at);
	case EMBEDS_NOTHING:
		break;
	}
	return 0;
}

/* ---- strings and comments: each returns how many bytes it took, 0 for none */

static size_t end_of_quote(struct file *f, size_t at)
{
	const struct pair *q;

	if (f->quote && begins(f, at, f->quote)) {
		size_t n = strlen(f->quote);

		f->quote = NULL;
		return n;
	}
	if (f->quote_is_verbatim || f->t.p[at] != '\\' || at + 1 >= f->t.n)
		return 0;
	if (f->t.p[at + 1] == '\\')
		return 2;
	q = pair_at(f, f->l->quotes, at + 1);
	return q ? 2 : 0;
}

static size_t end_of_comment(struct file *f, size_t at)
{
	if (f->depth == 0 || !begins(f, at, f->stack[f->depth - 1]))
		return 0;
	return strlen(f->stack[--f->depth]);
}

static size_t start_of_quote(struct file *f, size_t at)
{
	const struct pair *q;

	if (f->depth)
		return 0;
	q = pair_at(f, f->l->doc, at);
	f->quote_is_doc = q ? true : f->quote_is_doc;
	if (q)
		f->quote_is_verbatim = false;
	else if ((q = pair_at(f, f->l->verbatim, at))) {
		f->quote_is_verbatim = true;
		f->quote_is_doc = false;
	} else if ((q = pair_at(f, f->l->quotes, at))) {
		f->quote_is_verbatim = false;
		f->quote_is_doc = false;
	}
	if (!q)
		return 0;
	f->quote = q->end;
	return strlen(q->start);
}

static size_t start_of_comment(struct file *f, size_t at)
{
	const struct pair *c = pair_at(f, f->l->block, at);
	bool nests = f->l->nests;

	if (!c) {
		c = pair_at(f, f->l->nested_block, at);
		nests = true;
	}
	if (!c)
		return 0;
	if ((f->depth == 0 || nests) && f->depth < NESTING_MAX)
		f->stack[f->depth++] = c->end;
	return strlen(c->start);
}

/* ---- lines */

static bool has_important(const struct file *f, size_t start, size_t end)
{
	for (size_t i = start; i < end; i++) {
		if (f->l->also && word_at(f, f->l->also, i))
			return true;
		if (f->notable[(unsigned char)f->t.p[i]] &&
		    (pair_at(f, f->l->quotes, i) || pair_at(f, f->l->doc, i) ||
		     pair_at(f, f->l->block, i) || pair_at(f, f->l->nested_block, i)))
			return true;
	}
	return false;
}

/*
 * Goes through a line that is not what it seems at once. True when it ran into something embedded:
 * then *end is where the next line begins, and this one has been left out.
 */
static bool scan_line(struct file *f, size_t start, size_t *end)
{
	if (f->l->embeds == EMBEDS_TAGS)
		find_tags(f, start, *end);
	for (size_t i = start; i < *end && i < f->last_ink;) {
		size_t n;

		if (!f->notable[(unsigned char)f->t.p[i]]) {
			i++;
			continue;
		}
		n = end_of_quote(f, i);
		if (!n)
			n = end_of_comment(f, i);
		if (n || f->quote) {
			i += n ? n : 1;
			continue;
		}
		n = is_plain(f) ? skip_embedded(f, i) : 0;
		if (n) {
			*end = n;
			return true;
		}
		n = start_of_quote(f, i);
		if (!n)
			n = start_of_comment(f, i);
		if (!n && is_plain(f) && word_at(f, f->l->line, i))
			break;
		i += n ? n : 1;
	}
	return false;
}

static bool is_whole_comment(const struct file *f, struct text line, size_t at)
{
	const struct pair *lists[] = { f->l->block, f->l->nested_block };

	if (word_at(f, f->l->line, at))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		for (const struct pair *c = lists[i]; c && c->start; c++)
			if (text_starts(line, text_from(c->start)) &&
			    text_ends(line, text_from(c->end)))
				return true;
	return false;
}

/* Whether the line, without white space around, begins the comment that is open behind it. */
static bool opens_with_comment(const struct file *f, struct text line)
{
	const struct pair *lists[] = { f->l->block, f->l->nested_block };

	if (f->depth == 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		for (const struct pair *c = lists[i]; c && c->start; c++)
			if (strcmp(c->end, f->stack[f->depth - 1]) == 0 &&
			    text_starts(line, text_from(c->start)))
				return true;
	return false;
}

/* Called behind the scan of the line, in its final mode. */
static bool is_comment(const struct file *f, struct text line, bool started_in_comments)
{
	struct text trimmed = text_trim(line);

	if (f->quote)
		return f->quote_is_doc;
	if (started_in_comments)
		return true; /* so is the end of a doc string */
	if (trimmed.n == 0)
		return false;
	return is_whole_comment(f, trimmed, (size_t)(trimmed.p - f->t.p)) ||
	       opens_with_comment(f, trimmed);
}

/* True when the line could be told without a scan. */
static bool count_simple(struct file *f, struct text line, size_t start, size_t end)
{
	struct text trimmed = text_trim(line);

	if (!is_plain(f))
		return false;
	if (trimmed.n == 0)
		return true; /* blank: in neither number */
	if (has_important(f, start, end))
		return false;
	if (!f->l->by_column)
		start = (size_t)(trimmed.p - f->t.p);
	if (word_at(f, f->l->line, start))
		f->count.comments++;
	else
		f->count.code++;
	return true;
}

static void count_lines(struct file *f)
{
	size_t start = 0;

	while (start < f->t.n) {
		size_t end = line_end(f, start);
		struct text line = text_sub(f->t, start, end);
		bool in_comments;

		if (!count_simple(f, line, start, end)) {
			in_comments = f->depth > 0 || (f->quote && f->quote_is_doc);
			if (scan_line(f, start, &end))
				f->count.code += f->l->embeds == EMBEDS_TAGS;
			else if (is_comment(f, line, in_comments))
				f->count.comments++;
			else
				f->count.code++;
		}
		start = end;
	}
}

void lines_file(struct lines *l, struct text path, struct text bytes)
{
	const struct language *language = wanted(path);
	struct file f = {
		.l = language,
		.t = bytes,
		.tags = { { .start = TEXT("<script"),
			    .end = TEXT("</script>"),
			    .attribute = TEXT("type=\"") },
			  { .start = TEXT("<style"),
			    .end = TEXT("</style>"),
			    .attribute = TEXT("lang=\"") },
			  { .start = TEXT("<template"),
			    .end = TEXT("</template>"),
			    .attribute = TEXT("lang=\"") } },
	};
	const char *stack[NESTING_MAX];
	struct count *c;

	if (!language)
		return;
	f.stack = stack;
	prepare(&f);
	count_lines(&f);
	c = &l->by_language[language - languages];
	c->code += f.count.code;
	c->comments += f.count.comments;
	c->files++;
	l->total.code += f.count.code;
	l->total.comments += f.count.comments;
}

struct lines *lines_begin(struct arena *a)
{
	struct lines *l = arena_alloc(a, sizeof(*l));

	l->arena = a;
	l->by_language = arena_array(a, nlanguages, sizeof(*l->by_language));
	return l;
}

struct text lines_json(const struct lines *l)
{
	struct buf b = buf_init(l->arena, JSON_MAX);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	jw_object(&j, "languages");
	for (size_t i = 0; i < nlanguages; i++) {
		const struct count *c = &l->by_language[i];

		if (!c->files)
			continue;
		jw_object(&j, languages[i].name);
		jw_u64(&j, "code_lines", c->code);
		jw_u64(&j, "comment_lines", c->comments);
		jw_u64(&j, "files", c->files);
		jw_end(&j);
	}
	jw_end(&j);
	jw_u64(&j, "total_code_lines", l->total.code);
	jw_u64(&j, "total_comment_lines", l->total.comments);
	jw_end(&j);
	BUG_ON(!jw_done(&j) || !buf_ok(&b));
	return buf_text(&b);
}
