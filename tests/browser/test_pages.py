"""Every page in a real browser: axe with all its rules in both themes, nothing that the Content-Security-Policy stops, no other host,
no scrolling sideways on a phone, complete without JavaScript, within its budget of bytes and requests (contract/web.md 8, 14).

Which pages there are, `cratehouse routes` says: what is documented as "Page: ...".
"""
import subprocess

import pytest
from axe_playwright_python.sync_playwright import Axe

from budgets import Scales
from conftest import Watched
from lib.advisories import advisory, checkout, files_of
from lib.instance import BUILD

VALUES = {"name": "rich-crate", "version": "2.0.0", "keyword": "parser", "category": "science", "*path": "src/main.rs", "*rest": "features",
          "range": "1.0.0...2.0.0", "req": "*", "user": "alice", "token": "x" * 26, "id": "1"}
# Further states of pages: long names, nothing there, errors, a filter in force, what only its owner sees.
LONG = "l" + "o" * 61 + "ng"
MORE = [f"/crates/{LONG}", f"/crates/{LONG}/versions", f"/crates/{LONG}/100000.200000.300000-alpha.1.2.3.4.5/dependencies",
        "/crates/rich-crate/1.1.0", "/crates/poor-crate", "/crates/poor-crate/security", "/crates/poor-crate/reverse_dependencies", "/crates/no-such-crate",
        "/crates/rich-crate/9.9.9", "/no-such-page", "/search?q=crate", "/search?q=rich+keyword:parser+license:MIT", "/search?q=nothing-like-it",
        "/crates?letter=r", "/keywords/nobody-has-it", "/crates/rich-crate/stats?range=all&chart=lines", "/users/alice", "/users/nobody",
        "/crates/rich-crate/1.0.0/code/src/lib.rs", "/crates/rich-crate/versions?track=1.x&yanked=hide",
        "/crates/rich-crate/versions?sort=track", "/crates/rich-crate/reverse_dependencies?sort=name&kind=normal&range=1"]
ADVISORY = """# Impact

It **reads** `too_far`[^1], see [the code](https://example.com/) and ![a picture](https://example.com/x.png).

#### Deeper

| a | b |
|---|---|
| 1 | %s |

```rust
fn main() { %s }
```

- [x] mended

[^1]: a note
""" % ("wide" * 40, "long_name();" * 30)


def fill(path):
    values = {**VALUES, "login": "github:browsed:team" if path.startswith("/teams") else "alice"}
    for name, value in values.items():
        path = path.replace("{" + name + "}", value)
    return path


def pages():
    """(path, who may): nobody needs more than a session."""
    listed = subprocess.run([str(BUILD / "cratehouse"), "routes"], capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines():
        head, _, doc = line.partition("# ")
        if doc.startswith("Page:"):
            method, path, auth = head.split()[:3]
            assert method == "GET"
            yield fill(path), auth.removeprefix("auth=")


PAGES = [*pages(), *[(path, "-") for path in MORE], ("/crates/rich-crate/versions", "cookie"), ("/", "cookie"),
         ("/crates/rich-crate", "cookie")]


@pytest.fixture(scope="session", autouse=True)
def seeded(registry, crates, tmp_path_factory):
    registry.sql("INSERT IGNORE INTO teams (login, github_id) VALUES ('github:browsed:team', 4713)")
    registry.ctl("import", "advisories", "--source", "browsed", checkout(tmp_path_factory.mktemp("advisories"), files_of(
        advisory("BROWSED-2026-0001", "rich-crate", "`read` <reads> too far", ADVISORY, [">=2.0.0"], cvss="CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N",
                 aliases=["CVE-2026-1", "GHSA-aaaa-bbbb-cccc"], url="https://example.com/" + "long" * 30),
        advisory("BROWSED-2026-0002", "rich-crate", "Reads too far again", ADVISORY, [">=2.0.0"]),
        advisory("BROWSED-2026-0003", "poor-crate", "Nobody looks after it", informational="unmaintained"))))


@pytest.fixture
def open_page(contexts, registry, alice, boss):
    """open_page(path, who, script): in the context of that kind, with the cookie of who may see it."""
    opened = []

    def go(path, who, script):
        user = {"-": None, "admin": boss}.get(who, alice)
        contexts[script].clear_cookies()
        if user:
            name, value = user.cookie.split("=", 1)
            contexts[script].add_cookies([{"name": name, "value": value, "url": registry.url}])
        opened.append(Watched(contexts[script], registry.url))
        opened[-1].go(path)
        return opened[-1]
    yield go
    for watched in opened:
        watched.page.close()


@pytest.fixture
def client_of(anon, alice, boss):
    return lambda who: {"-": anon, "admin": boss.browser}.get(who, alice.browser)


def shown(watched):
    """What is there with JavaScript and without it; its own comforts (buttons to copy) aside."""
    page = watched.page
    return page.title(), watched.h1, page.locator("main a").count(), page.locator("main form").count()


def is_of_a_readme(words):
    return "another host: https://example.com/" in words or "another host: https://img.shields" in words


@pytest.fixture(scope="session")
def scales(registry):
    return Scales(registry)


@pytest.mark.parametrize("path,who", PAGES)
def test_page(open_page, scales, client_of, path, who):
    """One visit for all: axe in light and dark, a phone, what it costs, what went wrong meanwhile; and one without JavaScript."""
    watched = open_page(path, who, True)
    assert watched.answer.status < 500
    found = []
    for scheme in ("light", "dark"):
        watched.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        watched.page.wait_for_timeout(50)  # colours are drawn
        results = Axe().run(watched.page, options={"resultTypes": ["violations"]})
        found += [f"{scheme}: {v['id']}: {v['help']}: {[n['target'] for n in v['nodes']][:4]} {v['nodes'][0].get('failureSummary', '')[:300]}"
                  for v in results.response["violations"]]
    assert not found, "\n".join(found)
    assert watched.page.locator("h1").count() == 1 and watched.page.title()
    scales.check(path, who, client_of(who), [url for url in watched.requests if url.startswith(watched.url)])
    with_script = shown(watched)
    watched.page.set_viewport_size({"width": 320, "height": 700})
    assert watched.overflow == [], "scrolls sideways at 320 px"
    assert not [words for words in watched.wrong if not is_of_a_readme(words)]
    assert shown(open_page(path, who, False)) == with_script


# Not what begins within a README: pictures of strangers have the size that the publisher wrote, or none.
SHIFT = """() => new Promise(done => {
    let sum = 0;
    const strange = s => s.node && (s.node.nodeType === 1 ? s.node : s.node.parentElement)?.closest(".readme");
    new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput && !e.sources.some(strange)) sum += e.value; })
        .observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 300);
})"""


@pytest.mark.parametrize("path", ["/", "/crates/rich-crate", "/search?q=crate"])
def test_nothing_moves_while_a_page_comes(visit, path):
    """CLS (contract/web.md 14.2)"""
    watched = visit()
    watched.go(path)
    assert watched.page.evaluate(SHIFT) <= 0.02


# ---- a README that has everything

COLOUR = "e => getComputedStyle(e).color"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_readme(visit, crates, scheme):
    """Code has colours, pictures follow the theme, what is wide scrolls within itself, and right-to-left text begins at the right."""
    watched = visit(color_scheme=scheme, viewport={"width": 360, "height": 800})
    watched.go("/crates/rich-crate")
    readme = watched.page.locator(".readme")
    colours = {readme.locator(f".language-rust .{name}").first.evaluate(COLOUR) for name in "kscft"}
    assert len(colours) == 4 and readme.locator(".language-rust").first.evaluate(COLOUR) not in colours
    assert readme.locator("picture img").evaluate("e => e.currentSrc").endswith(f"/{scheme}.png")
    wide = readme.locator(".scroll").last
    assert wide.evaluate("e => e.scrollWidth > e.clientWidth && e.tabIndex === 0")
    for words in ("مكتبة", "ספרייה"):
        assert readme.locator("[dir=auto]", has_text=words).last.evaluate(
            "e => getComputedStyle(e).direction") == "rtl"
    assert readme.locator("p", has_text="Text with").first.evaluate("e => getComputedStyle(e).direction") == "ltr"
    box = readme.locator("li", has=watched.page.locator("> [type=checkbox]")).first
    assert box.evaluate("e => getComputedStyle(e).listStyleType") == "none"


# ---- the keyboard

def test_by_keyboard(visit, crates):
    watched = visit()
    watched.go("/crates/rich-crate")
    page = watched.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("rich")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=rich")
    assert page.locator("h1").inner_text() == "Search results for “rich”"
    page.locator("body").press("s")
    assert page.evaluate("document.activeElement.id") == "q"
    seen = set()
    for _ in range(60):  # no trap, and the focus is seen
        page.keyboard.press("Tab")
        seen.add(page.evaluate("(document.activeElement.outerHTML || '').slice(0, 200)"))
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert ring != "none" or page.evaluate("document.activeElement === document.body")
    assert len(seen) > 20


def test_single_keys_can_be_switched_off(visit, crates):
    """contract/web.md 14.3; 16 No 15: with the cookie `s` is a letter like all others, and Escape still leaves the field."""
    watched = visit()
    watched.go("/shortcuts")
    page = watched.page
    page.get_by_label("go to the search field").uncheck()
    page.get_by_role("button", name="Save the keys").click()
    page.get_by_text("Single keys do nothing any more.").wait_for()
    for key in ("s", "/", "Shift+S"):
        page.locator("body").press(key)
        assert page.evaluate("document.activeElement.id") != "q"
    page.locator("#q").focus()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") != "q"
    page.get_by_label("go to the search field").check()
    page.get_by_role("button", name="Save the keys").click()
    page.get_by_text("The keys / and s go to the search field.").wait_for()
    page.locator("body").press("Shift+S")
    assert page.evaluate("document.activeElement.id") == "q"


def test_theme_without_and_with_javascript(visit, crates):
    for on in (False, True):
        watched = visit(java_script_enabled=on)
        watched.go("/crates")
        watched.page.get_by_role("button", name="Dark").click()
        watched.page.wait_for_function("document.documentElement.dataset.theme === 'dark'") if on else None
        watched.page.wait_for_load_state()
        assert watched.page.locator("html").get_attribute("data-theme") == "dark"
        assert watched.page.url.endswith("/crates")
        watched.go("/keywords")
        assert watched.page.locator("html").get_attribute("data-theme") == "dark" and not watched.wrong


PHONE = {"viewport": {"width": 360, "height": 800}}
CUT_OFF = """() => [...document.querySelectorAll(".tabs.many, .scroll:has(.stack)")].filter(box => box.scrollWidth > box.clientWidth)
    .map(box => box.getAttribute("aria-label"))"""


@pytest.mark.parametrize("path", ["/admin", "/admin/users/alice", "/admin/jobs", "/admin/config", "/admin/crates/rich-crate", "/settings/security", "/status"])
def test_on_a_phone_nothing_is_beside_the_screen(visit, boss, crates, path):
    """All tabs are to be seen, and the rows of wide tables are blocks that say what stands in each cell."""
    watched = visit(boss.cookie, **PHONE)
    watched.go(path)
    assert watched.answer.status == 200 and watched.overflow == []
    assert watched.page.evaluate(CUT_OFF) == []


def test_follow_and_unfollow_without_javascript(visit, carol, crates):
    watched = visit(carol.cookie, java_script_enabled=False)
    watched.go("/crates/rich-crate")
    watched.page.get_by_role("button", name="Follow", exact=True).click()
    watched.page.get_by_role("button", name="Unfollow").click()
    assert watched.page.get_by_role("button", name="Follow", exact=True).count() == 1


# ---- the file of a workflow is looked for while it is entered (contract/web.md 15.2), and by a button without JavaScript

@pytest.mark.parametrize("script", [True, False])
def test_w117_looking_for_the_file_of_a_workflow(visit, registry, alice, crates, script):
    registry.github.files = {"example/rich": {".github/workflows/release.yml"}}
    watched = visit(alice.cookie, java_script_enabled=script)
    watched.go("/crates/rich-crate/settings/new-trusted-publisher")
    said = watched.page.locator("#workflow-check")

    def enter(name, words):
        watched.page.get_by_label("Workflow file name").fill(name)
        if not script:
            watched.page.get_by_role("button", name="Check the file").click()
        said.get_by_text(words).wait_for()
        assert watched.page.get_by_label("Workflow file name").input_value() == name
    enter("other.yml", "GitHub shows no file")
    enter("release.yml", "is there, in .github/workflows/ of example/rich")
    with registry.github.failing("/repos/", status=500):
        enter("x.yml", "GitHub could not be asked")
    assert watched.page.get_by_role("button", name="Trust this workflow").is_enabled() and not watched.wrong


# ---- names below the search field while one types (contract/web.md 15.2)

def test_suggestions(visit, crates):
    watched = visit(java_script_enabled=True)
    watched.go("/keywords")
    page, field = watched.page, watched.page.get_by_role("combobox", name="Search")
    field.press_sequentially("rich")
    option = page.get_by_role("option", name="rich-crate")
    option.wait_for()
    assert field.get_attribute("aria-expanded") == "true" and field.get_attribute("aria-controls") == "suggest"
    assert page.get_by_role("listbox").get_by_role("option").count() <= 8
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[aria-selected=true]")
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id") and field.input_value() == chosen.inner_text()
    page.keyboard.press("ArrowUp")
    assert field.input_value() == "rich" and field.get_attribute("aria-activedescendant") is None
    page.keyboard.press("Escape")
    assert not page.get_by_role("listbox").is_visible() and page.evaluate("document.activeElement.id") == "q"
    field.press_sequentially("-c")
    option.wait_for()
    assert Axe().run(page).response["violations"] == []
    option.click()
    page.wait_for_url("**/search?q=rich-crate")
    assert not watched.wrong


def test_nothing_is_suggested_for_what_is_no_name(visit, crates):
    watched = visit()
    watched.go("/keywords")
    asked = []
    watched.page.on("request", lambda request: asked.append(request.url) if "/suggest" in request.url else None)
    field = watched.page.get_by_role("combobox", name="Search")
    for text in ("r", "rich crate", "keyword:rich", "rich"):
        field.fill(text)
        watched.page.wait_for_timeout(400)
    watched.page.get_by_role("option", name="rich-crate").wait_for()
    assert [url.split("?")[1] for url in asked] == ["q=rich"]
