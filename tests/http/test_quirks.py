"""What of contract/api.md, Appendix E, no other test holds: crates.io does it, and so do we. Those that we do not copy stand in
docs/differences.md."""
import pytest

from lib.registry import Crate
from lib.steps import publish, version
from test_processes import make  # noqa: F401  (a fixture)

SEARCH, PUBLISH = "/api/v1/crates", "/api/v1/crates/new"
OWNERS, YANK = "/api/v1/crates/a/owners", "/api/v1/crates/a/1.0.0/yank"


@pytest.mark.parametrize("mode, search, publishing", [("disabled", 503, 400), ("adjust-success", 503, 400), ("adjust-all", 200, 200)])
def test_status_for_cargo_of_old(make, mode, search, publishing):  # noqa: F811
    """1: errors of searching and publishing with 200, if wanted; owners and yank keep theirs. There is no database here."""
    client = make(server__cargo_status=mode).start().client
    reply = client.get(SEARCH)
    assert (reply.status, reply.body) == (search, b'{"errors":[{"detail":"Service unavailable"}]}')
    reply = client.request("PUT", PUBLISH)
    assert (reply.status, reply.body) == (publishing, b'{"errors":[{"detail":"invalid metadata length"}]}')
    for method, path in (("GET", OWNERS), ("PUT", OWNERS), ("DELETE", YANK), ("GET", "/api/v1/summary")):
        assert client.request(method, path).status >= 400
    for path in (SEARCH, OWNERS):  # what every request must have is looked at within
        reply = client.get(path, {"User-Agent": None})
        assert reply.status == (200 if (path, mode) == (SEARCH, "adjust-all") else 403)
        assert b"requests include a `User-Agent` header" in reply.body
        assert reply.header("access-control-allow-origin") is None  # 2


def test_yanking_is_no_update(registry, alice, anon, new_name):
    """23: of the version, but not of the crate; it moves in no list."""
    name = publish(alice, new_name("silent"))
    before = anon.get(f"/api/v1/crates/{name}").json()["crate"]["updated_at"]
    for method, end in (("DELETE", "yank"), ("PUT", "unyank"), ("DELETE", "yank")):
        assert alice.token.request(method, f"/api/v1/crates/{name}/1.0.0/{end}").status_code == 200
    assert anon.get(f"/api/v1/crates/{name}").json()["crate"]["updated_at"] == before < version(registry, name)["updated_at"]


def test_a_license_that_is_none(alice, new_name):
    """24"""
    answer = alice.token.publish(Crate(new_name("licensed"), package={"license": "GPL-2.0-only+"}))
    assert answer.status_code == 200 and "errors" not in answer.json()
