"""The settings of an account without JavaScript: contract/web.md P45 to P47, P53; W125, W126, W134 to W145."""
import re

import pytest

from lib.page import Visitor
from lib.registry import Client

TOKEN = re.compile(r"cht_[A-Za-z0-9]{32}")


@pytest.fixture
def user(registry, new_name):
    return registry.user(new_name("settler"))


@pytest.fixture
def visitor(user):
    return Visitor(user.browser)


@pytest.mark.parametrize("path", ["/settings", "/settings/profile", "/settings/tokens", "/settings/tokens/new", "/settings/tokens/1/revoke",
                                  "/me", "/me/crates"])
def test_somebody_must_be_signed_in(anon, path):
    answer = Visitor(anon).get(path)
    assert answer.status_code == 401 and answer.page.h1 == "This page requires authentication"
    assert answer.page.link("Sign in").startswith("/login?return_to=%2F")


def test_addresses_of_the_original(user, visitor):
    for path, status, target in (("/settings", 302, "/settings/profile"), ("/me", 308, "/settings/tokens"),
                                 ("/me/crates?sort=new", 308, f"/users/{user.login}?sort=new")):
        answer = visitor.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (status, target)


# ---- profile

def test_another_address(registry, user, visitor):
    answer = visitor.get("/settings/profile")
    page = answer.page
    assert page.h1 == "Account settings" and user.login in page.text and "verified" in page.text
    assert answer.headers["Cache-Control"] == "private, no-store" and registry.queries(answer) == 2
    form = page.form("/settings/profile/email")
    answer = visitor.send(form, email="not one")
    assert answer.status_code == 422 and answer.page.form("/settings/profile/email").fields["email"] == "not one"
    assert answer.page.link("This is no e-mail address") == "#email"
    assert visitor.send(form, email="").status_code == 422
    answer = visitor.send(form, email="other@example.test")
    assert answer.status_code == 303 and answer.headers["Location"] == "/settings/profile"
    page = visitor.follow(answer).page
    assert "A letter is on its way to other@example.test" in page.text and "not verified yet" in page.text
    answer = visitor.send(page.form("/settings/profile/resend"))
    assert "Sent!" in visitor.follow(answer).page.text


def test_letters_about_publishes(registry, user, visitor):
    for sent in (None, "yes"):
        form = visitor.get("/settings/profile").page.form("/settings/profile/notifications")
        assert form.fields.get("publish_notifications") == (None if sent else "yes")
        answer = visitor.send(form, publish_notifications=sent)
        assert "Your settings are saved." in visitor.follow(answer).page.text
        assert user.browser.get("/api/v1/me").json()["user"]["publish_notifications"] is bool(sent)


# ---- tokens

def test_a_token_is_shown_once(registry, user, visitor):
    page = visitor.get("/settings/tokens").page
    form = visitor.get(page.link("New token")).page.form("/settings/tokens/new")
    assert form.fields["expiry"] == "90"
    answer = visitor.send(form, name="laptop", scope=["publish-update", "yank"], pattern=["serde", "serde-*", "", "serde_*", ""])
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "private, no-store"
    secret, = set(TOKEN.findall(answer.text))
    assert "publish-update and yank" in answer.page.text and "serde, serde-*, and serde_*" in answer.page.text
    assert "Never used" in answer.page.text and "Expires in about 3 months" in answer.page.text
    assert "Set-Cookie" not in answer.headers
    listed = visitor.get("/settings/tokens")
    assert not TOKEN.search(listed.text) and "laptop" in listed.page.text and registry.queries(listed) == 2
    answer = Client(registry.url, Authorization=secret).put("/api/v1/crates/serde-nothing/follow")
    assert answer.status_code == 403  # the scopes hold


def test_what_is_wrong_with_a_token_is_said(user, visitor):
    form = visitor.get("/settings/tokens/new").page.form("/settings/tokens/new")
    answer = visitor.send(form, name="")
    assert answer.status_code == 422
    assert answer.page.link("Enter a name for the token") == "#name" and answer.page.link("Choose at least one scope") == "#scopes"
    answer = visitor.send(form, name="x", scope="yank", pattern=["a b", "ok"], expiry="custom", date="2020-01-01")
    page = answer.page
    assert answer.status_code == 422 and "a b is no crate name pattern" in page.text and "That day is over already" in page.text
    fields = page.form("/settings/tokens/new").fields
    assert fields["name"] == "x" and fields["scope"] == "yank" and fields["pattern"][:2] == ["a b", "ok"]
    assert fields["expiry"] == "custom" and fields["date"] == "2020-01-01"
    assert "Invalid crate name pattern" in page.text and "Matches only the ok crate" in page.text
    answer = visitor.send(form, name="x", scope="yank", expiry="custom", date="nonsense")
    assert answer.status_code == 422 and "Enter a day" in answer.page.text
    assert visitor.send(form, name="x", scope="yank", expiry="bad").status_code == 422
    assert visitor.send(form, name="x" * 300, scope="yank").status_code == 422
    assert "Make one to publish" not in visitor.get("/settings/tokens").page.text  # the one of the fixture
    assert user.browser.get("/api/v1/me/tokens").json()["api_tokens"][0]["name"] != "x"


def test_more_patterns(visitor):
    form = visitor.get("/settings/tokens/new").page.form("/settings/tokens/new")
    assert len(form.fields["pattern"]) == 5
    answer = visitor.send(form, name="kept", pattern=["a-*"], more="1")
    assert answer.status_code == 200
    fields = answer.page.form("/settings/tokens/new").fields
    assert len(fields["pattern"]) == 10 and fields["pattern"][0] == "a-*" and fields["name"] == "kept"
    assert "Matches all crates starting with a-" in answer.page.text


def test_days_of_expiry(user, visitor):
    form = visitor.get("/settings/tokens/new").page.form("/settings/tokens/new")
    visitor.send(form, name="endless", scope="yank", expiry="none")
    visitor.send(form, name="dated", scope="yank", expiry="custom", date="2099-12-31")
    tokens = {token["name"]: token for token in user.browser.get("/api/v1/me/tokens").json()["api_tokens"]}
    assert tokens["endless"]["expired_at"] is None and tokens["endless"]["endpoint_scopes"] == ["yank"]
    assert tokens["endless"]["crate_scopes"] is None and tokens["dated"]["expired_at"].startswith("2099-12-31T23:59:59")


def test_revoking_asks_first(registry, user, visitor):
    form = visitor.get("/settings/tokens/new").page.form("/settings/tokens/new")
    secret, = set(TOKEN.findall(visitor.send(form, name="short lived", scope="publish-new").text))
    number = user.browser.get("/api/v1/me/tokens").json()["api_tokens"][0]["id"]
    page = visitor.get(f"/settings/tokens/{number}/revoke").page
    assert page.h1 == "Revoke the token short lived?" and page.link("Cancel") == "/settings/tokens"
    assert Client(registry.url, Authorization=secret).get("/api/v1/me").json()["errors"][0]["detail"] != "authentication failed"
    answer = visitor.send(page.form(f"/settings/tokens/{number}/revoke"))
    page = visitor.follow(answer).page
    assert "The token short lived is revoked." in page.text and "short lived" not in [words for _, words in page.headings]
    assert Client(registry.url, Authorization=secret).delete("/api/v1/tokens/current").json() == \
        {"errors": [{"detail": "authentication failed"}]}


def test_regenerating_an_expired_one(registry, user, visitor):
    registry.token(user.login, "worn out", "--scope", "yank", "--crate", "old-*", "--expires", "2099-01-01T00:00:00Z")
    registry.sql("UPDATE api_tokens SET expired_us = UNIX_TIMESTAMP() * 1000000 - 1000000 WHERE name = 'worn out'")
    page = visitor.get("/settings/tokens").page
    assert "expired" in page.text and "Expired" in page.text
    answer = visitor.get(page.link("Regenerate worn out"))
    fields = answer.page.form("/settings/tokens/new").fields
    assert fields["name"] == "worn out" and fields["scope"] == "yank" and fields["pattern"][0] == "old-*"
    assert "Revoke worn out" not in page.text


def test_tokens_of_others_are_not_there(registry, visitor, alice):
    number = registry.sql("SELECT t.id FROM api_tokens t JOIN users u ON u.id = t.user_id WHERE u.username = 'alice' LIMIT 1")[0][0]
    for path in (f"/settings/tokens/new?from={number}", f"/settings/tokens/{number}/revoke", "/settings/tokens/x/revoke"):
        answer = visitor.get(path)
        assert answer.status_code == 404 and "Token not found" in answer.page.text


# ---- keys

def keys_are_off(answer):
    return 'data-keys="off"' in answer.text


def test_keys_are_switched_off(registry, user, visitor, anon):
    page = visitor.get("/settings/profile").page
    assert page.form("/shortcuts").fields["shortcuts"] == "yes"
    answer = visitor.send(page.form("/shortcuts"), shortcuts=None)
    assert answer.headers["Location"] == "/settings/profile" and "cratehouse-keys" not in answer.headers.get("Set-Cookie", "")
    page = visitor.follow(answer)
    assert keys_are_off(page) and "Single keys do nothing" in page.page.text
    elsewhere = Visitor(Client(registry.url, Cookie=registry.ctl("session", "create", user.login).split()[-1]))
    assert keys_are_off(elsewhere.get("/crates")) and not keys_are_off(Visitor(anon).get("/crates"))
    visitor.send(visitor.get("/shortcuts").page.form("/shortcuts"), shortcuts="yes")
    assert not keys_are_off(elsewhere.get("/crates"))


def test_keys_are_switched_off_without_an_account(registry, anon):
    visitor = Visitor(anon)
    answer = visitor.get(visitor.get("/").page.link("Shortcuts"))
    assert answer.page.h1 == "Keyboard shortcuts" and "in a cookie" in answer.page.text and registry.queries(answer) == 0
    answer = visitor.send(answer.page.form("/shortcuts"), shortcuts=None)
    assert answer.headers["Location"] == "/shortcuts"
    cookie = next(line for line in answer.raw.headers.getlist("Set-Cookie") if "cratehouse-keys=off" in line)
    assert "HttpOnly" in cookie and "Max-Age=31536000" in cookie
    answer = visitor.get("/crates")
    assert keys_are_off(answer) and "Cookie" in answer.headers["Vary"]
    visitor.send(visitor.get("/shortcuts").page.form("/shortcuts"), shortcuts="yes")
    assert not keys_are_off(visitor.get("/crates"))
    form = visitor.get("/shortcuts").page.form("/shortcuts")
    assert visitor.send(form, return_to="https://evil.example/").headers["Location"] == "/"
    assert visitor.send(form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
