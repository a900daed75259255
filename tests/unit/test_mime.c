#include "app/base/mime.h"
#include "tests/unit/check.h"

#include <string.h>

#define ID "0123456789abcdef0123456789abcdef"

static struct mime_message sample(void)
{
	return (struct mime_message){
		.from_name = TEXT("crates.example.test"),
		.from = TEXT("noreply@example.test"),
		.to = TEXT("alice@example.test"),
		.subject = TEXT("Hello"),
		.id = TEXT(ID),
		.id_host = TEXT("example.test"),
		.date_us = 1785585600000000, /* 2026-08-01 12:00:00 */
		.text = TEXT("Hello Alice!\n"),
	};
}

static struct text written(struct arena *a, const struct mime_message *m)
{
	struct text out = TEXT_NONE;

	check_err("mime_write", mime_write(a, m, &out), 0, NULL);
	return out;
}

static void text_alone(void **state)
{
	struct mime_message m = sample();

	check_text_of("text", written(check_arena(state), &m),
		      "From: \"crates.example.test\"\r\n"
		      " <noreply@example.test>\r\n"
		      "To: <alice@example.test>\r\n"
		      "Subject: Hello\r\n"
		      "Date: Sat, 01 Aug 2026 12:00:00 +0000\r\n"
		      "Message-ID: <" ID "@example.test>\r\n"
		      "Auto-Submitted: auto-generated\r\n"
		      "MIME-Version: 1.0\r\n"
		      "Content-Type: text/plain; charset=utf-8\r\n"
		      "Content-Transfer-Encoding: quoted-printable\r\n"
		      "\r\n"
		      "Hello Alice!\r\n");
}

static void both_parts(void **state)
{
	struct mime_message m = sample();

	m.from_name = TEXT("");
	m.html = TEXT("<p class=\"a\">Hello</p>");
	m.unsubscribe_url = TEXT("https://example.test/unsubscribe/abc");
	check_text_of("both", written(check_arena(state), &m),
		      "From: <noreply@example.test>\r\n"
		      "To: <alice@example.test>\r\n"
		      "Subject: Hello\r\n"
		      "Date: Sat, 01 Aug 2026 12:00:00 +0000\r\n"
		      "Message-ID: <" ID "@example.test>\r\n"
		      "Auto-Submitted: auto-generated\r\n"
		      "List-Unsubscribe:\r\n"
		      " <https://example.test/unsubscribe/abc>\r\n"
		      "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
		      "MIME-Version: 1.0\r\n"
		      "Content-Type: multipart/alternative;\r\n"
		      " boundary=\"=_" ID "\"\r\n"
		      "\r\n"
		      "--=_" ID "\r\n"
		      "Content-Type: text/plain; charset=utf-8\r\n"
		      "Content-Transfer-Encoding: quoted-printable\r\n"
		      "\r\n"
		      "Hello Alice!\r\n"
		      "\r\n"
		      "--=_" ID "\r\n"
		      "Content-Type: text/html; charset=utf-8\r\n"
		      "Content-Transfer-Encoding: quoted-printable\r\n"
		      "\r\n"
		      "<p class=3D\"a\">Hello</p>\r\n"
		      "\r\n"
		      "--=_" ID "--\r\n");
}

/* The header of that name with its folded lines, behind its colon. */
static struct text header(struct arena *a, const struct mime_message *m, const char *name)
{
	struct text all = written(a, m), key = text_fmt(a, "\r\n%s:", name);
	size_t from = text_find(all, key) + key.n, to = from;

	assert_true(from < all.n);
	while (!text_starts(text_sub(all, to, all.n), TEXT("\r\n")) ||
	       text_starts(text_sub(all, to, all.n), TEXT("\r\n ")))
		to++;
	return text_sub(all, from, to);
}

#define TEN "abcdefghi "
#define SIXTY_ONE "0123456789012345678901234567890123456789012345678901234567890"

static void subjects(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{ "New API token \"ci\" created", " New API token \"ci\" created" },
		{ TEN TEN TEN TEN TEN TEN TEN "ends",
		  " " TEN TEN TEN TEN TEN TEN "abcdefghi\r\n ends" },
		{ "a\r\nBcc: b@example.test", " =?UTF-8?Q?a__Bcc=3A_b=40example=2Etest?=" },
		{ "a\nb", " =?UTF-8?Q?a_b?=" },
		{ "\x7f", " =?UTF-8?Q?_?=" },
		{ "\t", " =?UTF-8?Q?_?=" },
		{ "f\xc3\xbcr", " =?UTF-8?Q?f=C3=BCr?=" },
		{ "\xff", " =?UTF-8?Q?=EF=BF=BD?=" },
		{ " a", " =?UTF-8?Q?_a?=" },
		{ "a ", " =?UTF-8?Q?a_?=" },
		{ "a  b", " =?UTF-8?Q?a__b?=" },
		{ "=?UTF-8?Q?a?=", " =?UTF-8?Q?=3D=3FUTF-8=3FQ=3Fa=3F=3D?=" },
		{ "=_?", " =_?" },
		{ SIXTY_ONE,
		  " =?UTF-8?Q?0123456789012345678901234567890123456789012345678901234?=\r\n"
		  " =?UTF-8?Q?567890?=" },
		/* no character is parted: 5 times 12 bytes is all that 63 hold */
		{ "\xf0\x9f\xa6\x80\xf0\x9f\xa6\x80\xf0\x9f\xa6\x80\xf0\x9f\xa6\x80\xf0\x9f\xa6\x80"
		  "\xf0\x9f\xa6\x80\xf0\x9f\xa6\x80\xf0\x9f\xa6\x80\xf0\x9f\xa6\x80\xf0\x9f\xa6"
		  "\x80",
		  " =?UTF-8?Q?=F0=9F=A6=80=F0=9F=A6=80=F0=9F=A6=80=F0=9F=A6=80?=\r\n"
		  " =?UTF-8?Q?=F0=9F=A6=80=F0=9F=A6=80=F0=9F=A6=80=F0=9F=A6=80=F0=9F=A6=80?=\r\n"
		  " =?UTF-8?Q?=F0=9F=A6=80?=" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct mime_message m = sample();

		m.subject = text_from(t[i].in);
		check_text_of(t[i].in, header(check_arena(state), &m, "Subject"), t[i].out);
	}
}

static void sender_names(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{ "127.0.0.1:8080", " \"127.0.0.1:8080\"\r\n <noreply@example.test>" },
		{ "a \"b\" \\c", " \"a \\\"b\\\" \\\\c\"\r\n <noreply@example.test>" },
		{ "J\xc3\xbcrgen", " =?UTF-8?Q?J=C3=BCrgen?=\r\n <noreply@example.test>" },
		{ "x\r\nTo: y", " =?UTF-8?Q?x__To=3A_y?=\r\n <noreply@example.test>" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct mime_message m = sample();
		struct text got;

		m.from_name = text_from(t[i].in);
		got = written(check_arena(state), &m);
		check_text_of(t[i].in,
			      text_sub(got, strlen("From:"), text_find(got, TEXT("\r\nTo:"))),
			      t[i].out);
	}
}

#define SEVENTY "0123456789012345678901234567890123456789012345678901234567890123456789"

static void bodies(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{ "", "" },
		{ "a", "a\r\n" },
		{ "a\nb\r\nc\n\nd\n", "a\r\nb\r\nc\r\n\r\nd\r\n" },
		{ "a\rb\r", "a=0Db=0D\r\n" },
		{ "a \nb\t\n ", "a=20\r\nb=09\r\n=20\r\n" },
		{ "a b\tc", "a b\tc\r\n" },
		{ "1=2\x01\x7f", "1=3D2=01=7F\r\n" },
		{ "\xc3\xbc", "=C3=BC\r\n" },
		{ ".\n..\n", ".\r\n..\r\n" }, /* the transport stuffs dots */
		{ "--=_" ID, "--=3D_" ID "\r\n" },
		{ SEVENTY "123456\n", SEVENTY "123456\r\n" },
		{ SEVENTY "1234567\n", SEVENTY "12345=\r\n67\r\n" },
		{ SEVENTY "1234=5", SEVENTY "1234=\r\n=3D5\r\n" },
		{ SEVENTY "123=", SEVENTY "123=3D\r\n" },
		{ SEVENTY "12345 ", SEVENTY "12345=\r\n=20\r\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct mime_message m = sample();
		struct text got;

		m.text = text_from(t[i].in);
		got = written(check_arena(state), &m);
		check_text_of(t[i].in, text_sub(got, text_find(got, TEXT("\r\n\r\n")) + 4, got.n),
			      t[i].out);
	}
}

/* Whatever is in a message, no line is longer than a server takes, and no line end stands alone. */
static void lines(void **state)
{
	struct arena *a = check_arena(state);
	char *p = arena_alloc(a, 5000);
	struct mime_message m = sample();
	struct text got, line;

	for (size_t i = 0; i < 5000; i++)
		p[i] = (char)(i * 7 % 256);
	m.subject = m.from_name = m.text = m.html = (struct text){ p, 5000 };
	got = written(a, &m);
	while (text_cut(&got, '\n', &line)) {
		assert_true(line.n <= 79);
		assert_true(!line.n || line.p[line.n - 1] == '\r');
		assert_false(text_has_byte(text_sub(line, 0, line.n ? line.n - 1 : 0), '\r'));
		assert_false(text_has_byte(line, '\0'));
	}
}

static void refused(void **state)
{
	struct arena *a = check_arena(state);
	struct mime_message bad[8];
	struct text out;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		bad[i] = sample();
	bad[0].to = TEXT("alice@example.test\r\nBcc: bob@example.test");
	bad[1].to = TEXT("");
	bad[2].from = TEXT("nobody");
	bad[3].id = TEXT("a\"b");
	bad[4].id = TEXT("");
	bad[5].id_host = TEXT("a\r\nb");
	bad[6].unsubscribe_url = TEXT("https://example.test/> <mailto:x");
	bad[7].id = TEXT(SEVENTY);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (!err_is(mime_write(a, &bad[i], &out), ERR_INVALID))
			fail_msg("message %zu is not refused", i);
}

static void too_large(void **state)
{
	struct arena *a = check_arena(state);
	struct mime_message m = sample();
	size_t n = 3 * 1024 * 1024;
	struct text out;

	m.text = (struct text){ arena_alloc(a, n), n }; /* NULs become three bytes each */
	assert_true(err_is(mime_write(a, &m, &out), ERR_INTERNAL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(text_alone, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(both_parts, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(subjects, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(sender_names, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(bodies, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(lines, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(refused, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(too_large, check_setup, check_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
