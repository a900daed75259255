#include "app/registry/public_url.h"

#include "app/base/buf.h"

enum { URL_MAX = 8192 };

struct text public_url(struct arena *a, struct text site_url, const char *folder, struct text name,
		       struct text version, const char *ending)
{
	struct buf b = buf_init(a, URL_MAX);

	buf_add(&b, site_url);
	buf_fmt(&b, "/static/%s/", folder);
	buf_url(&b, name);
	buf_byte(&b, '/');
	buf_url(&b, name);
	buf_byte(&b, '-');
	buf_url(&b, version);
	buf_add(&b, text_from(ending));
	return buf_text(&b);
}
