/* app/registry/download_log.c and download_tally.c: what is a download, in the lines that servers really write. */
#include "app/base/logrotate.h"
#include "app/registry/download_log.h"
#include "app/registry/download_tally.h"
#include "tests/unit/check.h"

#include "app/base/time.h"

/* "NAME VERSION DATE", or "-" for what is none. */
static struct text read_line(struct arena *a, struct download_log *log, const char *line)
{
	struct download d;
	struct time_text day;

	if (!download_log_line(log, a, text_from(line), &d))
		return TEXT("-");
	day = time_date(d.day * 24 * 3600 * US_PER_S);
	return text_fmt(a, "%.*s %.*s %s", TEXT_F(d.name), TEXT_F(d.version), day.s);
}

#define AT "127.0.0.1 - - [28/Nov/2026:07:10:46 +0000] "
#define GET_IT AT "\"GET /static/crates/a-b/a-b-1.0.0.crate HTTP/1.1\" "
#define CARGO " \"-\" \"cargo/1.96.0\""

static void combined(void **state)
{
	static const struct {
		const char *in, *want;
	} t[] = {
		/* nginx 1.22, Apache 2.4.71 and lighttpd 1.4.69 wrote this, with the sample configurations */
		{ "127.0.0.1 - - [28/Nov/2026:07:48:50 +0000] \"GET "
		  "/static/crates/fetched-lib/fetched-lib-0.1.0.crate HTTP/1.1\" 200 772 \"-\" "
		  "\"cargo/1.95.0 (f2d3ce0bd 2026-03-21)\"",
		  "fetched-lib 0.1.0 2026-11-28" },
		{ GET_IT "200 10" CARGO, "a-b 1.0.0 2026-11-28" },
		{ GET_IT "200 10 \"-\" \"cargo 1.20.0\"", "a-b 1.0.0 2026-11-28" },
		{ GET_IT "200 10 \"-\" \"cargo%2F1\"", "a-b 1.0.0 2026-11-28" },
		{ GET_IT "200 10 \"-\" \"-\"", "a-b 1.0.0 2026-11-28" }, /* no User-Agent */
		{ GET_IT "200 10 \"-\" \"\"", "a-b 1.0.0 2026-11-28" },
		{ GET_IT "200 10", "a-b 1.0.0 2026-11-28" },
		{ GET_IT "200 10\r", "a-b 1.0.0 2026-11-28" },
		{ GET_IT "200 10 \"-\" \"curl/7.88.1\"", "-" },
		{ GET_IT "200 10 \"-\" \"cargo\"", "-" },
		{ GET_IT "200 10 \"-\" \"cargo-deny/1\"", "-" },
		{ GET_IT "200 10 \"cargo/1\" \"x\"", "-" },
		{ GET_IT "206 10" CARGO, "-" },
		{ GET_IT "304 0" CARGO, "-" },
		{ GET_IT "404 0" CARGO, "-" },
		{ AT "\"HEAD /static/crates/a/a-1.0.0.crate HTTP/1.1\" 200 0" CARGO, "-" },
		/* a base path, a whole URL's query, HTTP/2, encoded characters */
		{ AT "\"GET /r/static/crates/a/a-1.0.0.crate?x=1 HTTP/2.0\" 200 1" CARGO,
		  "a 1.0.0 2026-11-28" },
		{ AT "\"GET /static/crates/a/a-1.0.0%2Bb.1.crate HTTP/1.1\" 200 1" CARGO,
		  "a 1.0.0+b.1 2026-11-28" },
		{ AT "\"GET /static/crates/a/a-1.0.0+b.crate HTTP/1.1\" 200 1" CARGO,
		  "a 1.0.0+b 2026-11-28" },
		{ AT "\"GET /static/crates/%61/a-1.0.0-rc.1.crate HTTP/1.1\" 200 1" CARGO,
		  "a 1.0.0-rc.1 2026-11-28" },
		/* once is enough, and encoded twice is another name */
		{ AT "\"GET /static/crates/a/a-1.0.0%252Bb.crate HTTP/1.1\" 200 1" CARGO, "-" },
		/* not the file of that folder, no version, no name, further folders */
		{ AT "\"GET /static/crates/a/b-1.0.0.crate HTTP/1.1\" 200 1" CARGO, "-" },
		{ AT "\"GET /static/crates/a/a-1.0.crate HTTP/1.1\" 200 1" CARGO, "-" },
		{ AT "\"GET /static/crates/a/a-.crate HTTP/1.1\" 200 1" CARGO, "-" },
		{ AT "\"GET /static/crates/a/a.crate HTTP/1.1\" 200 1" CARGO, "-" },
		{ AT "\"GET /static/crates/1a/1a-1.0.0.crate HTTP/1.1\" 200 1" CARGO, "-" },
		{ AT "\"GET /static/crates/a/x/a-1.0.0.crate HTTP/1.1\" 200 1" CARGO, "-" },
		{ AT "\"GET /static/crates/a/a-1.0.0.crate\" 200 1" CARGO, "-" },
		{ AT "\"GET /api/v1/crates/a/1.0.0/download HTTP/1.1\" 200 1" CARGO, "-" },
		{ AT "\"GET /static/readmes/a/a-1.0.0.html HTTP/1.1\" 200 1" CARGO, "-" },
		/* the day is that of UTC */
		{ "::1 - - [28/Nov/2026:00:10:46 +0100] \"GET /static/crates/a/a-1.0.0.crate "
		  "HTTP/1.1\" 200 1" CARGO,
		  "a 1.0.0 2026-11-27" },
		{ "::1 - - [31/Dec/2026:23:10:46 -0130] \"GET /static/crates/a/a-1.0.0.crate "
		  "HTTP/1.1\" 200 1" CARGO,
		  "a 1.0.0 2027-01-01" },
		{ "x - - [30/Feb/2026:00:10:46 +0000] \"GET /static/crates/a/a-1.0.0.crate "
		  "HTTP/1.1\" 200 1" CARGO,
		  "-" },
		{ "x - - [31/Dec/1969:23:10:46 +0000] \"GET /static/crates/a/a-1.0.0.crate "
		  "HTTP/1.1\" 200 1" CARGO,
		  "-" },
		{ "x - - [31/Dec/9999:23:10:46 -0100] \"GET /static/crates/a/a-1.0.0.crate "
		  "HTTP/1.1\" 200 1" CARGO,
		  "-" },
		{ "x - - [31/Dec/9999:23:10:46 +0000] \"GET /static/crates/a/a-1.0.0.crate "
		  "HTTP/1.1\" 200 1" CARGO,
		  "a 1.0.0 9999-12-31" },
		/* what strangers put into quotes stays there */
		{ AT "\"GET /x\\\" 200 1 HTTP/1.1\" 400 1" CARGO, "-" },
		{ GET_IT "200 1 \"a \\\" b\" \"cargo/\\\"1\"", "a-b 1.0.0 2026-11-28" },
		{ GET_IT "200 1 \"-\" \"evil\\\" \\\"cargo/1\"", "-" },
		{ AT "\"\\x16\\x03\\x01\" 400 150 \"-\" \"-\"", "-" },
		{ "", "-" },
		{ "[", "-" },
		{ "[]", "-" },
		{ GET_IT, "-" },
		{ AT "\"GET /static/crates/a/a-1.0.0.crate HTTP/1.1", "-" },
		{ AT "\"GET /static/crates/a/a-1.0.0.crate HTTP/1.1\\", "-" },
	};
	struct download_log log = { .format = DOWNLOAD_FORMAT_COMBINED };

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i].in, read_line(check_arena(state), &log, t[i].in), t[i].want);
}

/* What a worker writes is read as what it was. */
static void written(void **state)
{
	struct arena *a = check_arena(state);
	struct download_log log = { .format = DOWNLOAD_FORMAT_COMBINED };
	struct text line =
		download_line(a, TEXT("a_b"), TEXT("1.0.0-x+y"), INT64_C(1795849846) * US_PER_S);

	assert_int_equal(line.p[line.n - 1], '\n');
	check_text_of("line", read_line(a, &log, text_z(a, text_sub(line, 0, line.n - 1))),
		      "a_b 1.0.0-x+y 2026-11-28");
}

/* Columns as Amazon documents them, shortened; the order is that of the #Fields line. */
static void cloudfront(void **state)
{
	static const struct {
		const char *in, *want;
	} t[] = {
		{ "2026-11-28\t01:02:03\tGET\t/crates/a/a-1.0.0.crate\t200\tcargo/1.96", "-" },
		{ "#Version: 1.0", "-" },
		{ "#Fields: date time cs-method cs-uri-stem sc-status cs(User-Agent)", "-" },
		{ "2026-11-28\t01:02:03\tGET\t/crates/a/a-1.0.0.crate\t200\tcargo/1.96",
		  "a 1.0.0 2026-11-28" },
		{ "2026-11-28\t01:02:03\tGET\t/crates/a/a-1.0.0%252Bb.crate\t200\tcargo%201.96",
		  "a 1.0.0+b 2026-11-28" },
		{ "2026-11-28\t01:02:03\tGET\t/crates/a/1.0.0/download\t200\tcargo/1.96",
		  "a 1.0.0 2026-11-28" },
		{ "2026-11-28\t01:02:03\tGET\t/crates/a/a-1.0.0.crate\t200\t-", "-" },
		{ "2026-11-28\t01:02:03\tGET\t/crates/a/a-1.0.0.crate\t206\tcargo/1.96", "-" },
		{ "2026-11-28\t01:02:03\tPOST\t/crates/a/a-1.0.0.crate\t200\tcargo/1.96", "-" },
		{ "2026-11-28\t01:02:03\tGET\t/crates/a/a-1.0.0.crate\t200\tcargo/1.96\tx", "-" },
		{ "2026-11-28\t01:02:03\tGET\t/crates/a/a-1.0.0.crate\t200", "-" },
		{ "0116-11-28\t01:02:03\tGET\t/crates/a/a-1.0.0.crate\t200\tcargo/1.96", "-" },
		{ "2026-11\t01:02:03\tGET\t/crates/a/a-1.0.0.crate\t200\tcargo/1.96", "-" },
		{ "#Version: 2.0", "-" },
		{ "2026-11-28\t01:02:03\tGET\t/crates/a/a-1.0.0.crate\t200\tcargo/1.96", "-" },
	};
	struct download_log log = { .format = download_format_of(TEXT("#Version: 1.0\n")) };

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i].in, read_line(check_arena(state), &log, t[i].in), t[i].want);
	assert_true(log.wrong);
	log = (struct download_log){ .format = DOWNLOAD_FORMAT_CLOUDFRONT };
	(void)read_line(check_arena(state), &log, "#Fields: date time");
	assert_true(log.wrong);
}

#define FASTLY "<134>2026-11-28T01:02:03Z cache-1 logs[1]: "
#define JSON(method, url, status, http)                                                            \
	FASTLY "{\"version\":\"1\",\"date_time\":\"2026-11-28T01:02:03+00:00\",\"method\":"        \
	       "\"" method "\",\"url\":\"" url "\",\"status\":" status ",\"http\":{" http "}}"
#define BY_CARGO "\"useragent\":\"cargo/1.96\""

static void fastly(void **state)
{
	static const struct {
		const char *in, *want;
	} t[] = {
		{ JSON("GET", "https://static.example/crates/a/a-1.0.0.crate?q", "200", BY_CARGO),
		  "a 1.0.0 2026-11-28" },
		{ JSON("GET", "https:\\/\\/x\\/crates\\/a\\/a-1.0.0%2Bb.crate", "200", ""),
		  "a 1.0.0+b 2026-11-28" },
		{ JSON("GET", "/crates/a/1.0.0/download", "200", BY_CARGO), "a 1.0.0 2026-11-28" },
		{ JSON("GET", "/crates/a/a-1.0.0.crate", "200", "\"useragent\":\"curl\""), "-" },
		{ JSON("GET", "/crates/a/a-1.0.0.crate", "304", BY_CARGO), "-" },
		{ JSON("GET", "/crates/a/a-1.0.0.crate", "\"200\"", BY_CARGO), "-" },
		{ JSON("HEAD", "/crates/a/a-1.0.0.crate", "200", BY_CARGO), "-" },
		{ FASTLY "{\"version\":\"2\",\"url\":\"/crates/a/a-1.0.0.crate\"}", "-" },
		{ FASTLY "{\"url\":[\"/crates/\"]}", "-" },
		{ FASTLY "{crates", "-" },
		{ "<134>crates", "-" },
	};
	struct download_log log = { .format = download_format_of(TEXT("<134>")) };

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i].in, read_line(check_arena(state), &log, t[i].in), t[i].want);
}

static void formats(void **state)
{
	(void)state;
	assert_int_equal(download_format_of(TEXT("")), DOWNLOAD_FORMAT_NONE);
	assert_int_equal(download_format_of(TEXT("1")), DOWNLOAD_FORMAT_COMBINED);
	assert_int_equal(download_format_named(TEXT("fastly")), DOWNLOAD_FORMAT_FASTLY);
	assert_int_equal(download_format_named(TEXT("")), DOWNLOAD_FORMAT_NONE);
	assert_int_equal(download_format_named(TEXT("auto")), DOWNLOAD_FORMAT_NONE);
}

static void tally(void **state)
{
	struct download_tally *t = download_tally_new(3);
	struct download d[] = { { TEXT("b"), TEXT("1.0.0"), 5 },
				{ TEXT("a"), TEXT("1.0.0"), 6 },
				{ TEXT("a"), TEXT("1.0.0"), 5 },
				{ TEXT("c"), TEXT("1.0.0"), 5 } };
	const struct download_count *v;
	size_t n;

	(void)state;
	for (size_t round = 1; round < 3; round++) {
		assert_true(download_tally_add(t, &d[0]) && download_tally_add(t, &d[1]) &&
			    download_tally_add(t, &d[2]) && download_tally_add(t, &d[1]));
		assert_false(download_tally_add(t, &d[3])); /* full */
		assert_true(download_tally_add(t, &d[0]));
		v = download_tally_sorted(t, &n);
		assert_int_equal(n, 3);
		check_text_of("first", v[0].name, "a");
		assert_true(v[0].day == 5 && v[0].n == 1 && v[1].day == 6 && v[1].n == 2);
		check_text_of("last", v[2].name, "b");
		assert_true(v[2].n == 2);
		download_tally_clear(t);
	}
	(void)download_tally_sorted(t, &n);
	assert_int_equal(n, 0);
	download_tally_free(t);
	download_tally_free(NULL);
}

static void rotation(void **state)
{
	static const struct {
		const char *conf;
		bool copies;
	} t[] = {
		{ "", false },
		{ "/var/log/w/*.log {\n\tdaily\n\tcopytruncate\n}\n", true },
		{ "/var/log/w/*.log {\n\tdaily\n\tcreate 0640 a b\n}\n", false },
		{ "/var/log/x/*.log {\n copytruncate\n}\n", false },
		{ "/var/log/*.log {\n copytruncate\n}\n", false },
		{ "/a /var/log/w/d.log \"/b c\" {\ncopytruncate\n}", true },
		{ "/a\n\"/var/log/w/d.log\"\n{\n  copytruncate # so\n}", true },
		{ "copytruncate\n/var/log/w/d.log {\n}", true },
		{ "copytruncate\n/var/log/w/d.log {\nnocopytruncate\n}", false },
		{ "#copytruncate\n/var/log/w/d.log {\n# copytruncate\n}", false },
		{ "/var/log/w/d.log {\npostrotate\n copytruncate\n }\nendscript\n}", false },
		{ "/var/log/w/d.log {\npostrotate\n x\nendscript\ncopytruncate\n}", true },
		{ "/x {\ncopytruncate\n}\n/var/log/w/d.log {\n}", false },
		{ "/var/log/w/d.log {\n}\n/x {\ncopytruncate\n}\n", false },
	};
	bool copies = true;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		bool none = false;

		if (logrotate_copies(check_arena(state), text_from(t[i].conf),
				     TEXT("/var/log/w/d.log"), &none) != t[i].copies)
			fail_msg("%s", t[i].conf);
	}
	assert_true(logrotate_copies(check_arena(state), TEXT("/d {\n}"), TEXT("/d"), &copies));
	assert_false(
		logrotate_copies(check_arena(state), TEXT("nocopytruncate"), TEXT("/d"), &copies));
	assert_false(copies);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(combined, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(cloudfront, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(fastly, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(written, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(rotation, check_setup, check_teardown),
		cmocka_unit_test(formats),
		cmocka_unit_test(tally),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
