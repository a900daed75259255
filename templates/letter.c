#include "templates/letter.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/err.h"
#include "templates/tmpl.h"

enum { PART_MAX = 1024 * 1024 };

struct text letter_line(struct arena *a, struct text t, size_t max)
{
	struct buf b = buf_init(a, max * 4 + 4);
	size_t at = 0;
	uint32_t c;

	for (size_t n = 0; text_next_char(t, &at, &c); n++) {
		char utf8[4];

		if (n == max) {
			buf_add(&b, TEXT("\xe2\x80\xa6"));
			break;
		}
		if (c < ' ' || c == 0x7f)
			c = ' ';
		buf_add(&b, (struct text){ utf8, char_put_utf8(utf8, c) });
	}
	return b.n ? buf_text(&b) : TEXT("");
}

/* In the contract's words, with the site's name for crates.io's. */
static struct text subject_of(struct arena *a, enum letter l, const struct letter_view *v)
{
	switch (l) {
	case LETTER_USER_CONFIRM:
		return TEXT("Please confirm your email address");
	case LETTER_UNSUBSCRIBE_NOTIFICATIONS:
		return TEXT("Unsubscribed from publish notifications");
	case LETTER_OWNER_INVITE:
		return text_fmt(a, "Ownership invitation for \"%.*s\"", TEXT_F(v->crate));
	case LETTER_NEW_TOKEN:
		return text_fmt(a, "New API token \"%.*s\" created", TEXT_F(v->token));
	case LETTER_EXPIRY_NOTIFICATION:
		return text_fmt(a, "Your API token \"%.*s\" is about to expire", TEXT_F(v->token));
	case LETTER_TOKEN_EXPOSED:
		return text_fmt(a, "Your API token \"%.*s\" has been revoked", TEXT_F(v->token));
	case LETTER_TRUSTPUB_TOKEN_EXPOSED:
		return TEXT("Your Trusted Publishing token has been revoked");
	case LETTER_TRUSTPUB_CONFIG_CREATED:
		return text_fmt(a, "Trusted Publishing configuration added to %.*s",
				TEXT_F(v->crate));
	case LETTER_TRUSTPUB_CONFIG_DELETED:
		return text_fmt(a, "Trusted Publishing configuration removed from %.*s",
				TEXT_F(v->crate));
	case LETTER_TRUSTPUB_ONLY_CHANGED:
		return text_fmt(a, "Publishing method restriction changed for %.*s",
				TEXT_F(v->crate));
	case LETTER_PUBLISH_NOTIFICATION:
		return text_fmt(a, "Successfully published %.*s@%.*s", TEXT_F(v->crate),
				TEXT_F(v->version));
	case LETTER_CRATE_DELETION:
		return text_fmt(a, "Deleted \"%.*s\" crate", TEXT_F(v->crate));
	case LETTER_POSSIBLE_TYPOSQUAT:
		return text_fmt(a, "Possible typosquatting in new crate \"%.*s\"",
				TEXT_F(v->crate));
	case LETTER_ADMIN_ACCOUNT:
		return TEXT("Admin account changes");
	case LETTER_ADMIN_ACTION:
		return text_fmt(a, "Administrator %.*s: %.*s", TEXT_F(v->actor), TEXT_F(v->action));
	case LETTER_COUNT:
		break;
	}
	BUG_ON(true);
	return TEXT_NONE;
}

struct pages {
	void (*txt)(struct tmpl *t, const struct letter_view *v);
	void (*html)(struct tmpl *t, const struct letter_view *v);
};

#define LETTER_PAIR(id, name) [LETTER_##id] = { letter_##name##_txt, letter_##name##_html },
static const struct pages pages[LETTER_COUNT] = { LETTER_PAGES(LETTER_PAIR) };

const struct err *letter_write(struct arena *a, enum letter l, struct letter_view *v,
			       struct letter_text *ret)
{
	struct text subject = subject_of(a, l, v);
	struct buf txt = buf_init(a, PART_MAX), html = buf_init(a, PART_MAX);
	struct tmpl in_txt = { .b = &txt }, in_html = { .b = &html };
	struct letter_text out;
	const struct err *e;

	v->subject = text_fmt(a, "%.*s: %.*s", TEXT_F(v->site), TEXT_F(subject));
	out.subject = v->subject;
	pages[l].txt(&in_txt, v);
	pages[l].html(&in_html, v);
	e = buf_done(&txt, &out.text);
	if (!e)
		e = buf_done(&html, &out.html);
	if (!e)
		*ret = out;
	return e;
}
