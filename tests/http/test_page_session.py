"""Signing in, signing up and signing out in a browser without JavaScript: contract/web.md P40 to P43."""
import urllib.parse

import pytest
import requests

from lib.instance import Instance
from lib.page import Visitor

pytestmark = pytest.mark.usefixtures("healed")


@pytest.fixture(scope="module")
def site(github):
    instance = Instance(settings=github.settings())
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture(scope="module")
def asking(github):
    instance = Instance(settings=github.settings("auth.explicit_signup=true"))
    try:
        yield instance.start()
    finally:
        instance.remove()


def go_to_github(visitor, login, path="/login"):
    """Clicks, is somebody at GitHub, and comes back: the answer to that."""
    page = visitor.get(path).page
    answer = visitor.get(page.link("Sign in with GitHub"))
    assert answer.status_code == 303 and answer.headers["Cache-Control"] == "no-store"
    session = requests.Session()
    session.trust_env = False
    sent = session.get(f"{answer.headers['Location']}&as={login}", allow_redirects=False, timeout=60)
    assert sent.status_code == 302, sent.text
    return visitor.get("/github-redirect.html?" + urllib.parse.urlsplit(sent.headers["Location"]).query)


def test_signing_in_leads_back_to_the_page(github, site):
    github.user("Sue")
    visitor = Visitor(site.anonymous)
    path = visitor.get("/crates?sort=new").page.link("Sign in")
    answer = go_to_github(visitor, "Sue", path)
    assert answer.status_code == 303 and answer.headers["Location"] == "/crates?sort=new"
    page = visitor.follow(answer).page
    assert "You are signed in as Sue." in page.text and page.has_link("/users/Sue")
    assert "You are signed in as Sue." not in visitor.get("/crates").page.text
    page = visitor.get("/login?return_to=/crates").page
    assert "You are signed in as Sue" in page.text and page.link("Go on") == "/crates"
    answer = visitor.send(page.form("/logout"))
    assert answer.status_code == 303 and answer.headers["Location"] == "/"
    page = visitor.follow(answer).page
    assert "You are signed out." in page.text and page.link("Sign in")


def test_a_return_that_leads_elsewhere_is_none(github, site):
    github.user("eve")
    visitor = Visitor(site.anonymous)
    assert go_to_github(visitor, "eve", "/login?return_to=https://evil.example/").headers["Location"] == "/"


def test_what_goes_wrong_is_said(github, site):
    github.user("wrong")
    visitor = Visitor(site.anonymous)
    for query, words in (("", "where GitHub sends"), ("?error=access_denied", "cancelled at GitHub"), ("?error=other", "could not sign you in"),
                         ("?code=x&state=y", "Failed to sign in: invalid state parameter")):
        answer = visitor.get(f"/github-redirect.html{query}")
        assert answer.status_code == 400 and words in answer.page.text and answer.page.h1 == "Sign in"
        assert answer.page.has_link("/login/github?return_to=%2F")
    answer = go_to_github(visitor, "wrong")
    used = answer.request.url.split("?")[1]
    again = visitor.get("/github-redirect.html?" + used)
    assert again.status_code == 400 and "invalid state parameter" in again.page.text
    assert visitor.get("/github-auth-loading.html").headers["Location"] == "/login"


def test_signing_out_needs_the_token_of_the_form(alice):
    visitor = Visitor(alice.browser)
    form = visitor.get("/").page.form("/logout")
    assert visitor.send(form, form_token="x").status_code == 403
    assert visitor.send(form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert visitor.get("/").page.has_form("/logout")


def test_without_github(registry):
    visitor = Visitor(registry.anonymous)
    answer = visitor.get("/login")
    assert answer.status_code == 200 and "/sign-in/" in answer.page.text
    answer = visitor.get("/login/github")
    assert answer.status_code == 501 and "not set up" in answer.page.text
    assert visitor.get("/signup").status_code == 404


def test_signing_up_asks_for_an_address(github, asking):
    github.user("newcomer")
    visitor = Visitor(asking.anonymous)
    answer = go_to_github(visitor, "newcomer", "/login?return_to=/keywords")
    assert answer.headers["Location"] == "/signup"
    page = visitor.follow(answer).page
    form = page.form("/signup")
    assert "newcomer" in page.text
    answer = visitor.send(form, email="nonsense")
    assert answer.status_code == 422 and answer.page.form("/signup").fields["email"] == "nonsense"
    assert answer.page.link("Enter an e-mail address") == "#email" and "Tick the box" in answer.page.text
    answer = visitor.send(form, email="new@example.test", agree="yes")
    assert answer.status_code == 303 and answer.headers["Location"] == "/keywords"
    assert "You are signed in as newcomer." in visitor.follow(answer).page.text
    assert asking.sql("SELECT e.email, e.verified FROM emails e JOIN users u ON u.id = e.user_id WHERE u.username = 'newcomer'") == \
        [["new@example.test", "0"]]


def test_signing_up_can_be_given_up(github, asking):
    github.user("nobody")
    visitor = Visitor(asking.anonymous)
    form = visitor.follow(go_to_github(visitor, "nobody")).page.form("/signup")
    assert visitor.send(form, cancel="1").headers["Location"] == "/"
    assert asking.sql("SELECT 1 FROM users WHERE username = 'nobody'") == []
    assert visitor.get("/signup").status_code == 400


def test_an_old_name_leads_on(github, site):
    """contract/web.md P32, for names that were changed at GitHub."""
    github.user("maiden-name")
    visitor = Visitor(site.anonymous)
    go_to_github(visitor, "maiden-name")
    github.rename("maiden-name", "married-name")
    assert go_to_github(Visitor(site.anonymous), "married-name").status_code == 303
    answer = visitor.get("/users/Maiden_Name")
    assert answer.status_code == 302 and answer.headers["Location"] == "/users/married-name"
    assert visitor.get("/users/married-name").page.h1
    assert visitor.get("/users/nobody-was-called-so").status_code == 404
