"""GET /api/private/crate_owner_invitations (contract/api.md 17): of a crate for its owners, of a person for himself."""
import pytest

from lib.steps import crate_id, make_owner, publish, refused, user_id

LIST = "/api/private/crate_owner_invitations"
NO_AUTH = "this action requires authentication"


@pytest.fixture
def crate(alice, new_name):
    return publish(alice, new_name("inv"))


@pytest.fixture
def guests(registry, new_name):
    return [registry.user(new_name("guest")) for _ in range(5)]


def invite(owner, crate, *guests):
    for guest in guests:
        assert owner.token.put(f"/api/v1/crates/{crate}/owners", {"owners": [guest.login]}).status_code == 200


def again(owner, crate):
    """The second of two requests: once a minute one notes that the session is used."""
    return owner.browser.get(f"{LIST}?crate_name={crate}")


def walk(client, query):
    """All pages."""
    seen, users, link = [], [], f"?{query}"
    while link:
        answer = client.get(LIST + link)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        seen += body["invitations"]
        users.append([u["login"] for u in body["users"]])
        link = body["meta"]["next_page"]
    return seen, users


def test_of_a_crate(registry, alice, crate, guests):
    invite(alice, crate, *guests[:2])
    answer = alice.browser.get(f"{LIST}?crate_name={crate.upper()}")
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert list(body) == ["invitations", "users", "meta"] and body["meta"] == {"next_page": None}
    first = body["invitations"][0]
    assert list(first) == ["invitee_id", "inviter_id", "crate_id", "crate_name", "created_at", "expires_at"]
    assert (first["crate_id"], first["crate_name"]) == (crate_id(registry, crate), crate)
    assert (first["invitee_id"], first["inviter_id"]) == (user_id(registry, guests[0].login), user_id(registry, "alice"))
    assert sorted(u["login"] for u in body["users"]) == sorted(["alice", *(g.login for g in guests[:2])])
    assert [u["id"] for u in body["users"]] == sorted(u["id"] for u in body["users"])
    assert registry.queries(again(alice, crate)) == 5


def test_pages_of_a_crate(registry, alice, crate, guests):
    invite(alice, crate, *guests)
    numbers = sorted(user_id(registry, guest.login) for guest in guests)
    for size in (1, 2, 4, 5, 6):
        seen, users = walk(alice.browser, f"crate_name={crate}&per_page={size}")
        assert [i["invitee_id"] for i in seen] == numbers
        assert len(users) == -(-5 // size), "a full last page has no further one"
    link = alice.browser.get(f"{LIST}?per_page=2&crate_name={crate}").json()["meta"]["next_page"]
    assert link.startswith(f"?per_page=2&crate_name={crate}&seek=")


def test_of_a_person(registry, alice, bob, guests, new_name):
    guest = guests[0]
    crates = [publish(alice, new_name("inv")), publish(bob, new_name("inv")), publish(alice, new_name("inv"))]
    for crate, owner in zip(crates, (alice, bob, alice)):
        invite(owner, crate, guest)
    number = user_id(registry, guest.login)
    for size in (1, 2, 3, 10):
        seen, _ = walk(guest.browser, f"invitee_id={number}&per_page={size}")
        assert [i["crate_name"] for i in seen] == crates
    body = guest.browser.get(f"{LIST}?invitee_id={number}").json()
    assert {u["login"] for u in body["users"]} == {"alice", "bob", guest.login}
    # crate_name wins where both are given
    refused(guest.browser.get(f"{LIST}?invitee_id={number}&crate_name={crates[0]}"), 403,
            "only crate owners can query pending invitations for their crate")


def test_what_is_old_is_not_shown(registry, alice, crate, guests):
    invite(alice, crate, *guests[:2])
    registry.sql("UPDATE crate_owner_invitations SET created_us = created_us - 30 * 86400000000"
                 f" WHERE invited_user_id = {user_id(registry, guests[0].login)}")
    body = alice.browser.get(f"{LIST}?crate_name={crate}").json()
    assert [i["invitee_id"] for i in body["invitations"]] == [user_id(registry, guests[1].login)]


def test_empty(registry, alice, crate):
    answer = alice.browser.get(f"{LIST}?crate_name={crate}")
    assert answer.text == '{"invitations":[],"users":[],"meta":{"next_page":null}}'
    assert registry.queries(again(alice, crate)) == 4


def test_wrong_actors(registry, alice, bob, boss, anon, crate, guests):
    invite(alice, crate, guests[0])
    number = user_id(registry, guests[0].login)
    site = f"this action can only be performed on the {registry.site} website"
    for query in (f"crate_name={crate}", f"invitee_id={number}"):
        refused(anon.get(f"{LIST}?{query}"), 403, NO_AUTH)
        refused(alice.token.get(f"{LIST}?{query}"), 403, site)
    for user in (bob, boss, guests[0]):
        refused(user.browser.get(f"{LIST}?crate_name={crate}"), 403,
                "only crate owners can query pending invitations for their crate")
    for user in (alice, boss):
        refused(user.browser.get(f"{LIST}?invitee_id={number}"), 403,
                "only the invitee can query their pending invitations")
    make_owner(registry, alice, bob, crate)
    assert len(bob.browser.get(f"{LIST}?crate_name={crate}").json()["invitations"]) == 1


@pytest.mark.parametrize("query,status,words", [
    ("", 400, "missing or invalid filter"), ("page=1", 400, "missing or invalid filter"),
    ("crate_name=no-such-crate", 404, "Not Found"), ("crate_name=", 404, "Not Found"),
    ("crate_name=no-such-crate&page=1", 400, "?page= is not supported for this request"),
    ("crate_name=no-such-crate&per_page=101", 400, "cannot request more than 100 items"),
    ("crate_name=no-such-crate&seek=broken", 400, "invalid seek parameter"),
    ("invitee_id=x", 400, "Failed to deserialize query string: invitee_id: invalid digit found in string"),
    ("crate_name=a&crate_name=b", 400, "Failed to deserialize query string: duplicate field `crate_name`"),
    ("invitee_id=-1", 403, "only the invitee can query their pending invitations"),
])
def test_refused(alice, query, status, words):
    refused(alice.browser.get(f"{LIST}?{query}"), status, words)


def test_a_seek_of_another_crate(alice, crate, guests, new_name):
    """The key of a crate before it, and of one behind it."""
    other = publish(alice, new_name("inv"))
    for name in (crate, other):
        invite(alice, name, *guests[:3])
    seeks = [alice.browser.get(f"{LIST}?per_page=1&crate_name={name}").json()["meta"]["next_page"].split("seek=")[1]
             for name in (crate, other)]
    assert len(alice.browser.get(f"{LIST}?crate_name={other}&seek={seeks[0]}").json()["invitations"]) == 3
    assert alice.browser.get(f"{LIST}?crate_name={crate}&seek={seeks[1]}").json()["invitations"] == []
