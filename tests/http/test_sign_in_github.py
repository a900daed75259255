"""Signing in and signing up by GitHub: contract/api.md 25, against tests/lib/github.py."""
import base64
import hashlib
import re
import time
import urllib.parse

import pytest
import requests

from lib.github import CLIENT_ID
from lib.instance import Instance
from lib.registry import Client, detail
from lib.steps import publish

BEGIN, AUTHORIZE = "/api/private/session/begin", "/api/private/session/authorize"
SIGNUP, SESSION = "/api/private/session/signup", "/api/private/session"
READ_ONLY = "is currently in read-only mode."
pytestmark = pytest.mark.usefixtures("healed")


@pytest.fixture(scope="module")
def site(github):
    """A registry with sign-in."""
    instance = Instance(settings=github.settings("outside.timeout_s=2", "outside.connect_timeout_s=2",
                                                 "server.workers=1"))
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture(scope="module")
def asking(github):
    """The same with the explicit sign-up."""
    instance = Instance(settings=github.settings("auth.explicit_signup=true"))
    try:
        yield instance.start()
    finally:
        instance.remove()


class Browser:
    """A client that keeps the session's cookie."""

    def __init__(self, site, cookie=None):
        self.site, self.cookie, self.url, self.state = site, cookie, None, None

    def client(self):
        return Client(self.site.url, **({"Cookie": self.cookie} if self.cookie else {}))

    def keep(self, answer):
        cookie = answer.headers.get("Set-Cookie")
        if cookie:
            self.cookie = cookie.split(";")[0]
        return answer

    def begin(self):
        answer = self.keep(self.client().post(BEGIN))
        assert answer.status_code == 200, answer.text
        self.url, self.state = answer.json()["url"], answer.json()["state"]
        return answer

    def at_github(self, login):
        """The code and the state that GitHub sends back."""
        session = requests.Session()
        session.trust_env = False
        answer = session.get(f"{self.url}&as={login}", allow_redirects=False, timeout=60)
        assert answer.status_code == 302, answer.text
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer.headers["Location"]).query))
        assert query["state"] == self.state
        return query["code"]

    def authorize(self, code, state=None):
        return self.keep(self.client().post(AUTHORIZE, {"code": code, "state": state or self.state}))

    def sign_in(self, login):
        self.begin()
        return self.authorize(self.at_github(login))

    def me(self):
        return self.client().get("/api/v1/me")


def known(github, site, login, **more):
    """Somebody who has signed in."""
    github.user(login, **more)
    browser = Browser(site)
    assert browser.sign_in(login).status_code == 200
    return browser


# ---- begin

def test_begin_tells_where_to_go(site):
    browser = Browser(site)
    answer = browser.begin()
    assert list(answer.json()) == ["url", "state"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", browser.state)
    url = urllib.parse.urlsplit(browser.url)
    query = dict(urllib.parse.parse_qsl(url.query))
    assert url.path == "/login/oauth/authorize"
    assert {**query, "code_challenge": ""} == {"response_type": "code", "client_id": CLIENT_ID, "state": browser.state,
                                               "scope": "read:org", "code_challenge": "", "code_challenge_method": "S256"}
    assert "scope=read%3Aorg" in url.query and re.fullmatch(r"[A-Za-z0-9_-]{43}", query["code_challenge"])
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=1800" in cookie
    assert site.queries(answer) == 1  # the session that waits


def test_a_form_of_another_site_does_not_begin(github, site):
    """It comes without the cookie (SameSite=Lax): a new one would take the place of that of who is signed in."""
    before = site.sql("SELECT COUNT(*) FROM sessions")
    for headers in ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
                    {"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = site.anonymous.post(BEGIN, headers={**headers, "Content-Type": "application/x-www-form-urlencoded"})
        assert (answer.status_code, detail(answer)) == (403, "invalid origin header")
        assert "Set-Cookie" not in answer.headers
    assert site.sql("SELECT COUNT(*) FROM sessions") == before
    for headers in ({"Origin": site.url, "Sec-Fetch-Site": "same-origin"}, {"Origin": site.url}, {"Sec-Fetch-Site": "none"}):
        assert site.anonymous.post(BEGIN, headers=headers).status_code == 200


def test_begin_again_in_the_same_session(site):
    browser = Browser(site)
    browser.begin()
    first, cookie = browser.state, browser.cookie
    answer = browser.begin()
    assert browser.state != first and browser.cookie == cookie and "Set-Cookie" not in answer.headers
    assert site.queries(answer) == 1


def test_a_registry_without_github_says_so(anon):
    for answer in (anon.post(BEGIN), anon.post(AUTHORIZE, {"code": "a", "state": "b"})):
        assert answer.status_code == 501 and detail(answer).startswith("Signing in with GitHub is not set up on ")


# ---- authorize

def test_somebody_new_gets_an_account(github, site):
    there = github.user("Octo-Cat", name="Octo Cat")
    browser = Browser(site)
    answer = browser.sign_in("Octo-Cat")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert list(body) == ["status", "user", "owned_crates"] and body["status"] == "signed_in"
    user = body["user"]
    assert (user["login"], user["name"], user["email"], user["avatar"], user["email_verified"],
            user["email_verification_sent"], user["is_admin"]) == (
        "Octo-Cat", "Octo Cat", "Octo-Cat@example.test", there["avatar_url"], False, True, False)
    assert body["owned_crates"] == []
    assert f"Max-Age={90 * 86400}" in answer.headers["Set-Cookie"]
    assert browser.me().json()["user"]["id"] == user["id"]
    assert site.queries(answer) <= 13
    assert site.sql("SELECT COUNT(*) FROM emails WHERE email = 'Octo-Cat@example.test' AND verified = 0") == [["1"]]


def test_the_token_is_stored_encrypted(github, site):
    known(github, site, "sealed")
    (row,) = site.sql("SELECT HEX(encrypted_token), LENGTH(encrypted_token) FROM oauth_github WHERE login = 'sealed'")
    tokens = [token for token, login in github.tokens.items() if login == "sealed"]
    assert int(row[1]) == 12 + len(tokens[0]) + 16
    assert tokens[0].encode().hex().upper() not in row[0]
    for line in site.log():
        assert tokens[0] not in str(line)


def test_whoever_comes_again_is_synchronised(github, site):
    browser = known(github, site, "before")
    first = browser.me().json()["user"]
    github.rename("before", "after")
    github.users["after"].update(name="After All", avatar_url=None)
    people = site.sql("SELECT people_gen FROM metadata")
    answer = Browser(site).sign_in("after")
    # Answers that name people are made anew, and not where nothing changed.
    now = site.sql("SELECT people_gen FROM metadata")
    assert int(now[0][0]) > int(people[0][0])
    Browser(site).sign_in("after")
    assert site.sql("SELECT people_gen FROM metadata") == now
    user = answer.json()["user"]
    assert (user["id"], user["login"], user["name"], user["avatar"]) == (first["id"], "after", "After All", None)
    assert user["url"] == github.url + "/after"  # as of an Enterprise Server
    assert site.queries(answer) <= 13
    assert site.anonymous.get("/api/v1/users/after").json()["user"]["github_username_matches"] is True


def test_a_new_session_each_time(github, site):
    """What was planted before leads nowhere."""
    github.user("fixed")
    browser = Browser(site)
    browser.begin()
    planted = browser.cookie
    browser.authorize(browser.at_github("fixed"))
    assert browser.cookie != planted and browser.me().status_code == 200
    assert Browser(site, planted).me().status_code == 403
    again = browser.cookie
    browser.sign_in("fixed")
    assert browser.cookie != again and Browser(site, again).me().status_code == 403


@pytest.mark.parametrize("odd", [{"login": "a/../b"}, {"login": ""}, {"login": "x" * 300}, {"id": 0}, {"id": -1}, {"id": "1"},
                                 {"id": 2**63}, {"login": None}])
def test_users_that_none_can_be(github, site, odd):
    there = github.user("odd-one")
    browser = Browser(site)
    browser.begin()
    code = browser.at_github("odd-one")
    with github.failing("/user$", status=200, body={**there, **odd}):
        answer = browser.authorize(code)
    assert (answer.status_code, detail(answer)) == (500, "Internal Server Error")


def test_what_is_too_long_is_left_out(github, site):
    browser = known(github, site, "verbose", name="n" * 100_000, avatar_url="javascript:alert(1)", email="x" * 100_000)
    user = browser.me().json()["user"]
    assert (user["name"], user["avatar"], user["email"]) == (None, None, None)


def test_no_address_at_github_is_none_here(github, site):
    browser = known(github, site, "private", email=None, name=None)
    user = browser.me().json()["user"]
    assert user["email"] is None and user["name"] is None and user["email_verification_sent"] is False


def test_state(github, site):
    github.user("stately")
    wrong = {"status": 400, "words": "invalid state parameter"}

    def refused(answer):
        assert {"status": answer.status_code, "words": detail(answer)} == wrong

    refused(site.anonymous.post(AUTHORIZE, {"code": "x", "state": "y"}))  # no begin
    browser = Browser(site)
    browser.begin()
    code = browser.at_github("stately")
    refused(browser.authorize(code, "another"))
    refused(browser.authorize(code))  # the right one, after a wrong one
    browser.begin()
    refused(Browser(site).authorize(code, browser.state))  # another browser
    other = Browser(site)
    other.begin()
    refused(other.authorize(code, browser.state))  # another session
    code = browser.at_github("stately")
    assert browser.authorize(code).status_code == 200
    refused(browser.authorize(code))  # twice


def test_pkce_binds_the_code_to_the_browser(github, site):
    """A code that was begun elsewhere, put into a session with a good state."""
    github.user("victim"), github.user("thief")
    victim, thief = Browser(site), Browser(site)
    victim.begin()
    stolen = victim.at_github("victim")
    thief.begin()
    answer = thief.authorize(stolen)
    assert (answer.status_code, detail(answer)) == (500, "Error obtaining token")
    challenge = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(victim.url).query))["code_challenge"]
    (row,) = site.sql("SELECT GROUP_CONCAT(COALESCE(oauth_state, '')) FROM sessions")
    assert challenge not in row[0]
    assert challenge != base64.urlsafe_b64encode(hashlib.sha256(victim.state.encode()).digest()).rstrip(b"=").decode()


def test_bodies(site):
    browser = Browser(site)
    browser.begin()
    for body, status, words in (
            ({"code": "x"}, 422, "Failed to deserialize the JSON body into the target type: missing field `state`"),
            ({"code": 1, "state": "x"}, 422, "Failed to deserialize the JSON body into the target type: code: invalid type"),
            (b"{", 400, "Failed to parse the request body as JSON")):
        answer = browser.client().post(AUTHORIZE, body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status and detail(answer).startswith(words)
    assert browser.client().post(AUTHORIZE, b"{}", headers={"Content-Type": "text/plain"}).status_code == 415
    (row,) = site.sql("SELECT COUNT(*) FROM sessions WHERE oauth_state = '%s'" % browser.state)
    assert row == ["1"]  # JSON comes first: the state is still good


@pytest.mark.parametrize("how", [{"status": 500}, {"status": 404}, {"status": 0}, {"status": 200, "body": b"<html>"},
                                 {"status": 200, "body": {"error": "bad_verification_code"}},
                                 {"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}])
def test_no_token(github, site, how):
    github.user("unlucky")
    browser = Browser(site)
    browser.begin()
    code = browser.at_github("unlucky")
    with github.failing("/login/oauth/access_token", **how):
        answer = browser.authorize(code)
    assert (answer.status_code, detail(answer)) == (500, "Error obtaining token")
    assert browser.me().status_code == 403


@pytest.mark.parametrize("status,want,words", [
    (401, 401, "It looks like your GitHub session has expired or the token was revoked. Please try logging out and logging "
               "back in to re-authenticate."),
    (403, 403, "It looks like you don't have permission to query a necessary property from GitHub to complete this request. "
               "You may need to re-authenticate on"),
    (404, 404, "Not Found"),
    (500, 500, "Internal Server Error"),
    (200, 500, "Internal Server Error"),
    (0, 500, "Internal Server Error"),
])
def test_github_does_not_say_who(github, site, status, want, words):
    github.user("nobody")
    browser = Browser(site)
    browser.begin()
    code = browser.at_github("nobody")
    with github.failing("/user$", status=status):
        answer = browser.authorize(code)
    assert answer.status_code == want and detail(answer).startswith(words)
    assert browser.me().status_code == 403
    assert site.sql("SELECT COUNT(*) FROM users WHERE username = 'nobody'") == [["0"]]


def test_github_is_slow_and_then_left_alone_for_a_while(github, site):
    github.user("patient")
    browser = Browser(site)
    browser.begin()
    code = browser.at_github("patient")
    with github.failing("/user$", delay=30):
        answer = browser.authorize(code)
    assert (answer.status_code, detail(answer)) == (500, "Internal Server Error")
    assert float(site.log_line(answer)["ms"]) < 20_000  # and not 30 s
    end = time.time() + 60
    while Browser(site).sign_in("patient").status_code != 200:  # a worker that waited in vain does not ask for 5 s
        assert time.time() < end, "GitHub is back, and nobody asks it"
        time.sleep(0.2)


def test_names_that_belong_to_others(github, site):
    site.user("local")
    github.user("Local")
    answer = Browser(site).sign_in("Local")
    assert answer.status_code == 403
    assert detail(answer) == "The user name `Local` belongs to an account of this site that is not connected with GitHub."
    site.sql("INSERT IGNORE INTO reserved_usernames (username, canon_username) VALUES ('root_me', 'root_me')")
    github.user("root-me")
    answer = Browser(site).sign_in("root-me")
    assert (answer.status_code, detail(answer)) == (500, "Internal Server Error")
    assert site.sql("SELECT COUNT(*) FROM oauth_github WHERE login IN ('Local', 'root-me')") == [["0"]]


def test_a_rename_takes_no_local_name(github, site):
    site.user("keeper")
    browser = known(github, site, "wanderer")
    github.rename("wanderer", "keeper")
    assert browser.sign_in("keeper").status_code == 200
    user = browser.me().json()["user"]
    assert user["login"] == "wanderer" and user["url"].endswith("/keeper")
    # Whoever invites keeper means the one who is called so here.
    owner = site.user("inviter")
    publish(owner, "kept-crate")
    assert owner.token.put("/api/v1/crates/kept-crate/owners", {"owners": ["keeper"]}).status_code == 200
    assert site.sql("SELECT u.username FROM crate_owner_invitations i JOIN users u ON u.id = i.invited_user_id "
                    "JOIN crates c ON c.id = i.crate_id WHERE c.name = 'kept-crate'") == [["keeper"]]


def test_a_local_account_is_found_before_one_of_a_dump(site):
    """An import brings people of the same name."""
    site.user("alex")
    site.sql("INSERT INTO users (username, canon_username, gh_login, gh_login_lower, gh_id) VALUES ('alex', 'alex', 'alex', 'alex', 777123)")
    mine = site.sql("SELECT id FROM users WHERE username = 'alex' AND gh_id <> 777123")[0][0]
    assert site.anonymous.get("/api/v1/users/alex").json()["user"]["id"] == int(mine)
    secret = site.token("alex", "whose")
    assert site.sql("SELECT user_id FROM api_tokens WHERE name = 'whose'") == [[mine]] and secret


def test_an_account_of_the_operator_is_found_by_its_number(github, site):
    there = github.user("employee")
    site.ctl("user", "create", "employee", "--email", "e@example.test", "--github-id", there["id"])
    browser = Browser(site)
    assert browser.sign_in("employee").status_code == 200
    assert browser.me().json()["user"]["email"] == "e@example.test"


# ---- explicit sign-up

def test_explicit_sign_up(github, asking):
    github.user("careful")
    browser = Browser(asking)
    answer = browser.sign_in("careful")
    assert answer.json() == {"status": "signup_required"} and "Max-Age=1800" in answer.headers["Set-Cookie"]
    assert browser.me().status_code == 403
    answer = browser.client().get(SIGNUP)
    assert answer.json() == {"signup": {"login": "careful", "email": "careful@example.test"}}
    assert answer.headers["Cache-Control"] == "no-store" and asking.queries(answer) == 1
    answer = browser.client().post(SIGNUP, {"signup": {"email": "bad"}})
    assert answer.status_code == 422
    assert detail(answer) == ("Failed to deserialize the JSON body into the target type: signup.email: "
                              "Missing domain or user at line 1 column 26")
    for email, words in (("a b@example.test", "Invalid email user"), ("a@-", "Invalid email domain")):
        assert words in detail(browser.client().post(SIGNUP, {"signup": {"email": email}}))
    answer = browser.keep(browser.client().post(SIGNUP, {"signup": {"email": "other@example.test"}}))
    assert answer.status_code == 200 and list(answer.json()) == ["user", "owned_crates"]
    assert browser.me().json()["user"]["email"] == "other@example.test"
    assert asking.queries(answer) <= 12
    answer = browser.client().get(SIGNUP)
    assert (answer.status_code, detail(answer)) == (400, "You are already signed in.")
    assert detail(browser.client().post(SIGNUP, {"signup": {"email": "x@example.test"}})) == "You are already signed in."
    assert Browser(asking).sign_in("careful").json()["status"] == "signed_in"


MISSING = "Your signup session is missing or has expired. Please authenticate with GitHub again."


def test_nobody_waits(github, asking, anon):
    assert (anon.get(SIGNUP).status_code, detail(anon.get(SIGNUP))) == (404, "Not Found")  # the switch is off there
    assert detail(anon.post(SIGNUP, {"signup": {"email": "x@example.test"}})) == "Not Found"
    answer = asking.anonymous.get(SIGNUP)
    assert (answer.status_code, detail(answer)) == (400, MISSING)
    github.user("changed-mind")
    browser = Browser(asking)
    browser.sign_in("changed-mind")
    assert browser.client().delete(SIGNUP).json() == {"ok": True}
    assert detail(browser.client().post(SIGNUP, {"signup": {"email": "x@example.test"}})) == MISSING
    assert asking.anonymous.delete(SIGNUP).json() == {"ok": True}


def test_waiting_ends_after_half_an_hour(github, asking):
    github.user("late")
    browser = Browser(asking)
    browser.sign_in("late")
    asking.sql("UPDATE sessions SET pending_signup = JSON_SET(pending_signup, '$.created_us',"
               " JSON_EXTRACT(pending_signup, '$.created_us') - 1800000000) WHERE pending_signup LIKE '%late%'")
    assert detail(browser.client().get(SIGNUP)) == MISSING
    assert asking.sql("SELECT COUNT(*) FROM sessions WHERE pending_signup LIKE '%late%'") == [["0"]]


def test_begin_drops_who_waits(github, asking):
    github.user("again")
    browser = Browser(asking)
    browser.sign_in("again")
    browser.begin()
    assert detail(browser.client().get(SIGNUP)) == MISSING


def test_signing_out_and_coming_back(github, site):
    browser = known(github, site, "inout")
    assert browser.keep(browser.client().delete(SESSION)).status_code == 200
    assert browser.me().status_code == 403
    assert browser.sign_in("inout").status_code == 200


# ---- limits, read-only

def test_an_address_that_comes_too_often(github):
    instance = Instance(settings=github.settings("limits.enabled=true", "limits.sign_in_burst=2",
                                                 "limits.sign_in_rate_s=3600"))
    try:
        instance.start()
        answers = [instance.anonymous.post(BEGIN) for _ in range(3)]
    finally:
        instance.remove()
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert re.fullmatch(r"You have tried to sign in too often in a short period of time\. Please try again after .* GMT and "
                        r"see .*/docs/rate-limits for more details\.", detail(answers[2]))
    assert "Retry-After" in answers[2].headers


def test_read_only_mode(github):
    instance = Instance(settings=github.settings())
    try:
        instance.start()
        browser = known(github, instance, "reader")
        instance.stop()
        instance.start("--set", "server.read_only=true")
        github.rename("reader", "reader-two")
        assert browser.sign_in("reader-two").status_code == 200
        assert browser.me().json()["user"]["login"] == "reader"  # signed in, nothing changed
        github.user("newcomer")
        answer = Browser(instance).sign_in("newcomer")
        assert answer.status_code == 503 and READ_ONLY in detail(answer)
    finally:
        instance.remove()
