"""GET /api/v1/crates/{name} (contract/api.md 10.1) and what every crate object shows (7.1)."""
import pytest

from fcgi_client import FastCGI
from lib.census import settled
from lib.registry import Client, Crate
from lib.steps import publish, refused

INCLUDE = ("invalid component for ?include= (expected 'versions', 'keywords', 'categories', 'badges', 'downloads', "
           "'default_version', or 'full')")
CRATE_KEYS = ["id", "name", "updated_at", "versions", "keywords", "categories", "badges", "created_at", "downloads",
              "recent_downloads", "default_version", "num_versions", "yanked", "max_version", "newest_version",
              "max_stable_version", "description", "homepage", "documentation", "repository", "links", "exact_match",
              "trustpub_only"]


@pytest.fixture(scope="module")
def crate(registry, alice):
    name = "Shown_Crate"
    publish(alice, name, "1.0.0", "2.0.0-beta.1", package={
        "keywords": ["Zoo", "animal"], "categories": ["science", "command-line-utilities"],
        "homepage": "https://example.test/home", "repository": "https://example.test/repo",
        "documentation": "https://rust-ci.org/x"})
    settled(registry)  # what jobs add to a version would change an answer between two requests
    return name


def show(client, name, query=""):
    answer = client.get(f"/api/v1/crates/{name}{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_in_full(anon, crate):
    body = show(anon, crate)
    assert list(body) == ["crate", "versions", "keywords", "categories"]
    shown = body["crate"]
    assert list(shown) == CRATE_KEYS
    assert (shown["id"], shown["name"], shown["num_versions"], shown["yanked"]) == (crate, crate, 2, False)
    assert [v["num"] for v in body["versions"]] == ["2.0.0-beta.1", "1.0.0"]
    assert shown["versions"] == [v["id"] for v in body["versions"]]
    assert sorted(shown["keywords"]) == ["animal", "zoo"]
    assert sorted(shown["categories"]) == ["command-line-utilities", "science"]
    assert (shown["default_version"], shown["max_version"], shown["max_stable_version"], shown["newest_version"]) == \
        ("1.0.0", "2.0.0-beta.1", "1.0.0", "2.0.0-beta.1")
    assert (shown["homepage"], shown["repository"]) == ("https://example.test/home", "https://example.test/repo")
    assert shown["documentation"] is None  # a host that is not linked to any more
    assert (shown["downloads"], shown["recent_downloads"], shown["badges"], shown["exact_match"]) == (0, None, [], False)
    assert shown["links"] == {
        "version_downloads": f"/api/v1/crates/{crate}/downloads", "versions": None,
        "owners": f"/api/v1/crates/{crate}/owners", "owner_team": f"/api/v1/crates/{crate}/owner_team",
        "owner_user": f"/api/v1/crates/{crate}/owner_user",
        "reverse_dependencies": f"/api/v1/crates/{crate}/reverse_dependencies"}
    keyword = {k["id"]: k for k in body["keywords"]}["zoo"]
    assert list(keyword) == ["id", "keyword", "created_at", "crates_cnt"] and keyword["keyword"] == "zoo"
    assert keyword["crates_cnt"] >= 1
    assert [list(c) for c in body["categories"]] == [["id", "category", "slug", "description", "created_at", "crates_cnt"]] * 2


@pytest.mark.parametrize("spelled", ["shown-crate", "SHOWN_CRATE", "Shown%5FCrate", "sHown%2DcratE"])
def test_spellings(anon, crate, spelled):
    assert show(anon, spelled)["crate"]["name"] == crate


def test_include(anon, crate):
    whole = show(anon, crate)
    assert show(anon, crate, "?include=full") == whole
    assert show(anon, crate, "?include=badges,full,versions") == whole
    body = show(anon, crate, "?include=")
    assert (body["versions"], body["keywords"], body["categories"]) == (None, None, None)
    shown = body["crate"]
    assert (shown["versions"], shown["keywords"], shown["categories"]) == (None, None, None)
    assert (shown["max_version"], shown["newest_version"], shown["max_stable_version"]) == ("0.0.0", "0.0.0", None)
    assert shown["links"]["versions"] == f"/api/v1/crates/{crate}/versions"
    assert shown["default_version"] == "1.0.0" and shown["num_versions"] == 2
    assert show(anon, crate, "?include=,,") == body
    assert show(anon, crate, "?include=badges") == body
    body = show(anon, crate, "?include=default_version")
    assert [v["num"] for v in body["versions"]] == ["1.0.0"] and body["crate"]["versions"] is None
    assert body["crate"]["max_version"] == "0.0.0"
    body = show(anon, crate, "?include=keywords,categories")
    assert len(body["keywords"]) == 2 and len(body["categories"]) == 2 and body["versions"] is None
    body = show(anon, crate, "?include=versions,default_version")
    assert len(body["versions"]) == 2 and body["crate"]["links"]["versions"] is None


@pytest.mark.parametrize("value", ["x", "Versions", "versions,x", "versions%20", "full,%00", "versions;full"])
def test_bad_include(registry, anon, crate, value):
    refused(anon.get(f"/api/v1/crates/{crate}?include={value}"), 400, INCLUDE)
    answer = anon.get("/api/v1/crates/no-such-crate?include=x")  # judged before the look-up
    refused(answer, 400, INCLUDE)


def test_twice_the_same_parameter(anon, crate):
    refused(anon.get(f"/api/v1/crates/{crate}?include=full&include=full"), 400,
            "Failed to deserialize query string: duplicate field `include`")


@pytest.mark.parametrize("given,said", [
    ("no-such-crate", "no-such-crate"), ("a%2Fb", "a/b"), ("%22%5C", '"\\'), ("%C3%BC%F0%9F%98%80", "ü😀"), ("1", "1"),
    ("x" * 65, "x" * 65), ("%20", " "), ("..%2F..", "../.."), ("%0A%1B", "\n\x1b"), ("x" * 7000, "x" * 7000)])
def test_no_such_crate(anon, given, said):
    refused(anon.get(f"/api/v1/crates/{given}"), 404, f"crate `{said}` does not exist")


def test_bytes_that_no_web_server_hands_on(registry, crate):
    """Past the web server: NUL, and what is no UTF-8."""
    wire = FastCGI(str(registry.data / "run/worker.sock"))
    reply = wire.get("/api/v1/crates/foo%00bar")
    assert (reply.status, reply.body) == (404, b'{"errors":[{"detail":"crate `foo\\u0000bar` does not exist"}]}')
    reply = wire.get("/api/v1/crates/%FF")
    assert (reply.status, reply.body) == (400, b'{"errors":[{"detail":"Invalid URL: Invalid UTF-8 in `name`"}]}')
    reply = wire.get(f"/api/v1/crates/{crate}%00")
    assert reply.status == 404


def test_a_crate_called_new(registry, alice, anon):
    refused(anon.get("/api/v1/crates/new"), 404, "crate `new` does not exist")
    answer = alice.token.publish(Crate("new"))
    assert answer.status_code == 200
    assert show(anon, "new")["crate"]["name"] == "new"
    answer = alice.token.patch("/api/v1/crates/new", {})  # upstream: cannot be patched or deleted
    assert answer.status_code == 405 and set(answer.headers["Allow"].split(",")) == {"GET", "HEAD", "PUT"}


def test_all_yanked(registry, alice, anon, new_name):
    name = publish(alice, new_name(), "1.0.0", "1.1.0")
    for number in ("1.0.0", "1.1.0"):
        assert alice.token.delete(f"/api/v1/crates/{name}/{number}/yank").status_code == 200
    shown = show(anon, name)["crate"]
    assert (shown["yanked"], shown["default_version"]) == (True, "1.1.0")
    assert (shown["max_version"], shown["newest_version"], shown["max_stable_version"]) == ("0.0.0", "0.0.0", None)


def test_credentials_are_not_looked_at(registry, alice, anon, crate):
    whole = anon.get(f"/api/v1/crates/{crate}").content
    for headers in ({"Authorization": "Basic x"}, {"Authorization": "cio" + "a" * 32}, {"Cookie": "cratehouse=x"},
                    {"Origin": "https://elsewhere.example"}, {"Authorization": alice.secret}):
        answer = Client(registry.url, **headers).get(f"/api/v1/crates/{crate}")
        assert (answer.status_code, answer.content) == (200, whole)


def test_validator(anon, crate):
    answer = anon.get(f"/api/v1/crates/{crate}")
    tag = answer.headers["ETag"]
    again = anon.get(f"/api/v1/crates/{crate}", headers={"If-None-Match": tag})
    # nginx makes the tag of what it compressed weak
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag.removeprefix("W/"))
    assert anon.get(f"/api/v1/crates/{crate}?include=", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("query,most", [("", 5), ("?include=", 1), ("?include=versions", 4), ("?include=default_version", 3),
                                        ("?include=keywords", 2), ("?include=categories", 2), ("?include=downloads", 1)])
def test_queries(registry, anon, crate, query, most):
    assert registry.queries(anon.get(f"/api/v1/crates/{crate}{query}")) == most
