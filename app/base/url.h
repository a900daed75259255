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

/* The host in lower case as text ("[::1]" with its brackets, IPv4 as written); absent if
 * url_is_http is false. arena */
struct text url_host(struct arena *a, struct text url);
