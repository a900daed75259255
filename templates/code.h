/* The pages that show what was published: files, comparison, features (templates/code.html, diff.html, features.html). */
#pragma once

#include "app/inspect/answer_files.h"
#include "templates/code_lines.h"
#include "templates/code_tree.h"
#include "templates/crate_head.h"
#include "templates/page.h"

/* What the pages of one version begin with: the crate's head, and a line where another version is the default one. */
struct version_head {
	struct head head;
	const struct crate_head *crate;
	struct text
		newer; /* the default version, where it is a higher one; absent: there is none */
};

void version_head(struct tmpl *t, const struct version_head *v);

/* /crates/{n}/{v}/code/{path} */
struct code_page {
	struct version_head about;
	struct text name, version;
	struct tree tree;
	struct text wanted; /* of ?file=; absent: the tree is whole */
	uint64_t files, unlisted;
	struct text missing; /* there is no file with this path; absent: `path` is shown */
	struct text path;
	struct links crumbs; /* its folders and itself; href is its path below the root */
	struct text language;
	uint64_t bytes;
	bool executable;
	enum source_kind kind;
	bool image;      /* a picture that browsers show, and that is not too large for it */
	bool directions; /* characters that turn the direction of text are in it */
	struct code code;
};

void code_page(struct tmpl *t, const struct code_page *v);

/* /crates/{n}/diff/{a}...{b} */
struct diff_fact {
	struct text what, old, new; /* absent: none */
};

struct diff_dependency {
	const char *change; /* "added", "removed", "changed" */
	struct text name, old, new;
};

struct diff_page {
	struct head head;
	struct text name, old, new;
	struct text file; /* the only one that was asked for; absent: all */
	const struct diff_fact *facts;
	size_t nfacts;
	const struct diff_dependency *deps;
	size_t ndeps;
	const struct compared_file *files;
	size_t nfiles;
	uint64_t same, more, added,
		removed; /* files that are alike, and not listed; lines of all that are */
};

void diff_page(struct tmpl *t, const struct diff_page *v);

/* /crates/{n}/{v}/features */
struct feature_value {
	struct text value;   /* as it is written: "a", "dep:b", "c/d", "c?/d" */
	struct text feature; /* of this crate, that it names; absent: none */
	struct text crate;   /* that it is about; absent: none, or not known */
};

struct feature_row {
	struct text name;
	bool enabled; /* by default */
	struct text
		crate; /* an optional dependency that is a feature by itself; absent: written in the manifest */
	const struct feature_value *values;
	size_t n;
};

struct features_page {
	struct version_head about;
	struct text name, version;
	const struct feature_row *rows;
	size_t n, implied; /* rows; how many of them are optional dependencies */
	bool has_default;
	struct text command; /* that adds the crate with a feature; absent: none to be added */
};

void features_page(struct tmpl *t, const struct features_page *v);

/* /crates/{n}/changelog */
struct changelog_page {
	struct head head;
	const struct crate_head *crate;
	struct text name, version;
	struct text path;      /* of the file; absent: there is none */
	struct safe_html html; /* html.p NULL: it is too long for a page */
	bool cut, plain;       /* its end is left out; it is shown as text */
};

void changelog_page(struct tmpl *t, const struct changelog_page *v);
