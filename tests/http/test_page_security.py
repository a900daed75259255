"""The security of an account: sessions, what happened to it, and sign-ins that must be fresh (contract/web.md P48, 14.4)."""
import urllib.parse

import pytest

from lib.page import Form, Visitor
from lib.registry import Client, Crate
from lib.steps import publish, sign_in_was, user_id

PAGE = "/settings/security"


@pytest.fixture
def user(registry, new_name):
    return registry.user(new_name("secure"))


@pytest.fixture
def visitor(user):
    return Visitor(user.browser)


def events(registry, user):
    """(kind, subject) of what happened, oldest first: 0 sign-in, 1 made, 2 used, 3 revoked, 4 exposed."""
    return [tuple(row) for row in registry.sql(f"SELECT kind, subject FROM account_events WHERE user_id = {user_id(registry, user.login)} ORDER BY id")]


def link(registry, user):
    """The path of a link that signs in once."""
    return urllib.parse.urlsplit(registry.ctl("session", "create", user.login, "--link").split()[-1]).path


def test_somebody_must_be_signed_in(anon):
    assert Visitor(anon).get(PAGE).status_code == 401
    assert Visitor(anon).send(Form({"action": PAGE + "/end", "method": "post"}), all="1").status_code == 401


def test_sessions_are_ended(registry, user, visitor):
    for _ in range(2):
        registry.ctl("session", "create", user.login)
    answer = visitor.get(PAGE)
    assert answer.page.text.count("this one") == 1 and registry.queries(answer) <= 4
    sent = visitor.send(answer.page.form(PAGE + "/end"))
    assert "Signed out there." in visitor.follow(sent).page.text
    sent = visitor.send(visitor.get(PAGE).page.form(PAGE + "/end"), session=None, all="1")
    page = visitor.follow(sent).page
    assert "Signed out there." in page.text and "End all others" not in page.text
    assert visitor.get("/dashboard").status_code == 200


LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
STRANGE = "<b>" + "strange " * 31


def test_browsers_are_called_by_names(registry, user, visitor, boss):
    """Words of ours, and beside them what it says of itself, whatever that is."""
    number = user_id(registry, user.login)
    for agent in (LINUX, STRANGE, ""):
        registry.ctl("session", "create", user.login)
        for table in ("sessions", "account_events"):
            registry.sql(f"UPDATE {table} SET user_agent = '{agent}' WHERE user_id = {number} ORDER BY id DESC LIMIT 1")
    answer = visitor.get(PAGE)
    page = answer.page
    assert "Firefox on Linux" in page.text and LINUX in page.text
    assert "<b>strange strange" in page.text and STRANGE.strip() in page.text, "escaped, and whole behind the summary"
    assert "An unknown browser" in page.text
    assert answer.text.count(f'title="{LINUX}"') == 1
    seen = Visitor(boss.browser).get(f"/admin/users/{user.login}")
    assert "Firefox on Linux" in seen.page.text and f'title="{LINUX}"' in seen.text


def test_the_session_of_somebody_else_is_not_ended(registry, alice, visitor):
    theirs = registry.sql(f"SELECT MAX(id) FROM sessions WHERE user_id = {user_id(registry, 'alice')}")[0][0]
    form = Form({"action": PAGE + "/end", "method": "post"})
    form.fields = {"form_token": visitor.get(PAGE).page.form("/logout").fields["form_token"]}
    for number in (theirs, "0", "x", 2**63):
        assert "not there any more" in visitor.follow(visitor.send(form, session=number)).page.text
    assert alice.browser.get("/api/v1/me").status_code == 200


def test_signing_out_everywhere(registry, user, visitor, new_name):
    other = Client(registry.url, Cookie=registry.ctl("session", "create", user.login).split()[-1])
    assert other.get("/api/v1/me").status_code == 200
    answer = visitor.send(visitor.get(PAGE).page.form("/logout"), everywhere="1")
    assert "You are signed out everywhere." in visitor.follow(answer).page.text
    assert other.get("/api/v1/me").status_code == 403 and user.browser.get("/api/v1/me").status_code == 403
    assert user.token.publish(Crate(new_name("still"))).status_code == 200  # tokens are another matter


def test_what_happens_to_tokens_is_noted(registry, user, visitor, new_name):
    assert events(registry, user) == [("1", f"{user.login}'s token"), ("0", "the command line")]
    name = new_name("noted")
    made = user.browser.put("/api/v1/me/tokens", {"api_token": {"name": "<ci>", "crate_scopes": None, "endpoint_scopes": None}}).json()["api_token"]
    token = Client(registry.url, Authorization=made["token"], **{"User-Agent": "cargo 1.96.0"})
    for version in ("1.0.0", "1.0.1"):
        assert token.publish(Crate(name, version)).status_code == 200
    for _ in range(2):
        assert user.browser.delete(f"/api/v1/me/tokens/{made['id']}").status_code == 200
    assert events(registry, user)[2:] == [("1", "<ci>"), ("2", "<ci>"), ("3", "<ci>")]
    text = visitor.get(PAGE).page.text
    for words in ("Token made: <ci>", "Token used for the first time: <ci> 127.0.0.1 cargo", "Token revoked: <ci>", "Signed in by the command line"):
        assert words in text, text
    assert registry.ctl("token", "revoke", user.secret) == ""
    assert events(registry, user)[-1] == ("3", f"{user.login}'s token")
    assert not any(made["token"] in line for line in registry.sql("SELECT * FROM account_events")[0])


def test_many_events_are_read_in_parts(registry, user, visitor):
    number = user_id(registry, user.login)
    registry.sql("INSERT INTO account_events (user_id, time_us, kind, subject) "
                 f"SELECT {number}, 1700000000000000 + seq, 1, CONCAT('token-', seq) FROM seq_1_to_110")
    page = visitor.get(PAGE).page
    assert "token-110 " in page.text and "token-61 " in page.text and "token-60 " not in page.text
    page = visitor.get(PAGE + page.link("Older")).page
    assert "token-60 " in page.text and "token-11 " in page.text and "token-10 " not in page.text and page.link("Newest") == PAGE
    page = visitor.get(PAGE + page.link("Older")).page
    assert "token-1 " in page.text and not page.has_link("Older")
    for wrong in ("x", "-1"):
        assert visitor.get(f"{PAGE}?before={wrong}").status_code == 400


# ---- a fresh sign-in

def stale(answer, back):
    """The page that asks to sign in once more, and where that leads back to."""
    assert answer.status_code == 401 and answer.page.h1 == "Sign in again to go on", answer.page.text
    target = answer.page.link("Sign in again")
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(target).query)
    assert target.startswith("/login?") and query["return_to"] == [back] and query["again"] == ["1"]
    return target


def test_deleting_asks_for_a_fresh_sign_in(registry, user, visitor, new_name):
    crate = publish(user, new_name("guarded"))
    path = f"/crates/{crate}/delete"
    form = visitor.get(path).page.form(path)
    sign_in_was(registry, user.login, 11)
    stale(visitor.get(path), path)
    answer = visitor.send(form, message="bye", sure="yes", headers={"Referer": registry.url + path})
    target = stale(answer, path)
    assert registry.sql(f"SELECT COUNT(*) FROM crates WHERE name = '{crate}'") == [["1"]]
    page = visitor.get(target).page
    assert page.h1 == "Sign in" and "once more" in page.text and page.link("Go back without") == path
    answer = visitor.get(link(registry, user))
    assert answer.status_code == 303 and answer.headers["Location"] == path
    page = visitor.get(path).page
    assert "This crate can be deleted" in page.text
    assert visitor.get(link(registry, user)).headers["Location"] == "/"  # it was for once
    assert len(registry.sql(f"SELECT 1 FROM sessions WHERE user_id = {user_id(registry, user.login)}")) == 1
    answer = visitor.send(visitor.get(path).page.form(path), message="bye", sure="yes")
    assert f"{crate} was deleted." in visitor.follow(answer).page.text


def test_the_flag_of_trusted_publishing_asks_for_a_fresh_sign_in(registry, user, visitor, new_name):
    crate = publish(user, new_name("flagged"))
    registry.sql(f"UPDATE crates SET trustpub_only = 1 WHERE name = '{crate}'")
    settings, path = f"/crates/{crate}/settings", f"/crates/{crate}/settings/trustpub-only"
    form = visitor.get(settings).page.form(path)
    sign_in_was(registry, user.login, 11)
    assert visitor.get(settings).status_code == 200
    stale(visitor.send(form, trustpub_only=None, headers={"Referer": registry.url + settings}), settings)
    stale(visitor.send(form, trustpub_only=None, headers={"Referer": "https://evil.example/"}), "/")
    assert registry.sql(f"SELECT trustpub_only FROM crates WHERE name = '{crate}'") == [["1"]]
    sign_in_was(registry, user.login, 9)
    assert visitor.send(form, trustpub_only=None).status_code == 303
    assert registry.sql(f"SELECT trustpub_only FROM crates WHERE name = '{crate}'") == [["0"]]


def test_the_api_asks_for_none(registry, user, new_name):
    crate = publish(user, new_name("api"))
    sign_in_was(registry, user.login, 1000)
    assert user.browser.delete(f"/api/v1/crates/{crate}").status_code == 204


def test_administrators_sign_in_every_hour(registry, new_name, alice):
    admin = registry.user(new_name("admin"), admin=True)
    visitor = Visitor(admin.browser)
    crate = publish(alice, new_name("victim"))
    sign_in_was(registry, admin.login, 59)
    assert visitor.get("/admin").status_code == 200
    stale(visitor.get(f"/admin/crates/{crate}/delete?x=%2F"), f"/admin/crates/{crate}/delete?x=%2F")  # that asks for ten minutes
    sign_in_was(registry, admin.login, 61)
    stale(visitor.get("/admin/jobs"), "/admin/jobs")
    assert Visitor(alice.browser).get("/admin").status_code == 403
