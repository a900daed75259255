#include "config.h"

#include "app/outside/library.h"

#include <dlfcn.h>
#include <string.h>

/*
 * What it calls is looked for in its own libraries first: libcjose's jansson and our json-c have functions of the same
 * names. Sanitizers cannot bear that, and do without: Debian's symbols also carry versions.
 */
#ifdef ENABLE_SANITIZERS
enum { HOW = RTLD_NOW | RTLD_LOCAL };
#else
enum { HOW = RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND };
#endif

const struct err *library_load(struct arena *a, const char *file, void **ret)
{
	void *library = dlopen(file, HOW);

	if (!library)
		return err_because(a, ERR_INTERNAL, text_from(dlerror()), "%s is not there", file);
	*ret = library;
	return NULL;
}

/* A pointer to a function out of one to an object, as POSIX means dlsym to be used. */
bool library_find(void *library, const char *name, void *to)
{
	void *symbol = dlsym(library, name);

	memcpy(to, &symbol, sizeof(symbol));
	return symbol != NULL;
}
