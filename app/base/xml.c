#include "app/base/xml.h"

/* XML 1.0, 2.2: Char; surrogates never come out of text_next_char. */
static bool allowed(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0xfffe && c != 0xffff);
}

static void put_char(struct buf *b, uint32_t c)
{
	char s[4];

	buf_add(b, (struct text){ s, char_put_utf8(s, c) });
}

static void put_escaped(struct buf *b, uint32_t c)
{
	if (c == '&')
		buf_add(b, TEXT("&amp;"));
	else if (c == '<')
		buf_add(b, TEXT("&lt;"));
	else if (c == '>')
		buf_add(b, TEXT("&gt;"));
	else if (c == '"')
		buf_add(b, TEXT("&quot;"));
	else if (c == '\'')
		buf_add(b, TEXT("&#39;"));
	else if (allowed(c))
		put_char(b, c);
}

void xml_text(struct buf *b, struct text t)
{
	size_t at = 0;
	uint32_t c;

	while (text_next_char(t, &at, &c))
		put_escaped(b, c);
}

void xml_cdata(struct buf *b, struct text t)
{
	size_t at = 0, brackets = 0;
	uint32_t c;

	buf_add(b, TEXT("<![CDATA["));
	while (text_next_char(t, &at, &c)) {
		if (!allowed(c))
			continue;
		if (c == '>' && brackets >= 2)
			buf_add(b, TEXT("]]><![CDATA["));
		brackets = c == ']' ? brackets + 1 : 0;
		put_char(b, c);
	}
	buf_add(b, TEXT("]]>"));
}

struct xml xml_init(struct buf *b)
{
	buf_add(b, TEXT("<?xml version=\"1.0\" encoding=\"utf-8\"?>"));
	return (struct xml){ .b = b };
}

static void end_tag_before(struct xml *x)
{
	if (x->in_tag)
		buf_byte(x->b, '>');
	x->in_tag = false;
}

static void new_line(struct xml *x)
{
	buf_byte(x->b, '\n');
	for (size_t i = 0; i < x->depth; i++)
		buf_add(x->b, TEXT("    "));
}

static void begin(struct xml *x, const char *name)
{
	end_tag_before(x);
	new_line(x);
	buf_byte(x->b, '<');
	buf_add(x->b, text_from(name));
}

static void end(struct xml *x, const char *name)
{
	buf_add(x->b, TEXT("</"));
	buf_add(x->b, text_from(name));
	buf_byte(x->b, '>');
}

void xml_open(struct xml *x, const char *name)
{
	BUG_ON(x->depth == XML_DEPTH_MAX);
	begin(x, name);
	x->open[x->depth++] = name;
	x->in_tag = true;
}

void xml_attr(struct xml *x, const char *name, struct text value)
{
	BUG_ON(!x->in_tag);
	buf_byte(x->b, ' ');
	buf_add(x->b, text_from(name));
	buf_add(x->b, TEXT("=\""));
	xml_text(x->b, value);
	buf_byte(x->b, '"');
}

void xml_close(struct xml *x)
{
	BUG_ON(!x->depth);
	x->depth--;
	if (x->in_tag) {
		buf_add(x->b, TEXT("/>"));
		x->in_tag = false;
	} else {
		new_line(x);
		end(x, x->open[x->depth]);
	}
	if (!x->depth)
		buf_byte(x->b, '\n');
}

void xml_leaf(struct xml *x, const char *name, struct text content)
{
	begin(x, name);
	buf_byte(x->b, '>');
	xml_text(x->b, content);
	end(x, name);
}

void xml_leaf_cdata(struct xml *x, const char *name, struct text content)
{
	begin(x, name);
	buf_byte(x->b, '>');
	xml_cdata(x->b, content);
	end(x, name);
}
