/* app/outside/http.c: against a server of one process that behaves as the path says. */
#include "app/outside/http.h"

#include "app/base/buf.h"
#include "app/base/config.h"
#include "tests/unit/check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned port;
static pid_t server;

/* ---- the server */

static bool put(int fd, struct text t)
{
	while (t.n) {
		ssize_t n = send(fd, t.p, t.n, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		t = text_sub(t, (size_t)n, t.n);
	}
	return true;
}

static void put_answer(int fd, struct arena *a, const char *head, struct text body)
{
	struct buf b = buf_init(a, 16 * 1024 * 1024);

	buf_fmt(&b, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", head, body.n);
	buf_add(&b, body);
	(void)put(fd, buf_text(&b));
}

/* Head and body of the next request on a kept connection; absent at its end. */
static struct text take_request(int fd, struct arena *a)
{
	struct buf b = buf_init(a, 1024 * 1024);
	char part[4096];

	for (;;) {
		struct text all = buf_text(&b);
		size_t end = text_find(all, TEXT("\r\n\r\n")), length = 0;
		size_t at = text_find(all, TEXT("Content-Length: "));
		ssize_t n;

		for (at += 16; at < end && char_is_digit(all.p[at]); at++)
			length = 10 * length + (size_t)(all.p[at] - '0');
		if (text_starts(all, TEXT("\x16"))) /* a TLS handshake */
			return TEXT("TLS /none ");
		if (end < all.n && all.n >= end + 4 + length)
			return all;
		n = recv(fd, part, sizeof(part), 0);
		if (n <= 0)
			return TEXT_NONE;
		buf_add(&b, (struct text){ part, (size_t)n });
	}
}

static void endless(int fd, struct text piece)
{
	while (put(fd, piece))
		;
}

static bool answer(int fd, struct arena *a, struct text request)
{
	struct text rest = request, method, path;

	(void)text_cut(&rest, ' ', &method);
	(void)text_cut(&rest, ' ', &path);
	if (text_eq(path, TEXT("/silent"))) {
		char c;

		return recv(fd, &c, 1, 0) > 0; /* until the client has enough */
	}
	if (text_eq(path, TEXT("/cut"))) {
		(void)put(fd, TEXT("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour"));
		return false;
	}
	if (text_eq(path, TEXT("/none"))) {
		(void)put(fd, TEXT("220 mail.example.test ESMTP\r\n"));
		return false;
	}
	if (text_eq(path, TEXT("/endless"))) {
		(void)put(fd, TEXT("HTTP/1.1 200 OK\r\n\r\n"));
		endless(fd, TEXT("0123456789abcdef"));
		return false;
	}
	if (text_eq(path, TEXT("/headers"))) {
		(void)put(fd, TEXT("HTTP/1.1 200 OK\r\n"));
		endless(fd, TEXT("X-More: 0123456789abcdef\r\n"));
		return false;
	}
	if (text_eq(path, TEXT("/here")))
		put_answer(fd, a, "302 Found\r\nLocation: /echo?to", TEXT("moved"));
	else if (text_eq(path, TEXT("/round")))
		put_answer(fd, a, "301 Moved Permanently\r\nLocation: /round", TEXT("moved"));
	else if (text_eq(path, TEXT("/slow"))) {
		(void)usleep(100 * 1000);
		put_answer(fd, a, "301 Moved Permanently\r\nLocation: /slow", TEXT("moved"));
	} else if (text_eq(path, TEXT("/there")))
		put_answer(fd, a, "302 Found\r\nLocation: http://other.invalid/", TEXT("moved"));
	else if (text_eq(path, TEXT("/port")))
		put_answer(fd, a, "302 Found\r\nLocation: http://127.0.0.1:9/", TEXT("moved"));
	else if (text_eq(path, TEXT("/file")))
		put_answer(fd, a, "302 Found\r\nLocation: file:///etc/passwd", TEXT("moved"));
	else if (text_eq(path, TEXT("/empty?secret")) || text_eq(path, TEXT("/empty")))
		put_answer(fd, a, "404 Not Found\r\nContent-Type: text/plain", TEXT(""));
	else if (text_eq(path, TEXT("/early")))
		put_answer(fd, a, "103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK",
			   TEXT("late"));
	else if (text_eq(method, TEXT("HEAD")))
		put_answer(fd, a, "200 OK\r\nX-Asked: HEAD", TEXT(""));
	else
		put_answer(fd, a,
			   "200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
			   "Cache-Control: public, max-age=60",
			   request);
	return true;
}

static void serve(int listener)
{
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		struct arena *a = arena_new(0);
		struct text request;

		if (fd < 0)
			_exit(1);
		if (fork() == 0) {
			for (bool more = true; more;) {
				request = take_request(fd, a);
				more = request.p && answer(fd, a, request);
			}
			_exit(0);
		}
		(void)close(fd);
		arena_free(a);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

static int start(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, n), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	port = ntohs(at.sin_port);
	server = fork();
	if (server == 0) {
		(void)setpgid(0, 0);
		serve(fd);
	}
	(void)setpgid(server, server);
	(void)close(fd);
	return check_setup(state);
}

static int stop(void **state)
{
	(void)kill(-server, SIGKILL);
	(void)waitpid(server, NULL, 0);
	return check_teardown(state);
}

/* ---- the client */

static struct config cfg = {
	.site.url = TEXT_INIT("https://crates.example.test"),
	.outside = { .connect_timeout_s = 20, .timeout_s = 60 },
};

static struct text url_of(struct arena *a, const char *path)
{
	return text_fmt(a, "http://127.0.0.1:%u%s", port, path);
}

static bool has(struct text in, const char *what)
{
	return text_find(in, text_from(what)) < in.n;
}

static void sends(void **state)
{
	struct arena *a = check_arena(state);
	struct http *h = http_new(&cfg);
	const struct secret token = { TEXT("s3cret") }, password = { TEXT("open sesame") };
	const struct http_header headers[] = { { TEXT("Accept"), TEXT("application/json") },
					       { TEXT("X-Empty"), TEXT("") } };
	struct http_request get = { .method = "GET",
				    .url = url_of(a, "/echo?a=b"),
				    .headers = headers,
				    .nheaders = 2,
				    .bearer = &token };
	struct http_request post = { .method = "POST",
				     .url = url_of(a, "/echo"),
				     .body = { "a\0b", 3 },
				     .user = TEXT("me"),
				     .password = &password };
	struct http_request head = { .method = "HEAD", .url = url_of(a, "/echo") };
	struct http_answer got;

	assert_null(http_send(h, a, &get, &got));
	assert_int_equal(http_failure(h), HTTP_DONE);
	assert_int_equal(got.status, 200);
	assert_true(text_starts(got.body, TEXT("GET /echo?a=b HTTP/1.1\r\n")));
	assert_true(has(got.body, "\r\nAuthorization: Bearer s3cret\r\n"));
	assert_true(has(got.body, "\r\nAccept: application/json\r\n"));
	assert_true(has(got.body, "\r\nX-Empty:\r\n"));
	assert_true(has(got.body, "\r\nUser-Agent: cratehouse/"));
	assert_true(has(got.body, " (https://crates.example.test)\r\n"));
	assert_true(http_is_json(&got));
	assert_int_equal(http_max_age(&got, -1, 3600), 60);
	assert_int_equal(http_max_age(&got, -1, 30), 30);

	/* nothing of one request is left in the next */
	assert_null(http_send(h, a, &post, &got));
	assert_true(text_starts(got.body, TEXT("POST /echo HTTP/1.1\r\n")));
	assert_true(has(got.body, "\r\nAuthorization: Basic bWU6b3BlbiBzZXNhbWU=\r\n"));
	assert_false(has(got.body, "X-Empty"));
	assert_false(has(got.body, "Expect"));
	assert_true(text_ends(got.body, (struct text){ "\r\n\r\na\0b", 7 }));

	assert_null(http_send(h, a, &head, &got));
	check_text_of("HEAD", http_header(&got, TEXT("x-asked")), "HEAD");
	check_text_of("HEAD", got.body, "");
	http_free(h);
}

static void fails(void **state)
{
	struct arena *a = check_arena(state);
	struct http *h = http_new(&cfg);
	static const struct {
		const char *path;
		enum http_failure failure;
		unsigned status;
	} t[] = {
		{ "/silent", HTTP_TIMED_OUT, 503 },  { "/cut", HTTP_CUT_OFF, 503 },
		{ "/none", HTTP_CUT_OFF, 503 },      { "/endless", HTTP_TOO_LARGE, 500 },
		{ "/headers", HTTP_TOO_LARGE, 500 }, { "/there", HTTP_OTHER_HOST, 500 },
		{ "/port", HTTP_OTHER_HOST, 500 },   { "/file", HTTP_OTHER_HOST, 500 },
		{ "/round", HTTP_OTHER_HOST, 500 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct http_request q = { .method = "GET",
					  .url = url_of(a, t[i].path),
					  .max_bytes = 100 * 1024,
					  .same_host_hops = 2 };
		struct http_answer got = { .status = 1 };
		const struct err *e;

		if (t[i].failure == HTTP_TIMED_OUT)
			q.total_ms = 300;
		e = http_send(h, a, &q, &got);
		if (!e || http_failure(h) != t[i].failure)
			fail_msg("%s: %d, want %d", t[i].path, (int)http_failure(h),
				 (int)t[i].failure);
		assert_int_equal(err_status(e), t[i].status);
		assert_true(has(e->cause, t[i].path) || t[i].failure == HTTP_OTHER_HOST);
		assert_int_equal(got.status, 1);
	}
	http_free(h);
}

static void not_there(void **state)
{
	struct arena *a = check_arena(state);
	struct http *h = http_new(&cfg);
	static const struct {
		const char *url;
		enum http_failure failure;
	} t[] = {
		{ "http://127.0.0.1:1/", HTTP_NO_CONNECT },
		{ "http://no-such-host.invalid/", HTTP_NO_CONNECT },
		{ "https://127.0.0.1:1/", HTTP_NO_CONNECT },
		{ "file:///etc/passwd", HTTP_NOT_ASKED },
		{ "ftp://127.0.0.1/", HTTP_NOT_ASKED },
		{ "http://me:secret@127.0.0.1/", HTTP_NOT_ASKED },
		{ "http://127.0.0.1/\r\nX: y", HTTP_NOT_ASKED },
		{ "", HTTP_NOT_ASKED },
		{ "/echo", HTTP_NOT_ASKED },
	};
	struct http_request bad = { .method = "GET" };
	const struct secret split = { TEXT("a\r\nX: y") };
	struct http_answer got;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct http_request q = { .method = "GET", .url = text_from(t[i].url) };

		assert_non_null(http_send(h, a, &q, &got));
		if (http_failure(h) != t[i].failure)
			fail_msg("%s: %d, want %d", t[i].url, (int)http_failure(h),
				 (int)t[i].failure);
	}
	bad.url = url_of(a, "/echo");
	bad.bearer = &split;
	assert_non_null(http_send(h, a, &bad, &got));
	assert_int_equal(http_failure(h), HTTP_NOT_ASKED);

	/* TLS spoken to who does not */
	bad = (struct http_request){ .method = "GET",
				     .url = text_fmt(a, "https://127.0.0.1:%u/none", port) };
	assert_non_null(http_send(h, a, &bad, &got));
	assert_int_equal(http_failure(h), HTTP_NO_CONNECT);
	http_free(h);
}

static void redirects(void **state)
{
	struct arena *a = check_arena(state);
	struct http *h = http_new(&cfg);
	struct http_request q = { .method = "GET", .url = url_of(a, "/here"), .same_host_hops = 1 };
	struct http_answer got;

	assert_null(http_send(h, a, &q, &got));
	assert_true(text_starts(got.body, TEXT("GET /echo?to ")));

	q.same_host_hops = 0;
	assert_null(http_send(h, a, &q, &got));
	assert_int_equal(got.status, 302);
	check_text_of("where to", http_header(&got, TEXT("location")), "/echo?to");

	q = (struct http_request){
		.method = "POST", .url = url_of(a, "/here"), .body = TEXT("x"), .same_host_hops = 1
	};
	assert_null(http_send(h, a, &q, &got)); /* what changes something is never sent twice */
	assert_int_equal(got.status, 302);

	/* the time is that of all together, which is over long before the hops are */
	q = (struct http_request){
		.method = "GET", .url = url_of(a, "/slow"), .total_ms = 500, .same_host_hops = 100
	};
	assert_non_null(http_send(h, a, &q, &got));
	assert_int_equal(http_failure(h), HTTP_TIMED_OUT);
	http_free(h);
}

static void json(void **state)
{
	struct arena *a = check_arena(state);
	struct http *h = http_new(&cfg);
	struct http_request q = { .url = url_of(a, "/echo?secret") };
	struct text body = TEXT_NONE;
	const struct err *e;

	assert_null(http_get_json(h, a, &q, &body));
	assert_true(text_starts(body, TEXT("GET /echo?secret ")));
	assert_true(has(body, "\r\nAccept: application/json\r\n"));
	q.url = url_of(a, "/empty?secret");
	e = http_get_json(h, a, &q, &body);
	assert_int_equal(err_status(e), 503);
	assert_true(has(e->cause, "/empty: status 404") && !has(e->cause, "secret"));
	q.url = url_of(a, "/cut");
	assert_int_equal(err_status(http_get_json(h, a, &q, &body)), 503);
	http_free(h);
}

static void answers(void **state)
{
	struct arena *a = check_arena(state);
	struct http *h = http_new(&cfg);
	struct http_request q = { .method = "GET", .url = url_of(a, "/empty") };
	struct http_answer got;

	assert_null(http_send(h, a, &q, &got));
	assert_int_equal(got.status, 404);
	check_text_of("body", got.body, "");
	assert_false(http_is_json(&got));
	assert_int_equal(http_max_age(&got, 7, 60), 7);
	check_text_of("no header", http_header(&got, TEXT("X-None")), NULL);

	q.url = url_of(a, "/early");
	assert_null(http_send(h, a, &q, &got));
	check_text_of("final body", got.body, "late");
	check_text_of("a header of the 1xx", http_header(&got, TEXT("X-Early")), NULL);
	http_free(h);
}

static void max_ages(void **state)
{
	static const struct {
		const char *headers;
		int64_t age;
	} t[] = {
		{ "Cache-Control: max-age=5\r\n", 5 },
		{ "cache-control: private,MAX-AGE=5 , must-revalidate\r\n", 5 },
		{ "Cache-Control: max-age=99999999999999999999\r\n", -1 },
		{ "Cache-Control: max-age=100000\r\n", 1000 },
		{ "Cache-Control: max-age=5, no-store\r\n", -1 },
		{ "Cache-Control: no-cache\r\n", -1 },
		{ "Cache-Control: max-age\r\n", -1 },
		{ "X: max-age=5\r\n", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct http_answer got = { .headers = text_from(t[i].headers) };

		assert_int_equal(http_max_age(&got, -1, 1000), t[i].age);
	}
}

static void forms(void **state)
{
	struct buf b = buf_init(check_arena(state), 100);

	http_form(&b, TEXT("code"), TEXT("a&b=c d"));
	http_form(&b, TEXT("x"), TEXT(""));
	check_text_of("form", buf_text(&b), "code=a%26b%3Dc%20d&x=");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sends),     cmocka_unit_test(fails), cmocka_unit_test(not_there),
		cmocka_unit_test(redirects), cmocka_unit_test(json),  cmocka_unit_test(answers),
		cmocka_unit_test(max_ages),  cmocka_unit_test(forms),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
