"""Invitations to own a crate (contract/api.md 17): listed, accepted, declined, by number and by mailed token."""
import base64
import json

import pytest

from lib.registry import Client
from lib.steps import crate_id, invitation, publish, refused, scoped, user_id

MINE = "/api/v1/me/crate_owner_invitations"
NO_AUTH = "this action requires authentication"


@pytest.fixture
def guest(registry, new_name):
    """Somebody whose list is empty."""
    return registry.user(new_name("guest"))


@pytest.fixture
def crate(alice, new_name):
    return publish(alice, new_name("invite"))


def invite(alice, name, guest):
    answer = alice.token.put(f"/api/v1/crates/{name}/owners", {"owners": [guest.login]})
    assert answer.status_code == 200, answer.text


def token(registry, name, guest):
    return registry.sql("SELECT token FROM crate_owner_invitations WHERE "
                        f"crate_id = {crate_id(registry, name)} AND invited_user_id = {user_id(registry, guest.login)}")


def owners(registry, name):
    return sorted(u["login"] for u in registry.anonymous.get(f"/api/v1/crates/{name}/owners").json()["users"])


def expire(registry, name):
    registry.sql(f"UPDATE crate_owner_invitations SET expires_us = 1 WHERE crate_id = {crate_id(registry, name)}")


def expired(name):
    return (f"The invitation to become an owner of the {name} crate expired. Please reach out to an owner of the "
            "crate to request a new invitation.")


def unverified(name):
    return (f"You need to verify your email address before you can accept the invitation to become an owner of the "
            f"{name} crate.")


# ---- the list

def test_list(registry, alice, guest, crate):
    assert guest.browser.get(MINE).json() == {"crate_owner_invitations": [], "users": []}
    invite(alice, crate, guest)
    answer = guest.browser.get(MINE)
    body = answer.json()
    shown, = body["crate_owner_invitations"]
    assert list(body) == ["crate_owner_invitations", "users"]
    assert list(shown) == ["invitee_id", "inviter_id", "invited_by_username", "crate_name", "crate_id", "created_at",
                           "expires_at"]
    assert (shown["invitee_id"], shown["inviter_id"]) == (user_id(registry, guest.login), user_id(registry, "alice"))
    assert (shown["invited_by_username"], shown["crate_name"]) == ("alice", crate)
    assert shown["crate_id"] == crate_id(registry, crate)
    assert sorted(u["login"] for u in body["users"]) == ["alice", guest.login]
    assert answer.headers["Cache-Control"] == "no-store" and "ETag" not in answer.headers
    assert token(registry, crate, guest)[0][0] not in answer.text
    assert registry.queries(answer) <= 4


def test_pages(registry, alice, guest, new_name):
    names = [publish(alice, new_name("page")) for _ in range(3)]
    for name in names:
        invite(alice, name, guest)

    def shown(query):
        return [i["crate_name"] for i in guest.browser.get(MINE + query).json()["crate_owner_invitations"]]
    numbers = [crate_id(registry, name) for name in names]
    assert shown("?per_page=2") == names[:2]
    seek = base64.urlsafe_b64encode(json.dumps([numbers[1], user_id(registry, guest.login)],
                                               separators=(",", ":")).encode()).decode().rstrip("=")
    assert shown(f"?per_page=2&seek={seek}") == names[2:]
    # an invitation older than its 30 days is not shown any more
    registry.sql(f"UPDATE crate_owner_invitations SET created_us = 1 WHERE crate_id = {numbers[0]}")
    assert shown("") == names[1:]


@pytest.mark.parametrize("query,words", [
    ("page=1", "?page= is not supported for this request"),
    ("page=1&seek=x", "providing both ?page= and ?seek= is unsupported"),
    ("seek=x", "invalid seek parameter"),
    ("seek=", "invalid seek parameter"),
    ("seek=WzEsMl0=", "invalid seek parameter"),
    ("per_page=0", "Failed to deserialize query string: per_page: invalid value: integer `0`, expected a nonzero u32"),
    ("per_page=101", "cannot request more than 100 items"),
])
def test_bad_pages(guest, query, words):
    refused(guest.browser.get(f"{MINE}?{query}"), 400, words)


def test_who_may_list(registry, guest, anon):
    refused(anon.get(MINE), 403, NO_AUTH)
    refused(guest.token.get(MINE), 403, f"this action can only be performed on the {registry.site} website")


# ---- answering

def test_accept(registry, alice, guest, crate):
    invite(alice, crate, guest)
    answer = invitation(registry, guest, crate)
    assert (answer.status_code, answer.json()) == \
        (200, {"crate_owner_invitation": {"crate_id": crate_id(registry, crate), "accepted": True}})
    assert owners(registry, crate) == ["alice", guest.login]
    assert guest.browser.get(MINE).json()["crate_owner_invitations"] == []
    refused(invitation(registry, guest, crate), 404, "Not Found")
    row = registry.sql("SELECT created_by FROM crate_owners WHERE deleted = 0 AND "
                       f"crate_id = {crate_id(registry, crate)} AND owner_id = {user_id(registry, guest.login)}")
    assert row == [[str(user_id(registry, "alice"))]]


def test_decline(registry, alice, guest, crate):
    invite(alice, crate, guest)
    answer = invitation(registry, guest, crate, accepted=False)
    assert answer.json()["crate_owner_invitation"]["accepted"] is False
    assert owners(registry, crate) == ["alice"] and token(registry, crate, guest) == []
    refused(invitation(registry, guest, crate, accepted=False), 404, "Not Found")
    invite(alice, crate, guest)
    expire(registry, crate)
    assert invitation(registry, guest, crate, accepted=False).status_code == 200


def test_somebody_elses(registry, alice, bob, guest, crate):
    invite(alice, crate, guest)
    for accepted in (True, False):
        refused(invitation(registry, bob, crate, accepted), 404, "Not Found")
    assert owners(registry, crate) == ["alice"] and token(registry, crate, guest) != []


@pytest.mark.parametrize("path_id", ["0", "999999", "not-a-number", "%0A", "-1"])
def test_the_body_decides(registry, alice, guest, crate, path_id):
    """upstream: the path's number is not even read."""
    invite(alice, crate, guest)
    answer = guest.browser.put(f"{MINE}/{path_id}", {"crate_owner_invite": {"crate_id": crate_id(registry, crate),
                                                                           "accepted": True}})
    assert answer.status_code == 200 and guest.login in owners(registry, crate)


@pytest.mark.parametrize("number", [0, -1, 2**31 - 1, -2**31])
def test_no_such_crate(guest, number):
    for accepted in (True, False):
        refused(guest.browser.put(f"{MINE}/1", {"crate_owner_invite": {"crate_id": number, "accepted": accepted}}),
                404, "Not Found")


@pytest.mark.parametrize("body", [
    {}, {"crate_owner_invite": {}}, {"crate_owner_invite": {"crate_id": 1}}, {"crate_owner_invite": {"accepted": True}},
    {"crate_owner_invite": {"crate_id": 2**31, "accepted": True}}, {"crate_owner_invite": {"crate_id": 1.5, "accepted": True}},
    {"crate_owner_invite": {"crate_id": "1", "accepted": True}}, {"crate_owner_invite": {"crate_id": 1, "accepted": "yes"}},
    {"crate_owner_invite": None}, {"crate_owner_invite": [1]}, []])
def test_bodies(guest, anon, body):
    for client in (guest.browser, anon):  # before the credentials
        answer = client.put(f"{MINE}/1", body)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["detail"].startswith("Failed to deserialize the JSON body into the target type: ")


def test_ran_out(registry, alice, guest, crate):
    invite(alice, crate, guest)
    expire(registry, crate)
    secret = token(registry, crate, guest)[0][0]
    refused(invitation(registry, guest, crate), 410, expired(crate))
    refused(Client(registry.url).put(f"{MINE}/accept/{secret}"), 410, expired(crate))
    assert owners(registry, crate) == ["alice"]


def test_address_not_verified(registry, alice, carol, crate):
    invite(alice, crate, carol)
    secret = token(registry, crate, carol)[0][0]
    refused(invitation(registry, carol, crate), 403, unverified(crate))
    refused(Client(registry.url).put(f"{MINE}/accept/{secret}"), 403, unverified(crate))
    assert owners(registry, crate) == ["alice"]
    expire(registry, crate)  # the end comes before the address
    refused(invitation(registry, carol, crate), 410, expired(crate))
    assert invitation(registry, carol, crate, accepted=False).status_code == 200


def test_who_may_answer(registry, alice, guest, anon, crate):
    invite(alice, crate, guest)
    body = {"crate_owner_invite": {"crate_id": crate_id(registry, crate), "accepted": True}}
    refused(anon.put(f"{MINE}/1", body), 403, NO_AUTH)
    refused(scoped(registry, guest.login, "--scope", "change-owners").put(f"{MINE}/1", body), 403,
            "this token does not have the required permissions to perform this action")
    other = Client(registry.url, Cookie=guest.cookie, Origin="https://elsewhere.example")
    refused(other.put(f"{MINE}/1", body), 403, "invalid origin header")
    assert owners(registry, crate) == ["alice"]
    assert guest.token.put(f"{MINE}/1", body).status_code == 200


# ---- the mailed token

def test_token(registry, alice, guest, anon, crate):
    """It is the credential: nobody is signed in, and a lock does not matter."""
    invite(alice, crate, guest)
    secret = token(registry, crate, guest)[0][0]
    for wrong in (secret[:-1], secret + "a", secret.swapcase(), secret + "%01", secret + "%20"):
        refused(anon.put(f"{MINE}/accept/{wrong}"), 404, "Not Found")
    registry.ctl("user", "lock", guest.login, "--reason", "x")
    answer = anon.put(f"{MINE}/accept/{secret}")
    assert (answer.status_code, answer.json()) == \
        (200, {"crate_owner_invitation": {"crate_id": crate_id(registry, crate), "accepted": True}})
    assert owners(registry, crate) == ["alice", guest.login]
    refused(anon.put(f"{MINE}/accept/{secret}"), 404, "Not Found")


def test_token_is_not_in_the_log(registry, alice, guest, anon, crate):
    invite(alice, crate, guest)
    secret = token(registry, crate, guest)[0][0]
    registry.log_line(anon.put(f"{MINE}/accept/{secret}"))
    for path in registry.data.glob("log/cratehouse*"):
        assert secret.encode() not in path.read_bytes()


def test_crate_that_is_gone(registry, alice, guest, crate):
    """Invitations go with their crate."""
    invite(alice, crate, guest)
    number = crate_id(registry, crate)
    registry.ctl("crate", "delete", crate, "--yes", "--hours", "0")
    assert guest.browser.get(MINE).json()["crate_owner_invitations"] == []
    refused(guest.browser.put(f"{MINE}/1", {"crate_owner_invite": {"crate_id": number, "accepted": True}}), 404, "Not Found")
