"""What is on every page: contract/web.md 8.1, W001 to W015."""
import os
import re
import signal

import pytest
from axe_playwright_python.sync_playwright import Axe

from conftest import BANNER
from ills import without
from lib.census import settled
from lib.steps import crate_id, publish

TITLE = "Cratehouse"


@pytest.fixture(scope="module", autouse=True)
def front(registry, alice):
    """fresh: new, with one version; moved: with a second one; busy: downloaded often; zero: really 0.0.0."""
    names = {"moved": publish(alice, "front-moved"), "busy": publish(alice, "front-busy"), "zero": publish(alice, "front-zero", "0.0.0"),
             "fresh": publish(alice, "front-fresh")}
    publish(alice, names["moved"], "1.1.0")
    settled(registry)
    number = crate_id(registry, names["busy"])
    before = registry.sql("SELECT total_downloads FROM metadata WHERE id = 1")[0][0]
    registry.sql(f"UPDATE crate_downloads SET downloads = 51234 WHERE crate_id = {number}")
    registry.sql("UPDATE metadata SET total_downloads = 1234567 WHERE id = 1")
    yield names
    registry.sql(f"UPDATE crate_downloads SET downloads = 0 WHERE crate_id = {number}")
    registry.sql(f"UPDATE metadata SET total_downloads = {before} WHERE id = 1")


def in_list(seen, title):
    """[(words, target)] of one of the lists of the front page."""
    section = seen.page.locator("section", has=seen.page.get_by_role("heading", name=title, exact=True))
    return [(" ".join(words.split()), href) for words, href in section.locator("ol a").evaluate_all(
        "all => all.map(a => [a.innerText, a.getAttribute('href')])")]


def test_w001_front_page(see):
    seen = see("/")
    assert seen.title == TITLE and seen.link("Install cargo").get_attribute("href") == "/install"
    assert seen.link("Sign in", "header").get_attribute("href") == "/login?return_to=%2F"
    totals = seen.page.locator(".totals").inner_text().split()
    assert "1,234,567" in totals and "Downloads" in totals


def test_w002_lists_of_the_front_page(see, front):
    seen = see("/")
    assert (f"{front['fresh']} v1.0.0", f"/crates/{front['fresh']}") in in_list(seen, "New crates")
    assert in_list(seen, "Most downloaded")[0] == (f"{front['busy']} 51K", f"/crates/{front['busy']}")
    assert (f"{front['moved']} v1.1.0", f"/crates/{front['moved']}/1.1.0") in in_list(seen, "Just updated")


def test_w003_lists_that_cannot_be_read(see, registry, front):
    with without(registry, "recent_crate_downloads"):
        seen = see("/")
        assert seen.answer.status == 500 and seen.title == TITLE and "cannot be read at the moment" in seen.text
        assert seen.page.locator("main ol").count() == 0
        seen.link("Try again").click()
        assert "cannot be read at the moment" in seen.text
    seen.link("Try again").click()
    assert in_list(seen, "New crates") and seen.path == "/"


def test_w004_a_version_that_is_really_zero(see, front):
    seen = see("/")
    entry = f"{front['zero']} v0.0.0"
    assert entry in [words for words, _ in in_list(seen, "New crates")]
    seen.page.locator(f"a[href='/crates/{front['zero']}']").first.click()
    assert seen.page.locator(".crate-head .version").inner_text() == "v0.0.0"
    seen.page.go_back()
    assert entry in [words for words, _ in in_list(seen, "New crates")]


def test_w005_an_unknown_address(see):
    seen = see("/unknown-route")
    assert seen.answer.status == 404 and seen.title == f"Page not found - {TITLE}"
    seen.fails(404, "Page not found")


def test_w006_going_back(see, front):
    seen = see("/unknown-route")
    seen.link("Go back").click()
    assert seen.path == "/"
    seen = see(f"/crates/{front['fresh']}?chart=lines")
    # A link of a page to what is not there: a README may have one.
    seen.page.locator("main a").first.evaluate("a => a.setAttribute('href', '/crates/front-nothing')")
    seen.page.locator("main a").first.click()
    seen.fails(404, "Page not found", 'Crate "front-nothing" not found')
    seen.link("Go back").click()
    assert seen.path == f"/crates/{front['fresh']}?chart=lines"


def focused(seen):
    return seen.page.evaluate("document.activeElement.id")


@pytest.mark.script(True)
def test_w007_keys_that_lead_to_the_search(see, front):
    seen = see(f"/crates/{front['fresh']}")
    for key, reached in (("a", False), ("s", True), ("S", True), ("Shift+s", True), ("/", True)):
        seen.page.evaluate("document.activeElement.blur()")
        seen.page.keyboard.press(key)
        assert (focused(seen) == "q") is reached, key
    seen.page.keyboard.type("s/S")
    assert seen.page.locator("#q").input_value() == "s/S", "in a field they are letters"


@pytest.mark.script(False)
def test_w007_the_search_is_the_third_stop(see, front):
    seen = see(f"/crates/{front['fresh']}")
    for _ in range(3):  # the link to the content, the logo, the field
        seen.page.keyboard.press("Tab")
    assert focused(seen) == "q"


def test_w008_the_front_page_begins_in_the_search(see, front):
    seen = see("/")
    assert focused(seen) == "q"
    seen.page.locator(f"a[href='/crates/{front['fresh']}']").first.click()
    seen.page.wait_for_url("**/crates/*")
    assert focused(seen) != "q"


def test_w009_searching_by_enter(see, front):
    seen = see("/")
    seen.page.locator("#q").fill("front-fresh & more")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url("**/search?*")
    assert seen.path == "/search?q=front-fresh+%26+more"
    assert seen.page.locator("#q").input_value() == "front-fresh & more"


def banner(seen):
    box = seen.page.get_by_role("region", name="Notice")
    return box.inner_text() if box.count() else None


def test_w010_the_banner_is_text_and_comes_first(see, site):
    assert BANNER in banner(see("/", site=site)) and BANNER in banner(see("/crates", site=site))


@pytest.fixture(scope="module")
def change(site):
    """change(banner, read_only): in force when it returns; as it was at the end."""
    def make(words, read_only):
        file = site.data / "cratehouse.toml"
        text = re.sub(r"(?m)^banner = .*$", f'banner = "{words}"', file.read_text())
        file.write_text(re.sub(r"(?m)^read_only = .*$", f"read_only = {str(read_only).lower()}", text))
        os.kill(site.pid("cratehouse"), signal.SIGHUP)
        same = 0
        while same < 8:  # whichever worker answers
            site.wait("/api/v1/site_metadata", lambda a: a.status_code == 200)
            now = site.anonymous.get("/api/v1/site_metadata").json()
            same = same + 1 if now["read_only"] is read_only and (now["banner_message"] or "") == words else 0
    yield make
    make(BANNER, False)


def test_w011_a_banner_is_put_away(see, site, change):
    """It stays away on all pages and after a reload; another text comes back. More: tests/http/test_page_banner.py."""
    change(BANNER, False)
    seen = see("/policies", site=site)
    seen.page.get_by_role("button", name="Dismiss this notice").click()
    seen.page.wait_for_url("**/policies")
    assert banner(seen) is None
    seen.page.reload()
    assert banner(seen) is None
    seen.page.goto(site.url + "/crates")
    assert banner(seen) is None
    change("Another text", False)
    seen.page.goto(site.url + "/keywords")
    assert "Another text" in banner(seen)
    change(BANNER, False)


def test_w012_read_only(see, site, change):
    change("", True)
    assert "read-only at the moment" in banner(see("/", site=site))
    change(BANNER, True)
    assert BANNER in banner(see("/", site=site)), "the banner wins"
    change("", False)
    assert banner(see("/", site=site)) is None


def test_w013_the_link_to_support_asks_nothing(see, site):
    seen = see("/support?inquire=crate-violation&crate=x", site=site)
    assert seen.h1 == "Report a crate" and seen.link("Support", "footer").get_attribute("href") == "/support"


def test_w014_addresses_of_the_original(see):
    assert see("/install").h1 == "Using this registry"
    seen = see("/security")
    assert seen.path == "/policies/security" and seen.answer.request.redirected_from


@pytest.mark.parametrize("path", ["/policies", "/policies/security", "/data-access", "/docs/rate-limits", "/docs/trusted-publishing"])
def test_w015_pages_of_text(see, js, path):
    """axe on every page there is: test_pages.py."""
    seen = see(path)
    assert seen.answer.status == 200 and len(seen.h1) > 3 and seen.title == f"{seen.h1} - {TITLE}"
    if js:
        assert Axe().run(seen.page).response["violations"] == []
