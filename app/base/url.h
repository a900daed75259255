/*
 * Web addresses as browsers and Rust's url crate read them: the WHATWG URL Standard
 * (url.spec.whatwg.org), as far as http and https go. What comes after the host never makes such a
 * URL invalid, so it is not looked at.
 */
#pragma once

#include "app/base/text.h"

struct arena;

/*
 * Whether it parses as a URL with the scheme http or https: white space around it and tabs and
 * newlines in it do no harm, "http:x" has the host x. Hosts in Unicode are mapped for the
 * full-width forms and refused for what no name may hold (controls, blanks, private use,
 * noncharacters); the rest of UTS #46 is not checked.
 */
bool url_is_http(struct text url);

/*
 * What stands before the path, the query and the fragment of an absolute address: "https://host:8080", and without the scheme
 * "host:8080" (with user and password, where there are such). Only cut, not checked; absent without "://". Borrowed.
 */
struct text url_origin(struct text url);
struct text url_authority(struct text url);

/* The host in lower case as text ("[::1]" with its brackets, IPv4 as written); absent if
 * url_is_http is false. arena */
struct text url_host(struct arena *a, struct text url);
