#include "templates/readme_image.h"

#include "app/base/buf.h"

static const struct text https = TEXT_INIT("https://");

struct text readme_attribute(struct text tag, struct text name)
{
	size_t at = text_find_byte(tag, ' ');

	while (at < tag.n) {
		struct text rest = text_sub(tag, at + 1, tag.n);
		size_t n = 0, end;

		while (n < rest.n && !text_has_byte(TEXT(" =/>"), rest.p[n]))
			n++;
		if (!text_starts(text_sub(rest, n, rest.n), TEXT("=\""))) {
			if (text_eq(text_sub(rest, 0, n), name))
				return TEXT("");
			at += 1 + n + text_find_byte(text_sub(rest, n, rest.n), ' ');
			continue;
		}
		end = text_find_byte(text_sub(rest, n + 2, rest.n), '"');
		if (text_eq(text_sub(rest, 0, n), name))
			return text_sub(rest, n + 2, n + 2 + end);
		end += at + 1 + n + 2;
		at = end + text_find_byte(text_sub(tag, end, tag.n), ' ');
	}
	return TEXT_NONE;
}

static bool is_https(struct text url)
{
	return text_eq_nocase(text_sub(url, 0, https.n), https);
}

bool readme_img_is_shown(enum readme_images images, struct text tag)
{
	return images == README_IMAGES_DIRECT && is_https(readme_attribute(tag, TEXT("src")));
}

/* "URL 2x, URL" (HTML, 4.8.4.2.1): every URL begins with https. */
bool readme_source_is_shown(enum readme_images images, struct text tag)
{
	struct text set = readme_attribute(tag, TEXT("srcset"));
	size_t at = 0;
	bool any = false;

	while (images == README_IMAGES_DIRECT && at < set.n) {
		size_t from;

		while (at < set.n && (char_is_space(set.p[at]) || set.p[at] == ','))
			at++;
		for (from = at; at < set.n && !char_is_space(set.p[at]); at++)
			;
		if (from == at)
			break;
		if (!is_https(text_sub(set, from, at)))
			return false;
		any = true;
		/* a comma at its end is the next one's begin; else what describes it goes up to one */
		if (set.p[at - 1] != ',')
			at += text_find_byte(text_sub(set, at, set.n), ',');
	}
	return any;
}

void readme_put_img(struct buf *out, struct text tag)
{
	buf_add(out,
		TEXT("<img loading=\"lazy\" decoding=\"async\" referrerpolicy=\"no-referrer\""));
	buf_add(out, text_sub(tag, sizeof("<img") - 1, tag.n));
}

void readme_put_img_words(struct buf *out, struct text tag, bool in_link)
{
	struct text src = readme_attribute(tag, TEXT("src")),
		    alt = readme_attribute(tag, TEXT("alt"));
	bool link = !in_link &&
		    (is_https(src) ||
		     text_eq_nocase(text_sub(src, 0, sizeof("http://") - 1), TEXT("http://")));

	if (link) {
		buf_add(out, TEXT("<a href=\""));
		buf_add(out, src);
		buf_add(out, TEXT("\" rel=\"nofollow noopener noreferrer\">"));
	}
	buf_add(out, alt.n ? alt : TEXT("Image"));
	if (link)
		buf_add(out, TEXT("</a>"));
}
