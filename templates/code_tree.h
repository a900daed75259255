/*
 * The files of an archive as a tree to be written (templates/code.html): folders before files, each by name; a folder with
 * nothing in it but one folder shares its line with that one. Rows come in the order of writing; whoever writes them opens
 * a list behind a row with `opens`, and closes `closes` of them behind a row.
 */
#pragma once

#include "app/inspect/answer_files.h"

struct arena;

enum {
	TREE_WHOLE_MAX =
		400, /* with more files, folders that do not lead to the one shown are not opened */
	TREE_ROWS_MAX = 2000, /* further rows are counted */
	TREE_DEPTH_MAX = 32,  /* deeper paths are one row each */
	TREE_MATCHES_MAX = 200,
};

struct tree_row {
	struct text label; /* "src", "a/b", "lib.rs" */
	struct text path;  /* of the file or folder, below the root */
	bool folder;
	bool opens; /* a list of what is in it follows */
	bool shown; /* on the way to the file that is shown, or that file */
	unsigned closes;
};

struct tree {
	struct tree_row *rows;
	size_t n;
	uint64_t left; /* rows that there was no room for */
};

/* files are sorted by path, each once; shown: the path of the file on the page; absent: none. arena */
struct tree tree_of(struct arena *a, const struct listed_file *files, size_t n, struct text shown);

/* The files whose path has these bytes somewhere, ASCII case ignored, as rows without folders; left counts those beyond
 * TREE_MATCHES_MAX. arena */
struct tree tree_matches(struct arena *a, const struct listed_file *files, size_t n,
			 struct text wanted);
