"""The page of a crate and of a version: contract/web.md 8.3, W041 to W072."""
import re

import pytest

from conftest import NOWHERE
from ills import refusing, without
from lib.census import settled
from lib.registry import Crate
from lib.steps import crate_id, publish

NANO = "nanomsg"
README = """# Nano

- first
- second

```rust
fn one() -> u32 { 1 }
```

```rust
// two
let s = "text";
```

```mermaid
graph TD; A-->B;
```
"""


def lines(n):
    return "".join(f"pub const C{i}: u32 = {i};\n" for i in range(n))


def nano(version, count, **package):
    return Crate(NANO, version, package={
        "keywords": ["nano-queue", "nano-msg"], "homepage": "https://home.example/", "documentation": "https://docs.example/nano",
        "repository": "https://github.com/example/nano", "readme": "README.md", **package},
        files={"src/lib.rs": lines(count), "README.md": README})


@pytest.fixture(scope="module", autouse=True)
def crates(registry, alice, bob):
    """nanomsg: two versions with all facts; and others for one question each."""
    for crate in (nano("0.6.0", 520, license="Apache-2.0"), nano("0.6.1", 1119, license="MIT OR Apache-2.0", **{"rust-version": "1.69"})):
        assert alice.token.publish(crate).status_code == 200
    made = {"bare": publish(alice, "crate-bare"),
            "same": publish(alice, "crate-same", package={"homepage": "https://github.com/example/same",
                                                          "repository": "https://github.com/example/same.git"}),
            "pre": publish(alice, "crate-pre", "1.0.0", "2.0.0-beta.1"), "yank": publish(alice, "crate-yank", "1.0.0", "1.1.0"),
            "gone": publish(alice, "crate-gone", "1.0.0", "1.1.0"),
            "ranges": publish(alice, "crate_ranges", "1.0.0", "1.1.0", "1.1.1", "1.2.0", "1.3.0", "1.3.4", "1.4.0", "2.0.0")}
    for which, version in (("yank", "1.1.0"), ("gone", "1.0.0"), ("gone", "1.1.0"), ("ranges", "1.2.0"), ("ranges", "2.0.0")):
        assert alice.token.delete(f"/api/v1/crates/{made[which]}/{version}/yank").status_code == 200
    settled(registry)
    return made


def tab(seen):
    """The active one."""
    active = seen.page.locator(".tabs [aria-current=page]")
    assert active.count() == 1
    return active.inner_text().split()[0]


def version_of(seen):
    return seen.page.locator(".crate-head .version").inner_text()


def side(seen):
    return " ".join(seen.page.locator("aside").inner_text().split())


# ---- a crate, a version

def test_w041_a_crate(see):
    seen = see(f"/crates/{NANO}")
    assert seen.title == f"{NANO} - Cratehouse" and seen.h1 == NANO and version_of(seen) == "v0.6.1"
    assert seen.page.get_by_role("heading", name="Stats overview", exact=True).is_visible()
    seen = see("/crates?letter=n&sort=alpha")
    seen.link(NANO).click()
    assert seen.path == f"/crates/{NANO}" and version_of(seen) == "v0.6.1"


def test_w042_a_slash_at_the_end(see):
    seen = see(f"/crates/{NANO}/")
    assert seen.h1 == NANO and version_of(seen) == "v0.6.1" and seen.path == f"/crates/{NANO}/"


def test_w043_a_version(see):
    seen = see(f"/crates/{NANO}/0.6.0")
    assert version_of(seen) == "v0.6.0"
    assert seen.page.get_by_role("heading", name="Stats overview for 0.6.0", exact=True).is_visible()
    seen.link("See those of all versions").click()
    assert seen.path == f"/crates/{NANO}#stats-h"


def test_w044_no_such_crate(see, registry):
    seen = see("/crates/foo-nothing")
    assert seen.answer.status == 404
    seen.fails(404, "Page not found", 'Crate "foo-nothing" not found')
    with without(registry, "version_downloads"):
        seen = see(f"/crates/{NANO}")
        seen.fails(500, "Something went wrong here", offers="Try again")
    seen.link("Try again").click()
    assert seen.h1 == NANO


def test_w045_no_such_version(see):
    see(f"/crates/{NANO}/0.7.0").fails(404, "Page not found", f"{NANO}: Version 0.7.0 not found")


def test_w046_another_spelling(see, crates):
    seen = see("/crates/Crate-Ranges")
    assert seen.h1 == crates["ranges"] and seen.path == "/crates/Crate-Ranges"


def test_w047_tabs(see, alice):
    seen = see(f"/crates/{NANO}", alice)
    assert tab(seen) == "Readme"
    for name, path in (("Versions 2", "versions"), ("Dependencies", "0.6.1/dependencies"), ("Dependents", "reverse_dependencies"),
                       ("Security", "security"), ("Settings", "settings"), ("Code", "0.6.1/code/src/lib.rs"), ("Readme", "0.6.1")):
        seen.link(name).click()
        assert seen.path == f"/crates/{NANO}/{path}" and tab(seen) == name.split()[0]


def test_w048_tabs_of_a_version(see):
    seen = see(f"/crates/{NANO}/0.6.0")
    assert dict((words.split()[0], href) for words, href in seen.links(".tabs a")) == {
        "Readme": f"/crates/{NANO}/0.6.0", "Code": f"/crates/{NANO}/0.6.0/code", "Versions": f"/crates/{NANO}/versions",
        "Dependencies": f"/crates/{NANO}/0.6.0/dependencies", "Dependents": f"/crates/{NANO}/reverse_dependencies",
        "Security": f"/crates/{NANO}/security"}


# ---- beside the README

@pytest.fixture
def owned(registry, alice, new_name):
    """owned(users, teams): a crate with so many owners."""
    def make(users, teams):
        name = publish(alice, new_name("owned-by-many"))
        number = crate_id(registry, name)
        for n in range(users - 1):
            login = f"co-owner-{n}"
            registry.sql(f"INSERT INTO users (username, canon_username, gh_login, gh_login_lower, gh_id, name) SELECT '{login}', "
                         f"'{login.replace('-', '_')}', '{login}', '{login}', 0, 'Owner {n}' FROM DUAL WHERE NOT EXISTS "
                         f"(SELECT 1 FROM users WHERE username = '{login}')")
            registry.sql("INSERT INTO crate_owners (crate_id, owner_id, owner_kind, created_us, updated_us)"
                         f" SELECT {number}, MAX(id), 0, 0, 0 FROM users WHERE username = '{login}'")
        for n in range(teams):
            registry.sql(f"INSERT IGNORE INTO teams (login, github_id, org_id, name) VALUES ('github:owners:t{n}', {99_100 + n}, 1, 'T{n}')")
            registry.sql("INSERT INTO crate_owners (crate_id, owner_id, owner_kind, created_us, updated_us)"
                         f" SELECT {number}, id, 1, 0, 0 FROM teams WHERE github_id = {99_100 + n}")
        return name
    return make


def owners(seen):
    return seen.page.locator(".owners a").evaluate_all(
        "all => all.map(a => [a.getAttribute('href'), a.querySelector('span:last-child').className, a.querySelector('.avatar') !== null])")


def test_w049_owners(see, owned):
    seen = see(f"/crates/{owned(2, 2)}")
    shown = owners(seen)
    assert sorted(href for href, _, _ in shown) == ["/teams/github:owners:t0", "/teams/github:owners:t1", "/users/alice", "/users/co-owner-0"]
    assert all(picture for _, _, picture in shown) and all(seen.has_link(words) for words in ("Alice", "owners/T0"))


@pytest.mark.parametrize("count", [5, 6])
def test_w050_many_owners(see, owned, count):
    """From the sixth on their names are for those who listen alone."""
    seen = see(f"/crates/{owned(count, 0)}")
    shown = owners(seen)
    assert len(shown) == count and {name for _, name, _ in shown} == {"" if count == 5 else "hidden"}
    assert seen.has_link("Alice")


def test_w051_licences(see):
    assert "MIT OR Apache-2.0" in side(see(f"/crates/{NANO}"))
    old = side(see(f"/crates/{NANO}/0.6.0"))
    assert "Apache-2.0" in old and "MIT" not in old


def test_w052_lines_of_code(see):
    assert "1,119 SLoC" in side(see(f"/crates/{NANO}"))
    assert "520 SLoC" in side(see(f"/crates/{NANO}/0.6.0"))


def test_w053_the_oldest_rust(see):
    assert "Rust v1.69.0 or newer" in side(see(f"/crates/{NANO}"))


def test_w054_settings_are_for_owners(see, alice, bob):
    assert not see(f"/crates/{NANO}").has_link("Settings")
    assert not see(f"/crates/{NANO}", bob).has_link("Settings")
    assert see(f"/crates/{NANO}", alice).has_link("Settings")


def test_w055_keywords(see):
    def shown(seen):
        return seen.page.get_by_role("list", name="Keywords").inner_text().split() == ["#nano-queue", "#nano-msg"]
    assert shown(see(f"/crates/{NANO}/0.6.0"))
    for start in (f"/search?q={NANO}", "/keywords/nano-queue"):
        seen = see(start)
        seen.link(NANO).click()
        seen.page.wait_for_url(f"**/crates/{NANO}")
        assert shown(seen)


def test_w056_a_yanked_version(see, crates):
    seen = see(f"/crates/{crates['yank']}/1.1.0")
    assert "Yanked" in seen.page.locator(".crate-head").inner_text()
    assert "cargo add" not in seen.text and not seen.page.get_by_role("heading", name="Install", exact=True).count()


def test_w057_the_version_that_is_shown(see, crates):
    assert version_of(see(f"/crates/{crates['pre']}")) == "v1.0.0", "no pre-release"
    assert version_of(see(f"/crates/{crates['yank']}")) == "v1.0.0", "none that is yanked"
    seen = see(f"/crates/{crates['gone']}")
    assert version_of(seen) == "v1.1.0" and "Yanked" in seen.page.locator(".crate-head").inner_text(), "but where all are"


def shown_links(seen):
    section = seen.page.locator("section", has=seen.page.get_by_role("heading", name="Links", exact=True))
    return {words.split("\n")[0]: href for words, href in section.locator("a").evaluate_all(
        "all => all.map(a => [a.innerText, a.getAttribute('href')])")}


def test_w058_links(see, crates):
    assert shown_links(see(f"/crates/{NANO}")) == {
        "Homepage": "https://home.example/", "Documentation": "https://docs.example/nano", "Repository": "https://github.com/example/nano"}
    bare = shown_links(see(f"/crates/{crates['bare']}"))
    assert "Homepage" not in bare and "Repository" not in bare
    same = shown_links(see(f"/crates/{crates['same']}"))
    assert "Homepage" not in same and same["Repository"] == "https://github.com/example/same.git"


@pytest.fixture(scope="module")
def documented(site):
    """[(crate, the link to its documentation)]: with an address of its own, with none, with one of the site that builds; built there or not."""
    user, elsewhere, there = site.user("documenter"), "https://docs.example/own", f"{NOWHERE}/docs/old"
    made = []
    for n, (url, built) in enumerate(((elsewhere, None), (elsewhere, 1), (None, None), (None, 0), (None, 1), (there, None), (there, 0), (there, 1))):
        name = publish(user, f"documented-{n}", package={"documentation": url} if url else {})
        if built is not None:
            site.sql(f"REPLACE INTO docs_builds SELECT id, {built}, UNIX_TIMESTAMP() * 1000000, NULL FROM versions WHERE crate_id = "
                     f"{crate_id(site, name)}")
        made.append((name, url if url == elsewhere or not built else f"{NOWHERE}/docs/{name}/1.0.0"))
    return made


def test_w059_links_to_documentation(see, site, documented):
    for name, target in documented:
        assert shown_links(see(f"/crates/{name}", site=site)).get("Documentation") == target, name


# ---- README

def test_w060_a_readme(see, js):
    """Diagrams are shown as what they are written in: nothing is loaded for them."""
    seen = see(f"/crates/{NANO}")
    readme = seen.page.locator(".readme")
    assert readme.locator("li").all_inner_texts() == ["first", "second"]
    blocks = readme.locator("pre code")
    assert blocks.count() == 3 and "graph TD; A-->B;" in blocks.nth(2).inner_text()
    for n, word in ((0, "fn"), (1, "let")):
        keyword = blocks.nth(n).locator("span", has_text=re.compile(f"^{word}$"))
        assert keyword.count() == 1
        assert keyword.evaluate("e => getComputedStyle(e).color") != blocks.nth(n).evaluate("e => getComputedStyle(e).color")


def test_w061_no_readme(see, registry, crates):
    assert "README.md" in see(f"/crates/{crates['bare']}").page.locator(".content .empty").first.inner_text()
    file = registry.data / "public/readmes" / NANO / f"{NANO}-0.6.1.html"
    aside = file.rename(file.with_suffix(".aside"))
    try:
        file.mkdir()  # a file that cannot be read
        seen = see(f"/crates/{NANO}")
        assert "The readme cannot be shown at the moment." in seen.text and version_of(seen) == "v0.6.1", "all else is there"
        assert seen.answer.headers["cache-control"] == "private, no-store"
    finally:
        file.rmdir()
        aside.rename(file)
    seen.link("Try again").click()
    assert seen.page.locator(".readme li").count() == 2


# ---- following

def test_w062_following_is_for_users(see):
    seen = see(f"/crates/{NANO}")
    assert not seen.has_button("Follow") and not seen.has_button("Unfollow")


def test_w063_following(see, bob):
    seen = see(f"/crates/{NANO}", bob)
    for shown, other in (("Follow", "Unfollow"), ("Unfollow", "Follow")):
        seen.button(shown).click()
        assert seen.has_button(other) and not seen.has_button(shown) and seen.path == f"/crates/{NANO}"


def test_w064_following_that_fails(see, registry, bob):
    """What cannot be read or written is said on a page of its own, with a button that sends it again."""
    seen = see(f"/crates/{NANO}", bob)
    with refusing(registry, "INSERT", "follows"):
        seen.button("Follow").click()
        seen.fails(500, "Something went wrong here", offers="Try again")
        assert see(f"/crates/{NANO}", bob).has_button("Follow")
    seen.button("Try again").click()
    assert seen.path == f"/crates/{NANO}" and seen.has_button("Unfollow")
    seen.button("Unfollow").click()
    with without(registry, "follows"):
        see(f"/crates/{NANO}", bob).fails(500, "Something went wrong here", offers="Try again")


# ---- what is known from elsewhere

@pytest.mark.parametrize("kind,patched,warned", [("'unmaintained'", "[]", True), ("'unmaintained'", '[\\">=0.6.1\\"]', False),
                                                 (None, None, False)])
def test_w065_unmaintained(see, registry, kind, patched, warned):
    if kind:
        registry.sql("INSERT INTO advisories (id, crate, title, description, informational, patched, unaffected, aliases, published_us)"
                     f" VALUES ('TEST-NANO-1', '{NANO}', 'Nobody is there', '', {kind}, '{patched}', '[]', '[]', 0)")
    try:
        seen = see(f"/crates/{NANO}")
        assert ("reported as unmaintained: Nobody is there." in seen.text) is warned
        if warned:
            seen.link("TEST-NANO-1").click()
            assert seen.path == f"/crates/{NANO}/security"
    finally:
        registry.sql("DELETE FROM advisories WHERE id = 'TEST-NANO-1'")


STD = "https://doc.example/LazyLock.html"


@pytest.fixture
def replaced(site, documented):
    name = documented[0][0]
    site.sql(f"REPLACE INTO std_replacements VALUES ('{name.replace('-', '_')}', 'The standard library has `std::sync::LazyLock`', '{STD}')")
    yield name
    site.sql("DELETE FROM std_replacements")


def test_w066_what_the_standard_library_replaces(see, site, documented, replaced):
    seen = see(f"/crates/{replaced}", site=site)
    assert "You might not need this dependency. The standard library has std::sync::LazyLock" in seen.text
    assert seen.link("Learn more").get_attribute("href") == STD
    assert "might not need" not in see(f"/crates/{documented[1][0]}", site=site).text


def test_w087_replaced_dependencies(see, site, documented, replaced, new_name):
    name = publish(site.user(new_name("replacer")), new_name("replacing"), tables={"dependencies": {replaced: "1", documented[1][0]: "1"}})
    seen = see(f"/crates/{name}/1.0.0/dependencies", site=site)
    assert seen.text.count("Replaced by the standard library") == 1
    row = seen.page.locator(".row", has=seen.page.get_by_role("link", name=replaced, exact=True))
    assert row.locator(f"a[href='{STD}']").inner_text().startswith("Learn more")


def test_w067_the_playground(see, site, documented):
    (name, _), (other, _), *_ = documented
    site.sql(f"REPLACE INTO playground_crates VALUES ('{name.replace('-', '_')}', 'documented_0')")
    href = see(f"/crates/{name}", site=site).link("Try it on the Rust playground").get_attribute("href")
    assert href.startswith(f"{NOWHERE}/?edition=2021&code=use%20documented_0")
    assert not see(f"/crates/{other}", site=site).has_link("Try it on the Rust playground")


# ---- addresses that lead elsewhere

def test_w068_to_the_documentation_and_the_repository(see, registry, crates):
    for part, target in (("docs", "https://docs.example/nano"), ("repo", "https://github.com/example/nano")):
        answer = registry.anonymous.get(f"/crates/{NANO}/{part}")
        assert (answer.status_code, answer.headers["Location"]) == (302, target)
    seen = see(f"/crates/{crates['bare']}/repo")
    assert seen.path == f"/crates/{crates['bare']}" and seen.notice == ("alert", f"{crates['bare']} names no repository.")


@pytest.mark.parametrize("asked,found", [
    ("%5E1.0.0", "1.4.0"), ("~1.1", "1.1.1"),  # W069: the highest that is not yanked
    ("%3E=1.3.0,%20%3C1.4.0", "1.3.4"),  # W070
    ("=1.2.0", "1.2.0"), ("%5E2", "2.0.0"),  # W071: yanked, where there is no other
])
def test_w069_w070_w071_ranges(see, crates, asked, found):
    seen = see(f"/crates/{crates['ranges']}/range/{asked}")
    assert seen.path == f"/crates/{crates['ranges']}/{found}" and version_of(seen) == f"v{found}"


def test_w072_ranges_without_a_version(see, registry, crates):
    name = crates["ranges"]
    see(f"/crates/{name}/range/%5E3").fails(404, "Page not found", f"{name}: No matching version found for ^3")
    see("/crates/foo-nothing/range/%5E3").fails(404, "Page not found", 'Crate "foo-nothing" not found')
    with without(registry, "versions"):
        see(f"/crates/{name}/range/%5E1").fails(500, "Something went wrong here", offers="Try again")
