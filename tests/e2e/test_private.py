"""A private registry (registry.auth_required) on every web server, and everything that was thought of to get round it: whoever has no
token and no session gets no byte of a file, and does not even learn whether there is one."""
import base64
import gzip
import json
import os
import re
import signal
import subprocess
import time

import pytest

from lib.git import git
from lib.instance import Instance
from lib.registry import Client, Crate, index_path
from test_webservers import SERVERS, USER_AGENT, ask, lines, put, talk

SECRET = b"nobody-else-may-read-this"
LOGIN = "Cargo login_url="


@pytest.fixture(scope="module", params=SERVERS)
def web(request):
    instance = Instance(web=request.param, settings=("server.workers=2", "registry.auth_required=true", "auth.cache_s=1",
                                                     "git_index.enabled=true", "server.max_requests=0"))
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture(scope="module")
def reader(web):
    return web.user("reader")


@pytest.fixture(scope="module")
def token(reader):
    """As cargo sends it: no User-Agent is asked for where files are."""
    return {"Authorization": reader.secret}


@pytest.fixture(scope="module")
def crate(web):
    """Published by the one route that there is, so it also is where settle puts it."""
    owner = web.user("owner")
    one = Crate("harbour-wall", "1.0.0+first", files={"src/big.bin": os.urandom(300000).hex(), "README.md": "# Wall\n"},
                package={"readme": "README.md"})
    answer = owner.token.publish(one)
    assert answer.status_code == 200, answer.text
    assert owner.token.delete("/api/v1/crates/harbour-wall/1.0.0+first/yank").status_code == 200
    assert owner.token.put("/api/v1/crates/harbour-wall/1.0.0+first/unyank").status_code == 200
    one.owner = owner
    return one


FILES = {
    "index/ti/de/tide": ("/index/ti/de/tide", "text/plain"),
    "public/crates/tide/tide-1.0.0.crate": ("/static/crates/tide/tide-1.0.0.crate", "application/gzip"),
    "public/readmes/tide/tide-1.0.0.html": ("/static/readmes/tide/tide-1.0.0.html", "text/html; charset=utf-8"),
    "public/rss/crates.xml": ("/static/rss/crates.xml", "text/xml; charset=utf-8"),
    "public/og/tide.png": ("/static/og/tide.png", "image/png"),
    "public/avatars/ab/u1-abcdef0123456789.png": ("/static/avatars/ab/u1-abcdef0123456789.png", "image/png"),
    "public/dump/db-dump.tar.gz": ("/static/dump/db-dump.tar.gz", "application/gzip"),
    "public/archives/version-downloads/2026-11-28.csv": ("/static/archives/version-downloads/2026-11-28.csv", "text/csv"),
    "public/archives/index.json": ("/static/archives/index.json", "application/json"),
}


@pytest.fixture(scope="module")
def files(web):
    for path in FILES:
        put(web, f"private/{path}", SECRET * 40, int(time.time()) - 1000)
    return FILES


def closed(status, headers, body):
    """Refused, by the registry or by the web server itself, and nothing of it came along."""
    assert SECRET not in body and SECRET not in gunzipped(body), (status, headers)
    assert b"tide" not in body.replace(b"/tide", b""), body
    # (What lighttpd says by itself is a file, and has a tag.)
    return status >= 400 and ("etag" not in headers and "last-modified" not in headers or (status >= 500 or status == 404) and b"errors" in body)


def gunzipped(body):
    try:
        return gzip.decompress(body)
    except (OSError, EOFError):
        return b""


def no_shared_cache(headers):
    assert "private" in headers["cache-control"] and "public" not in headers["cache-control"]
    assert "authorization" in headers["vary"].lower() and "cookie" in headers["vary"].lower()
    return True


# ---- those who may

@pytest.mark.parametrize("path", FILES)
def test_with_a_token(web, files, token, reader, path):
    url, kind = files[path]
    status, got, body = ask(web, url, headers=token)
    assert (status, body) == (200, SECRET * 40) and got["content-type"].lower() == kind
    assert no_shared_cache(got) and got["x-content-type-options"] == "nosniff" and "set-cookie" not in got
    if url.startswith("/static/"):
        assert got["content-security-policy"] == "sandbox; default-src 'none'"
    status, again, body = ask(web, url, headers={**token, "If-None-Match": got["etag"]})
    assert (status, body) == (304, b"")
    status, head, body = ask(web, url, "HEAD", token)
    assert (status, body) == (200, b"") and head["etag"] == got["etag"]
    for other in ({"Authorization": f"Bearer {reader.secret}"}, {"Cookie": reader.cookie},
                  {"Authorization": "Basic " + base64.b64encode(f"x:{reader.secret}".encode()).decode()}):
        assert ask(web, url, headers=other)[0] == 200, other


def test_compressed(web, files, token):
    status, got, body = ask(web, "/index/ti/de/tide", headers={**token, "Accept-Encoding": "gzip"})
    assert (status, got["content-encoding"], gzip.decompress(body)) == (200, "gzip", SECRET * 40)
    assert "accept-encoding" in got["vary"].lower() and no_shared_cache(got)
    assert ask(web, "/index/ti/de/tide", headers={**token, "Accept-Encoding": "gzip", "If-None-Match": got["etag"]})[0] == 304
    status, got, body = ask(web, "/static/crates/tide/tide-1.0.0.crate", headers={**token, "Accept-Encoding": "gzip"})
    assert "content-encoding" not in got and body == SECRET * 40


def test_a_part(web, files, token):
    """Where the web server sends the file it can send a part; a worker sends the whole (RFC 9110 14.2 lets it)."""
    status, got, body = ask(web, "/static/crates/tide/tide-1.0.0.crate", headers={**token, "Range": "bytes=0-24"})
    if web.web in ("nginx", "lighttpd"):
        assert (status, body) == (206, SECRET)
    else:
        assert (status, body) == (200, SECRET * 40)


def test_two_changes_within_a_second_are_never_stale(web, token):
    stamp, etag = int(time.time()), None
    for n in range(12):
        content, stamp = lines("1.0.%04d" % n), max(int(time.time()), stamp + 1)
        put(web, "private/index/ti/de/tide-mark", content, stamp)
        for more in ({}, {"If-None-Match": etag} if etag else {}, {"Accept-Encoding": "gzip"}):
            status, got, body = ask(web, "/index/ti/de/tide-mark", headers={**token, **more})
            assert (status, gunzipped(body) or body) == (200, content), (n, more)
        etag = ask(web, "/index/ti/de/tide-mark", headers=token)[1]["etag"]
    assert ask(web, "/index/ti/de/tide-mark", headers={**token, "If-None-Match": etag})[0] == 304


@pytest.mark.parametrize("path", ["/index/no/pe/nope", "/index/ti", "/index/ti/de/.aside", "/index/.hidden", "/static/crates",
                                  "/static/crates/nope/nope-1.0.0.crate", "/static/.hidden", "/static/../cratehouse.toml",
                                  "/static/..%2f..%2f..%2fcratehouse.toml", "/index/%2e%2e/%2e%2e/cratehouse.toml", "/index/..%2f../x",
                                  "/static/crates/tide%00", "/static/" + "a" * 3000, "/private/index/config.json",
                                  "/_cratehouse/private/index/config.json", "/_cratehouse/worker", "/_cratehouse/public/crates/x"])
def test_what_is_not_there_for_those_who_may(web, files, token, path):
    for hidden in ("private/index/.hidden", "private/public/.hidden", "private/index/ti/de/.aside"):
        (web.data / hidden).write_text("not yours")
    status, got, body = ask(web, path, headers={**token, **USER_AGENT})
    assert status in (400, 404) and b"yours" not in body and b"password" not in body and b"auth-required" not in body
    if path.startswith(("/index/no", "/static/crates/nope")):
        assert status == 404 and "errors" in json.loads(body)  # cargo takes nothing else for "no such crate"


def test_a_publish_is_served_at_once_to_those_who_may(web, crate, token):
    status, got, body = ask(web, "/index/" + index_path(crate.name), headers=token)
    assert status == 200 and json.loads(body)["cksum"] == crate.checksum
    for url in ("/static/crates/harbour-wall/harbour-wall-1.0.0+first.crate",
                "/static/crates/harbour-wall/harbour-wall-1.0.0%2Bfirst.crate"):
        status, got, body = ask(web, url, headers=token)
        assert (status, body, got["content-type"]) == (200, crate.archive, "application/gzip")
        assert got["cache-control"] == "private, max-age=31536000, immutable"
    assert not (web.data / "public").exists() and not (web.data / "index").exists()


def test_downloads_are_counted_as_always(web, crate, token):
    url = "/static/crates/harbour-wall/harbour-wall-1.0.0+first.crate"
    ask(web, url, headers={"User-Agent": "cargo/1.0 stranger"})
    ask(web, url, headers={**token, "User-Agent": "cargo/1.95.0"})
    log, end = web.data / "log/downloads.log", time.time() + 20
    wanted = f'"GET {url} HTTP/1.1" 200 {len(crate.archive)} "-" "cargo/1.95.0"'
    while wanted not in log.read_text():
        assert time.time() < end, log.read_text()
        time.sleep(0.2)
    assert not re.search(r'" 200 \d+ "-" "cargo/1.0 stranger"', log.read_text())
    assert "/index/" not in log.read_text()


# ---- those who may not

NOBODY = [{}, {"Authorization": ""}, {"Authorization": "cht_" + "A" * 32}, {"Authorization": "Bearer cht_" + "A" * 32},
          {"Authorization": "x"}, {"Authorization": "Basic eDp5"}, {"Authorization": "Basic !"}, {"Authorization": "Basic"},
          {"Authorization": "Digest username=x"}, {"Cookie": "cratehouse=" + "A" * 32}, {"Cookie": "cratehouse="},
          {"Cookie": "__Host-cratehouse=x"}, {"X-Accel-Redirect": "/_cratehouse/private/index/ti/de/tide"},
          {"X-Sendfile": "/etc/passwd"}, {"Authorization": "cht_tp_" + "A" * 32}, {"X-Original-URI": "/login"},
          {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"}, {"X-Rewrite-URL": "/robots.txt"}]


@pytest.mark.parametrize("path", FILES)
def test_nobody_reads_a_file(web, files, token, path):
    url = files[path][0]
    tag = ask(web, url, headers=token)[1]
    for who in NOBODY:
        status, got, body = ask(web, url, headers=who)
        assert closed(status, got, body) and status == 401, (who, status)
        assert got["www-authenticate"] == f'{LOGIN}"{web.url}/me"' and json.loads(body)["errors"][0]["detail"]
        assert "no-store" in got["cache-control"]
    for more in ({"If-None-Match": tag["etag"]}, {"If-None-Match": "*"}, {"If-Modified-Since": tag["last-modified"]}
                 if "last-modified" in tag else {}, {"Range": "bytes=0-10"}, {"Accept-Encoding": "gzip"}, {"If-Match": tag["etag"]},
                 {"If-Range": tag["etag"], "Range": "bytes=0-1"}, {"Accept": "text/html"}):
        status, got, body = ask(web, url, headers=more)
        assert closed(status, got, body) and status == 401, (more, status)
        assert closed(*ask(web, url, "HEAD", headers=more))
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND", "TRACE", "BREW"):
        status, got, body = ask(web, url, method)
        assert SECRET not in body and "etag" not in got and (
            status >= 400 or method == "OPTIONS" and not body or method == "TRACE" and body.startswith(b"TRACE ")), (method, status)


SPELLINGS = ["/{0}/{1}", "//{0}/{1}", "/{0}//{1}", "/./{0}/{1}", "/x/../{0}/{1}", "/%2e/{0}/{1}", "/x/%2e%2e/{0}/{1}", "/assets/../{0}/{1}",
             "/assets/%2e%2e/{0}/{1}", "/login/../{0}/{1}", "/{0}%2f{1}", "/{0}/./{1}", "/{0}/{1}?x=1", "/{0}/{1}#x", "/{0}/{1}/", "/{0}/{1}%00",
             "/{0}/{1}%20", "/{0}/{1}.", "/{0}/{1};x", "/{2}/{1}", "/{3}/{1}", "/private/{0}/{1}", "/_cratehouse/private/{0}/{1}",
             "/_cratehouse/{0}/{1}", "/_cratehouse/../{0}/{1}", "/_cratehouse/absent/../../{0}/{1}", "/static/../private/{0}/{1}",
             "/index/../private/{0}/{1}", "/assets/..%2f..%2fprivate/{0}/{1}", "/assets/../../private/{0}/{1}", "/%69ndex/../{0}/{1}",
             "http://127.0.0.1/{0}/{1}", "/robots.txt/../{0}/{1}", "/api/v1/site_metadata/../../../{0}/{1}", "\\{0}\\{1}",
             "/static/..;/{0}/{1}", "/_cratehouse/worker/{0}/{1}", "/_cratehouse/private/{4}/{1}", "/_cratehouse/public/{1}",
             "/private/{4}/{1}", "/public/{1}", "/cratehouse.fcgi/{0}/{1}"]


@pytest.mark.parametrize("path", ["index/ti/de/tide", "public/crates/tide/tide-1.0.0.crate", "public/dump/db-dump.tar.gz"])
def test_no_other_spelling_is_a_way_round(web, files, path):
    _, folder, rest = files[path][0].split("/", 2)
    inside = path.split("/")[0]
    for spelling in SPELLINGS:
        url = spelling.format(folder, rest, folder.upper(), "%" + folder.encode()[:1].hex() + folder[1:], inside)
        for headers in ({}, USER_AGENT, {**USER_AGENT, "Accept": "text/html"}):
            status, got, body = ask(web, url, headers=headers)
            assert SECRET not in body and SECRET not in gunzipped(body), url
            assert status >= 400 or (status in (303, 308) and "/login" in got["location"]), (url, status, got)
            assert "etag" not in got or b'"Not Found"' in body, url  # lighttpd's own words are a file, and have one


def test_strange_requests_get_nothing(web, files):
    host = b"Host: 127.0.0.1:%d\r\n" % web.port
    inner = b"GET /index/ti/de/tide HTTP/1.0\r\n\r\n"
    for raw in (b"GET /index/ti/de/tide HTTP/1.0\r\n\r\n", b"GET /index/ti/de/tide\r\n\r\n", b"get /index/ti/de/tide HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n",
                b"GET http://elsewhere/index/ti/de/tide HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n",
                b"GET /robots.txt HTTP/1.1\r\n" + host + b"User-Agent: x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(inner) + inner,
                b"GET /index/ti/de/tide HTTP/1.1\r\n" + host + b"Authorization: x\r\nAuthorization: y\r\nConnection: close\r\n\r\n"):
        answer = talk(web, raw)
        assert SECRET not in answer and b" 200 " not in answer.split(b"\r\n\r\n")[0] or b"/robots" in raw, raw


def test_what_is_there_and_what_is_not_look_the_same(web, files, crate):
    """To a stranger: the same status, the same words, and the same headers but for the date."""
    for pair in (("/index/ti/de/tide", "/index/ti/de/tidy"), ("/static/crates/tide/tide-1.0.0.crate", "/static/crates/tidy/tidy-1.0.0.crate"),
                 ("/api/v1/crates/harbour-wall", "/api/v1/crates/harbour-hall"), ("/crates/harbour-wall", "/crates/harbour-hall"),
                 ("/api/v1/crates/harbour-wall/1.0.0+first", "/api/v1/nothing/at/all")):
        answers = []
        for path in pair:
            status, got, body = ask(web, path, headers=USER_AGENT)
            answers.append((status, {k: v.replace(path.rsplit("/", 1)[1], "X") for k, v in got.items() if k != "date"}, body))
        assert answers[0] == answers[1] and answers[0][0] in (401, 303)


def test_a_locked_account_reads_nothing(web, files):
    lost = web.user("lost")
    headers = {"Authorization": lost.secret}
    assert ask(web, "/index/ti/de/tide", headers=headers)[0] == 200
    web.ctl("user", "lock", "lost", "--reason", "he left")
    end = time.time() + 30
    while (answer := ask(web, "/index/ti/de/tide", headers=headers))[0] == 200:
        assert time.time() < end
        time.sleep(0.1)
    assert answer[0] == 403 and closed(*answer) and b"he left" in answer[2]
    assert ask(web, "/index/ti/de/tide", headers={"Cookie": lost.cookie})[0] == 403


def test_a_revoked_token_ends_within_the_time_that_workers_believe(web, files):
    gone = web.user("gone")
    for secret in (gone.secret, web.token("gone", "scoped", "--scope", "yank", "--crate", "nothing-*")):
        headers = {"Authorization": secret}
        assert ask(web, "/index/ti/de/tide", headers=headers)[0] == 200  # whatever its scopes are
        web.ctl("token", "revoke", secret)
        end = time.time() + 30
        while (answer := ask(web, "/index/ti/de/tide", headers=headers))[0] == 200:
            assert time.time() < end
            time.sleep(0.1)
        assert answer[0] == 401 and closed(*answer)


def test_a_token_that_ran_out(web, files, reader):
    old = web.token(reader.login, "old", "--expires", "2020-01-01T00:00:00Z")
    assert ask(web, "/index/ti/de/tide", headers={"Authorization": old})[0] == 401


def test_pages_lead_to_the_sign_in(web, crate, reader):
    status, got, body = ask(web, "/crates/harbour-wall?x=1", headers={**USER_AGENT, "Accept": "text/html"})
    assert status == 303 and got["location"] == "/login?return_to=%2Fcrates%2Fharbour-wall%3Fx%3D1"
    status, got, body = ask(web, "/login?return_to=%2Fcrates%2Fharbour-wall", headers={**USER_AGENT, "Accept": "text/html"})
    assert status == 200 and b"harbour-wall" not in re.sub(rb"return_to=[^\"]*", b"", body)
    for asset in re.findall(rb'"(/assets/[^"#]+)', body):
        assert ask(web, asset.decode())[0] == 200
    status, got, body = ask(web, "/crates/harbour-wall", headers={**USER_AGENT, "Cookie": reader.cookie})
    assert status == 200 and b"harbour-wall" in body and no_shared_cache(got)


def test_git(web, crate, reader, tmp_path):
    """Workers serve it, to whoever has a token as the password."""
    path = "/git/index/info/refs?service=git-upload-pack"
    status, got, body = ask(web, path, headers={"User-Agent": "git/2"})
    assert status == 401 and closed(status, got, body) and "basic" in got["www-authenticate"].lower()
    assert ask(web, "/git/index/git-upload-pack", "POST", {"User-Agent": "git/2", "Content-Type": "application/x-git-upload-pack-request"},
               b"0000")[0] == 401
    for hidden in ("/git/index/HEAD", "/git/index/objects/info/packs", "/git/index/config"):
        assert ask(web, hidden, headers=USER_AGENT)[0] == 401
    web.wait(path, lambda answer: answer.status_code == 200, client=Client(web.url, Authorization=reader.secret))
    answer = ask(web, path, headers={"User-Agent": "git/2", "Authorization": reader.secret})
    assert answer[0] == 200 and no_shared_cache(answer[1]) and answer[1]["cache-control"].startswith("private"), answer[1]
    git("clone", "-q", web.url.replace("://", f"://x:{reader.secret}@") + "/git/index", tmp_path / "clone")
    assert (tmp_path / "clone/config.json").exists()


def test_without_workers_there_is_a_503(web, files, token):
    """The gate is theirs: closed means closed, and says when to come back. (A public registry would go on.)"""
    if web.web == "apache-fcgid":
        pytest.skip("Apache starts them again by itself")
    os.kill(web.pid("cratehouse"), signal.SIGTERM)
    end = time.time() + 60
    while (answer := ask(web, "/index/ti/de/tide", headers=token))[0] == 200:
        assert time.time() < end
        time.sleep(0.1)
    assert answer[0] in (500, 503) and "retry-after" in answer[1] and closed(*answer)
    assert closed(*ask(web, "/index/ti/de/tide"))
    web.start()
    assert ask(web, "/index/ti/de/tide", headers=token)[0] == 200


def test_a_web_server_that_was_not_told_sends_nothing(web, files, token):
    """The configuration of a public registry on the folder of a private one: absent, to everybody."""
    config = web.data / "etc" / {"nginx": "nginx.conf", "lighttpd": "lighttpd.conf"}.get(web.web, "apache.conf")
    text = config.read_text()
    config.write_text("\n".join(line for line in text.splitlines() if "cratehouse-private" not in line and "CRATEHOUSE_PRIVATE" not in line))
    try:
        os.kill(web.pid("web"), signal.SIGTERM)
        end = time.time() + 30
        while os.path.exists(f"/proc/{web.pid('web')}"):
            assert time.time() < end
            time.sleep(0.1)
        command = {"nginx": ["/usr/sbin/nginx", "-c", config], "lighttpd": ["/usr/sbin/lighttpd", "-D", "-f", config]}.get(
            web.web, ["/usr/sbin/apache2", "-f", config, "-DFOREGROUND"])
        other = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL)
        try:
            end = time.time() + 30
            while True:
                try:
                    ask(web, "/robots.txt", headers=USER_AGENT)
                    break
                except OSError:
                    assert time.time() < end
                    time.sleep(0.1)
            for path in FILES:
                for headers in ({}, token):
                    status, got, body = ask(web, FILES[path][0], headers=headers)
                    assert closed(status, got, body) and status in (401, 403, 404), path
        finally:
            other.terminate()
            other.wait(30)
    finally:
        config.write_text(text)
        web.start()


@pytest.mark.parametrize("server", SERVERS)
def test_workers_count_downloads(server):
    """downloads.count = "request": cargo is led to a route of the API, which sends the file by another way."""
    instance = Instance(web=server, settings=("registry.auth_required=true", "downloads.count=request"))
    try:
        owner, one = instance.start().user("owner"), Crate("counted")
        assert owner.token.publish(one).status_code == 200
        path = "/api/v1/crates/counted/1.0.0/download"
        status, got, body = ask(instance, path, headers={"If-None-Match": "*"})
        assert closed(status, got, body) and status == 401
        status, got, body = ask(instance, path, headers={"Authorization": owner.secret, "User-Agent": "cargo/1.95.0"})
        if server in ("nginx", "lighttpd"):
            assert (status, body) == (200, one.archive)
        else:
            assert status == 302 and ask(instance, got["location"].removeprefix(instance.url))[0] == 401
        assert no_shared_cache(got)
        noted = list((instance.data / "downloads").glob("*.log"))
        assert len(noted) == 1 and noted[0].read_text().count("\n") == 1  # whoever was refused is none
    finally:
        instance.remove()
