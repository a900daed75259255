#include "app/outside/avatar.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/image.h"
#include "app/base/url.h"
#include "app/outside/http.h"

enum { HOPS = 2 };

/* Where it is, if nothing but host and port stands there and no fragment confuses anybody; absent otherwise. */
static struct text origin_of(struct text url)
{
	struct text place = url_authority(url);

	for (size_t i = 0; i < place.n; i++)
		if (!char_is_alnum(place.p[i]) && !text_has_byte(TEXT(".-:[]"), place.p[i]))
			return TEXT_NONE;
	return place.n && url_is_http(url) && !text_has_byte(url, '#') ? url_origin(url)
								       : TEXT_NONE;
}

bool avatar_is_allowed(const struct config *cfg, struct text url)
{
	const struct text own[] = { cfg->github.base_url, cfg->github.api_url };
	struct text origin = origin_of(url), hosts = cfg->site.avatar_hosts, host, https;

	if (!origin.p)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (cfg->github.client_id.n && text_eq_nocase(origin, origin_of(own[i])))
			return true;
	https = TEXT("https://");
	if (!text_starts(origin, https))
		return false;
	while (config_list_next(&hosts, &host))
		if (text_eq_nocase(text_sub(origin, https.n, origin.n), host))
			return true;
	return false;
}

/* GitHub makes it as small as it is shown. */
static struct text sized(struct arena *a, struct text url)
{
	if (!text_starts(url, TEXT("https://avatars.githubusercontent.com/")))
		return url;
	return text_fmt(a, "%.*s%cs=%d", TEXT_F(url), text_has_byte(url, '?') ? '&' : '?',
			AVATAR_SIDE);
}

static bool is_picture(struct text bytes)
{
	uint32_t width, height;

	return image_size(bytes, &width, &height) && width <= AVATAR_MAX_PIXELS &&
	       height <= AVATAR_MAX_PIXELS;
}

const struct err *avatar_fetch(struct http *h, struct arena *a, const struct config *cfg,
			       struct text url, struct text *ret)
{
	struct http_request q = { .method = "GET",
				  .url = sized(a, url),
				  .max_bytes = AVATAR_MAX_BYTES,
				  .same_host_hops = HOPS };
	struct http_answer got;
	const struct err *e;

	*ret = TEXT_NONE;
	if (!avatar_is_allowed(cfg, url))
		return NULL;
	e = http_send(h, a, &q, &got);
	if (e)
		return err_is(e, ERR_BUSY) || http_failure(h) == HTTP_NOT_ASKED ? e : NULL;
	if (got.status == 429 || got.status >= 500)
		return err_new(a, ERR_BUSY, "%.*s answered %u", TEXT_F(url), got.status);
	if (got.status == 200 && is_picture(got.body))
		*ret = got.body;
	return NULL;
}
