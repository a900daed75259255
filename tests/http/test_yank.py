"""Yank, unyank, and the patch of a version (contract/publish.md 15): order of the checks, words, effects, rights."""
import concurrent.futures

import pytest

from lib.registry import Client, Crate
from lib.steps import make_owner, publish, refused, scoped, version

NO_OWNER = "must already be an owner to yank or unyank"
NO_RIGHT = "this token does not have the required permissions to perform this action"
NO_AUTH = "this action requires authentication"
MESSAGE_WHEN_UNYANKING = "Cannot set yank message when unyanking"
MESSAGE_WITHOUT_YANK = "Cannot update yank message for a version that is not yanked"


def path(name, number="1.0.0", end=""):
    return f"/api/v1/crates/{name}/{number}{end}"


def yank(client, name, number="1.0.0"):
    return client.delete(path(name, number, "/yank"))


def unyank(client, name, number="1.0.0"):
    return client.put(path(name, number, "/unyank"))


def patch(client, name, number="1.0.0", **wish):
    return client.patch(path(name, number), {"version": wish})


EVERY_WAY = {"yank": yank, "unyank": unyank, "patch": lambda client, *words: patch(client, *words, yanked=True)}


@pytest.fixture(params=EVERY_WAY)
def way(request):
    return EVERY_WAY[request.param]


@pytest.fixture
def crate(alice, new_name):
    return publish(alice, new_name("yank"))


def actions(registry, name, number="1.0.0"):
    return [action["action"] for action in version(registry, name, number)["audit_actions"]]


def test_yank_and_undo(registry, alice, crate):
    answer = yank(alice.token, crate)
    assert (answer.status_code, answer.text) == (200, '{"ok":true}')
    assert registry.index(crate)[0]["yanked"] is True
    assert version(registry, crate)["yanked"] is True
    answer = unyank(alice.token, crate)
    assert (answer.status_code, answer.text) == (200, '{"ok":true}')
    assert registry.index(crate)[0]["yanked"] is False
    shown = version(registry, crate)
    assert shown["yanked"] is False and shown["yank_message"] is None
    assert [(a["action"], a["user"]["login"]) for a in shown["audit_actions"]] == \
        [("publish", "alice"), ("yank", "alice"), ("unyank", "alice")]
    assert shown["updated_at"] > shown["created_at"]
    assert registry.public(crate, "1.0.0").exists()


def test_only_the_version_that_is_named(registry, alice, crate):
    publish(alice, crate, "1.0.1", "1.1.0-a.1+b.2")
    assert yank(alice.token, crate, "1.1.0-a.1+b.2").status_code == 200
    assert [(line["vers"], line["yanked"]) for line in registry.index(crate)] == \
        [("1.0.0", False), ("1.0.1", False), ("1.1.0-a.1+b.2", True)]
    assert unyank(alice.token, crate, "1.1.0-a.1%2Bb.2").status_code == 200
    assert registry.index(crate)[2]["yanked"] is False
    refused(yank(alice.token, crate, "1.1.0-a.1"), 404, f"crate `{crate}` does not have a version `1.1.0-a.1`")


def test_nothing_to_do(registry, alice, crate):
    generation = "SELECT index_gen, index_stamp FROM crate_index WHERE name = '%s'" % crate
    before = registry.sql(generation)
    assert unyank(alice.token, crate).text == '{"ok":true}'
    answer = patch(alice.token, crate)
    assert answer.status_code == 200 and answer.json()["version"]["yanked"] is False
    assert actions(registry, crate) == ["publish"] and registry.sql(generation) == before
    yank(alice.token, crate)
    after = registry.sql(generation)
    assert after != before
    assert yank(alice.token, crate).text == '{"ok":true}'
    assert actions(registry, crate) == ["publish", "yank"] and registry.sql(generation) == after


def test_other_spelling_of_the_name(registry, alice, crate):
    spelled = crate.upper().replace("-", "_")
    assert yank(alice.token, spelled).status_code == 200
    assert registry.index(crate)[0]["yanked"] is True
    refused(yank(alice.token, spelled, "2.0.0"), 404, f"crate `{spelled}` does not have a version `2.0.0`")


def test_default_version(registry, alice, anon, crate):
    publish(alice, crate, "2.0.0", "3.0.0-rc.1")

    def default():
        shown = anon.get(f"/api/v1/crates/{crate}").json()["crate"]
        return shown["default_version"], shown["yanked"], shown["max_version"], shown["max_stable_version"]
    assert default() == ("2.0.0", False, "3.0.0-rc.1", "2.0.0")
    yank(alice.token, crate, "2.0.0")
    assert default() == ("1.0.0", False, "3.0.0-rc.1", "1.0.0")
    yank(alice.token, crate, "1.0.0")
    assert default() == ("3.0.0-rc.1", False, "3.0.0-rc.1", None)
    yank(alice.token, crate, "3.0.0-rc.1")
    assert default() == ("2.0.0", True, "0.0.0", None)
    unyank(alice.token, crate, "1.0.0")
    assert default() == ("1.0.0", False, "1.0.0", "1.0.0")


def test_patch(registry, alice, crate):
    answer = patch(alice.token, crate, yanked=True, yank_message="it eats «files»\n\0")
    assert answer.status_code == 200
    shown = answer.json()["version"]
    assert (shown["yanked"], shown["yank_message"]) == (True, "it eats «files»\n\0")
    assert [a["action"] for a in shown["audit_actions"]] == ["publish", "yank"]
    assert shown["updated_at"] == shown["created_at"]  # that of before the change
    assert version(registry, crate)["updated_at"] > shown["updated_at"]
    assert registry.index(crate)[0]["yanked"] is True
    # a message alone is an action too, and `yanked` stays
    answer = patch(alice.token, crate, yank_message="other words")
    assert answer.json()["version"]["yank_message"] == "other words"
    assert actions(registry, crate) == ["publish", "yank", "yank"]
    # an empty wish takes the message away
    assert patch(alice.token, crate).json()["version"]["yank_message"] is None
    assert actions(registry, crate) == ["publish", "yank", "yank", "yank"]
    answer = patch(alice.token, crate, yanked=None, yank_message=None)
    assert answer.json()["version"]["yanked"] is True
    assert patch(alice.token, crate, yanked=False).json()["version"]["yanked"] is False
    assert actions(registry, crate) == ["publish", "yank", "yank", "yank", "unyank"]
    assert registry.index(crate)[0]["yanked"] is False


def test_yank_takes_the_message_away(registry, alice, crate):
    patch(alice.token, crate, yanked=True, yank_message="why")
    assert yank(alice.token, crate).status_code == 200
    shown = version(registry, crate)
    assert (shown["yanked"], shown["yank_message"]) == (True, None)
    assert actions(registry, crate) == ["publish", "yank", "yank"]


def test_rules_of_the_message(registry, alice, anon, crate):
    refused(patch(alice.token, crate, yanked=False, yank_message="x"), 400, MESSAGE_WHEN_UNYANKING)
    refused(patch(alice.token, crate, yanked=False, yank_message=""), 400, MESSAGE_WHEN_UNYANKING)
    refused(patch(alice.token, crate, yank_message="x"), 400, MESSAGE_WITHOUT_YANK)
    # judged before anybody is asked who he is
    refused(patch(anon, crate, yanked=False, yank_message="x"), 400, MESSAGE_WHEN_UNYANKING)
    refused(patch(anon, crate, yank_message="x"), 400, MESSAGE_WITHOUT_YANK)
    refused(patch(anon, crate, yanked=True, yank_message="x" * 1001), 400, "a yank message has at most 1000 bytes")
    assert actions(registry, crate) == ["publish"]


@pytest.mark.parametrize("body,status,words", [
    (b"", 400, "Failed to parse the request body as JSON: EOF while parsing a value at line 1 column 0"),
    (b"{", 400, "Failed to parse the request body as JSON: ?: EOF while parsing an object at line 1 column 1"),
    (b"{}", 422, "Failed to deserialize the JSON body into the target type: missing field `version` at line 1 column 2"),
    (b'{"version":null}', 422, "Failed to deserialize the JSON body into the target type: version: invalid type: null"),
    (b'{"version":{"yanked":1}}', 422, "Failed to deserialize the JSON body into the target type: "
     "version.yanked: invalid type: integer `1`, expected a boolean at line 1 column 22"),
    (b'{"version":{"yank_message":[]}}', 422, "Failed to deserialize the JSON body into the target type: "
     "version.yank_message: invalid type: sequence, expected a string at line 1 column 27"),
    (b'{"version":{"yanked":true,"yanked":true}}', 422, "Failed to deserialize the JSON body into the target type: "
     "version: duplicate field `yanked`"),
    (b'{"version":{}} x', 400, "Failed to parse the request body as JSON: trailing characters at line 1 column 16"),
])
def test_bodies(alice, anon, crate, body, status, words):
    for client in (alice.token, anon):
        answer = client.patch(path(crate), body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status
        assert answer.json()["errors"][0]["detail"].startswith(words)
    answer = alice.token.patch(path(crate), body, headers={"Content-Type": "text/plain"})
    refused(answer, 415, "Expected request with `Content-Type: application/json`")


def test_body_as_a_list_of_its_fields(registry, alice, crate):
    """upstream: an object may be sent as an array."""
    answer = alice.token.patch(path(crate), [[True, "why"]])
    assert answer.status_code == 200 and answer.json()["version"]["yank_message"] == "why"


def test_path_comes_first(anon, way, crate):
    refused(way(anon, crate, "1.0"), 400, "Invalid URL: unexpected end of input while parsing minor version number")
    refused(way(anon, "1bad name", "x"), 400, "Invalid URL: unexpected character 'x' while parsing major version number")
    refused(way(anon, "no-such-crate", "1.0.0"), 404, "crate `no-such-crate` does not exist")
    refused(way(anon, "1bad%20name", "1.0.0"), 404, "crate `1bad name` does not exist")
    refused(way(anon, crate, "1.0.1"), 404, f"crate `{crate}` does not have a version `1.0.1`")
    answer = anon.patch(path(crate, "1.0"), b"{")  # the path before the body
    refused(answer, 400, "Invalid URL: unexpected end of input while parsing minor version number")
    answer = anon.patch(path("no-such-crate"), b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400 and "request body" in answer.text  # the body before the look-up


def test_who_may(registry, alice, bob, boss, anon, way, crate):
    refused(way(anon, crate), 403, NO_AUTH)
    refused(way(Client(registry.url, Authorization="Basic x"), crate), 401,
            "Invalid `Authorization` header: Found unexpected authentication scheme `Basic`")
    refused(way(Client(registry.url, Cookie=alice.cookie, Origin="https://elsewhere.example"), crate), 403,
            "invalid origin header")
    refused(way(bob.token, crate), 403, NO_OWNER)
    refused(way(bob.browser, crate), 403, NO_OWNER)
    assert actions(registry, crate) == ["publish"] and registry.index(crate)[0]["yanked"] is False
    for client in (alice.token, alice.browser, boss.token):
        assert way(client, crate).status_code == 200


def test_an_unverified_address_may_yank(registry, alice, new_name):
    """upstream asks for a verified address at a publish only."""
    name = publish(alice, new_name("yank"))
    dora = registry.user("dora")
    make_owner(registry, alice, dora, name)
    registry.sql("UPDATE emails SET verified = 0 WHERE email = 'dora@example.test'")
    assert yank(dora.token, name).status_code == 200


def test_second_owner_and_former_owner(registry, alice, bob, crate):
    make_owner(registry, alice, bob, crate)
    assert yank(bob.token, crate).status_code == 200
    assert version(registry, crate)["audit_actions"][-1]["user"]["login"] == "bob"
    alice.token.delete(f"/api/v1/crates/{crate}/owners", {"owners": ["bob"]})
    refused(unyank(bob.token, crate), 403, NO_OWNER)
    assert registry.index(crate)[0]["yanked"] is True


def test_invited_is_not_owner(alice, bob, crate):
    alice.token.put(f"/api/v1/crates/{crate}/owners", {"owners": ["bob"]})
    refused(yank(bob.token, crate), 403, NO_OWNER)


def test_scopes(registry, alice, way, crate):
    """The stored name counts, whatever the URL says."""
    for options, passes in (
            (["--scope", "yank"], True),
            (["--scope", "yank", "--crate", crate], True),
            (["--crate", crate[:3] + "*"], True),
            (["--scope", "publish-new", "--scope", "publish-update", "--scope", "change-owners"], False),
            (["--scope", "yank", "--crate", crate.upper()], False),
            (["--scope", "yank", "--crate", crate + "x"], False)):
        client = scoped(registry, "alice", *options)
        for spelled in (crate, crate.upper().replace("-", "_")):
            answer = way(client, spelled)
            if passes:
                assert answer.status_code == 200, options
            else:
                refused(answer, 403, NO_RIGHT)


def test_scope_before_rights(registry, alice, crate):
    refused(yank(scoped(registry, "bob", "--scope", "publish-new"), crate), 403, NO_RIGHT)


def test_trusted_publishing_tokens_cannot(registry, crate, way):
    refused(way(Client(registry.url, Authorization="cio_tp_" + "a" * 32), crate), 403, "authentication failed")


def test_the_number_stays_taken(alice, crate):
    yank(alice.token, crate)
    refused(alice.token.publish(Crate(crate)), 400, "crate version `1.0.0` is already uploaded")


def test_two_at_once(registry, alice, crate):
    """The last one wins, and the index says what the database says."""
    clients = [Client(registry.url, Authorization=alice.secret) for _ in range(8)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda i: (yank if i % 2 else unyank)(clients[i], crate), range(8)))
    assert [a.status_code for a in answers] == [200] * 8
    assert registry.index(crate)[0]["yanked"] is version(registry, crate)["yanked"]


def test_queries(registry, alice, crate):
    assert registry.queries(yank(alice.token, crate)) <= 24
    assert registry.queries(yank(alice.token, crate)) <= 5  # nothing to do
