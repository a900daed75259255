/*
 * How many lines of code and comment a crate has, by language: versions.linecounts
 * (contract/jobs.md 13), with the numbers of the reference server, which counts with tokei 14. What
 * looks odd in them is matched on purpose: the doc comments of Rust (/// and //!) are Markdown in
 * tokei's eyes and appear in neither number, nor does a line of code that ends in the white space
 * before one; a file is skipped when "test/" occurs anywhere in its path ("latest/"); names of
 * extensions are told by case. Not counted here, but there: Jupyter notebooks, MDX and Unreal
 * Markdown.
 */
#pragma once

#include "app/base/text.h"

struct arena;
struct lines;

/* arena. */
struct lines *lines_begin(struct arena *a);

/* Whether lines_file would count the file: nothing of it need be read otherwise. path is below the
 * crate's root folder. */
bool lines_wants(struct text path);

/* The name of the language by the file's ending, whether it would be counted or not; absent for none that is known. Constant. */
struct text lines_language(struct text path);

/* Adds a regular file; does nothing where lines_wants says no. Time grows with the size of the
 * file. bytes: borrowed. */
void lines_file(struct lines *l, struct text path, struct text bytes);

/* {"languages":{"Rust":{"code_lines":1,"comment_lines":0,"files":1}},"total_code_lines":1,"total_comment_lines":0};
 * arena. */
struct text lines_json(const struct lines *l);
