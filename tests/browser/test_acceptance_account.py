"""Signing in, the dashboard, invitations, letters, settings, tokens, reports: contract/web.md 8.6, W122 to W150."""
import datetime
import email
import email.policy
import re

import pytest

from ills import refusing
from lib.census import settled
from lib.registry import Client
from lib.steps import crate_id, publish, user_id

ANON = "This page requires authentication"


@pytest.fixture
def user(registry, new_name):
    return registry.user(new_name("person"))


def menu(seen):
    """The login that the menu of the header shows; None where nobody is signed in."""
    box = seen.page.locator(".user-menu summary")
    return box.inner_text().split()[-1] if box.count() else None


# ---- signing in

def to_github(seen, forge, login):
    """The page of that forge where one chooses who one is."""
    seen.link("Sign in with GitHub").click()
    seen.page.wait_for_url(f"{forge.url}/**")
    seen.page.get_by_role("link", name=login, exact=True).click()
    seen.page.wait_for_url(f"{seen.url}/**")


def test_w122_signing_in(see, site, forge, js):
    login = f"signer{int(js)}"
    there = forge.user(login)
    site.ctl("user", "create", login, "--email", f"{login}@example.test", "--github-id", there["id"])
    seen = see("/crates?sort=new", site=site, also=(forge.url,))
    seen.link("Sign in", "header").click()
    to_github(seen, forge, login)
    assert menu(seen) == login and seen.path == "/crates?sort=new" and seen.notice == ("status", f"You are signed in as {login}.")


def test_w122_signing_in_is_refused(see, site):
    seen = see("/github-redirect.html?error=access_denied", site=site)
    assert seen.h1 == "Sign in" and seen.notice[0] == "alert" and "cancelled at GitHub" in seen.notice[1]
    seen = see("/github-redirect.html?code=x&state=y", site=site)
    assert seen.notice == ("alert", "Failed to sign in: invalid state parameter") and seen.has_link("Sign in with GitHub")


def test_w122_signing_up(see, site, forge, js):
    login = f"newcomer{int(js)}"
    forge.user(login)
    seen = see("/login?return_to=/keywords", site=site, also=(forge.url,))
    to_github(seen, forge, login)
    assert seen.path == "/signup" and login in seen.text
    seen.page.fill("#email", f"{login}@example.test")
    seen.page.check("#agree")
    seen.button("Make the account").click()
    assert menu(seen) == login and seen.path == "/keywords"


def test_w123_signing_in_from_where_it_is_needed(see, site, forge, js):
    login = f"wanted{int(js)}"
    there = forge.user(login)
    site.ctl("user", "create", login, "--email", f"{login}@example.test", "--github-id", there["id"])
    seen = see("/settings/profile", site=site, also=(forge.url,))
    seen.fails(401, ANON, offers="Sign in")
    seen.link("Sign in").click()
    to_github(seen, forge, login)
    assert seen.path == "/settings/profile" and seen.h1 == "Account settings"


def test_w124_signing_out(see, user):
    seen = see("/crates", user)
    seen.page.locator(".user-menu summary").click()
    seen.page.locator(".user-menu").get_by_role("button", name="Sign out").click()
    assert seen.path == "/" and menu(seen) is None and seen.has_link("Sign in", "header")
    assert see("/dashboard", user).page.locator("h1").inner_text() == ANON, "the session has ended, not only the cookie"


@pytest.mark.parametrize("path", ["/dashboard", "/me", "/me/following", "/me/pending-invites", "/settings", "/settings/profile",
                                  "/settings/tokens", "/settings/tokens/new"])
def test_w125_pages_of_an_account(see, path):
    see(path).fails(401, ANON, offers="Sign in")


def test_w126_addresses_of_the_original(see, user):
    for path, target in (("/me", "/settings/tokens"), ("/me/crates", f"/users/{user.login}"), ("/settings", "/settings/profile")):
        assert see(path, user).path == target


# ---- dashboard, following

def test_w127_dashboard(see, registry, alice, user, new_name):
    own, followed = publish(user, new_name("own")), publish(alice, new_name("followed"), "1.0.0", "1.1.0")
    assert user.browser.put(f"/api/v1/crates/{followed}/follow").status_code == 200
    seen = see("/dashboard", user)
    assert seen.h1 == f"Dashboard of {user.login}" or user.login in seen.text

    def part(title):
        return seen.page.locator("section", has=seen.page.get_by_role("heading", name=title)).inner_text()
    assert own in part("My crates") and followed in part("Following") and own not in part("Following")
    updates = [words for words, _ in seen.links(f"main a[href^='/crates/{followed}/']")]
    assert updates == [f"{followed} 1.1.0", f"{followed} 1.0.0"]


def test_w128_followed_crates(see, registry, alice, user, new_name):
    assert "You follow no crates yet." in see("/me/following", user).text
    for _ in range(12):
        name = publish(alice, new_name("many-followed"))
        assert user.browser.put(f"/api/v1/crates/{name}/follow").status_code == 200
    seen = see("/me/following", user)
    assert "1-10 of 12" in seen.text and len(seen.rows()) == 10
    seen.link("Next").click()
    assert "11-12 of 12" in seen.text and len(seen.rows()) == 2


# ---- invitations

@pytest.fixture
def invited(registry, alice, user, new_name):
    """invited(): a crate to whose owners the user is invited."""
    def make():
        name = publish(alice, new_name("inviting"))
        assert alice.token.put(f"/api/v1/crates/{name}/owners", {"owners": [user.login]}).status_code == 200
        return name
    return make


def test_w129_invitations(see, user, invited):
    assert "Nobody has invited you to own a crate." in see("/me/pending-invites", user).text
    name = invited()
    seen = see("/me/pending-invites", user)
    row = " ".join(seen.page.locator(".row").inner_text().split())
    assert seen.rows() == [name] and "alice invited you" in row and ("ago" in row or "just now" in row)
    assert seen.page.locator(".row time").first.get_attribute("datetime").startswith("20")


def test_w130_invitations_are_answered(see, registry, user, invited):
    first, second, third = invited(), invited(), invited()
    seen = see("/me/pending-invites", user)
    seen.button(f"Accept {first}").click()
    assert seen.notice == ("status", f"You are an owner of {first} now.") and seen.rows() == [second, third]
    seen.button(f"Decline {second}").click()
    assert seen.notice == ("status", f"You declined to own {second}.") and seen.rows() == [third]
    with refusing(registry, "DELETE", "crate_owner_invitations"):
        for words in (f"Accept {third}", f"Decline {third}"):
            seen = see("/me/pending-invites", user)
            seen.button(words).click()
            seen.fails(500, "Something went wrong here", offers="Try again")
    seen = see("/me/pending-invites", user)
    assert seen.rows() == [third]
    registry.sql(f"UPDATE emails SET verified = 0 WHERE user_id = {user_id(registry, user.login)}")
    seen.button(f"Accept {third}").click()
    assert seen.notice[0] == "alert" and "You need to verify your email address" in seen.notice[1] and seen.rows() == [third]


def test_w131_links_without_a_token(see):
    for path in ("/accept-invite", "/accept-invite/"):
        see(path).fails(404, "Page not found")


def test_w132_the_link_of_an_invitation(see, registry, user, invited):
    see("/accept-invite/nothing").fails(404, "Page not found", "There is no such invitation")
    name = invited()

    def path():
        return "/accept-invite/" + registry.sql(f"SELECT token FROM crate_owner_invitations WHERE crate_id = {crate_id(registry, name)}")[0][0]
    kept = registry.sql(f"SELECT expires_us FROM crate_owner_invitations WHERE crate_id = {crate_id(registry, name)}")[0][0]
    registry.sql(f"UPDATE crate_owner_invitations SET expires_us = 1 WHERE crate_id = {crate_id(registry, name)}")
    see(path()).fails(410, "This is gone", f"The invitation to become an owner of the {name} crate expired.")
    registry.sql(f"UPDATE crate_owner_invitations SET expires_us = {kept} WHERE crate_id = {crate_id(registry, name)}")
    seen = see(path(), user)
    assert seen.h1 == f"Own {name}?" and f"alice invited you to own the crate {name}" in seen.text
    seen.button("Accept the invitation").click()
    assert seen.path == "/dashboard" and f"You accepted the invitation to own {name}" in seen.notice[1] and seen.has_link(f"{name} v1.0.0")
    assert seen.page.locator(".user-menu a[href='/settings/profile']").count() == 1


# ---- addresses

def confirm_path(registry, user):
    return "/confirm/" + registry.sql(f"SELECT token FROM emails WHERE user_id = {user_id(registry, user.login)}")[0][0]


@pytest.mark.parametrize("signed_in", [True, False])
def test_w133_the_link_that_verifies(see, registry, new_name, signed_in):
    user = registry.user(new_name("unverified"), verified=False)
    seen = see(confirm_path(registry, user), user if signed_in else None)
    assert user.browser.get("/api/v1/me").json()["user"]["email_verified"] is False, "nothing happens before the button"
    seen.button("Verify it").click()
    assert seen.path == ("/settings/profile" if signed_in else "/") and seen.notice == ("status", "Thank you: your address is verified.")
    assert user.browser.get("/api/v1/me").json()["user"]["email_verified"] is True
    seen = see("/confirm/nothing", user if signed_in else None)
    seen.button("Verify it").click()
    assert seen.notice == ("alert", "Email belonging to token not found.")


def address(seen):
    return " ".join(seen.page.locator("section", has=seen.page.get_by_role("heading", name="E-mail address")).locator("p").first.inner_text().split())


def test_w134_another_address(see, registry, user):
    seen = see("/settings/profile", user)
    assert address(seen) == f"{user.login}@example.test verified"
    seen.button("Save the address").click()
    assert seen.page.locator("#email:invalid").count() == 1, "the browser says that it is empty"
    seen.page.fill("#email", "other@example.test")
    with refusing(registry, "UPDATE", "emails"):
        seen.button("Save the address").click()
        seen.fails(500, "Something went wrong here", offers="Try again")
        assert address(see("/settings/profile", user)) == f"{user.login}@example.test verified"
    seen.button("Try again").click()
    assert seen.notice[0] == "status" and "A letter is on its way to other@example.test" in seen.notice[1]
    assert address(seen) == "other@example.test not verified yet" and seen.has_button("Send the letter again")
    registry.sql(f"DELETE FROM emails WHERE user_id = {user_id(registry, user.login)}")
    seen = see("/settings/profile", user)
    assert "There is none." in seen.text
    seen.page.fill("#email", "first@example.test")
    seen.button("Save the address").click()
    assert address(seen) == "first@example.test not verified yet"


def test_w135_the_letter_again(see, registry, new_name):
    user = registry.user(new_name("resender"), verified=False)
    seen = see("/settings/profile", user)
    with refusing(registry, "INSERT", "background_jobs"):
        seen.button("Send the letter again").click()
        seen.fails(500, "Something went wrong here", offers="Try again")
    seen.button("Try again").click()
    assert seen.notice == ("status", "Sent!")


def test_w136_letters_about_publishes(see, registry, user):
    seen = see("/settings/profile", user)

    def box():
        return seen.page.get_by_label("Tell me when a version of one of my crates was published")

    def save():
        seen.page.locator("form[action='/settings/profile/notifications'] button").click()
    for on in (False, True, False):
        box().set_checked(on)
        save()
        assert seen.notice == ("status", "Your settings are saved.") and box().is_checked() is on
        seen.go("/dashboard")
        seen.go("/settings/profile")
        assert box().is_checked() is on
    with refusing(registry, "UPDATE", "users"):
        box().check()
        save()
        seen.fails(500, "Something went wrong here", offers="Try again")
    seen.go("/settings/profile")
    assert not box().is_checked()


# ---- tokens

SECRET = re.compile(r"cht_[A-Za-z0-9]{32}")


@pytest.fixture
def three(registry, user):
    """Tokens beside that of the fixture: fresh, never used; old, used; worn out, with an end that is over."""
    registry.token(user.login, "old", "--scope", "publish-update", "--scope", "yank")
    registry.token(user.login, "fresh", "--scope", "publish-new", "--scope", "publish-update", "--scope", "yank", "--crate", "serde",
                   "--crate", "serde-*", "--crate", "serde_*")
    registry.token(user.login, "worn out", "--scope", "yank", "--crate", "old-*", "--expires", "2099-01-01T00:00:00Z")
    number, day = user_id(registry, user.login), 86_400_000_000
    registry.sql(f"UPDATE api_tokens SET revoked = 1 WHERE user_id = {number} AND name LIKE '%token'")
    registry.sql(f"UPDATE api_tokens SET created_us = created_us - 30 * {day}, last_used_us = created_us + 29 * {day}"
                 f" WHERE user_id = {number} AND name = 'old'")
    registry.sql(f"UPDATE api_tokens SET expired_us = created_us - {day}, created_us = created_us - 9 * {day}"
                 f" WHERE user_id = {number} AND name = 'worn out'")
    return user


def named(seen):
    return seen.page.locator(".rows > .row h2").all_inner_texts()


def token_row(seen, name):
    return seen.page.locator(".row", has=seen.page.get_by_role("heading", name=name, exact=True))


def test_w137_w141_tokens(see, three):
    seen = see("/settings/tokens", three)
    assert named(seen) == ["fresh", "old", "worn out"] and not SECRET.search(seen.page.content())
    words = {name: " ".join(token_row(seen, name).inner_text().split()) for name in named(seen)}
    assert "Never used" in words["fresh"] and "Expire" not in words["fresh"]
    assert re.search(r"Last used .* ago", words["old"]) and re.search(r"Created .* ago", words["old"])
    assert "expired" in words["worn out"] and re.search(r"Expired .* ago", words["worn out"])
    assert seen.has_link("Regenerate worn out") and not seen.has_link("Revoke worn out")
    # W141: how scopes and crates are told.
    assert "Scopes: publish-new, publish-update, and yank" in words["fresh"] and "Crates: serde, serde-*, and serde_*" in words["fresh"]
    assert "Scopes: publish-update and yank" in words["old"]


def test_w138_revoking(see, registry, three):
    seen = see("/settings/tokens", three)
    seen.link("Revoke fresh").click()
    with refusing(registry, "UPDATE", "api_tokens"):
        seen.page.locator("form.confirm button").click()
        seen.fails(500, "Something went wrong here", offers="Try again")
        assert named(see("/settings/tokens", three))[0] == "fresh"
    seen.button("Try again").click()
    assert seen.notice == ("status", "The token fresh is revoked.") and named(seen) == ["old", "worn out"]


def filled(seen):
    """What the form of a new token holds: name, scopes, patterns."""
    return (seen.page.locator("#name").input_value(), seen.page.locator("input[name=scope]:checked").evaluate_all("all => all.map(e => e.value)"),
            [value for value in seen.page.locator("input[name=pattern]").evaluate_all("all => all.map(e => e.value)") if value])


def test_w139_regenerating(see, three):
    for name, expected in (("worn out", ("worn out", ["yank"], ["old-*"])),
                           ("fresh", ("fresh", ["publish-new", "publish-update", "yank"], ["serde", "serde-*", "serde_*"]))):
        seen = see("/settings/tokens", three)
        seen.link(f"Regenerate {name}").click()
        assert "?from=" in seen.path and filled(seen) == expected


def test_w140_a_token_is_shown_once(see, user):
    seen = see("/settings/tokens", user)
    seen.link("New token").click()
    seen.page.fill("#name", "laptop")
    seen.page.check("input[value=yank]")
    seen.button("Make the token").click()
    secret, = set(SECRET.findall(seen.page.content()))
    assert seen.page.get_by_text(secret, exact=True).first.is_visible() and "laptop" in named(seen)
    assert Client(seen.url, Authorization=secret).put("/api/v1/crates/none-of-that-name/1.0.0/unyank").status_code == 404
    seen.go("/dashboard")
    seen.go("/settings/tokens")
    assert not SECRET.search(seen.page.content()) and named(seen).count("laptop") == 1
    assert secret not in seen.page.url and not any(secret in cookie["value"] for cookie in seen.page.context.cookies())


def test_w142_w143_what_a_token_must_have(see, user):
    seen = see("/settings/tokens/new", user)
    assert seen.page.locator("#expiry").input_value() == "90"
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=90)
    assert any(f"{day.strftime('%B')} {day.day}, {day.year}" in seen.text for day in (until, until - datetime.timedelta(days=1)))
    assert "never" in seen.page.locator("#expiry option[value=none]").inner_text()
    before = len(named(see("/settings/tokens", user)))

    def send(**fields):
        seen.go("/settings/tokens/new")
        seen.page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true; })")
        for name, value in fields.items():
            if name == "expiry":
                seen.page.select_option("#expiry", value)
            elif name == "scope":
                seen.page.check(f"input[value={value}]")
            else:
                seen.page.locator(f"[name={name}]").first.fill(value)
        seen.button("Make the token").click()
        return [words for words, _ in seen.links(".errors a")]
    assert send() == ["Enter a name for the token", "Choose at least one scope"]
    assert send(name="x", scope="yank", pattern="a b") == ["a b is no crate name pattern"]
    assert filled(seen) == ("x", ["yank"], ["a b"])
    assert send(name="x", scope="yank", expiry="custom", date="2020-01-01") == ["That day is over already"]
    assert len(named(see("/settings/tokens", user))) == before, "nothing was made"


def test_w144_patterns(see, user):
    seen = see("/settings/tokens/new", user)
    assert "Without any the token is for all crates." in seen.text
    fields = seen.page.locator("input[name=pattern]")
    first = fields.count()
    for n, words in enumerate(("serde", "serde-*", "*", "a b")):
        fields.nth(n).fill(words)
    seen.button("More fields").click()
    assert fields.count() > first and seen.path == "/settings/tokens/new"
    for words in ("Matches only the serde crate", "Matches all crates starting with serde-", "Invalid crate name pattern"):
        assert words in seen.text
    fields.nth(3).fill("")
    seen.button("More fields").click()
    assert "Invalid crate name pattern" not in seen.text and filled(seen)[2] == ["serde", "serde-*", "*"]


def test_w145_a_token_that_is_not_made(see, registry, user):
    see("/settings/tokens/new").fails(401, ANON, offers="Sign in")
    see("/settings/tokens/new?from=999999999", user).fails(404, "Page not found", "Token not found")
    seen = see("/settings/tokens/new", user)
    seen.link("Cancel").click()
    assert seen.path == "/settings/tokens"
    seen.link("New token").click()
    seen.page.fill("#name", "laptop")
    seen.page.check("input[value=yank]")
    with refusing(registry, "INSERT", "api_tokens"):
        seen.button("Make the token").click()
        seen.fails(500, "Something went wrong here", offers="Try again")
        assert "laptop" not in named(see("/settings/tokens", user))
    seen.button("Try again").click()
    assert "laptop" in named(seen)


# ---- reports

@pytest.fixture(scope="module")
def reported(site):
    return publish(site.user("publisher"), "reported-crate")


def letters(site, word):
    """Those that have the word in their text."""
    settled(site)
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in (site.data / "mail").glob("*.eml")]
    return [letter for letter in found if word in letter.get_body(("plain",)).get_content()]


def test_w146_support(see, site):
    for path in ("/support", "/support?inquire=nothing"):
        seen = see(path, site=site)
        assert seen.h1 == "Support" and seen.page.locator(".choices").count() == 1 and seen.page.locator("main form").count() == 0
    seen.link("Report a crate").click()
    assert seen.h1 == "Report a crate" and seen.path == "/support?inquire=crate-violation"


def report(seen, crate, *reasons, detail=""):
    seen.page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true; })")
    seen.page.fill("#crate", crate)
    for reason in reasons:
        seen.page.check(f"#reason-{reason}")
    seen.page.fill("#detail", detail)
    seen.button("Send the report").click()
    return [words for words, _ in seen.links(".errors a")]


def test_w147_what_a_report_must_have(see, site, reported):
    before = site.sql("SELECT COUNT(*) FROM reports")
    seen = see("/support?inquire=crate-violation", site=site)
    assert report(seen, "") == ["Say which crate it is", "Tick at least one reason"]
    assert report(seen, reported, "other") == ["Say what it is"]
    assert seen.page.locator("#crate").input_value() == reported and seen.page.is_checked("#reason-other")
    assert site.sql("SELECT COUNT(*) FROM reports") == before


def test_w148_a_report(see, site, reported, js):
    seen = see("/support?inquire=crate-violation", site=site)
    assert report(seen, reported, "spam", "abuse", detail=f"Word-of-{js}") == []
    assert seen.path == "/support" and f"The report about {reported} is on its way." in seen.notice[1]
    letter, = letters(site, f"Word-of-{js}")
    words = letter.get_body(("plain",)).get_content()
    assert reported in letter["Subject"]
    assert all(f"- [{'x' if name in ('spam', 'abuse') else ' '}] {name}" in words
               for name in ("spam", "name-squatting", "abuse", "malicious-code", "vulnerability", "other"))


def test_w149_a_grave_report(see, site, reported, js):
    seen = see("/support?inquire=crate-violation", site=site)
    assert "A hole is best told to the crate's owners first" in seen.text
    assert report(seen, reported, "malicious-code", detail=f"Grave-{js}") == []
    two = letters(site, f"Grave-{js}")
    assert sorted(letter["To"] for letter in two) == ["holes@example.test", "ops@example.test"]
    assert all(letter["Subject"].startswith("[SECURITY]") for letter in two)


def test_w150_reporting_from_the_page_of_a_crate(see, site, reported):
    seen = see(f"/crates/{reported}", site=site)
    seen.link("Report this crate").click()
    assert seen.page.locator("#crate").input_value() == reported
    seen.page.locator(".logo").click()
    seen.link("Support", "footer").click()
    assert seen.path == "/support" and seen.h1 == "Support"
