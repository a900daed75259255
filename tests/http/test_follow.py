"""Following crates, and what is new in them (contract/api.md 18 and 22)."""
import pytest

from lib.census import census, settled
from lib.steps import crate_id, publish, refused, scoped, user_id

NO_AUTH = "this action requires authentication"
NO_RIGHT = "this token does not have the required permissions to perform this action"
UPDATES = "/api/v1/me/updates"


def path(name, end="follow"):
    return f"/api/v1/crates/{name}/{end}"


@pytest.fixture
def reader(registry, new_name):
    """Somebody who follows nothing yet."""
    return registry.user(new_name("reader"))


@pytest.fixture
def crate(alice, new_name):
    return publish(alice, new_name("follow"))


def follows(registry, login):
    rows = registry.sql("SELECT c.name FROM follows f JOIN crates c ON c.id = f.crate_id"
                        f" WHERE f.user_id = {user_id(registry, login)} ORDER BY c.name")
    return [row[0] for row in rows]


def test_follow_and_stop(registry, reader, crate):
    for _ in range(2):  # both ways twice
        answer = reader.browser.put(path(crate))
        assert (answer.status_code, answer.text) == (200, '{"ok":true}')
        assert follows(registry, reader.login) == [crate]
    answer = reader.browser.get(path(crate, "following"))
    assert (answer.status_code, answer.text) == (200, '{"following":true}')
    assert answer.headers["Cache-Control"] == "no-store"
    for _ in range(2):
        answer = reader.browser.delete(path(crate))
        assert (answer.status_code, answer.text) == (200, '{"ok":true}')
        assert follows(registry, reader.login) == []
    assert reader.browser.get(path(crate, "following")).text == '{"following":false}'


def test_any_spelling_and_a_token_of_the_old_kind(registry, reader, crate):
    assert reader.token.put(path(crate.upper().replace("-", "_"))).status_code == 200
    assert follows(registry, reader.login) == [crate]
    assert reader.browser.get(path(crate.replace("-", "_"), "following")).json() == {"following": True}
    assert reader.token.delete(path(crate)).text == '{"ok":true}'


def test_only_one_s_own(registry, reader, alice, crate):
    reader.browser.put(path(crate))
    assert alice.browser.get(path(crate, "following")).json() == {"following": False}
    assert alice.browser.delete(path(crate)).status_code == 200
    assert follows(registry, reader.login) == [crate]


def test_wrong_actors(registry, anon, reader, crate):
    registry.ctl("user", "create", "follow-locked")
    cookie = registry.ctl("session", "create", "follow-locked").strip()
    registry.ctl("user", "lock", "follow-locked", "--reason", "rude")
    limited = [scoped(registry, reader.login, *options)
               for options in (["--scope", "yank"], ["--crate", "*"], ["--scope", "publish-new", "--crate", crate])]
    settled(registry)
    before = census(registry), follows(registry, reader.login)
    for ask in (lambda c, **more: c.put(path(crate), **more), lambda c, **more: c.delete(path(crate), **more)):
        refused(ask(anon), 403, NO_AUTH)
        refused(ask(anon, headers={"Cookie": cookie}), 403, "This account is indefinitely locked. Reason: rude")
        refused(ask(anon, headers={"Authorization": "cio" + "x" * 32}), 403, "authentication failed")
        refused(ask(reader.browser, headers={"Origin": "https://elsewhere.example"}), 403, "invalid origin header")
        for client in limited:
            refused(ask(client), 403, NO_RIGHT)
    site = f"this action can only be performed on the {registry.site} website"
    refused(reader.token.get(path(crate, "following")), 403, site)
    refused(anon.get(path(crate, "following")), 403, NO_AUTH)
    refused(limited[0].get(path(crate, "following")), 403, site)
    assert (census(registry), follows(registry, reader.login)) == before


@pytest.mark.parametrize("name,shown", [("no-such-crate", "no-such-crate"), ("1abc", "1abc"), ("%C3%A4", "ä"),
                                        ("a%20b", "a b"), ("x" * 65, "x" * 65)])
def test_no_such_crate(anon, reader, name, shown):
    words = f"crate `{shown}` does not exist"
    for client in (reader.browser, reader.token):
        refused(client.put(path(name)), 404, words)
        refused(client.delete(path(name)), 404, words)
    refused(reader.browser.get(path(name, "following")), 404, words)
    # What cannot be a name is not there whoever asks; what can be one is not told to strangers.
    answer = anon.put(path(name))
    assert answer.status_code == (403 if shown == "no-such-crate" else 404)


def test_updates(registry, alice, bob, reader, crate, new_name):
    other = publish(bob, new_name("news"), "0.1.0")
    publish(alice, crate, "1.1.0", "2.0.0")
    publish(bob, new_name("unfollowed"))
    for name in (crate, other):
        assert reader.browser.put(path(name)).status_code == 200
    assert alice.token.delete(f"/api/v1/crates/{crate}/1.1.0/yank").status_code == 200
    answer = reader.browser.get(UPDATES)
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert list(body) == ["versions", "meta"] and body["meta"] == {"more": False}
    assert [(v["crate"], v["num"], v["yanked"]) for v in body["versions"]] == [
        (crate, "2.0.0", False), (crate, "1.1.0", True), (other, "0.1.0", False), (crate, "1.0.0", False)]
    assert [a["action"] for a in body["versions"][1]["audit_actions"]] == ["publish", "yank"]
    assert body["versions"][2]["published_by"]["login"] == "bob"
    single = registry.anonymous.get(f"/api/v1/crates/{other}/0.1.0").json()["version"]
    assert body["versions"][2] == single
    nums = [v["id"] for v in body["versions"]]
    for size in (1, 3, 4, 100):
        seen = []
        for page in range(1, 6):
            got = reader.browser.get(f"{UPDATES}?per_page={size}&page={page}").json()
            seen += [v["id"] for v in got["versions"]]
            assert got["meta"]["more"] == (len(got["versions"]) == size)
        assert seen == nums[:5 * size]


def test_nothing_new(reader):
    assert reader.browser.get(UPDATES).text == '{"versions":[],"meta":{"more":false}}'
    assert reader.browser.get(UPDATES + "?page=4294967295&per_page=100").json()["versions"] == []


@pytest.mark.parametrize("query,words", [
    ("page=0", "Failed to deserialize query string: page: invalid value: integer `0`, expected a nonzero u32"),
    ("page=", "Failed to deserialize query string: page: cannot parse integer from empty string"),
    ("per_page=101", "cannot request more than 100 items"),
    ("seek=MQ", "?seek= is not supported for this request"),
    ("page=1&page=2", "Failed to deserialize query string: duplicate field `page`"),
])
def test_updates_refused(reader, anon, query, words):
    refused(reader.browser.get(f"{UPDATES}?{query}"), 400, words)
    refused(anon.get(f"{UPDATES}?{query}"), 403, NO_AUTH)


def test_updates_are_for_the_site(registry, anon, reader):
    refused(anon.get(UPDATES), 403, NO_AUTH)
    refused(reader.token.get(UPDATES), 403, f"this action can only be performed on the {registry.site} website")


def test_queries(registry, reader, alice, crate):
    for ask, most in ((lambda: reader.browser.put(path(crate)), 3), (lambda: reader.browser.delete(path(crate)), 3),
                      (lambda: reader.browser.get(path(crate, "following")), 3),
                      (lambda: reader.browser.get(UPDATES), 2)):
        assert registry.queries(ask()) == most
    publish(alice, crate, *[f"3.0.{n}" for n in range(8)])
    reader.browser.put(path(crate))
    assert registry.queries(reader.browser.get(UPDATES)) == 5
    assert crate_id(registry, crate)
