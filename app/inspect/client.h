/*
 * The way to cratehouse-inspect: what strangers sent is taken apart there, without secrets, network
 * or files, under limits of time and memory (design.md 2). Its answer is JSON of at most 4 MiB,
 * read here as a stranger's input.
 */
#pragma once

#include "app/base/err.h"
#include "app/base/hash.h"
#include "app/inspect/answer_advisories.h"
#include "app/inspect/answer_files.h"
#include "app/registry/manifest.h"

struct config;
struct inspect;

/* owned (free with inspect_free). Reaches the inspector of the master by its socket, or executes
 * one for each call. */
struct inspect *inspect_new(const struct config *cfg, const char *socket_or_null);
void inspect_free(struct inspect *i);

/*
 * Where answers about published archives may be kept (app/storage has the files, which this folder does not know). get
 * gives absent for none. Without a cache each question is asked. Both are called with ctx.
 */
struct inspect_cache {
	struct text (*get)(void *ctx, struct arena *a, const struct sha256 *key,
			   int64_t *ret_age_us);
	void (*put)(void *ctx, struct arena *a, const struct sha256 *key, struct text bytes);
	void *ctx;
};
void inspect_use_cache(struct inspect *i, const struct inspect_cache *cache);

/*
 * For the master, in a child that it forked: becomes the inspector that serves listen_fd, with the
 * limits of cfg and no environment. Returns only when that fails, with errno.
 */
void inspect_exec(const struct config *cfg, int listen_fd);

struct inspect_archive_in {
	int fd; /* the .crate; read from offset 0; stays the caller's */
	struct text name, version;
	uint64_t max_unpacked, max_entries; /* max_entries 0: no limit */
};

/*
 * The .crate as cargo reads it (contract/publish.md 5 and 6). A verdict is ERR_INVALID in the
 * contract's words; one that died or ran over a limit is a verdict too; only one that could not be
 * started is ERR_BUSY. ret is arena.
 */
const struct err *must_use inspect_archive(struct inspect *i, struct arena *a,
					   const struct inspect_archive_in *in,
					   struct manifest *ret);

struct inspect_lines_in {
	int fd;
	struct text name, version;
	struct sha256
		sha; /* of the archive; for the questions of pages alone, whose answers are kept by it */
};

/* The JSON for versions.linecounts (contract/jobs.md 13). arena. */
const struct err *must_use inspect_lines(struct inspect *i, struct arena *a,
					 const struct inspect_lines_in *in, struct text *ret_json);

/*
 * The .zip of the archive into the file out_fd (empty; the caller's), all of its files of that time, and the JSON that tells
 * where each is in it (contract/jobs.md 14). arena. ERR_BUSY also for a full disk.
 */
const struct err *must_use inspect_zip(struct inspect *i, struct arena *a,
				       const struct inspect_lines_in *in, int64_t mtime_s,
				       int out_fd, struct text *ret_json);

struct inspect_readme_in {
	struct text text;       /* at most 512 KiB is rendered, more is shown as plain text */
	struct text path;       /* "README.md" */
	struct text repository; /* for relative links; absent: none */
	struct text path_in_vcs;
};

/* Safe HTML (contract/jobs.md 9). *ret_plain: it was over a limit, or the inspector died over
 * it, so this is the text, escaped. arena. */
const struct err *must_use inspect_readme(struct inspect *i, struct arena *a,
					  const struct inspect_readme_in *in, struct text *ret_html,
					  bool *ret_plain);

/* The README text itself out of a .crate, for `import crates` and `render readmes`: path is below the root. */
const struct err *must_use inspect_file(struct inspect *i, struct arena *a,
					const struct inspect_lines_in *in, struct text path,
					struct text *ret);

/*
 * ---- for pages that show what is in an archive. They wait a few seconds for a place at most (ERR_BUSY with a short
 * Retry-After) and take none from publishes (call.h). ERR_INVALID: the archive can't be taken apart, or a limit was
 * reached; asked again the answer is the same. Everything in the answers is arena, UTF-8 and without NUL, but the bytes
 * of inspect_bytes.
 */
struct inspect_source {
	struct listed_file *files; /* by path; at most 20,000 */
	size_t nfiles;
	uint64_t unlisted; /* files beyond that, or with a path of more than FILE_PATH_MAX bytes */
	bool found; /* there is a file at the path, or a folder with one; else nothing below is set */
	struct listed_file
		file; /* the one a reader means: its path may be longer than what was asked for */
	enum source_kind kind;
	struct text language; /* "Rust"; absent: not known */
	struct text
		text; /* SOURCE_TEXT: at most 1 MiB as it is stored; what is no UTF-8 is U+FFFD */
	struct text tokens; /* of text, for tokens_next (app/inspect/tokens.h); they cover it */
};

/* The files, and the one at path: below the root, "" for what a reader opens first. */
const struct err *must_use inspect_browse(struct inspect *i, struct arena *a,
					  const struct inspect_lines_in *in, struct text path,
					  struct inspect_source *ret);

struct inspect_bytes {
	struct text bytes;
	uint64_t size;
	enum source_kind kind; /* SOURCE_LARGE: more than 10 MiB, no bytes */
};

/* One file as it is; ERR_NOT_FOUND where the archive has none with exactly that path. */
const struct err *must_use inspect_bytes(struct inspect *i, struct arena *a,
					 const struct inspect_lines_in *in, struct text path,
					 struct inspect_bytes *ret);

struct inspect_comparison {
	struct compared_file *files; /* those that differ, by path; at most 1,000 */
	size_t nfiles;
	uint64_t same, more; /* files that do not; more that do, or whose path is too long */
};

/* Two versions of a crate. path: only that file, with more room for its hunks; absent: all. */
const struct err *must_use inspect_compare(struct inspect *i, struct arena *a,
					   const struct inspect_lines_in *old,
					   const struct inspect_lines_in *new, struct text path,
					   struct inspect_comparison *ret);

struct inspect_changelog {
	struct text path; /* of the file; absent: there is none */
	struct text html; /* safe, as of inspect_readme */
	bool plain;       /* it was over a limit, so this is the text, escaped */
};

/* The file in the root folder that tells what changed in each version, rendered. repository: for relative links; may be absent. */
const struct err *must_use inspect_changelog(struct inspect *i, struct arena *a,
					     const struct inspect_lines_in *in,
					     struct text repository, struct inspect_changelog *ret);

/* ---- advisories */

struct inspect_advisories {
	struct advisory_answer
		*v; /* in the order of the archive; those that cannot be read say why */
	size_t n;
};

/*
 * Of a .tar.gz of an advisory database (app/registry/advisory_file.h), or, where files is true, of pairs of path, NUL, text, NUL
 * of together at most ADVISORY_FILES_MAX bytes. ERR_INVALID for what is no such archive. arena
 */
const struct err *must_use inspect_advisories(struct inspect *i, struct arena *a, struct text in,
					      bool files, struct inspect_advisories *ret);
