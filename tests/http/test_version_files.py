"""Where the files of a version are: download, readme, authors (contract/api.md 13). No look-up, no database."""
import pytest

from fcgi_client import FastCGI
from lib.steps import publish, refused

FOLDERS = {"download": ("crates", ".crate"), "readme": ("readmes", ".html")}


@pytest.fixture(params=FOLDERS)
def end(request):
    return request.param


def target(registry, end, name, number):
    folder, suffix = FOLDERS[end]
    return f"{registry.url}/static/{folder}/{name}/{name}-{number}{suffix}"


def test_redirect(registry, anon, end):
    answer = anon.get(f"/api/v1/crates/Any_Name/1.0.0/{end}", headers={"Accept": None})
    assert (answer.status_code, answer.content) == (302, b"")
    assert answer.headers["Location"] == target(registry, end, "Any_Name", "1.0.0")
    assert answer.headers["Vary"].lower() == "accept"
    assert "X-Content-Type-Options" not in answer.headers  # upstream: a 302 is not among those
    assert registry.queries(answer) == 0


@pytest.mark.parametrize("accept", ["application/json", "text/html, application/vnd.x+json;q=0.1", "xjsonx"])
def test_json(registry, anon, end, accept):
    answer = anon.get(f"/api/v1/crates/any-name/1.0.0/{end}", headers={"Accept": accept})
    assert (answer.status_code, answer.json()) == (200, {"url": target(registry, end, "any-name", "1.0.0")})
    assert "accept" in [v.strip().lower() for v in answer.headers["Vary"].split(",")]


@pytest.mark.parametrize("accept", ["*/*", "application/JSON", "", "text/html"])
def test_no_json(anon, end, accept):
    assert anon.get(f"/api/v1/crates/any-name/1.0.0/{end}", headers={"Accept": accept}).status_code == 302


def test_build_metadata(registry, anon, end):
    for given in ("1.0.0-a.1+b.2", "1.0.0-a.1%2Bb.2"):
        answer = anon.get(f"/api/v1/crates/foo/{given}/{end}")
        assert answer.json() == {"url": target(registry, end, "foo", "1.0.0-a.1%2Bb.2")}


def test_bad_paths(anon, end):
    refused(anon.get(f"/api/v1/crates/foo/1.0/{end}"), 400,
            "Invalid URL: unexpected end of input while parsing minor version number")
    refused(anon.get(f"/api/v1/crates/1foo/1.0.0/{end}"), 404, "crate `1foo` does not exist")
    refused(anon.get(f"/api/v1/crates/a%2F..%2Fb/1.0.0/{end}"), 404, "crate `a/../b` does not exist")
    refused(anon.get(f"/api/v1/crates/a%0D%0AX-Y:%20z/1.0.0/{end}"), 404, "crate `a\r\nX-Y: z` does not exist")
    refused(anon.get(f"/api/v1/crates/{'a' * 65}/1.0.0/{end}"), 404, f"crate `{'a' * 65}` does not exist")
    answer = anon.get(f"/api/v1/crates/{'a' * 64}/1.0.0-{'b' * 140}/{end}")
    assert answer.status_code == 200


@pytest.mark.parametrize("agent", [None, "", "Amazon CloudFront"])
def test_user_agent(registry, agent):
    """Tools beside cargo send none for a download."""
    wire = FastCGI(str(registry.data / "run/worker.sock"))
    assert wire.get("/api/v1/crates/foo/1.0.0/download", {"User-Agent": agent, "Accept": "*/*"}).status == 302
    for other in ("readme", "authors"):
        reply = wire.get(f"/api/v1/crates/foo/1.0.0/{other}", {"User-Agent": agent, "X-Request-Id": "here-i-am"})
        assert reply.status == 403 and b"requests include a `User-Agent` header" in reply.body
        assert reply.body.endswith(b'the request id here-i-am.\\n"}]}')


def test_what_is_published_is_there(registry, alice, anon, new_name):
    name = publish(alice, new_name("file"), package={"readme": "README.md"}, files={"README.md": "# Title here\n"})
    for end, part in (("download", b"\x1f\x8b"), ("readme", b"Title here")):
        url = anon.get(f"/api/v1/crates/{name}/1.0.0/{end}").json()["url"].removeprefix(registry.url)
        answer = registry.wait(url, lambda answer: answer.status_code == 200)  # the README comes from a job
        assert part in answer.content


@pytest.mark.parametrize("path", ["foo/1.0.0", "foo/not-a-version", "%20/%20", "1/x"])
def test_authors(registry, anon, path):
    """upstream: the same for any path."""
    answer = anon.get(f"/api/v1/crates/{path}/authors")
    assert (answer.status_code, answer.text) == (200, '{"meta":{"names":[]},"users":[]}')
    assert registry.queries(answer) == 0


def test_head(anon, end):
    for accept in ("application/json", "*/*"):
        got = anon.get(f"/api/v1/crates/foo/1.0.0/{end}", headers={"Accept": accept, "Accept-Encoding": "identity"})
        head = anon.request("HEAD", f"/api/v1/crates/foo/1.0.0/{end}", headers={"Accept": accept, "Accept-Encoding": "identity"})
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers.get("Location") == got.headers.get("Location")


def test_past_the_web_server(registry, end):
    wire = FastCGI(str(registry.data / "run/worker.sock"))
    reply = wire.get(f"/api/v1/crates/a%00b/1.0.0/{end}")
    assert (reply.status, reply.body) == (404, b'{"errors":[{"detail":"crate `a\\u0000b` does not exist"}]}')
    reply = wire.get(f"/api/v1/crates/a/1.0.0%00/{end}")
    assert reply.status == 400


def test_cdn_base_names_where_the_files_are(registry, alice, anon, new_name):
    """Clients of crates.io put /crates/... and /readmes/... behind it."""
    name = publish(alice, new_name("base"))
    base = anon.get("/api/v1/site_metadata").json()["cdn_base"]
    assert base.startswith(registry.url)
    file = anon.get(f"{base[len(registry.url):]}/crates/{name}/{name}-1.0.0.crate")
    assert file.status_code == 200 and file.content == registry.public(name, "1.0.0").read_bytes()
