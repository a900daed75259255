"""The same demands on every web server, each through the sample configuration that a real one includes.

Files of the index and of published crates are written here as settle does: to the side, with a time of whole seconds that
grows with each content, and renamed.
"""
import gzip
import json
import os
import signal
import socket
import threading
import time

import pytest

from lib.instance import BUILD, Instance
from lib.registry import Client, Crate

SERVERS = ("nginx", "apache", "apache-fcgid", "lighttpd")


@pytest.fixture(scope="module", params=SERVERS)
def web(request):
    instance = Instance(web=request.param, settings=("server.workers=2",))
    try:
        yield instance.start()
    finally:
        instance.remove()


def put(web, path, content, mtime=None):
    """Writes a file below the data folder as settle does."""
    target = web.data / path
    target.parent.mkdir(parents=True, exist_ok=True)
    for folder in target.parents:
        if folder == web.data:
            break
        folder.chmod(0o755)
    aside = target.parent / ".aside"
    aside.write_bytes(content)
    if mtime:
        os.utime(aside, (mtime, mtime))
    aside.rename(target)


def talk(web, data, timeout=20):
    """Sends bytes as they are; everything that comes back until the server closes."""
    answer = b""
    with socket.create_connection(("127.0.0.1", web.port), timeout=timeout) as stream:
        try:
            stream.sendall(data)
        except OSError:
            pass  # it may have answered and closed before it read all
        try:
            while part := stream.recv(65536):
                answer += part
        except ConnectionResetError:
            pass
    return answer


def ask(web, path, method="GET", headers=(), body=b"", timeout=20):
    """Status, headers in lower case, body; path and headers go out byte for byte."""
    lines = [b"%s %s HTTP/1.1" % (method.encode(), path if isinstance(path, bytes) else path.encode()),
             b"Host: 127.0.0.1:%d" % web.port, b"Connection: close"]
    lines += [f"{name}: {value}".encode("latin1") for name, value in dict(headers).items()]
    if body or method in ("PUT", "POST"):
        lines.append(b"Content-Length: %d" % len(body))
    head, _, rest = talk(web, b"\r\n".join(lines) + b"\r\n\r\n" + body, timeout).partition(b"\r\n\r\n")
    first, *fields = head.decode("latin1").split("\r\n")
    got = {}
    for field in fields:
        name, _, value = field.partition(":")
        name = name.lower()
        got[name] = f"{got[name]}, {value.strip()}" if name in got else value.strip()
    if got.get("transfer-encoding") == "chunked":
        rest = unchunk(rest)
    return int(first.split()[1]), got, rest


def unchunk(data):
    out = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        if not int(size, 16):
            break
        out, data = out + data[:int(size, 16)], data[int(size, 16) + 2:]
    return out


def worker_answered(status, headers, body):
    """Whether an answer is the registry's own: JSON, with its errors where it is one."""
    if headers.get("content-type") != "application/json":
        return False
    return status < 400 or "errors" in json.loads(body)


USER_AGENT = {"User-Agent": "test", "Accept": "application/json"}  # errors as JSON, not as pages


# ---- the index

def lines(text, count=20):
    return (json.dumps({"name": "tide", "vers": text}) + "\n").encode() * count


def test_two_changes_within_a_second_are_never_stale(web):
    stamp = int(time.time())
    etag = squeezed = modified = None
    for round_number in range(24):
        content = lines("1.0.%04d" % round_number)
        stamp = max(int(time.time()), stamp + 1)  # GREATEST(now, index_stamp + 1)
        put(web, "index/ti/de/tide", content, stamp)
        if etag:
            for validator in ({"If-None-Match": etag}, {"If-Modified-Since": modified},
                              {"If-None-Match": squeezed, "Accept-Encoding": "gzip"},
                              {"If-None-Match": etag, "If-Modified-Since": modified}):
                status, got, body = ask(web, "/index/ti/de/tide", headers=validator)
                body = gzip.decompress(body) if got.get("content-encoding") == "gzip" else body
                assert (status, body) == (200, content), (round_number, validator)
        status, got, body = ask(web, "/index/ti/de/tide")
        assert (status, body) == (200, content), round_number
        etag, modified = got["etag"], got["last-modified"]
        status, got, body = ask(web, "/index/ti/de/tide", headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(body) == content
        squeezed = got["etag"]


def test_unchanged_is_304_with_either_validator(web):
    content = lines("1.0.0")
    put(web, "index/ca/lm/calm", content, int(time.time()) - 1000)
    status, plain, body = ask(web, "/index/ca/lm/calm")
    assert (status, body, plain["content-type"]) == (200, content, "text/plain")
    assert "max-age=0" in plain["cache-control"]
    status, squeezed, body = ask(web, "/index/ca/lm/calm", headers={"Accept-Encoding": "gzip, br"})
    assert (status, squeezed["content-encoding"], gzip.decompress(body)) == (200, "gzip", content)
    assert "accept-encoding" in squeezed["vary"].lower()
    # Other bytes: another tag, or one that says "the same content" only.
    assert squeezed["etag"] != plain["etag"] or squeezed["etag"].startswith("W/")
    for validator in ({"If-None-Match": plain["etag"]}, {"If-None-Match": squeezed["etag"], "Accept-Encoding": "gzip"}):
        status, _, body = ask(web, "/index/ca/lm/calm", headers=validator)
        assert (status, body) == (304, b""), validator
    # Once a minute Apache answers this one in full (docs/differences.md): its second must not be the present one.
    while time.strftime(":%S GMT") == plain["last-modified"][-7:] or time.time() % 1 > 0.8:
        time.sleep(0.1)
    assert ask(web, "/index/ca/lm/calm", headers={"If-Modified-Since": plain["last-modified"]})[0] == 304


def test_config_json_is_served_and_never_stale(web):
    status, got, body = ask(web, "/index/config.json")
    config = json.loads(body)
    assert (status, got["content-type"]) == (200, "text/plain")
    assert config["api"] == web.url
    assert config["dl"] == web.url + "/static/crates/{crate}/{crate}-{version}.crate"
    put(web, "index/config.json", body.replace(b"}", b" }", 1))
    try:
        assert ask(web, "/index/config.json")[2] == body.replace(b"}", b" }", 1)
    finally:
        put(web, "index/config.json", body)


@pytest.mark.parametrize("path", [
    "/index/no/pe/nope", "/index/", "/index/ti", "/index/ti/", "/index/ti/de/.aside", "/index/.hidden", "/static/",
    "/static/crates", "/static/crates/", "/static/crates/nope/nope-1.0.0.crate", "/static/.hidden"])
def test_absent_is_404(web, path):
    put(web, "index/ti/de/tide", lines("1.0.0"), int(time.time()))
    for hidden in ("index/.hidden", "public/.hidden", "index/ti/de/.aside"):
        (web.data / hidden).write_text("not yours")
    for headers in ({}, USER_AGENT):
        status, got, body = ask(web, path, headers=headers)
        assert status == 404 and b"yours" not in body and b"Index of" not in body, got
        assert "errors" in json.loads(body)


@pytest.mark.parametrize("path", [
    "/index/../cratehouse.toml", "/index/%2e%2e/cratehouse.toml", "/static/../cratehouse.toml", "/cratehouse.toml",
    "/static/..%2f..%2fcratehouse.toml", "/_cratehouse/cratehouse.toml", "/_cratehouse/public/../../cratehouse.toml",
    "/_cratehouse/..%2fcratehouse.toml", "/index/..%2fcratehouse.toml", "/index//../cratehouse.toml",
    "/static/crates/../../cratehouse.toml"])
def test_nothing_else_of_the_folder_is_served(web, path):
    status, _, body = ask(web, path, headers=USER_AGENT)
    assert status in (400, 403, 404) and b"password" not in body


def test_files_are_read_only(web):
    put(web, "index/ti/de/tide", lines("1.0.0"), int(time.time()))
    for method in ("PUT", "POST", "DELETE"):
        assert ask(web, "/index/ti/de/tide", method, USER_AGENT)[0] in (403, 405)
    status, got, body = ask(web, "/index/ti/de/tide", "HEAD")
    assert (status, body) == (200, b"") and int(got["content-length"]) == len(lines("1.0.0"))


# ---- downloads

def test_a_crate_is_immutable_harmless_and_logged(web):
    content = b"\x1f\x8b" + bytes(3000)
    put(web, "public/crates/tide/tide-1.0.0+b.crate", content)
    for path in ("/static/crates/tide/tide-1.0.0+b.crate", "/static/crates/tide/tide-1.0.0%2Bb.crate"):
        status, got, body = ask(web, path, headers={"Accept-Encoding": "gzip"})  # and no User-Agent
        assert (status, body, got["content-type"]) == (200, content, "application/gzip")
        assert "content-encoding" not in got and "immutable" in got["cache-control"]
        assert got["content-security-policy"] == "sandbox; default-src 'none'"
        assert got["x-content-type-options"] == "nosniff"
    ask(web, "/static/crates/tide/tide-1.0.0+b.crate", headers={"User-Agent": "cargo/1.95.0"})
    log, end = web.data / "log/downloads.log", time.time() + 10
    wanted = '"GET /static/crates/tide/tide-1.0.0+b.crate HTTP/1.1" 200 3002 "-" "cargo/1.95.0"'
    while wanted not in log.read_text():
        assert time.time() < end, log.read_text()
        time.sleep(0.2)
    assert "/index/" not in log.read_text()


SECRETS = ["/confirm/" + "a1" * 13, "/accept-invite/" + "b2" * 13, "/unsubscribe/" + "c3" * 13, "/sign-in/" + "d4" * 16,
           "/github-redirect.html?code=e5e5&state=f6f6"]


def test_links_that_act_for_somebody_are_in_no_log(web):
    for path in SECRETS:
        ask(web, path, headers={"User-Agent": "a reader of letters"})
        ask(web, "/keywords", headers={"User-Agent": "a browser", "Referer": f"{web.url}{path}"})
    ask(web, "/categories?the-last-one", headers={"User-Agent": "a browser"})
    log, end = web.data / "log/access.log", time.time() + 10
    while "the-last-one" not in log.read_text():
        assert time.time() < end, log.read_text()
        time.sleep(0.2)
    for path in SECRETS:
        assert path not in log.read_text()


@pytest.mark.parametrize("ending,kind", [("png", "image/png"), ("jpg", "image/jpeg"), ("gif", "image/gif"), ("webp", "image/webp")])
def test_pictures_of_accounts_may_be_kept_for_ever(web, ending, kind):
    """Their names have their content's hash; what they are is what we say, not what a browser finds in them."""
    put(web, f"public/avatars/ab/u1-abcdef0123456789.{ending}", b"<html>" * 10)
    status, got, body = ask(web, f"/static/avatars/ab/u1-abcdef0123456789.{ending}")
    assert status == 200 and body == b"<html>" * 10 and got["content-type"] == kind
    assert got["cache-control"] == "public, max-age=31536000, immutable"
    assert "sandbox" in got["content-security-policy"] and got["x-content-type-options"] == "nosniff"
    assert ask(web, f"/static/avatars/ab/u2-abcdef0123456789.{ending}")[0] == 404


@pytest.mark.parametrize("ending, kind", [(".crate", "application/gzip"), (".zip", "application/zip"), (".zip.json", "application/json")])
def test_what_stands_beside_a_crate(web, ending, kind):
    put(web, f"public/crates/tide/tide-3.0.0+b{ending}", b'{"files":[]}' * 50)
    status, got, body = ask(web, f"/static/crates/tide/tide-3.0.0%2Bb{ending}")
    assert (status, got["content-type"], body) == (200, kind, b'{"files":[]}' * 50)
    assert got["cache-control"] == "public, max-age=31536000, immutable" and got["x-content-type-options"] == "nosniff"
    status, _, part = ask(web, f"/static/crates/tide/tide-3.0.0%2Bb{ending}", headers={"Range": "bytes=12-23"})
    assert (status, part) == (206, b'{"files":[]}')


@pytest.mark.parametrize("name, kind", [("db-dump.tar.gz", "application/gzip"), ("db-dump.zip", "application/zip")])
def test_dumps_are_sent_as_they_are(web, name, kind):
    """Never unpacked or packed again on the way, in parts where somebody goes on with one, and never an old one."""
    status, got, body = ask(web, f"/static/{name}", headers={"Accept-Encoding": "gzip"})
    deadline = time.time() + 60  # the registry makes one by itself, when it starts
    while status == 404 and time.time() < deadline:
        time.sleep(0.1)
        status, got, body = ask(web, f"/static/{name}", headers={"Accept-Encoding": "gzip"})
    assert (status, got["content-type"], got["cache-control"]) == (200, kind, "public, max-age=0, must-revalidate")
    assert "content-encoding" not in got and body == (web.data / "public" / name).read_bytes()
    status, part, rest = ask(web, f"/static/{name}", headers={"Range": "bytes=100-"})
    assert (status, rest) == (206, body[100:])
    assert ask(web, f"/static/{name}", headers={"If-None-Match": got["etag"]})[0] == 304


def test_readmes_are_pages_that_run_nothing(web):
    put(web, "public/readmes/tide/tide-1.0.0.html", b"<p>high</p>" * 100)
    status, got, body = ask(web, "/static/readmes/tide/tide-1.0.0.html", headers={"Accept-Encoding": "gzip"})
    assert (status, got["content-type"].lower()) == (200, "text/html; charset=utf-8")
    assert got["content-encoding"] == "gzip" and gzip.decompress(body) == b"<p>high</p>" * 100
    assert got["content-security-policy"] == "sandbox; default-src 'none'"


# ---- requests to workers

@pytest.mark.parametrize("path", sorted((BUILD / "assets").iterdir()), ids=lambda path: path.suffix)
def test_assets_of_pages_may_be_kept_for_ever(web, path):
    """By their type, compressed, with no Content-Security-Policy of a stranger's file."""
    status, headers, body = ask(web, f"/assets/{path.name}", headers={"Accept-Encoding": "gzip"})
    types = {".css": "text/css", ".ico": "image/x-icon", ".js": "text/javascript", ".png": "image/png", ".svg": "image/svg+xml"}
    assert status == 200 and headers["content-type"].replace("; charset=utf-8", "") == types[path.suffix]
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["x-content-type-options"] == "nosniff" and "content-security-policy" not in headers
    assert (gzip.decompress(body) if "content-encoding" in headers else body) == path.read_bytes()
    assert "content-encoding" in headers or path.suffix in (".ico", ".png")
    assert ask(web, f"/assets/{path.name}", headers={"If-None-Match": headers["etag"]})[0] in (200, 304)
    assert ask(web, f"/assets/{path.name}", method="POST", body=b"x")[0] in (403, 405)


@pytest.mark.parametrize("path", ["/assets/", "/assets/none.css", "/assets/.hidden", "/assets/../program/bin/cratehouse"])
def test_of_assets_nothing_else_is_served(web, path):
    assert ask(web, path, headers=USER_AGENT)[0] in (400, 403, 404)


def test_workers_see_the_path_as_it_was_sent(web):
    status, got, body = ask(web, "/api/v1/site_metadata?x=%20%2F", headers=USER_AGENT)
    assert status == 200 and worker_answered(status, got, body)
    # An encoded slash is part of a name, and doubled or dotted paths are the registry's to tidy up.
    assert ask(web, "/api%2Fv1/site_metadata", headers=USER_AGENT)[0] == 404
    assert ask(web, "//api/./v1/x/../site_metadata", headers=USER_AGENT)[0] == 200
    status, got, body = ask(web, "/api/v1/crates/a%2fb/owners", headers=USER_AGENT)
    assert status == 404 and worker_answered(status, got, body)


def test_only_workers_demand_a_user_agent(web):
    status, got, body = ask(web, "/api/v1/site_metadata")
    assert status == 403 and b"User-Agent" in body
    assert ask(web, "/index/config.json")[0] == 200


def test_a_publish_is_served_at_once(web):
    """The token reaches the worker (Apache keeps Authorization from scripts unless told), the body whole; what cargo reads
    afterwards is there before the answer is."""
    token = (web.data / "first-token").read_text().split()[-1]
    crate = Crate("harbour-wall", "1.0.0+first", files={"src/big.bin": os.urandom(300000).hex()})
    answer = Client(web.url, Authorization=token).publish(crate)
    assert answer.status_code == 200, answer.text
    assert [line["cksum"] for line in web.index("harbour-wall")] == [crate.checksum]
    status, got, body = ask(web, "/static/crates/harbour-wall/harbour-wall-1.0.0+first.crate")
    assert (status, body) == (200, crate.archive)
    answer = Client(web.url, Authorization=token).delete("/api/v1/crates/harbour-wall/1.0.0+first/yank")
    assert answer.status_code == 200
    assert web.index("harbour-wall")[0]["yanked"] is True
    assert Client(web.url).delete("/api/v1/crates/harbour-wall/1.0.0+first/yank").status_code == 403


# What each server refuses by itself, with its own page: docs/differences.md has the same table. None: a worker answers.
REFUSED = {
    "NUL in the path": (b"/api/v1/%00x", {"nginx": 400, "apache": 404, "apache-fcgid": 404, "lighttpd": 400}),
    "bad percent-encoding": (b"/api/v1/%zz", {"nginx": 400, "apache": 400, "apache-fcgid": 400, "lighttpd": None}),
    "control character": (b"/api/v1/%01", {"nginx": None, "apache": None, "apache-fcgid": None, "lighttpd": 400}),
    "bytes that are not UTF-8": (b"/api/v1/\xff", {"nginx": None, "apache": None, "apache-fcgid": None, "lighttpd": 400}),
    "10,000 bytes of query": (b"/api/v1/x?" + b"y" * 10000,
                              {"nginx": None, "apache": None, "apache-fcgid": None, "lighttpd": None}),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_a_server_refuses_by_itself(web, what):
    path, table = REFUSED[what]
    status, got, body = ask(web, path, headers=USER_AGENT)
    if table[web.web] is None:
        assert status < 500 and worker_answered(status, got, body), (status, got, body)
    else:
        assert status == table[web.web]


def test_ten_thousand_header_bytes_reach_the_worker(web):
    status, got, body = ask(web, "/api/v1/site_metadata", headers={**USER_AGENT, "X-Long": "y" * 10000})
    assert status == 200 and worker_answered(status, got, body)
    assert ask(web, "/index/config.json", headers={"X-Long": "y" * 10000})[0] == 200
    assert ask(web, "/api/v1/site_metadata", headers={**USER_AGENT, "X-Long": "y" * 100000})[0] in (400, 431)
    # NUL within a header is nobody's: all refuse it.
    answer = talk(web, b"GET /api/v1/site_metadata HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\nConnection: close\r\n\r\n")
    assert answer[9:12] == b"400"


def test_uploads_of_many_megabytes_reach_the_worker(web):
    # More than any default of a web server (1 MB, 128 KiB), no token, no crate: the registry's own refusal.
    status, got, body = ask(web, "/api/v1/crates/new", "PUT", USER_AGENT, bytes(12 << 20))
    assert 400 <= status < 500 and worker_answered(status, got, body), (status, got, body[:200])


def test_chunked_uploads_arrive_whole(web):
    answer = talk(web, b"PUT /api/v1/crates/new HTTP/1.1\r\nHost: x\r\nUser-Agent: t\r\nTransfer-Encoding: chunked\r\n"
                       b"Connection: close\r\n\r\n" + b"1000\r\n" + bytes(4096) + b"\r\n4\r\nabcd\r\n0\r\n\r\n")
    status, body = int(answer.split()[1]), answer.partition(b"\r\n\r\n")[2]
    assert 400 <= status < 500 and b'"errors"' in body, answer


def test_more_than_the_server_takes_is_413(web):
    answer = talk(web, b"PUT /api/v1/crates/new HTTP/1.1\r\nHost: x\r\nUser-Agent: t\r\nContent-Length: 999999999\r\n"
                       b"Connection: close\r\n\r\n")
    assert answer[9:12] == b"413" and b'"errors"' in answer, answer


def test_slow_bodies_hold_no_worker(web):
    """Four uploads that dribble, two workers: others are still answered at once."""
    streams = []
    try:
        for _ in range(4):
            stream = socket.create_connection(("127.0.0.1", web.port), timeout=20)
            stream.sendall(b"PUT /api/v1/crates/new HTTP/1.1\r\nHost: x\r\nUser-Agent: t\r\nContent-Length: 6\r\n"
                           b"Connection: close\r\n\r\n")
            streams.append(stream)
        for part in (b"a", b"b", b"c"):
            for stream in streams:
                stream.sendall(part)
            began = time.time()
            for _ in range(3):
                assert ask(web, "/api/v1/site_metadata", headers=USER_AGENT)[0] == 200
            assert time.time() - began < 2
        for stream in streams:
            stream.sendall(b"def")
        for stream in streams:
            assert stream.recv(12)[9:10] == b"4"
    finally:
        for stream in streams:
            stream.close()


def test_many_at_once(web):
    """Eight clients, ten requests each, beside files: no answer is lost."""
    wrong = []

    def client():
        for _ in range(10):
            for path in ("/api/v1/site_metadata", "/index/config.json"):
                status = ask(web, path, headers=USER_AGENT)[0]
                if status != 200:
                    wrong.append((path, status))

    threads = [threading.Thread(target=client) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# ---- workers gone; the last test of each server

def programs_of(web):
    """Ids of the processes of this instance's cratehouse, whoever started them."""
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                if os.readlink(f"/proc/{entry}/exe").startswith(str(web.data / "program/bin/cratehouse")):
                    yield int(entry)
            except OSError:
                continue


def test_no_http2_by_upgrade(web):
    """lighttpd 1.4.69 mixed up the answers to cargo's many requests after such an upgrade."""
    answer = talk(web, b"GET /index/config.json HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                       b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n"
                       b"GET /index/config.json HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ") and answer.count(b"HTTP/1.1 200 ") == 2, answer


def test_without_workers_files_are_served_and_the_rest_is_503(web):
    put(web, "index/ti/de/tide", lines("9.0.0"), int(time.time()))
    put(web, "public/crates/tide/tide-9.0.0.crate", b"bytes")
    program = web.data / "program/bin/cratehouse"
    program.rename(program.with_suffix(".away"))
    if web.web != "apache-fcgid":
        os.kill(web.pid("cratehouse"), signal.SIGTERM)
    end = time.time() + 30
    while list(programs_of(web)):
        if web.web == "apache-fcgid":
            for pid in programs_of(web):
                os.kill(pid, signal.SIGTERM)
        assert time.time() < end
        time.sleep(0.2)
    try:
        for method in ("GET", "PUT"):
            status, got, body = ask(web, "/api/v1/crates/new" if method == "PUT" else "/api/v1/site_metadata", method,
                                    USER_AGENT, b"x" * 100 if method == "PUT" else b"",
                                    timeout=120)  # mod_fcgid tries many times to start a worker
            assert status == 503, (status, body)
            assert int(got["retry-after"]) > 0 and got["content-type"] == "application/json"
            assert json.loads(body)["errors"][0]["detail"]
        for path, kind in (("/crates/tide?x=/api/", "text/html; charset=utf-8"), ("/api/v1/summary", "application/json")):
            status, got, body = ask(web, path, headers={**USER_AGENT, "Accept": "text/html,*/*;q=0.8"}, timeout=120)
            assert (status, got["content-type"]) == (503, kind) and int(got["retry-after"]) > 0, (path, got)
            assert (b"<h1>The registry is not answering" in body) == (kind != "application/json")
        assert ask(web, "/index/ti/de/tide")[2] == lines("9.0.0")
        assert ask(web, "/static/crates/tide/tide-9.0.0.crate")[2] == b"bytes"
    finally:
        program.with_suffix(".away").rename(program)
    web.start()
    assert ask(web, "/api/v1/site_metadata", headers=USER_AGENT)[0] == 200
    assert ask(web, "/index/ti/de/tide")[2] == lines("9.0.0")
