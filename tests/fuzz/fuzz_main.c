/*
 * main() of a fuzz target without libFuzzer: fuzz_NAME [FILE or FOLDER]... runs the target over
 * each file and over PREFIXES beginnings of it. Without arguments, as `make check` calls it, over
 * $srcdir/tests/fuzz/corpus/NAME. Fails when there was no file.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PREFIXES = 64, FILE_MAX = 16 * 1024 * 1024 };

/* A copy of exactly n bytes, so that an address sanitizer sees any step over the end. */
static void run(const char *p, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	BUG_ON(!copy);
	memcpy(copy, p, n);
	(void)LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static bool run_file(const char *path)
{
	static char data[FILE_MAX];
	FILE *f = fopen(path, "rb");
	size_t n, step;

	if (!f) {
		perror(path);
		return false;
	}
	n = fread(data, 1, sizeof(data), f);
	(void)fclose(f);
	step = n / PREFIXES + 1;
	for (size_t i = 0; i < n; i += step)
		run(data, i);
	run(data, n);
	return true;
}

/* How many files were run; a folder's own folders are not entered. */
static size_t run_path(const char *path)
{
	struct arena *a = arena_new(0);
	DIR *dir = opendir(path);
	struct dirent *entry;
	size_t n = 0;

	if (!dir)
		n = run_file(path);
	while (dir && (entry = readdir(dir))) {
		struct text file = text_fmt(a, "%s/%s", path, entry->d_name);
		struct stat st;

		if (stat(file.p, &st) == 0 && S_ISREG(st.st_mode))
			n += run_file(file.p);
	}
	if (dir)
		(void)closedir(dir);
	arena_free(a);
	return n;
}

int main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir"), *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];
	struct arena *a = arena_new(0);
	size_t n = 0;

	for (int i = 1; i < argc; i++)
		n += run_path(argv[i]);
	if (argc == 1) {
		name += strncmp(name, "fuzz_", 5) == 0 ? 5 : 0;
		n = run_path(text_fmt(a, "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".", name).p);
	}
	arena_free(a);
	printf("%zu files\n", n);
	return n ? 0 : 1;
}
