"""Dashboard, following, invitations, and the links of letters: contract/web.md P44, P49 to P52; W125 to W133."""
import feedparser
import pytest

from lib.page import Visitor
from lib.steps import crate_id, publish


@pytest.fixture
def user(registry, new_name):
    return registry.user(new_name("guest"))


@pytest.fixture
def visitor(user):
    return Visitor(user.browser)


@pytest.mark.parametrize("path", ["/dashboard", "/me/following", "/me/pending-invites"])
def test_somebody_must_be_signed_in(anon, path):
    assert Visitor(anon).get(path).status_code == 401


def test_dashboard(registry, alice, user, visitor, new_name):
    page = visitor.get("/dashboard").page
    assert page.h1 == f"Dashboard of {user.login}" and "You own no crates yet." in page.text and "You follow no crates yet." in page.text
    followed = publish(alice, new_name("followed"), *(f"1.0.{n}" for n in range(11)))
    own = publish(user, new_name("own"))
    assert user.browser.put(f"/api/v1/crates/{followed}/follow").status_code == 200
    answer = visitor.get("/dashboard")
    page = answer.page
    assert page.has_link(f"/crates/{own}") and page.has_link(f"/crates/{followed}/1.0.10") and not page.has_link(f"/crates/{followed}/1.0.0")
    assert registry.queries(answer) <= 5
    page = visitor.get("/dashboard" + page.link("Older")).page
    assert page.has_link(f"/crates/{followed}/1.0.0")
    assert visitor.get("/dashboard?older=x").status_code == 400
    page = visitor.get("/me/following").page
    assert page.has_link(f"/crates/{followed}") and not page.has_link(f"/crates/{own}")


def test_what_there_is_to_do(registry, user, visitor, new_name):
    whole = {"repository": "https://github.com/a/b", "keywords": ["one"], "categories": ["science"]}
    bare, full, hurt, healed = (new_name(kind) for kind in ("bare", "full", "hurt", "healed"))
    publish(user, bare, package={"keywords": ["one"]})
    for name in (full, hurt, healed):
        publish(user, name, "1.0.0", package=whole)
    for number, (name, patched, withdrawn) in enumerate(((hurt, '[">=1.0.1"]', "NULL"), (healed, '[">=1.0.0"]', "NULL"), (full, "[]", "1"))):
        registry.sql("INSERT INTO advisories (id, crate, title, description, patched, unaffected, aliases, published_us, withdrawn_us) VALUES "
                     f"('DUE-{name}-{number}', '{name.replace('-', '_')}', 'x', '', '{patched}', '[]', '[]', 1, {withdrawn})")
    for name, days in (("ends-soon", 3), ("ends-late", 30)):
        registry.ctl("token", "create", user.login, name, "--expires", f"{days}d")
    answer = visitor.get("/dashboard")
    text = answer.page.text
    assert f"The manifest of {bare} 1.0.0 says nothing of: repository, categories" in text and f"manifest of {full}" not in text
    assert f"{hurt} 1.0.0 is affected by DUE-{hurt}-0" in text and answer.page.has_link(f"/crates/{hurt}/security")
    assert "DUE-" + healed not in text and "DUE-" + full not in text
    assert "The API token ends-soon ends in" in text and "ends-late" not in text
    registry.sql("DELETE FROM advisories WHERE id LIKE 'DUE-%'")


def invite(alice, user, name):
    assert alice.token.put(f"/api/v1/crates/{name}/owners", {"owners": [user.login]}).status_code == 200


def test_invitations_are_answered(registry, alice, user, visitor, new_name):
    assert "Nobody has invited you" in visitor.get("/me/pending-invites").page.text
    names = [publish(alice, new_name("shared")) for _ in range(2)]
    for name in names:
        invite(alice, user, name)
    page = visitor.get("/me/pending-invites").page
    assert all(name in page.text for name in names) and "alice invited you" in page.text
    assert "2 invitations" in visitor.get("/dashboard").page.text
    for name, answer, words in ((names[0], "accept", "You are an owner of"), (names[1], "decline", "You declined to own")):
        form = visitor.get("/me/pending-invites").page.form("/me/pending-invites")
        sent = visitor.send(form, crate_id=crate_id(registry, name), crate=name, answer=answer)
        assert sent.status_code == 303 and f"{words} {name}" in visitor.follow(sent).page.text
    again = visitor.send(form, crate_id=crate_id(registry, names[1]), answer="accept")
    assert "not there any more" in visitor.follow(again).page.text
    owners = [owner["login"] for owner in alice.browser.get(f"/api/v1/crates/{names[0]}/owners").json()["users"]]
    assert user.login in owners


def test_the_link_of_an_invitation_asks_first(registry, alice, user, anon, new_name):
    name = publish(alice, new_name("linked"))
    invite(alice, user, name)
    token = registry.sql(f"SELECT token FROM crate_owner_invitations WHERE crate_id = {crate_id(registry, name)}")[0][0]
    visitor = Visitor(anon)
    page = visitor.get(f"/accept-invite/{token}").page
    assert page.h1 == f"Own {name}?" and f"alice invited you to own the crate {name}" in page.text
    assert visitor.get("/accept-invite/nothing").status_code == 404
    assert registry.sql(f"SELECT COUNT(*) FROM crate_owner_invitations WHERE crate_id = {crate_id(registry, name)}") == [["1"]]
    sent = visitor.send(page.form(f"/accept-invite/{token}"))
    assert sent.status_code == 303 and "You accepted the invitation" in visitor.follow(sent).page.text
    assert visitor.send(page.form(f"/accept-invite/{token}")).status_code == 404
    assert visitor.get("/accept-invite").status_code == 404 and visitor.get("/accept-invite/").status_code == 404


def test_the_link_that_verifies_an_address(registry, user, visitor):
    assert user.browser.put(f"/api/v1/users/{user.browser.get('/api/v1/me').json()['user']['id']}",
                            {"user": {"email": "fresh@example.test"}}).status_code == 200
    token = registry.sql(f"SELECT e.token FROM emails e JOIN users u ON u.id = e.user_id WHERE u.username = '{user.login}'")[0][0]
    page = visitor.get(f"/confirm/{token}").page
    assert user.browser.get("/api/v1/me").json()["user"]["email_verified"] is False
    sent = visitor.send(page.form(f"/confirm/{token}"))
    assert sent.headers["Location"] == "/settings/profile" and "your address is verified" in visitor.follow(sent).page.text
    assert user.browser.get("/api/v1/me").json()["user"]["email_verified"] is True
    form = visitor.get("/confirm/nothing").page.form("/confirm/nothing")
    assert "Email belonging to token not found." in visitor.follow(visitor.send(form)).page.text


# ---- followed crates

@pytest.fixture
def followed(alice, user, new_name):
    name = publish(alice, new_name("watched"), "1.0.0", "1.1.0")
    assert user.browser.put(f"/api/v1/crates/{name}/follow").status_code == 200
    return name


def test_unfollow_in_the_list(registry, visitor, followed):
    answer = visitor.get("/me/following?sort=downloads")
    assert registry.queries(answer) <= 5
    answer = visitor.send(answer.page.form(f"/crates/{followed}/unfollow"))
    assert answer.status_code == 303 and answer.headers["Location"] == "/me/following?sort=downloads"
    assert not visitor.follow(answer).page.has_link(f"/crates/{followed}")


def test_the_feed_of_followed_crates(registry, alice, anon, visitor, followed):
    """contract/web.md P62: without a session, at an address that can be renewed."""
    page = visitor.get("/me/following").page
    path = page.link("What is new in these crates")
    answer = anon.get(path)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/xml; charset=UTF-8"
    assert answer.headers["Cache-Control"] == "private, max-age=600" and registry.queries(answer) <= 4
    feed = feedparser.parse(answer.content)
    assert [entry.link for entry in feed.entries] == [f"{registry.url}/crates/{followed}/1.1.0"]
    assert feed.feed.link == registry.url + "/me/following" and "crates you follow" in feed.feed.title
    for wrong in (path[:-6] + ".xml", path.replace(".xml", ""), path.replace("/me/feed/", "/me/feed/x"), "/me/feed/.xml", "/me/feed/1-0.xml"):
        assert anon.get(wrong).status_code == 404, wrong
    answer = visitor.send(page.form("/me/following/feed"))
    page = visitor.follow(answer).page
    assert "another address" in page.text and page.link("What is new in these crates") != path
    assert anon.get(path).status_code == 404 and anon.get(page.link("What is new in these crates")).status_code == 200
