#include "app/outside/smtp.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/time.h"
#include "app/outside/curl.h"

enum { URL_MAX = 1024, PAUSE_S = 30 };

struct call {
	const struct config *cfg;
	const struct curl_api *api;
	struct arena *arena;
	const struct smtp_letter *letter;
	CURL *curl;
	struct curl_slist *to;
	size_t sent; /* bytes of the message */
	bool recipient; /* the sender was taken: what is refused now is this recipient or this letter */
	char why[CURL_ERROR_SIZE];
};

/* ---- what libcurl asks for */

static size_t give(char *p, size_t one, size_t n, void *ctx)
{
	struct call *c = ctx;
	struct text rest = text_sub(c->letter->message, c->sent, c->letter->message.n);

	(void)one; /* always 1 */
	if (n > rest.n)
		n = rest.n;
	memcpy(p, rest.p, n);
	c->sent += n;
	return n;
}

/* Answers are for the log line alone, which has the last one's code. */
static size_t drop(char *p, size_t one, size_t n, void *ctx)
{
	(void)p;
	(void)ctx;
	return one * n;
}

/* How far the talk has come, by the commands that go out. The password is among them: nothing is kept. */
static int listen_in(CURL *curl, curl_infotype type, char *p, size_t n, void *ctx)
{
	struct call *c = ctx;

	(void)curl;
	if (type == CURLINFO_HEADER_OUT && text_starts((struct text){ p, n }, TEXT("RCPT ")))
		c->recipient = true;
	return 0;
}

/* ---- setting up */

static void set_long(struct call *c, CURLoption option, uint64_t value)
{
	BUG_ON(value > LONG_MAX || c->api->easy_setopt(c->curl, option, (long)value));
}

static void set_text(struct call *c, CURLoption option, struct text value)
{
	BUG_ON(c->api->easy_setopt(c->curl, option, text_z(c->arena, value)));
}

static void set_pointer(struct call *c, CURLoption option, void *p)
{
	BUG_ON(c->api->easy_setopt(c->curl, option, p));
}

/* smtp://mail.example.test:587/crates.example.test, whose path is the name that EHLO says */
static const struct err *set_url(struct call *c)
{
	const struct config *cfg = c->cfg;
	struct text rest = cfg->site.domain, name = TEXT_NONE;
	struct buf b = buf_init(c->arena, URL_MAX);
	struct text url;
	const struct err *e;

	if (!text_starts(rest, TEXT("["))) /* else libcurl says the machine's own name */
		(void)text_cut(&rest, ':', &name);
	buf_fmt(&b, "%s://%.*s:%llu/", text_eq(cfg->mail.smtp_tls, TEXT("tls")) ? "smtps" : "smtp",
		TEXT_F(cfg->mail.smtp_host), (unsigned long long)cfg->mail.smtp_port);
	buf_url(&b, name);
	e = buf_done(&b, &url);
	if (!e)
		set_text(c, CURLOPT_URL, url);
	return e;
}

static void set_times(struct call *c)
{
	set_long(c, CURLOPT_CONNECTTIMEOUT_MS, c->cfg->outside.connect_timeout_s * 1000);
	set_long(c, CURLOPT_TIMEOUT_MS, c->cfg->mail.smtp_timeout_s * 1000);
	set_long(c, CURLOPT_SERVER_RESPONSE_TIMEOUT, c->cfg->mail.smtp_timeout_s);
	set_long(c, CURLOPT_NOSIGNAL, 1);
}

static void set_security(struct call *c)
{
	const struct config *cfg = c->cfg;

	set_text(c, CURLOPT_PROTOCOLS_STR, TEXT("smtp,smtps"));
	set_text(c, CURLOPT_PROXY, TEXT(""));
	set_long(c, CURLOPT_USE_SSL,
		 text_eq(cfg->mail.smtp_tls, TEXT("none")) ? CURLUSESSL_NONE : CURLUSESSL_ALL);
	curl_set_authorities(c->api, c->curl, cfg);
	if (cfg->mail.smtp_user.n) {
		set_text(c, CURLOPT_USERNAME, cfg->mail.smtp_user);
		set_text(c, CURLOPT_PASSWORD, cfg->mail.smtp_password.value);
	}
}

static void set_letter(struct call *c)
{
	const struct smtp_letter *l = c->letter;

	c->to = c->api->slist_append(NULL, text_z(c->arena, l->to));
	BUG_ON(!c->to); /* out of memory */
	set_text(c, CURLOPT_MAIL_FROM, l->from);
	set_pointer(c, CURLOPT_MAIL_RCPT, c->to);
	set_long(c, CURLOPT_UPLOAD, 1);
	BUG_ON(c->api->easy_setopt(c->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)l->message.n));
	BUG_ON(c->api->easy_setopt(c->curl, CURLOPT_READFUNCTION, give));
	set_pointer(c, CURLOPT_READDATA, c);
	BUG_ON(c->api->easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, drop));
	BUG_ON(c->api->easy_setopt(c->curl, CURLOPT_DEBUGFUNCTION, listen_in));
	set_pointer(c, CURLOPT_DEBUGDATA, c);
	set_long(c, CURLOPT_VERBOSE, 1); /* or listen_in is not called */
	set_pointer(c, CURLOPT_ERRORBUFFER, c->why);
}

/* ---- the call */

static const struct err *judge(const struct call *c, CURLcode code)
{
	struct text why;
	long answer = 0;

	if (code == CURLE_OK)
		return NULL;
	BUG_ON(c->api->easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &answer));
	why = text_fmt(c->arena, "%s (last answer %ld)",
		       c->why[0] ? c->why : c->api->easy_strerror(code), answer);
	if (c->recipient && answer >= 500 && answer < 600 && code != CURLE_OPERATION_TIMEDOUT)
		return err_because(c->arena, ERR_INVALID, why, "The mail server refuses a letter");
	return err_because(c->arena, ERR_BUSY, why, "The mail server does not take a letter");
}

/* A message goes as it is: QUIT, and what it may cost to wait for its answer, come after the caller has written down how it
 * ended. */
static void hang_up(void *p)
{
	struct call *c = p;

	c->api->easy_cleanup(c->curl);
	c->api->slist_free_all(c->to);
}

const struct err *smtp_send(const struct config *cfg, struct arena *a,
			    const struct smtp_letter *letter)
{
	static int64_t pause_until_us; /* monotonic */
	struct call *c = arena_alloc(a, sizeof(*c));
	const struct err *e;
	CURLcode code;

	if (time_monotonic_us() < pause_until_us)
		return err_new(a, ERR_BUSY, "The mail server did not answer a moment ago");
	*c = (struct call){ .cfg = cfg, .arena = a, .letter = letter };
	e = curl_load(a, &c->api);
	if (e)
		return e;
	c->curl = c->api->easy_init();
	BUG_ON(!c->curl); /* out of memory */
	arena_defer(a, hang_up, c);
	set_letter(c);
	set_times(c);
	set_security(c);
	e = set_url(c);
	if (e)
		return e;
	code = c->api->easy_perform(c->curl);
	if (code == CURLE_OPERATION_TIMEDOUT)
		pause_until_us = time_monotonic_us() + (int64_t)PAUSE_S * US_PER_S;
	return judge(c, code);
}
