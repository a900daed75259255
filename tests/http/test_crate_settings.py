"""PATCH /api/v1/crates/{name} (contract/api.md 10.2)."""
import json

import pytest

from lib.census import census, settled
from lib.registry import Client, Crate
from lib.steps import make_owner, publish, refused, scoped, user_id

NO_AUTH = "this action requires authentication"
NO_OWNER = "only owners have permission to modify crate settings"
NO_RIGHT = "this token does not have the required permissions to perform this action"
LEGACY = "This endpoint cannot be used with legacy API tokens. Use a scoped API token instead."
SHAPE = "Failed to deserialize the JSON body into the target type: "


def path(name):
    return f"/api/v1/crates/{name}"


def patch(client, name, **settings):
    return client.patch(path(name), {"crate": settings})


@pytest.fixture
def crate(alice, new_name):
    return publish(alice, new_name("set"))


def shown(registry, name):
    return registry.anonymous.get(path(name)).json()["crate"]


def audit(registry, name):
    return registry.sql("SELECT u.username, a.actor, a.action, a.detail FROM audit a JOIN users u ON u.id = a.user_id"
                        f" WHERE a.crate = '{name}' ORDER BY a.id")


def test_on_and_off(registry, alice, crate):
    before = shown(registry, crate)
    answer = patch(alice.browser, crate, trustpub_only=True)
    assert answer.status_code == 200 and list(answer.json()) == ["crate"]
    after = answer.json()["crate"]
    assert after["trustpub_only"] is True and after["updated_at"] > before["updated_at"]
    assert list(after) == list(before), "the keys of a crate, in their order"
    same = {"versions", "keywords", "categories", "links", "max_version", "newest_version", "max_stable_version",
            "trustpub_only", "updated_at"}
    assert {k: v for k, v in after.items() if k not in same} == {k: v for k, v in before.items() if k not in same}
    assert (after["max_version"], after["newest_version"], after["max_stable_version"]) == ("0.0.0", "0.0.0", None)
    assert shown(registry, crate)["trustpub_only"] is True
    assert audit(registry, crate) == [["alice", "alice", "trustpub_only_change", '{"trustpub_only":true}']]
    assert patch(alice.browser, crate, trustpub_only=False).json()["crate"]["trustpub_only"] is False
    assert audit(registry, crate)[1][3] == '{"trustpub_only":false}'


def test_nothing_to_change(registry, alice, crate):
    before = shown(registry, crate)
    for settings in ({}, {"trustpub_only": None}, {"trustpub_only": False}, {"trustpub_only": False, "name": "other"}):
        assert alice.browser.patch(path(crate), {"crate": settings}).status_code == 200
    assert shown(registry, crate) == before and audit(registry, crate) == []


def test_publishing_is_for_the_trusted_then(registry, alice, crate):
    assert patch(alice.browser, crate, trustpub_only=True).status_code == 200
    refused(alice.token.publish(Crate(crate, "1.1.0")), 403, "New versions of this crate can only be published using "
            f"Trusted Publishing (see {registry.url}/docs/trusted-publishing).")
    assert len(registry.index(crate)) == 1


def test_tokens(registry, alice, crate):
    good = scoped(registry, "alice", "--scope", "trusted-publishing", "--crate", crate)
    assert patch(good, crate, trustpub_only=True).status_code == 200
    for options in (["--scope", "yank"], ["--scope", "trusted-publishing", "--crate", "other"]):
        refused(patch(scoped(registry, "alice", *options), crate, trustpub_only=False), 403, NO_RIGHT)
    refused(patch(alice.token, crate, trustpub_only=False), 403, LEGACY)
    # the stored spelling counts
    assert patch(good, crate.upper().replace("-", "_"), trustpub_only=False).status_code == 200


def test_wrong_actors(registry, alice, bob, boss, anon, crate):
    settled(registry)
    before = census(registry)
    refused(patch(anon, crate, trustpub_only=True), 403, NO_AUTH)
    for user in (bob, boss):
        refused(patch(user.browser, crate, trustpub_only=True), 403, NO_OWNER)
    refused(patch(scoped(registry, "bob", "--scope", "trusted-publishing"), crate, trustpub_only=True), 403, NO_OWNER)
    answer = alice.browser.patch(path(crate), {"crate": {"trustpub_only": True}},
                                 headers={"Origin": "https://elsewhere.example"})
    refused(answer, 403, "invalid origin header")
    assert census(registry) == before and audit(registry, crate) == []


def test_an_owner_without_an_address(registry, alice, crate, new_name):
    """upstream: who has no e-mail row is no owner here; one that is not verified is enough"""
    guest = registry.user(new_name("guest"))
    make_owner(registry, alice, guest, crate)
    number = user_id(registry, guest.login)
    registry.sql(f"UPDATE emails SET verified = 0 WHERE user_id = {number}")
    assert patch(guest.browser, crate, trustpub_only=True).status_code == 200
    registry.sql(f"DELETE FROM emails WHERE user_id = {number}")
    refused(patch(guest.browser, crate, trustpub_only=False), 403, NO_OWNER)


@pytest.mark.parametrize("body,status,words", [
    (b"{}", 422, SHAPE + "missing field `crate` at line 1 column 2"),
    (b'{"crate":null}', 422, None), (b'{"crate":{"trustpub_only":"yes"}}', 422, None), (b"", 400, None),
    (b'{"crate":{}} x', 400, None),
])
def test_bad_bodies(alice, anon, crate, body, status, words):
    for client in (alice.browser, anon):
        for name in (crate, "no-such-crate"):
            answer = client.patch(path(name), body, headers={"Content-Type": "application/json"})
            assert answer.status_code == status, answer.text
            if words:
                refused(answer, status, words)
    refused(alice.browser.patch(path(crate), json.dumps({"crate": {}}).encode()), 415,
            "Expected request with `Content-Type: application/json`")


def test_no_such_crate(alice, anon):
    for client in (alice.browser, anon):  # before anybody is asked who he is
        refused(patch(client, "no-such-crate"), 404, "crate `no-such-crate` does not exist")
    assert patch(alice.browser, "new").status_code == 405


def test_queries(registry, alice, crate):
    assert patch(alice.browser, crate).status_code == 200  # once a minute one notes that the session is used
    assert registry.queries(patch(alice.browser, crate)) == 3
    assert registry.queries(patch(alice.browser, crate, trustpub_only=True)) == 7
    assert Client(registry.url).get(path(crate)).status_code == 200
