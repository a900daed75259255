/* mail test: one letter to an address, at once and not by the queue, to see whether [mail] is right. */
#include "app/outside/mail.h"
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/email.h"
#include "app/base/hash.h"
#include "app/base/mime.h"
#include "app/base/time.h"
#include "app/cli/commands.h"
#include "templates/letter.h"

enum { ID_CHARS = 32 };

static struct text new_id(struct cli *c)
{
	char *p = arena_alloc(c->arena, ID_CHARS);

	random_alnum(p, ID_CHARS);
	return (struct text){ p, ID_CHARS };
}

/* The letter of a publish, of a crate that need not be there. */
static const struct err *send(struct cli *c, const struct config *cfg, struct letter_view *v,
			      struct text to)
{
	struct mime_message m = { .to = to, .id = new_id(c), .date_us = time_now_us() };
	struct time_text now = time_rfc3339_s(m.date_us);
	struct letter_text t;
	const struct err *e;

	v->site = cfg->site.domain;
	v->url = cfg->site.url;
	v->when = text_from(now.s);
	v->link = text_fmt(c->arena, "%.*s/crates/%.*s/%.*s", TEXT_F(v->url), TEXT_F(v->crate),
			   TEXT_F(v->version));
	v->unsubscribe_url = text_fmt(c->arena, "%.*s/settings/profile", TEXT_F(v->url));
	e = letter_write(c->arena, LETTER_PUBLISH_NOTIFICATION, v, &t);
	if (e)
		return e;
	m.subject = t.subject;
	m.text = t.text;
	m.html = t.html;
	return mail_hand_over(cfg, c->arena, &m);
}

static int mail_test(struct cli *c)
{
	struct letter_view v = { .user = TEXT("testuser"),
				 .crate = TEXT("test-crate"),
				 .version = TEXT("1.0.0") };
	const struct cli_option options[] = {
		{ .name = "--user", .value = &v.user },
		{ .name = "--crate", .value = &v.crate },
		{ .name = "--version", .value = &v.version },
		{ .name = NULL },
	};
	const struct config *cfg;
	const struct err *e;
	struct texts args;

	if (!cli_parse(c, options, 1, 1, &args))
		return 2;
	if (!email_is_valid(args.v[0]))
		return cli_say("`%.*s` is no address", TEXT_F(args.v[0]));
	cfg = cli_config(c);
	if (!cfg)
		return 1;
	e = send(c, cfg, &v, args.v[0]);
	if (e)
		return cli_fail(e);
	if (cfg->mail.smtp_host.n)
		return cli_print(
			text_fmt(c->arena, "%.*s has taken it", TEXT_F(cfg->mail.smtp_host)));
	return cli_print(text_fmt(c->arena, "a file in %.*s", TEXT_F(cfg->mail.dir)));
}

const struct cli_command mail_commands[] = {
	{ "mail test", "ADDRESS [--user LOGIN] [--crate NAME] [--version V]",
	  "sends the letter of a publish there, at once: says whether [mail] is right", mail_test },
	CLI_END,
};
