/*
 * libcurl, loaded when a process first calls another machine: with what hangs on it (TLS, LDAP, Kerberos, ...) it is 33
 * libraries and 4 MB, which workers that only answer shall not carry. Its header is for app/outside and app/storage/s3.c
 * alone (make lint); the functions are called through this table.
 */
#pragma once

#include "app/base/err.h"

#include <curl/curl.h>

struct config;

struct curl_api {
	CURL *(*easy_init)(void);
	void (*easy_cleanup)(CURL *);
	void (*easy_reset)(CURL *); /* keeps connections, sessions and cached names */
	CURLcode (*easy_setopt)(CURL *, CURLoption, ...); /* numbers are long: 1L, (long)n */
	CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
	CURLcode (*easy_perform)(CURL *);
	const char *(*easy_strerror)(CURLcode);
	struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
	void (*slist_free_all)(struct curl_slist *);
	CURLU *(*url)(void);
	void (*url_cleanup)(CURLU *);
	CURLUcode (*url_set)(CURLU *, CURLUPart, const char *, unsigned);
	CURLUcode (*url_get)(const CURLU *, CURLUPart, char **, unsigned);
	void (*free)(void *);
	curl_version_info_data *(*version_info)(CURLversion);
};

/*
 * Loads and initialises it at the first call of a process; borrowed, for as long as the process lives. ERR_INTERNAL
 * where the machine has no libcurl.so.4 of 7.85 or later.
 */
const struct err *must_use curl_load(struct arena *a, const struct curl_api **ret);

/*
 * Which authorities a certificate must be signed by: those of outside.ca_file, or where the system's are in a folder by hash,
 * as Debian has them, only those that are asked for; the one large file costs 2 MB of memory a process.
 */
void curl_set_authorities(const struct curl_api *api, CURL *curl, const struct config *cfg);
