#include "app/base/mime.h"

#include "app/base/buf.h"
#include "app/base/email.h"
#include "app/base/err.h"
#include "app/base/time.h"

#include <string.h>

enum {
	MESSAGE_MAX = 4 * 1024 * 1024,
	LINE_MAX = 78, /* RFC 5322 2.1.1, without its CRLF */
	WORD_MAX = 75, /* an encoded word: RFC 2047 2 */
	QP_MAX = 76,   /* RFC 2045 6.7 */
	ID_MAX = 64,
	PLAIN_MAX = 60, /* the longest word that stays as it is in a header */
};

#define CRLF TEXT("\r\n")
static const char hex[] = "0123456789ABCDEF";

/* ---- headers of strangers' words */

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

/* Blanks alone between words, words of a length that folds, nothing that reads as an encoded word. */
static bool is_plain(struct text t)
{
	size_t word = 0;

	if (!t.n || t.p[0] == ' ' || t.p[t.n - 1] == ' ')
		return false;
	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];

		if (c < ' ' || c >= 0x7f || (c == ' ' && !word))
			return false;
		word = c == ' ' ? 0 : word + 1;
		if (word > PLAIN_MAX)
			return false;
	}
	return text_find(t, TEXT("=?")) == t.n;
}

/* Writes words with a line break before each that would pass the margin; col is where the line stands. */
static void put_folded(struct buf *b, size_t col, struct text t)
{
	struct text word;

	while (text_cut(&t, ' ', &word)) {
		if (col + 1 + word.n > LINE_MAX) {
			buf_add(b, CRLF);
			col = 0;
		}
		buf_byte(b, ' ');
		buf_add(b, word);
		col += 1 + word.n;
	}
}

/* In an encoded word these stand for themselves (RFC 2047 5 (3), which suits all places). */
static bool is_q_safe(char c)
{
	return char_is_alnum(c) || (c && strchr("!*+-/", c));
}

/* One character as Q; a control character is a blank. to has room for 12; the length. */
static size_t q_char(char *to, uint32_t c)
{
	char utf8[4];
	size_t n, len = 0;

	if (c < ' ' || c == 0x7f)
		c = ' ';
	n = char_put_utf8(utf8, c);
	for (size_t i = 0; i < n; i++) {
		if (utf8[i] == ' ') {
			to[len++] = '_';
		} else if (is_q_safe(utf8[i])) {
			to[len++] = utf8[i];
		} else {
			to[len++] = '=';
			to[len++] = hex[(unsigned char)utf8[i] >> 4];
			to[len++] = hex[(unsigned char)utf8[i] & 15];
		}
	}
	return len;
}

/* The text as encoded words, one a line, behind the col bytes of the first line; no character is parted. */
static void put_encoded(struct buf *b, size_t col, struct text t)
{
	struct text open = TEXT("=?UTF-8?Q?"), close = TEXT("?=");
	size_t at = 0, room = WORD_MAX - col - open.n - close.n;
	uint32_t c;

	buf_byte(b, ' ');
	buf_add(b, open);
	while (text_next_char(t, &at, &c)) {
		char q[12];
		size_t n = q_char(q, c);

		if (room < n) {
			buf_add(b, close);
			buf_add(b, TEXT("\r\n "));
			buf_add(b, open);
			room = WORD_MAX - open.n - close.n;
		}
		buf_add(b, (struct text){ q, n });
		room -= n;
	}
	buf_add(b, close);
}

static void put_unstructured(struct buf *b, const char *name, struct text value)
{
	size_t col = strlen(name) + 1;

	buf_fmt(b, "%s:", name);
	if (is_plain(value))
		put_folded(b, col, value);
	else
		put_encoded(b, col, value);
	buf_add(b, CRLF);
}

/* A display name: a quoted string where it is ASCII. */
static void put_address(struct buf *b, const char *name, struct text display, struct text address)
{
	size_t col = strlen(name) + 1;

	buf_fmt(b, "%s:", name);
	if (display.n && is_plain(display) && display.n <= PLAIN_MAX) {
		buf_add(b, TEXT(" \""));
		for (size_t i = 0; i < display.n; i++) {
			if (display.p[i] == '"' || display.p[i] == '\\')
				buf_byte(b, '\\');
			buf_byte(b, display.p[i]);
		}
		buf_byte(b, '"');
	} else if (display.n) {
		put_encoded(b, col, display);
	}
	if (display.n)
		buf_add(b, CRLF);
	buf_fmt(b, " <%.*s>\r\n", TEXT_F(address));
}

static void put_date(struct buf *b, int64_t us)
{
	struct time_text t = time_http(us); /* the same but for the name of the zone */

	buf_fmt(b, "Date: %.*s +0000\r\n", (int)strlen("Sat, 01 Aug 2026 12:00:00"), t.s);
}

static void put_headers(struct buf *b, const struct mime_message *m)
{
	put_address(b, "From", m->from_name, m->from);
	put_address(b, "To", TEXT_NONE, m->to);
	put_unstructured(b, "Subject", m->subject);
	put_date(b, m->date_us);
	buf_fmt(b, "Message-ID: <%.*s@%.*s>\r\n", TEXT_F(m->id), TEXT_F(m->id_host));
	buf_add(b, TEXT("Auto-Submitted: auto-generated\r\n")); /* RFC 3834: no automatic answers */
	if (m->unsubscribe_url.p) {
		buf_fmt(b, "List-Unsubscribe:\r\n <%.*s>\r\n", TEXT_F(m->unsubscribe_url));
		buf_add(b, TEXT("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
	}
	buf_add(b, TEXT("MIME-Version: 1.0\r\n"));
}

/* ---- bodies */

static bool ends_line(struct text t, size_t i)
{
	return i == t.n || t.p[i] == '\n' || (t.p[i] == '\r' && i + 1 < t.n && t.p[i + 1] == '\n');
}

/* RFC 2045 6.7. `=_`, with which a boundary begins, cannot come of it. */
static void put_quoted_printable(struct buf *b, struct text t)
{
	size_t col = 0;

	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];
		bool blank = c == ' ' || c == '\t';
		bool plain = (c > ' ' && c < 0x7f && c != '=') || (blank && !ends_line(t, i + 1));
		size_t n = plain ? 1 : 3;

		if (ends_line(t, i)) {
			i += c == '\r';
			buf_add(b, CRLF);
			col = 0;
			continue;
		}
		if (col + n > QP_MAX - (ends_line(t, i + 1) ? 0 : 1)) {
			buf_add(b, TEXT("=\r\n"));
			col = 0;
		}
		if (plain) {
			buf_byte(b, (char)c);
		} else {
			buf_byte(b, '=');
			buf_byte(b, hex[c >> 4]);
			buf_byte(b, hex[c & 15]);
		}
		col += n;
	}
	if (col)
		buf_add(b, CRLF);
}

static void put_part(struct buf *b, const char *type, struct text body)
{
	buf_fmt(b, "Content-Type: text/%s; charset=utf-8\r\n", type);
	buf_add(b, TEXT("Content-Transfer-Encoding: quoted-printable\r\n\r\n"));
	put_quoted_printable(b, body);
}

static void put_bodies(struct buf *b, const struct mime_message *m)
{
	if (!m->html.p) {
		put_part(b, "plain", m->text);
		return;
	}
	buf_fmt(b, "Content-Type: multipart/alternative;\r\n boundary=\"=_%.*s\"\r\n\r\n",
		TEXT_F(m->id));
	buf_fmt(b, "--=_%.*s\r\n", TEXT_F(m->id));
	put_part(b, "plain", m->text);
	buf_fmt(b, "\r\n--=_%.*s\r\n", TEXT_F(m->id));
	put_part(b, "html", m->html);
	buf_fmt(b, "\r\n--=_%.*s--\r\n", TEXT_F(m->id));
}

/* ---- the whole */

static bool id_ok(struct text id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!char_is_alnum(id.p[i]))
			return false;
	return id.n && id.n <= ID_MAX;
}

/* What stands between < and >: neither ends there nor takes a line of its own. */
static bool bare(struct text t)
{
	for (size_t i = 0; i < t.n; i++)
		if (is_control(t.p[i]) || t.p[i] == ' ' || t.p[i] == '<' || t.p[i] == '>')
			return false;
	return t.n > 0;
}

const struct err *mime_write(struct arena *a, const struct mime_message *m, struct text *ret)
{
	struct buf b = buf_init(a, MESSAGE_MAX);

	if (!email_is_valid(m->from) || !email_is_valid(m->to))
		return err_new(a, ERR_INVALID, "`%.*s` is no address",
			       TEXT_F(email_is_valid(m->from) ? m->to : m->from));
	if (!id_ok(m->id) || !bare(m->id_host) ||
	    (m->unsubscribe_url.p && !bare(m->unsubscribe_url)))
		return err_new(a, ERR_INVALID, "what identifies a letter cannot stand in a header");
	put_headers(&b, m);
	put_bodies(&b, m);
	return buf_done(&b, ret);
}
