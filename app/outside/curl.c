#include "app/outside/curl.h"

#include "app/base/config.h"
#include "app/outside/library.h"

#include <unistd.h>

static struct curl_api api;

static bool find_all(void *library)
{
	return library_find(library, "curl_easy_init", &api.easy_init) &&
	       library_find(library, "curl_easy_cleanup", &api.easy_cleanup) &&
	       library_find(library, "curl_easy_reset", &api.easy_reset) &&
	       library_find(library, "curl_easy_setopt", &api.easy_setopt) &&
	       library_find(library, "curl_easy_getinfo", &api.easy_getinfo) &&
	       library_find(library, "curl_easy_perform", &api.easy_perform) &&
	       library_find(library, "curl_easy_strerror", &api.easy_strerror) &&
	       library_find(library, "curl_slist_append", &api.slist_append) &&
	       library_find(library, "curl_slist_free_all", &api.slist_free_all) &&
	       library_find(library, "curl_url", &api.url) &&
	       library_find(library, "curl_url_cleanup", &api.url_cleanup) &&
	       library_find(library, "curl_url_set", &api.url_set) &&
	       library_find(library, "curl_url_get", &api.url_get) &&
	       library_find(library, "curl_free", &api.free) &&
	       library_find(library, "curl_version_info", &api.version_info);
}

const struct err *curl_load(struct arena *a, const struct curl_api **ret)
{
	static bool ready;
	CURLcode (*init)(long);
	const struct err *e;
	void *library;

	if (!ready) {
		e = library_load(a, "libcurl.so.4", &library);
		if (e)
			return e;
		if (!find_all(library) || !library_find(library, "curl_global_init", &init) ||
		    api.version_info(CURLVERSION_NOW)->version_num < 0x075500 ||
		    init(CURL_GLOBAL_ALL))
			return err_new(a, ERR_INTERNAL, "libcurl is older than 7.85");
		ready = true;
	}
	*ret = &api;
	return NULL;
}

void curl_set_authorities(const struct curl_api *a, CURL *curl, const struct config *cfg)
{
	const char *folder = a->version_info(CURLVERSION_NOW)->capath;

	if (cfg->outside.ca_file.n)
		BUG_ON(a->easy_setopt(curl, CURLOPT_CAINFO, cfg->outside.ca_file.p));
	else if (folder && access(folder, R_OK | X_OK) == 0)
		BUG_ON(a->easy_setopt(curl, CURLOPT_CAINFO, NULL));
}
