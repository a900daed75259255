"""Settings of a crate, trusted publishing, deleting: contract/web.md 8.5, W101 to W121."""
import urllib.parse

import pytest

from ills import refusing
from lib.steps import crate_id, join, make_owner, publish

NEW = "/crates/{}/settings/new-trusted-publisher"


@pytest.fixture
def crate(alice, new_name):
    return publish(alice, new_name("settled"))


def members(seen):
    """The logins of the list of owners, in order."""
    return [urllib.parse.unquote(href.partition("login=")[2]) for _, href in seen.links("main a[href*='/owners/remove?']")]


def send_unchecked(seen, button):
    """The browser's own checks are left out: what the server says is what is looked at."""
    seen.page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true; })")
    seen.button(button).click()


def faults(seen):
    """{field: what is wrong with it}, as it stands at the field; the list at the top says the same, linked to the field."""
    found = {at.removesuffix("-fault"): words for at, words in seen.page.locator(".fault").evaluate_all("all => all.map(e => [e.id, e.innerText])")}
    top = dict((href.removeprefix("#"), words) for words, href in seen.links(".errors a"))
    assert top == found, (top, found)
    for name in found:
        assert seen.page.locator(f"#{name}").get_attribute("aria-invalid") == "true"
    return found


# ---- settings

def closed(see, bob, path, words):
    see(path).fails(401, "This page requires authentication", offers="Sign in")
    see(path, bob).fails(403, "This is not allowed", words)


def test_w101_settings_are_for_owners(see, bob, crate):
    closed(see, bob, f"/crates/{crate}/settings", "only owners have permission to modify owners")


def test_w102_the_address_of_owners(see, alice, crate):
    assert see(f"/crates/{crate}/owners", alice).path == f"/crates/{crate}/settings"


def add_teams(registry, crate, n):
    for number in range(n):
        registry.sql("INSERT IGNORE INTO teams (login, github_id, org_id, name) VALUES "
                     f"('github:settlers:t{number}', {98_100 + number}, 1, 'Team {number}')")
        registry.sql("INSERT INTO crate_owners (crate_id, owner_id, owner_kind, created_us, updated_us)"
                     f" SELECT {crate_id(registry, crate)}, id, 1, 0, 0 FROM teams WHERE github_id = {98_100 + number}")


def test_w103_owners(see, registry, alice, bob, crate):
    make_owner(registry, alice, bob, crate)
    add_teams(registry, crate, 2)
    seen = see(f"/crates/{crate}/settings", alice)
    assert members(seen)[:2] == ["github:settlers:t0", "github:settlers:t1"] and sorted(members(seen)[2:]) == ["alice", "bob"]
    links = dict((href, words) for words, href in seen.links(".member a"))
    assert {"/users/alice", "/users/bob", "/teams/github:settlers:t0", "/teams/github:settlers:t1"} <= set(links)
    assert "@example" not in seen.text, "nobody's address is shown, not even one's own"


def test_w104_nobody_is_added(see, alice, crate):
    seen = see(f"/crates/{crate}/settings", alice)
    seen.button("Add the owner").click()
    assert seen.page.locator("#login:invalid").count() == 1 and seen.page.locator(".errors").count() == 0, "the browser says it"
    send_unchecked(seen, "Add the owner")
    assert faults(seen) == {"login": "Enter the name of a user or a team"} and members(seen) == ["alice"]


def test_w105_somebody_unknown_is_added(see, alice, crate):
    seen = see(f"/crates/{crate}/settings", alice)
    seen.page.fill("#login", "nobody-at-all")
    seen.button("Add the owner").click()
    assert "could not find user with login `nobody-at-all`" in faults(seen)["login"]
    assert members(seen) == ["alice"] and seen.page.locator("#login").input_value() == "nobody-at-all"


def test_w106_a_user_is_invited(see, alice, bob, crate):
    seen = see(f"/crates/{crate}/settings", alice)
    seen.page.fill("#login", "bob")
    seen.button("Add the owner").click()
    assert seen.notice == ("status", f"user bob has been invited to be an owner of crate {crate}")
    assert members(seen) == ["alice"] and "invited by alice" in seen.text
    seen.button("Withdraw the invitation of bob").click()
    assert "Nobody is invited at the moment." in seen.text


@pytest.fixture(scope="module")
def hub_owner(site, forge):
    """Somebody of GitHub, in a team there."""
    forge.team("settlers", "core", hubowner="active")
    return join(forge, site, "hubowner")


def test_w106_a_team_is_added(see, site, hub_owner, new_name):
    crate = publish(hub_owner, new_name("teamed"))
    seen = see(f"/crates/{crate}/settings", hub_owner, site=site)
    seen.page.fill("#login", "github:settlers:core")
    seen.button("Add the owner").click()
    assert seen.notice == ("status", f"team github:settlers:core has been added as an owner of crate {crate}")
    assert members(seen) == ["github:settlers:core", "hubowner"]


def test_w107_owners_go(see, registry, alice, bob, crate):
    make_owner(registry, alice, bob, crate)
    add_teams(registry, crate, 1)
    seen = see(f"/crates/{crate}/settings", alice)
    for login in ("bob", "github:settlers:t0"):
        before = members(seen)
        seen.link(f"Remove {login}").click()
        assert seen.h1 == f"Remove {login} from the owners of {crate}?"
        seen.button(f"Remove {login}").click()
        assert seen.notice == ("status", f"{login} owns {crate} no more.")
        assert members(seen) == [other for other in before if other != login]
    seen.link("Remove alice").click()
    seen.button("Remove alice").click()
    assert seen.notice[0] == "alert" and "cannot remove all individual owners of a crate" in seen.notice[1]
    assert members(seen) == ["alice"]


# ---- trusted publishing

def trust(registry, crate):
    """A workflow at GitHub and one at GitLab."""
    number = crate_id(registry, crate)
    registry.sql("INSERT INTO trustpub_configs_github (created_us, crate_id, repository_owner, repository_owner_lower, repository_name,"
                 f" repository_name_lower, workflow_filename, repository_owner_id, environment) VALUES (1, {number}, 'Acme', 'acme',"
                 " 'Tool', 'tool', 'release.yml', 42, 'prod')")
    registry.sql("INSERT INTO trustpub_configs_gitlab (created_us, crate_id, namespace, namespace_lower, project, project_lower,"
                 f" workflow_filepath) VALUES (1, {number}, 'Acme/sub', 'acme/sub', 'Lab', 'lab', 'ci/release.yml')")


def publishers(seen):
    return [" ".join(words.split()) for words in seen.page.locator(".row", has=seen.page.locator(".publisher")).all_inner_texts()]


def test_w108_trusted_workflows(see, registry, alice, crate):
    trust(registry, crate)
    hub, lab = publishers(see(f"/crates/{crate}/settings", alice))
    for words in ("GitHub Actions", "Acme/Tool", "owner 42", "release.yml", "prod"):
        assert words in hub
    for words in ("GitLab CI/CD", "Acme/sub/Lab", "the first publish tells the owner's number", "ci/release.yml", "any"):
        assert words in lab


def test_w109_a_workflow_is_trusted_no_more(see, registry, alice, crate):
    trust(registry, crate)
    seen = see(f"/crates/{crate}/settings", alice)
    with refusing(registry, "DELETE", "trustpub_configs_github"):
        seen.button("Remove Acme/Tool, release.yml").click()
        seen.fails(500, "Something went wrong here", offers="Try again")
        assert len(publishers(see(f"/crates/{crate}/settings", alice))) == 2
    seen.button("Try again").click()
    assert seen.path == f"/crates/{crate}/settings"
    assert seen.notice == ("status", "Acme/Tool is not trusted any more.") and len(publishers(seen)) == 1


WARNING = "Trusted publishing is required, but no workflow is trusted"


def switch(seen):
    return seen.page.get_by_label("Require trusted publishing for all new versions")


def test_w110_w111_w112_requiring_trusted_publishing(see, registry, alice, crate):
    """The switch and its warning, as they come and go."""
    seen = see(f"/crates/{crate}/settings", alice)
    assert switch(seen).count() == 0 and WARNING not in seen.text, "W111: off, and no workflow"
    trust(registry, crate)
    seen.go(f"/crates/{crate}/settings")
    assert not switch(seen).is_checked() and WARNING not in seen.text
    switch(seen).check()
    save(seen)
    assert seen.notice[0] == "status" and "need trusted publishing" in seen.notice[1] and switch(seen).is_checked()
    for words in ("Remove Acme/Tool, release.yml", "Remove Acme/sub/Lab, ci/release.yml"):
        assert WARNING not in seen.text
        seen.button(words).click()
    assert WARNING in seen.text and switch(seen).is_checked(), "W110: it appears with the last workflow that goes"
    with refusing(registry, "UPDATE", "crates"):
        switch(seen).uncheck()
        save(seen)
        seen.fails(500, "Something went wrong here", offers="Try again")
        assert switch(see(f"/crates/{crate}/settings", alice)).is_checked(), "W112: it is as it was"
    seen.button("Try again").click()
    assert "API tokens may publish" in seen.notice[1] and WARNING not in seen.text
    assert switch(seen).count() == 0, "what has no use any more is not shown"


def save(seen):
    seen.page.locator("form[action$='/trustpub-only'] button").click()


def test_w113_who_may_trust(see, alice, bob, crate):
    closed(see, bob, NEW.format(crate), "only owners")
    seen = see(f"/crates/{crate}/settings", alice)
    seen.link("Trust a workflow").click()
    assert seen.path == NEW.format(crate) and f"Trust a workflow to publish {crate}" in seen.text
    seen.link("Cancel").click()
    assert seen.path == f"/crates/{crate}/settings"


REPOSITORIES = [
    ("https://github.com/rust-lang/crates", ("GitHub", "rust-lang", "crates")),
    ("https://github.com/rust-lang/crates.git", ("GitHub", "rust-lang", "crates")),
    ("https://github.com/rust-lang/crates/tree/main/sub", ("GitHub", "rust-lang", "crates")),
    ("https://github.com/rust-lang", ("GitHub", "", "")),
    ("https://gitlab.com/group/tool", ("GitLab", "group", "tool")),
    ("https://gitlab.com/group/tool.git", ("GitLab", "group", "tool")),
    ("https://gitlab.com/group/sub/deep/tool", ("GitLab", "group/sub/deep", "tool")),
    ("https://gitlab.com/group/tool/-/tree/main", ("GitLab", "group", "tool")),
    ("https://gitlab.com/group", ("GitLab", "", "")),
    ("https://codeberg.org/group/tool", ("GitHub", "", "")),
    ("", ("GitHub", "", "")),
]


@pytest.fixture(scope="module")
def with_repositories(alice):
    return [publish(alice, f"repo-case-{n}", package={"repository": url} if url else {}) for n, (url, _) in enumerate(REPOSITORIES)]


def test_w114_what_the_repository_says(see, alice, with_repositories):
    for name, (url, (provider, owner, project)) in zip(with_repositories, REPOSITORIES):
        seen = see(NEW.format(name), alice)
        chosen = seen.page.get_by_role("navigation", name="Publisher").locator("[aria-current=page]").inner_text()
        assert (chosen, seen.page.locator("#owner").input_value(), seen.page.locator("#project").input_value()) == (provider, owner, project), url


def test_w115_w118_trusting_a_workflow(see, alice, crate):
    seen = see(NEW.format(crate), alice)
    seen.link("GitLab").click()
    send_unchecked(seen, "Trust this workflow")
    assert set(faults(seen)) == {"owner", "project", "workflow"}
    for name, words in (("owner", "acme/sub"), ("project", "tool"), ("workflow", "ci/release.yml"), ("environment", "prod")):
        seen.page.fill(f"#{name}", words)
    seen.button("Trust this workflow").click()
    assert seen.path == f"/crates/{crate}/settings"
    assert seen.notice == ("status", f"ci/release.yml of acme/sub/tool is trusted to publish {crate}.")
    row, = publishers(seen)
    assert "acme/sub/tool" in row and "prod" in row


def test_w116_trusting_that_fails(see, registry, alice, crate):
    seen = see(NEW.format(crate) + "?publisher=gitlab", alice)
    entered = {"owner": "acme", "project": "tool", "workflow": "ci.yml", "environment": "prod"}
    for name, words in entered.items():
        seen.page.fill(f"#{name}", words)
    with refusing(registry, "INSERT", "trustpub_configs_gitlab"):
        seen.button("Trust this workflow").click()
        seen.fails(500, "Something went wrong here", offers="Try again")
        assert publishers(see(f"/crates/{crate}/settings", alice)) == []
    seen.button("Try again").click()  # what was entered is sent once more
    row, = publishers(seen)
    assert "acme/tool" in row and "ci.yml" in row and "prod" in row


# ---- deleting

def test_w119_deleting_is_for_owners(see, bob, crate):
    closed(see, bob, f"/crates/{crate}/delete", "only owners have permission to delete crates")


def test_w120_deleting(see, registry, alice, crate):
    seen = see(f"/crates/{crate}/delete", alice)
    assert "This crate can be deleted, for ever." in seen.text
    send_unchecked(seen, f"Delete {crate}")
    assert set(faults(seen)) == {"message", "sure"}
    seen.page.fill("#message", "a mistake")
    send_unchecked(seen, f"Delete {crate}")
    assert set(faults(seen)) == {"sure"} and seen.page.locator("#message").input_value() == "a mistake"
    seen.page.check("#sure")
    seen.button(f"Delete {crate}").click()
    assert (seen.path, seen.notice) == ("/", ("status", f"{crate} was deleted.")), seen.text
    see(f"/crates/{crate}").fails(404, "Page not found", f'Crate "{crate}" not found')


def test_w121_deleting_that_fails(see, registry, alice, crate):
    seen = see(f"/crates/{crate}/delete", alice)
    seen.page.fill("#message", "a mistake")
    seen.page.check("#sure")
    with refusing(registry, "DELETE", "crates"):
        seen.button(f"Delete {crate}").click()
        seen.fails(500, "Something went wrong here", offers="Try again")
        assert see(f"/crates/{crate}", alice).h1 == crate
    seen.button("Try again").click()
    assert (seen.path, seen.notice) == ("/", ("status", f"{crate} was deleted.")), seen.text
