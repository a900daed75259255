/*
 * The walls around what reads a stranger's input (design.md 2): a process with two or three descriptors
 * (0 the input, 1 the answer, 3 a second input), no environment, hard limits of CPU and memory, no new privileges, and a
 * seccomp filter that kills at the first system call which is not reading, writing or getting
 * memory.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { SANDBOX_SECOND_IN = 3 };

struct sandbox_limits {
	unsigned cpu_s, memory_mb;
	bool require; /* false: where the host refuses seccomp, the rest has to suffice */
	uint64_t
		file_bytes; /* how long the file on the second descriptor may become; 0: nothing is written to a file */
};

/*
 * For the process that is going to fork: makes the filter ready. NULL, or a constant sentence; then
 * only a sandbox that does not require the filter can be entered.
 */
const char *sandbox_prepare(void);

/*
 * In the child: in becomes descriptor 0, out becomes 1, second_in (-1: none) becomes 3, all others are
 * closed, standard error last, so that a failure can be told; then limits and filter. NULL, or a constant sentence, and the process must end without reading. A sanitizer build
 * has no filter and no memory limit.
 */
const char *sandbox_enter(const struct sandbox_limits *l, int in, int second_in, int out);
