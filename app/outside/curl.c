#include "app/outside/curl.h"

#include <dlfcn.h>

static struct curl_api api;

/* A pointer to a function out of one to an object, as POSIX means dlsym to be used. */
static bool find(void *library, const char *name, void *to)
{
	void *symbol = dlsym(library, name);

	memcpy(to, &symbol, sizeof(symbol));
	return symbol != NULL;
}

static bool find_all(void *library)
{
	return find(library, "curl_easy_init", &api.easy_init) &&
	       find(library, "curl_easy_cleanup", &api.easy_cleanup) &&
	       find(library, "curl_easy_reset", &api.easy_reset) &&
	       find(library, "curl_easy_setopt", &api.easy_setopt) &&
	       find(library, "curl_easy_getinfo", &api.easy_getinfo) &&
	       find(library, "curl_easy_perform", &api.easy_perform) &&
	       find(library, "curl_easy_strerror", &api.easy_strerror) &&
	       find(library, "curl_slist_append", &api.slist_append) &&
	       find(library, "curl_slist_free_all", &api.slist_free_all) &&
	       find(library, "curl_url", &api.url) &&
	       find(library, "curl_url_cleanup", &api.url_cleanup) &&
	       find(library, "curl_url_set", &api.url_set) &&
	       find(library, "curl_url_get", &api.url_get) &&
	       find(library, "curl_free", &api.free) &&
	       find(library, "curl_version_info", &api.version_info);
}

const struct err *curl_load(struct arena *a, const struct curl_api **ret)
{
	static bool ready;
	CURLcode (*init)(long);
	void *library;

	if (!ready) {
		library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
		if (!library)
			return err_because(a, ERR_INTERNAL, text_from(dlerror()),
					   "libcurl is not there");
		if (!find_all(library) || !find(library, "curl_global_init", &init) ||
		    api.version_info(CURLVERSION_NOW)->version_num < 0x075500 ||
		    init(CURL_GLOBAL_ALL))
			return err_new(a, ERR_INTERNAL, "libcurl is older than 7.85");
		ready = true;
	}
	*ret = &api;
	return NULL;
}
