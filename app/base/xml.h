/*
 * XML out: feeds, site maps, pictures. A document is written in order on a buf, by a writer that closes what it opened
 * and indents by four blanks; or by hand, with xml_text for whatever comes from somebody else.
 *
 * What XML 1.0 (2.2 Char) cannot hold, whatever its escape, is left out: control characters but tab and line ends,
 * U+FFFE, U+FFFF. Bytes that are no UTF-8 become U+FFFD.
 */
#pragma once

#include "app/base/buf.h"

/* In content and in attributes between either kind of quotes: & < > " ' as references. */
void xml_text(struct buf *b, struct text t);

/* <![CDATA[...]]>, and what would end it divided between two. */
void xml_cdata(struct buf *b, struct text t);

enum { XML_DEPTH_MAX = 8 };

struct xml {
	struct buf *b;
	const char *open[XML_DEPTH_MAX]; /* borrowed: names are literals */
	size_t depth;
	bool in_tag; /* attributes may follow */
};

/* Writes the declaration: version 1.0, UTF-8. */
struct xml xml_init(struct buf *b);

void xml_open(struct xml *x, const char *name); /* deeper than XML_DEPTH_MAX is a BUG */
void xml_attr(struct xml *x, const char *name, struct text value); /* right after xml_open */
void xml_close(struct xml *x); /* the innermost one; empty ones become <name/> */

/* An element that holds nothing but text, on a line of its own. */
void xml_leaf(struct xml *x, const char *name, struct text content);
void xml_leaf_cdata(struct xml *x, const char *name, struct text content);
