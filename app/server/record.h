/*
 * Records of FastCGI (its specification, 3.3 and 5.3) for what is large: libfcgi hands on at most 8 KiB at a time, which are a
 * hundred system calls for a crate with 600 versions, each waking the web server.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* As many as fit into a record's two bytes of length, in whole eights (the specification asks for alignment). */
enum { RECORD_BYTES = 65528 };

/*
 * All of p as records FCGI_STDOUT of this request to a blocking socket, with nothing of libfcgi's own in between: it was flushed
 * before. false: the peer is gone, or took nothing for the time-out of the socket; a record may be half there, so the connection is of no more
 * use and has to be closed.
 */
bool records_write(int fd, unsigned request_id, const void *p, size_t n);
