"""Owners of a crate: reading, inviting, removing (contract/api.md 16), in the contract's order and words."""
import pytest

from lib.registry import Client
from lib.steps import crate_id, make_owner, publish, refused, scoped, user_id

NO_OWNER = "only owners have permission to modify owners"
NO_AUTH = "this action requires authentication"
NO_RIGHT = "this token does not have the required permissions to perform this action"
LAST = ("cannot remove all individual owners of a crate. Team member don't have permission to modify owners, "
        "so at least one individual owner is required.")
SHAPE = "Failed to deserialize the JSON body into the target type: "
SYNTAX = "Failed to parse the request body as JSON: "


def path(name, end="owners"):
    return f"/api/v1/crates/{name}/{end}"


def add(client, name, *logins):
    return client.put(path(name), {"owners": list(logins)})


def remove(client, name, *logins):
    return client.delete(path(name), {"owners": list(logins)})


@pytest.fixture(params=["add", "remove"])
def change(request):
    return {"add": add, "remove": remove}[request.param]


@pytest.fixture
def crate(alice, new_name):
    return publish(alice, new_name("own"))


def owners(registry, name):
    """In the order of the alphabet: the answer's is that of the accounts' numbers."""
    return sorted(owner["login"] for owner in registry.anonymous.get(path(name)).json()["users"])


def invited(registry, name):
    rows = registry.sql("SELECT u.username FROM crate_owner_invitations i JOIN users u ON u.id = i.invited_user_id"
                        f" WHERE i.crate_id = {crate_id(registry, name)} ORDER BY u.id")
    return [row[0] for row in rows]


# ---- reading

def test_lists(registry, alice, bob, anon, crate):
    make_owner(registry, alice, bob, crate)
    answer = anon.get(path(crate))
    both = answer.json()["users"]
    assert list(answer.json()) == ["users"] and [u["id"] for u in both] == sorted(u["id"] for u in both)
    first, second = sorted(both, key=lambda u: u["login"])
    assert first == {"id": user_id(registry, "alice"), "login": "alice", "kind": "user", "url": "https://github.com/alice",
                     "name": "Alice", "avatar": None, "github_username_matches": False}
    assert list(first) == ["id", "login", "kind", "url", "name", "avatar", "github_username_matches"]
    assert second["login"] == "bob"
    assert anon.get(path(crate, "owner_user")).text == answer.text
    assert anon.get(path(crate, "owner_team")).text == '{"teams":[]}'
    for end in ("owners", "owner_user", "owner_team"):
        assert anon.get(path(crate.upper().replace("-", "_"), end)).status_code == 200
        refused(anon.get(path("no-such-crate", end)), 404, "crate `no-such-crate` does not exist")
        refused(anon.get(path("%C3%A4%22", end)), 404, 'crate `ä"` does not exist')


def test_teams(registry, alice, anon, crate):
    number = crate_id(registry, crate)
    registry.sql("INSERT INTO teams (id, login, github_id, org_id, name, avatar) VALUES "
                 "(900, 'github:rust-lang:core', 900, 1, 'Core', 'https://example.test/a.png')")
    registry.sql("INSERT INTO crate_owners (crate_id, owner_id, owner_kind, created_us, updated_us) VALUES "
                 f"({number}, 900, 1, 1, 1)")
    team = {"id": 900, "login": "github:rust-lang:core", "kind": "team", "url": "https://github.com/rust-lang",
            "name": "Core", "avatar": "https://example.test/a.png"}
    assert anon.get(path(crate, "owner_team")).json() == {"teams": [team]}
    assert anon.get(path(crate)).json()["users"][-1] == team
    assert len(anon.get(path(crate, "owner_user")).json()["users"]) == 1
    refused(add(alice.token, crate, "GitHub:Rust-Lang:Core"), 400, "`GitHub:Rust-Lang:Core` is already an owner")
    refused(remove(alice.token, crate, "alice"), 400, LAST)  # a team is not enough
    answer = remove(alice.token, crate, "github:rust-lang:core")
    assert answer.json() == {"msg": "owners successfully removed", "ok": True}
    assert anon.get(path(crate, "owner_team")).json() == {"teams": []}


def test_linked_accounts(registry, alice, anon, crate):
    """The avatar is the linked account's; a name that is the same there shows so."""
    registry.user("Linked")
    number = user_id(registry, "Linked")
    registry.sql("INSERT INTO oauth_github (account_id, user_id, login, avatar, encrypted_token, last_sync_us) VALUES "
                 f"(77, {number}, 'Linked', 'https://example.test/l.png', '', 1)")
    registry.sql("INSERT INTO crate_owners (crate_id, owner_id, owner_kind, created_us, updated_us) VALUES "
                 f"({crate_id(registry, crate)}, {number}, 0, 1, 1)")
    shown = anon.get(path(crate)).json()["users"][-1]
    assert shown["avatar"] == "https://example.test/l.png" and shown["github_username_matches"] is True
    registry.sql("UPDATE oauth_github SET login = 'linked' WHERE account_id = 77")
    assert anon.get(path(crate)).json()["users"][-1]["github_username_matches"] is False


def test_queries(registry, alice, anon, crate):
    for end in ("owners", "owner_user", "owner_team"):
        assert registry.queries(anon.get(path(crate, end))) == 2


# ---- the order of the checks

@pytest.mark.parametrize("body,status,words", [
    (b"", 400, SYNTAX + "EOF while parsing a value at line 1 column 0"),
    (b"{}", 422, SHAPE + "missing field `owners` at line 1 column 2"),
    (b'{"owners":"foo"}', 422, SHAPE + 'owners: invalid type: string "foo", expected a sequence at line 1 column 15'),
    (b'{"owners":null}', 422, SHAPE + "owners: invalid type: null, expected a sequence at line 1 column 14"),
    (b'{"owners":[1]}', 422, SHAPE + "owners[0]: invalid type: integer `1`, expected a string at line 1 column 12"),
    (b'{"owners":["a"],"owners":["a"]}', 422, SHAPE + "duplicate field `owners`"),
    (b'{"owners":["a"],"users":["a"]}', 422, SHAPE + "duplicate field `owners`"),
    (b'{"owners":["a"]} x', 400, SYNTAX + "trailing characters at line 1 column 18"),
])
def test_bodies(alice, anon, crate, body, status, words):
    for client in (alice.token, anon):
        for method in ("PUT", "DELETE"):
            answer = client.request(method, path(crate), body, headers={"Content-Type": "application/json"})
            assert answer.status_code == status
            assert answer.json()["errors"][0]["detail"].startswith(words)


@pytest.mark.parametrize("kind", [None, "", "text/plain", "application/jsonx", "text/json", "application/x+jsonp"])
def test_content_type(anon, crate, kind):
    for method in ("PUT", "DELETE"):
        answer = anon.request(method, path(crate), b'{"owners":[]}', headers={"Content-Type": kind})
        refused(answer, 415, "Expected request with `Content-Type: application/json`")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.x+json"])
def test_content_types_that_are_json(anon, crate, kind):
    refused(anon.put(path(crate), b'{"owners":[]}', headers={"Content-Type": kind}), 403, NO_AUTH)


def test_order(registry, alice, bob, anon, change, crate):
    many = [f"user-{i}" for i in range(11)]
    refused(change(anon, "no-such-crate", *many), 400, "too many invites for this request - maximum 10")
    refused(change(anon, "no-such-crate", "x"), 403, NO_AUTH)
    refused(change(scoped(registry, "bob", "--scope", "yank"), "no-such-crate", "x"), 403, NO_RIGHT)
    refused(change(bob.token, "no-such-crate", "x"), 404, "crate `no-such-crate` does not exist")
    refused(change(bob.token, crate, "no-such-user"), 403, NO_OWNER)
    refused(change(bob.token, crate), 403, NO_OWNER)
    assert owners(registry, crate) == ["alice"] and invited(registry, crate) == []


def test_an_administrator_is_no_owner(boss, change, crate):
    refused(change(boss.token, crate, "bob"), 403, NO_OWNER)


def test_scope_is_of_the_name_as_given(registry, alice, change, crate):
    """upstream: judged before the crate is looked up."""
    client = scoped(registry, "alice", "--scope", "change-owners", "--crate", crate)
    other = crate.replace("-", "_")
    refused(change(client, other), 403, NO_RIGHT)
    client = scoped(registry, "alice", "--crate", other)
    refused(change(client, crate), 403, NO_RIGHT)
    assert add(client, other).status_code == 200


# ---- inviting

def test_invite(registry, alice, bob, crate):
    answer = add(alice.token, crate, "BOB")
    assert (answer.status_code, answer.text) == \
        (200, f'{{"msg":"user bob has been invited to be an owner of crate {crate}","ok":true}}')
    assert owners(registry, crate) == ["alice"] and invited(registry, crate) == ["bob"]
    answer = alice.token.put(path(crate), {"users": ["bob", "boss"]})
    assert answer.json()["msg"] == (f"user bob already has a pending invitation to be an owner of crate {crate},"
                                    f"user boss has been invited to be an owner of crate {crate}")
    row = registry.sql("SELECT LENGTH(token), (expires_us - created_us) DIV 86400000000 FROM crate_owner_invitations"
                       f" WHERE crate_id = {crate_id(registry, crate)}")
    assert row == [["26", "30"]] * 2


@pytest.fixture(scope="module", autouse=True)
def people(alice, bob, carol, boss):
    """Whom the tests invite."""


def test_nobody_to_invite(alice, change, crate):
    answer = change(alice.token, crate)
    assert answer.json() == {"msg": "" if change is add else "owners successfully removed", "ok": True}


@pytest.mark.parametrize("login,words", [
    ("alice", "`alice` is already an owner"),
    ("ALICE", "`ALICE` is already an owner"),
    ("no-such-user", "could not find user with login `no-such-user`"),
    ("", "could not find user with login ``"),
    ("bob ", "could not find user with login `bob `"),
    ("b%b", "could not find user with login `b%b`"),
    ("bob\0", "could not find user with login `bob\0`"),
    ("ü😀", "could not find user with login `ü😀`"),
    ("x" * 100_000, f"could not find user with login `{'x' * 100_000}`"),
    ("gitlab:a:b", "unknown organization handler, only 'github:org:team' is supported"),
    ("GitHub:a:b", "unknown organization handler, only 'github:org:team' is supported"),
    (":a:b", "unknown organization handler, only 'github:org:team' is supported"),
    ("github:a", "missing github team argument; format is github:org:team"),
    ("github:a/b:c", "organization cannot contain special characters like /"),
    ("github:aä:c", "organization cannot contain special characters like ä"),
    ("github:a:b", "Cannot add a GitHub team as an owner without a connected GitHub account"),
    ("github:a:b:c", "Cannot add a GitHub team as an owner without a connected GitHub account"),
])
def test_whom_one_cannot_invite(registry, alice, crate, login, words):
    refused(add(alice.token, crate, login), 400, words)
    # all or nothing: whoever stands before the bad one is not invited either
    refused(add(alice.token, crate, "bob", "boss", login, "carol"), 400, words)
    assert invited(registry, crate) == [] and owners(registry, crate) == ["alice"]


def test_ten_at_once(registry, alice, crate):
    answer = add(alice.token, crate, *["bob"] * 10)
    said = answer.json()["msg"].split(",")
    assert len(said) == 10 and said[0].endswith(f"has been invited to be an owner of crate {crate}")
    assert set(said[1:]) == {f"user bob already has a pending invitation to be an owner of crate {crate}"}
    assert invited(registry, crate) == ["bob"]


def test_an_invitation_that_ran_out_is_made_anew(registry, alice, crate):
    add(alice.token, crate, "bob")
    where = f"crate_id = {crate_id(registry, crate)}"
    before = registry.sql(f"SELECT token FROM crate_owner_invitations WHERE {where}")
    registry.sql(f"UPDATE crate_owner_invitations SET expires_us = 1 WHERE {where}")
    assert add(alice.token, crate, "bob").json()["msg"] == f"user bob has been invited to be an owner of crate {crate}"
    assert registry.sql(f"SELECT token FROM crate_owner_invitations WHERE {where}") != before


def test_accounts_that_are_gone(registry, alice, crate):
    """Of several accounts with one login the highest number at GitHub counts; -1 is an account that is gone."""
    registry.user("gone")
    registry.sql("UPDATE users SET gh_id = -1 WHERE username = 'gone'")
    refused(add(alice.token, crate, "gone"), 400, "could not find user with login `gone`")
    registry.ctl("user", "create", "twin-1", "--github-id", "5")
    registry.ctl("user", "create", "twin-2", "--github-id", "9")
    registry.ctl("user", "create", "twin-3", "--github-id", "7")
    registry.sql("UPDATE users SET gh_login = 'Twin', gh_login_lower = 'twin' WHERE username LIKE 'twin-_'")
    assert add(alice.token, crate, "tWIN").json()["msg"] == f"user Twin has been invited to be an owner of crate {crate}"
    assert invited(registry, crate) == ["twin-2"]


# ---- removing

def test_remove(registry, alice, bob, boss, crate):
    for guest in (bob, boss):
        make_owner(registry, alice, guest, crate)
    answer = alice.token.delete(path(crate), {"users": ["BOB", "boss"]})
    assert (answer.status_code, answer.text) == (200, '{"msg":"owners successfully removed","ok":true}')
    assert owners(registry, crate) == ["alice"]
    refused(remove(alice.token, crate, "bob"), 400, "could not find owner with login `bob`")


def test_all_or_nothing(registry, alice, bob, crate):
    make_owner(registry, alice, bob, crate)
    refused(remove(alice.token, crate, "bob", "carol"), 400, "could not find owner with login `carol`")
    assert owners(registry, crate) == ["alice", "bob"]
    refused(remove(alice.token, crate, "bob", "alice"), 400, LAST)
    assert owners(registry, crate) == ["alice", "bob"]


def test_the_last_one_stays(registry, alice, crate):
    refused(remove(alice.token, crate, "alice"), 400, LAST)
    assert owners(registry, crate) == ["alice"]


def test_one_may_remove_oneself(registry, alice, bob, crate):
    make_owner(registry, alice, bob, crate)
    assert remove(alice.token, crate, "alice").status_code == 200
    assert owners(registry, crate) == ["bob"]
    refused(add(alice.token, crate, "alice"), 403, NO_OWNER)


def test_a_pending_invitation_is_no_owner(alice, crate):
    add(alice.token, crate, "bob")
    refused(remove(alice.token, crate, "bob"), 400, "could not find owner with login `bob`")


def test_again(registry, alice, bob, crate):
    """Removed and invited again: one row, as good as new."""
    for _ in range(2):
        make_owner(registry, alice, bob, crate)
        assert owners(registry, crate) == ["alice", "bob"]
        assert remove(alice.token, crate, "bob").status_code == 200
    make_owner(registry, alice, bob, crate)
    assert registry.sql("SELECT COUNT(*) FROM crate_owners WHERE "
                        f"crate_id = {crate_id(registry, crate)}") == [["2"]]


def test_by_browser(registry, alice, crate):
    assert add(alice.browser, crate, "bob").status_code == 200
    other = Client(registry.url, Cookie=alice.cookie, Origin="https://elsewhere.example")
    refused(add(other, crate, "boss"), 403, "invalid origin header")
    assert invited(registry, crate) == ["bob"]
