"""What holds for all routes (contract/api.md 1): HEAD, 404 and 405, common headers, validators; and that each is tested."""
import pathlib
import re
import subprocess
import uuid

import pytest

from fcgi_client import FastCGI
from lib.census import settled
from lib.instance import BUILD, Instance
from lib.registry import Client
from lib.steps import make_owner, publish, refused

TABLE = [line.split()[:2] for line in
         subprocess.run([str(BUILD / "cratehouse"), "routes"], capture_output=True, text=True, check=True).stdout.splitlines()]
# (A public registry's web server sends files by itself: tests/http/test_private.py.)
GETS = [path for method, path in TABLE if method == "GET" and not path.startswith(("/index/", "/static/"))]
API_GETS = [path for path in GETS if path.startswith("/api/")]  # HEAD of a link that signs in does not use it up
COMMON = {"Access-Control-Allow-Origin": "*", "Strict-Transport-Security": "max-age=31536000"}
PLAIN = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "SAMEORIGIN", "X-XSS-Protection": "0"}

GENERIC = "generic-"  # begins the id of a request that tests every route alike: it counts for none of them

# How many queries a GET may make for what the fixtures of this file published.
QUERIES = {
    "/api/v1/crates": 3,
    "/api/v1/crates/new": 5,
    "/api/v1/crates/{name}": 5,
    "/api/v1/crates/{name}/owners": 2,
    "/api/v1/crates/{name}/owner_team": 2,
    "/api/v1/crates/{name}/owner_user": 2,
    "/api/v1/crates/{name}/versions": 4,
    "/api/v1/crates/{name}/reverse_dependencies": 3,
    "/api/v1/crates/{name}/{version}": 3,
    "/api/v1/crates/{name}/{version}/dependencies": 3,
    "/api/v1/crates/{name}/{version}/readme": 0,
    "/api/v1/crates/{name}/{version}/authors": 0,
    "/api/v1/crates/{name}/{version}/download": 0,
    "/api/v1/me/crate_owner_invitations": 3,
    "/api/v1/site_metadata": 0,
    "/api/v1/crates/{name}/downloads": 3,
    "/api/v1/crates/{name}/{version}/downloads": 3,
    "/api/v1/keywords": 2,
    "/api/v1/keywords/{keyword}": 1,
    "/api/v1/categories": 1,
    "/api/v1/categories/{category}": 1,
    "/api/v1/category_slugs": 1,
    "/api/v1/users/{user}": 1,
    "/api/v1/users/{id}/stats": 1,
    "/api/v1/teams/{team}": 1,
    "/api/v1/summary": 5,
    "/git/index/{*path}": 0,
    "/index/{*path}": 0,
    "/static/{*path}": 0,
    # Pages: one more than in contract/web.md 14.2, for the session of who is signed in.
    "/": 5,
    "/crates/{name}": 8,
    "/crates/{name}/": 8,
    "/crates/{name}/{version}": 8,
    "/crates/{name}/{version}/": 8,
    "/crates/{name}/dependencies": 2,
    "/crates/{name}/docs": 2,
    "/crates/{name}/repo": 2,
    "/crates/{name}/owners": 0,
    "/crates/{name}/range/{req}": 3,
    "/login": 1,
    "/login/github": 3,
    "/github-redirect.html": 1,
    "/github-auth-loading.html": 0,
    "/signup": 1,
    "/shortcuts": 1,
    "/settings": 1,
    "/settings/profile": 2,
    "/settings/tokens": 2,
    "/settings/tokens/new": 1,
    "/settings/tokens/{id}/revoke": 2,
    "/me": 1,
    "/me/crates": 1,
    "/dashboard": 5,
    "/me/following": 5,
    "/me/feed/{file}": 4,
    "/me/pending-invites": 2,
    "/settings/security": 3,
    "/accept-invite/{token}": 2,
    "/confirm/{token}": 1,
    "/sign-in/{link}": 2,
    "/unsubscribe/{token}": 2,
    "/api/v1/crates/{name}/following": 3,
    "/api/v1/me": 3,
    "/api/v1/me/updates": 5,
    "/api/v1/me/tokens": 2,
    "/api/v1/me/tokens/{id}": 2,
    "/api/private/crate_owner_invitations": 4,
    **{path: 0 for path in ("/robots.txt", "/opensearch.xml", "/manifest.webmanifest", "/.well-known/security.txt", "/favicon.ico",
                           "/og-images/{file}")},
    "/sitemap.xml": 1,
    **{path: 1 for path in ("/policies", "/policies/security", "/data-access", "/install", "/docs/rate-limits",
                            "/docs/trusted-publishing", "/help/search", "/help/api")},  # the session
    "/crates/{name}/changelog": 3,
    "/crates/{name}/code": 2,
    "/crates/{name}/code/{*path}": 2,
    "/crates/{name}/{version}/code": 3,
    "/crates/{name}/{version}/code/{*path}": 3,
    "/crates/{name}/diff": 3,
    "/crates/{name}/diff/{range}": 6,
    "/crates/{name}/features": 2,
    "/crates/{name}/{version}/features": 4,
    "/crates/{name}/latest": 2,
    "/crates/{name}/latest/{*rest}": 2,
    "/crates/{name}/latest-stable": 3,
    "/crates/{name}/latest-stable/{*rest}": 3,
    "/crates/{name}/{version}/raw/{*path}": 3,
    "/crates/{name}/{version}/download": 3,
    "/security": 0,
    "/status": 3,
    "/support": 1,
    "/category_slugs": 2,
    "/deleted": 2,
    "/svelte": 0,
    "/svelte/": 0,
    "/svelte/{*rest}": 0,
    "/crates/{name}/stats": 6,
    "/crates/{name}/stats.csv": 3,
    "/crates/{name}/{version}/stats": 4,
    "/crates/{name}/badge.svg": 2,
    "/sitemaps/{file}": 2,
    **{f"/{kind}/{path}": most for kind in ("rss", "atom") for path, most in
       (("crates.xml", 2), ("updates.xml", 2), ("crates/{file}", 2), ("keywords/{file}", 4), ("categories/{file}", 4),
        ("users/{file}", 2))},
    "/api/private/admin_list/{username}": 4,
    "/crates/{name}/activity": 5,
    "/admin": 5,
    "/admin/users/{login}": 6,
    "/admin/crates/{name}": 6,
    "/admin/crates/{name}/delete": 2,
    "/admin/jobs": 4,
    "/admin/banner": 2,
    "/admin/typosquats": 2,
    "/admin/names": 2,
    "/admin/reports": 2,
    "/admin/config": 1,
    "/api/v1/trusted_publishing/github_configs": 5,
    "/api/v1/trusted_publishing/gitlab_configs": 5,
    "/api/openapi.json": 0,
    "/api/private/metrics/{kind}": 2,
    "/api/private/session/signup": 0,
    "/crates": 4,
    "/search": 5,
    "/suggest": 0,
    "/keywords": 3,
    "/keywords/{keyword}": 5,
    "/categories": 2,
    "/categories/{category}": 6,
    "/users/{login}": 6,
    "/teams/{login}": 4,
    "/crates/{name}/versions": 6,
    "/crates/{name}/{version}/dependencies": 4,
    "/crates/{name}/reverse_dependencies": 6,
    "/crates/{name}/security": 5,
    "/crates/{name}/settings": 6,
    "/crates/{name}/settings/new-trusted-publisher": 4,
    "/crates/{name}/delete": 6,
    "/crates/{name}/owners/remove": 4,
    "/crates/{name}/{version}/rebuild-docs": 5,
    "/crates/{name}/{version}/yank": 4,
    "/crates/{name}/{version}/unyank": 4,
}


@pytest.fixture(scope="module")
def crate(registry, alice):
    name = publish(alice, "routed-crate", package={"keywords": ["routing"], "categories": ["science"]})
    registry.sql("INSERT INTO teams (login, github_id) VALUES ('github:routed:team', 4711)")
    registry.sql(f"INSERT INTO unsubscribe_tokens SELECT id, '{'x' * 26}' FROM users WHERE username = 'alice'"
                 " ON DUPLICATE KEY UPDATE token = VALUES(token)")
    registry.sql("INSERT INTO crate_owner_invitations SELECT c.id, u.id, u.id, 1, UNIX_TIMESTAMP() * 1000000 + 3600000000, "
                 f"'{'x' * 26}' FROM crates c JOIN users u ON u.username = 'alice' WHERE c.name = '{name}'")
    settled(registry)  # what jobs add to a version would change an answer between two requests
    return name


@pytest.fixture(scope="module")
def wire(registry):
    return FastCGI(str(registry.data / "run/worker.sock"))


def filled(path, crate, **more):
    """The path with something for each of its parameters: what is there, where the fixtures made it."""
    values = {"name": crate, "version": "1.0.0", "crate_id": "1", "token": "x" * 26, "link": "x" * 32, "user": "alice", "id": "1",
              "team": "github:routed:team", "keyword": "routing", "category": "science", "username": "alice", "kind": "service",
              "email_token": "x" * 26, "req": "*", "*path": "src/lib.rs", "*rest": "features", "range": "1.0.0...1.0.0",
              "login": "github:routed:team" if path.startswith("/teams") else "alice", **more}
    if "{file}" in path:
        values["file"] = {"crates": crate + ".xml", "keywords": "routing.xml", "categories": "science.xml", "users": "alice.xml",
                          "sitemaps": "0.xml", "og-images": crate + ".png", "feed": more.get("feed", "x.xml")}[path.split("/")[-2]]
    for name, value in values.items():
        path = path.replace("{" + name + "}", value)
    return path.replace("{", "").replace("}", "")


def generic(**headers):
    return {"X-Request-Id": GENERIC + uuid.uuid4().hex, **headers}


@pytest.mark.parametrize("path", GETS)
def test_queries(registry, alice, boss, collector, crate, path):
    asked = filled(path, crate, **({"id": registry.sql("SELECT MIN(t.id) FROM api_tokens t JOIN users u ON u.id = t.user_id "
                                                       "WHERE u.username = 'alice'")[0][0]} if "tokens" in path else {}))
    if path == "/me/feed/{file}":
        asked = re.search(r'href="(/me/feed/[^"]+)"', alice.browser.get("/me/following").text).group(1)
    if path == "/api/private/crate_owner_invitations":
        asked += f"?crate_name={crate}"
    if path.endswith("/diff"):
        asked += "?from=1.0.0&to=1.0.0"
    if path.endswith("_configs"):
        asked += f"?crate={crate}"
    client = collector if "metrics" in path else (boss if "admin" in path else alice).browser
    for _ in range(3):  # notes once a minute that the session is in use, which is a query too, and that minute may end at any time
        answer = client.get(asked, headers=generic())
        if registry.queries(answer) <= QUERIES[path]:
            break
    assert answer.status_code in (200, 302, 303, 307, 308) or path in (
        "/crates/{name}/diff", "/crates/{name}/{version}/rebuild-docs", "/login/github", "/github-redirect.html",
        "/signup", "/sign-in/{link}", "/api/v1/crates/new", "/.well-known/security.txt",
        "/api/private/session/signup", "/git/index/{*path}"), answer.text
    assert registry.queries(answer) <= QUERIES[path], "a new route: write down what it may cost"
    assert registry.log_line(answer)["route"] == path


@pytest.mark.parametrize("path", API_GETS)
def test_head_is_get_without_its_body(alice, crate, path):
    path = filled(path, crate)
    plain = generic(**{"Accept-Encoding": "identity"})
    got = alice.browser.get(path, headers=plain)
    head = alice.browser.request("HEAD", path, headers=plain)
    assert (head.status_code, head.content) == (got.status_code, b"")
    names = {"Content-Type", "ETag", "Vary", "Cache-Control", "Location", "Content-Length", *COMMON, *PLAIN}
    assert {n: head.headers.get(n) for n in names} == {n: got.headers.get(n) for n in names}


@pytest.mark.parametrize("path", API_GETS)
def test_head_of_what_is_not_there(alice, path):
    if "{name}" in path and path.split("/")[-1] not in ("authors", "download", "readme"):
        head = alice.browser.request("HEAD", filled(path, "no-such-crate"))
        assert (head.status_code, head.content) == (404, b"")


@pytest.mark.parametrize("path", sorted({path for _, path in TABLE}))
def test_other_methods(alice, wire, crate, path):
    known = {method for method, other in TABLE if other == path}
    allowed = known | ({"HEAD"} if "GET" in known else set())
    for method in ("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW", "get", "", "X" * 5000):
        if method in allowed or (not method and "GET" in known):
            continue
        reply = wire.request(method, filled(path, crate), {"Cookie": alice.cookie})
        assert (reply.status, reply.body) == (405, b""), method
        assert set(reply.header("allow").split(",")) == allowed
        assert reply.header("access-control-allow-origin") == "*"


@pytest.mark.parametrize("path", ["/api", "/api/v1", "/api/v1/", "/api/v1/crates/", "/api/v1/crates/a/1.0.0/nothing",
                                  "/api/v2/crates", "/API/v1/crates", "/api/v1/crates/a/1.0.0/yank/x", "/x" * 2000,
                                  "/api/v1/me/crate_owner_invitations/1/2", "/api/v1/crates/a/owners/", "/index",
                                  "/%2Fapi%2Fv1%2Fsite_metadata"])
def test_no_such_route(anon, path):
    for method in ("GET", "PUT", "POST", "DELETE", "PATCH"):
        answer = anon.request(method, path)
        refused(answer, 404, "Not Found")
        assert COMMON.items() <= answer.headers.items()
    head = anon.request("HEAD", path)
    assert (head.status_code, head.content) == (404, b"")


@pytest.mark.parametrize("path", ["//api/v1/site_metadata", "/api/./v1/site_metadata", "/api/v1/x/../site_metadata",
                                  "/api/v1//site_metadata/.", "/./api/v1/site_metadata?x=/../y"])
def test_paths_are_made_plain(anon, path):
    assert anon.get(path).json()["deployed_sha"] is not None


# ---- headers

def test_headers_of_success(anon, alice, crate):
    for answer in (anon.get("/api/v1/site_metadata"), anon.get(f"/api/v1/crates/{crate}"),
                   alice.token.put(f"/api/v1/crates/{crate}/1.0.0/unyank")):
        assert answer.status_code == 200
        assert {**COMMON, **PLAIN}.items() <= answer.headers.items()
        assert answer.headers["Content-Type"] == "application/json"


def test_headers_of_errors(anon, crate):
    """upstream: an error gets the two common ones alone."""
    for answer in (anon.get("/nothing"), anon.get("/api/v1/crates/nothing-here"), anon.put(f"/api/v1/crates/{crate}/1.0.0/unyank"),
                   anon.get(f"/api/v1/crates/{crate}?include=x"), anon.post(f"/api/v1/crates/{crate}")):
        assert answer.status_code >= 400 and COMMON.items() <= answer.headers.items()
        assert not PLAIN.keys() & answer.headers.keys()


def test_unchanged_answers_cost_a_304(anon, crate):
    for path in GETS:
        answer = anon.get(filled(path, crate), headers=generic(**{"Accept-Encoding": "identity"}))
        # Pages say how long ago something was, so a minute later they are others: test_page_crate.py. Raw files have the
        # headers of pages, and stricter ones: test_page_code.py.
        if answer.status_code != 200 or answer.headers["Content-Type"].startswith("text/html") or "/raw/" in path:
            continue
        assert "ETag" in answer.headers, path
        tag = answer.headers["ETag"]
        again = anon.get(filled(path, crate), headers=generic(**{"If-None-Match": tag}))
        assert (again.status_code, again.content) == (304, b""), path
        expected = {**COMMON, **PLAIN} if path.startswith("/api/") else {"X-Content-Type-Options": "nosniff"}
        assert expected.items() <= again.headers.items(), path
        for other in ('"x"', tag + "x", "x" * 5000, '"', '"x", "y"'):
            assert anon.get(filled(path, crate), headers=generic(**{"If-None-Match": other})).status_code == 200
        assert anon.get(filled(path, crate), headers=generic(**{"If-None-Match": f'"x", W/{tag}'})).status_code == 304


def test_private_answers_are_not_kept(alice):
    answer = alice.browser.get("/api/v1/me/crate_owner_invitations")
    assert answer.headers["Cache-Control"] == "no-store" and "ETag" not in answer.headers


# ---- secrets

def test_no_answer_tells_whether_a_secret_exists(registry, alice, anon, crate, new_name):
    """One that never was, one that was revoked, one that ran out, a session that was ended, an invitation's token that was
    used: the same bytes."""
    path = f"/api/v1/crates/{crate}/1.0.0/yank"
    revoked, old = registry.token("alice", "r"), registry.token("alice", "o", "--expires", "2020-01-01T00:00:00Z")
    registry.ctl("token", "revoke", revoked)
    never = alice.secret[:-1] + ("a" if alice.secret[-1] != "a" else "b")
    answers = [Client(registry.url, Authorization=secret).delete(path) for secret in (never, revoked, old, alice.secret.swapcase()
                                                                                      .replace("CHT_", "cht_"))]
    assert {(a.status_code, a.text) for a in answers} == {(403, '{"errors":[{"detail":"authentication failed"}]}')}
    registry.user("leaving")
    cookie = registry.ctl("session", "create", "leaving").split()[-1]
    assert Client(registry.url, Cookie=cookie).delete(path).json()["errors"][0]["detail"].startswith("must already be an owner")
    registry.sql("UPDATE sessions s JOIN users u ON u.id = s.user_id SET s.expires_us = 1 WHERE u.username = 'leaving'")
    name = cookie.split("=")[0]
    answers = [Client(registry.url, Cookie=c).delete(path) for c in (cookie, f"{name}=nothing", f"{name}=", "", cookie.lower())]
    assert {(a.status_code, a.text) for a in answers} == \
        {(403, '{"errors":[{"detail":"this action requires authentication"}]}')}
    guest = registry.user(new_name("guest"))
    make_owner(registry, alice, guest, crate)
    answers = [anon.put(f"/api/v1/me/crate_owner_invitations/accept/{token}") for token in ("z" * 26, "X", "x" * 3000, "%F0%9F%98%80")]
    assert {(a.status_code, a.text) for a in answers} == {(404, '{"errors":[{"detail":"Not Found"}]}')}


def test_numbers_of_others_are_as_those_of_nobody(registry, alice, bob):
    """API tokens are counted through: what is there of others is not told."""
    theirs = registry.sql("SELECT MAX(t.id) FROM api_tokens t JOIN users u ON u.id = t.user_id WHERE u.username = 'bob' AND t.revoked = 0")[0][0]
    for method, status in (("GET", 404), ("DELETE", 200)):
        there, nowhere = (alice.browser.request(method, f"/api/v1/me/tokens/{number}") for number in (theirs, 2**31 - 1))
        assert (there.status_code, there.content, registry.queries(there)) == (status, nowhere.content, registry.queries(nowhere))
    assert bob.browser.get(f"/api/v1/me/tokens/{theirs}").status_code == 200


def test_tokens_are_noted_once_a_minute(registry, new_name):
    user = registry.user(new_name("user"))
    used = f"SELECT last_used_us FROM api_tokens t JOIN users u ON u.id = t.user_id WHERE u.username = '{user.login}'"
    assert registry.sql(used) == [["NULL"]]
    user.token.put("/api/v1/me/crate_owner_invitations/1", {"crate_owner_invite": {"crate_id": 1, "accepted": True}})
    first = registry.sql(used)[0][0]
    assert first != "NULL"
    user.token.put("/api/v1/me/crate_owner_invitations/1", {"crate_owner_invite": {"crate_id": 1, "accepted": True}})
    assert registry.sql(used) == [[first]]
    earlier = int(first) - 61 * 10**6
    registry.sql(f"UPDATE api_tokens SET last_used_us = {earlier} WHERE last_used_us = {first}")
    user.token.put("/api/v1/me/crate_owner_invitations/1", {"crate_owner_invite": {"crate_id": 1, "accepted": True}})
    assert int(registry.sql(used)[0][0]) > int(first)


# ---- at the very end (tests/conftest.py)

def test_every_route_is_tested(registry, request):
    """Each route must have answered some test of this folder with success, and not just one that tries them all; on the
    registry that all share, or on another one that has gone since."""
    here = pathlib.Path(__file__).parent
    ran = {pathlib.Path(item.fspath).name for item in request.session.items}
    if not {path.name for path in here.glob("test_*.py")} <= ran or request.config.option.keyword or \
            any("::" in word for word in request.config.args):
        pytest.skip("only when the whole folder runs")
    seen = Instance.answered | registry.succeeded(lambda line: not line["id"].startswith(GENERIC))
    assert [f"{method} {path}" for method, path in TABLE if (method, path) not in seen] == []
