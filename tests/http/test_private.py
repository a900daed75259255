"""A private registry (registry.auth_required): every route of the table, asked by nobody, by whoever may, and by those who once might. What
web servers make of it is tests/e2e/test_private.py."""
import base64
import json
import re
import urllib.parse

import pytest

from fcgi_client import FastCGI
from lib.instance import ROOT, Instance
from lib.registry import Client, Crate, detail, index_path
from test_routes import TABLE, filled

NAME, WORD = "hidden-harbour", "quaysidewords"

# The one list of what is open, as the route table has it: a route that is not here must be closed. Say in docs/private.md why.
OPEN = {
    "DELETE /api/private/session", "DELETE /api/private/session/signup", "DELETE /api/v1/trusted_publishing/tokens",
    "GET /.well-known/security.txt", "GET /api/private/metrics/{kind}", "GET /api/private/session/signup", "GET /api/v1/site_metadata",
    "GET /favicon.ico", "GET /github-auth-loading.html", "GET /github-redirect.html", "GET /login", "GET /login/github",
    "GET /manifest.webmanifest", "GET /opensearch.xml", "GET /robots.txt", "GET /sign-in/{link}", "GET /signup", "GET /unsubscribe/{token}",
    "POST /api/github/secret-scanning/verify", "POST /api/private/session/authorize", "POST /api/private/session/begin",
    "POST /api/private/session/signup", "POST /api/v1/trusted_publishing/tokens", "POST /banner/dismiss", "POST /logout", "POST /signup",
    "POST /theme", "POST /unsubscribe/{token}",
}
ROUTES = [f"{method} {path}" for method, path in TABLE]
PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def site(github):
    instance = Instance(settings=[*github.settings(), "registry.auth_required=true", "server.max_requests=0", "server.workers=1",
                                  "auth.cache_s=600", "server.metrics_token=m", "git_index.enabled=true", "site.contact=ops@example.test"])
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture(scope="module")
def owner(site):
    """Has published the one crate that there is."""
    user = site.user("harbourmaster")
    crate = Crate(NAME, package={"description": WORD, "keywords": ["quays"], "categories": ["science"], "readme": "README.md"},
                  files={"README.md": f"# {WORD}\n"})
    assert user.token.publish(crate).status_code == 200
    user.crate = crate
    return user


@pytest.fixture(scope="module")
def wire(site):
    return FastCGI(str(site.data / "run/worker.sock"))


def words_of(reply):
    return reply.body.decode("utf-8", "replace") + str(reply.headers)


def test_what_is_open_is_listed(site):
    lines = [line.split() for line in site.ctl("routes").splitlines()]
    assert {f"{line[0]} {line[1]}" for line in lines if "open" in line[:line.index("#")]} == OPEN
    said = (ROOT / "docs/private.md").read_text()
    for route in OPEN:
        path = route.split()[1]
        assert f"`{path}`" in said or f"`{re.match('/api/private/[a-z]+|[^{]*', path).group()}" in said, f"docs/private.md says nothing of {route}"


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_every_route_asked_by_nobody(site, owner, wire, route):
    """At the worker's own socket: whatever a web server might let through."""
    method, path = route.split()
    url = filled(path, NAME, link="x" * 32)
    for headers in ({}, PAGE, {"Accept": "application/json"}, {"Authorization": "cht_" + "x" * 32}, {"Cookie": "cratehouse=" + "x" * 32},
                    {"If-None-Match": "*"}, {"Content-Type": "application/json"}):
        reply = wire.request(method, url, headers)
        said = words_of(reply).replace(urllib.parse.quote(url, safe=""), "").replace(url, "")
        assert NAME not in said and WORD not in said
        if route in OPEN:
            assert reply.header("www-authenticate") is None, "an open route is not the gate's"
            continue
        assert reply.status in (401, 303), (route, reply.status)
        if reply.status == 303:
            assert method == "GET" and reply.header("location").startswith("/login?return_to=%2F"), route
        else:
            assert reply.header("www-authenticate").startswith(f'Cargo login_url="{site.url}/me"')
        assert "no-store" in reply.header("cache-control") and reply.header("etag") is None
        assert wire.request("HEAD" if method == "GET" else method, url, headers).status in (401, 303)


@pytest.mark.parametrize("path", ["/", "/nothing", "/api/v1/nothing", "/crates/none/1/2/3/4/5", "/index/", "/static/", "/index", "/private/index/x",
                                  "//api/v1/crates", "/api/v1/crates/%ff", "/API/v1/crates", "/login/nothing", "/robots.txt/x", "/%2e%2e/x",
                                  "*", "/crates?page=999999", "/index/%00", "/static/crates/../../x"])
def test_what_has_no_route_is_closed_too(wire, owner, path):
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"):
        reply = wire.request(method, path, {})
        assert reply.status in (401, 303) and NAME not in words_of(reply), (method, path)
        assert reply.header("allow") is None


def test_open_routes_say_nothing_of_content(site, owner):
    for path in ("/login", "/signup", "/robots.txt", "/opensearch.xml", "/manifest.webmanifest", "/.well-known/security.txt",
                 "/api/v1/site_metadata", "/unsubscribe/" + "x" * 26, "/sign-in/" + "x" * 32, "/github-redirect.html"):
        answer = site.anonymous.get(path, headers=PAGE)
        assert NAME not in answer.text and WORD not in answer.text and "harbourmaster" not in answer.text and "quays" not in answer.text
    assert site.anonymous.get("/api/private/metrics/service").status_code == 403  # as it is: a token of its own
    assert Client(site.url, Authorization="Bearer m").get("/api/private/metrics/service").status_code == 200


def test_words(site, owner):
    answer = site.anonymous.get("/api/v1/crates")
    assert (answer.status_code, detail(answer)) == (401, "this action requires authentication")
    answer = Client(site.url, Authorization="cht_" + "x" * 32).get("/api/v1/crates")
    assert (answer.status_code, detail(answer)) == (401, "authentication failed")
    answer = Client(site.url, Authorization="Digest x").get("/api/v1/crates")
    assert answer.status_code == 401 and "authentication scheme `Digest`" in detail(answer)
    answer = site.anonymous.put("/api/v1/crates/new", Crate(NAME, "2.0.0").body)
    assert answer.status_code == 401  # before it is said whether the crate exists
    answer = site.anonymous.post(f"/crates/{NAME}/follow", headers=PAGE)
    assert answer.status_code == 401 and "requires authentication" in answer.text


def test_those_who_may(site, owner):
    readers = [owner.token, owner.browser, Client(site.url, Authorization=f"Bearer {owner.secret}"),
               Client(site.url, Authorization=site.token("harbourmaster", "narrow", "--scope", "yank", "--crate", "other-*")),
               Client(site.url, Authorization="Basic " + base64.b64encode(f"x:{owner.secret}".encode()).decode()),
               Client(site.url, Authorization="Basic " + base64.b64encode(f"{owner.secret}:".encode()).decode())]
    for reader in readers:
        for path in (f"/api/v1/crates/{NAME}", "/api/v1/crates?q=hidden", f"/index/{index_path(NAME)}", f"/static/crates/{NAME}/{NAME}-1.0.0.crate",
                     f"/rss/crates/{NAME}.xml"):
            answer = reader.get(path)
            assert answer.status_code == 200, (path, answer.text)
            control = answer.headers["Cache-Control"]
            assert "private" in control and "public" not in control and "Authorization, Cookie" in answer.headers["Vary"], path
    answer = owner.browser.get(f"/crates/{NAME}")
    assert answer.status_code == 200 and WORD in answer.text and answer.headers["Cache-Control"] == "private, no-store"
    assert owner.token.get(f"/crates/{NAME}").status_code == 303  # of a page the session alone counts
    assert json.loads((site.data / "private/index/config.json").read_text())["auth-required"] is True


def test_a_token_of_trusted_publishing_reads(site, owner):
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    raw, check = "T" * 31, 0
    for byte in raw.encode():
        check ^= byte
    token = f"cht_tp_{raw}{alphabet[check % 62]}"
    path = f"/index/{index_path(NAME)}"
    assert Client(site.url, Authorization=token).get(path).status_code == 401
    columns = dict(site.sql("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'trustpub_tokens' AND "
                            "table_schema = DATABASE()"))
    expires = next(name for name in columns if "expires" in name)
    site.sql(f"INSERT INTO trustpub_tokens (created_us, {expires}, hashed_token, crate_ids) VALUES (1, UNIX_TIMESTAMP() * 1000000 + 60000000, "
             f"UNHEX(SHA2('{raw}', 256)), '[1]')")
    reader = Client(site.url, Authorization=f"Bearer {token}")
    assert reader.get(path).status_code == 200 and reader.get(f"/api/v1/crates/{NAME}").status_code == 200
    assert reader.delete(f"/api/v1/crates/{NAME}/1.0.0/yank").status_code == 403
    assert Client(site.url, Authorization=token[:-1] + "!").get(path).status_code == 401


def test_many_files_cost_few_queries(site, owner):
    reader = Client(site.url, Authorization=site.token("harbourmaster", "many"))
    path = f"/index/{index_path(NAME)}"
    costs = [site.queries(reader.get(path)) for _ in range(5)]
    assert costs[0] <= 4 and costs[1:] == [0] * 4  # one worker; it asks once
    assert site.queries(owner.browser.get(path)) <= 3 and site.queries(owner.browser.get(path)) == 0
    # A stranger's costs one each, and is not remembered.
    stranger = Client(site.url, Authorization="cht_" + "y" * 32)
    assert [site.queries(stranger.get(path)) for _ in range(2)] == [1, 1]
    assert site.queries(Client(site.url, Authorization="rubbish").get(path)) == 0
    assert site.queries(site.anonymous.get(path)) == 0


def test_what_changes_something_asks_the_database(site, owner):
    """A token that was revoked reads on for auth.cache_s, as docs/private.md says, and does nothing else from that moment on."""
    secret = site.token("harbourmaster", "short-lived")
    client = Client(site.url, Authorization=secret)
    path = f"/index/{index_path(NAME)}"
    assert client.get(path).status_code == 200
    site.ctl("token", "revoke", secret)
    assert client.get(path).status_code == 200
    answer = client.delete(f"/api/v1/crates/{NAME}/1.0.0/yank")
    assert (answer.status_code, detail(answer)) == (403, "authentication failed")
    assert client.publish(Crate("other-one")).status_code == 403
    visitor = site.user("leaves")
    assert visitor.browser.get(f"/crates/{NAME}").status_code == 200
    assert visitor.browser.delete("/api/private/session").status_code == 200
    assert visitor.browser.get(f"/crates/{NAME}").status_code == 303  # pages never remember


def test_a_locked_account(site, owner):
    user = site.user("locked-out")
    site.ctl("user", "lock", "locked-out", "--reason", "gone fishing")
    for client in (user.token, user.browser):
        for path in (f"/index/{index_path(NAME)}", f"/api/v1/crates/{NAME}"):
            answer = client.get(path)
            assert answer.status_code == 403 and detail(answer).endswith("gone fishing")
    answer = user.browser.get(f"/crates/{NAME}", headers=PAGE)
    assert answer.status_code == 403 and WORD not in answer.text


def test_a_browser_comes_back_to_where_it_wanted(site, owner):
    link = re.search(r"(/sign-in/\S+)", site.ctl("session", "create", "harbourmaster", "--link")).group(1)
    asked = site.anonymous.get(f"/crates/{NAME}/versions?page=1", headers=PAGE)
    assert asked.status_code == 303
    login = site.anonymous.get(asked.headers["Location"], headers=PAGE)
    cookie = "; ".join(part.split(";")[0] for part in re.split(r", (?=[a-zA-Z_-]+=)", login.headers["Set-Cookie"]))
    done = Client(site.url, Cookie=cookie).get(link, headers=PAGE)
    assert done.status_code == 303 and done.headers["Location"] == f"/crates/{NAME}/versions?page=1"


def arrive(github, site, login):
    begun = site.anonymous.post("/api/private/session/begin")
    challenge = begun.json()["url"].partition("code_challenge=")[2].partition("&")[0]
    return Client(site.url, Cookie=begun.headers["Set-Cookie"].split(";")[0]).post(
        "/api/private/session/authorize", {"code": github.code(login, challenge), "state": begun.json()["state"]})


def test_nobody_new_signs_up(site, github):
    """Whoever has an account comes in by GitHub; all of GitHub is not invited (auth.sign_up)."""
    there = github.user("newcomer")
    before = site.sql("SELECT COUNT(*) FROM users")
    answer = arrive(github, site, "newcomer")
    assert answer.status_code == 403 and "There is no account for you on" in detail(answer)
    assert site.sql("SELECT COUNT(*) FROM users") == before
    site.ctl("user", "create", "newcomer", "--github-id", there["id"])
    assert arrive(github, site, "newcomer").status_code == 200


def test_sign_up_can_be_opened_and_closed(github):
    """Whichever kind of registry it is; closed ones ask nobody for an address in vain."""
    github.user("first-comer")
    for settings, status in ((["auth.sign_up=open", "registry.auth_required=true"], 200), (["auth.sign_up=closed", "auth.explicit_signup=true"], 403)):
        instance = Instance(settings=[*github.settings(), *settings])
        try:
            assert arrive(github, instance.start(), "first-comer").status_code == status
        finally:
            instance.remove()


def test_a_registry_becomes_private_and_public_again(owner):
    """Its files go where no web server of the other kind finds them. That they come back needs a hand: a process with an old configuration
    opens nothing."""
    instance = Instance()
    paths = (f"/index/{index_path(NAME)}", f"/static/crates/{NAME}/{NAME}-1.0.0.crate")

    def reads(private):
        for path in paths:
            assert instance.anonymous.get(path).status_code == (401 if private else 200)
            assert reader.get(path).status_code == 200
        assert (instance.data / "index").exists() != private and (instance.data / "private/index").exists() == private
        assert instance.ctl("fsck")

    try:
        user = instance.start().user("mover")
        assert user.token.publish(Crate(NAME)).status_code == 200
        reader = Client(instance.url, Authorization=user.secret)
        reads(False)
        instance.start("--set", "registry.auth_required=true")
        reads(True)
        stale = instance.run_ctl("fsck", env={"CRATEHOUSE_REGISTRY_AUTH_REQUIRED": "false"})
        assert stale.returncode != 0 and "was private" in stale.stderr
        reads(True)
        # What would stay where anybody can see it keeps it from starting.
        (instance.data / "public/crates").mkdir(parents=True)
        done = instance.run_ctl("fsck")
        assert done.returncode != 0 and "beside private/" in done.stderr
        (instance.data / "public/crates").rmdir()
        assert instance.ctl("fsck")  # what is empty does no harm, and goes
        reads(True)
        instance.stop()
        for name in ("index", "public"):
            (instance.data / "private" / name).rename(instance.data / name)
        instance.start("--set", "registry.auth_required=false")
        reads(False)
    finally:
        instance.remove()
