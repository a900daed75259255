"""One's own address and notifications (contract/api.md 21): changing, asking for another letter, confirming."""
import concurrent.futures

import pytest

from lib.steps import refused, scoped, user_id

NO_AUTH = "this action requires authentication"
NO_RIGHT = "this token does not have the required permissions to perform this action"
NOT_ME = "current user does not match requested user"
SHAPE = "Failed to deserialize the JSON body into the target type: "


class Me:
    def __init__(self, registry, user):
        self.registry, self.user, self.number = registry, user, user_id(registry, user.login)

    def put(self, client=None, **wish):
        return (client or self.user.browser).put(f"/api/v1/users/{self.number}", {"user": wish})

    def resend(self, client=None):
        return (client or self.user.browser).put(f"/api/v1/users/{self.number}/resend")

    def stored(self):
        return self.registry.sql("SELECT u.publish_notifications, e.email, e.verified, e.token, e.token_generated_us"
                                 f" FROM users u LEFT JOIN emails e ON e.user_id = u.id WHERE u.id = {self.number}")[0]

    @property
    def token(self):
        return self.stored()[3]

    def shown(self):
        return self.user.browser.get("/api/v1/me").json()["user"]


@pytest.fixture
def me(registry, new_name):
    return Me(registry, registry.user(new_name("person")))


def test_a_new_address_is_not_verified(registry, me, anon):
    old = me.token
    answer = me.put(email="new@example.test")
    assert (answer.status_code, answer.text) == (200, '{"ok":true}')
    token = me.token
    assert token != old and len(token) == 26 and token.isalnum()
    user = me.shown()
    assert (user["email"], user["email_verified"], user["email_verification_sent"]) == ("new@example.test", False, True)
    refused(anon.put(f"/api/v1/confirm/{old}"), 400, "Email belonging to token not found.")
    answer = anon.put(f"/api/v1/confirm/{token}")
    assert (answer.status_code, answer.text) == (200, '{"ok":true}')
    assert me.shown()["email_verified"] is True
    assert anon.put(f"/api/v1/confirm/{token}").status_code == 200, "the link stays good"


def test_the_same_address_again(me, anon):
    """upstream: it has to be verified again, by the same link"""
    token = me.token
    assert me.put(email=me.shown()["email"]).status_code == 200
    assert me.shown()["email_verified"] is False and me.token == token
    assert anon.put(f"/api/v1/confirm/{token}").status_code == 200
    assert me.shown()["email_verified"] is True


def test_the_first_address(registry, me):
    registry.sql(f"DELETE FROM emails WHERE user_id = {me.number}")
    refused(me.resend(), 400, "Email could not be found")
    assert me.put(email="  first@example.test\t").status_code == 200
    assert me.shown()["email"] == "first@example.test" and len(me.token) == 26


def test_the_first_address_from_eight_at_once(registry, me):
    for _ in range(3):
        registry.sql(f"DELETE FROM emails WHERE user_id = {me.number}")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda n: me.put(email=f"one{n}@example.test"), range(8)))
        assert {a.status_code for a in answers} == {200}
        assert me.shown()["email"].startswith("one") and len(me.token) == 26


def test_notifications(me):
    assert me.put(publish_notifications=False).status_code == 200
    assert me.shown()["publish_notifications"] is False and me.shown()["email_verified"] is True
    assert me.put(me.user.token, publish_notifications=True).status_code == 200
    assert me.shown()["publish_notifications"] is True
    # upstream: the switch stays where it was put, although the address is refused
    refused(me.put(publish_notifications=False, email="nonsense"), 400, "invalid email address")
    assert me.shown()["publish_notifications"] is False


def test_nothing_to_change(me):
    before = me.stored()
    assert me.put().text == '{"ok":true}'
    assert me.put(email=None, publish_notifications=None).text == '{"ok":true}'
    assert me.stored() == before


@pytest.mark.parametrize("email,words", [
    ("", "empty email rejected"), (" \t\n", "empty email rejected"),
    ("not-an-address", "invalid email address"), ("a b@example.test", "invalid email address"),
    ("a@b@c", "invalid email address"), ("@example.test", "invalid email address"), ("a@", "invalid email address"),
    ("a@example.test\r\nBcc: b@example.test", "invalid email address"), ("a\0b@example.test", "invalid email address"),
    ("x" * 65 + "@example.test", "invalid email address"), ("x@" + "y" * 100_000, "invalid email address"),
    ("<a@example.test>", "invalid email address"),
], ids=range(12))
def test_bad_addresses(me, email, words):
    before = me.stored()
    refused(me.put(email=email), 400, words)
    assert me.stored() == before


@pytest.mark.parametrize("body,status,words", [
    (b"{}", 422, SHAPE + "missing field `user` at line 1 column 2"),
    (b'{"user":1}', 422, None), (b'{"user":{"email":1}}', 422, None),
    (b'{"user":{"publish_notifications":"no"}}', 422, None),
    (b"", 400, None), (b'{"user":{}}x', 400, None),
])
def test_bad_bodies(me, anon, body, status, words):
    for client in (me.user.browser, anon):
        answer = client.put(f"/api/v1/users/{me.number}", body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status, answer.text
        if words:
            refused(answer, status, words)


def test_wrong_actors(registry, me, alice, boss, anon):
    before = me.stored()
    limited = [scoped(registry, me.user.login, *options) for options in (["--scope", "yank"], ["--crate", "*"])]
    for ask in (lambda client: me.put(client, email="evil@example.test", publish_notifications=False), me.resend):
        refused(ask(anon), 403, NO_AUTH)
        for client in (alice.browser, alice.token, boss.browser):
            refused(ask(client), 400, NOT_ME)
        for client in limited:
            refused(ask(client), 403, NO_RIGHT)
    answer = me.user.browser.put(f"/api/v1/users/{me.number}", {"user": {"email": "evil@example.test"}},
                                 headers={"Origin": "https://elsewhere.example"})
    refused(answer, 403, "invalid origin header")
    assert me.stored() == before


@pytest.mark.parametrize("number", ["x", "2147483648", "-2147483649", "alice"])
def test_ids(me, anon, number):
    words = f"Invalid URL: Cannot parse `{number}` to a `i32`"
    for client in (me.user.browser, anon):
        refused(client.put(f"/api/v1/users/{number}/resend"), 400, words)
    for client in (me.user.browser, anon):  # the path is judged before the body
        refused(client.put(f"/api/v1/users/{number}", {"user": {}}), 400, words)
        refused(client.put(f"/api/v1/users/{number}", b"{", headers={"Content-Type": "text/plain"}), 400, words)
    for number in ("0", "-1", "2147483647"):
        refused(me.user.browser.put(f"/api/v1/users/{number}/resend"), 400, NOT_ME)


def test_resend(me, anon):
    before = me.stored()
    answer = me.resend()
    assert (answer.status_code, answer.text) == (200, '{"ok":true}')
    after = me.stored()
    assert after[3] != before[3] and len(after[3]) == 26 and int(after[4]) > int(before[4])
    assert after[:3] == before[:3], "what was verified stays so"
    assert me.resend(me.user.token).status_code == 200
    refused(anon.put(f"/api/v1/confirm/{before[3]}"), 400, "Email belonging to token not found.")


@pytest.mark.parametrize("token", ["nonsense", "x" * 26, "x" * 2000, "%C3%A4", "'--"])
def test_confirm_wrong_token(registry, anon, token):
    before = registry.sql("CHECKSUM TABLE emails")
    refused(anon.put(f"/api/v1/confirm/{token}"), 400, "Email belonging to token not found.")
    assert registry.sql("CHECKSUM TABLE emails") == before


def test_confirm_is_for_whoever_has_the_link(registry, me, alice):
    """Signed in as somebody else, or locked: the link alone counts."""
    me.put(email="other@example.test")
    registry.ctl("user", "lock", me.user.login, "--reason", "x")
    assert alice.browser.put(f"/api/v1/confirm/{me.token}").status_code == 200
    assert me.stored()[2] == "1"


def test_queries(registry, me, anon):
    assert registry.queries(me.put(email="a@example.test", publish_notifications=False)) == 7
    assert registry.queries(me.put()) == 1
    assert registry.queries(me.resend()) == 4
    assert registry.queries(anon.put(f"/api/v1/confirm/{me.token}")) == 1
