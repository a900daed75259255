/* Functions that this tree does not call: the compiler refuses them. Included from the command line, after nothing. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strncpy strcat strncat stpcpy strlcpy strlcat
#pragma GCC poison sprintf vsprintf sscanf scanf fscanf gets
#pragma GCC poison atoi atol atoll atof strtol strtoll strtoul strtoull
#pragma GCC poison strtok strtok_r gmtime localtime ctime asctime
#pragma GCC poison mktemp tmpnam tempnam
