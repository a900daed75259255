"""What strangers send, to every route of the table: an error answer in JSON or as a page, nothing changed, nobody dead, nobody hanging.

The routes come from `cratehouse routes`, so a new one is covered as soon as it is there. Most of it is spoken to a worker
directly, past the web server, which would refuse or repair a good part.
"""
import concurrent.futures
import json
import re
import socket
import subprocess
import threading
import time
import xml.etree.ElementTree as ElementTree

import pytest

from fcgi_client import FastCGI
from lib import openapi
from lib.census import accounts, census, settled
from lib.page import Page
from lib.registry import Crate
from lib.steps import publish, user_id
from test_routes import TABLE, filled, generic

# Without files: a public registry's web server sends them by itself, and tests/e2e/test_private.py has those of a private one.
ROUTES = {f"{method} {path}": (method, path) for method, path in TABLE if not path.startswith(("/index/", "/static/"))}
JSON = "application/json"
NAME = "bad-input"

# A body that would do something, by route; where none stands here, one with every key that docs/openapi.json knows.
VALID = {
    "PUT /api/v1/crates/new": Crate(NAME, "1.0.1").body,
    "PUT /api/v1/crates/{name}/owners": b'{"owners":["bob"]}',
    "DELETE /api/v1/crates/{name}/owners": b'{"owners":["alice"]}',
    "PATCH /api/v1/crates/{name}/{version}": b'{"version":{"yanked":true,"yank_message":"x"}}',
    "PUT /api/v1/me/crate_owner_invitations/{crate_id}": b'{"crate_owner_invite":{"crate_id":1,"accepted":true}}',
    "PATCH /api/v1/crates/{name}": b'{"crate":{"trustpub_only":true}}',
    "PUT /api/v1/users/{user}": b'{"user":{"email":"other@example.test","publish_notifications":false}}',
    "PUT /api/v1/me/email_notifications": b'[{"id":1,"email_notifications":false}]',
    "PUT /api/v1/me/tokens": b'{"api_token":{"name":"bad input"}}',
}

VALID = {**{f"{method} {path}": json.dumps(openapi.sample(openapi.body_schema(method, path))).encode() for method, path in TABLE
            if openapi.body_schema(method, path)}, **VALID}

TEXTS = ["", "%20", "-1", "0", "1e9", "9" * 30, "x" * 300, "x" * 30_000, "%00", "a%00b", "%FF", "%C3%28", "%ED%A0%80", "..",
         "%2e%2e", ".", "%2F", "a%2Fb", "%", "%4", "%zz", "'", "%22", "%5C", "<b>", "%F0%9F%98%80" * 50, "+", "a;b", "%01",
         "null", "[]", "{name}", "%25s%25n", "1.0.0%00", "%0D%0ASet-Cookie:%20a=b", b"\xff", b"\xc3\xa4", b"a b", b"\x01"]

BODIES = {
    "empty": b"", "brace": b"{", "bracket": b"[", "quote": b'"', "null": b"null", "true": b"true", "number": b"0",
    "too large a number": b"1e999", "list": b"[]", "object": b"{}", "list of lists": b"[[[]]]", "NUL": b"\0",
    "not UTF-8": b"\xff\xfe", "byte order mark": b"\xef\xbb\xbf{}", "100 lists": b"[" * 100 + b"]" * 100,
    "100 objects": b'{"a":' * 100 + b"1" + b"}" * 100, "200000 lists": b"[" * 200_000,
    "100 levels behind a known key": b'{"owners":' + b"[" * 100 + b"]" * 100 + b"}",
    "strings that are none": b'{"owners":["\xff"],"version":{"yank_message":"\xff"},"crate_owner_invite":"\xff"}',
    "half a surrogate": b'{"owners":["\\ud800"],"version":{"yank_message":"\\ud800"},"crate_owner_invite":"\\ud800"}',
    "wrong types": b'{"owners":{"a":1},"version":[{}],"crate_owner_invite":"1"}',
    "numbers": b'{"owners":1e400,"version":-0,"crate_owner_invite":{"crate_id":1e400,"accepted":0}}',
    "a key of a megabyte": b'{"' + b"k" * 1_000_000 + b'":1}', "many keys": b"{" + b'"k":1,' * 100_000 + b'"k":1}',
    "a string without end": b'{"owners":["' + b"x" * 100_000, "comment": b"/* */{}", "two values": b"{}{}",
    "a multipart form": b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n', "form": b"owners=bob&users=bob",
}

HEADERS = ["Authorization", "Cookie", "Content-Type", "Accept", "Origin", "If-None-Match", "If-Modified-Since", "User-Agent",
           "X-Forwarded-For", "Host", "Range", "Sec-Purpose", "Accept-Encoding"]
VALUES = ["x" * 10_000, b"\0", b"a\0b", b"\xff\xfe", "ä😀".encode(), b"a\r\nX-Evil: 1", "", " ", ",;=\"", "Bearer " * 100,
          "Bearer \t", "cratehouse=" + "x" * 10_000, "cratehouse=a; " * 500, '"' * 300, "%s%n%x", "W/" * 1000]


@pytest.fixture(scope="module")
def wire(registry):
    return FastCGI(str(registry.data / "run/worker.sock"), timeout=20)


def processes(registry):
    """The ids of master, workers and helpers."""
    master = registry.pid("cratehouse")
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(master)], capture_output=True, text=True, check=True)
    return [master] + sorted(int(pid) for pid in found.stdout.split())


def complaints(registry):
    """Lines of the log that say that we made a mistake."""
    return [line for part in ("msg=bug", 'msg="child failed"', "status=500") for line in registry.log(part)]


@pytest.fixture(scope="module", autouse=True)
def unharmed(registry, alice, bob):
    """Everything is afterwards as it was before."""
    publish(alice, NAME)
    settled(registry)
    before, pids, said, mine = census(registry), processes(registry), len(complaints(registry)), accounts(registry)
    yield
    settled(registry)
    assert complaints(registry)[said:] == []
    assert processes(registry) == pids
    assert census(registry) == before and accounts(registry) == mine


@pytest.fixture(params=ROUTES)
def route(request):
    return request.param


def harmless(registry, route):
    """The route's path: for what is there, but where the mere request would change something for what is not."""
    method, path = ROUTES[route]
    if method == "GET" or route in VALID:
        return filled(path, NAME, user=str(user_id(registry, "alice")) if method == "PUT" else "alice")
    if "{version}" in path:
        return filled(path, NAME, version="9.9.9")
    return filled(path, "no-such-crate", id="0", user="0")


MADE_FOR_PROGRAMS = {
    "application/atom+xml; charset=UTF-8": ElementTree.fromstring,
    "application/manifest+json": json.loads,
    "application/opensearchdescription+xml; charset=utf-8": ElementTree.fromstring,
    "application/x-suggestions+json": json.loads,
    "image/svg+xml": ElementTree.fromstring,
    "text/csv; charset=utf-8; header=present": bytes.decode,
    "text/xml; charset=UTF-8": ElementTree.fromstring,
}


# 501: signing in with GitHub is not set up.
FINE = [*range(200, 500), 501]


def judge(reply, path, allowed=FINE):
    assert reply.whole and reply.status in allowed, (path[:200], reply.raw[:500])
    if reply.status in (405, 304) or not reply.body:
        assert reply.status in (200, 204, 301, 302, 303, 304, 307, 308, 405), (path[:200], reply.raw[:500])
        return reply
    if reply.header("content-type") == JSON:
        body = json.loads(reply.body)
        if reply.status >= 400:
            error, = body["errors"]
            assert list(body) == ["errors"] and list(error) == ["detail"] and isinstance(error["detail"], str)
    elif reply.header("content-type") == "text/html; charset=utf-8":
        Page(reply.body.decode())
        assert reply.header("content-security-policy").startswith("default-src 'none'; script-src 'self';")
    elif reply.header("content-type") in MADE_FOR_PROGRAMS:
        assert reply.status == 200
        MADE_FOR_PROGRAMS[reply.header("content-type")](reply.body)
    else:  # words: of the sign-in, and to whoever shows no User-Agent outside of /api
        assert reply.header("content-type") == "text/plain; charset=utf-8"
        assert path.startswith(("/sign-in/", "/robots.txt")) or "/raw/" in path \
            or reply.status == 403 and b"User-Agent" in reply.body
    assert not any(name == "x-evil" or value.startswith("a=b") for name, value in reply.headers)
    return reply


def sent(user, method, path):
    """Headers of somebody who may; but signing out would sign out alice of all other tests."""
    signs_out = method == "DELETE" and path.startswith("/api/private/session")
    return generic(**{"Cookie": user.cookie[:-1] if signs_out else user.cookie, "Content-Type": JSON})


FROM_ARCHIVES = re.compile(r"/crates/.*/(code|diff|features|raw)\b")


def patiently(path, once):
    """What once() answers. Pages of what is in archives wait some seconds for a place of the inspector; on a busy machine they are told to come again."""
    for _ in range(60):
        reply = once()
        if not (FROM_ARCHIVES.match(path) and reply.status == 503 and reply.header("retry-after") == "5"):
            break
        time.sleep(0.5)
    return reply


def fine(path, status):
    """Where nobody is patient, since it is not the page that is asked for."""
    return status in FINE or FROM_ARCHIVES.match(path) and status == 503


def ask(wire, alice, method, path, headers=None, body=b"", **more):
    path_text = path if isinstance(path, str) else path.decode("latin-1")
    return judge(patiently(path_text, lambda: wire.request(method, path, {**sent(alice, method, path_text), **(headers or {})}, body, **more)),
                 path_text)


def joined(*parts):
    return b"".join(part if isinstance(part, bytes) else part.encode() for part in parts)


# ---- paths and queries

def test_paths(wire, alice, route):
    """Each parameter in turn is nonsense, the others are good ones."""
    method, path = ROUTES[route]
    for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        start, end = path.split("{" + name + "}")
        for value in TEXTS:
            if name == "crate_id":
                continue  # not read: test_invitations.py
            ask(wire, alice, method, joined(filled(start, NAME), value, filled(end, NAME)), body=VALID.get(route, b""))


def query_parameters(route):
    return [parameter for parameter in map(openapi.resolved, openapi.OPERATIONS.get(ROUTES[route], {}).get("parameters", []))
            if parameter["in"] == "query"]


# Without which the rest of a query is not looked at.
NEEDED = {"GET /api/v1/trusted_publishing/github_configs": f"crate={NAME}", "GET /api/v1/trusted_publishing/gitlab_configs": f"crate={NAME}",
          "GET /api/private/crate_owner_invitations": f"crate_name={NAME}"}


def test_numbers_and_dates(registry, wire, alice, route):
    """What is none is refused, and the words name the parameter; for what has no other fault."""
    path = harmless(registry, route) + "?" + NEEDED.get(route, "")
    for parameter in query_parameters(route):
        name, schema = parameter["name"], parameter["schema"]
        if schema["type"] != "integer" and schema.get("format") != "date":
            continue
        wrong = ["x", "1.5", "1e9", "9" * 30, "-" + "9" * 30, "0x10", "%00", "1%00", "%FF", "%20", "1%20", "%D9%A1", "-", "x" * 30_000, "1,2", "null"]
        wrong += [] if schema["type"] == "integer" else ["2020-13-01", "2020-02-30", "20200101", "2020-01-01T00:00:00Z"]
        wrong += ["0", "-1", str(2**32)] if schema.get("minimum") == 1 else []
        for value in wrong:
            reply = ask(wire, alice, "GET", f"{path}&{name}={value}")
            assert reply.status == 400, value[:100]
            words = json.loads(reply.body)["errors"][0]["detail"]
            assert words.startswith(f"Failed to deserialize query string: {name}: ") or words.startswith(f"?{name}= is not supported"), words


def test_queries(registry, wire, alice, route):
    method, path = ROUTES[route][0], harmless(registry, route)
    body = b"x" if route in VALID else b""
    for name in {"q", "page", "per_page", "seek", "include", "sort", "nums[]", "message", "crate_id", "%00", "", "%FF",
                 *(parameter["name"] for parameter in query_parameters(route))}:
        for value in TEXTS:
            ask(wire, alice, method, joined(path, "?", name, "=", value), body=body)
        for query in (f"{name}=1&{name}=2", f"{name}=1&" * 500, name, f"{name}==", f"&&{name}&=&", f"{name}[]=1&{name}[a]=2"):
            ask(wire, alice, method, f"{path}?{query}", body=body)
    for query in ("?" * 1000, "&" * 50_000, "a=1&" * 20_000, "=" * 1000, "x" * 60_000, "%" * 1000, "#", "a=b#c"):
        ask(wire, alice, method, f"{path}?{query}", body=body)


# ---- headers

def test_headers(registry, wire, alice, route):
    method, path = ROUTES[route][0], harmless(registry, route)
    for name in HEADERS:
        for value in VALUES:
            ask(wire, alice, method, path, {name: value}, b"x" if route in VALID else b"")
    ask(wire, alice, method, path, {f"X-H{i}": "x" * 50 for i in range(500)}, b"x" if route in VALID else b"")


def test_request_ids_of_any_kind(wire, alice):
    for value in VALUES:
        ask(wire, alice, "GET", "/api/v1/site_metadata", {"X-Request-Id": value})
        ask(wire, alice, "GET", "/api/v1/site_metadata", {"X-Request-Id": value, "User-Agent": ""})


def test_ten_thousand_header_bytes_through_the_web_server(registry, alice, route):
    method, path = ROUTES[route][0], harmless(registry, route)
    answer = alice.browser.request(method, path, b"x" if route in VALID else b"",
                                   headers={**sent(alice, method, path), "X-Long": "x" * 10_000})
    assert registry.log_line(answer)["status"] == str(answer.status_code) and fine(path, answer.status_code)


@pytest.mark.parametrize("line", [b"X-A: a\0b", b"X-A: \xff\xfe", b"\xff: a", b"X A: a", b"X-A\0: a", b": a", b"X-A"])
def test_header_lines_of_any_kind(registry, line):
    """What nginx refuses by itself is a page of its own, 400; what it passes over or on is answered."""
    status, _ = raw(registry, b"GET /api/v1/site_metadata HTTP/1.1\r\nHost: x\r\nUser-Agent: x\r\nConnection: close\r\n"
                    + line + b"\r\n\r\n")
    assert status in (200, 400)


# ---- bodies

def test_bodies(registry, wire, alice, route):
    method, path = ROUTES[route][0], harmless(registry, route)
    allowed = (400, 413, 415, 422) if route in VALID else FINE
    for what, body in BODIES.items():
        reply = ask(wire, alice, method, path, body=body)
        nothing = VALID.get(route, b"")[:1] == b"[" and body == b"[]"  # a list of nothing changes nothing
        assert reply.status in allowed or nothing, what
    for kind in (None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json;" * 99):
        ask(wire, alice, method, path, {"Content-Type": kind}, BODIES["form"])


def test_truncated(registry, wire, alice, route):
    """At each byte, or at forty places of what is long."""
    body = VALID.get(route, b'{"a":1}')
    method, path = ROUTES[route][0], harmless(registry, route)
    for n in range(0, len(body), max(1, len(body) // 40)):
        reply = ask(wire, alice, method, path, body=body[:n])
        assert route not in VALID or reply.status == 400, body[:n]


# In place of any value of a body.
WRONG = [None, True, 0, -1, 0.5, 2**31, -2**31 - 1, 2**63, 2**64, "", "\0", "\ud800", "\U0001f600" * 50, "x" * 50_000, [], {}, [[]], [None], {"a": 1}]
DEEP = b"[" * 100 + b"]" * 100


def replaced(value, put):
    """The value with put(part) in place of one of its parts, for each of them; and without each of its keys."""
    yield put(value)
    if isinstance(value, dict):
        for key in value:
            for inner in replaced(value[key], put):
                yield {**value, key: inner}
            yield {other: inner for other, inner in value.items() if other != key}
    elif isinstance(value, list):
        for at, item in enumerate(value):
            for inner in replaced(item, put):
                yield value[:at] + [inner] + value[at + 1:]


def shape(schema):
    """The schema less what is looked at after the shape."""
    schema = openapi.resolved(schema)
    kept = {key: value for key, value in schema.items() if key in ("type", "required")}
    for key in ("anyOf", "oneOf"):
        if key in schema:
            kept[key] = [shape(inner) for inner in schema[key]]
    if "properties" in schema:
        kept["properties"] = {name: shape(inner) for name, inner in schema["properties"].items()}
    if "items" in schema and "enum" not in schema["items"]:
        kept["items"] = shape(schema["items"])
    return kept


def test_each_part_of_a_body(registry, wire, route):
    """Every part in turn is of another type, too large, too deep or not there. Nobody asks, so that what is all right does nothing; the body is
    read before that matters."""
    method, template = ROUTES[route]
    schema = openapi.body_schema(method, template)
    if schema is None:
        pytest.skip("no JSON body")
    right = openapi.Validator(shape(schema))
    path, good = harmless(registry, route), json.loads(VALID[route])
    for wrong in WRONG:
        for body in replaced(good, lambda _: wrong):
            reply = judge(wire.request(method, path, generic(**{"Content-Type": JSON}), json.dumps(body).encode()), path, FINE[200:])
            assert reply.status in (400, 422) or right.is_valid(body) or isinstance(wrong, list), (body, reply.body)  # upstream: a list of the fields
    for body in replaced(good, lambda _: "too deep"):
        text = json.dumps(body).encode().replace(b'"too deep"', DEEP)
        reply = judge(wire.request(method, path, generic(**{"Content-Type": JSON}), text), path, FINE[200:])
        assert reply.status in (400, 422) or DEEP not in text, (text, reply.body)


def test_wrong_length(registry, wire, alice, route):
    """A body that would be good, but is not as long as was announced: nothing is done."""
    method, path, body = ROUTES[route][0], harmless(registry, route), VALID.get(route, b"{}")
    for length in (len(body) - 1, len(body) + 1, 0, 1, -1, 2**31, 2**32, 2**63, 2**64 - 1, 2**64, "x", "1e3", f" {len(body)}",
                   f"{len(body)} ", f"+{len(body)}", f"0x{len(body):x}", ""):
        reply = ask(wire, alice, method, path, body=body, length=str(length))
        assert route not in VALID or reply.status in (400, 413), (length, reply.raw)


def test_went_away_in_the_middle(registry, wire, alice, route):
    method, path, body = ROUTES[route][0], harmless(registry, route), VALID.get(route, b"{}")
    for there in (0, 1, len(body) // 2, len(body) - 1):
        with wire.connect() as s:
            wire.send(s, method, path, sent(alice, method, path), body[:there], length=str(len(body)), end=False)
            s.shutdown(socket.SHUT_WR)
            reply = FastCGI.receive(s)
            assert route not in VALID or reply.status == 400, reply.raw
        with wire.connect() as s:
            wire.send(s, method, path, sent(alice, method, path), body[:there], length=str(len(body)), end=False)
        with web(registry) as s:
            s.sendall(head(registry, alice, method, path, f"Content-Length: {len(body)}") + body[:there])


def test_oversized(registry, alice, route):
    """More than a JSON body may be; publish and the routes without a body have other limits, or none."""
    method, path = ROUTES[route][0], harmless(registry, route)
    answer = alice.browser.request(method, path, b'{"a":"' + b"x" * (2 << 20) + b'"}', headers=sent(alice, method, path))
    assert fine(path, answer.status_code)
    if route in VALID and not path.endswith("/new"):
        assert answer.status_code == 413
        assert answer.json() == {"errors": [{"detail": "Failed to buffer the request body: length limit exceeded"}]}


# ---- through the web server, byte by byte

def web(registry):
    return socket.create_connection(("127.0.0.1", registry.port), timeout=20)


def head(registry, user, method, path, *lines):
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {registry.site}", "User-Agent: x", "Connection: close",
                        *(f"{name}: {value}" for name, value in sent(user, method, path).items()), *lines, "", ""]).encode()


def received(s):
    data = b""
    while True:
        try:
            more = s.recv(65536)
        except ConnectionResetError:
            more = b""
        if not more:
            break
        data += more
    top, _, body = data.partition(b"\r\n\r\n")
    return (int(top.split()[1]) if top else None), body


def raw(registry, data):
    with web(registry) as s:
        s.sendall(data)
        return received(s)


def chunks(body, size):
    return b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + size]), body[i:i + size]) for i in range(0, len(body), size)) + b"0\r\n\r\n"


def test_chunked(registry, alice, route):
    """Bodies without a length: the web server collects them. A good one does what it should (a list of nobody)."""
    method, path, body = ROUTES[route][0], harmless(registry, route), VALID.get(route, b"{}")
    request = head(registry, alice, method, path, "Transfer-Encoding: chunked")
    for size in (1, 7, 100_000):
        status, _ = raw(registry, request + chunks(body[:-1], size))
        assert status == 400 if route in VALID else fine(path, status)
    for wrong in (b"x\r\n", b"-1\r\n", b"fffffffffffffffff\r\n", b"2\r\nabc\r\n0\r\n\r\n"):
        status, _ = raw(registry, request + wrong)  # the web server's own page
        assert status in (400, 413), wrong
    status, _ = raw(registry, head(registry, alice, method, path, "Transfer-Encoding: gzip, chunked") + chunks(body, 10))
    assert status in (400, 501)
    if path.endswith("/owners") and method == "PUT":
        assert raw(registry, request + chunks(b'{"owners":[]}', 3))[0] == 200


def drip(registry, user, route, last):
    """A byte now and then, and the last one when it is told to; what is answered in the end."""
    method, path = ROUTES[route][0], harmless(registry, route)
    body = VALID.get(route, b"{}")[:20] + b"\0"  # never a good one
    with web(registry) as s:
        s.settimeout(120)
        s.sendall(head(registry, user, method, path, f"Content-Length: {len(body)}"))
        for byte in body[:-1]:
            s.sendall(bytes([byte]))
            last.wait(0.1)
        assert last.wait(120)
        s.sendall(body[-1:])
        return received(s)[0]


def test_slow(registry, alice, anon):
    """As many slow clients as routes, more than there are workers: others are answered while all of them have not ended."""
    last = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(len(ROUTES)) as pool:
        try:
            slow = {route: pool.submit(drip, registry, alice, route, last) for route in ROUTES}
            for _ in range(20):
                assert anon.get(f"/api/v1/crates/{NAME}").status_code == 200
                time.sleep(0.05)
            assert not any(future.done() for future in slow.values())
        finally:
            last.set()
        for route, future in slow.items():
            status = future.result(120)
            assert status == 400 if route in VALID else fine(ROUTES[route][1], status), (route, status)


def test_slow_heads(registry, anon):
    """Requests that never get past their head hold nobody."""
    held = [web(registry) for _ in range(50)]
    try:
        for s in held:
            s.sendall(b"GET /api/v1/site_metadata HTTP/1.1\r\nHost:")
        assert anon.get("/api/v1/site_metadata", timeout=20).status_code == 200  # long before nginx lets one of them go
    finally:
        for s in held:
            s.close()
