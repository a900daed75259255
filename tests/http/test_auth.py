"""Who asks, and what of it counts (contract/api.md 3): on routes of each class."""
import pytest

from fcgi_client import FastCGI
from lib.steps import publish

COOKIE_ONLY = "/api/v1/me/crate_owner_invitations"
USER_PUT = "/api/v1/me/crate_owner_invitations/4711"
ANSWER = {"crate_owner_invite": {"crate_id": 4711, "accepted": True}}
NO_AUTH = "this action requires authentication"
NO_RIGHT = "this token does not have the required permissions to perform this action"


@pytest.fixture(scope="module")
def wire(registry):
    """Past the web server, which would repair or refuse some of these headers."""
    return FastCGI(str(registry.data / "run/worker.sock"))


def ask(wire, **headers):
    reply = wire.get(COOKIE_ONLY, {name.replace("_", "-"): value for name, value in headers.items()})
    return reply.status, reply.body.decode()


def detail(text):
    return '{"errors":[{"detail":"' + text + '"}]}'


def test_nobody(wire):
    assert ask(wire) == (403, detail(NO_AUTH))


def test_cookie(wire, alice):
    assert ask(wire, Cookie=alice.cookie)[0] == 200
    assert ask(wire, Cookie="a=b; " + alice.cookie + "; c=d")[0] == 200
    assert ask(wire, Cookie=alice.cookie[:-1]) == (403, detail(NO_AUTH))
    assert ask(wire, Cookie="x" + alice.cookie) == (403, detail(NO_AUTH))


def test_cookie_wins_over_a_malformed_header(wire, alice):
    assert ask(wire, Cookie=alice.cookie, Authorization="Basic x")[0] == 200


def test_origin(wire, alice, registry):
    assert ask(wire, Cookie=alice.cookie, Origin=registry.url)[0] == 200
    for origin in ("null", "https://elsewhere.example", registry.url + "/", registry.url + "0", ""):
        assert ask(wire, Cookie=alice.cookie, Origin=origin) == (403, detail("invalid origin header"))


def test_headers_that_come_several_times(wire, alice, registry, new_name):
    """contract/api.md 3.1, 13.1: nginx before 1.23 hands them on as they are, others put commas between."""
    good, evil = registry.url, "https://elsewhere.example"
    for origins in ([good, evil], [evil, good], [evil] * 20):
        assert ask(wire, Cookie=alice.cookie, Origin=origins) == (403, detail("invalid origin header"))
    assert ask(wire, Cookie=alice.cookie, Origin=[good])[0] == 200
    assert ask(wire, Cookie=["a=b", alice.cookie, "c=d"])[0] == 200
    path = f"/api/v1/crates/{publish(alice, new_name('twice'))}/1.0.0/download"
    for accept in (["text/html", "application/json"], ["application/json", "text/html"], ["*/*"] * 15 + ["application/json"]):
        assert wire.get(path, {"Accept": accept}).status == 200
    assert wire.get(path, {"Accept": ["text/html", "*/*"]}).status == 302
    tag = wire.get("/api/v1/site_metadata").header("etag")
    assert wire.get("/api/v1/site_metadata", {"If-None-Match": ['"x"', tag]}).status == 304


def test_token_on_a_route_of_the_site(wire, alice, registry):
    text = f"this action can only be performed on the {registry.site} website"
    for value in (alice.secret, "Bearer " + alice.secret, "beaReR     " + alice.secret, " " + alice.secret + "\t"):
        assert ask(wire, Authorization=value) == (403, detail(text))


@pytest.mark.parametrize("value,status,start", [
    ("Basic abc", 401, "Invalid `Authorization` header: Found unexpected authentication scheme `Basic`"),
    ("cht_" + "a" * 32 + " b", 401, "Invalid `Authorization` header: Found unexpected authentication scheme `***`"),
    ("Bearer", 401, "The given API token does not match the format used by "),
    ("Bearer ", 401, "The given API token does not match the format used by "),
    ("abc", 401, "The given API token does not match the format used by "),
    ("ci" + "a" * 33, 401, "The given API token does not match the format used by "),
    ("cio" + "a" * 32, 403, "authentication failed"),
    ("cht_" + "a" * 32, 403, "authentication failed"),
    ("cio_tp_" + "a" * 32, 403, "authentication failed"),
    (b"cio\xc3\xa4", 401, "Invalid `Authorization` header: Found unexpected non-ASCII characters"),
    ("cio\x01", 401, "Invalid `Authorization` header: Found unexpected non-ASCII characters"),
    (b"cio\xff", 401, "Invalid `Authorization` header: Found unexpected non-ASCII characters"),
    ("cio" + "a" * 20000, 403, "authentication failed"),
])
def test_bad_headers(wire, value, status, start):
    got, body = ask(wire, Authorization=value)
    assert got == status
    assert body.startswith('{"errors":[{"detail":"' + start)


def put(wire, secret, path=USER_PUT, body=b'{"crate_owner_invite":{"crate_id":4711,"accepted":true}}', method="PUT"):
    reply = wire.request(method, path, {"Authorization": secret, "Content-Type": "application/json"}, body)
    return reply.status, reply.body.decode()


def token(registry, login, *options):
    return registry.ctl("token", "create", login, "t", *options).strip()


def test_class_user(wire, registry, alice):
    """A cookie, or a token of the old kind without patterns of crates."""
    assert put(wire, alice.secret)[0] == 404
    for options in (["--scope", "yank"], ["--crate", "a*"], ["--scope", "change-owners", "--crate", "*"]):
        assert put(wire, token(registry, "alice", *options)) == (403, detail(NO_RIGHT))


def test_class_scope(wire, registry, alice):
    def owners(secret, crate):
        return put(wire, secret, f"/api/v1/crates/{crate}/owners", b'{"owners":["bob"]}')
    for options, crate, passes in [
            ([], "some-crate", True),
            (["--scope", "change-owners"], "some-crate", True),
            (["--scope", "yank", "--scope", "change-owners"], "some-crate", True),
            (["--scope", "yank"], "some-crate", False),
            (["--crate", "some-*"], "some-crate", True),
            (["--crate", "some-crate"], "some-crate", True),
            (["--crate", "some_crate"], "some-crate", False),
            (["--crate", "Some-*"], "some-crate", False),
            (["--crate", "other"], "some-crate", False),
            (["--crate", "other", "--crate", "*"], "some-crate", True),
            (["--scope", "change-owners", "--crate", "other"], "some-crate", False)]:
        status, body = owners(token(registry, "alice", *options), crate)
        assert (status, body == detail(NO_RIGHT)) == ((404, False) if passes else (403, True)), options


def test_token_that_ran_out_or_was_revoked(wire, registry):
    assert put(wire, token(registry, "alice", "--expires", "2020-01-01T00:00:00Z")) == \
        (403, detail("authentication failed"))
    secret = token(registry, "alice", "--expires", "1d")
    assert put(wire, secret)[0] == 404
    registry.ctl("token", "revoke", secret)
    assert put(wire, secret) == (403, detail("authentication failed"))


def test_token_is_not_in_the_log(wire, registry, alice):
    put(wire, alice.secret)
    for path in registry.data.glob("log/*"):
        assert alice.secret.encode() not in path.read_bytes()


def test_locked_account(wire, registry):
    registry.user("mallory")
    secret = token(registry, "mallory")
    cookie = registry.ctl("session", "create", "mallory").strip()
    assert put(wire, secret)[0] == 404
    registry.ctl("user", "lock", "mallory", "--reason", "being \"mean\"")
    text = detail('This account is indefinitely locked. Reason: being \\"mean\\"')
    assert put(wire, secret) == (403, text)
    assert ask(wire, Cookie=cookie) == (403, text)
    registry.ctl("user", "lock", "mallory", "--reason", "late", "--until", "2199-02-03T04:05:06Z")
    assert put(wire, secret) == (403, detail("This account is locked until 2199-02-03 at 04:05:06 UTC. Reason: late"))
    registry.ctl("user", "lock", "mallory", "--reason", "late", "--until", "2019-02-03T04:05:06Z")
    assert put(wire, secret)[0] == 404
    registry.ctl("user", "unlock", "mallory")
    assert ask(wire, Cookie=cookie)[0] == 200


def test_origin_counts_for_tokens_too(wire, alice):
    reply = wire.request("PUT", USER_PUT, {"Authorization": alice.secret, "Content-Type": "application/json",
                                           "Origin": "https://elsewhere.example"}, b'{}')
    assert reply.status in (403, 422)
    reply = wire.get(COOKIE_ONLY, {"Authorization": alice.secret, "Origin": "https://elsewhere.example"})
    assert reply.body.decode() == detail("invalid origin header")


def test_body_is_judged_before_the_credentials(wire):
    for body, status in ((b"{", 400), (b"", 400)):
        assert put(wire, "cio" + "x" * 32, body=body)[0] == status
