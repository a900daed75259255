"""GET /me, mails about one's crates, the session's end, and the administrator's list (contract/api.md 22, 25, 29.2)."""
import json

import pytest

from lib.registry import Client
from lib.steps import crate_id, make_owner, publish, refused, scoped, user_id

NO_AUTH = "this action requires authentication"
NO_RIGHT = "this token does not have the required permissions to perform this action"
NOTIFY = "/api/v1/me/email_notifications"
SHAPE = "Failed to deserialize the JSON body into the target type: "


@pytest.fixture
def somebody(registry, new_name):
    return registry.user(new_name("somebody"))


# ---- GET /me

def test_me(registry, somebody, alice, new_name):
    answer = somebody.browser.get("/api/v1/me")
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert list(body) == ["user", "owned_crates"]
    created = body["user"].pop("created_at")
    assert created.endswith("Z")
    assert json.dumps(body["user"]) == json.dumps({
        "id": user_id(registry, somebody.login), "login": somebody.login, "email_verified": True,
        "email_verification_sent": True, "name": somebody.login.capitalize(), "email": f"{somebody.login}@example.test",
        "avatar": None, "url": f"https://github.com/{somebody.login}", "is_admin": False, "publish_notifications": True})
    assert body["owned_crates"] == []
    names = [publish(somebody, new_name(stem)) for stem in ("b-owned", "Z-owned", "a-owned")]
    shared = publish(alice, new_name("m-owned"))
    make_owner(registry, alice, somebody, shared)
    owned = somebody.browser.get("/api/v1/me").json()["owned_crates"]
    assert [c["name"] for c in owned] == sorted([*names, shared])
    assert owned[0] == {"id": crate_id(registry, owned[0]["name"]), "name": owned[0]["name"], "email_notifications": True}
    alice.token.delete(f"/api/v1/crates/{shared}/owners", {"owners": [somebody.login]})
    assert shared not in [c["name"] for c in somebody.browser.get("/api/v1/me").json()["owned_crates"]]


def test_me_of_others(carol, boss):
    """An address that is not verified; an administrator."""
    user = carol.browser.get("/api/v1/me").json()["user"]
    assert (user["email_verified"], user["email_verification_sent"]) == (False, True)
    assert boss.browser.get("/api/v1/me").json()["user"]["is_admin"] is True


def test_me_without_an_address(registry, somebody):
    registry.sql(f"DELETE FROM emails WHERE user_id = {user_id(registry, somebody.login)}")
    user = somebody.browser.get("/api/v1/me").json()["user"]
    assert (user["email"], user["email_verified"], user["email_verification_sent"]) == (None, False, False)


def test_me_is_for_the_site(registry, anon, alice):
    refused(anon.get("/api/v1/me"), 403, NO_AUTH)
    refused(alice.token.get("/api/v1/me"), 403, f"this action can only be performed on the {registry.site} website")
    refused(alice.browser.get("/api/v1/me", headers={"Origin": "https://elsewhere.example"}), 403,
            "invalid origin header")
    assert alice.browser.get("/api/v1/me", headers={"Origin": None}).status_code == 200


def test_queries(registry, alice):
    assert alice.browser.get("/api/v1/me").status_code == 200  # once a minute one notes that the session is used
    assert registry.queries(alice.browser.get("/api/v1/me")) == 3


# ---- PUT /me/email_notifications

def wants(registry, login):
    rows = registry.sql("SELECT c.name, o.email_notifications FROM crate_owners o JOIN crates c ON c.id = o.crate_id"
                        f" WHERE o.owner_kind = 0 AND o.owner_id = {user_id(registry, login)}")
    return {name: on == "1" for name, on in rows}


def test_notifications(registry, somebody, alice, new_name):
    mine, other, foreign = publish(somebody, new_name("mail")), publish(somebody, new_name("mail")), \
        publish(alice, new_name("mail"))
    body = [{"id": crate_id(registry, mine), "email_notifications": False},
            {"id": crate_id(registry, foreign), "email_notifications": False},
            {"id": -5, "email_notifications": False}, {"id": 2147483647, "email_notifications": True}]
    answer = somebody.browser.put(NOTIFY, body)
    assert (answer.status_code, answer.text) == (200, '{"ok":true}')
    assert wants(registry, somebody.login) == {mine: False, other: True}
    assert wants(registry, "alice")[foreign] is True
    owned = {c["name"]: c["email_notifications"] for c in somebody.browser.get("/api/v1/me").json()["owned_crates"]}
    assert owned == {mine: False, other: True}
    assert somebody.token.put(NOTIFY, [{"id": crate_id(registry, mine), "email_notifications": True}]).status_code == 200
    assert wants(registry, somebody.login) == {mine: True, other: True}
    assert somebody.browser.put(NOTIFY, []).text == '{"ok":true}'


@pytest.mark.parametrize("body,status,words", [
    ({}, 422, SHAPE + "invalid type: map, expected a sequence at line 1 column 0"),
    (["x"], 422, None),
    ([{}], 422, SHAPE + "[0]: missing field `id` at line 1 column 3"),
    ([{"id": 1}], 422, SHAPE + "[0]: missing field `email_notifications` at line 1 column 10"),
    ([{"id": 2147483648, "email_notifications": True}], 422, None),
    ([{"id": 1, "email_notifications": 1}], 422, None),
    (b"[", 400, None),
    (b"", 400, "Failed to parse the request body as JSON: EOF while parsing a value at line 1 column 0"),
])
def test_notifications_refused(somebody, anon, body, status, words):
    for client in (somebody.browser, anon):
        answer = client.put(NOTIFY, body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status, answer.text
        if words:
            refused(answer, status, words)


def test_notifications_wrong_actors(registry, anon, alice, somebody, new_name):
    mine = publish(somebody, new_name("mail"))
    body = [{"id": crate_id(registry, mine), "email_notifications": False}]
    refused(anon.put(NOTIFY, body), 403, NO_AUTH)
    refused(scoped(registry, somebody.login, "--scope", "publish-update").put(NOTIFY, body), 403, NO_RIGHT)
    refused(scoped(registry, somebody.login, "--crate", "*").put(NOTIFY, body), 403, NO_RIGHT)
    assert alice.browser.put(NOTIFY, body).status_code == 200
    assert wants(registry, somebody.login) == {mine: True}


# ---- DELETE /api/private/session

def test_sign_out(registry, somebody):
    other = registry.ctl("session", "create", somebody.login).strip()
    answer = somebody.browser.delete("/api/private/session")
    assert (answer.status_code, answer.text) == (200, '{"ok":true}')
    name = somebody.cookie.partition("=")[0]
    assert answer.headers["Set-Cookie"] == f"{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
    refused(somebody.browser.get("/api/v1/me"), 403, NO_AUTH)
    assert registry.queries(somebody.browser.delete("/api/private/session")) == 1
    assert Client(registry.url, Cookie=other).get("/api/v1/me").status_code == 200, "the other browser stays"
    assert registry.sql(f"SELECT COUNT(*) FROM sessions WHERE user_id = {user_id(registry, somebody.login)}") == [["1"]]


def test_sign_out_of_nobody(registry, anon):
    before = registry.sql("SELECT COUNT(*) FROM sessions")
    answer = anon.delete("/api/private/session")
    assert answer.text == '{"ok":true}' and "Max-Age=0" in answer.headers["Set-Cookie"]
    assert registry.queries(answer) == 0
    assert anon.delete("/api/private/session", headers={"Cookie": "cratehouse=" + "x" * 4000}).status_code == 200
    assert registry.sql("SELECT COUNT(*) FROM sessions") == before


# ---- GET /api/private/admin_list/{username}

def test_admin_list(registry, boss, alice, somebody, new_name):
    lib, app = publish(somebody, new_name("b-lib"), "1.0.0", "1.1.0"), publish(somebody, new_name("a-app"))
    for version in ("1.0.0", "1.0.1"):
        publish(alice, new_name("needs") if version == "1.0.0" else new_name("needs"), version,
                tables={"dependencies": {lib: "1"}})
    assert somebody.token.delete(f"/api/v1/crates/{app}/1.0.0/yank").status_code == 200
    number = crate_id(registry, lib)
    registry.sql(f"UPDATE crate_downloads SET downloads = 500 WHERE crate_id = {number}")
    registry.sql(f"UPDATE recent_crate_downloads SET downloads = 36 WHERE crate_id = {number}")
    answer = boss.browser.get(f"/api/private/admin_list/{somebody.login}")
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert list(body) == ["user_email", "user_email_verified", "crates"]
    assert body["user_email"] == f"{somebody.login}@example.test" and body["user_email_verified"] is True
    assert [c["name"] for c in body["crates"]] == [app, lib]
    assert list(body["crates"][1]) == ["name", "description", "updated_at", "downloads", "num_rev_deps", "num_versions",
                                       "yanked", "default_version_num", "crate_size", "bin_names"]
    shown = {key: body["crates"][1][key] for key in ("downloads", "num_rev_deps", "num_versions", "yanked",
                                                     "default_version_num", "bin_names")}
    assert shown == {"downloads": 536, "num_rev_deps": 2, "num_versions": 2, "yanked": False,
                     "default_version_num": "1.1.0", "bin_names": []}
    assert body["crates"][0]["yanked"] is True
    assert registry.queries(boss.browser.get(f"/api/private/admin_list/{somebody.login}")) == 3
    assert boss.token.get(f"/api/private/admin_list/{somebody.login}").json() == body
    for table in ("crate_downloads", "recent_crate_downloads"):  # other tests look at the most downloaded
        registry.sql(f"UPDATE {table} SET downloads = 0 WHERE crate_id = {number}")


def test_admin_list_wrong_actors(registry, boss, alice, anon, somebody):
    where = f"/api/private/admin_list/{somebody.login}"
    refused(anon.get(where), 403, NO_AUTH)
    refused(alice.browser.get(where), 403, "must be an admin to use this route")
    refused(alice.token.get(where), 403, "must be an admin to use this route")
    refused(scoped(registry, "boss", "--scope", "yank").get(where), 403, NO_RIGHT)
    refused(boss.browser.get(where.upper().replace("/API/PRIVATE/ADMIN_LIST", "/api/private/admin_list")), 404,
            "Not Found")
    refused(boss.browser.get("/api/private/admin_list/nobody-here"), 404, "Not Found")
