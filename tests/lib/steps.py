"""What many tests begin with and end in: a crate that is there, an owner who was invited and came, an error answer."""
from lib.registry import Client, Crate, detail


def publish(user, name, *versions, **more):
    """Publishes versions of a crate (1.0.0 where none are named); more as Crate takes it."""
    for version in versions or ("1.0.0",):
        answer = user.token.publish(Crate(name, version, **more))
        assert answer.status_code == 200 and "errors" not in answer.json(), answer.text
    return name


def crate_id(registry, name):
    return int(registry.sql(f"SELECT id FROM crates WHERE name = '{name}'")[0][0])


def user_id(registry, login):
    return int(registry.sql(f"SELECT id FROM users WHERE username = '{login}'")[0][0])


def sign_in_was(registry, login, minutes):
    """All sessions of the account were begun so long ago."""
    registry.sql(f"UPDATE sessions SET created_us = UNIX_TIMESTAMP() * 1000000 - {minutes} * 60000000 WHERE user_id = {user_id(registry, login)}")


def make_owner(registry, owner, guest, name):
    """Invites and accepts."""
    answer = owner.token.put(f"/api/v1/crates/{name}/owners", {"owners": [guest.login]})
    assert answer.status_code == 200, answer.text
    answer = invitation(registry, guest, name)
    assert answer.status_code == 200, answer.text


def invitation(registry, guest, name, accepted=True):
    """Answers an invitation; the registry's answer."""
    number = crate_id(registry, name)
    return guest.browser.put(f"/api/v1/me/crate_owner_invitations/{number}",
                             {"crate_owner_invite": {"crate_id": number, "accepted": accepted}})


def scoped(registry, login, *options):
    """A client with a token of its own: ("--scope", "yank"), ("--crate", "a*")."""
    return Client(registry.url, Authorization=registry.token(login, "scoped", *options))


def refused(answer, status, words):
    """The answer is exactly this error, and nothing but it."""
    assert (answer.status_code, detail(answer)) == (status, words), (answer.text, status, words)
    assert answer.json() == {"errors": [{"detail": words}]}
    assert answer.headers["Content-Type"] == "application/json"


def version(registry, name, number="1.0.0"):
    answer = registry.anonymous.get(f"/api/v1/crates/{name}/{number}")
    assert answer.status_code == 200, answer.text
    return answer.json()["version"]


def join(github, site, login, **more):
    """Somebody of GitHub (lib/github.py) with an account here, whose token the registry has, and who can publish."""
    there = github.user(login)
    site.ctl("user", "create", login, "--email", f"{login}@example.test", "--github-id", there["id"],
             *(["--admin"] if more.get("admin") else []))
    cookie = sign_in(github, site, login)
    user = site.token(login, "token")
    return type("Person", (), {"login": login, "token": Client(site.url, Authorization=user), "cookie": cookie,
                               "browser": Client(site.url, Cookie=cookie, Origin=site.url)})


def sign_in(github, site, login):
    begun = site.anonymous.post("/api/private/session/begin")
    cookie = begun.headers["Set-Cookie"].split(";")[0]
    challenge = begun.json()["url"].partition("code_challenge=")[2].partition("&")[0]
    answer = Client(site.url, Cookie=cookie).post("/api/private/session/authorize", {
        "code": github.code(login, challenge), "state": begun.json()["state"]})
    assert answer.status_code == 200, answer.text
    return answer.headers["Set-Cookie"].split(";")[0]
