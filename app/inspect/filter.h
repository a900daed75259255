/* Whether this host allows a process to filter its own system calls, without the library that makes such filters. */
#pragma once

#include <stdbool.h>

/* False also where something around us (a container, an old kernel) refuses the question. */
bool filter_is_possible(void);
